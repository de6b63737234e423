//! Compressed responses.

use super::{Service, Tokens, at_once};
use crate::{ErrorKind, Pipeline, PipelineOptions};

fn pipeline(body_limit: usize) -> Pipeline {
    let mut options = PipelineOptions::new(std::sync::Arc::new(Tokens::default()), "scope");
    options.body_limit = body_limit;
    Pipeline::new(options).with_retry(at_once())
}

fn encoded(encoding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

#[tokio::test(start_paused = true)]
async fn an_unrequested_encoding_is_reported() {
    let mut encodings = vec!["br", "zstd", "deflate"];
    if cfg!(not(feature = "gzip")) {
        encodings.push("gzip");
    }
    for encoding in encodings {
        let service = Service::start_with(vec![encoded(encoding, b"\x1b\x01")]).await;
        let error = service.call(&pipeline(1_000)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedResponse);
        assert!(
            error
                .to_string()
                .contains(&format!("encoded as `{encoding}`")),
            "{error}"
        );
        assert!(error.help().is_some());
        assert_eq!(service.requests().len(), 1);
    }
}

#[cfg(feature = "gzip")]
mod gzip {
    use std::io::Write;

    use super::super::header;
    use super::{Service, encoded, pipeline};
    use crate::Error;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn gzip_is_requested_and_decoded() {
        let text = br#"{"Value":[]}"#;
        let service = Service::start_with(vec![encoded("gzip", &gzip(text))]).await;
        let response = service.call(&pipeline(1_000)).await.unwrap();
        assert_eq!(response.body(), &text[..]);
        assert_eq!(header(&service.requests()[0], "accept-encoding"), "gzip");
    }

    /// A small compressed body can decode to a large one.
    #[tokio::test(start_paused = true)]
    async fn the_body_limit_applies_to_decoded_bytes() {
        let bomb = gzip(&vec![b' '; 10_000_000]);
        assert!(bomb.len() < 100_000);
        let service = Service::start_with(vec![encoded("gzip", &bomb)]).await;
        let error = service.call(&pipeline(1_000_000)).await.unwrap_err();
        assert!(matches!(error, Error::BodyTooLarge { .. }), "{error}");
    }

    /// A truncated stream is handled like an interrupted connection.
    #[tokio::test(start_paused = true)]
    async fn truncated_or_damaged_gzip_is_retried() {
        let fine = gzip(br#"{"Value":[{"customerName":"Fabrikam"}]}"#);
        let mut damaged = fine.clone();
        damaged[14] ^= 0xff;
        for broken in [&fine[..fine.len() - 9], &damaged, b"no gzip", b""] {
            let responses = vec![encoded("gzip", broken), encoded("gzip", &fine)];
            let service = Service::start_with(responses).await;
            let response = service.call(&pipeline(1_000)).await.unwrap();
            assert!(response.text().contains("Fabrikam"));
            assert_eq!(service.requests().len(), 2);
        }
    }
}
