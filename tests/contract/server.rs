//! Raw server that sends given bytes and records the requests.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

/// Server that sends its bytes on a connection, then closes it.
#[derive(Debug)]
pub(crate) struct RawServer {
    pub(crate) url: Url,
    heard: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl RawServer {
    /// Starts a server that sends the same bytes on every connection.
    pub(crate) async fn start(answer: impl Into<Vec<u8>>) -> Self {
        Self::scripted([answer.into()]).await
    }

    /// Starts a server with one response per connection; the last one repeats.
    pub(crate) async fn scripted(answers: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (mut answers, log) = (answers.into_iter().collect::<Vec<_>>(), heard.clone());
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    let mut piece = [0; 4096];
                    match stream.read(&mut piece).await {
                        Ok(0) | Err(_) => break,
                        Ok(length) => request.extend_from_slice(&piece[..length]),
                    }
                }
                log.lock()
                    .unwrap()
                    .push(String::from_utf8(request).unwrap());
                let answer = match answers.len() {
                    0 | 1 => answers.first().cloned().unwrap_or_default(),
                    _ => answers.remove(0),
                };
                // The client may close the connection early, which is not an error.
                let _hung_up = stream.write_all(&answer).await;
                let _hung_up = stream.shutdown().await;
            }
        });
        Self { url, heard, task }
    }

    /// Returns the heads of the requests so far.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Returns the bytes of an HTTP response.
pub(crate) fn answer(status: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    // Without `Connection: close`, the client may send the next request on a connection that is
    // being closed.
    let length = body.len();
    let mut bytes =
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n")
            .into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}
