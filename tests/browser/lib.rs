//! Tests of the emulator's pages and of reports in HTML in a headless browser; see `browser/`.
