//! Signals that end a command early: SIGINT (Ctrl-C) and SIGTERM.

use tokio::sync::watch;

use crate::failure::Exit;

/// A signal that asks the process to end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Signal {
    /// SIGINT, or Ctrl-C on a terminal.
    Interrupt,
    /// SIGTERM; on Windows, the end of the console or of the session.
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

/// Reports the first signal, so that a command can end in order.
#[derive(Clone, Debug)]
pub struct Signals(watch::Receiver<Option<Signal>>);

impl Signals {
    /// Reports no signal, for callers that are not the process itself, such as tests.
    pub fn none() -> Self {
        Self(watch::channel(None).1)
    }

    /// Handles the signals of this process from now on. The first one is reported, the
    /// second one ends the process at once.
    pub fn of_process() -> Self {
        let (report, reported) = watch::channel(None);
        let (installed, wait) = std::sync::mpsc::channel();
        // On its own thread: the main one may wait for a reader of stdout that never comes,
        // and the second signal must end the process all the same.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            // Without a handler, a signal ends the process as usual.
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
        // An error: the handlers could not be installed.
        let _uninstalled = wait.recv();
        Self(reported)
    }

    /// Waits for the first signal; forever, where none comes.
    pub(crate) async fn first(&mut self) -> Signal {
        let signal = self.0.wait_for(Option::is_some).await;
        match signal.as_deref() {
            Ok(Some(signal)) => *signal,
            _ => std::future::pending().await,
        }
    }

    /// Does some work, unless a signal comes before its end.
    pub(crate) async fn unless<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Signal> {
        tokio::select! {
            biased;
            signal = self.first() => Err(signal),
            done = work => Ok(done),
        }
    }
}

/// The handlers in the process.
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

/// The handlers in the process.
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
