//! Runs the code of the cookbook, `docs/cookbook/*.md`, against the emulator.
//!
//! The blocks of a page run in their order, in one empty folder that is also the home folder, with the
//! variables of `pcenter emulator env`. The first word after the fence is the language:
//!
//! | block | check |
//! |---|---|
//! | `sh` | runs in bash, which stops at the first error |
//! | `python` | runs in Python |
//! | `powershell` | runs in PowerShell; where it is missing, each line that calls `pcenter` runs in bash |
//! | `text` | its first line is a line of the output of the block before it |
//! | `sql`, `powerquery` | names of columns in double quotes are those of a file or table that the page wrote |
//! | other languages | not checked |
//!
//! `needs=PROGRAM` after the language names a program, or a Python module, that the block needs. Where
//! it is missing, a stand-in takes its input, so that the part of `pcenter` still runs, and the test
//! prints what was skipped. A Python block without its module is skipped as a whole.
//!
//! Programs that would change the computer are always replaced: `systemctl`, `crontab`, `docker`, `logger`.
//! Afterwards the units and the lines of crontab that the page wrote are checked and run. Linux only: pages
//! use GNU `date` and systemd.

#![cfg(all(target_os = "linux", feature = "full"))]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "all of this runs in tests, where a panic reports a failure and a line what is skipped"
)]

mod page;
mod schedules;
mod workshop;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use page::Block;
use workshop::Workshop;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs the blocks of a page.
fn run(name: &str) {
    let path = root().join("docs/cookbook").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let blocks = page::blocks(&text);
    assert!(
        blocks.iter().any(|block| block.language == "sh"),
        "{name} has no commands"
    );
    let mut workshop = Workshop::new();
    for block in &blocks {
        workshop.run(block, name);
    }
    schedules::check(&workshop, name);
}

macro_rules! pages {
    ($($test:ident: $page:literal;)+) => {
        /// Pages of the cookbook.
        const PAGES: &[&str] = &[$($page),+];

        $(
            #[test]
            fn $test() {
                run($page);
            }
        )+
    };
}

pages! {
    overview: "README.md";
    unused_licences_month_by_month: "unused-licences.md";
    nightly_job: "nightly-job.md";
    nightly_snapshots: "snapshots.md";
    excel: "excel.md";
    power_bi: "power-bi.md";
    fabric_and_power_bi: "fabric.md";
    duckdb: "duckdb.md";
    history_in_duckdb: "history-duckdb.md";
    history_in_pandas_and_polars: "history-python.md";
    spark: "spark.md";
    sail: "sail.md";
    size_and_retention: "history-size.md";
    grafana: "grafana.md";
    powershell: "powershell.md";
    python: "python.md";
    contract_check: "contract-check.md";
}

#[test]
fn every_page_is_tested_and_listed() {
    let folder = root().join("docs/cookbook");
    let found: BTreeSet<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(found, PAGES.iter().map(|page| (*page).to_owned()).collect());
    let overview = std::fs::read_to_string(root().join("docs/cookbook/README.md")).unwrap();
    let summary = std::fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    for page in PAGES {
        assert!(
            *page == "README.md" || overview.contains(&format!("]({page})")),
            "{page}"
        );
        assert!(summary.contains(&format!("](cookbook/{page})")), "{page}");
    }
}

#[test]
fn blocks_of_pages_are_found() {
    let page = "text\n```sh needs=jq,x\na\n\nb\n```\n\n- list\n\n  ```text\n  c\n    d\n  ```\n";
    let found = page::blocks(page);
    let block = |language: &str, needs: &[&str], code: &str, line| Block {
        language: language.to_owned(),
        needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        code: code.to_owned(),
        line,
    };
    assert_eq!(
        found,
        [
            block("sh", &["jq", "x"], "a\n\nb\n", 3),
            block("text", &[], "c\n  d\n", 11)
        ]
    );
}
