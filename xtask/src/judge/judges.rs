//! Judges: each runs its programs over a spec and reads their report.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::documented::DocumentedResponse;
use crate::tools::{NodeTools, PythonTools, complaint};

/// Program, or pair of programs, that checks the spec.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Judge {
    /// Spectral with its rules for OpenAPI.
    Spectral,
    /// Redocly with its strictest rules.
    Redocly,
    /// openapi-spec-validator.
    Validator,
    /// Pydantic models by datamodel-code-generator, which parse every documented response.
    Models,
    /// TypeScript types by openapi-typescript, to which every documented response is assigned.
    TypeScript,
}

/// Subject of the judges.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    /// Path of the spec.
    pub(super) file: &'a Path,
    /// The spec.
    pub(super) spec: &'a Value,
    /// Documented responses.
    pub(super) responses: &'a [DocumentedResponse],
    /// Existing folder for generated files.
    pub(super) folder: &'a Path,
}

/// Programs, or the reason why they are missing.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) node: Result<NodeTools, String>,
    pub(super) python: Result<PythonTools, String>,
}

/// Result of a judge's run.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Findings, one line each.
    Findings(BTreeSet<String>),
    /// The judge is not installed, with the reason.
    Skipped(String),
    /// The judge gave no report, with the reason.
    Failed(String),
}

impl Judge {
    /// All judges in the order in which they run.
    pub(super) const ALL: &[Judge] = &[
        Judge::Spectral,
        Judge::Redocly,
        Judge::Validator,
        Judge::Models,
        Judge::TypeScript,
    ];

    /// Returns the name for messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Judge::Spectral => "Spectral, spectral:oas",
            Judge::Redocly => "Redocly, recommended-strict",
            Judge::Validator => "openapi-spec-validator",
            Judge::Models => "pydantic models by datamodel-code-generator",
            Judge::TypeScript => "tsc --strict over types by openapi-typescript",
        }
    }

    /// Runs the judge.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be written.
    pub(super) fn run(self, tools: &Tools, subject: &Subject<'_>) -> io::Result<Verdict> {
        let node = tools.node.as_ref();
        let python = tools.python.as_ref();
        let report = match (self, node, python) {
            (Judge::Spectral, Ok(node), _) => spectral(node, subject)?,
            (Judge::Redocly, Ok(node), _) => redocly(node, subject),
            (Judge::TypeScript, Ok(node), _) => typescript(node, subject)?,
            (Judge::Validator, _, Ok(python)) => validator(python, subject),
            (Judge::Models, _, Ok(python)) => models(python, subject)?,
            (Judge::Spectral | Judge::Redocly | Judge::TypeScript, Err(reason), _)
            | (Judge::Validator | Judge::Models, _, Err(reason)) => {
                return Ok(Verdict::Skipped(reason.clone()));
            }
        };
        Ok(match report {
            Ok(findings) => Verdict::Findings(findings.into_iter().collect()),
            Err(reason) => Verdict::Failed(reason),
        })
    }
}

/// Findings, or the reason for a missing report.
type Report = Result<Vec<String>, String>;

fn spectral(node: &NodeTools, subject: &Subject<'_>) -> io::Result<Report> {
    let rules = subject.folder.join("spectral.yaml");
    std::fs::write(&rules, "extends: ['spectral:oas']\n")?;
    let mut command = node.command("@stoplight/spectral-cli/dist/index.js");
    command
        .args(["lint", "--format=json", "--quiet", "--ruleset"])
        .arg(&rules)
        .arg(subject.file);
    Ok(run(command, &[0, 1]).and_then(|output| {
        lines(&output, "", |finding| {
            let start = finding.get("range")?.get("start")?;
            let count = |key: &str| Some(start.get(key)?.as_u64()? + 1);
            Some(format!(
                "{}:{}:{} {}: {}",
                subject.file.display(),
                count("line")?,
                count("character")?,
                text(finding, "code"),
                text(finding, "message")
            ))
        })
    }))
}

fn redocly(node: &NodeTools, subject: &Subject<'_>) -> Report {
    let mut command = node.command("@redocly/cli/bin/cli.js");
    command
        .args(["lint", "--extends=recommended-strict", "--format=json"])
        .arg("--max-problems=10000")
        .arg(subject.file)
        // Without this option it would read a configuration in the current folder.
        .current_dir(subject.folder);
    lines(&run(command, &[0, 1])?, "/problems", |finding| {
        let location = finding.pointer("/location/0")?;
        let place = match location.get("start") {
            Some(start) => format!("{}:{}", start.get("line")?, start.get("col")?),
            None => text(location, "pointer").to_owned(),
        };
        Some(format!(
            "{}:{place} {}: {}",
            subject.file.display(),
            text(finding, "ruleId"),
            text(finding, "message")
        ))
    })
}

