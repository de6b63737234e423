//! Lint rules of the document, checked before the generator runs.
//!
//! There are two kinds of rules: promises of this project about every operation (a documentation
//! page, an example, named schemas, tolerant decoding), and constructs that the generator does not
//! support. The generator panics on the latter, or returns an error without a place, or generates
//! code that does not compile; a finding has the place, the reason and the fix.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::Path;

use serde_json::Value;

use crate::generate::plain::plain;
use crate::spec::Spec;
use crate::spec::element::{self, Element, Kind};
use crate::spec::pointer;

mod compositions;
mod documentation;
mod effects;
mod examples;
mod exchanges;
mod keys;
mod names;
mod operations;
mod parameters;
mod responses;
mod schemas;

pub use self::exchanges::lint_exchanges;

/// Severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The document is rejected; no code is generated.
    Error,
    /// The code is generated; the construct in the finding has no effect.
    Warning,
}

/// Rules whose findings are warnings.
const WARNINGS: &[&str] = &[
    "schema-constraint",
    "schema-access",
    "schema-additional-type",
    "component-unused",
];

/// Violation of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// JSON pointer of the element, or of its parent if the element is missing.
    pub pointer: String,
    /// Line in the document, from 1.
    pub line: Option<usize>,
    /// Rule, one of [`RULES`].
    pub rule: &'static str,
    /// Problem.
    pub what: String,
    /// Consequence of the problem.
    pub why: String,
    /// Advice for correcting the problem.
    pub fix: String,
}

impl Finding {
    /// Returns the severity, which depends on the rule.
    pub fn severity(&self) -> Severity {
        match WARNINGS.contains(&self.rule) {
            true => Severity::Warning,
            false => Severity::Error,
        }
    }
}

/// All rules, by topic.
pub const RULES: &[&str] = &[
    // Documentation.
    "operation-summary",
    "operation-description",
    "operation-tag",
    "operation-docs-link",
    "operation-auth-modes",
    "operation-clouds",
    "operation-superseded-by",
    "parameter-description",
    "schema-description",
    "property-description",
    // Operations.
    "path-item-reference",
    "path-template",
    "path-unique",
    "security-scheme",
    "operation-method",
    "operation-id-present",
    "operation-id-snake-case",
    "operation-id-unique",
    "operation-id-reserved",
    "pageable",
    "extension-field",
    // Parameters and request bodies.
    "parameter-cookie",
    "parameter-content",
    "parameter-style",
    "parameter-array",
    "parameter-object",
    "parameter-type",
    "parameter-limits",
    "parameter-example",
    "parameter-nullable",
    "parameter-name-unique",
    "path-parameter-required",
    "path-parameter-declared",
    "request-body-json",
    "request-body-example",
    // Responses.
    "response-default",
    "response-success",
    "response-success-types",
    "response-client-error",
    "response-server-error",
    "response-error-type",
    "response-json",
    "response-schema",
    "response-encoding",
    "response-named-schema",
    "response-status",
    "response-example",
    // Schemas.
    "schema-type",
    "schema-not",
    "schema-bounds",
    "schema-mixed",
    "schema-union",
    "schema-all-of",
    "schema-all-of-circle",
    "schema-enum-values",
    "schema-enum-closed",
    "schema-extensible-enum",
    "schema-inline-enum",
    "schema-closed-object",
    "schema-constraint",
    "schema-access",
    "schema-additional-type",
    "schema-required",
    "schema-default",
    "schema-inline-object",
    "schema-name-unique",
    "schema-name-reserved",
    "property-name-unique",
    "property-alias-unique",
    "property-alias-of",
    // Keys, extensions and references.
    "unknown-key",
    "unknown-extension",
    "extension-shape",
    "reference-kind",
    "component-name",
    "component-unused",
    // Examples and defaults.
    "example-valid",
    "default-valid",
    // Documented exchanges.
    "exchange-present",
    "exchange-operation",
    "exchange-file",
    "exchange-source",
    "exchange-request",
    "exchange-response",
    "exchange-header",
    "exchange-body",
];

/// Checks the document against every rule.
///
/// The findings are in document order, and for one element in the order of [`RULES`].
pub fn lint(spec: &Spec) -> Vec<Finding> {
    let mut lint = Lint::new(spec);
    documentation::check(&mut lint);
    operations::check(&mut lint);
    parameters::check(&mut lint);
    responses::check(&mut lint);
    schemas::check(&mut lint);
    compositions::check(&mut lint);
    effects::check(&mut lint);
    names::check(&mut lint);
    keys::check(&mut lint);
    examples::check(&mut lint);
    lint.finish()
}

