//! Pager of the rows on a terminal, as git and gh use one.

use std::io::{self, Write};

use crate::environment::{Environment, Pager, StartPager};
use crate::printable::printable;
use crate::reference::{GENERAL_PAGER, PAGER};

/// Program that is used without a variable.
const DEFAULT: &str = "less";

/// Destination of rows on stdout: a pager on a terminal, once the first byte is written.
pub(crate) struct PagedStdout {
    state: State,
    /// Name of the variable that names the pager; `None` for the default.
    variable: Option<&'static str>,
    /// Command of a variable that could not be started, and the error.
    failed: Option<(String, io::Error)>,
}

enum State {
    /// Without a pager.
    Direct,
    /// The pager is started by the first byte.
    Waiting(Vec<String>),
    Running(Pager),
}

impl PagedStdout {
    /// Returns a destination for a terminal; others have no pager.
    pub(crate) fn new(terminal: bool, environment: &Environment<'_>) -> Self {
        let named = [PAGER, GENERAL_PAGER].into_iter().find_map(|name| {
            let value = (environment.variable)(name)?;
            Some((name, value.to_str()?.trim().to_owned()))
        });
        let (variable, command) = match named {
            Some((name, command)) => (Some(name), command),
            None => (None, DEFAULT.to_owned()),
        };
        let words = shlex::split(&command).unwrap_or_default();
        let is_off = matches!(words.first().map(String::as_str), None | Some("cat"));
        Self {
            state: match terminal && !is_off && !environment.is_dumb() {
                true => State::Waiting(words),
                false => State::Direct,
            },
            variable,
            failed: None,
        }
    }

    /// Returns the writer of rows.
    pub(crate) fn writer<'w>(
        &'w mut self,
        stdout: &'w mut dyn Write,
        start: &'w StartPager<'w>,
    ) -> Writer<'w> {
        Writer {
            paged: self,
            stdout,
            start,
        }
    }

    /// Waits until the user leaves the pager, so that later messages are not written over it, and
    /// reports a pager that could not be started.
    pub(crate) fn close(&mut self, stderr: &mut dyn Write) -> io::Result<()> {
        self.wait();
        if let (Some(variable), Some((command, error))) = (self.variable, self.failed.take()) {
            let command = printable(&command);
            writeln!(
                stderr,
                "warning: {variable}: the pager `{command}` could not be started: {error}"
            )?;
        }
        Ok(())
    }

    fn wait(&mut self) {
        if let State::Running(Pager { input, wait }) =
            std::mem::replace(&mut self.state, State::Direct)
        {
            // The pager waits for the end of its input.
            drop(input);
            wait();
        }
    }
}

impl Drop for PagedStdout {
    /// A pager that outlives the command would share the terminal with the shell.
    fn drop(&mut self) {
        self.wait();
    }
}

/// Writer of rows to stdout or to the pager.
pub(crate) struct Writer<'w> {
    paged: &'w mut PagedStdout,
    stdout: &'w mut dyn Write,
    start: &'w StartPager<'w>,
}

impl Write for Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let State::Waiting(words) = &self.paged.state
            && !bytes.is_empty()
        {
            self.paged.state = match (self.start)(words) {
                Ok(pager) => State::Running(pager),
                Err(error) => {
                    self.paged.failed = Some((words.join(" "), error));
                    State::Direct
                }
            };
        }
        match &mut self.paged.state {
            State::Running(pager) => pager.input.write(bytes),
            State::Direct | State::Waiting(_) => self.stdout.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.paged.state {
            State::Running(pager) => pager.input.flush(),
            State::Direct | State::Waiting(_) => self.stdout.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    /// Text that a pager received, and whether it was waited for.
    type Seen = Rc<RefCell<(Vec<u8>, bool)>>;

    struct Input(Seen);

    impl Write for Input {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn stdout(words: &[&str]) -> PagedStdout {
        let words = words.iter().map(|word| (*word).to_owned());
        PagedStdout {
            state: State::Waiting(words.collect()),
            variable: Some(PAGER),
            failed: None,
        }
    }

    #[test]
    fn a_pager_gets_the_rows_and_is_waited_for() {
        let seen = Seen::default();
        let start = |words: &[String]| {
            assert_eq!(words, ["less", "-S"]);
            let (input, waited) = (Input(seen.clone()), seen.clone());
            Ok(Pager {
                input: Box::new(input),
                wait: Box::new(move || waited.borrow_mut().1 = true),
            })
        };
        let (mut out, mut notes) = (Vec::new(), Vec::new());
        let mut paged = stdout(&["less", "-S"]);
        paged.writer(&mut out, &start).write_all(b"").unwrap();
        assert!(matches!(paged.state, State::Waiting(_)));
        for part in [b"a", b"b"] {
            paged.writer(&mut out, &start).write_all(part).unwrap();
        }
        assert!(!seen.borrow().1);
        paged.close(&mut notes).unwrap();
        assert_eq!(*seen.borrow(), (b"ab".to_vec(), true));
        assert!(out.is_empty() && notes.is_empty());
    }

    #[test]
    fn a_pager_that_cannot_be_started_is_reported_and_no_row_is_lost() {
        let start = |_: &[String]| Err(io::ErrorKind::NotFound.into());
        let (mut out, mut notes) = (Vec::new(), Vec::new());
        let mut paged = stdout(&["nopager"]);
        paged.writer(&mut out, &start).write_all(b"row").unwrap();
        paged.close(&mut notes).unwrap();
        assert_eq!(out, b"row");
        let notes = String::from_utf8(notes).unwrap();
        assert!(
            notes.starts_with("warning: PCENTER_PAGER: the pager `nopager`"),
            "{notes}"
        );
    }
}
