//! People who sign in, while the command waits for them.

use std::io;
use std::sync::{Arc, Mutex};

use partner_center_cli::OpenBrowser;
use partner_center_emulator::Emulator;
use url::Url;

/// A screen with somebody before it, who does what it says as soon as the code is there.
pub(super) struct Reader<F: FnMut(&Url, &str)> {
    pub(super) read: Vec<u8>,
    enter: Option<F>,
}

impl<F: FnMut(&Url, &str)> Reader<F> {
    /// `enter` gets the page and the code.
    pub(super) fn new(enter: F) -> Self {
        Self {
            read: Vec::new(),
            enter: Some(enter),
        }
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.read.clone()).unwrap()
    }
}

impl<F: FnMut(&Url, &str)> io::Write for Reader<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.read.extend_from_slice(bytes);
        let text = String::from_utf8_lossy(&self.read);
        // Page and code stand alone on their lines.
        let alone = text.lines().filter(|line| line.starts_with("       "));
        let [page, code] = alone.map(str::trim).collect::<Vec<_>>()[..] else {
            return Ok(bytes.len());
        };
        if text.ends_with(".\n\n")
            && let Some(mut enter) = self.enter.take()
        {
            enter(&page.parse().unwrap(), code);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Enters the code where the test can reach the service.
pub(super) fn approving(emulator: &Arc<Emulator>) -> Reader<impl FnMut(&Url, &str) + use<>> {
    let emulator = emulator.clone();
    Reader::new(move |_, code| assert!(emulator.approve_device(code), "{code}"))
}

/// Enters the code on the page, as a browser does. On a thread of its own: the service may
/// be in the process that waits.
pub(super) fn clicking() -> Reader<impl FnMut(&Url, &str)> {
    Reader::new(|page: &Url, code: &str| {
        let (page, form) = (page.clone(), format!("user_code={code}&decision=approve"));
        std::thread::spawn(move || {
            let answer = blocking(async move {
                let client = plain_client();
                let post = client.post(page).body(form);
                let post = post.header("content-type", "application/x-www-form-urlencoded");
                post.send().await.unwrap().status()
            });
            assert_eq!(answer, 200);
        });
    })
}

/// A browser that goes where it is sent: to a service that consents, and back.
pub(super) fn browser() -> (OpenBrowser, Arc<Mutex<Vec<Url>>>) {
    browser_with(false)
}

/// A browser whose user clicks `Sign in`.
pub(super) fn clicking_browser() -> (OpenBrowser, Arc<Mutex<Vec<Url>>>) {
    browser_with(true)
}

fn browser_with(click: bool) -> (OpenBrowser, Arc<Mutex<Vec<Url>>>) {
    let opened = Arc::new(Mutex::new(Vec::new()));
    let log = opened.clone();
    let open: OpenBrowser = Arc::new(move |url: &Url| {
        log.lock().unwrap().push(url.clone());
        let url = url.clone();
        blocking(async move {
            // What a browser does with a redirect after a form: it gets.
            let client = plain_client();
            let request = match click {
                true => client
                    .post(url)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body("decision=approve"),
                false => client.get(url),
            };
            let page = request.send().await.unwrap();
            assert_eq!(page.status(), 200);
        });
        Ok(())
    });
    (open, opened)
}

fn blocking<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

/// A client of the test itself, with the TLS provider that it needs even for plain http.
fn plain_client() -> reqwest::Client {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}
