//! Tools: one per operation of the catalog, and one per report.

use std::sync::Arc;

use clap::{Arg, ArgAction, Command};
use partner_center::{OPERATIONS, Operation};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value, json};

use super::{outcome, schema};
use crate::operations::{OperationCommand, flag_of};

/// Commands of reports, below which every command is a tool.
const REPORTS: &str = "report";

/// Option that replaces the customer of a path.
pub(super) const ALL_CUSTOMERS: &str = "all-customers";

/// Options that tools do not have: those of the output, which is always JSON, of the process, and
/// those for which tools have `limit` and `offset`.
const LEFT_OUT: [&str; 21] = [
    "all",
    "as-of",
    "excel",
    "exit-code",
    "from",
    "help",
    "jq",
    "limit",
    "no-header",
    "no-input",
    "no-pager",
    "open",
    "output",
    "progress",
    "skip",
    "top",
    "size",
    "storage-credential",
    "today",
    "verbose",
    "wide",
];

/// Command of this program as a tool.
#[derive(Clone, Debug)]
pub(super) struct CommandTool {
    pub(super) tool: Tool,
    /// Words of the command, without the name of the program.
    pub(super) words: Vec<String>,
    /// Options that the tool takes, by their names in the arguments.
    pub(super) options: Vec<(String, Arg)>,
    /// Names of the options that every call must have.
    pub(super) required: Vec<String>,
    /// Names of the options of which a call must have one.
    pub(super) one_of: Vec<String>,
    /// Whether the command reads only as many rows as requested.
    pub(super) has_limit: bool,
    /// Whether the service leaves out the first rows by itself.
    pub(super) has_skip: bool,
}

/// Returns all tools. `connection` has the ids of the options that are given once, for the session.
pub(super) fn all(commands: &Command, connection: &[String]) -> Vec<CommandTool> {
    let mut tools = Vec::new();
    if let Some(reports) = commands.find_subcommand(REPORTS) {
        for report in reports.get_subcommands() {
            if report.get_name() != "help" {
                tools.push(of_report(report, connection));
            }
        }
    }
    for operation in OPERATIONS {
        tools.extend(of_operation(operation, connection));
    }
    tools
}

fn of_report(report: &Command, connection: &[String]) -> CommandTool {
    let about = report.get_long_about().or_else(|| report.get_about());
    let name = format!("report_{}", report.get_name().replace('-', "_"));
    let options = options(report, connection, |_| true);
    let words = vec![REPORTS.to_owned(), report.get_name().to_owned()];
    let about = about.map(ToString::to_string).unwrap_or_default();
    let tool = named(name, title(report), about);
    CommandTool::new(tool, words, options, &[], report, None)
}

/// Returns a tool that has no schema yet.
fn named(name: String, title: String, about: String) -> Tool {
    Tool::new(name, about, JsonObject::new()).with_title(title)
}

fn of_operation(operation: &'static Operation, connection: &[String]) -> Option<CommandTool> {
    let command = OperationCommand::of(operation)?;
    let definition = command.command();
    let path: Vec<String> = command.path_flags();
    let own: Vec<String> = operation
        .parameters_in(partner_center::catalog::Place::Path)
        .map(|parameter| flag_of(parameter.name))
        .collect();
    // A command of two operations has the path parameters of both.
    let is_own = |name: &str| match name {
        ALL_CUSTOMERS => !own.is_empty(),
        name => !path.iter().any(|flag| flag == name) || own.iter().any(|flag| flag == name),
    };
    let options = options(&definition, connection, is_own);
    let words = command
        .commands
        .iter()
        .map(|word| (*word).to_owned())
        .collect();
    let summary = operation.summary.to_owned();
    let tool = named(operation.id.to_owned(), summary, about(operation));
    let operation = Some(operation);
    Some(CommandTool::new(
        tool,
        words,
        options,
        &own,
        &definition,
        operation,
    ))
}

