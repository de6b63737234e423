//! Names, headings, contrast and width of the pages.

use partner_center_emulator::{Emulator, Fault};
use serde_json::json;

use crate::browser::with_page;

/// Controls without a name, identifiers that occur twice, and references to none.
pub(crate) const NAMES: &str = "(() => {
  const problems = [];
  const text = (id) => document.getElementById(id)?.textContent.trim();
  for (const it of document.querySelectorAll('button, input, select, textarea, a[href], summary, [role=region], pre[tabindex]')) {
    const name = it.getAttribute('aria-label') || (it.getAttribute('aria-labelledby') ?? '').split(' ').map(text).join('')
      || [...(it.labels ?? [])].map((label) => label.textContent.trim()).join('')
      || (['BUTTON', 'A', 'SUMMARY'].includes(it.tagName) ? it.textContent.trim() : '')
      || (it.id === 'code' ? 'in its panel' : '');
    if (!name) problems.push(`no name: ${it.outerHTML.slice(0, 120)}`);
  }
  const ids = [...document.querySelectorAll('[id]')].map((it) => it.id);
  for (const id of ids) if (ids.filter((other) => other === id).length > 1) problems.push(`twice: ${id}`);
  for (const attribute of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for']) {
    for (const it of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of it.getAttribute(attribute).split(' ')) if (!ids.includes(id)) problems.push(`${attribute}: ${id}`);
    }
  }
  for (const image of document.images) if (!image.hasAttribute('alt')) problems.push('image without alt');
  return problems;
})()";

/// Levels of the headings in their order.
pub(crate) const HEADINGS: &str =
    "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((it) => Number(it.tagName[1]))";

/// Texts whose contrast with their background is below 4.5.
pub(crate) const CONTRAST: &str = "(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const background = (element) => {
    for (let it = element; it; it = it.parentElement) {
      const colour = channels(getComputedStyle(it).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const problems = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest(':disabled, noscript, option')) continue;
    const a = luminance(channels(getComputedStyle(element).color));
    const b = luminance(background(element));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) problems.add(`${ratio.toFixed(2)}: ${element.tagName}.${element.className} ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  return [...problems];
})()";

#[tokio::test(flavor = "multi_thread")]
async fn pages_have_names_headings_and_contrast_and_fit_a_phone() {
    with_page(Emulator::builder(), |page| async move {
        page.emulator.inject(Fault::throttled(57).times(1_000));
        for (path, ready) in [
            ("", "document.querySelectorAll('#faults li').length === 1"),
            ("docs", "document.querySelectorAll('article').length === 14"),
        ] {
            page.open(path).await;
            page.wait(ready).await;
            page.value("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
                .await;
            assert_eq!(page.value(NAMES).await, json!([]), "{path}");
            for landmark in ["header", "main", "footer", "nav[aria-label]"] {
                let count = page
                    .value(&format!(
                        "document.querySelectorAll('body {landmark}').length"
                    ))
                    .await;
                assert!(count.as_u64().unwrap() > 0, "{path}: {landmark}");
            }
            let levels: Vec<i64> = serde_json::from_value(page.value(HEADINGS).await).unwrap();
            assert_eq!(
                levels.iter().filter(|level| **level == 1).count(),
                1,
                "{path}"
            );
            let skipped: Vec<_> = levels
                .windows(2)
                .filter(|two| two[1] > two[0] + 1)
                .collect();
            assert!(skipped.is_empty(), "{path}: {levels:?}");
            for scheme in ["light", "dark"] {
                page.screen(1440, 1000, scheme).await;
                assert_eq!(page.value(CONTRAST).await, json!([]), "{path} {scheme}");
            }
            for width in [375, 320] {
                page.screen(width, 800, "light").await;
                let scrolls = page.value("document.documentElement.scrollWidth").await;
                assert_eq!(scrolls, json!(width), "{path}");
            }
            page.screen(1440, 1000, "light").await;
        }
    })
    .await;
}
