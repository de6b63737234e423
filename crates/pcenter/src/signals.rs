//! Signals that stop a command: SIGINT (Ctrl-C) and SIGTERM.

use tokio::sync::watch;

use crate::failure::Exit;

/// Signal that stops the process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Signal {
    /// SIGINT, or Ctrl-C on a terminal.
    Interrupt,
    /// SIGTERM; on Windows, closing the console or ending the session.
    Terminate,
}

impl Signal {
    pub(crate) fn exit(self) -> Exit {
        match self {
            Self::Interrupt => Exit::Interrupted,
            Self::Terminate => Exit::Terminated,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        }
    }
}

/// Receiver of the first signal, so that a command can write its output before it exits.
#[derive(Clone, Debug)]
pub struct Signals(watch::Receiver<Option<Signal>>);

impl Signals {
    /// Creates a receiver that never receives a signal, for tests and other in-process callers.
    pub fn none() -> Self {
        Self(watch::channel(None).1)
    }

    /// Installs signal handlers for this process. The first signal is reported to the command, the
    /// second one exits at once.
    pub fn of_process() -> Self {
        let (report, reported) = watch::channel(None);
        let (installed, wait) = std::sync::mpsc::channel();
        // The main thread may be blocked on a pipe that is never read, and the second signal must
        // still end the process. Hence a separate thread.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            // If this fails, no handler is installed and a signal kills the process as usual.
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async move {
                let Ok(mut received) = Received::install() else {
                    return;
                };
                let _waits = installed.send(());
                let first = received.next().await;
                let _ended = report.send(Some(first));
                let second = received.next().await;
                std::process::exit(second.exit() as i32);
            });
        });
        // Returns an error if the handlers could not be installed: the sender is dropped.
        let _uninstalled = wait.recv();
        Self(reported)
    }

    /// Waits for the first signal, possibly forever.
    pub(crate) async fn first(&mut self) -> Signal {
        let signal = self.0.wait_for(Option::is_some).await;
        match signal.as_deref() {
            Ok(Some(signal)) => *signal,
            _ => std::future::pending().await,
        }
    }

    /// Runs `work` to its end or until a signal arrives.
    pub(crate) async fn unless<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Signal> {
        tokio::select! {
            biased;
            signal = self.first() => Err(signal),
            done = work => Ok(done),
        }
    }
}

/// Installed signal handlers.
#[cfg(unix)]
struct Received {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Received {
    fn install() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}

/// Installed signal handlers.
#[cfg(windows)]
struct Received {
    interrupt: tokio::signal::windows::CtrlC,
    close: tokio::signal::windows::CtrlClose,
    shutdown: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Received {
    fn install() -> std::io::Result<Self> {
        use tokio::signal::windows::{ctrl_c, ctrl_close, ctrl_shutdown};

        Ok(Self {
            interrupt: ctrl_c()?,
            close: ctrl_close()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.close.recv() => Signal::Terminate,
            _ = self.shutdown.recv() => Signal::Terminate,
        }
    }
}
