//! Simulated fan-outs against services with different kinds of limits, on a paused clock.
//!
//! Each fan-out is compared with two others: an ideal client, which sends each call at the
//! moment in which the service accepts it, and a client without a limiter, in which each
//! throttled call waits separately.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt::Write;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Limiter, Traffic};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Counting method of a service.
#[derive(Clone, Copy, Debug)]
enum Counts {
    /// Sliding window.
    Sliding,
    /// Sliding window in which throttled calls count, too.
    SlidingWithRefused,
    /// Fixed windows; the fan-out begins this long after the start of one.
    Fixed(Duration),
}

#[derive(Clone, Copy, Debug)]
struct Scenario {
    name: &'static str,
    calls: usize,
    limit: usize,
    window: Duration,
    counts: Counts,
    /// Calls of other clients: time since the start, and number.
    others: &'static [(Duration, usize)],
    workers: usize,
    latency: Duration,
    /// Greatest deviation of the latency.
    jitter: Duration,
}

const BASE: Scenario = Scenario {
    name: "",
    calls: 0,
    limit: 0,
    window: s(0),
    counts: Counts::Sliding,
    others: &[],
    workers: 32,
    latency: ms(300),
    jitter: ms(0),
};

#[derive(Debug)]
struct Service {
    scenario: Scenario,
    start: Instant,
    counted: VecDeque<Instant>,
    others: VecDeque<(Duration, usize)>,
}

impl Service {
    fn new(scenario: Scenario) -> Self {
        Self {
            scenario,
            start: Instant::now(),
            counted: VecDeque::new(),
            others: scenario.others.iter().copied().collect(),
        }
    }

    /// Counts a call; the error is the time until the next call is accepted.
    fn call(&mut self, now: Instant) -> Result<(), Duration> {
        while let Some(&(at, calls)) = self.others.front()
            && self.start + at <= now
        {
            self.others.pop_front();
            for _ in 0..calls {
                let _result_for_others = self.count(self.start + at);
            }
        }
        self.count(now)
    }

    fn count(&mut self, now: Instant) -> Result<(), Duration> {
        let Scenario { limit, window, .. } = self.scenario;
        let is_old = |call: &Instant| match self.scenario.counts {
            Counts::Fixed(begun) => {
                let number = |at: Instant| (at - self.start + begun).as_nanos() / window.as_nanos();
                number(*call) < number(now)
            }
            _ => *call + window <= now,
        };
        while self.counted.front().is_some_and(is_old) {
            self.counted.pop_front();
        }
        if self.counted.len() < limit {
            self.counted.push_back(now);
            return Ok(());
        }
        if let Counts::SlidingWithRefused = self.scenario.counts {
            self.counted.push_back(now);
        }
        Err(match self.scenario.counts {
            Counts::Fixed(begun) => {
                let gone = (now - self.start + begun).as_nanos() % window.as_nanos();
                window - Duration::from_nanos(gone.try_into().unwrap())
            }
            _ => self.counted[self.counted.len() - limit] + window - now,
        })
    }
}

#[derive(Clone, Copy, Debug)]
enum Client {
    Ideal,
    Unlimited,
    Limited,
}

#[derive(Clone, Copy, Debug)]
struct Outcome {
    took: Duration,
    refused: usize,
    /// Largest number of attempts of a call.
    attempts: usize,
}

fn play(mut scenario: Scenario, client: Client) -> Outcome {
    if let (Client::Ideal, Counts::SlidingWithRefused) = (client, scenario.counts) {
        // The ideal client is never throttled.
        scenario.counts = Counts::Sliding;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, run(scenario, client))
}

