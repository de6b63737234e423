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
    if memory::is_child() || calls::is_server() {
        return;
    }
    let groups: [(&str, fn()); 6] = [
        ("calls", calls::calls),
        ("decoding", decoding::decoding),
        ("memory", memory::memory),
        ("identity", identity::identity),
        ("timestamps", timestamps::timestamps),
        ("regeneration", regeneration::regeneration),
    ];
    // `cargo bench -p contract-tests -- calls` measures that alone.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    println!("| measurement | ratio | this client | other | bound |");
    println!("|---|---|---|---|---|");
    for (name, measure) in groups {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            measure();
        }
    }
}
