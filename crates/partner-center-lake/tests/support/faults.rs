//! Object store that fails at one of its operations.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt as _, StreamExt as _};
use partner_center_lake::object_store::path::Path;
use partner_center_lake::object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};

/// Effect of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process ends without any further step, as if it was killed.
    Kill,
    /// 503 after the retries of the client.
    Throttled,
    /// 429 after the retries of the client.
    TooManyRequests,
    /// The connection was lost.
    Unavailable,
    /// 409: the object exists.
    Exists,
    /// 412.
    Precondition,
    /// 403.
    Refused,
    /// No space is left.
    Full,
    /// The connection was lost, and the object is written after the next attempt to read it.
    Late,
}

impl Fault {
    fn raise(self) -> Error {
        let status = |text: &str| {
            Error::Generic {
            store: "Test",
            source: format!(
                "Error performing PUT https://storage/x?sig=s3cret in 1s, after 10 retries - Server \
                 returned non-2xx status code: {text}: <Error>s3cret</Error>"
            )
            .into(),
        }
        };
        let path = "x".to_owned();
        match self {
            Self::Kill => std::process::abort(),
            Self::Throttled => status("503 Service Unavailable"),
            Self::TooManyRequests => status("429 Too Many Requests"),
            Self::Unavailable | Self::Late => Error::Generic {
                store: "Test",
                source: Box::new(std::io::Error::from(std::io::ErrorKind::ConnectionReset)),
            },
            Self::Exists => Error::AlreadyExists {
                path,
                source: "Server returned non-2xx status code: 409 Conflict: ".into(),
            },
            Self::Precondition => Error::Precondition {
                path,
                source: "Server returned non-2xx status code: 412 Precondition Failed: ".into(),
            },
            Self::Refused => Error::PermissionDenied {
                path,
                source: "Server returned non-2xx status code: 403 Forbidden: ".into(),
            },
            Self::Full => Error::Generic {
                store: "LocalFileSystem",
                source: Box::new(std::io::Error::from(std::io::ErrorKind::StorageFull)),
            },
        }
    }
}

/// Place of a fault.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Start of the names of the operations that are counted.
    pub(crate) name: &'static str,
    pub(crate) fault: Fault,
    /// First operation that fails, from 1.
    pub(crate) first: usize,
    /// Number of operations that fail.
    pub(crate) count: usize,
    /// Whether the operation takes effect before it fails.
    pub(crate) is_after: bool,
}

#[derive(Debug, Default)]
struct State {
    operations: AtomicUsize,
    place: Mutex<Option<Place>>,
    names: Mutex<Vec<String>>,
    /// Object of [`Fault::Late`].
    late: Mutex<Option<(Path, PutPayload, PutOptions)>>,
}

impl State {
    fn begin(&self, name: String) -> Option<Place> {
        let place = *self.place.lock().unwrap();
        let is_counted = place.is_none_or(|place| name.starts_with(place.name));
        self.names.lock().unwrap().push(name);
        if !is_counted {
            return None;
        }
        let number = self.operations.fetch_add(1, Ordering::SeqCst) + 1;
        let place = place?;
        (place.first..place.first + place.count)
            .contains(&number)
            .then_some(place)
    }

    async fn run<T>(&self, name: String, operation: impl Future<Output = Result<T>>) -> Result<T> {
        match self.begin(name) {
            None => operation.await,
            Some(place) => {
                if place.is_after {
                    let result = operation.await;
                    if result.is_err() && place.fault != Fault::Kill {
                        return result;
                    }
                }
                Err(place.fault.raise())
            }
        }
    }
}

/// Object store that counts its operations and fails at some. It renames files as object storages
/// do: by a copy and a removal.
#[derive(Debug, Clone)]
pub(crate) struct Faults {
    inner: Arc<dyn ObjectStore>,
    state: Arc<State>,
}

impl Faults {
    pub(crate) fn new(inner: Arc<dyn ObjectStore>) -> Self {
        Self {
            inner,
            state: Arc::default(),
        }
    }

    pub(crate) fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::new(self.clone())
    }

    /// Restarts the count, and sets the fault.
    pub(crate) fn set(&self, place: Option<Place>) {
        self.state.operations.store(0, Ordering::SeqCst);
        self.state.names.lock().unwrap().clear();
        *self.state.place.lock().unwrap() = place;
    }

    /// Operations since the last call of `set`.
    pub(crate) fn names(&self) -> Vec<String> {
        self.state.names.lock().unwrap().clone()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faults({})", self.inner)
    }
}

/// Name of an operation on a file, without the folders.
fn name(operation: &str, path: &Path) -> String {
    format!("{operation} {}", path.filename().unwrap_or_default())
}

#[async_trait]
impl ObjectStore for Faults {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let late = (location.clone(), payload.clone(), options.clone());
        let operation = self.inner.put_opts(location, payload, options);
        let result = self.state.run(name("put", location), operation).await;
        let place = *self.state.place.lock().unwrap();
        if result.is_err() && place.is_some_and(|place| place.fault == Fault::Late) {
            *self.state.late.lock().unwrap() = Some(late);
        }
        result
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let operation = self.inner.put_multipart_opts(location, options);
        let upload = self.state.run(name("begin", location), operation).await?;
        Ok(Box::new(FaultyUpload {
            inner: upload,
            state: Arc::clone(&self.state),
            name: name("", location),
        }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let operation = self.inner.get_opts(location, options);
        let result = self.state.run(name("get", location), operation).await;
        let late = self.state.late.lock().unwrap().take();
        match late {
            Some((path, payload, options)) if path == *location => {
                self.inner.put_opts(&path, payload, options).await?;
            }
            late => *self.state.late.lock().unwrap() = late,
        }
        result
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let operation = self.inner.get_ranges(location, ranges);
        self.state.run(name("ranges", location), operation).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        locations
            .then(move |path| {
                let store = store.clone();
                async move {
                    let path = path?;
                    let one = futures_util::stream::once(std::future::ready(Ok(path.clone())));
                    let mut deleted = store.inner.delete_stream(one.boxed());
                    let operation = async { deleted.next().await.unwrap_or(Ok(path.clone())) };
                    store.state.run(name("delete", &path), operation).await
                }
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.state.begin("list".to_owned()) {
            None => self.inner.list(prefix),
            Some(place) => {
                futures_util::stream::once(async move { Err(place.fault.raise()) }).boxed()
            }
        }
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.state.begin(name("list from", offset)) {
            None => self.inner.list_with_offset(prefix, offset),
            Some(place) => {
                futures_util::stream::once(async move { Err(place.fault.raise()) }).boxed()
            }
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let operation = self.inner.list_with_delimiter(prefix);
        self.state.run("list folders".to_owned(), operation).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let operation = self.inner.copy_opts(from, to, options);
        self.state.run(name("copy", to), operation).await
    }
}

#[derive(Debug)]
struct FaultyUpload {
    inner: Box<dyn MultipartUpload>,
    state: Arc<State>,
    name: String,
}

#[async_trait]
impl MultipartUpload for FaultyUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let operation = self.inner.put_part(data);
        let (state, name) = (Arc::clone(&self.state), format!("part{}", self.name));
        async move { state.run(name, operation).await }.boxed()
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let name = format!("complete{}", self.name);
        self.state.clone().run(name, self.inner.complete()).await
    }

    async fn abort(&mut self) -> Result<()> {
        let name = format!("abort{}", self.name);
        self.state.clone().run(name, self.inner.abort()).await
    }
}
