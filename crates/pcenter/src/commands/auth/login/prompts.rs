//! Instructions for the user during a sign-in, on one screen.

use std::io::{self, Write};
use std::time::Duration;

use partner_center::credential::DeviceCodePrompt;
use url::Url;

use super::plan::Plan;
use super::verify::SignedIn;
use crate::environment::Environment;
use crate::help::FIRST_COMMAND;
use crate::printable::printable;

/// Instructions of a sign-in, and its countdown line.
#[derive(Debug)]
pub(super) struct Prompts {
    /// Whether the countdown line can be overwritten.
    progress: bool,
    /// Whether the service is an emulator, which needs no account and no password.
    dry_run: bool,
    shown: Option<String>,
}

impl Prompts {
    pub(super) fn new(progress: bool) -> Self {
        Self {
            progress,
            dry_run: false,
            shown: None,
        }
    }

    pub(super) fn begin(&self, plan: &Plan, environment: &mut Environment<'_>) -> io::Result<()> {
        writeln!(
            environment.stderr,
            "You sign in once, in four steps, as the profile `{}`. After that,\n\
             pcenter renews the sign-in automatically. It is stored in\n{}.\n",
            plan.name, plan.location.description
        )
    }

    pub(super) fn begin_dry_run(&mut self, environment: &mut Environment<'_>) -> io::Result<()> {
        self.dry_run = true;
        writeln!(
            environment.stderr,
            "This is a dry run with an emulator on this computer: the same four steps, no\n\
             account, and nothing is stored.\n"
        )
    }

    pub(super) fn code(
        &mut self,
        prompt: &DeviceCodePrompt,
        tenant: &str,
        environment: &mut Environment<'_>,
    ) -> io::Result<()> {
        writeln!(
            environment.stderr,
            "1. Open this page in a browser, on this computer{}:\n\n       {}\n\n\
             2. Enter this code there:\n\n       {}\n\n{}{}",
            if self.dry_run { "" } else { " or any other" },
            printable(&prompt.verification_uri),
            printable(&prompt.user_code),
            self.account(tenant),
            last_step(prompt.expires_in, "The code is valid"),
        )
    }

    /// `opens`: whether this program opens the browser.
    pub(super) fn page(
        &mut self,
        url: &Url,
        opens: bool,
        tenant: &str,
        environment: &mut Environment<'_>,
    ) -> io::Result<()> {
        let first = match opens {
            true => "Your browser opens. If it does not, open this address on this computer:",
            false => "Open this address in a browser on this computer:",
        };
        writeln!(
            environment.stderr,
            "1. {first}\n\n{url}\n\n\
             2. Choose the account to sign in with, or `Use another account`.\n\n{}{}",
            self.account(tenant),
            last_step(super::interactive::BROWSER_TIMEOUT, "This page is valid"),
        )
    }

    fn account(&self, tenant: &str) -> String {
        if self.dry_run {
            return "3. Click Sign in. With the real service, you sign in with your work account\n   \
                    and a second factor here; the emulator has one user and no password.\n\n"
                .to_owned();
        }
        format!(
            "3. Sign in with your work account of\n   {} and a second factor.\n   \
             The account needs a role in Partner Center, for example Admin agent.\n\n",
            printable(tenant)
        )
    }

    pub(super) fn not_opened(&mut self, environment: &mut Environment<'_>) -> io::Result<()> {
        self.clear(environment);
        writeln!(
            environment.stderr,
            "The browser could not be opened: open the address above yourself, or press Ctrl-C\n\
             and sign in with --device-code.\n"
        )
    }

    /// Shows the remaining time in the countdown line.
    pub(super) fn waiting(&mut self, left: Duration, environment: &mut Environment<'_>) {
        let left = match left.as_secs() {
            seconds if seconds > 60 => format!("{} min", seconds.div_ceil(60)),
            seconds => format!("{seconds} s"),
        };
        let line = format!("waiting for you to sign in, {left} left; press Ctrl-C to stop");
        if !self.progress || self.shown.as_ref() == Some(&line) {
            return;
        }
        // Only progress: a failed write must not end the sign-in.
        let _gone = write!(environment.stderr, "\r\u{1b}[K{line}")
            .and_then(|()| environment.stderr.flush());
        self.shown = Some(line);
    }

    /// Clears the countdown line.
    pub(super) fn clear(&mut self, environment: &mut Environment<'_>) {
        if self.shown.take().is_some() {
            let _gone =
                write!(environment.stderr, "\r\u{1b}[K").and_then(|()| environment.stderr.flush());
        }
    }

    pub(super) fn signed_in(
        &self,
        plan: &Plan,
        signed_in: &SignedIn,
        environment: &mut Environment<'_>,
    ) -> io::Result<()> {
        write_account(signed_in, &plan.profile.tenant, environment.stderr)?;
        writeln!(
            environment.stderr,
            "  stored in: {}\n\
             \x20 profile:   `{}` in {}\n\
             \x20 valid for: 90 days after each use\n\n\
             Next: {FIRST_COMMAND}{}",
            plan.location.description,
            plan.name,
            printable(&plan.config.display().to_string()),
            match plan.is_default() {
                true => String::new(),
                false => format!(" --profile {}", plan.name),
            },
        )
    }

    pub(super) fn dry_run_finished(
        &self,
        signed_in: &SignedIn,
        tenant: &str,
        environment: &mut Environment<'_>,
    ) -> io::Result<()> {
        write_account(signed_in, tenant, environment.stderr)?;
        writeln!(
            environment.stderr,
            "  stored in: nowhere, because this was a dry run\n\n\
             Next: {FIRST_COMMAND} --emulator\n\
             To sign in to the real service: pcenter auth login"
        )
    }
}

fn last_step(time: Duration, what: &str) -> String {
    format!(
        "4. Click Continue or Accept if prompted, then return to this terminal.\n   \
         {what} for {} minutes.\n",
        time.as_secs().div_ceil(60)
    )
}

fn write_account(signed_in: &SignedIn, tenant: &str, out: &mut dyn Write) -> io::Result<()> {
    let tenant = match &signed_in.tenant_id {
        Some(id) if !id.eq_ignore_ascii_case(tenant) => format!("{tenant} ({id})"),
        _ => tenant.to_owned(),
    };
    writeln!(
        out,
        "Signed in and verified: the service issued an access token."
    )?;
    if let Some(user) = &signed_in.user {
        writeln!(out, "  user:      {user}")?;
    }
    writeln!(out, "  tenant:    {}", printable(&tenant))?;
    writeln!(
        out,
        "  access:    depends on this account's roles in Partner Center; a report refused\n             \
         with 403 needs another role, for example Admin agent"
    )
}
