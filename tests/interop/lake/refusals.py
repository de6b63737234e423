"""Days that are incomplete or have other columns, two jobs at once, and a secret in an address."""

import contextlib
import json
import os
import subprocess
import threading
import urllib.request

from deltalake import DeltaTable

from facts import differences
from history import DEPLOYMENT, READY, pcenter, take
from readers import rows_of, select, with_deltalake
from storages import Storage

# Days of the emulator that are not in the tables yet.
CHANGED_DAY = "2026-11-24"
OTHER_DAYS = ["2026-11-17", "2026-11-18"]


@contextlib.contextmanager
def fault(url, **fault):
    """Adds a fault to an emulator."""
    body = json.dumps(fault | {"times": "unlimited"}).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{url}_emulator/faults", body, headers, method="POST")
    with urllib.request.urlopen(request) as response:
        location = response.headers["location"].removeprefix("/")
    try:
        yield
    finally:
        request = urllib.request.Request(url + location, method="DELETE")
        urllib.request.urlopen(request).close()


@contextlib.contextmanager
def emulator_of_two_pages():
    """Runs another emulator, whose listing has two pages: rows are only missing between pages."""
    command = [os.environ["INTEROP_PCENTER"], "emulator", "start", "--customers=5000", "--days=3"]
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([*command, "--today=2026-11-25"], **output) as process:
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.kill()


def incomplete():
    """A listing that lacks rows is not stored, or stored and marked, and never replaces a complete one."""
    storage = Storage("incomplete", os.path.abspath("incomplete"))
    table = storage.table(DEPLOYMENT)

    def stored():
        sql = "SELECT isComplete, COUNT(*) FROM history GROUP BY isComplete"
        return rows_of(select(DeltaTable(table), sql))

    with emulator_of_two_pages() as url:
        options = [f"--emulator-url={url}", "--processed-date=2026-11-23"]
        with fault(url, kind="missingRows", rows=5):
            take(storage, DEPLOYMENT, *options, code=5)
            assert not os.path.exists(table) or not stored(), "the incomplete listing was stored"
            take(storage, DEPLOYMENT, *options, "--allow-incomplete", code=5)
        ((is_complete, count),) = stored()
        assert not is_complete, "the incomplete day is not marked"
        take(storage, DEPLOYMENT, *options)
        assert stored() == [(True, count + 5)], f"{stored()} after {count} rows"
        with fault(url, kind="missingRows", rows=5):
            take(storage, DEPLOYMENT, *options, "--allow-incomplete", code=5)
        assert stored() == [(True, count + 5)], "the complete day was replaced"


def changed_columns(table):
    """A new property becomes a column, null in the rows before; another type is refused."""
    with fault(READY["url"], kind="fieldDrift", change="add", field="riskScore", value=1.25):
        take(table.storage, DEPLOYMENT, "--processed-date", CHANGED_DAY)
    sql = "SELECT processedDate, COUNT(*), COUNT(riskScore), SUM(riskScore) FROM history GROUP BY processedDate"
    for day, count, values, total in rows_of(select(table.delta(), sql)):
        is_changed = str(day) == CHANGED_DAY
        assert values == (count if is_changed else 0), f"{day}: {values} values in {count} rows"
        assert not is_changed or float(total) == 1.25 * count, f"{day}: {total}"
    before = table.delta().version()
    with fault(READY["url"], kind="fieldDrift", change="add", field="riskScore", value="high"):
        _, messages = take(table.storage, DEPLOYMENT, "--processed-date", CHANGED_DAY, code=None)
    assert "riskScore" in messages, messages
    assert table.delta().version() == before, "a value of another type was stored"


def two_jobs(table, listings):
    """Two jobs at once: one waits for the other, and both days are stored."""
    errors = []

    def run(day):
        try:
            take(table.storage, DEPLOYMENT, "--processed-date", day, "--wait-for-lock", "60")
        except AssertionError as error:
            errors.append(error)

    before = with_deltalake(table)
    threads = [threading.Thread(target=run, args=(day,)) for day in OTHER_DAYS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
    added = {f"{day} true": listing.facts for day, listing in zip(OTHER_DAYS, listings, strict=True)}
    agree(before | added, with_deltalake(table))


def secret():
    """An address with a signature is refused, and the signature is not printed."""
    address = "az://history/partner?sv=2026-01-01&sig=c2VjcmV0"
    output, messages = pcenter("snapshot", "take", DEPLOYMENT, "--to", address, code=2)
    assert "c2VjcmV0" not in output + messages, messages


def agree(expected, facts):
    problem = differences(facts, expected)
    assert not problem, problem
