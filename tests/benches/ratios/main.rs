//! What the client costs, as ratios within one run: the machine may be slow or busy,
//! both sides of a ratio suffer alike. Run with `cargo bench`.
//!
//! Each row takes turns between ours and the other, and prints the median of the
//! ratios of neighbouring turns.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark prints, and a panic is how it tells that something is wrong"
)]

mod calls;
mod decoding;
mod harness;
mod identity;
mod memory;
mod regeneration;
mod throttling;
mod timestamps;

fn main() {
    if memory::is_child() {
        return;
    }
    println!("| what | ratio | ours | the other | bound |");
    println!("|---|---|---|---|---|");
    calls::calls();
    decoding::decoding();
    memory::memory();
    identity::identity();
    timestamps::timestamps();
    regeneration::regeneration();
}