/// Checks the document and the exchanges in a folder; the findings are sorted by place.
pub fn lint_all(spec: &Spec, exchanges: &Path) -> Vec<Finding> {
    let mut findings = std::thread::scope(|scope| {
        let document = scope.spawn(|| lint(spec));
        let of_exchanges = lint_exchanges(spec, exchanges);
        // A panic in the thread is a bug in the lint, so it is resumed here.
        let mut findings = document
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        findings.extend(of_exchanges);
        findings
    });
    // Findings without a line are about files that the document does not name.
    findings.sort_by_key(|finding| (finding.line.is_none(), finding.line));
    findings
}

/// Returns the number of errors and the number of warnings.
pub fn count(findings: &[Finding]) -> (usize, usize) {
    let refusing = |finding: &&Finding| finding.severity() == Severity::Error;
    let errors = findings.iter().filter(refusing).count();
    (errors, findings.len() - errors)
}

/// Writes findings as text: place, rule and problem, reason, fix, and an empty line after each.
///
/// # Errors
///
/// Returns an error if `out` cannot be written to.
pub fn write_findings(out: &mut dyn Write, file: &str, findings: &[Finding]) -> io::Result<()> {
    for finding in findings {
        let pointer = if finding.pointer.is_empty() {
            "/"
        } else {
            &finding.pointer
        };
        match finding.line {
            Some(line) => writeln!(out, "{file}:{line}: {pointer}")?,
            None => writeln!(out, "{file}: {pointer}")?,
        }
        let kind = match finding.severity() {
            Severity::Error => "",
            Severity::Warning => "warning: ",
        };
        writeln!(out, "  {kind}{}: {}", finding.rule, finding.what)?;
        writeln!(out, "  why: {}", finding.why)?;
        writeln!(out, "  fix: {}\n", finding.fix)?;
    }
    Ok(())
}

/// State of a lint run: the document and the findings so far.
struct Lint<'a> {
    spec: &'a Spec,
    /// Document in the terms of the generator.
    plain: Spec,
    elements: Vec<Element<'a>>,
    /// Pointers of the schemas that responses are decoded with.
    response_schemas: HashSet<String>,
    findings: Vec<Finding>,
}

impl<'a> Lint<'a> {
    fn new(spec: &'a Spec) -> Self {
        let mut elements = element::elements(&spec.value);
        elements.sort_by_key(|element| spec.order_of(&element.pointer));
        let response_schemas = response_schemas(spec, &elements);
        Lint {
            spec,
            plain: plain(spec),
            elements,
            response_schemas,
            findings: Vec::new(),
        }
    }

    /// Returns the elements of a kind that are not references, in document order.
    fn defined(&self, kind: Kind) -> Vec<Element<'a>> {
        let defined =
            |element: &&Element<'_>| element.kind == kind && element.reference().is_none();
        self.elements.iter().filter(defined).cloned().collect()
    }

    /// Resolves a value that may be a reference, with or without its own description.
    fn follow(&self, value: &'a Value) -> &'a Value {
        let reference = element::reference(value).or_else(|| element::wrapped_reference(value));
        let target = reference.and_then(pointer::of_reference);
        target
            .and_then(|target| self.spec.resolve(&target))
            .map_or(value, |(_, resolved)| resolved)
    }

    fn report(
        &mut self,
        rule: &'static str,
        pointer: impl Into<String>,
        what: impl Into<String>,
        why: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let pointer = pointer.into();
        self.findings.push(Finding {
            line: self.spec.line_of(&pointer),
            pointer,
            rule,
            what: what.into(),
            why: why.into(),
            fix: fix.into(),
        });
    }

    fn finish(mut self) -> Vec<Finding> {
        let rank = |rule: &str| RULES.iter().position(|known| *known == rule);
        self.findings.sort_by_cached_key(|finding| {
            (
                self.spec.order_of(&finding.pointer),
                rank(finding.rule),
                finding.what.clone(),
            )
        });
        self.findings.dedup();
        self.findings
    }
}

/// Returns the pointers of every schema reachable from a response, which the client must be able
/// to decode.
fn response_schemas(spec: &Spec, elements: &[Element<'_>]) -> HashSet<String> {
    let mut open: Vec<String> = elements
        .iter()
        .filter(|element| element.kind == Kind::Response)
        .flat_map(Element::children)
        .filter(|child| child.kind == Kind::MediaType)
        .flat_map(|media| media.children())
        .filter(|child| child.kind == Kind::Schema)
        .map(|schema| schema.pointer)
        .collect();
    let mut seen = HashSet::new();
    while let Some(pointer) = open.pop() {
        let Some((pointer, value)) = spec.resolve(&pointer) else {
            continue;
        };
        if seen.insert(pointer.clone()) {
            let schema = Element {
                pointer,
                kind: Kind::Schema,
                value,
            };
            open.extend(schema.children().into_iter().map(|child| child.pointer));
        }
    }
    seen
}

#[cfg(test)]
#[rustfmt::skip] // Tables: a row is a line.
mod keywords;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod rules_still_needed;
#[cfg(test)]
mod tests;
