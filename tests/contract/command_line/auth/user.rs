//! Simulated users who sign in while the command waits.

use std::io;
use std::sync::{Arc, Mutex};

use partner_center_emulator::Emulator;
use pcenter::OpenBrowser;
use url::Url;

/// Screen with a simulated user, who acts as soon as the code is shown.
pub(super) struct Reader<F: FnMut(&Url, &str)> {
    pub(super) read: Vec<u8>,
    enter: Option<F>,
}

impl<F: FnMut(&Url, &str)> Reader<F> {
    /// Returns a screen whose user calls `enter` with page and code.
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
        // Page and code are alone on their lines.
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

/// Approves the code directly at the emulator.
pub(super) fn approving(emulator: &Arc<Emulator>) -> Reader<impl FnMut(&Url, &str) + use<>> {
    let emulator = emulator.clone();
    Reader::new(move |_, code| assert!(emulator.approve_device(code), "{code}"))
}

/// Enters the code on the page, as a browser does. It runs on its own thread, because the
/// service may be in the waiting process.
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

/// Browser that follows the redirects of a service with automatic consent.
pub(super) fn browser() -> (OpenBrowser, Arc<Mutex<Vec<Url>>>) {
    browser_with(false)
}

/// Browser whose user clicks `Sign in`.
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
            // Browsers follow the redirect after a form with GET.
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

/// Returns a client with a TLS provider, which reqwest needs even for plain HTTP.
fn plain_client() -> reqwest::Client {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}
