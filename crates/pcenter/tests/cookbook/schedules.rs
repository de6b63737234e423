//! Scheduled jobs that a page has set up.

use std::fs;
use std::path::PathBuf;

use crate::workshop::Workshop;

/// Checks the units of systemd in the home folder, and runs their commands and those of crontab.
pub(crate) fn check(workshop: &Workshop, page: &str) {
    let units = units(workshop);
    if !units.is_empty() {
        verify(workshop, &units, page);
    }
    for unit in &units {
        let text = fs::read_to_string(unit).unwrap();
        for command in text
            .lines()
            .filter_map(|line| line.strip_prefix("ExecStart="))
        {
            run(
                workshop,
                &command.replace("%h", "$HOME").replace("%%", "%"),
                page,
            );
        }
    }
    let lines = fs::read_to_string(workshop.folder().join("crontab")).unwrap_or_default();
    for line in lines
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
    {
        // Five fields of time; crontab reads an unescaped percent sign as the end of a line.
        let command = line.splitn(6, ' ').nth(5).unwrap();
        assert!(!command.replace("\\%", "").contains('%'), "{page}: {line}");
        run(workshop, &command.replace("\\%", "%"), page);
    }
}

/// Returns the units in the home folder.
fn units(workshop: &Workshop) -> Vec<PathBuf> {
    let folder = workshop.folder().join(".config/systemd/user");
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn verify(workshop: &Workshop, units: &[PathBuf], page: &str) {
    let mut command = workshop.command("systemd-analyze");
    command.args(["--user", "--man=no", "verify"]).args(units);
    // Units that a unit names are searched there first.
    let folder = workshop.folder().join(".config/systemd/user");
    command.env("SYSTEMD_UNIT_PATH", format!("{}:", folder.display()));
    command.env("XDG_RUNTIME_DIR", workshop.folder());
    match command.output() {
        Ok(output) => assert!(
            output.status.success() && output.stderr.is_empty(),
            "{page}: {}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(_) => println!("skipped: {page}: systemd-analyze is missing"),
    }
}

fn run(workshop: &Workshop, command: &str, page: &str) {
    let output = workshop.bash(command);
    assert!(
        output.status.success(),
        "{page}: {command}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
