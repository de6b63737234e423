mod continuations;
mod errors;
mod links;
mod prefetching;
mod sequence;
mod server;
