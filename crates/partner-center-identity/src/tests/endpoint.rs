use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::{REFRESH, SECRET};
use crate::{RefreshTokenCredential, RefreshTokenCredentialBuilder};

/// A token endpoint that sends its responses in order and records the requests.
pub(super) struct Endpoint {
    pub(super) url: Url,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Endpoint {
    /// Sends these responses in order, and stops listening after the last.
    pub(super) async fn start(responses: Vec<(u16, String)>) -> Self {
        let mut responses = responses.into_iter();
        Self::serve(responses.len(), move |_| {
            let response = responses.next();
            async move { response.unwrap() }
        })
        .await
    }

    /// Serves `count` requests with the results of `respond`.
    pub(super) async fn serve<F>(
        count: usize,
        mut respond: impl FnMut(String) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = (u16, String)> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = requests.clone();
        tokio::spawn(async move {
            for _ in 0..count {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                log.lock().unwrap().push(request.clone());
                let (status, body) = respond(request).await;
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
                     Connection: close\r\n\r\n",
                    body.len()
                );
                stream
                    .write_all(format!("{head}{body}").as_bytes())
                    .await
                    .unwrap();
            }
        });
        Self { url, requests }
    }

    pub(super) fn builder(&self) -> RefreshTokenCredentialBuilder {
        RefreshTokenCredential::builder("contoso.onmicrosoft.com", "client", REFRESH)
            .client_secret(SECRET)
            .authority(self.url.clone())
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).await.unwrap();
        request.extend_from_slice(&piece[..length]);
    }
}

pub(super) fn tokens(access: &str, expires_in: u32, refresh: Option<&str>) -> (u16, String) {
    let refresh = refresh.map_or_else(String::new, |token| {
        format!(r#","refresh_token":"{token}""#)
    });
    let body = format!(
        r#"{{"token_type":"Bearer","expires_in":{expires_in},"access_token":"{access}"{refresh}}}"#
    );
    (200, body)
}

/// Returns a form field of a request.
pub(super) fn form_field(request: &str, name: &str) -> Option<String> {
    let (_, form) = request.rsplit_once("\r\n\r\n")?;
    url::form_urlencoded::parse(form.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
