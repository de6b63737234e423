use super::sample::{SampleRow, document, row};
use super::*;
use crate::output::Chart;

fn page(document: &Document) -> String {
    let mut out = Vec::new();
    write(document, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Returns the part of a page between two texts, without the version of the program.
fn between<'page>(page: &'page str, start: &str, end: &str) -> &'page str {
    let (_, rest) = page.split_once(start).unwrap();
    rest.split_once(end).unwrap().0
}

fn small() -> Document {
    let mut rows = vec![
        row("Contoso", "Office 365 E3", 5120, 4708),
        row("שלום בע\"מ", "Power BI <Pro>", 10, 12),
    ];
    rows.push(SampleRow {
        renewal: "0001-01-01T00:00:00".parse().ok(),
        ..SampleRow::default()
    });
    document(rows)
}

#[test]
fn a_table_has_formatted_values_with_keys_and_a_total() {
    let page = page(&small());
    insta::assert_snapshot!(between(&page, "<div class=\"tools\" hidden>", "</section>"));
}

#[test]
fn a_chart_has_bars_with_part_and_whole() {
    let page = page(&small());
    insta::assert_snapshot!(between(&page, "<figure class=\"chart\"", "</figure>"));
}

#[test]
fn the_page_has_landmarks_summary_and_footnotes() {
    let mut document = small();
    document.sections[0].rows.clear();
    document.sections[0].fields = &[];
    document.sections[0].chart = None;
    let page = page(&document).replace(env!("CARGO_PKG_VERSION"), "<version>");
    let page = page.replace(SCRIPT, "[script]");
    insta::assert_snapshot!(page.split_once("</head>").unwrap().1);
}

#[test]
fn the_policy_has_the_hashes_of_style_and_script_and_the_page_loads_nothing() {
    let page = page(&small());
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\">");
    for (directive, tag) in [("style-src", "style"), ("script-src", "script")] {
        let text = between(&page, &format!("<{tag}>"), &format!("</{tag}>"));
        let hash = BASE64_STANDARD.encode(Sha256::digest(text));
        assert!(
            policy.contains(&format!("{directive} 'sha256-{hash}'")),
            "{policy}"
        );
        assert_eq!(page.matches(&format!("<{tag}")).count(), 1);
    }
    for loaded in ["http:", "https:", "src=", "@import", "url(", " style="] {
        assert!(!page.contains(loaded), "{loaded}");
    }
}

#[test]
fn no_text_of_the_data_becomes_markup() {
    let hostile =
        "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u{0}\u{1b}[2J\u{202e}";
    let mut document = document(vec![row(hostile, hostile, 2, 1)]);
    document.title = hostile.to_owned();
    document.as_of = hostile.to_owned();
    for lines in [
        &mut document.summary,
        &mut document.sources,
        &mut document.notes,
    ] {
        *lines = vec![hostile.to_owned()];
    }
    let mut second = sample::document(vec![row(hostile, hostile, 2, 1)]);
    document.sections.append(&mut second.sections);
    document.sections[1].title = hostile.to_owned();
    let page = page(&document);
    let body = page.replace(SCRIPT, "");
    assert_eq!(body.matches("<script").count(), 1);
    assert!(!body.contains("<img"));
    // A quote within an attribute would end it.
    assert!(!body.contains("\"'"));
    let forbidden = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!body.contains(forbidden));
}

#[test]
fn charts_have_at_most_twenty_bars_and_need_a_length() {
    let rows = (0..1_234).map(|number| row(&format!("Customer {number}"), "Visio", 10, 1));
    let long = page(&document(rows.collect()));
    assert_eq!(long.matches("<svg class=\"bar\"").count(), 20);
    assert!(long.contains("The first 20 of 1,234 bars."));
    assert!(long.contains("type=\"search\""));

    for rows in [
        Vec::new(),
        vec![row("A", "B", 0, 0)],
        vec![row("A", "B", -1, -5)],
        vec![SampleRow::default()],
    ] {
        assert!(!page(&document(rows)).contains("<figure"));
    }
    let mut document = document(vec![row("A", "B", 200, 199), row("C", "D", 0, 50)]);
    assert!(page(&document).contains("<title>more than 99% of the whole</title>"));
    assert!(page(&document).contains("<title>The whole is 0</title>"));
    document.sections[0].chart = Some(Chart {
        whole: None,
        title: "Deployed seats",
        labels: &["customerName"],
        value: "licensesDeployed",
        is_series: false,
    });
    assert!(page(&document).contains("<title>25% of the longest bar</title>"));
}

#[test]
fn a_single_chart_is_above_the_tables_and_several_are_above_their_own() {
    let mut document = small();
    let order = |document: &Document| {
        let page = page(document);
        let parts = page.split('\n').filter_map(|line| {
            ["<figure", "<nav", "<table"]
                .into_iter()
                .find(|part| line.starts_with(part))
        });
        parts.collect::<Vec<_>>()
    };
    assert_eq!(order(&document), ["<figure", "<table"]);
    document.sections.append(&mut small().sections);
    assert_eq!(
        order(&document),
        ["<nav", "<figure", "<table", "<figure", "<table"]
    );
    document.sections[0].chart = None;
    assert_eq!(order(&document), ["<figure", "<nav", "<table", "<table"]);
}

#[test]
fn rows_after_the_first_thousand_are_in_a_group_that_is_shown_on_request() {
    let rows = |count| (0..count).map(|_| row("A", "B", 1, 1)).collect();
    assert!(!page(&document(rows(1_000))).contains("<tbody class=\"rest\">"));
    let long = page(&document(rows(1_002)));
    let rest = between(&long, "<tbody class=\"rest\">", "</tbody>");
    assert_eq!(rest.matches("<tr>").count(), 2);
}
