//! Taking turns, and what the turns say.

use std::time::{Duration, Instant};

/// Turns of ours and the other, and what they say.
pub(crate) fn row(
    what: &str,
    bound: &str,
    per_turn: u32,
    turns: usize,
    mut ours: impl FnMut(),
    mut other: impl FnMut(),
) {
    let (mut times, mut ratios) = ((Vec::new(), Vec::new()), Vec::new());
    for turn in 0..=turns {
        let (ours, other) = (time(&mut ours), time(&mut other));
        // The first turn warms caches and connections up.
        if turn > 0 {
            times.0.push(ours.as_secs_f64());
            times.1.push(other.as_secs_f64());
            ratios.push(ours.as_secs_f64() / other.as_secs_f64());
        }
    }
    let each = |times: &mut Vec<f64>| Duration::from_secs_f64(median(times) / f64::from(per_turn));
    println!(
        "| {what} | {:.2} | {:.1?} | {:.1?} | {bound} |",
        median(&mut ratios),
        each(&mut times.0),
        each(&mut times.1)
    );
}

pub(crate) fn time(work: &mut impl FnMut()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
