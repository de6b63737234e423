//! Documented exchanges: requests and responses as printed in the service's documentation.

use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;

/// Byte-order mark that the service sends before some bodies.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Request and response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Request, from `request.http`.
    pub request: HttpMessage,
    /// Response, from `response.http`.
    pub response: HttpMessage,
    /// Documentation of both, from `source.txt`.
    pub source: Source,
}

/// Documentation page of an exchange, and the difference from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// URL of the documentation page.
    pub page: String,
    /// Difference between exchange and page, in one line; `None` if they are equal.
    pub departure: Option<String>,
}

/// Folder of an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeFolder {
    /// `operationId`, or `operationId/variant` for a further documented example.
    pub name: String,
    /// Path of the folder.
    pub path: PathBuf,
}

impl ExchangeFolder {
    /// Lists every exchange below `root`: its folders, each followed by its variants.
    ///
    /// # Errors
    ///
    /// Returns an error if a folder cannot be read.
    pub fn all(root: &Path) -> std::io::Result<Vec<ExchangeFolder>> {
        let mut all = Vec::new();
        for path in folders(root)? {
            let name = file_name(&path);
            let variants = folders(&path)?;
            all.push(ExchangeFolder {
                name: name.clone(),
                path,
            });
            all.extend(variants.into_iter().map(|path| ExchangeFolder {
                name: format!("{name}/{}", file_name(&path)),
                path,
            }));
        }
        Ok(all)
    }

    /// Returns the `operationId`.
    pub fn operation_id(&self) -> &str {
        self.name
            .split_once('/')
            .map_or(self.name.as_str(), |(operation, _)| operation)
    }

    /// Returns the name of the variant; `None` for the operation's main exchange.
    pub fn variant(&self) -> Option<&str> {
        self.name.split_once('/').map(|(_, variant)| variant)
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Returns the folders in a folder, sorted by name.
fn folders(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// HTTP message as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpMessage {
    /// `GET https://host/path HTTP/1.1` or `HTTP/1.1 200 OK`.
    pub start_line: String,
    /// Header fields in order, with names as written.
    pub headers: Vec<(String, String)>,
    /// Text after the empty line as written, line ends included.
    pub body: String,
}

/// Error of reading an exchange.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// A file cannot be read.
    #[error("{}: cannot be read: {source}; an exchange is the files request.http, response.http and source.txt", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// A file is not an HTTP message.
    #[error("{}:{line}: {what}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Problem and fix.
        what: String,
    },
}

/// Error of a body that is not JSON.
#[derive(Debug, thiserror::Error)]
#[error("not valid JSON: {source}")]
pub struct JsonError {
    #[from]
    source: serde_json::Error,
}

impl Exchange {
    /// Reads `request.http`, `response.http` and `source.txt` of a folder.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be read, is not an HTTP message, or does not name its page.
    pub fn load(dir: &Path) -> Result<Exchange, ExchangeError> {
        fn read<T>(
            dir: &Path,
            name: &str,
            parse: impl FnOnce(&str) -> Result<T, (usize, String)>,
        ) -> Result<T, ExchangeError> {
            let path = dir.join(name);
            match std::fs::read_to_string(&path) {
                Ok(text) => {
                    parse(&text).map_err(|(line, what)| ExchangeError::Syntax { path, line, what })
                }
                Err(source) => Err(ExchangeError::Read { path, source }),
            }
        }
        let request = read(dir, "request.http", HttpMessage::parse)?;
        let response = read(dir, "response.http", HttpMessage::parse)?;
        let source = read(dir, "source.txt", Source::parse)?;
        let wrong = |name: &str, what: &str| ExchangeError::Syntax {
            path: dir.join(name),
            line: 1,
            what: what.to_owned(),
        };
        if request.method().is_none() || request.path().is_none() {
            let what = "no request line; write it like `GET https://host/path HTTP/1.1`";
            return Err(wrong("request.http", what));
        }
        if response.status().is_none() {
            let what = "no status line; write it like `HTTP/1.1 200 OK`";
            return Err(wrong("response.http", what));
        }
        Ok(Exchange {
            request,
            response,
            source,
        })
    }
}

