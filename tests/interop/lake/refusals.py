"""Days that are incomplete or have other columns, two jobs at once, and a secret in an address."""

import contextlib
import json
import threading
import urllib.request

from facts import differences
from history import DAYS, DEPLOYMENT, READY, pcenter, take
from readers import rows_of, select, with_deltalake

# Days of the emulator that are not in the tables yet.
INCOMPLETE_DAY = "2026-11-22"
CHANGED_DAY = "2026-11-24"
OTHER_DAYS = ["2026-11-17", "2026-11-18"]


@contextlib.contextmanager
def fault(**fault):
    """Adds a fault to the emulator."""
    url = f"{READY['url']}_emulator/faults"
    body = json.dumps(fault | {"times": "unlimited"}).encode()
    request = urllib.request.Request(url, body, {"content-type": "application/json"}, method="POST")
    with urllib.request.urlopen(request) as response:
        location = response.headers["location"].removeprefix("/")
    try:
        yield
    finally:
        request = urllib.request.Request(READY["url"] + location, method="DELETE")
        urllib.request.urlopen(request).close()


def incomplete(table, expected):
    """A listing that lacks rows is not stored, or stored and marked, and never replaces a complete one."""
    before = table.delta().version()
    with fault(kind="missingRows", rows=5):
        take(table.storage, DEPLOYMENT, "--processed-date", INCOMPLETE_DAY, code=5)
        assert table.delta().version() == before, "the incomplete listing was stored"
        take(table.storage, DEPLOYMENT, "--processed-date", DAYS[0], "--allow-incomplete", code=5)
        agree(expected, with_deltalake(table))
        take(table.storage, DEPLOYMENT, "--processed-date", INCOMPLETE_DAY, "--allow-incomplete", code=5)
    facts = with_deltalake(table)
    stored = facts.pop(f"{INCOMPLETE_DAY} false")
    agree(expected, facts)
    complete = int(next(iter(expected.values()))["rows"])
    assert int(stored["rows"]) == complete - 5, f"{stored['rows']} of {complete} rows"


def changed_columns(table):
    """A new property becomes a column, null in the rows before; another type is refused."""
    with fault(kind="fieldDrift", change="add", field="riskScore", value=1.25):
        take(table.storage, DEPLOYMENT, "--processed-date", CHANGED_DAY)
    sql = "SELECT processedDate, COUNT(*), COUNT(riskScore), SUM(riskScore) FROM history GROUP BY processedDate"
    for day, count, values, total in rows_of(select(table.delta(), sql)):
        is_changed = str(day) == CHANGED_DAY
        assert values == (count if is_changed else 0), f"{day}: {values} values in {count} rows"
        assert not is_changed or float(total) == 1.25 * count, f"{day}: {total}"
    before = table.delta().version()
    with fault(kind="fieldDrift", change="add", field="riskScore", value="high"):
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
