//! Tests of the emulator's pages in a headless browser; see `browser/`.
