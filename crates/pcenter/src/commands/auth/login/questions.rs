//! Prompts for tenant and client id.

use std::sync::Arc;

use partner_center::credential::profiles::parse_client_id;
use partner_center::credential::{MemoryStore, RefreshTokenCredential};

use crate::environment::Environment;
use crate::failure::{Exit, Failure};

/// Number of invalid or empty inputs before the command fails.
const MAX_TRIES: usize = 3;

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
         Neither its object id nor its secret.",
    check: |id| match parse_client_id(id) {
        Ok(_) => Ok(()),
        Err(_) => Err("not a GUID such as 6492b9d6-5629-429b-934c-040b1946e760"),
    },
};

struct Question {
    flag: &'static str,
    what: &'static str,
    explanation: &'static str,
    /// Checks an answer.
    check: fn(&str) -> Result<(), &'static str>,
}

/// Checks a tenant with the library, before the client id is known.
fn check_tenant(tenant: &str) -> Result<(), &'static str> {
    let store = Arc::new(MemoryStore::new());
    match RefreshTokenCredential::from_store(tenant, "any", store).build() {
        Ok(_) => Ok(()),
        Err(_) => Err("neither a GUID nor a domain such as contoso.onmicrosoft.com"),
    }
}

/// Returns tenant and client id, and prompts for those that are unknown.
pub(super) fn prompt(
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
            format!("{flags} missing, and there is no terminal for prompts"),
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
    let tenant = tenant.map_or_else(|| TENANT.prompt(environment), Ok)?;
    let client_id = client_id.map_or_else(|| CLIENT_ID.prompt(environment), Ok)?;
    Ok((tenant, client_id))
}

impl Question {
    fn prompt(&self, environment: &mut Environment<'_>) -> Result<String, Failure> {
        writeln!(environment.stderr, "{}\n", self.explanation)?;
        for _ in 0..MAX_TRIES {
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
                // End of input: finishes the line of the prompt.
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
            format!("no value for {}", self.what.to_lowercase()),
        )
        .help(format!("it can also be given as `{}`", self.flag)))
    }
}
