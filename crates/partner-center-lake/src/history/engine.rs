//! Engine of the Delta kernel: storage and threads.

use std::cell::Cell;
use std::future::Future;
use std::num::NonZero;
use std::sync::Arc;

use delta_kernel::KernelResult;
use delta_kernel_default_engine::executor::TaskExecutor;
use delta_kernel_default_engine::{DefaultEngine, DefaultEngineBuilder};
use futures_util::future::BoxFuture;
use tokio::runtime::{EnterGuard, Handle};

use crate::{LakeError, Storage};

/// Rows of a batch when data files are read.
const BATCH_ROWS: NonZero<usize> = NonZero::new(8192).unwrap();

pub(super) type Engine = DefaultEngine<Executor>;

/// Returns an engine for the storage, on the current runtime.
pub(super) fn engine(storage: &Storage) -> Arc<Engine> {
    let executor = Executor {
        runtime: Handle::current(),
    };
    Arc::new(
        DefaultEngineBuilder::new(Arc::clone(storage.store()))
            .with_task_executor(Arc::new(executor))
            .with_batch_size(BATCH_ROWS)
            .build(),
    )
}

/// Runs a call of the kernel on a thread that may block.
pub(super) async fn blocking<T, F>(call: F) -> Result<T, LakeError>
where
    F: FnOnce() -> Result<T, LakeError> + Send + 'static,
    T: Send + 'static,
{
    match tokio::task::spawn_blocking(call).await {
        Ok(result) => result,
        Err(error) => Err(LakeError::unexpected("run the Delta library", &error)),
    }
}

/// Executor of the kernel's requests.
///
/// The kernel's own executors run requests on a worker of the runtime and wait for it. This blocks
/// a runtime that has one worker: the kernel writes checkpoints from inside a request. Here,
/// the thread that calls the kernel runs the request itself, which also works on runtimes of one
/// thread (paused clocks of tests).
#[derive(Debug)]
pub(super) struct Executor {
    runtime: Handle,
}

thread_local! {
    /// Whether this thread runs a request.
    static IS_RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// Marks the thread for as long as it runs a request, also when the request panics.
struct Running;

impl Running {
    fn start() -> Self {
        IS_RUNNING.set(true);
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        IS_RUNNING.set(false);
    }
}

impl TaskExecutor for Executor {
    type Guard<'a> = EnterGuard<'a>;

    fn block_on<T>(&self, task: T) -> T::Output
    where
        T: Future + Send + 'static,
        T::Output: Send + 'static,
    {
        if !IS_RUNNING.get() {
            let _running = Running::start();
            return self.runtime.block_on(task);
        }
        // A request inside a request: tokio refuses to nest them on one thread.
        let runtime = self.runtime.clone();
        let inner = std::thread::spawn(move || {
            let _running = Running::start();
            runtime.block_on(task)
        });
        match inner.join() {
            Ok(output) => output,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    fn spawn<F>(&self, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.runtime.spawn(task);
    }

    fn spawn_blocking<T, R>(&self, task: T) -> BoxFuture<'_, KernelResult<R>>
    where
        T: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        let task = self.runtime.spawn_blocking(task);
        Box::pin(async move { task.await.map_err(delta_kernel::KernelError::join_failure) })
    }

    fn enter(&self) -> EnterGuard<'_> {
        self.runtime.enter()
    }
}
