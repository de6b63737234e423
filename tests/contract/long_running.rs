//! An unattended job over two hundred simulated days: rotation and expiry of refresh tokens,
//! throttling bursts, outages, restarts.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use partner_center::credential::{
    Clock, FileStore, RefreshTokenCredential, RefreshTokenLifetime, RefreshTokenStatus,
    RefreshTokenStore,
};
use partner_center::types::Subscription;
use partner_center::{CallMetrics, Client, Observer};
use partner_center_emulator::{DataSet, Emulator, Fault, RateLimit};
use tokio::time::{Instant, sleep};

const DAY: Duration = Duration::from_secs(86_400);
const HOUR: Duration = Duration::from_secs(3_600);

#[derive(Debug, Default)]
struct Counts {
    calls: AtomicU32,
    repeated: AtomicU32,
    throttled: AtomicU32,
}

impl Observer for Counts {
    fn call(&self, call: &CallMetrics) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.throttled.fetch_add(call.throttled, Ordering::Relaxed);
        let repeated = call.attempts.saturating_sub(1);
        self.repeated.fetch_add(repeated, Ordering::Relaxed);
    }
}

/// Common clock of the service, the sign-in and the job: tokio's paused clock, which skips
/// waits.
#[derive(Clone, Copy, Debug)]
struct World {
    epoch: SystemTime,
    start: Instant,
}

impl World {
    fn now(self) -> SystemTime {
        self.epoch + self.start.elapsed()
    }

    fn clock(self) -> Clock {
        Clock::new(move || self.now().into())
    }

    /// Starts the job's program, whose only state is the store.
    fn begin(self, emulator: &Emulator, store: &Path, counts: &Arc<Counts>) -> Client {
        let credential = RefreshTokenCredential::from_store(
            emulator.tenant_id(),
            emulator.client_id(),
            Arc::new(FileStore::new(store)),
        )
        .client_secret(emulator.client_secret().to_owned())
        .authority(emulator.authority())
        .clock(self.clock())
        .build()
        .unwrap();
        // Longer than any wait, because the paused clock skips both.
        let year = 365 * DAY;
        Client::builder()
            .base_url(emulator.url())
            .credential(Arc::new(credential))
            .clock(self.clock())
            .observer(counts.clone())
            .connect_timeout(year)
            .read_timeout(year)
            .timeout(year)
            .build()
            .unwrap()
    }
}

/// Injects the faults of a day.
fn inject_faults(day: u32, emulator: &Emulator) {
    let faults = [
        (5, Fault::throttled(57).times(9)),
        (7, Fault::status(503).html().times(3)),
        (11, Fault::reset().times(2)),
        (13, Fault::incomplete_body().times(2)),
        (17, Fault::status(500).on_token_requests().times(2)),
        // Longer than the time limit of any call.
        (19, Fault::status(503).times(40)),
        (23, Fault::throttled(7_200).times(1)),
        (29, Fault::status(503).on_token_requests().times(40)),
        (31, Fault::status(429).retry_after("999999999").times(1)),
    ];
    for (every, fault) in faults {
        if day % every == every - 1 {
            emulator.inject(fault);
        }
    }
}

/// Reads all rows of a listing, page by page. An interrupted listing is resumed an hour
/// later.
async fn fetch(client: &Client, breaks: &mut u32) -> Vec<Subscription> {
    let (mut rows, mut from) = (Vec::new(), None);
    for _ in 0..100 {
        let mut pages = client.subscriptions().top(1).pages();
        if let Some(continuation) = from.take() {
            pages = pages.resume(continuation);
        }
        let mut items = pages.items();
        let broken = loop {
            match items.next().await {
                Some(Ok(row)) => rows.push(row),
                Some(Err(error)) => break error,
                None => return rows,
            }
        };
        *breaks += 1;
        from = Some(
            broken
                .into_continuation()
                .expect("the error has a continuation"),
        );
        sleep(HOUR).await;
    }
    panic!("the listing did not end within a hundred hours");
}

#[tokio::test(start_paused = true)]
async fn an_unattended_job_fetches_every_row_for_two_hundred_days() {
    let world = World {
        epoch: SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600),
        start: Instant::now(),
    };
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .clock(move || world.now())
        .refresh_token_lifetime(90 * DAY)
        .invalidate_rotated_refresh_tokens(true)
        .rate_limit(RateLimit {
            requests: 25,
            per: Duration::from_secs(60),
        })
        .start()
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token.json");
    let store = Arc::new(FileStore::new(&file));
    // A user signs in once.
    let first = RefreshTokenCredential::builder(
        emulator.tenant_id(),
        emulator.client_id(),
        emulator.refresh_token().to_owned(),
    )
    .client_secret(emulator.client_secret().to_owned())
    .authority(emulator.authority())
    .store(store.clone())
    .clock(world.clock())
    .build()
    .unwrap();
    let counts = Arc::new(Counts::default());
    let all = {
        let client = Client::builder()
            .base_url(emulator.url())
            .credential(Arc::new(first))
            .clock(world.clock())
            .build()
            .unwrap();
        client.subscriptions().collect_all().await.unwrap().rows
    };
    assert!(all.len() > 1);
    let given_at_first = store.load().await.unwrap().unwrap();

    let mut client = world.begin(&emulator, &file, &counts);
    let (mut breaks, mut tokens) = (0, 0);
    for day in 0..200 {
        inject_faults(day, &emulator);
        if day % 10 == 0 {
            client = world.begin(&emulator, &file, &counts);
        }
        // More calls than the limit allows in a minute.
        for _ in 0..10 {
            let rows = fetch(&client, &mut breaks).await;
            assert_eq!(rows, all, "day {day}");
        }
        emulator.clear_faults();
        tokens += usize::from(emulator.requests().iter().any(|request| {
            request.method() == "POST" && request.path_and_query().ends_with("/token")
        }));
        sleep(DAY).await;
    }

    assert!(world.start.elapsed() > 200 * DAY);
    assert_eq!(
        tokens, 200,
        "a token request within the last thousand, each day"
    );
    let last = store.load().await.unwrap().unwrap();
    assert_ne!(last.refresh_token, given_at_first.refresh_token);
    let status = last.status(world.now().into(), &RefreshTokenLifetime::default());
    assert!(
        matches!(status, RefreshTokenStatus::Valid { .. }),
        "{status}"
    );
    // Faults did occur.
    let count = |count: &AtomicU32| count.load(Ordering::Relaxed);
    assert!(breaks > 50, "{breaks}");
    assert!(count(&counts.throttled) > 100, "{counts:?}");
    assert!(count(&counts.repeated) > 200, "{counts:?}");
}
