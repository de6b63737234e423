"""The commands of `pcenter` on the running emulator, and the listings whose rows the tables must have."""

import datetime
import json
import os
import subprocess
from decimal import Decimal

from facts import of_listing, typed

READY = json.loads(os.environ["INTEROP_EMULATOR"])

# Operations with their commands: counts by day, numbers with fractions, dates and Booleans. The figures of
# the last two have no day, thus the day of their snapshot is that of the clock.
DEPLOYMENT = "commercial_licenses_deployment"
COMMANDS = {
    DEPLOYMENT: ["commercial", "deployment"],
    "azure_usage": ["azure-usage"],
    "subscriptions": ["subscriptions"],
}

# Days of the emulator, which is started with a fixed one.
DAYS = ["2026-11-20", "2026-11-21", "2026-11-23"]


def pcenter(*arguments, storage=None, code=0):
    """Runs a command. Returns its output and its messages. `code` is None for any failure."""
    variables = {
        "PCENTER_BASE_URL": READY["url"],
        "PCENTER_AUTHORITY": READY["authority"],
        "PCENTER_TENANT_ID": READY["tenantId"],
        "PCENTER_CLIENT_ID": READY["clientId"],
        "PCENTER_CLIENT_SECRET": READY["clientSecret"],
        "PCENTER_REFRESH_TOKEN": READY["refreshToken"],
        # The profiles of the user are not read.
        "PCENTER_CONFIG": os.path.abspath("no-profiles.toml"),
        "PCENTER_NO_INPUT": "1",
    }
    environment = os.environ | variables | (storage.variables if storage else {})
    command = [os.environ["INTEROP_PCENTER"], *arguments]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8")
    as_expected = run.returncode != 0 if code is None else run.returncode == code
    assert as_expected, f"exit code {run.returncode} of {arguments}: {run.stderr}"
    return run.stdout, run.stderr


class Listing:
    """Rows of an operation as NDJSON, on one day of figures if it has them."""

    def __init__(self, operation, day=None):
        self.operation = operation
        (document,) = json.loads(pcenter("docs", operation, "-o", "json")[0])
        self.columns = [(field["name"], field["kind"]) for field in document["fields"]]
        options = ["--processed-date", day] if day else []
        # `str.splitlines` would split at separators inside of names.
        lines = pcenter(*COMMANDS[operation], *options, "-o", "ndjson")[0].removesuffix("\n").split("\n")
        rows = [json.loads(line, parse_float=Decimal) for line in lines]
        self.rows = [{name: typed(kind, row[name]) for name, kind in self.columns} for row in rows]
        self.facts = of_listing(self.columns, self.rows)


def take(storage, operation, *options, code=0):
    """Takes a snapshot of an operation."""
    return pcenter("snapshot", "take", operation, "--to", storage.url, *options, storage=storage, code=code)


def read(storage, command, *options, code=0):
    """Returns the output of a command that reads the tables."""
    return pcenter("snapshot", command, "--from", storage.url, *options, storage=storage, code=code)[0]


def clock_days(began):
    """Returns the days of the clock since a moment, as texts."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return {moment.date().isoformat() for moment in (began, now)}
