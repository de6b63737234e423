//! Access to the operating system: browser, directories and standard output.

use std::path::PathBuf;
use std::sync::Arc;

use etcetera::BaseStrategy;
use url::Url;

use crate::environment::{OpenBrowser, Pager};

/// Returns a function that opens the browser of this computer. `None` without a browser, and in
/// an SSH session: the redirect of a sign-in leads back to this computer, not to the user's.
pub fn browser() -> Option<OpenBrowser> {
    let remote = ["SSH_CONNECTION", "SSH_TTY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    if remote || !has_screen() || !webbrowser::Browser::is_available() {
        return None;
    }
    Some(Arc::new(|url: &Url| webbrowser::open(url.as_str())))
}

/// Returns the user's cache directory. `None` for a user without a home directory.
pub fn cache_directory() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.cache_dir())
}

/// Returns the user's data directory. `None` for a user without a home directory.
pub fn data_directory() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.data_dir())
}

/// Returns whether there is a graphical session. Without one, the only browser would be a
/// text browser in the terminal that `pcenter` itself uses.
fn has_screen() -> bool {
    let unix = cfg!(all(unix, not(target_os = "macos")));
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !unix || set("DISPLAY") || set("WAYLAND_DISPLAY") || set("WSL_DISTRO_NAME")
}

/// Returns whether the caller closed stdout, as with `>&-`.
///
/// The standard library reopens a closed stdout as `/dev/null` before `main`, for reading and
/// writing, so writing rows would succeed and lose them. A shell opens a requested `/dev/null`
/// for writing only, which tells the two apart. Callers that open `/dev/null` for reading and
/// writing are indistinguishable from a closed stdout.
#[cfg(unix)]
pub fn stdout_is_lost() -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};

    let stdout = rustix::stdio::stdout();
    let (Ok(flags), Ok(found), Ok(null)) = (fcntl_getfl(stdout), fstat(stdout), stat("/dev/null"))
    else {
        return false;
    };
    let is_null = (found.st_dev, found.st_ino) == (null.st_dev, null.st_ino);
    is_null && flags & OFlags::ACCMODE == OFlags::RDWR
}

/// Returns `false`: this platform cannot tell whether the caller closed stdout.
#[cfg(not(unix))]
pub fn stdout_is_lost() -> bool {
    false
}

/// Starts a pager on the terminal of this process.
///
/// # Errors
///
/// The error of a program that cannot be started.
pub fn start_pager(words: &[String]) -> std::io::Result<Pager> {
    use std::process::{Command, Stdio};

    let [program, arguments @ ..] = words else {
        return Err(std::io::ErrorKind::NotFound.into());
    };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    // As for git: quit if one screen suffices, show colours, keep the text on the screen.
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    let mut pager = command.spawn()?;
    let input = pager.stdin.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
    Ok(Pager {
        input: Box::new(input),
        wait: Box::new(move || {
            // The output was shown, whatever the exit code of the pager.
            let _ended = pager.wait();
        }),
    })
}

/// Returns the current number of columns of the terminal of stderr. `None` if it is no terminal.
pub fn stderr_width() -> Option<u16> {
    let (width, _) = terminal_size::terminal_size_of(std::io::stderr())?;
    Some(width.0)
}

/// Returns the number of columns of the terminal of stdout. `None` if stdout is not a terminal.
pub fn terminal_width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(std::io::stdout())?;
    (width.0 > 0).then_some(usize::from(width.0))
}
