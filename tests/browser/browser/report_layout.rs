//! Layout of the page of a report: names, headings, contrast, narrow screens and print.

use std::time::SystemTime;

use partner_center_emulator::Emulator;
use pcenter::{Environment, Signals};
use serde_json::json;

use crate::accessibility::{CONTRAST, HEADINGS, NAMES};
use crate::browser::with_page;
use crate::report::report;

/// Parts of tables and charts without what a screen reader needs.
const STRUCTURE: &str = "(() => {
  const problems = [];
  for (const table of document.querySelectorAll('table')) {
    if (!table.caption?.textContent.trim()) problems.push('table without caption');
    for (const th of table.querySelectorAll('thead th')) if (th.scope !== 'col') problems.push(`scope: ${th.outerHTML}`);
    for (const tr of table.querySelectorAll('tbody tr, tfoot tr')) {
      if (tr.cells[0].tagName !== 'TH' || tr.cells[0].scope !== 'row') problems.push(`scope: ${tr.outerHTML}`);
      if (tr.cells.length !== table.tHead.rows[0].cells.length) problems.push(`cells: ${tr.outerHTML}`);
    }
  }
  for (const image of document.querySelectorAll('svg')) {
    const named = image.getAttribute('role') === 'img' && image.querySelector('title')?.textContent.trim();
    if (!named && image.getAttribute('aria-hidden') !== 'true') problems.push(`image: ${image.outerHTML}`);
  }
  if (document.documentElement.lang !== 'en-GB') problems.push('language');
  if (!document.title) problems.push('title');
  return problems;
})()";

/// Contrast of the filled part and of the outline of a bar with the background of the chart.
const BARS: &str = "(() => {
  const luminance = (colour) => {
    const [x, y, z] = colour.match(/[\\d.]+/g).map(Number).map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const style = (selector) => getComputedStyle(document.querySelector(selector));
  const ground = luminance(style('.chart').backgroundColor);
  const ratio = (colour) => {
    const it = luminance(colour);
    return (Math.max(it, ground) + 0.05) / (Math.min(it, ground) + 0.05);
  };
  return [ratio(style('.bar .part').fill), ratio(style('.bar .whole').stroke)];
})()";

