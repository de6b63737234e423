//! Rows on a terminal: tables that fit, readable values and the pager.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use unicode_width::UnicodeWidthStr;

use super::Surroundings;

const NAMED: [&str; 3] = ["report", "unused", "--emulator"];
const LISTING: [&str; 3] = ["commercial", "deployment", "--emulator"];

fn shown(width: usize, arguments: &[&str]) -> String {
    let surroundings = Surroundings {
        terminal: true,
        width: Some(width),
        variables: &[("NO_COLOR", "1"), ("PCENTER_PAGER", "")],
        ..Surroundings::default()
    };
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let exit = surroundings.run(arguments, &mut stdout, &mut stderr);
    assert_eq!(exit, 0, "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// The made-up partner has names in many scripts, with control characters and of any length.
#[test]
fn tables_fit_the_width_of_the_terminal() {
    for arguments in [&LISTING[..], &NAMED] {
        for width in [80, 100, 200, 500] {
            let text = shown(width, arguments);
            let widest = text.lines().map(UnicodeWidthStr::width).max();
            assert!(widest <= Some(width), "{width}: {text}");
            let is_control = |c: char| c.is_control() && c != '\n';
            assert!(!text.contains(is_control), "{width}: {text}");
        }
    }
    let text = shown(80, &LISTING);
    assert!(text.contains('…') && text.contains("1,000,000"), "{text}");
    let hidden = "--wide or --columns shows them";
    assert!(text.contains(hidden), "{text}");
    let text = shown(200, &LISTING);
    assert!(
        text.contains("2026-") && !text.contains("T00:00") && !text.contains(hidden),
        "{text}"
    );
}

#[test]
fn narrow_terminals_get_one_line_per_value() {
    for width in [20, 40, 59] {
        let text = shown(width, &[&LISTING[..], &["--limit", "2"]].concat());
        let names = text.matches("customerName").count();
        assert_eq!(names, 2, "{text}");
        assert!(text.contains("\n\n"), "{text}");
    }
    // Twenty columns do not fit either, whatever their width.
    let columns = "id,companyProfile.tenantId,companyProfile.domain,companyProfile.companyName,\
                   commerceId,billingProfile.id,billingProfile.email,billingProfile.culture,\
                   billingProfile.language,billingProfile.companyName,\
                   billingProfile.defaultAddress.country,billingProfile.defaultAddress.city,\
                   relationshipToPartner,allowDelegatedAccess";
    let customers = [
        "customers",
        "list",
        "--emulator",
        "--limit",
        "1",
        "--columns",
    ];
    let text = shown(100, &[&customers[..], &[columns]].concat());
    assert!(text.starts_with("id  "), "{text}");
    assert!(text.contains("\ncompanyProfile.domain  "), "{text}");
}

#[test]
fn wide_tables_and_pipes_have_the_values_of_the_service() {
    let limited = [&LISTING[..], &["--sort", "-licensesSold", "--limit", "1"]].concat();
    let wide = shown(40, &[&limited[..], &["--wide"]].concat());
    assert!(
        wide.contains("1000000") && wide.contains("T00:00:00"),
        "{wide}"
    );
    let piped = super::pcenter(&limited, &[]);
    assert_eq!(piped.stdout, wide);
}

#[test]
fn a_terminal_is_told_that_there_are_no_rows() {
    let none = ["--where", "customerName eq 'Unknown'"];
    for width in [30, 80] {
        let text = shown(width, &[&LISTING[..], &none].concat());
        assert!(text.ends_with("no rows\n"), "{text}");
    }
    let piped = super::pcenter(&[&LISTING[..], &none].concat(), &[]);
    assert_eq!(piped.stdout.lines().count(), 1, "{}", piped.stdout);
}

/// Pager that keeps its text, or that the user leaves at once.
struct Input {
    text: Rc<RefCell<Vec<u8>>>,
    is_left: bool,
}

impl io::Write for Input {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.is_left {
            true => Err(io::ErrorKind::BrokenPipe.into()),
            false => self.text.borrow_mut().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns the exit code, stdout, the command of the pager and its text.
fn paged(
    arguments: &[&str],
    variables: &[(&str, &str)],
    is_left: bool,
) -> (u8, String, Vec<String>, String) {
    let (text, command) = (Rc::<RefCell<Vec<u8>>>::default(), RefCell::default());
    let start = |words: &[String]| {
        *command.borrow_mut() = words.to_vec();
        let text = text.clone();
        Ok(pcenter::Pager {
            input: Box::new(Input { text, is_left }),
            wait: Box::new(|| {}),
        })
    };
    let surroundings = Surroundings {
        terminal: true,
        variables,
        pager: &start,
        ..Surroundings::default()
    };
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let exit = surroundings.run(arguments, &mut stdout, &mut stderr);
    assert_eq!(String::from_utf8_lossy(&stderr), "");
    let text = String::from_utf8(text.take()).unwrap();
    (
        exit,
        String::from_utf8(stdout).unwrap(),
        command.take(),
        text,
    )
}

#[test]
fn a_terminal_gets_a_pager_unless_it_is_switched_off() {
    for (variables, expected) in [
        (&[][..], &["less"][..]),
        (&[("PAGER", "more -s")], &["more", "-s"]),
        (
            &[("PAGER", "more"), ("PCENTER_PAGER", "less -S")],
            &["less", "-S"],
        ),
        (&[("PCENTER_PAGER", "'a pager' x")], &["a pager", "x"]),
        (&[("PCENTER_PAGER", "")], &[]),
        (&[("PCENTER_PAGER", "cat"), ("PAGER", "less")], &[]),
        (&[("TERM", "dumb")], &[]),
    ] {
        for arguments in [
            &LISTING[..],
            &NAMED,
            &[&LISTING[..], &["-o", "csv"]].concat(),
        ] {
            let (exit, stdout, command, text) = paged(arguments, variables, false);
            assert_eq!(
                (exit, command.as_slice()),
                (
                    0,
                    &*expected
                        .iter()
                        .map(|it| (*it).to_owned())
                        .collect::<Vec<_>>()
                )
            );
            let (used, unused) = match expected.is_empty() {
                true => (stdout, text),
                false => (text, stdout),
            };
            assert!(
                used.contains("Contoso") && unused.is_empty(),
                "{variables:?}"
            );
        }
    }
    let to_file = tempfile::NamedTempFile::new().unwrap();
    let file = ["--output-file", to_file.path().to_str().unwrap()];
    let (exit, _, command, _) = paged(&[&LISTING[..], &file].concat(), &[], false);
    assert_eq!((exit, command.is_empty()), (0, true));
}

#[test]
fn a_pager_that_the_user_leaves_early_is_no_error() {
    for arguments in [&LISTING[..], &NAMED] {
        assert_eq!(paged(arguments, &[], true).0, 0);
    }
}

#[test]
fn a_workbook_is_not_shown_on_a_terminal() {
    let surroundings = Surroundings {
        terminal: true,
        ..Surroundings::default()
    };
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let arguments = [&LISTING[..], &["-o", "xlsx"]].concat();
    let exit = surroundings.run(&arguments, &mut stdout, &mut stderr);
    assert_eq!((exit, stdout.len()), (2, 0));
    assert!(String::from_utf8_lossy(&stderr).contains("--output-file"));
}
