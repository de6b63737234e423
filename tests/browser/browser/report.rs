//! Actions in the page of a report: sorting, search, and text that looks like markup.

use partner_center_emulator::Emulator;
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::browser::{Page, with_page};

/// Returns the page of a report with this number of rows. The first one is of a customer whose name
/// is written from right to left.
pub(crate) fn report(rows: usize) -> Vec<u8> {
    pcenter::fuzzing::html_page("שלום", "Power BI Pro", rows).unwrap()
}

/// Texts of the cells of a column, counted from 1.
async fn column(page: &Page, column: usize) -> Vec<String> {
    let cells = format!(
        "[...document.querySelectorAll('tbody tr > :nth-child({column})')].map((it) => it.textContent)"
    );
    serde_json::from_value(page.value(&cells).await).unwrap()
}

/// Values of the cells of a column of numbers.
async fn numbers(page: &Page, number: usize) -> Vec<i64> {
    let cells = column(page, number).await;
    let cells = cells.iter().map(|text| text.replace(',', ""));
    cells.map(|text| text.parse().unwrap()).collect()
}

/// Direction of each sorted column.
const SORTED: &str =
    "[...document.querySelectorAll('[aria-sort]')].map((it) => `${it.textContent} ${it.ariaSort}`)";

const STATUS: &str = "document.querySelector('[role=status]').textContent";

