mod breaking_off;
mod continuations;
mod following;
mod links;
mod prefetching;
mod server;
