//! What `--verbose` prints: a line for everything that happens.

use std::fmt;
use std::io::IsTerminal;
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormattedFields};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// Prints what the client does to stderr: attempts for one `--verbose`, headers as well
/// for two. Does nothing where the process has a subscriber already.
pub fn start_tracing(verbosity: u8) {
    let level = match verbosity {
        0 => LevelFilter::WARN,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    // Ours, not every connection of the HTTP stack.
    let ours = Targets::new()
        .with_target("partner_center", level)
        .with_target("partner_center_core", level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .event_format(Lines)
        .with_filter(ours);
    let _already_started = tracing_subscriber::registry().with(lines).try_init();
}

/// Time of day (UTC), what happened, its fields, then those of what it is part of:
/// `13:41:05Z answered attempt=1 status=200 operation=..`.
struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let dimmed = writer.has_ansi_escapes();
        let time = time_of_day(SystemTime::now());
        match dimmed {
            true => write!(writer, "\u{1b}[2m{time}\u{1b}[0m ")?,
            false => write!(writer, "{time} ")?,
        }
        if *event.metadata().level() <= Level::WARN {
            write!(
                writer,
                "{}: ",
                event.metadata().level().as_str().to_lowercase()
            )?;
        }
        // The service's view of a call, where it is in this process.
        if event
            .metadata()
            .target()
            .starts_with("partner_center_emulator")
        {
            write!(writer, "emulator: ")?;
        }
        let mut parts = Parts::default();
        event.record(&mut parts);
        write!(writer, "{}{}", parts.message, parts.fields)?;
        for span in context.event_scope().into_iter().flatten() {
            let extensions = span.extensions();
            if let Some(fields) = extensions.get::<FormattedFields<N>>()
                && !fields.is_empty()
            {
                write!(writer, " {}", fields.fields)?;
            }
        }
        writeln!(writer)
    }
}

#[derive(Default)]
struct Parts {
    message: String,
    fields: String,
}

impl Visit for Parts {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{}", crate::output::printable(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            name => self.fields.push_str(&format!(" {name}={value:?}")),
        }
    }
}

fn time_of_day(now: SystemTime) -> String {
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs());
    let second = seconds % SECONDS_OF_A_DAY;
    format!(
        "{:02}:{:02}:{:02}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_time_of_day_is_that_of_the_day() {
        let at = |seconds| time_of_day(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "00:00:00Z");
        assert_eq!(at(1_489_514_101), "17:55:01Z");
        assert_eq!(
            time_of_day(UNIX_EPOCH - Duration::from_secs(1)),
            "00:00:00Z"
        );
    }
}
