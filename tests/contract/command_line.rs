//! Command line tests, run in-process with buffers instead of the terminal.

mod api;
mod auth;
mod completion;
mod configuration;
mod customers;
mod emulator;
mod files;
mod formats;
mod help;
mod joined_reports;
mod listings;
mod parquet;
mod read_back;
mod reports;
mod selection;
mod several_runs;
mod terminal;

use std::io;
use std::path::Path;

use partner_center::credential::StoreError;
use pcenter::{Environment, OpenBrowser, OpenKeyring, Signals};

use crate::server::{RawServer, answer};

/// Result of a command.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command line; `variables` is its complete environment.
pub(crate) fn pcenter(arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    run_on(arguments, variables, false)
}

fn run_on(arguments: &[&str], variables: &[(&str, &str)], terminal: bool) -> Ran {
    let mut stdout = Vec::new();
    let mut ran = run_into(&mut stdout, arguments, variables, terminal);
    ran.stdout = String::from_utf8(stdout).unwrap();
    ran
}

fn run_into(
    stdout: &mut dyn io::Write,
    arguments: &[&str],
    variables: &[(&str, &str)],
    terminal: bool,
) -> Ran {
    let mut stderr = Vec::new();
    let surroundings = Surroundings {
        variables,
        terminal,
        ..Surroundings::default()
    };
    let exit = surroundings.run(arguments, stdout, &mut stderr);
    Ran {
        exit,
        stdout: String::new(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// Environment of a command.
#[derive(Clone, Copy)]
struct Surroundings<'a> {
    /// Complete set of environment variables.
    variables: &'a [(&'a str, &'a str)],
    /// `true` if the command runs on a terminal.
    terminal: bool,
    /// Number of columns of the terminal.
    width: Option<usize>,
    /// Starts the pager; by default none can be started.
    pager: &'a pcenter::StartPager<'a>,
    /// Input of the user.
    typed: &'a str,
    browser: Option<&'a OpenBrowser>,
    /// Cache directory of the user.
    cache: Option<&'a Path>,
    keyring: &'a OpenKeyring,
}

impl Default for Surroundings<'_> {
    fn default() -> Self {
        Self {
            variables: &[],
            terminal: false,
            width: None,
            pager: &|_| Err(io::ErrorKind::NotFound.into()),
            typed: "",
            browser: None,
            cache: None,
            keyring: &|_| Err(StoreError::other("there is no keyring in this test")),
        }
    }
}

impl Surroundings<'_> {
    fn run(
        &self,
        arguments: &[&str],
        stdout: &mut dyn io::Write,
        stderr: &mut dyn io::Write,
    ) -> u8 {
        let words = ["pcenter"].iter().chain(arguments).map(Into::into);
        pcenter::run(
            words,
            &mut Environment {
                stdin: &mut self.typed.as_bytes(),
                stdin_of_thread: &|| Box::new(io::empty()),
                stdout,
                stderr,
                stdin_is_terminal: self.terminal,
                stdout_is_terminal: self.terminal,
                terminal_width: self.width,
                stdout_is_lost: false,
                stderr_is_terminal: self.terminal,
                stderr_width: || None,
                variable: &|name| {
                    self.variables
                        .iter()
                        .find(|(known, _)| *known == name)
                        .map(|(_, value)| (*value).into())
                },
                all_variables: &|| {
                    let all = self.variables.iter();
                    all.map(|(name, value)| (name.into(), value.into()))
                        .collect()
                },
                // Isolates the tests from the profiles of the user who runs them.
                config_directory: None,
                cache_directory: self.cache.map(Path::to_owned),
                data_directory: None,
                browser: &|| self.browser.cloned(),
                keyring: self.keyring,
                signals: &Signals::none,
                pager: self.pager,
                now: &std::time::SystemTime::now,
                start_tracing: &|_| {},
            },
        )
    }
}

/// Runs a command line against these responses, one after the other; also returns the heads of
/// the requests.
pub(crate) fn against(answers: Vec<Vec<u8>>, arguments: &[&str]) -> (Ran, Vec<String>) {
    let mut stdout = Vec::new();
    let (mut ran, heard) = against_into(&mut stdout, answers, arguments, false, |_| {});
    ran.stdout = String::from_utf8(stdout).unwrap();
    (ran, heard)
}

/// Runs a command line with a terminal for the rows and returns the terminal's text.
fn shown(answers: Vec<Vec<u8>>, arguments: &[&str]) -> String {
    let mut stdout = Vec::new();
    let (ran, _) = against_into(&mut stdout, answers, arguments, true, |_| {});
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    String::from_utf8(stdout).unwrap()
}

