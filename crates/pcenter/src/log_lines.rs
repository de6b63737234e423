//! Log lines of `--verbose`.

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

use crate::printable::printable;

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// Logs requests to stderr: attempts for one `--verbose`, headers as well for two. Does nothing
/// if the process already has a subscriber.
pub fn start_tracing(verbosity: u8) {
    let level = match verbosity {
        0 => LevelFilter::WARN,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    // Without a target filter, the HTTP stack would log every connection.
    let ours = Targets::new()
        .with_target("partner_center", level)
        .with_target("partner_center_core", level)
        .with_target("partner_center_identity", level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .event_format(LineFormat)
        .with_filter(ours);
    let _already_started = tracing_subscriber::registry().with(lines).try_init();
}

/// Format of a log line: time of day (UTC), operation, message, fields of the event, fields of
/// its spans, as in `13:41:05Z partner_licenses_usage: answered status=200 attempt=1
/// request_id=..`. Each header follows on its own line.
struct LineFormat;

impl<S, N> FormatEvent<S, N> for LineFormat
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
        let (dim, plain) = match writer.has_ansi_escapes() {
            true => ("\u{1b}[2m", "\u{1b}[0m"),
            false => ("", ""),
        };
        let mut parts = LineParts::default();
        event.record(&mut parts);
        for span in context.event_scope().into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>() {
                parts.of_span(&fields.fields);
            }
        }
        let metadata = event.metadata();
        // An emulator in this process logs the same call from its side.
        if metadata.target().starts_with("partner_center_emulator") {
            parts.what = Some("emulator".to_owned());
        }
        write!(writer, "{dim}{}{plain} ", time_of_day(SystemTime::now()))?;
        if *metadata.level() <= Level::WARN {
            write!(writer, "{}: ", metadata.level().as_str().to_lowercase())?;
        }
        if let Some(what) = parts.what {
            write!(writer, "{what}: ")?;
        }
        writeln!(
            writer,
            "{}{}{dim}{}{plain}",
            parts.message, parts.fields, parts.spans
        )?;
        for header in parts.headers {
            writeln!(writer, "    {header}")?;
        }
        Ok(())
    }
}

/// Text of a log event.
#[derive(Default)]
struct LineParts {
    what: Option<String>,
    message: String,
    fields: String,
    spans: String,
    headers: Vec<String>,
}

impl LineParts {
    /// Adds the formatted fields of a span, such as `operation="x" request_id=".."`.
    fn of_span(&mut self, fields: &str) {
        for field in fields.split_whitespace() {
            match field.split_once('=') {
                Some(("operation", name)) => self.what = Some(name.replace('"', "")),
                Some((name, value)) => {
                    self.spans
                        .push_str(&format!(" {name}={}", value.replace('"', "")));
                }
                None => self.spans.push_str(&format!(" {field}")),
            }
        }
    }
}

impl Visit for LineParts {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let value = printable(&format!("{value:?}"));
        match field.name() {
            "message" => self.message = value,
            "headers" => self.headers = headers(&value),
            name => self.fields.push_str(&format!(" {name}={value}")),
        }
    }
}

/// Splits `name: value; name: value` into headers. A value can contain `;`.
fn headers(text: &str) -> Vec<String> {
    let mut headers: Vec<String> = Vec::new();
    for part in text.split("; ") {
        let name = part.split_once(": ").map(|(name, _)| name);
        match (name, headers.last_mut()) {
            (Some(name), _) if !name.contains([' ', '=']) => headers.push(part.to_owned()),
            (_, Some(last)) => last.push_str(&format!("; {part}")),
            (_, None) => headers.push(part.to_owned()),
        }
    }
    headers
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
    fn time_of_day_wraps_at_midnight() {
        let at = |seconds| time_of_day(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "00:00:00Z");
        assert_eq!(at(1_489_514_101), "17:55:01Z");
        assert_eq!(
            time_of_day(UNIX_EPOCH - Duration::from_secs(1)),
            "00:00:00Z"
        );
    }

    #[test]
    fn header_values_can_contain_semicolons() {
        assert_eq!(
            headers("accept: a; content-type: text/html; charset=utf-8; x: y"),
            [
                "accept: a",
                "content-type: text/html; charset=utf-8",
                "x: y"
            ]
        );
        assert_eq!(headers("none"), ["none"]);
    }

    #[test]
    fn span_fields_give_the_operation_and_ids_without_quotation_marks() {
        let mut parts = LineParts::default();
        parts.of_span("attempt=1");
        parts.of_span("operation=\"customers\" request_id=\"1-2\"");
        assert_eq!(parts.what.as_deref(), Some("customers"));
        assert_eq!(parts.spans, " attempt=1 request_id=1-2");
    }
}
