//! `cargo xtask judge`: checks the spec with standard OpenAPI tools.
//!
//! Linters check the document. Models and types of other generators check that it describes the
//! documented responses. The tools are pinned in `xtask/judge` and installed under `target/judge`;
//! a tool that cannot be installed is skipped with a message.

mod damage;
mod documented;
mod judges;

use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use self::damage::damages;
pub use self::documented::DocumentedError;
use self::documented::documented_responses;
use self::judges::{Judge, Subject, Tools, Verdict};
use crate::spec::{Spec, SpecError};
use crate::tools::{NodeTools, PythonTools, Task};
use crate::{EXCHANGES_PATH, SPEC_PATH};

/// Packages of the judges.
const TASK: Task = Task {
    name: "judge",
    folder: "xtask/judge",
};

/// Error of [`judge`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JudgeError {
    /// The spec cannot be read.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The documented responses cannot be read.
    #[error(transparent)]
    Documented(#[from] DocumentedError),
    /// A file could not be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Result of all judges.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Judged {
    /// Whether there are no findings and every damage was detected.
    pub clean: bool,
    /// Names of the judges that were skipped.
    pub skipped: Vec<&'static str>,
}

/// Runs every judge over the spec; with `self_test` also over damaged copies, to check that the
/// judges detect the damage.
///
/// # Errors
///
/// See [`JudgeError`].
pub fn judge(root: &Path, self_test: bool, out: &mut dyn Write) -> Result<Judged, JudgeError> {
    let file = root.join(SPEC_PATH);
    let spec = Spec::load(&file)?;
    let responses = documented_responses(&spec, &root.join(EXCHANGES_PATH))?;
    let started = Instant::now();
    let tools = Tools {
        node: NodeTools::install(root, TASK, out)?,
        python: PythonTools::install(root, TASK, out)?,
    };
    let work = root.join("target/judge/work");
    std::fs::create_dir_all(&work)?;
    let subject = Subject {
        file: &file,
        spec: &spec.value,
        responses: &responses,
        folder: &work,
    };

    let mut found = 0;
    let mut clean = true;
    let mut known = Vec::new();
    let mut skipped = Vec::new();
    for (number, judge) in Judge::ALL.iter().enumerate() {
        write!(
            out,
            "[{}/{}] {}: ",
            number + 1,
            Judge::ALL.len(),
            judge.name()
        )?;
        out.flush()?;
        let began = Instant::now();
        let verdict = judge.run(&tools, &subject)?;
        match &verdict {
            Verdict::Skipped(reason) => {
                writeln!(out, "skipped: {reason}")?;
                skipped.push(judge.name());
            }
            Verdict::Failed(reason) => writeln!(out, "failed: {reason}")?,
            Verdict::Findings(findings) => {
                let seconds = began.elapsed().as_secs_f64();
                writeln!(out, "{} findings in {seconds:.1} s", findings.len())?;
                for finding in findings {
                    let place = root.display().to_string();
                    writeln!(out, "  {}", finding.replace(&format!("{place}/"), ""))?;
                }
                found += findings.len();
                known.push((*judge, findings.len()));
            }
        }
        clean &= !matches!(verdict, Verdict::Failed(_));
    }
    clean &= found == 0;
    if self_test {
        clean &= notice_damage(&tools, &subject, &known, out)?;
    }
    writeln!(
        out,
        "{found} findings by {} of {} judges over {} documented responses in {:.1} s",
        known.len(),
        Judge::ALL.len(),
        responses.len(),
        started.elapsed().as_secs_f64()
    )?;
    Ok(Judged { clean, skipped })
}

/// Runs the judges that gave a report over damaged copies. Returns whether each damage causes a
/// finding that the undamaged spec does not have.
fn notice_damage(
    tools: &Tools,
    subject: &Subject<'_>,
    known: &[(Judge, usize)],
    out: &mut dyn Write,
) -> Result<bool, JudgeError> {
    let damages = damages(subject.spec, subject.responses);
    if damages.is_empty() {
        writeln!(out, "self-test: no documented text that could be damaged")?;
        return Ok(false);
    }
    let folder = subject.folder.join("damaged");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("spec.json");
    let mut noticed_all = true;
    for damage in damages {
        std::fs::write(&file, format!("{:#}\n", damage.spec))?;
        let damaged = Subject {
            file: &file,
            spec: &damage.spec,
            responses: &damage.responses,
            folder: &folder,
        };
        for (judge, known) in known {
            if !damage.noticed_by.contains(judge) {
                continue;
            }
            let verdict = judge.run(tools, &damaged)?;
            let noticed = match &verdict {
                // Findings contain line numbers, which differ between spec and copy, so only their number is
                // compared.
                Verdict::Findings(findings) => findings.len() > *known,
                // A run without a report may have failed for another reason, so it does not count.
                Verdict::Failed(_) | Verdict::Skipped(_) => false,
            };
            let result = if noticed { "noticed" } else { "NOT noticed" };
            writeln!(
                out,
                "self-test: {}: {}: {result}",
                damage.what,
                judge.name()
            )?;
            noticed_all &= noticed;
        }
    }
    Ok(noticed_all)
}
