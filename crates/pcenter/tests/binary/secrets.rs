//! Secrets appear neither on the terminal nor in the log nor in files other than the token store.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Running, Service, pcenter, until_the_code};

const PLANTED_SECRET: &str = "planted-client-secret";
const PLANTED_REFRESH_TOKEN: &str = "planted-refresh-token";
const PLANTED_PASSWORD: &str = "planted-password";
/// Token in the format of the emulator, which does not accept it.
const PLANTED_ACCESS_TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJwbGFudGVkIjp0cnVlfQ.planted";

/// Prefix of every JSON Web Token.
const TOKEN: &str = "eyJ";

/// Printed output and secrets in use.
#[derive(Default)]
struct Seen {
    printed: String,
    secrets: Vec<String>,
}

impl Seen {
    fn run(&mut self, command: &mut Command, config: &Path, code: i32) {
        let ran = command.env("PCENTER_CONFIG", config).output().unwrap();
        let [stdout, stderr] = [ran.stdout, ran.stderr].map(|it| String::from_utf8(it).unwrap());
        assert_eq!(
            ran.status.code(),
            Some(code),
            "{command:?}: {stdout}{stderr}"
        );
        self.printed.push_str(&stdout);
        self.printed.push_str(&stderr);
        self.note(config);
    }

    /// Records the current refresh token of the store, which changes with every use.
    fn note(&mut self, config: &Path) {
        let file = config.with_file_name("tokens").join("default.json");
        let Ok(text) = std::fs::read_to_string(file) else {
            return;
        };
        let token: serde_json::Value = serde_json::from_str(&text).unwrap();
        let texts = token.as_object().unwrap().values();
        let longest = texts.filter_map(|it| it.as_str()).max_by_key(|it| it.len());
        self.secrets.push(longest.unwrap().to_owned());
    }
}

/// Approves the sign-in with this code, as clicking `Sign in` does.
pub(super) fn approve(service: &Service, code: &str) {
    let url: url::Url = service.text("url").parse().unwrap();
    let address = (url.host_str().unwrap(), url.port().unwrap());
    let body = format!("user_code={code}&decision=approve");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /devicelogin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
}

#[test]
fn secrets_are_only_in_the_token_store() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let service = Service::start();
    let mut seen = Seen::default();
    seen.secrets.extend(
        [
            PLANTED_SECRET,
            PLANTED_REFRESH_TOKEN,
            PLANTED_PASSWORD,
            PLANTED_ACCESS_TOKEN,
            TOKEN,
        ]
        .map(str::to_owned),
    );
    let secret = service.text("clientSecret");
    seen.secrets
        .extend([secret.clone(), service.text("refreshToken")]);

    let mut login = service.login(&config);
    login.env("PCENTER_CLIENT_SECRET", &secret);
    login.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut login = Running(login.spawn().unwrap());
    let mut stderr = BufReader::new(login.0.stderr.take().unwrap());
    let (read, code) = until_the_code(&mut stderr);
    approve(&service, &code);
    seen.printed.push_str(&read);
    stderr.read_to_string(&mut seen.printed).unwrap();
    assert_eq!(login.0.wait().unwrap().code(), Some(0), "{}", seen.printed);
    seen.note(&config);

    // Successful commands.
    for arguments in [
        &["-vv", "licenses", "deployment"][..],
        &["-vv", "auth", "status"],
        &["-vv", "auth", "status", "-o", "json"],
        &["-vv", "auth", "doctor"],
        &["-vv", "auth", "doctor", "-o", "json"],
    ] {
        let mut command = pcenter(arguments);
        let proxy = format!("http://user:{PLANTED_PASSWORD}@proxy.contoso.com:8080");
        command.env("PCENTER_CLIENT_SECRET", &secret);
        command.env("HTTPS_PROXY", proxy);
        seen.run(&mut command, &config, 0);
    }
    // Refused commands.
    for (variable, value) in [
        ("PCENTER_CLIENT_SECRET", PLANTED_SECRET),
        ("PCENTER_ACCESS_TOKEN", PLANTED_ACCESS_TOKEN),
        ("PCENTER_REFRESH_TOKEN", PLANTED_REFRESH_TOKEN),
    ] {
        for arguments in [
            &["-vv", "licenses", "deployment", "--no-token-cache"][..],
            &["-vv", "auth", "doctor"],
        ] {
            let mut command = pcenter(arguments);
            command.args(["--base-url", &service.text("url")]);
            command.env("PCENTER_TENANT_ID", service.text("tenantId"));
            command.env("PCENTER_CLIENT_ID", service.text("clientId"));
            command.env("PCENTER_AUTHORITY", service.text("authority"));
            if variable == "PCENTER_CLIENT_SECRET" {
                command.env("PCENTER_PROFILE", "default");
            }
            command.env(variable, value);
            seen.run(&mut command, &config, 3);
        }
    }
    // Logging was enabled.
    for expected in [
        "partner_licenses_deployment: answered status=200",
        "authorization: (not shown)",
        "user:      admin-agent@contoso.onmicrosoft.com",
        "All checks passed.",
        "proxy.contoso.com:8080",
    ] {
        assert!(
            seen.printed.contains(expected),
            "{expected}: {}",
            seen.printed
        );
    }
    let files: Vec<_> = std::fs::read_dir(home.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    assert_eq!(files.len(), 1);
    let names: Vec<_> = std::fs::read_dir(home.path().join("tokens"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "default.json")
        .collect();
    let mut names = names;
    names.sort();
    assert_eq!(names, ["default.json.access", "default.json.lock"]);
    let lock = home.path().join("tokens/default.json.lock");
    assert_eq!(std::fs::read(lock).unwrap(), b"");
    seen.secrets.sort();
    seen.secrets.dedup();
    assert!(
        seen.secrets.len() > 8,
        "the token in the store did not change"
    );
    for secret in &seen.secrets {
        assert!(!seen.printed.contains(secret), "{secret}: {}", seen.printed);
        assert!(!files.concat().contains(secret), "{secret}");
    }
}