impl Source {
    /// Reads the two lines `Page: <URL>` and `Departure: none` or `Departure: <text>`.
    ///
    /// # Errors
    ///
    /// Returns the line, from 1, and the problem.
    pub fn parse(text: &str) -> Result<Source, (usize, String)> {
        let lines: Vec<&str> = text.lines().collect();
        let value = |line: usize, name: &str| {
            let value = lines.get(line - 1).and_then(|text| text.strip_prefix(name));
            let value = value.map(str::trim).filter(|value| !value.is_empty());
            value.ok_or((line, format!("expected `{name} ...` in this line")))
        };
        let (page, departure) = (value(1, "Page:")?, value(2, "Departure:")?);
        if lines.len() > 2 {
            return Err((3, "expected two lines, found more".to_owned()));
        }
        Ok(Source {
            page: page.to_owned(),
            departure: (departure != "none").then(|| departure.to_owned()),
        })
    }
}

impl HttpMessage {
    /// Reads start line, header fields, empty line and body; line ends are LF or CRLF.
    ///
    /// # Errors
    ///
    /// Returns the line, from 1, and the problem.
    pub fn parse(text: &str) -> Result<HttpMessage, (usize, String)> {
        let mut rest = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let mut next = || {
            if rest.is_empty() {
                return None;
            }
            let (line, tail) = rest.split_once('\n').unwrap_or((rest, ""));
            rest = tail;
            Some(line.strip_suffix('\r').unwrap_or(line))
        };
        let start_line = next().filter(|line| !line.trim().is_empty());
        let start_line = start_line.ok_or((
            1,
            "the first line is empty; begin with the start line".to_owned(),
        ))?;
        let mut headers = Vec::new();
        while let Some(line) = next().filter(|line| !line.is_empty()) {
            let number = headers.len() + 2;
            let (name, value) = line.split_once(':').ok_or_else(|| {
                (number, format!("`{line}` is not a header field; write `Name: value`, and an empty line before the body"))
            })?;
            let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            if name.is_empty() || !name.chars().all(token) {
                return Err((
                    number,
                    format!("`{name}` is not a valid name of a header field"),
                ));
            }
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        Ok(HttpMessage {
            start_line: start_line.to_owned(),
            headers,
            body: rest.to_owned(),
        })
    }

    /// Returns the first header field of this name, which is case-insensitive.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the method of a request.
    pub fn method(&self) -> Option<&str> {
        let method = self.start_line.split(' ').next()?;
        let upper = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
        upper.then_some(method)
    }

    /// Returns the path of a request, without the query.
    pub fn path(&self) -> Option<&str> {
        let target = self.target()?;
        Some(target.split_once('?').map_or(target, |(path, _)| path))
    }

    /// Returns the query of a request, as written.
    pub fn query(&self) -> Option<&str> {
        self.target()?.split_once('?').map(|(_, query)| query)
    }

    /// Returns the status code of a response.
    pub fn status(&self) -> Option<u16> {
        let mut parts = self.start_line.split(' ');
        parts
            .next()
            .filter(|version| version.starts_with("HTTP/"))?;
        parts
            .next()
            .and_then(|code| code.parse().ok())
            .filter(|code| (100..600).contains(code))
    }

    /// Returns the bytes on the wire: compact JSON, after a byte-order mark if the documented
    /// `Content-Length` includes it. Empty if the body is empty.
    ///
    /// # Errors
    ///
    /// Returns an error if the body is not valid JSON.
    pub fn wire_body(&self) -> Result<Vec<u8>, JsonError> {
        let body = self.body.trim_start_matches(BYTE_ORDER_MARK);
        if body.trim().is_empty() {
            return Ok(Vec::new());
        }
        let compact = compact_json(body)?;
        let length = self
            .header("Content-Length")
            .and_then(|length| length.parse().ok());
        let marked = length == Some(compact.len() + BYTE_ORDER_MARK.len());
        let mark = if marked { BYTE_ORDER_MARK } else { "" };
        Ok([mark, &compact].concat().into_bytes())
    }

    /// Returns path and query of a request, from the first `/` after the host.
    fn target(&self) -> Option<&str> {
        let target = self.start_line.split(' ').nth(1)?;
        let after_host = match target.split_once("://") {
            Some((_, rest)) => &rest[rest.find('/')?..],
            None => target,
        };
        after_host.starts_with('/').then_some(after_host)
    }
}

/// Returns JSON without white space between its tokens. Numbers and texts keep their spelling:
/// `0.0` does not become `0`, and `\u00e9` does not become `é`.
///
/// # Errors
///
/// Returns an error if `text` is not valid JSON.
pub fn compact_json(text: &str) -> Result<String, JsonError> {
    let _: IgnoredAny = serde_json::from_str(text)?;
    let (mut in_text, mut escaped) = (false, false);
    let kept = text.chars().filter(|c| {
        if in_text {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_text = false,
                _ => {}
            }
            return true;
        }
        in_text = *c == '"';
        !matches!(c, ' ' | '\t' | '\n' | '\r')
    });
    Ok(kept.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_response_has_487_bytes() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../openapi/exchanges/partner_licenses_deployment");
        let exchange = Exchange::load(&dir).unwrap();
        assert_eq!(exchange.request.method(), Some("GET"));
        assert_eq!(
            exchange.request.path(),
            Some("/v1/analytics/licenses/deployment")
        );
        assert_eq!(exchange.request.query(), None);
        assert_eq!(exchange.request.wire_body().unwrap(), b"");
        assert_eq!(exchange.response.status(), Some(200));
        assert_eq!(
            exchange.response.header("ms-cv"),
            Some("f0trvmq8mEScHcFS.0")
        );
        let body = exchange.response.wire_body().unwrap();
        assert_eq!(body.len(), 487);
        assert!(body.starts_with("\u{feff}{\"totalCount\":2,".as_bytes()));
    }