fn validator(python: &PythonTools, subject: &Subject<'_>) -> Report {
    let mut command = python.script("validate_spec.py");
    command.arg(subject.file);
    lines(&run(command, &[0])?, "", placed)
}

fn models(python: &PythonTools, subject: &Subject<'_>) -> io::Result<Report> {
    let [spec, models, responses] =
        ["models.json", "models.py", "responses.json"].map(|name| subject.folder.join(name));
    // Each response gets a schema, so that the name of its class is known.
    let class = |number: usize| format!("DocumentedResponse{number}");
    let mut document = subject.spec.clone();
    let schemas = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    if let Some(schemas) = schemas {
        for (number, response) in subject.responses.iter().enumerate() {
            let schema = subject.spec.pointer(&response.schema).cloned();
            schemas.insert(class(number), schema.unwrap_or_default());
        }
    }
    std::fs::write(&spec, document.to_string())?;
    let documented: Vec<_> = subject
        .responses
        .iter()
        .enumerate()
        .map(|(number, response)| {
            json!({"file": response.file, "model": class(number), "body": response.body})
        })
        .collect();
    std::fs::write(&responses, Value::Array(documented).to_string())?;

    let mut generate = python.program("datamodel-codegen");
    generate
        .args(["--input-file-type=openapi", "--formatters=builtin"])
        .arg("--output-model-type=pydantic_v2.BaseModel")
        .args(["--target-python-version=3.11", "--disable-timestamp"])
        // Without this option every optional property accepts null.
        .arg("--use-missing-sentinel")
        .arg("--input")
        .arg(&spec)
        .arg("--output")
        .arg(&models);
    let mut read = python.script("read_responses.py");
    read.args([&models, &responses]);
    Ok(run(generate, &[0])
        .and_then(|_| run(read, &[0]))
        .and_then(|output| lines(&output, "", placed)))
}

fn typescript(node: &NodeTools, subject: &Subject<'_>) -> io::Result<Report> {
    let types = subject.folder.join("spec.ts");
    let mut generate = node.command("openapi-typescript/bin/cli.js");
    generate.arg(subject.file).arg("--output").arg(&types);
    let (code, starts) = assignments(subject.responses);
    std::fs::write(subject.folder.join("responses.ts"), &code)?;
    let options = json!({
        "compilerOptions": {
            "strict": true, "noEmit": true, "types": [], "module": "preserve", "target": "es2022",
        },
        "files": ["responses.ts"],
    });
    std::fs::write(
        subject.folder.join("tsconfig.json"),
        format!("{options:#}\n"),
    )?;
    let mut compile = node.command("typescript/bin/tsc");
    compile
        .args(["--project", ".", "--pretty", "false"])
        .current_dir(subject.folder);
    Ok(run(generate, &[0])
        .and_then(|_| run(compile, &[0, 1, 2]))
        .and_then(|output| {
            let findings = compiler_errors(&output, &code, &starts, subject.responses);
            // An error that does not begin with a file is about the options.
            let wrong_options = output.stdout.starts_with(b"error ");
            match output.status.success() == findings.is_empty() && !wrong_options {
                true => Ok(findings),
                false => Err(complaint(&output)),
            }
        }))
}

/// Returns a file that assigns every documented body to the type of its response, and the lines,
/// from 1, at which the bodies begin.
fn assignments(responses: &[DocumentedResponse]) -> (String, Vec<usize>) {
    let mut code = "import type { operations } from './spec';\n".to_owned();
    let mut starts = Vec::new();
    for (number, response) in responses.iter().enumerate() {
        starts.push(code.lines().count() + 1);
        let status = match response.status.parse::<u16>() {
            Ok(status) => status.to_string(),
            Err(_) => format!("{:?}", response.status),
        };
        code.push_str(&format!(
            "export const response{number}: operations[{:?}][\"responses\"][{status}][\"content\"]\
             [\"application/json\"] = {:#};\n",
            response.operation, response.body,
        ));
    }
    (code, starts)
}

/// Returns the errors of `tsc`, with the documented response and its line instead of file and
/// position.
fn compiler_errors(
    output: &Output,
    code: &str,
    starts: &[usize],
    responses: &[DocumentedResponse],
) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let mut findings: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        // Indented lines explain the line before them.
        if let (true, Some(last)) = (line.starts_with(' '), findings.last_mut()) {
            last.push_str(&format!("; {}", line.trim()));
            continue;
        }
        let place = line
            .strip_prefix("responses.ts(")
            .and_then(|rest| rest.split_once(','))
            .and_then(|(number, rest)| Some((number.parse::<usize>().ok()?, rest)));
        findings.push(match place {
            Some((number, rest)) => {
                let index = starts.partition_point(|start| *start <= number);
                let response = index.checked_sub(1).and_then(|index| responses.get(index));
                let file = response.map_or("responses.ts", |response| &response.file);
                let message = rest.split_once("): ").map_or(rest, |(_, message)| message);
                let source = code.lines().nth(number.saturating_sub(1));
                format!("{file} `{}`: {message}", source.unwrap_or_default().trim())
            }
            None => line.to_owned(),
        });
    }
    findings
}

