//! Headless browser of a test.

use std::{io::ErrorKind, panic::resume_unwind, process::Stdio, sync::Arc, time::Duration};

use partner_center_emulator::{Emulator, EmulatorBuilder};
use serde_json::{Value, json};
use thirtyfour::{
    common::{capabilities::chromium::ChromiumLikeCapabilities, print::PrintParameters},
    prelude::*,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::{Mutex, MutexGuard},
};

/// Longest wait for a condition in the page.
const LIMIT: Duration = Duration::from_secs(20);

/// One browser at a time: a browser uses several processes.
static ONE: Mutex<()> = Mutex::const_new(());

/// Emulator with a browser.
pub(crate) struct Page {
    pub(crate) emulator: Emulator,
    driver: WebDriver,
    files: tempfile::TempDir,
}

/// Starts an emulator and a browser, and runs a test with them. The browser is closed even if
/// the test fails.
pub(crate) async fn with_page<F>(builder: EmulatorBuilder, test: impl FnOnce(Arc<Page>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Some((_one, mut process, driver)) = browser().await else {
        return;
    };
    let emulator = builder.start().await.unwrap();
    let page = Arc::new(Page {
        emulator,
        driver: driver.clone(),
        files: tempfile::tempdir().unwrap(),
    });
    let outcome = tokio::spawn(test(page)).await;
    driver.quit().await.unwrap();
    process.kill().await.unwrap();
    if let Err(error) = outcome {
        resume_unwind(error.into_panic());
    }
}

async fn browser() -> Option<(MutexGuard<'static, ()>, Child, WebDriver)> {
    let one = ONE.lock().await;
    let mut command = Command::new("chromedriver");
    command
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut process = match command.spawn() {
        Ok(process) => process,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("skipped: chromedriver is missing; .ci/install-browser installs it");
            return None;
        }
        Err(error) => panic!("chromedriver does not start: {error}"),
    };
    let port = port_of(&mut process).await;

    // The driver's client uses TLS in no request, but refuses to start without a provider.
    let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    let mut capabilities = DesiredCapabilities::chrome();
    for argument in [
        "--headless=new",
        // Containers run tests as root, which the sandbox does not support.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1440,1000",
    ] {
        capabilities.add_arg(argument).unwrap();
    }
    let all = json!({ "browser": "ALL" });
    capabilities.set("goog:loggingPrefs", all).unwrap();
    let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities)
        .await
        .unwrap();
    driver.set_script_timeout(LIMIT).await.unwrap();
    Some((one, process, driver))
}

/// Reads the port from the driver's output.
async fn port_of(process: &mut Child) -> u16 {
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            let port = port.trim_end_matches('.').parse().unwrap();
            // The driver must be able to go on writing.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return port;
        }
    }
    panic!("chromedriver ended before it was ready");
}

impl Page {
    pub(crate) async fn open(&self, path: &str) {
        let url = self.emulator.url().join(path).unwrap();
        self.driver.goto(url.as_str()).await.unwrap();
    }

    /// Opens a page as a file, as the recipient of a report does.
    pub(crate) async fn open_file(&self, page: &[u8]) {
        let path = self.files.path().join("report.html");
        std::fs::write(&path, page).unwrap();
        let url = format!("file://{}", path.display());
        self.driver.goto(&url).await.unwrap();
    }

    /// Returns the value of an expression in the page.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let script = format!("return {expression};");
        let value = self.driver.execute(script, Vec::new()).await.unwrap();
        value.json().clone()
    }

    /// Waits until an expression in the page is true, and returns its value.
    pub(crate) async fn wait(&self, expression: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const check = () => {{
               const value = {expression};
               if (value) done(value); else setTimeout(check, 20);
             }};
             check();"
        );
        match self.driver.execute_async(script, Vec::new()).await {
            Ok(value) => value.json().clone(),
            Err(error) => {
                let text = self.value("document.body.innerText.slice(0, 2000)").await;
                let console = self.console().await;
                panic!("never true: {expression}: {error}\nconsole: {console:?}\npage: {text}")
            }
        }
    }

    pub(crate) async fn click(&self, selector: &str) {
        let element = self.find(selector).await;
        // Out of the way of the header, which stays on the screen.
        element.scroll_into_view().await.unwrap();
        element.click().await.unwrap();
    }

    pub(crate) async fn find(&self, selector: &str) -> WebElement {
        let found = self.driver.find(By::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// Replaces the text of a field.
    pub(crate) async fn enter(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses an option by its value.
    pub(crate) async fn choose(&self, selector: &str, value: &str) {
        let option = format!("{selector} option[value='{value}']");
        self.click(&option).await;
    }

    /// Presses keys in the element that has the focus.
    pub(crate) async fn press(&self, keys: impl Into<TypingData>) {
        let focused = self.driver.active_element().await.unwrap();
        focused.send_keys(keys).await.unwrap();
    }

    /// Emulates the size of a screen and its colour scheme.
    pub(crate) async fn screen(&self, width: u32, height: u32, scheme: &str) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        let media = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        for (command, parameters) in [
            ("Emulation.setDeviceMetricsOverride", metrics),
            ("Emulation.setEmulatedMedia", media),
        ] {
            self.driver
                .cdp()
                .send_raw(command, parameters)
                .await
                .unwrap();
        }
    }

    /// Returns warnings and errors of the console since the last call.
    pub(crate) async fn console(&self) -> Vec<String> {
        let entries = self.driver.get_log("browser").await.unwrap();
        let serious = |level: &str| level == "SEVERE" || level == "WARNING";
        entries
            .into_iter()
            .filter(|entry| serious(&entry.level))
            .map(|entry| entry.message)
            .collect()
    }
}

/// Actions of single tests.
impl Page {
    /// Returns the page as it is printed, as a PDF document.
    pub(crate) async fn print(&self) -> Vec<u8> {
        let parameters = PrintParameters::default();
        self.driver.print_page(parameters).await.unwrap()
    }

    /// Saves a picture of the page in the folder of `PCENTER_SCREENSHOTS`, for people who review a
    /// change of the design.
    pub(crate) async fn picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("PCENTER_SCREENSHOTS") {
            let path = std::path::Path::new(&folder).join(format!("{name}.png"));
            self.driver.screenshot(&path).await.unwrap();
        }
    }

    /// Emulates a medium, `print` or `screen`.
    pub(crate) async fn medium(&self, medium: &str) {
        let parameters = json!({ "media": medium });
        let cdp = self.driver.cdp();
        cdp.send_raw("Emulation.setEmulatedMedia", parameters)
            .await
            .unwrap();
    }

    /// Runs a script that calls `done` with an array of two values.
    pub(crate) async fn call(&self, script: &str) -> [Value; 2] {
        let script = format!("const done = arguments[arguments.length - 1]; {script};");
        let values = self.driver.execute_async(script, Vec::new()).await.unwrap();
        serde_json::from_value(values.json().clone()).unwrap()
    }

    /// Presses the tabulator until the element with this id has the focus.
    pub(crate) async fn tab_to(&self, id: &str) {
        self.tab_until("document.activeElement.id", id).await;
    }

    /// Presses the tabulator until an expression about the focused element has this value.
    pub(crate) async fn tab_until(&self, expression: &str, value: &str) {
        for _ in 0..100 {
            if self.value(expression).await == value {
                return;
            }
            self.press(Key::Tab).await;
        }
        panic!("the tabulator does not lead to {value}");
    }
}
