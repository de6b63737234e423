"""Formats and relations that an OpenAPI document cannot express, for Schemathesis."""

import emulator
import schemathesis
from hypothesis import strategies

schemathesis.openapi.format("locale", strategies.sampled_from(["en-US", "de-DE", "sr-Latn-RS"]))
schemathesis.openapi.format("partner-center-timestamp", strategies.dates().map(str))

# Their values have a grammar over the fields of the operation, or need another parameter.
UNKNOWN_TO_THE_SPEC = ["filter", "groupby", "orderby", "aggregationLevel", "seekOperation"]


CUSTOMER = emulator.call("v1/customers", emulator.delegated_token())[1]["items"][0]["id"]


@schemathesis.hook
def before_call(context, case, kwargs):
    """Removes them from requests that the emulator has to accept, and names a known customer."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    for name in UNKNOWN_TO_THE_SPEC:
        (case.query or {}).pop(name, None)
    if "customer-id" in (case.path_parameters or {}):
        case.path_parameters["customer-id"] = CUSTOMER
