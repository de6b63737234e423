//! Storages, tables and options that are refused.

use partner_center_lake::{History, Report, Storage};

use super::*;

#[test]
fn secrets_in_an_address_are_refused_and_not_printed() {
    let partner = Partner::start();
    for address in [
        "abfss://reports@contoso.dfs.core.windows.net/history?sv=2024&sig=t0p%2Fsecret",
        "https://contoso.blob.core.windows.net/c?sig=t0p%2Fsecret",
        "s3://key:t0p%2Fsecret@bucket/history",
    ] {
        for words in [
            &["snapshot", "take", "customers", "--to", address][..],
            &["snapshot", "list", "--from", address],
            &["report", "unused", "--at", "latest", "--from", address],
        ] {
            let ran = match words[1] {
                "take" => partner.call(words),
                _ => partner.run(words),
            };
            assert_eq!(
                (ran.exit, ran.stdout.as_str()),
                (2, ""),
                "{words:?}: {}",
                ran.stderr
            );
            assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
            assert!(ran.stderr.contains("help: "), "{}", ran.stderr);
        }
    }
    assert!(partner.emulator.requests().is_empty());
}

#[test]
fn wrong_options_send_no_request() {
    let partner = Partner::start();
    for (words, problem) in [
        (&["take"][..], "required arguments were not provided"),
        (&["take", "--all", "customers"], "cannot be used with"),
        (&["take", "comercial"], "there is no report `comercial`"),
        (&["take", "subscriptons"], "did you mean `subscriptions`?"),
        (
            &["take", "customers", "--processed-date", "yesterday"],
            "is not a timestamp",
        ),
        (&["take", "customers", "--to", "ftp://host/history"], "ftp"),
    ] {
        let ran = partner.call(&[&["snapshot"], words].concat());
        assert_eq!(
            (ran.exit, ran.stdout.as_str()),
            (2, ""),
            "{words:?}: {}",
            ran.stderr
        );
        assert!(ran.stderr.contains(problem), "{words:?}: {}", ran.stderr);
    }
    for (words, problem) in [
        (&["list"][..], "there are no snapshots in"),
        (&["diff", "2026-13-01", "latest"], "expected a day such as"),
        (&["trend", "--report", "nope"], "there is no report `nope`"),
        (&["list", "--columns", "nope"], "nope"),
        (&["list", "--storage-credential", "profile"], "credentials"),
    ] {
        let ran = partner.run(&[&["snapshot"], words].concat());
        let exits = if words.contains(&"profile") { 3 } else { 2 };
        assert_eq!(
            (ran.exit, ran.stdout.as_str()),
            (exits, ""),
            "{words:?}: {}",
            ran.stderr
        );
        assert!(ran.stderr.contains(problem), "{words:?}: {}", ran.stderr);
    }
    assert!(partner.emulator.requests().is_empty());
}

#[test]
fn a_folder_that_is_no_table_is_not_written_to() {
    let partner = Partner::start();
    let folder = partner.history().join("customers");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("notes.txt"), "mine").unwrap();
    let ran = partner.call(&["snapshot", "take", "customers", "subscriptions"]);
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("customers contains files, but no Delta table"),
        "{}",
        ran.stderr
    );
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    let ran = partner.call(&["snapshot", "take", "customers"]);
    assert_eq!(ran.exit, 2, "{}", ran.stderr);
}

#[test]
fn a_table_of_another_partner_is_not_written_to() {
    let partner = Partner::start();
    let storage = Storage::builder(partner.history().to_str().unwrap())
        .build()
        .unwrap();
    let other = "11111111-2222-3333-4444-555555555555";
    let history = History::new(storage, Some(other.to_owned()));
    let operation = partner_center::Operation::find("customers").unwrap();
    partner
        .runtime
        .block_on(history.create_or_open(Report::from(operation)))
        .unwrap();
    let ran = partner.call(&["snapshot", "take", "customers"]);
    assert_eq!(ran.exit, 2, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains(&format!("contains data of the partner {other}")),
        "{}",
        ran.stderr
    );
    let is_of_rows =
        |request: &&partner_center_emulator::RecordedRequest| request.method() == "GET";
    assert_eq!(
        partner
            .emulator
            .requests()
            .iter()
            .filter(is_of_rows)
            .count(),
        0
    );
}

#[test]
fn a_second_job_waits_for_the_lock_or_ends() {
    let partner = Partner::start();
    partner.take(&["customers"]);
    let storage = Storage::builder(partner.history().to_str().unwrap())
        .build()
        .unwrap();
    let history = History::new(storage, None);
    let lifetime = Duration::from_secs(60);
    let lock = partner
        .runtime
        .block_on(history.lock("a test", lifetime))
        .unwrap();
    let ran = partner.call(&["snapshot", "take", "customers"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("is locked by a test"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("--wait-for-lock SECONDS"),
        "{}",
        ran.stderr
    );
    let ran = partner.run(&["snapshot", "clean"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
    // Reading needs no lock.
    assert_eq!(partner.run(&["snapshot", "list"]).exit, 0);
    assert_eq!(partner.run(&["snapshot", "clean", "--dry-run"]).exit, 0);
    partner.runtime.block_on(lock.release());
    partner.take(&["customers", "--wait-for-lock", "60"]);
}

#[test]
fn a_table_that_cannot_be_read_does_not_hide_the_others() {
    let partner = Partner::start();
    partner.take(&["customers", "referrals"]);
    let broken = partner.history().join("referrals");
    let commit = broken.join("_delta_log/00000000000000000000.json");
    std::fs::write(commit, "{").unwrap();
    for words in [
        &["snapshot", "list"][..],
        &["snapshot", "verify"],
        &["snapshot", "clean"],
    ] {
        let ran = partner.run(words);
        assert_eq!(ran.exit, 5, "{words:?}: {}", ran.stderr);
        let warning = "warning: referrals is left out: ";
        assert!(ran.stderr.starts_with(warning), "{words:?}: {}", ran.stderr);
        assert!(
            words[1] == "clean" || ran.stdout.contains("customers"),
            "{}",
            ran.stdout
        );
    }
}
