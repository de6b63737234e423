//! One request and its response.

use partner_center::{RawRequest, Response};

use super::sink::Sink;
use super::{Call, Method, head, hints, layout};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};

/// Sends the request and writes the response.
pub(super) async fn run(
    call: &Call<'_>,
    request: RawRequest,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let described = request.operation();
    let mut signals = (environment.signals)();
    let sent = signals.unless(request.send()).await;
    let sent = sent
        .map_err(|signal| Failure::new(signal.exit(), format!("stopped by {}", signal.name())))?;
    let response = sent.map_err(|error| call.connected.explained(error.into()))?;
    let has_body = call.method == Method::Get;
    if call.options.include || !has_body {
        head::write(&response, environment.stdout)?;
    }
    if response.status().is_success() {
        return success(call, &response, environment);
    }
    // The body of an error explains it, so it is on stdout like any other body; the message on
    // stderr does not repeat it.
    if has_body {
        Sink::open(None)?.body(response.body(), environment)?;
    }
    let status = response.status();
    let failure = match response.error_for_status() {
        Ok(_) => Failure::new(Exit::Service, format!("the service returned {status}")),
        Err(error) => Failure::from(error).without_body(),
    };
    let failure = hints::for_status(failure, status.as_u16(), call.path, described);
    Err(call.connected.explained(failure))
}

/// Writes the body of a success.
fn success(
    call: &Call<'_>,
    response: &Response,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let body = layout::text(response.body());
    if call.expression.is_some() && !str::from_utf8(body).is_ok_and(layout::is_json) {
        return Err(Failure::new(
            Exit::Service,
            "the response is not JSON, to which --jq could be applied",
        )
        .help("remove --jq to see the response"));
    }
    let mut sink = Sink::open(call.options.output_file.as_deref())?;
    match &call.expression {
        Some(expression) => sink.results(expression, body, environment)?,
        None if call.method == Method::Head => {}
        None => sink.body(body, environment)?,
    }
    sink.complete()?;
    Ok(Exit::Success)
}
