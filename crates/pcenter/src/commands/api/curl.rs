//! Command line of curl for a request, without the access token.

use url::Url;

/// Text instead of the token.
const TOKEN: &str = "REDACTED";

/// Note on stderr next to the command.
pub(super) const NOTE: &str = "note: the request was not sent; to send it, replace REDACTED by \
                              what `pcenter auth token` prints";

/// Returns the command for a POSIX shell.
pub(super) fn command<'h>(
    is_head: bool,
    url: &Url,
    headers: impl Iterator<Item = (&'h str, String)>,
) -> String {
    // curl reads braces and brackets in a URL as patterns.
    let mut command = match is_head {
        true => "curl --head --globoff ".to_owned(),
        false => "curl --globoff ".to_owned(),
    };
    command.push_str(&quoted(url.as_str()));
    let authorization = ("authorization", format!("Bearer {TOKEN}"));
    // `--compressed` requests and decodes what curl itself can decode.
    let headers = headers.filter(|(name, _)| *name != "accept-encoding");
    for (name, value) in headers.chain([authorization]) {
        let header = quoted(&format!("{name}: {value}"));
        command.push_str(&format!(" \\\n  --header {header}"));
    }
    command.push_str(" \\\n  --compressed");
    command
}

/// Returns a text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        let url = "https://api.example/v1/a?filter={\"a\":'b'}&x=$(id)"
            .parse()
            .unwrap();
        let headers = [("x-locale", "en-US"), ("accept-encoding", "gzip")];
        let headers = headers.map(|(name, value)| (name, value.to_owned()));
        assert_eq!(
            command(true, &url, headers.into_iter()),
            "curl --head --globoff \
             'https://api.example/v1/a?filter={%22a%22:%27b%27}&x=$(id)' \\\n  \
             --header 'x-locale: en-US' \\\n  \
             --header 'authorization: Bearer REDACTED' \\\n  \
             --compressed"
        );
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
