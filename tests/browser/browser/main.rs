//! Tests of the emulator's pages and of reports in HTML, in a headless Chromium through its driver.
//!
//! `.ci/install-browser` installs both. Where the driver is missing the tests are skipped with a line
//! that says so.

#[cfg(test)]
mod accessibility;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod dashboard;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod report;
#[cfg(test)]
mod report_layout;
#[cfg(all(test, unix))]
mod snippets;