impl CommandTool {
    /// Adds schema and annotations to a tool that has its name and its texts.
    fn new(
        mut tool: Tool,
        words: Vec<String>,
        options: Vec<(String, Arg)>,
        path: &[String],
        command: &Command,
        operation: Option<&'static Operation>,
    ) -> Self {
        let has = |id: &str| command.get_arguments().any(|option| option.get_id() == id);
        let annotations = ToolAnnotations::new()
            .read_only(true)
            .destructive(false)
            .idempotent(true)
            .open_world(true);
        let is_required =
            |(name, option): &&(String, Arg)| option.is_required_set() || path.contains(name);
        let required = options.iter().filter(is_required);
        let mut required: Vec<String> = required.map(|(name, _)| name.clone()).collect();
        let mut one_of = Vec::new();
        if options.iter().any(|(name, _)| name == ALL_CUSTOMERS) {
            required.retain(|name| !path.contains(name));
            one_of.extend(path.iter().cloned());
            one_of.push(ALL_CUSTOMERS.to_owned());
        }
        tool.input_schema = Arc::new(input_schema(&options, &required, operation));
        tool.annotations = Some(annotations);
        Self {
            tool,
            has_limit: has("limit"),
            has_skip: has("skip"),
            words,
            one_of,
            options,
            required,
        }
    }
}

/// Returns the options of a command that a tool has, by their names.
fn options(
    command: &Command,
    connection: &[String],
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<(String, Arg)> {
    let options = command.get_arguments().filter(|option| {
        let id = option.get_id().as_str();
        let name = option.get_long().unwrap_or(id);
        let is_flag = matches!(option.get_action(), ArgAction::SetTrue);
        let is_value = matches!(option.get_action(), ArgAction::Set | ArgAction::Append);
        is_wanted(name)
            && (is_flag || is_value)
            && !option.is_hide_set()
            && !LEFT_OUT.contains(&name)
            && !connection.iter().any(|it| it == id)
            && !schema::is_path(option)
    });
    let named = options.map(|option| {
        let name = option.get_long().unwrap_or(option.get_id().as_str());
        (name.to_owned(), option.clone())
    });
    named.collect()
}

fn input_schema(
    options: &[(String, Arg)],
    required: &[String],
    operation: Option<&Operation>,
) -> JsonObject {
    let mut properties = JsonObject::new();
    for (name, option) in options {
        properties.insert(name.clone(), schema::of_option(option, operation));
    }
    properties.insert(
        "limit".to_owned(),
        json!({
            "type": "integer",
            "minimum": 1,
            "maximum": outcome::MOST_ROWS,
            "default": outcome::ROWS,
            "description": "Maximum number of rows to return",
        }),
    );
    properties.insert(
        "offset".to_owned(),
        json!({
            "type": "integer",
            "minimum": 0,
            "default": 0,
            "description": "Number of rows to leave out at the start: `nextOffset` of the previous \
                            result",
        }),
    );
    let mut schema = JsonObject::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

/// Returns the first line of the description of a command.
fn title(command: &Command) -> String {
    let about = command.get_about().map(ToString::to_string);
    about.unwrap_or_else(|| command.get_name().to_owned())
}

/// Returns what an operation returns, and the meaning of its columns.
fn about(operation: &Operation) -> String {
    let mut text = format!("{}.", operation.summary);
    if let Some(successor) = operation.superseded_by {
        let path = successor.trim_start_matches("GET ");
        let name = Operation::of_path(path).map_or(successor, |operation| operation.id);
        text.push_str(&format!(
            " Superseded by {name}, which has rows per customer and product."
        ));
    }
    text.push_str(&format!(" Documentation: {}", operation.documentation));
    text.push_str("\nColumns; those without a value are left out of a row:");
    for field in outcome::without_metadata(operation.fields) {
        let meaning = match field.meaning {
            "" => String::new(),
            meaning => format!(": {meaning}"),
        };
        text.push_str(&format!("\n- {}{meaning}", field.name));
    }
    text
}