#[tokio::test(flavor = "multi_thread")]
async fn clicks_sort_numbers_names_and_dates_and_restore_the_order() {
    with_page(Emulator::builder(), |page| async move {
        page.open_file(&report(40)).await;
        let original = column(&page, 1).await;
        assert_eq!(original.len(), 40);
        assert_eq!(page.value(SORTED).await, json!([]));

        let sold = "thead th:nth-child(4) button";
        page.click(sold).await;
        assert_eq!(
            page.value(SORTED).await,
            json!(["Licences sold descending"])
        );
        assert!(numbers(&page, 4).await.is_sorted_by(|a, b| a >= b));
        page.click(sold).await;
        assert_eq!(page.value(SORTED).await, json!(["Licences sold ascending"]));
        assert!(numbers(&page, 4).await.is_sorted());
        page.click(sold).await;
        assert_eq!(page.value(SORTED).await, json!([]));
        assert_eq!(column(&page, 1).await, original);

        page.click("thead th:nth-child(1) button").await;
        let names = column(&page, 1).await;
        // Numbers within names count as numbers.
        let adatum: Vec<_> = names.iter().take(3).map(String::as_str).collect();
        assert_eq!(
            adatum,
            [
                "Adatum Corporation 6",
                "Adatum Corporation 12",
                "Adatum Corporation 18"
            ]
        );

        page.click("thead th:nth-child(7) button").await;
        assert_eq!(page.value(SORTED).await, json!(["Renewal date ascending"]));
        let keys =
            "[...document.querySelectorAll('tbody td:nth-child(7)')].map((it) => it.dataset.v)";
        let keys: Vec<String> = serde_json::from_value(page.value(keys).await).unwrap();
        assert!(keys.is_sorted(), "{keys:?}");

        // Rows without a value are last in both directions.
        for _ in 0..2 {
            page.click("thead th:nth-child(8) button").await;
            let values = column(&page, 8).await;
            let empty = values.iter().filter(|value| value.is_empty()).count();
            assert!(empty > 0);
            assert!(
                values[40 - empty..].iter().all(String::is_empty),
                "{values:?}"
            );
        }
        let total = page
            .value("document.querySelectorAll('tfoot tr').length")
            .await;
        assert_eq!(total, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_sorts_and_the_result_is_announced() {
    with_page(Emulator::builder(), |page| async move {
        page.open_file(&report(40)).await;
        page.press(Key::Tab).await;
        assert_eq!(page.value("document.activeElement.className").await, "skip");
        page.press(Key::Enter).await;
        assert_eq!(page.value("document.activeElement.id").await, "main");

        let focused = "document.activeElement.textContent";
        page.tab_until(focused, "Licences deployed").await;
        let outline = "getComputedStyle(document.activeElement).outlineStyle";
        assert_eq!(page.value(outline).await, "solid");
        page.press(Key::Enter).await;
        assert_eq!(
            page.value(STATUS).await,
            "40 rows, sorted by Licences deployed, descending"
        );
        page.press(" ").await;
        assert_eq!(
            page.value(STATUS).await,
            "40 rows, sorted by Licences deployed, ascending"
        );
        page.press(Key::Enter).await;
        assert_eq!(page.value(STATUS).await, "40 rows, in the original order");
        // The focus stays on the button.
        assert_eq!(page.value(focused).await, "Licences deployed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_finds_rows_by_words_of_their_cells() {
    with_page(Emulator::builder(), |page| async move {
        page.open_file(&report(40)).await;
        page.click("thead th:nth-child(4) button").await;
        page.enter("input[type=search]", "VISIO contoso").await;
        let found = column(&page, 1).await;
        assert!(found.len() > 1 && found.len() < 40, "{found:?}");
        assert!(found.iter().all(|name| name.starts_with("Contoso ")));
        assert!(numbers(&page, 4).await.is_sorted_by(|a, b| a >= b));
        let status = page.value(STATUS).await;
        let expected = format!("{} of 40 rows, sorted by", found.len());
        assert!(status.as_str().unwrap().starts_with(&expected), "{status}");

        // Without the accents of the name.
        page.enter("input[type=search]", "sohne").await;
        assert!(column(&page, 1).await[0].starts_with("Söhne"));
        page.enter("input[type=search]", "no such customer").await;
        assert_eq!(column(&page, 1).await.len(), 0);
        page.enter("input[type=search]", " ").await;
        assert_eq!(column(&page, 1).await.len(), 40);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_stay_text_and_nothing_is_loaded() {
    with_page(Emulator::builder(), |page| async move {
        let name = "</script></td><script>window.ran = 1</script><img src=http://127.0.0.1:9/x onerror='window.ran = 2'>\"'&amp;";
        let product = "a\u{202e}b\u{1b}[31m\u{0}שלום";
        page.open_file(&pcenter::fuzzing::html_page(name, product, 2).unwrap()).await;
        assert_eq!(column(&page, 1).await[0], name);
        assert_eq!(column(&page, 2).await[0], "a\\u{202e}b\\u{1b}[31m\\u{0}שלום");
        assert_eq!(page.value("window.ran").await, Value::Null);
        for (elements, count) in [("script", 1), ("img", 0), ("tbody tr", 2), ("tbody tr:first-child > *", 8)] {
            let counted = format!("document.querySelectorAll('{elements}').length");
            assert_eq!(page.value(&counted).await, count, "{elements}");
        }
        assert_eq!(page.value("performance.getEntriesByType('resource')").await, json!([]));
        // The console reports what the security policy blocked.
        assert_eq!(page.console().await, [""; 0]);

        // The policy blocks scripts and requests even where text became markup.
        let injected = "(() => {
          const script = document.createElement('script');
          script.textContent = 'window.ran = 3';
          document.body.append(script);
          const image = new Image();
          image.src = 'http://127.0.0.1:9/x';
          document.body.append(image);
          return window.ran;
        })()";
        assert_eq!(page.value(injected).await, Value::Null);
        let blocked = page.console().await;
        assert_eq!(blocked.len(), 2, "{blocked:?}");
        assert!(blocked.iter().all(|line| line.contains("Content Security Policy")), "{blocked:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_report_shows_some_rows_and_sorts_and_searches_all() {
    with_page(Emulator::builder(), |page| async move {
        let rows = 20_000;
        page.open_file(&report(rows)).await;
        let shown = "document.querySelectorAll('tbody tr').length";
        assert_eq!(page.value(shown).await, 1_000);
        assert_eq!(
            page.value(STATUS).await,
            "20,000 rows, the first 1,000 shown"
        );
        assert_eq!(
            page.value("document.querySelectorAll('.bar').length").await,
            20
        );

        page.click("thead th:nth-child(5) button").await;
        let deployed = numbers(&page, 5).await;
        assert!(deployed.is_sorted_by(|a, b| a >= b));
        page.enter("input[type=search]", "19999").await;
        assert_eq!(column(&page, 1).await.len(), 1);

        page.enter("input[type=search]", "litware").await;
        page.click(".tools .more").await;
        let litware = page.value(shown).await.as_u64().unwrap();
        assert!(litware > 3_000, "{litware}");
        // The hidden button passes the focus on.
        assert_eq!(
            page.value("document.activeElement.getAttribute('role')")
                .await,
            "region"
        );
    })
    .await;
}