    #[test]
    fn sources_have_a_page_and_a_departure() {
        let source = Source::parse("Page: https://host/a\nDeparture: none\n").unwrap();
        assert_eq!(
            (source.page.as_str(), source.departure),
            ("https://host/a", None)
        );
        let source = Source::parse("Page: x\r\nDeparture: one row is added (T4).").unwrap();
        assert_eq!(source.departure.as_deref(), Some("one row is added (T4)."));
        for (text, line) in [
            ("", 1),
            ("Page:\nDeparture: none", 1),
            ("Page: x", 2),
            ("Page: x\nDeparture: ", 2),
            ("Page: x\nDeparture: none\nmore", 3),
        ] {
            assert_eq!(Source::parse(text).unwrap_err().0, line, "{text:?}");
        }
    }

    #[test]
    fn both_line_ends_are_accepted_and_the_body_is_kept() {
        let lf = HttpMessage::parse("GET /a?b=c HTTP/1.1\nX: 1\n\n{\n}\n").unwrap();
        let crlf = HttpMessage::parse("GET /a?b=c HTTP/1.1\r\nX: 1\r\n\r\n{\r\n}\r\n").unwrap();
        assert_eq!(lf.headers, crlf.headers);
        assert_eq!(
            (lf.body.as_str(), crlf.body.as_str()),
            ("{\n}\n", "{\r\n}\r\n")
        );
        assert_eq!((lf.path(), lf.query()), (Some("/a"), Some("b=c")));
        assert_eq!(lf.wire_body().unwrap(), b"{}");
    }

    #[test]
    fn malformed_messages_are_reported_with_their_line() {
        assert_eq!(HttpMessage::parse("").unwrap_err().0, 1);
        assert_eq!(
            HttpMessage::parse("GET / HTTP/1.1\nA: b\n{\n")
                .unwrap_err()
                .0,
            3
        );
        assert_eq!(
            HttpMessage::parse("GET / HTTP/1.1\nA b: c\n")
                .unwrap_err()
                .0,
            2
        );
        assert_eq!(HttpMessage::parse("HTTP/1.1 abc").unwrap().status(), None);
        assert_eq!(
            HttpMessage::parse("GET https://host HTTP/1.1")
                .unwrap()
                .path(),
            None
        );
    }

    #[test]
    fn only_white_space_between_tokens_is_removed() {
        let text =
            "{ \"a b\" : [ 0.0 , 1.50e+2,\n -0 ], \"\\\" \\\\\" : \" x \\\\\", \"n\":null }\r\n";
        assert_eq!(
            compact_json(text).unwrap(),
            "{\"a b\":[0.0,1.50e+2,-0],\"\\\" \\\\\":\" x \\\\\",\"n\":null}"
        );
        for wrong in ["", "{", "[1,]", "1 2", "{'a':1}", "nul l", "\u{feff}{}"] {
            assert!(compact_json(wrong).is_err(), "{wrong}");
        }
        assert!(compact_json(&"[".repeat(10_000)).is_err());
    }
}