/// Returns the page that a report writes for the rows of an emulator.
fn page_of(report: &[&str]) -> Vec<u8> {
    let mut page = Vec::new();
    let mut messages = Vec::new();
    let words = [
        &["pcenter", "report"],
        report,
        &["--emulator", "-o", "html"],
    ]
    .concat();
    let exit = pcenter::run(
        words.iter().map(Into::into),
        &mut Environment {
            stdin: &mut std::io::empty(),
            stdin_of_thread: &|| Box::new(std::io::empty()),
            stdout: &mut page,
            stderr: &mut messages,
            stdin_is_terminal: false,
            stdout_is_terminal: false,
            terminal_width: None,
            stdout_is_lost: false,
            stderr_is_terminal: false,
            stderr_width: || None,
            variable: &|_| None,
            all_variables: &Vec::new,
            config_directory: None,
            cache_directory: None,
            data_directory: None,
            pager: &pcenter::start_pager,
            browser: &|| None,
            keyring: &pcenter::keyring,
            signals: &Signals::none,
            // That of the emulator.
            now: &SystemTime::now,
            start_tracing: &|_| {},
        },
    );
    assert_eq!(exit, 0, "{}", String::from_utf8_lossy(&messages));
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_all_reports_are_accessible_and_load_nothing() {
    with_page(Emulator::builder(), |page| async move {
        for report in [
            &["unused"][..],
            &["renewals"],
            &["adoption"],
            &["customer", "007"],
        ] {
            let written = tokio::task::spawn_blocking(move || page_of(report));
            page.open_file(&written.await.unwrap()).await;
            for problems in [NAMES, STRUCTURE, CONTRAST] {
                assert_eq!(page.value(problems).await, json!([]), "{report:?}");
            }
            let bars = page
                .value("document.querySelectorAll('svg.bar').length")
                .await;
            assert!(bars.as_u64().unwrap() > 0, "{report:?}");
            let totals = page
                .value("document.querySelectorAll('table').length")
                .await;
            assert!(totals.as_u64().unwrap() > 1, "{report:?}");
            let loaded = page.value("performance.getEntriesByType('resource')").await;
            assert_eq!(loaded, json!([]), "{report:?}");
            assert_eq!(page.console().await, [""; 0], "{report:?}");
            page.screen(1280, 1400, "light").await;
            page.picture(&format!("report-{}", report[0])).await;
            page.screen(375, 800, "light").await;
            let width = page.value("document.documentElement.scrollWidth").await;
            assert_eq!(width, 375, "{report:?}");
            page.screen(1280, 1400, "light").await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_has_names_headings_and_contrast_in_both_schemes() {
    with_page(Emulator::builder(), |page| async move {
        page.open_file(&report(40)).await;
        page.click("thead th:nth-child(4) button").await;
        assert_eq!(page.value(NAMES).await, json!([]));
        assert_eq!(page.value(STRUCTURE).await, json!([]));
        for landmark in ["header", "main", "footer", "section[aria-labelledby]"] {
            let count = format!("document.querySelectorAll('body {landmark}').length");
            assert!(page.value(&count).await.as_u64().unwrap() > 0, "{landmark}");
        }
        let levels: Vec<i64> = serde_json::from_value(page.value(HEADINGS).await).unwrap();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
        assert!(
            levels.windows(2).all(|two| two[1] <= two[0] + 1),
            "{levels:?}"
        );

        for scheme in ["light", "dark"] {
            page.screen(1280, 1400, scheme).await;
            assert_eq!(page.value(CONTRAST).await, json!([]), "{scheme}");
            let bars: Vec<f64> = serde_json::from_value(page.value(BARS).await).unwrap();
            assert!(bars.iter().all(|ratio| *ratio >= 3.0), "{scheme}: {bars:?}");
            page.picture(&format!("report-{scheme}-1280")).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_fits_narrow_screens_and_tables_scroll_alone() {
    with_page(Emulator::builder(), |page| async move {
        page.open_file(&report(40)).await;
        for width in [375, 320] {
            page.screen(width, 800, "light").await;
            let scrolls = page.value("document.documentElement.scrollWidth").await;
            assert_eq!(scrolls, json!(width));
            let table = page.value("document.querySelector('.scroll').scrollWidth").await;
            assert!(table.as_u64().unwrap() > u64::from(width));
            // The name of the customer stays in view.
            let left = "(() => {
              const scroll = document.querySelector('.scroll');
              scroll.scrollLeft = 300;
              return document.querySelector('tbody th').getBoundingClientRect().left - scroll.getBoundingClientRect().left;
            })()";
            assert_eq!(page.value(left).await, 0, "{width}");
        }
        page.screen(375, 800, "light").await;
        page.picture("report-375").await;
        page.value("document.querySelector('.tools').scrollIntoView()").await;
        page.picture("report-375-table").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printed_report_has_all_rows_and_repeats_the_header() {
    with_page(Emulator::builder(), |page| async move {
        page.open_file(&report(1_500)).await;
        page.value("addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('tbody tr').length; })")
            .await;
        let pdf = page.print().await;
        assert!(pdf.starts_with(b"%PDF-"));
        let marks = String::from_utf8_lossy(&pdf);
        let pages = marks.matches("/Type /Page\n").count();
        assert!((30..120).contains(&pages), "{pages} pages");
        assert_eq!(page.value("window.printed").await, 1_500);
        // The page on the screen is as before.
        assert_eq!(page.value("document.querySelectorAll('tbody tr').length").await, 1_000);

        page.medium("print").await;
        for (element, property, expected) in [
            ("thead", "display", "table-header-group"),
            // Totals are printed once, at the end.
            ("tfoot", "display", "table-row-group"),
            (".tools", "display", "none"),
            (".scroll", "overflowY", "visible"),
            ("tbody tr", "breakInside", "avoid"),
            ("h2", "breakAfter", "avoid"),
        ] {
            let style = format!("getComputedStyle(document.querySelector('{element}')).{property}");
            assert_eq!(page.value(&style).await, expected, "{element}");
        }
    })
    .await;
}
