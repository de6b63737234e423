//! Packages for the steps about history, and the command that runs their script.

use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use crate::tools::{NodeTools, PythonTools, Task, succeed};

/// Delta in Python, DuckDB, and Azurite.
pub(super) const LAKE: Task = Task {
    name: "interop-lake",
    folder: "tests/interop/lake",
};

/// Sail with its client, and moto.
const ENGINES: Task = Task {
    name: "interop-lake-engines",
    folder: "tests/interop/lake/engines",
};

/// Spark, whose modules have the same names as those of Sail's client.
const SPARK: Task = Task {
    name: "interop-lake-spark",
    folder: "tests/interop/lake/spark",
};

/// Installed packages.
#[derive(Debug)]
pub(super) struct LakeTools {
    python: PythonTools,
    others: Result<Others, String>,
}

/// Packages that only the step with all engines and storages needs.
#[derive(Debug)]
struct Others {
    node: NodeTools,
    engines: PythonTools,
    spark: PythonTools,
}

impl LakeTools {
    /// Installs the packages, those of all engines and storages only if `everything` is set.
    ///
    /// # Errors
    ///
    /// Returns a line with the reason why they cannot be installed.
    pub(super) fn install(
        root: &Path,
        everything: bool,
        out: &mut dyn Write,
    ) -> io::Result<Result<Self, String>> {
        let python = match PythonTools::install(root, LAKE, out)? {
            Ok(python) => python,
            Err(reason) => return Ok(Err(reason)),
        };
        let others = match everything {
            true => Others::install(root, out)?,
            false => Err("no step needs it".to_owned()),
        };
        Ok(Ok(Self { python, others }))
    }

    /// Returns the command that runs the script: with all engines and storages, or with deltalake and
    /// DuckDB on a folder.
    ///
    /// # Errors
    ///
    /// Returns the reason why the packages are missing.
    pub(super) fn command(
        &self,
        root: &Path,
        script: &str,
        everything: bool,
    ) -> Result<Command, String> {
        let mut command = self.python.script(script);
        command.env("PYTHONPATH", root.join("tests/interop"));
        if everything {
            let others = self.others.as_ref().map_err(Clone::clone)?;
            command
                .env("INTEROP_NODE", others.node.folder())
                .env("INTEROP_ENGINES", others.engines.interpreter())
                .env("INTEROP_SPARK", others.spark.interpreter());
        } else {
            command.env_remove("INTEROP_ENGINES");
        }
        Ok(command)
    }
}

impl Others {
    fn install(root: &Path, out: &mut dyn Write) -> io::Result<Result<Self, String>> {
        let mut java = Command::new("java");
        java.arg("-version");
        if let Err(reason) = succeed(java, "java") {
            return Ok(Err(reason));
        }
        let node = NodeTools::install(root, LAKE, out)?;
        let engines = PythonTools::install(root, ENGINES, out)?;
        let spark = PythonTools::install(root, SPARK, out)?;
        Ok((|| {
            Ok(Self {
                node: node?,
                engines: engines?,
                spark: spark?,
            })
        })())
    }
}