/// Runs a program whose exit code must be one of these.
fn run(mut command: Command, allowed: &[i32]) -> Result<Output, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("{name} cannot be started: {error}"))?;
    match output.status.code() {
        Some(code) if allowed.contains(&code) => Ok(output),
        _ => Err(complaint(&output)),
    }
}

/// Returns the findings of a JSON report: a list at `pointer`.
fn lines(
    output: &Output,
    pointer: &str,
    line: impl Fn(&Value) -> Option<String>,
) -> Result<Vec<String>, String> {
    let report: Option<Value> = serde_json::from_slice(&output.stdout).ok();
    let findings = report
        .as_ref()
        .and_then(|report| report.pointer(pointer)?.as_array())
        .ok_or_else(|| format!("no report: {}", complaint(output)))?;
    let shown = |finding: &Value| line(finding).unwrap_or_else(|| finding.to_string());
    Ok(findings.iter().map(shown).collect())
}

/// Formats a finding of our Python scripts.
fn placed(finding: &Value) -> Option<String> {
    Some(format!(
        "{}: {}",
        finding.get("place")?.as_str()?,
        finding.get("message")?.as_str()?
    ))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(file: &str, status: &str) -> DocumentedResponse {
        DocumentedResponse {
            file: file.to_owned(),
            operation: "rows".to_owned(),
            status: status.to_owned(),
            schema: String::new(),
            example: String::new(),
            body: json!({"a": 1, "b": [null]}),
        }
    }

    fn output(code: &str, stdout: &str) -> Output {
        Output {
            status: Command::new(env!("CARGO"))
                .arg(code)
                .output()
                .unwrap()
                .status,
            stdout: stdout.as_bytes().to_vec(),
            stderr: Vec::new(),
        }
    }

    #[test]
    fn bodies_are_assigned_to_the_types_of_their_responses() {
        let responses = [response("rows", "200"), response("rows/refused", "4XX")];
        let (code, starts) = assignments(&responses);
        let lines: Vec<_> = code.lines().collect();
        assert_eq!(
            lines[starts[0] - 1],
            "export const response0: operations[\"rows\"][\"responses\"][200][\"content\"]\
             [\"application/json\"] = {"
        );
        assert!(lines[starts[1] - 1].contains("[\"responses\"][\"4XX\"]"));
        assert_eq!(starts[1] - starts[0], 6);
    }

    #[test]
    fn compiler_errors_name_the_documented_response() {
        let responses = [response("first", "200"), response("second", "200")];
        let code = "1\n2\n3\n \"a\": null,\n5\n6\n7\n \"b\": 1\n";
        let printed = "responses.ts(4,5): error TS2322: Type 'null' is wrong.\n  Because.\n\
                       responses.ts(8,5): error TS2353: Unknown 'b'.\n\
                       spec.ts(1,1): error TS1: broken\n";
        assert_eq!(
            compiler_errors(&output("--version", printed), code, &[2, 8], &responses),
            [
                "first `\"a\": null,`: error TS2322: Type 'null' is wrong.; Because.",
                "second `\"b\": 1`: error TS2353: Unknown 'b'.",
                "spec.ts(1,1): error TS1: broken",
            ]
        );
    }

    #[test]
    fn reports_are_read_and_missing_ones_are_errors() {
        let report = r#"{"problems": [{"place": "a", "message": "b"}, {"other": 1}]}"#;
        let found = lines(&output("--version", report), "/problems", placed).unwrap();
        assert_eq!(found, ["a: b", "{\"other\":1}"]);
        for text in ["", "no JSON", "{}", "[]"] {
            let reason = lines(&output("--version", text), "/problems", placed).unwrap_err();
            assert!(reason.starts_with("no report"), "{reason}");
        }
    }

    #[test]
    fn judges_without_their_tools_are_skipped() {
        let tools = Tools {
            node: Err("no node".to_owned()),
            python: Err("no python".to_owned()),
        };
        let subject = Subject {
            file: Path::new("spec.yaml"),
            spec: &Value::Null,
            responses: &[],
            folder: Path::new("."),
        };
        for judge in Judge::ALL {
            let verdict = judge.run(&tools, &subject).unwrap();
            assert!(
                matches!(&verdict, Verdict::Skipped(reason) if reason.starts_with("no ")),
                "{judge:?}: {verdict:?}"
            );
        }
    }
}
