//! The maintainers' loop.

use std::time::Duration;

use xtask::regenerate::{Outcome, regenerate};

use crate::harness::{median, time, wall_clock};

/// The whole way from the spec to every generated file, compared with the ones on disk.
pub(crate) fn regeneration() {
    let root = xtask::workspace_root();
    let mut times: Vec<f64> = (0..11)
        .map(|_| {
            let mut shown = Vec::new();
            time(wall_clock, &mut || {
                assert_eq!(
                    regenerate(&root, true, &mut shown).unwrap(),
                    Outcome::UpToDate
                )
            })
            .as_secs_f64()
        })
        .collect();
    let time = Duration::from_secs_f64(median(&mut times));
    println!(
        "| `cargo xtask regenerate --check`, warm, in-process | | {time:.1?} | | under 0.5 s |"
    );
}
