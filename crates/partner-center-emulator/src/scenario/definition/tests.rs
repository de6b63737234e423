use super::*;

#[test]
fn the_scenario_of_the_package_is_valid() {
    let scenario = Scenario::bad_night().unwrap();
    assert_eq!(scenario.name(), "bad night");
    assert_eq!(scenario.duration(), Duration::from_secs(7200));
    let times: Vec<_> = scenario
        .steps
        .iter()
        .map(|step| step.at.as_secs())
        .collect();
    assert!(times.is_sorted());
    assert!(scenario.steps.iter().all(|step| !step.summary().is_empty()));
}

#[test]
fn toml_and_json_are_the_same() {
    let toml = r#"
        name = "a"
        [[step]]
        at = "1h30m"
        clear_faults = true
        sign_in = { requireMfa = true, with_mfa = false }
        rate-limit = { requests = 10, perSeconds = 60 }
        fault = { kind = "throttle", retry_after_seconds = 5 }
        advance_clock = "1d"
        message = "x"
        [[step]]
        at = "02:00:30"
        rate_limit = false
    "#;
    let json = r#"{"name": "a", "step": [
        {"at": "1h 30m", "clearFaults": true, "signIn": {"require_mfa": true, "withMfa": false},
         "rate_limit": {"requests": 10, "per_seconds": 60}, "advanceClock": "24h", "message": "x",
         "fault": {"kind": "throttle", "retryAfterSeconds": 5}},
        {"at": "7230s", "rate_limit": false}]}"#;
    let scenario = Scenario::from_toml(toml).unwrap();
    assert_eq!(scenario, Scenario::from_json(json).unwrap());
    let step = &scenario.steps[0];
    assert_eq!(
        step.summary(),
        "remove all faults; change the sign-in; limit to 10 calls in 60 s; inject throttle \
         (retryAfterSeconds 5) on API calls, once; advance the clock by 86400 s"
    );
}

#[test]
fn errors_have_line_and_column() {
    let step = |line: &str| format!("name = \"a\"\n[[step]]\nat = \"5m\"\n{line}\n");
    for (text, expected) in [
        (
            String::new(),
            "line 1, column 1: the scenario has no `name`",
        ),
        (
            "name = 3".to_owned(),
            "line 1, column 1: `name` must be a text",
        ),
        (
            "name = \"a\"".to_owned(),
            "line 1, column 1: the scenario has no steps",
        ),
        (
            "name = \"a\"\nstep = 3".to_owned(),
            "line 2, column 1: `step` must be a list",
        ),
        (
            "name = \"a\"\nstep = []".to_owned(),
            "line 1, column 1: the scenario has no steps",
        ),
        (
            "name = \"a\"\nsteps = 3".to_owned(),
            "line 2, column 1: unknown field `steps`",
        ),
        (
            "name = \"é\" x".to_owned(),
            "line 1, column 12: the scenario is not valid TOML: ",
        ),
        ("name = ".to_owned(), "line 1, column "),
        (
            step(""),
            "line 2, column 1: step 1: the step changes nothing",
        ),
        (
            step("colour = 3"),
            "line 4, column 1: step 1: unknown field `colour`",
        ),
        (
            step("clear_fault = true"),
            "line 4, column 1: step 1: unknown field `clear_fault`; ",
        ),
        (
            step("clear_faults = false"),
            "line 4, column 1: step 1: `clear_faults` must be true",
        ),
        (
            step("message = \"\""),
            "line 4, column 1: step 1: `message` must be a text",
        ),
        (
            step("fault = \"reset\""),
            "line 4, column 1: step 1: `fault` must be a table",
        ),
        (
            step("fault = { kind = \"throtle\" }"),
            "line 4, column 11: step 1: unknown fault kind `throtle`",
        ),
        (
            step("fault = { kind = \"throttle\",  seconds = 4 }"),
            "line 4, column 31: step 1: the fault `throttle` has no field `seconds`",
        ),
        (
            step("[step.fault]\nkind = \"status\"\nstatus = 99"),
            "line 6, column 1: step 1: `status` must be a whole number from 200",
        ),
        (
            step("fault = { kind = \"status\" }"),
            "line 4, column 1: step 1: the fault `status` needs `status`",
        ),
        (
            step("sign_in = { require = true }"),
            "line 4, column 13: step 1: unknown field `require`",
        ),
        (
            step("sign_in = {}"),
            "line 4, column 1: step 1: no field is given",
        ),
        (
            step("rate_limit = { requests = 1 }"),
            "line 4, column 1: step 1: a rate limit needs",
        ),
        (
            step("rate_limit = true"),
            "line 4, column 1: step 1: an object is needed",
        ),
        (
            step("advance_clock = 5"),
            "line 4, column 1: step 1: `advance_clock` must be a text",
        ),
        (
            step("message = \"x\"\n[[step]]\nmessage = \"x\""),
            "line 5, column 1: step 2: the step has no `at`",
        ),
        (
            step("message = \"x\"\n[[step]]\nat = \"4m59s\"\nmessage = \"x\""),
            "line 6, column 1: step 2: the time is before that of the step above",
        ),
    ] {
        let error = Scenario::from_toml(&text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text}\n{error}");
    }
    let error = Scenario::from_json("{\"name\": \"a\",\n  3}").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("line 2, column 3: the scenario is not valid JSON")
    );
    let error = Scenario::from_json("{\"name\": \"a\", \"step\": [{\"at\": \"5m\"}]}").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("step 1: the step changes nothing")
    );
}

#[test]
fn times_have_units_or_are_hours_and_minutes() {
    let read = |at: &str| {
        let text = format!("name = \"a\"\n[[step]]\nat = \"{at}\"\nmessage = \"x\"");
        let scenario = Scenario::from_toml(&text).ok();
        scenario.map(|scenario| scenario.duration().as_secs())
    };
    for (at, seconds) in [
        ("0s", 0),
        ("90s", 90),
        ("5m", 300),
        ("1h30m", 5400),
        (" 1d 2h ", 93_600),
        ("00:05", 300),
        ("26:00", 93_600),
        ("0:00:01", 1),
    ] {
        assert_eq!(read(at), Some(seconds), "{at}");
    }
    for at in [
        "",
        "5",
        "m",
        "5 m",
        "-5m",
        "+5m",
        "5x",
        "1.5h",
        "00:60",
        "1:2:3:4",
        ":",
        "1:",
        "１m",
        "18446744073709551616s",
        "18446744073709551615d",
        "18446744073709551615:00",
        "1000000001s",
    ] {
        assert_eq!(read(at), None, "{at}");
    }
}

#[test]
fn long_and_unreadable_files_are_refused() {
    let long = format!("name = \"a\"\n{}", "#".repeat(MAXIMUM_BYTES));
    let error = Scenario::from_toml(&long).unwrap_err();
    assert!(error.to_string().contains("longer than 1 MiB"));
    let nested = format!("name = {}", "[".repeat(100_000));
    assert!(Scenario::from_toml(&nested).is_err());
    let missing = Scenario::from_path("/nonexistent/scenario.toml").unwrap_err();
    assert!(matches!(missing, ScenarioError::Read { .. }));
}
