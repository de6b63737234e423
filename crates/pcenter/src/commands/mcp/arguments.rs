//! Command line of a tool call.

use std::ffi::OsString;

use clap::ArgAction;
use partner_center_core::nearest::nearest;
use rmcp::model::JsonObject;
use serde_json::Value;

use super::outcome::{MOST_ROWS, ROWS, Window};
use super::schema;
use super::tools::CommandTool;
use crate::failure::{Exit, Failure};

/// Maximum length of the values of a call, in bytes. A filter has far less.
const LONGEST: usize = 64 * 1024;

/// Options that select or order rows in this program: the service must then not leave out any.
const OF_THIS_PROGRAM: [&str; 3] = ["all-customers", "sort", "where"];

/// Command line of a call, and the part of its rows to return.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) words: Vec<OsString>,
    pub(super) window: Window,
}

/// Returns the command line for the arguments of a call. `connection` has the options of the session.
pub(super) fn line(
    tool: &CommandTool,
    arguments: &JsonObject,
    connection: &[OsString],
) -> Result<Line, Failure> {
    let mut window = Window {
        limit: whole(arguments, "limit", 1, MOST_ROWS)?.unwrap_or(ROWS),
        offset: whole(arguments, "offset", 0, u64::MAX >> 1)?.unwrap_or(0),
        left_out: 0,
    };
    let mut words: Vec<OsString> = vec!["pcenter".into()];
    words.extend(tool.words.iter().map(OsString::from));
    let mut positional: Vec<OsString> = Vec::new();
    let mut length = 0;
    for (name, value) in arguments {
        if ["limit", "offset"].contains(&name.as_str()) || value.is_null() {
            continue;
        }
        let Some((_, option)) = tool.options.iter().find(|(known, _)| known == name) else {
            return Err(unknown(tool, name));
        };
        let flag = matches!(option.get_action(), ArgAction::SetTrue);
        let texts = match (flag, value) {
            (true, Value::Bool(true)) => {
                words.push(format!("--{name}").into());
                continue;
            }
            (true, Value::Bool(false)) => continue,
            (true, _) => return Err(wrong(name, "true or false")),
            (false, Value::Array(elements)) if schema::is_list(option) => {
                let texts: Option<Vec<String>> = elements.iter().map(text).collect();
                texts.ok_or_else(|| wrong(name, "a list of texts"))?
            }
            (false, value) => match text(value) {
                Some(text) => vec![text],
                None => return Err(wrong(name, "one text or number")),
            },
        };
        length += texts.iter().map(String::len).sum::<usize>();
        if length > LONGEST {
            return Err(Failure::new(
                Exit::Usage,
                format!("the arguments are longer than {LONGEST} bytes"),
            )
            .help("shorten them, for example the filter"));
        }
        if option.is_positional() {
            positional.extend(texts.into_iter().map(OsString::from));
        } else if matches!(option.get_action(), ArgAction::Append) {
            words.extend(
                texts
                    .iter()
                    .map(|text| OsString::from(format!("--{name}={text}"))),
            );
        } else if !texts.is_empty() {
            words.push(format!("--{name}={}", texts.join(",")).into());
        }
    }
    check_required(tool, arguments)?;
    if tool.has_limit {
        let customers = arguments.get("customer").and_then(Value::as_array);
        let by_the_service = tool.has_skip
            && customers.is_none_or(|customers| customers.len() < 2)
            && OF_THIS_PROGRAM
                .iter()
                .all(|name| !arguments.contains_key(*name));
        if by_the_service {
            words.push(format!("--skip={}", window.offset).into());
            window.left_out = window.offset;
        }
        // One row more shows whether there are more.
        let rows = window.offset - window.left_out + window.limit + 1;
        words.push(format!("--limit={rows}").into());
    }
    words.push("--output=json".into());
    words.extend(connection.iter().cloned());
    if !positional.is_empty() {
        words.push("--".into());
        words.extend(positional);
    }
    Ok(Line { words, window })
}

/// Checks that the call has what the command needs: without a customer, a command may be another
/// operation.
fn check_required(tool: &CommandTool, arguments: &JsonObject) -> Result<(), Failure> {
    let is_given = |name: &String| {
        let value = arguments.get(name);
        value.is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)))
    };
    let missing = match tool.required.iter().find(|name| !is_given(name)) {
        Some(name) => format!("`{name}`"),
        None if tool.one_of.is_empty() || tool.one_of.iter().any(is_given) => return Ok(()),
        None => format!("`{}`", tool.one_of.join("` or `")),
    };
    Err(Failure::new(
        Exit::Usage,
        format!("`{}` needs the argument {missing}", tool.tool.name),
    )
    .help("see the input schema of the tool"))
}

/// Returns a value as the text of an option.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is_true) => Some(is_true.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn whole(
    arguments: &JsonObject,
    name: &str,
    least: u64,
    most: u64,
) -> Result<Option<u64>, Failure> {
    let value = match arguments.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(value) => value.as_u64(),
    };
    let value = value.filter(|value| (least..=most).contains(value));
    let expected = || wrong(name, &format!("a whole number from {least} to {most}"));
    value.map(Some).ok_or_else(expected)
}

fn wrong(name: &str, expected: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        format!("the argument `{name}` is not {expected}"),
    )
    .help("see the input schema of the tool")
}

fn unknown(tool: &CommandTool, name: &str) -> Failure {
    let names = tool.options.iter().map(|(name, _)| name.as_str());
    let names: Vec<_> = names.chain(["limit", "offset"]).collect();
    let help = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has: {}", names.join(", ")),
    };
    Failure::new(
        Exit::Usage,
        format!("`{}` has no argument `{name}`", tool.tool.name),
    )
    .help(help)
}
