//! `--jq`: an expression of jq, applied to the JSON output.

use std::io::{self, Write};

use jaq_core::data::JustLut;
use jaq_core::load::lex;
use jaq_core::load::{Arena, Error, File, Loader, span};
use jaq_core::{Compiler, Ctx, Filter, Vars, unwrap_valr};
use jaq_json::{Val, read};

use super::json::visible;
use crate::failure::{Exit, Failure};
use crate::printable::printable;

/// Expression of jq.
pub(crate) struct Expression(Filter<JustLut<Val>>);

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Expression")
    }
}

impl Expression {
    /// Parses `--jq`.
    pub(crate) fn new(text: &str) -> Result<Self, Failure> {
        let refused = |problem: String| {
            Failure::new(Exit::Usage, format!("--jq: {problem}"))
                .help("put the expression in single quotes, for example --jq '.[].customerName'")
        };
        let definitions = jaq_core::defs()
            .chain(jaq_std::defs())
            .chain(jaq_json::defs());
        let functions = jaq_core::funs()
            .chain(jaq_std::funs())
            .chain(jaq_json::funs());
        let arena = Arena::default();
        let program = File {
            code: text,
            path: (),
        };
        let modules = Loader::new(definitions)
            .load(&arena, program)
            .map_err(|errors| {
                let first = errors.into_iter().next().map(|(_, error)| error);
                refused(first.map_or_else(String::new, |error| wrong(text, error)))
            })?;
        let filter = Compiler::default()
            .with_funs(functions)
            .compile(modules)
            .map_err(|errors| {
                let mut symbols = errors.into_iter().flat_map(|(_, symbols)| symbols);
                refused(symbols.next().map_or_else(String::new, |(name, kind)| {
                    let place = column(text, name);
                    format!("unknown {} `{name}` at column {place}", kind.as_str())
                }))
            })?;
        Ok(Self(filter))
    }

    /// Writes the results for a JSON text, one per line: strings without quotes, other values as
    /// JSON. Returns the message of an error of the expression, which ends the results.
    pub(crate) fn apply(
        &self,
        json: &[u8],
        terminal: bool,
        out: &mut dyn Write,
    ) -> io::Result<Option<String>> {
        let input = read::parse_single(json).map_err(io::Error::other)?;
        let context = Ctx::<JustLut<Val>>::new(&self.0.lut, Vars::new([]));
        for result in self.0.id.run((context, input)).map(unwrap_valr) {
            match result {
                Ok(Val::TStr(text) | Val::BStr(text)) if terminal => {
                    for line in String::from_utf8_lossy(&text).split('\n') {
                        writeln!(out, "{}", printable(line))?;
                    }
                }
                Ok(Val::TStr(text) | Val::BStr(text)) => {
                    out.write_all(&text)?;
                    writeln!(out)?;
                }
                Ok(value) if terminal => writeln!(out, "{}", visible(&value.to_string()))?,
                Ok(value) => writeln!(out, "{value}")?,
                Err(error) => return Ok(Some(error.to_string())),
            }
        }
        Ok(None)
    }
}

/// Describes the first error in an expression, with its position.
fn wrong(text: &str, error: Error<&str>) -> String {
    match error {
        Error::Io(errors) => {
            let first = errors.first().map(|(_, message)| message.as_str());
            first.unwrap_or("modules cannot be loaded").to_owned()
        }
        Error::Lex(errors) => match errors.first() {
            Some((expected, found)) => expectation(text, lexical(expected), found),
            None => "the expression is not valid".to_owned(),
        },
        Error::Parse(errors) => match errors.first() {
            Some((expected, found)) => expectation(text, expected.as_str(), found),
            None => "the expression is not valid".to_owned(),
        },
    }
}

fn lexical(expected: &lex::Expect<&str>) -> &'static str {
    expected.as_str()
}

fn expectation(text: &str, expected: &str, found: &str) -> String {
    let place = column(text, found);
    match found {
        "" => format!("wrong at its end: expected {expected}"),
        found => {
            let start: String = found.chars().take(20).collect();
            format!("wrong at column {place}: expected {expected}, found `{start}`")
        }
    }
}

/// Returns the position of a part of the text, in characters from 1.
fn column(text: &str, part: &str) -> usize {
    let start = span(text, part).start;
    text.get(..start)
        .map_or(1, |before| before.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(expression: &str, json: &str) -> (String, Option<String>) {
        let mut out = Vec::new();
        let expression = Expression::new(expression).unwrap();
        let error = expression.apply(json.as_bytes(), false, &mut out).unwrap();
        (String::from_utf8(out).unwrap(), error)
    }

    #[test]
    fn strings_are_written_without_quotes_and_numbers_keep_their_digits() {
        let rows = r#"[{"a":"x\ny","n":1.50},{"a":null,"n":12345678901234567890123}]"#;
        assert_eq!(results(".[].a", rows).0, "x\ny\nnull\n");
        assert_eq!(results(".[].n", rows).0, "1.50\n12345678901234567890123\n");
        assert_eq!(
            results("map(select(.n > 2)) | length, .", rows).0,
            "1\n[{\"a\":null,\"n\":12345678901234567890123}]\n"
        );
        assert_eq!(results("empty", rows), (String::new(), None));
    }

    #[test]
    fn an_error_of_the_expression_ends_the_results() {
        let (out, error) = results(".[] | .a.b", r#"[{"a":{"b":1}},{"a":5},{"a":{"b":2}}]"#);
        assert_eq!(out, "1\n");
        assert!(error.is_some_and(|error| error.contains("index")));
    }

    #[test]
    fn wrong_expressions_are_refused_with_the_position() {
        for (expression, text) in [
            (".[", "--jq: wrong at"),
            (".a | )", "column 6"),
            ("map(", "expected closing parenthesis"),
            (".a | frobnicate", "unknown filter `frobnicate` at column 6"),
            ("$x", "unknown variable `$x` at column 1"),
            (".a | \"é", "expected closing quote"),
            ("", "--jq: wrong at its end"),
        ] {
            let failure = Expression::new(expression).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage);
            let message = failure.summary();
            assert!(message.contains(text), "{expression}: {message}");
        }
    }
}