async fn run(scenario: Scenario, client: Client) -> Outcome {
    let limiter = match client {
        Client::Limited => Limiter::new(),
        Client::Unlimited | Client::Ideal => Limiter::none(),
    };
    let start = Instant::now();
    let service = Rc::new(RefCell::new(Service::new(scenario)));
    let outcome = Rc::new(RefCell::new(Outcome {
        took: Duration::ZERO,
        refused: 0,
        attempts: 0,
    }));
    let left = Rc::new(RefCell::new(scenario.calls));
    let seed = Rc::new(RefCell::new(1_u64));
    let workers = (0..scenario.workers).map(|_| {
        let (limiter, service, outcome) = (limiter.clone(), service.clone(), outcome.clone());
        let (left, seed) = (left.clone(), seed.clone());
        tokio::task::spawn_local(async move {
            let url = "https://api.contoso.example/v1".parse().unwrap();
            let traffic = Traffic::new("".into(), &url);
            // Half of the latency, with jitter.
            let travel = || {
                let mut seed = seed.borrow_mut();
                *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let jitter = scenario.jitter.as_micros() as u64;
                let more = (*seed >> 33) % (2 * jitter + 1);
                (scenario.latency + Duration::from_micros(more) - scenario.jitter) / 2
            };
            loop {
                if *left.borrow() == 0 {
                    break;
                }
                *left.borrow_mut() -= 1;
                for attempt in 1.. {
                    let permit = limiter.admit(&traffic, Duration::MAX).await.unwrap();
                    sleep(travel()).await;
                    let response = loop {
                        let response = service.borrow_mut().call(Instant::now());
                        match (client, response) {
                            (Client::Ideal, Err(wait)) => sleep(wait).await,
                            (_, response) => break response,
                        }
                    };
                    sleep(travel()).await;
                    let Err(wait) = response else {
                        permit.accepted();
                        break;
                    };
                    {
                        let mut outcome = outcome.borrow_mut();
                        outcome.refused += 1;
                        outcome.attempts = outcome.attempts.max(attempt + 1);
                    }
                    // `Retry-After` has whole seconds, so the wait is rounded up.
                    let wait = s(wait.as_nanos().div_ceil(1_000_000_000).try_into().unwrap());
                    permit.refused(wait);
                    if start.elapsed() > s(100_000) {
                        // Throttled calls that count can delay each other for ever.
                        break;
                    }
                    sleep(wait).await;
                }
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    let mut outcome = outcome.borrow_mut();
    outcome.took = start.elapsed();
    *outcome
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "10 a second",
        calls: 1_000,
        limit: 10,
        window: s(1),
        ..BASE
    },
    Scenario {
        name: "10 a second, refused calls count",
        calls: 1_000,
        limit: 10,
        window: s(1),
        counts: Counts::SlidingWithRefused,
        ..BASE
    },
    Scenario {
        name: "10 a second, fixed windows",
        calls: 1_000,
        limit: 10,
        window: s(1),
        counts: Counts::Fixed(ms(400)),
        ..BASE
    },
    Scenario {
        name: "50 a second",
        calls: 3_000,
        limit: 50,
        window: s(1),
        ..BASE
    },
    Scenario {
        name: "50 a second, uneven latency",
        calls: 3_000,
        limit: 50,
        window: s(1),
        jitter: ms(50),
        ..BASE
    },
    Scenario {
        name: "50 a second, fixed windows",
        calls: 3_000,
        limit: 50,
        window: s(1),
        counts: Counts::Fixed(ms(0)),
        ..BASE
    },
    Scenario {
        name: "30 in 3 seconds",
        calls: 900,
        limit: 30,
        window: s(3),
        ..BASE
    },
    Scenario {
        name: "100 in 7 seconds",
        calls: 2_000,
        limit: 100,
        window: s(7),
        ..BASE
    },
    Scenario {
        name: "100 in 10 seconds",
        calls: 2_000,
        limit: 100,
        window: s(10),
        ..BASE
    },
    Scenario {
        name: "100 in 10 seconds, fixed windows",
        calls: 2_000,
        limit: 100,
        window: s(10),
        counts: Counts::Fixed(s(8)),
        ..BASE
    },
    Scenario {
        name: "100 in 10 seconds, others take 60 twice",
        calls: 2_000,
        limit: 100,
        window: s(10),
        others: &[(s(31), 60), (s(95), 60)],
        ..BASE
    },
    Scenario {
        name: "500 a minute",
        calls: 2_000,
        limit: 500,
        window: s(60),
        ..BASE
    },
    Scenario {
        name: "500 a minute, refused calls count",
        calls: 2_000,
        limit: 500,
        window: s(60),
        counts: Counts::SlidingWithRefused,
        ..BASE
    },
    Scenario {
        name: "500 a minute, uneven latency",
        calls: 4_000,
        limit: 500,
        window: s(60),
        jitter: ms(200),
        ..BASE
    },
    Scenario {
        name: "500 a minute, fixed windows",
        calls: 4_000,
        limit: 500,
        window: s(60),
        counts: Counts::Fixed(s(23)),
        ..BASE
    },
    Scenario {
        name: "500 a minute, fixed windows, begun late",
        calls: 4_000,
        limit: 500,
        window: s(60),
        counts: Counts::Fixed(s(57)),
        ..BASE
    },
    Scenario {
        name: "500 a minute, others take 300 at first",
        calls: 4_000,
        limit: 500,
        window: s(60),
        others: &[(s(0), 300)],
        ..BASE
    },
    Scenario {
        name: "500 a minute, others take 400 now and then",
        calls: 3_700,
        limit: 500,
        window: s(60),
        others: &[(s(130), 400), (s(310), 400)],
        ..BASE
    },
    Scenario {
        name: "500 a minute, others take 100 of each",
        calls: 4_000,
        limit: 500,
        window: s(60),
        counts: Counts::Fixed(s(23)),
        others: &[
            (s(1), 100),
            (s(40), 100),
            (s(98), 100),
            (s(158), 100),
            (s(218), 100),
            (s(278), 100),
            (s(338), 100),
            (s(398), 100),
            (s(458), 100),
            (s(518), 100),
        ],
        ..BASE
    },
    Scenario {
        name: "500 a minute, fixed, others take all of one",
        calls: 4_000,
        limit: 500,
        window: s(60),
        counts: Counts::Fixed(s(0)),
        others: &[(s(120), 500)],
        ..BASE
    },
    Scenario {
        name: "500 a minute, 3 workers",
        calls: 4_000,
        limit: 500,
        window: s(60),
        workers: 3,
        ..BASE
    },
    Scenario {
        name: "60 a minute",
        calls: 1_200,
        limit: 60,
        window: s(60),
        ..BASE
    },
    Scenario {
        name: "1,000 an hour",
        calls: 4_000,
        limit: 1_000,
        window: s(3600),
        ..BASE
    },
    Scenario {
        name: "1,000 an hour, fixed windows",
        calls: 4_000,
        limit: 1_000,
        window: s(3600),
        counts: Counts::Fixed(s(1800)),
        ..BASE
    },
    Scenario {
        name: "1,000 an hour, others take 800 at first",
        calls: 4_000,
        limit: 1_000,
        window: s(3600),
        others: &[(s(0), 800)],
        ..BASE
    },
    Scenario {
        name: "no limit",
        calls: 2_000,
        limit: 100_000,
        window: s(60),
        ..BASE
    },
];

/// Prints the table of `docs/performance.md`.
#[test]
fn fan_outs_use_every_kind_of_limit_and_rarely_exceed_it() {
    let (mut table, mut failures) = (String::new(), Vec::new());
    for scenario in SCENARIOS {
        let [ideal, unlimited, limited] = [Client::Ideal, Client::Unlimited, Client::Limited]
            .map(|client| play(*scenario, client));
        let [seconds, ideal_seconds, unlimited_seconds] =
            [limited, ideal, unlimited].map(|outcome| outcome.took.as_secs_f64());
        let [refused, refused_unlimited] =
            [limited, unlimited].map(|it| it.refused as f64 / scenario.calls as f64);
        let (name, ratio) = (scenario.name, seconds / ideal_seconds);
        writeln!(
            table,
            "| {name} | {} | {ideal_seconds:.0} s | {unlimited_seconds:.0} s | {seconds:.0} s | \
             {ratio:.2} | {refused_unlimited:.2} | {refused:.3} |",
            scenario.calls,
        )
        .unwrap();
        let is_fine = ratio <= 1.1 && seconds <= 1.1 * unlimited_seconds && refused < 0.05;
        if !is_fine || limited.attempts > 4 {
            failures.push(name);
        }
    }
    println!("{table}");
    assert!(failures.is_empty(), "{failures:?}\n{table}");
}
