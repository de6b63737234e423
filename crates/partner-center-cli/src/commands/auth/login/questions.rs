//! What only the person knows.

use std::sync::Arc;

use partner_center::credential::{MemoryStore, RefreshTokenCredential};

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::parse::parse_client_id;

/// Answers that are no answers, before giving up.
const TRIES: usize = 3;

const TENANT: Question = Question {
    flag: "--tenant",
    what: "Tenant",
    explanation: "The tenant of your company as a partner: its id (a GUID) or a domain such as\n\
         contoso.onmicrosoft.com. In the portal https://entra.microsoft.com: Overview,\n\
         Tenant ID.",
    check: check_tenant,
};

const CLIENT_ID: Question = Question {
    flag: "--client-id",
    what: "Application (client) id",
    explanation: "The id of the application that was registered for this program, a GUID. In\n\
         the same portal: App registrations, your application, Application (client) ID.\n\
         Not its object id, and not a secret.",
    check: |id| match parse_client_id(id) {
        Ok(_) => Ok(()),
        Err(_) => Err("not a GUID such as 6492b9d6-5629-429b-934c-040b1946e760"),
    },
};

struct Question {
    flag: &'static str,
    what: &'static str,
    explanation: &'static str,
    /// Whether this can be an answer.
    check: fn(&str) -> Result<(), &'static str>,
}

/// As the library does it, when the rest is not known yet.
fn check_tenant(tenant: &str) -> Result<(), &'static str> {
    let store = Arc::new(MemoryStore::new());
    match RefreshTokenCredential::from_store(tenant, "any", store).build() {
        Ok(_) => Ok(()),
        Err(_) => Err("not a GUID, nor a domain such as contoso.onmicrosoft.com"),
    }
}

/// Tenant and client id; asked for where they are not known.
pub(super) fn ask(
    tenant: Option<String>,
    client_id: Option<String>,
    can_prompt: bool,
    environment: &mut Environment<'_>,
) -> Result<(String, String), Failure> {
    let missing: Vec<_> = [(&tenant, &TENANT), (&client_id, &CLIENT_ID)]
        .into_iter()
        .filter(|(known, _)| known.is_none())
        .map(|(_, question)| question)
        .collect();
    if !can_prompt && !missing.is_empty() {
        let flags: Vec<_> = missing.iter().map(|question| question.flag).collect();
        let flags = flags.join(" and ");
        let mut failure = Failure::new(
            Exit::Usage,
            format!("{flags} missing, and this is no terminal to ask on"),
        );
        for question in missing {
            failure = failure.help(format!(
                "{}: {}",
                question.flag,
                question.explanation.replace('\n', " ")
            ));
        }
        return Err(failure);
    }
    let tenant = tenant.map_or_else(|| TENANT.ask(environment), Ok)?;
    let client_id = client_id.map_or_else(|| CLIENT_ID.ask(environment), Ok)?;
    Ok((tenant, client_id))
}

impl Question {
    fn ask(&self, environment: &mut Environment<'_>) -> Result<String, Failure> {
        writeln!(environment.stderr, "{}\n", self.explanation)?;
        for _ in 0..TRIES {
            write!(environment.stderr, "{}: ", self.what)?;
            environment.stderr.flush()?;
            let mut line = String::new();
            let read = environment.stdin.read_line(&mut line).map_err(|error| {
                Failure::new(
                    Exit::Usage,
                    format!("the answer could not be read: {error}"),
                )
            })?;
            if read == 0 {
                // The input has ended, and with it the line on the screen.
                writeln!(environment.stderr)?;
                break;
            }
            let answer = line.trim();
            if answer.is_empty() {
                continue;
            }
            match (self.check)(answer) {
                Ok(()) => {
                    writeln!(environment.stderr)?;
                    return Ok(answer.to_owned());
                }
                Err(problem) => writeln!(environment.stderr, "{problem}")?,
            }
        }
        Err(Failure::new(
            Exit::Usage,
            format!("no answer for {}", self.what.to_lowercase()),
        )
        .help(format!("it can be given as `{}`, too", self.flag)))
    }
}