/// Runs a command line with another writer for the rows, which are not in the result, and with
/// an action to run when the URL of the service is known.
fn against_into(
    stdout: &mut dyn io::Write,
    answers: Vec<Vec<u8>>,
    arguments: &[&str],
    terminal: bool,
    prepare: impl FnOnce(&url::Url),
) -> (Ran, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = runtime.block_on(RawServer::scripted(answers));
    prepare(&server.url);
    let ran = run_into(
        stdout,
        &[
            arguments,
            &["--base-url", server.url.as_str(), "--max-attempts", "1"],
        ]
        .concat(),
        &[("PCENTER_ACCESS_TOKEN", "a-token-for-tests")],
        terminal,
    );
    assert!(!ran.stderr.contains("a-token-for-tests"));
    (ran, server.heard())
}

/// Replaces ids, which differ between runs.
fn without_ids(text: &str) -> String {
    let guid = regex::Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").unwrap();
    let port = regex::Regex::new("127.0.0.1:[0-9]+").unwrap();
    port.replace_all(&guid.replace_all(text, "<guid>"), "127.0.0.1:<port>")
        .into_owned()
}

const DEPLOYMENT: [&str; 3] = ["licenses", "deployment", "--emulator=documented"];

#[test]
fn documented_rows_in_every_format() {
    let mut shown = String::new();
    for format in ["table", "json", "ndjson", "yaml", "csv", "tsv", "markdown"] {
        let ran = pcenter(&[&DEPLOYMENT[..], &["-o", format]].concat(), &[]);
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{format}");
        shown.push_str(&format!("--- {format}\n{}", ran.stdout));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn colour_is_used_only_on_terminals_that_allow_it() {
    let coloured = |variables: &[_], terminal| {
        run_on(&DEPLOYMENT, variables, terminal)
            .stdout
            .contains('\u{1b}')
    };
    assert!(coloured(&[], true));
    assert!(!coloured(&[], false));
    assert!(!coloured(&[("NO_COLOR", "1")], true));
    assert!(!coloured(&[("TERM", "dumb")], true));
}

/// Snapshot of the help of every command; repeated blocks are shortened to their first line.
#[test]
fn help_of_every_command() {
    fn collect(command: &mut clap::Command, path: &str, blocks: &mut Vec<String>) {
        let path = format!("{path} {}", command.get_name());
        let help = format!("=== {}\n{}", path.trim(), command.render_long_help());
        let mut block = String::new();
        for line in help.lines().chain([""]) {
            let blank = line.trim().is_empty();
            // The help of some flags contains empty lines.
            let begins = !line.starts_with("          ");
            let heading = ["Options:\n", "Connection:\n"].contains(&block.as_str());
            if heading || (begins && !blank && block.ends_with("\n\n")) {
                blocks.push(std::mem::take(&mut block));
            }
            block.push_str(line.trim_end());
            block.push('\n');
        }
        blocks.push(block);
        for sub in command.get_subcommands_mut() {
            collect(sub, &path, blocks);
        }
    }
    let mut blocks = Vec::new();
    let mut command = pcenter::command().term_width(100);
    command.build();
    collect(&mut command, "", &mut blocks);
    let mut seen = std::collections::HashSet::new();
    let mut shown = String::new();
    for block in &blocks {
        let short = block.lines().count() == 1;
        match seen.insert(block.trim_end()) || short {
            true => shown.push_str(block),
            false => shown.push_str(&format!(
                "{} ..\n",
                block.lines().next().unwrap_or_default()
            )),
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn wrong_usage_is_explained_and_sends_nothing() {
    let mut shown = String::new();
    for arguments in [
        &[
            "licenses",
            "deployment",
            "--emulator=documented",
            "--locale",
            "english",
        ][..],
        &[
            "licenses",
            "deployment",
            "--emulator=documented",
            "--correlation-id",
            "25b6edd5",
        ],
        &["licenses", "deployment", "--base-url", "http://example.com"],
        &["licenses", "deployment", "--base-url", "example.com"],
        &["licenses", "deployment", "--cloud", "mars"],
        &["licenses", "deployment", "--cloud", "germany"],
        &[
            "licenses",
            "deployment",
            "--emulator=documented",
            "--cloud",
            "us-government",
        ],
        &["licenses", "deployment", "-o", "xml"],
        &["licences"],
        &["emulator", "start", "--port", "65536"],
    ] {
        let ran = pcenter(arguments, &[]);
        assert_eq!(
            (ran.exit, ran.stdout.as_str()),
            (2, ""),
            "{arguments:?}: {}",
            ran.stderr
        );
        shown.push_str(&format!(
            "$ pcenter {}\n{}\n",
            arguments.join(" "),
            ran.stderr
        ));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_cloud_without_the_report_is_rejected_before_sending() {
    let ran = pcenter(&["licenses", "deployment", "--cloud", "us-government"], &[]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""));
    assert!(
        ran.stderr
            .contains("`partner_licenses_deployment` is not offered by the cloud `us-government`"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("it is offered by: global"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_unusable_sign_in_service_is_named() {
    let credentials = [
        ("PCENTER_TENANT_ID", "contoso.onmicrosoft.com"),
        ("PCENTER_CLIENT_ID", "11111111-2222-3333-4444-555555555555"),
        ("PCENTER_REFRESH_TOKEN", "planted-refresh-token"),
    ];
    for (authority, exit, text) in [
        ("nonsense", 2, "PCENTER_AUTHORITY is not a URL"),
        (
            "http://example.com",
            2,
            "PCENTER_AUTHORITY: `http://example.com` is refused",
        ),
        // No process listens on port 1 of this machine.
        (
            "http://127.0.0.1:1",
            7,
            "the token endpoint could not be reached",
        ),
    ] {
        let variables = [&credentials[..], &[("PCENTER_AUTHORITY", authority)]].concat();
        let once = ["licenses", "deployment", "--max-attempts", "1"];
        let ran = pcenter(&once, &variables);
        assert_eq!(ran.exit, exit, "{authority}: {}", ran.stderr);
        assert!(ran.stderr.contains(text), "{authority}: {}", ran.stderr);
        assert!(!ran.stderr.contains("planted"), "{}", ran.stderr);
    }
}

#[test]
fn missing_credentials_are_named() {
    let mut shown = String::new();
    for variables in [
        &[][..],
        &[
            ("PCENTER_TENANT_ID", "contoso.onmicrosoft.com"),
            ("PCENTER_CLIENT_ID", " "),
        ],
        &[
            ("PCENTER_TENANT_ID", "a/b"),
            ("PCENTER_CLIENT_ID", "6492b9d6-5629-429b-934c-040b1946e760"),
            ("PCENTER_REFRESH_TOKEN", "r"),
        ],
    ] {
        let ran = pcenter(&["licenses", "deployment"], variables);
        assert_eq!((ran.exit, ran.stdout.as_str()), (3, ""));
        shown.push_str(&ran.stderr);
    }
    insta::assert_snapshot!(shown);
    let secret = [
        ("PCENTER_TENANT_ID", "contoso.onmicrosoft.com"),
        ("PCENTER_CLIENT_ID", "planted-secret"),
        ("PCENTER_REFRESH_TOKEN", "r"),
    ];
    let ran = pcenter(&["licenses", "deployment"], &secret);
    assert_eq!(ran.exit, 2);
    assert!(
        ran.stderr
            .starts_with("error: PCENTER_CLIENT_ID: expected a GUID")
            && !ran.stderr.contains("planted"),
        "{}",
        ran.stderr
    );
    let ran = pcenter(&["customers", "list"], &[]);
    assert!(
        ran.stderr.contains("`pcenter customers list --emulator`"),
        "{}",
        ran.stderr
    );
}

/// Snapshot of the messages and exit codes for responses of the service.
#[test]
fn failures_of_the_service() {
    let json = [("Content-Type", "application/json")];
    let row =
        r#"{"proratedDeploymentPercent":1.0,"licensesSold":1,"processedDateTime":"2017-03-14"}"#;
    let mut shown = String::new();
    for (name, exit, bytes) in [
        ("401, no body", 3, answer("401 Unauthorized", &[], "")),
        (
            "403",
            3,
            answer(
                "403 Forbidden",
                &json,
                r#"{"code":2032,"description":"Access denied.","data":[],"source":"PartnerFD"}"#,
            ),
        ),
        (
            "429",
            4,
            answer(
                "429 Too Many Requests",
                &[("Content-Type", "application/json"), ("Retry-After", "57")],
                r#"{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds." }"#,
            ),
        ),
        (
            "fewer rows than stated",
            5,
            answer(
                "200 OK",
                &json,
                format!(r#"{{"totalCount":2,"items":[{row}]}}"#),
            ),
        ),
        (
            "more rows than stated",
            0,
            answer(
                "200 OK",
                &json,
                format!(r#"{{"totalCount":0,"items":[{row}]}}"#),
            ),
        ),
        (
            "502, HTML",
            6,
            answer("502 Bad Gateway", &[], "<html>\u{1b}[31mBad gateway</html>"),
        ),
        (
            "200, cut off",
            7,
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec(),
        ),
        ("200, no JSON", 6, answer("200 OK", &json, "Fabrikam")),
    ] {
        for verbose in [&[][..], &["--verbose"]] {
            let arguments = [&["licenses", "deployment"][..], verbose].concat();
            let (ran, _) = against(vec![bytes.clone()], &arguments);
            assert_eq!(ran.exit, exit, "{name}: {}", ran.stderr);
            let name = [&[name], verbose].concat().join(", ");
            shown.push_str(&format!(
                "--- {name}\n{}{}",
                ran.stdout,
                without_ids(&ran.stderr)
            ));
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_closed_stdout_is_not_a_failure() {
    struct Gone;
    impl io::Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
    for format in ["table", "json", "ndjson", "csv"] {
        let mut stderr = Vec::new();
        let exit = Surroundings::default().run(
            &[
                "licenses",
                "deployment",
                "--emulator=documented",
                "-o",
                format,
            ],
            &mut Gone,
            &mut stderr,
        );
        assert_eq!((exit, stderr.as_slice()), (0, &b""[..]), "{format}");
    }
}
