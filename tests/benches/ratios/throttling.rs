//! A fan-out against a service that allows less, on a clock that jumps over waits.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use partner_center::credential::{Clock, StaticTokenCredential};
use partner_center::fan_out::fan_out;
use partner_center::{CallMetrics, Client, Observer};
use partner_center_emulator::{DataSet, Emulator, RateLimit, TokenOptions};
use tokio::time::Instant;

/// How a fan-out went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// On the clock of the service.
    pub(crate) took: Duration,
    /// Calls that gave their rows.
    pub(crate) succeeded: usize,
    /// Requests answered 429.
    pub(crate) throttled: u32,
}

#[derive(Debug, Default)]
struct Throttled(std::sync::atomic::AtomicU32);

impl Observer for Throttled {
    fn call(&self, call: &CallMetrics) {
        let order = std::sync::atomic::Ordering::Relaxed;
        self.0.fetch_add(call.throttled, order);
    }
}

/// Makes so many calls, 32 at a time, against an emulator with this limit.
pub(crate) fn fan_out_under(limit: RateLimit, calls: usize) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let (start, epoch) = (Instant::now(), SystemTime::now());
        let now = move || epoch + start.elapsed();
        let emulator = Emulator::builder()
            .data(DataSet::documented())
            .rate_limit(limit)
            .clock(now)
            .access_token_lifetime(Duration::from_secs(86_400))
            .start()
            .await
            .unwrap();
        let token = emulator.mint_token(TokenOptions::new());
        let throttled = Arc::new(Throttled::default());
        // Longer than any wait: the clock jumps over both alike.
        let year = Duration::from_secs(365 * 86_400);
        let client = Client::builder()
            .base_url(emulator.url())
            .credential(Arc::new(StaticTokenCredential::new(token)))
            .clock(Clock::new(move || now().into()))
            .observer(throttled.clone())
            .connect_timeout(year)
            .read_timeout(year)
            .timeout(year)
            .build()
            .unwrap();
        let began = Instant::now();
        let concurrency = NonZeroUsize::new(32).unwrap();
        let report = fan_out(0..calls, concurrency, |_| {
            let client = client.clone();
            async move { client.partner_licenses_deployment().send().await }
        })
        .report()
        .await;
        let took = began.elapsed();
        let succeeded = report.succeeded.iter();
        let succeeded = succeeded.filter(|(_, answer)| answer.items.len() == 2);
        Outcome {
            took,
            succeeded: succeeded.count(),
            throttled: throttled.0.load(std::sync::atomic::Ordering::Relaxed),
        }
    })
}
