//! Documents of every format, read by readers that did not write them.

use serde_json::{Value, json};

use super::{against, pcenter};
use crate::server::answer;

const NAMES: [&str; 16] = [
    "Contoso, \"Ltd\"",
    "=HYPERLINK(\"http://x\")",
    "a|b\\|c\\",
    "line\r\nbreak\ttab",
    "<script>alert(1)</script> &amp;",
    "קונטוסו בע\"מ",
    "コントソ株式会社",
    "e\u{301}le\u{300}ve",
    "\u{1b}[31mred\u{7}\u{9b}",
    "👩\u{200d}💻\u{fe0f} \u{202e}txt",
    "- item: #no",
    "null",
    "0x1F",
    "2018-01-31",
    " both ends ",
    "\u{85}\u{2028}\u{fffe}",
];

fn rows() -> Vec<Value> {
    let rows = NAMES.iter().enumerate();
    let rows = rows.map(|(index, name)| {
        json!({
            "customerName": name,
            "licensesSold": index,
            "processedDateTime": null,
            "newField": {"part": name, "list": [1, name, null]},
            "yes": index % 2 == 0,
        })
    });
    rows.collect()
}

fn written(more: &[&str]) -> String {
    let body = json!({"Value": rows(), "TotalCount": NAMES.len()});
    let page = answer(
        "200 OK",
        &[("Content-Type", "application/json")],
        body.to_string(),
    );
    let (ran, _) = against(vec![page], &[&["commercial", "deployment"], more].concat());
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{more:?}");
    ran.stdout
}

fn names(rows: &[Value]) -> Vec<&str> {
    let names = rows.iter().map(|row| row["customerName"].as_str().unwrap());
    names.collect()
}

#[test]
fn yaml_has_the_values_of_json() {
    let json: Vec<Value> = serde_json::from_str(&written(&["-o", "json"])).unwrap();
    assert_eq!(names(&json), NAMES);
    let text = written(&["-o", "yaml"]);
    let yaml: Vec<Value> = serde_saphyr::from_str(&text).unwrap();
    assert_eq!(yaml, json);
    let is_allowed = |c: char| !c.is_control() || c == '\n';
    assert!(text.chars().all(is_allowed));

    let empty = written(&["-o", "yaml", "--where", "licensesSold lt 0"]);
    assert_eq!(empty, "[]\n");
}

#[test]
fn tsv_has_the_values_of_csv() {
    let text = written(&["-o", "csv"]);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let csv: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(csv.len(), NAMES.len());

    let text = written(&["-o", "tsv"]);
    let unescaped = |cell: &str| {
        let mut text = String::new();
        let mut rest = cell.chars();
        while let Some(c) = rest.next() {
            text.push(match c {
                '\\' => match rest.next().unwrap() {
                    't' => '\t',
                    'n' => '\n',
                    'r' => '\r',
                    '\\' => '\\',
                    other => panic!("\\{other}"),
                },
                c => c,
            });
        }
        text
    };
    let mut lines = text
        .split_terminator('\n')
        .map(|line| line.split('\t').map(unescaped).collect::<Vec<_>>());
    assert_eq!(lines.next().unwrap(), header.iter().collect::<Vec<_>>());
    let tsv: Vec<_> = lines.collect();
    for (tsv, csv) in tsv.iter().zip(&csv) {
        assert_eq!(tsv, &csv.iter().collect::<Vec<_>>());
    }
    assert_eq!(tsv.len(), csv.len());
    let bare = written(&["-o", "tsv", "--no-header", "--columns", "licensesSold"]);
    assert!(bare.starts_with("0\n1\n"), "{bare}");
}

/// Returns the cells of a line of a table, without the escapes.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        let cell = cells.last_mut().unwrap();
        match c {
            '\\' => cell.push(rest.next().unwrap()),
            '|' => cells.push(String::new()),
            c => cell.push(c),
        }
    }
    let cells = cells.iter().map(|cell| {
        let text = cell.trim().replace("<br>", "\n");
        assert!(!text.contains(['<', '>']), "{line}");
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    });
    cells.collect()
}

#[test]
fn markdown_is_a_table_with_the_names_as_text() {
    let text = written(&["-o", "markdown", "--columns", "customerName,licensesSold"]);
    let lines: Vec<_> = text.lines().map(cells).collect();
    assert_eq!(lines[0], ["", "customerName", "licensesSold", ""]);
    assert_eq!(lines[1], ["", "---", "---:", ""]);
    assert_eq!(lines.len(), NAMES.len() + 2);
    for (index, (cells, name)) in lines[2..].iter().zip(NAMES).enumerate() {
        assert_eq!(cells.len(), 4, "{cells:?}");
        assert_eq!(cells[2], index.to_string());
        let is_plain = |c: char| !c.is_control() && !('\u{200b}'..='\u{202e}').contains(&c);
        if name.chars().all(is_plain) {
            assert_eq!(cells[1], name.trim());
        }
    }
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{9b}']));
}

/// A report has all of its sections in the formats that can have them.
#[test]
fn reports_are_documents_in_every_format() {
    let unused = ["report", "unused", "--emulator", "--today", "2026-11-26"];
    let written = |format: &str| {
        let ran = pcenter(&[&unused[..], &["-o", format]].concat(), &[]);
        assert_eq!(ran.exit, 0, "{format}: {}", ran.stderr);
        ran
    };
    let json: Value = serde_json::from_str(&written("json").stdout).unwrap();
    let yaml: Value = serde_saphyr::from_str(&written("yaml").stdout).unwrap();
    assert_eq!(yaml, json);
    let rows = json["rows"].as_array().unwrap().len();
    assert!(rows > 50 && json["customers"].as_array().is_some());
    assert_eq!(json["totals"].as_array().unwrap().len(), 1);

    let ndjson = written("ndjson");
    assert_eq!(ndjson.stdout.lines().count(), rows);
    // What explains the rows is not among them.
    let summary = json["summary"][0].as_str().unwrap();
    assert!(ndjson.stderr.contains(summary), "{}", ndjson.stderr);
    for format in ["csv", "tsv"] {
        let ran = written(format);
        assert_eq!(ran.stdout.lines().count(), rows + 1, "{format}");
        assert!(ran.stderr.contains(summary), "{}", ran.stderr);
    }
    for format in ["table", "markdown", "html"] {
        let ran = written(format);
        assert_eq!(ran.stderr, "", "{format}");
        assert!(ran.stdout.contains("Licences by customer"), "{format}");
    }
}

/// Output that ends in the middle must not look complete.
#[test]
fn a_full_disk_is_reported_in_every_format() {
    struct Full(usize);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let written = bytes.len().min(self.0);
            self.0 -= written;
            match written {
                0 => Err(std::io::ErrorKind::StorageFull.into()),
                written => Ok(written),
            }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let formats = [
        "parquet", "table", "json", "ndjson", "yaml", "csv", "tsv", "markdown", "xlsx", "html",
    ];
    for (command, formats) in [
        (&["commercial", "deployment"][..], &formats[..9]),
        (&["report", "unused"], &formats[1..]),
    ] {
        for format in formats {
            for room in [0, 1000] {
                let arguments = [command, &["--emulator", "-o", format]].concat();
                let ran = super::run_into(&mut Full(room), &arguments, &[], false);
                assert_eq!(ran.exit, 1, "{format}: {}", ran.stderr);
                let problem = "error: the output could not be written: ";
                assert!(ran.stderr.contains(problem), "{format}: {}", ran.stderr);
            }
        }
    }
}
