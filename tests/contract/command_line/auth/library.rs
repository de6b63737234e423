//! Programs that use the library with the sign-in that `pcenter auth login` stored.

use std::process::Command;

use partner_center::Client;

use super::user::approving;
use super::{Home, Service};
use crate::command_line::Surroundings;

/// Variables of the child process: the profile, and the file for the result.
const PROFILE: &str = "LIBRARY_TEST_PROFILE";
const RESULT: &str = "LIBRARY_TEST_RESULT";

/// Profile of the child process that calls `Client::from_environment`.
const FROM_ENVIRONMENT: &str = "(environment)";

/// The program, in a process with variables of its own: `Client::from_environment` reads them.
#[test]
fn child() {
    let (Ok(profile), Ok(result)) = (std::env::var(PROFILE), std::env::var(RESULT)) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let called = runtime.block_on(async {
        let client = match profile.as_str() {
            FROM_ENVIRONMENT => Client::from_environment(),
            name => Client::from_profile(name),
        };
        let page = match client {
            Ok(client) => client.commercial_licenses_deployment().send().await,
            Err(error) => return error.to_string(),
        };
        format!("{} rows", page.unwrap().value.len())
    });
    std::fs::write(result, called).unwrap();
}

/// Runs the program with the profiles of this user, and returns its result.
fn program(home: &Home, profile: &str, variables: &[(&str, &str)]) -> String {
    use partner_center::credential::profiles::variable;

    let result = home.path("result");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "command_line::auth::library::child"]);
    for name in [
        variable::ACCESS_TOKEN,
        variable::AUTHORITY,
        variable::CLIENT_ID,
        variable::CLIENT_SECRET,
        variable::PROFILE,
        variable::REFRESH_TOKEN,
        variable::TENANT_ID,
    ] {
        command.env_remove(name);
    }
    command
        .env(variable::CONFIG, &home.config)
        .env(PROFILE, profile)
        .env(RESULT, &result)
        .envs(variables.iter().copied());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    std::fs::read_to_string(result).unwrap()
}

#[test]
fn a_program_uses_the_sign_in_of_the_command_line() {
    let service = Service::start();
    let home = Home::new();
    let flags = service.flags();
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let login = ["auth", "login", "--device-code", "--store", "file"];
    let name = ["--profile", "contoso"];
    let mut screen = approving(&service.emulator);
    let variables = [("PCENTER_CONFIG", home.config.as_str())];
    let surroundings = Surroundings {
        variables: &variables,
        ..Surroundings::default()
    };
    let arguments = [&login[..], &name, &flags].concat();
    let exit = surroundings.run(&arguments, &mut Vec::new(), &mut screen);
    assert_eq!(exit, 0, "{}", screen.text());

    let rows = home.pcenter(&["commercial", "deployment", "-o", "csv", "--no-header"]);
    assert_eq!(rows.exit, 0, "{}", rows.stderr);
    let expected = format!("{} rows", rows.stdout.lines().count());
    assert_ne!(expected, "0 rows");
    assert_eq!(program(&home, "contoso", &[]), expected);
    // The first profile is the default one.
    assert_eq!(program(&home, FROM_ENVIRONMENT, &[]), expected);
    let named = [("PCENTER_PROFILE", "contoso")];
    assert_eq!(program(&home, FROM_ENVIRONMENT, &named), expected);
}

#[test]
fn a_named_profile_takes_precedence_over_a_refresh_token() {
    let service = Service::start();
    let home = Home::new();
    let emulator = &service.emulator;
    let authority = emulator.authority().to_string();
    let variables = [
        ("PCENTER_TENANT_ID", emulator.tenant_id()),
        ("PCENTER_CLIENT_ID", emulator.client_id()),
        ("PCENTER_REFRESH_TOKEN", "not-this-one"),
        ("PCENTER_AUTHORITY", authority.as_str()),
    ];
    // The service would refuse this refresh token.
    std::fs::write(&home.config, service.profile("contoso")).unwrap();
    let token = emulator.refresh_token();
    home.keep("contoso", &service, token, std::time::Duration::ZERO);
    let named = [&variables[..], &[("PCENTER_PROFILE", "contoso")]].concat();
    let result = program(&home, FROM_ENVIRONMENT, &named);
    assert!(result.ends_with(" rows"), "{result}");
}

#[test]
fn missing_credentials_are_an_error_that_says_how_to_fix_it() {
    let service = Service::start();
    let home = Home::new();
    assert_eq!(
        program(&home, FROM_ENVIRONMENT, &[]),
        "no credentials: there is no profile, and PCENTER_TENANT_ID, PCENTER_CLIENT_ID and \
         PCENTER_REFRESH_TOKEN are not set (help: sign in once with `pcenter auth login`, or set \
         these variables)"
    );
    let partly = [("PCENTER_TENANT_ID", "contoso.onmicrosoft.com")];
    assert_eq!(
        program(&home, FROM_ENVIRONMENT, &partly),
        "no credentials: PCENTER_CLIENT_ID and PCENTER_REFRESH_TOKEN are not set (help: set all \
         three, or none of them to use the default profile)"
    );
    std::fs::write(&home.config, service.profile("contoso")).unwrap();
    assert_eq!(
        program(&home, FROM_ENVIRONMENT, &[]),
        "no credentials: no profile is named, there is no default profile, and PCENTER_TENANT_ID, \
         PCENTER_CLIENT_ID and PCENTER_REFRESH_TOKEN are not set (help: set PCENTER_PROFILE to the \
         name of a profile; profiles: contoso)"
    );
    assert_eq!(
        program(&home, "contosso", &[]),
        format!(
            "there is no profile `contosso` in {} (help: did you mean `contoso`?)",
            home.config
        )
    );
    assert!(program(&home, "a b", &[]).starts_with("the name of a profile has 1 to 64 characters"));
    std::fs::write(&home.config, "[profiles.contoso]\ntennant = \"x\"\n").unwrap();
    assert_eq!(
        program(&home, "contoso", &[]),
        format!(
            "{}:2: unknown key `tennant` (help: did you mean `tenant`?)",
            home.config
        )
    );
}
