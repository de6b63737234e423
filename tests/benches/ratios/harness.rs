//! Taking turns, and what the turns say.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Returns the elapsed time.
pub(crate) fn wall_clock() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

/// Returns the processor time of this process, in user mode and in the kernel. Other processes and
/// waiting do not count.
#[cfg(unix)]
pub(crate) fn processor_clock() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.try_into().unwrap()
}

/// Turns of ours and the other, and what they say.
pub(crate) fn row(
    what: &str,
    bound: &str,
    per_turn: u32,
    turns: usize,
    ours: impl FnMut(),
    other: impl FnMut(),
) {
    row_by(wall_clock, what, bound, (per_turn, turns), ours, other);
}

/// Prints a row like [`row`], measured with another clock.
pub(crate) fn row_by(
    clock: fn() -> Duration,
    what: &str,
    bound: &str,
    (per_turn, turns): (u32, usize),
    mut ours: impl FnMut(),
    mut other: impl FnMut(),
) {
    let (mut times, mut ratios) = ((Vec::new(), Vec::new()), Vec::new());
    for turn in 0..=turns {
        let (ours, other) = (time(clock, &mut ours), time(clock, &mut other));
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

pub(crate) fn time(clock: fn() -> Duration, work: &mut impl FnMut()) -> Duration {
    let started = clock();
    work();
    clock() - started
}

pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
