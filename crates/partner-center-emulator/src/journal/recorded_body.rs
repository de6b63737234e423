//! Bodies whose beginning is recorded while they are sent.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};

use crate::{journal::log::OpenEntry, net::connection::Responding};

/// Number of bytes of a body that are kept.
const KEPT: usize = 64 * 1024;

/// Body that copies its beginning to the journal.
pub(super) struct RecordedBody {
    body: Body,
    entry: OpenEntry,
    kept: Vec<u8>,
    truncated: bool,
    recorded: bool,
    _responding: Option<Responding>,
}

impl RecordedBody {
    pub(super) fn new(body: Body, entry: OpenEntry, responding: Option<Responding>) -> Self {
        Self {
            body,
            entry,
            kept: Vec::new(),
            truncated: false,
            recorded: false,
            _responding: responding,
        }
    }

    /// Copies, because a part of a large body would keep all of it in memory.
    fn keep(&mut self, bytes: &Bytes) {
        let room = KEPT - self.kept.len();
        self.truncated |= bytes.len() > room;
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Records the body, once: before the last bytes are sent, so that a client that received
    /// them finds them in the journal.
    fn record(&mut self) {
        if std::mem::replace(&mut self.recorded, true) {
            return;
        }
        let kept = std::mem::take(&mut self.kept);
        let truncated = self.truncated;
        let duration = self.entry.began.elapsed();
        self.entry.journal.update(self.entry.number, |request| {
            if let Some(response) = &mut request.response {
                response.body = Some(kept.into());
                response.body_truncated = truncated;
                response.duration = duration;
            }
        });
    }
}

impl HttpBody for RecordedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(bytes) = frame.data_ref() {
                    self.keep(bytes);
                }
                // The server does not poll a body of a known length again.
                if self.body.is_end_stream() {
                    self.record();
                }
            }
            Some(Err(_)) => self.truncated = true,
            None => self.record(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for RecordedBody {
    fn drop(&mut self) {
        self.truncated |= !self.recorded;
        self.record();
    }
}
