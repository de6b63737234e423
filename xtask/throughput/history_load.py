"""Measures `pcenter snapshot take` and scans of the history, for `cargo xtask throughput --history`.

All times are of one run on one machine, against emulator processes on loopback. The folder is a local one,
so that no time of a network is in them.
"""

import contextlib
import csv
import datetime
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from deltalake import DeltaTable, QueryBuilder

from emulator_process import Emulator, PCENTER, row

TODAY = datetime.date(2026, 11, 25)
OPERATION = "commercial_licenses_deployment"
# Column that the scans add up, by day.
COLUMN = "licensesSold"

# Commits before and after the measured ones: twelve of them include one or two checkpoints.
COMMITS = 512
WINDOW = 12
EARLY = 5
LATE = 500

CUSTOMERS = 5_000
DAYS = 365
# Customers of the emulator whose rows are those of 5,000 customers with twenty products each.
WIDE_CUSTOMERS = 45_000
WIDE_DAYS = 5
# Azure usage and searches of so many days are in one listing.
ALL_DAYS = 30

TURNS = 5


class History:
    """Folder with the table, and the emulator whose days are taken."""

    def __init__(self, folder, emulator):
        self.folder = folder
        self.table = folder / OPERATION
        self.url = f"http://{emulator.address}/"

    def take(self, day):
        """Takes the snapshot of a day. Returns the time, the processor time and the peak."""
        command = [PCENTER, "snapshot", "take", OPERATION, "--to", self.folder]
        command += [f"--processed-date={day}", f"--emulator-url={self.url}", "--no-input"]
        began = time.perf_counter()
        peak = 0.0
        with open(os.devnull, "wb") as nothing:
            process = subprocess.Popen(command, stdout=nothing, stderr=nothing)
        # The peak that `wait4` returns would be that of this process, whose pages the new process shares
        # until the program is loaded.
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            peak = max(peak, memory(process.pid))
            time.sleep(0.002)
        process.returncode = os.waitstatus_to_exitcode(ended[1])
        if process.returncode != 0:
            raise RuntimeError(f"pcenter exited with {process.returncode} on {day}")
        usage = ended[2]
        return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, peak

    def bytes(self):
        return sum(file.stat().st_size for file in self.table.rglob("*.parquet") if "_delta_log" not in file.parts)

    def log_bytes(self):
        return sum(file.stat().st_size for file in self.table.joinpath("_delta_log").iterdir())

    def rows(self):
        return DeltaTable(self.table).count()


def memory(process):
    """Returns the peak of a process so far, in MiB."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def days(count):
    """Returns the last days of the emulator, the earliest first. There are no figures of today."""
    return [TODAY - datetime.timedelta(days=number) for number in range(count, 0, -1)]


def commits(folder):
    """Compares the time of a snapshot after many commits with that after few."""
    with Emulator("--customers=1", f"--days={COMMITS}") as emulator:
        history = History(folder / "commits", emulator)
        times = [history.take(day)[0] for day in days(COMMITS)]
        # The same command without a table: what a snapshot takes besides the commit.
        alone = [History(folder / f"alone-{turn}", emulator).take(TODAY - datetime.timedelta(days=1))[0] for turn in range(TURNS)]
    early, late = times[EARLY : EARLY + WINDOW], times[LATE : LATE + WINDOW]
    for name, function in [("median", statistics.median), ("mean", statistics.mean)]:
        ratio = function(late) / function(early)
        row(
            f"snapshot of a customer after {LATE} commits, over one after {EARLY}, {name} of {WINDOW}",
            f"{ratio:.2f} ({1000 * function(late):.0f} and {1000 * function(early):.0f} ms)",
        )
    row("the first snapshot, which creates the table", f"{1000 * statistics.median(alone):.0f} ms")


def year(folder):
    """Takes a year of days, and scans a column."""
    with Emulator(f"--customers={CUSTOMERS}", f"--days={DAYS}") as emulator:
        history = History(folder / "year", emulator)
        before = requests(emulator)
        runs = [history.take(day) for day in days(DAYS)]
        row("requests to the service for a day", f"{(requests(emulator) - before) / DAYS:.1f}")
    count = describe(history, f"{DAYS} days of {CUSTOMERS:,} customers")
    for name, part in [("first", runs[1:31]), ("last", runs[-30:])]:
        seconds, processor, peak = (statistics.median(values) for values in zip(*part))
        row(
            f"a day of {count // DAYS:,} rows, median of the {name} 30",
            f"{seconds:.2f} s, {processor:.2f} s of processor time, {peak:.0f} MiB",
        )
    scans(history)


def requests(emulator):
    """Returns the number of requests that the emulator has received."""
    received = json.loads(emulator.get("/_emulator/requests"))["requests"]
    return received[0]["number"] if received else 0


def describe(history, name):
    """Prints the size of a history. Returns its rows."""
    count, size = history.rows(), history.bytes()
    files = len(DeltaTable(history.table).file_uris())
    row(name, f"{count:,} rows, {files} files, {size / 1e6:.1f} MB, log {history.log_bytes() / 1e6:.2f} MB")
    row("bytes for a million rows", f"{size / count:.2f} MB")
    return count


def scans(history):
    """Adds up a column of all days with each engine, and compares the sums."""
    results = {"pcenter": trend, "deltalake": with_deltalake, "DuckDB": with_duckdb}
    sums = {}
    for name, function in results.items():
        times = []
        for _ in range(TURNS):
            began = time.perf_counter()
            sums[name] = function(history)
            times.append(time.perf_counter() - began)
        row(f"sums of {COLUMN} by day, {name}", f"{statistics.median(times):.3f} s")
    assert sums["pcenter"] == sums["deltalake"] == sums["DuckDB"], "the sums differ"
    assert len(sums["DuckDB"]) == DAYS


def trend(history):
    command = [PCENTER, "snapshot", "trend", "--from", history.folder, "-o", "csv"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = csv.DictReader(text.splitlines())
    return {row["processedDate"][:10]: int(row[COLUMN]) for row in rows}


def with_deltalake(history):
    sql = f"SELECT processedDate, SUM({COLUMN}) AS total FROM history GROUP BY processedDate"
    batches = QueryBuilder().register("history", DeltaTable(history.table)).execute(sql).read_all()
    connection = duckdb.connect()
    connection.register("batches", batches)
    return dict(connection.execute("SELECT CAST(processedDate AS VARCHAR), total FROM batches").fetchall())


def with_duckdb(history):
    """Reads the files of the current version: DuckDB's own reader of Delta tables is downloaded."""
    files = DeltaTable(history.table).file_uris()
    sql = f"""
        SELECT CAST(processedDate AS VARCHAR), SUM({COLUMN})
        FROM read_parquet({files}, hive_partitioning = true) GROUP BY processedDate
    """
    return dict(duckdb.connect().execute(sql).fetchall())


def wide(folder):
    """Takes days with as many rows as 5,000 customers with twenty products have."""
    with Emulator(f"--customers={WIDE_CUSTOMERS}", f"--days={WIDE_DAYS}") as emulator:
        history = History(folder / "wide", emulator)
        runs = [history.take(day) for day in days(WIDE_DAYS)]
    count = describe(history, f"{WIDE_DAYS} days of {WIDE_CUSTOMERS:,} customers")
    seconds, processor, peak = (statistics.median(values) for values in zip(*runs[1:]))
    row(
        f"a day of {count // WIDE_DAYS:,} rows",
        f"{seconds:.2f} s, {processor:.2f} s of processor time, {peak:.0f} MiB",
    )
    row("365 such days, computed", f"{365 * history.bytes() / WIDE_DAYS / 1e9:.2f} GB")


def all_reports(folder):
    """Takes all reports of a day, with the days of usage and searches that the service returns at once."""
    with Emulator(f"--customers={CUSTOMERS}", f"--days={ALL_DAYS}") as emulator:
        before = requests(emulator)
        command = [PCENTER, "snapshot", "take", "--all", "--to", folder / "all", "--no-input"]
        command.append(f"--emulator-url=http://{emulator.address}/")
        run = subprocess.run(command, check=True, capture_output=True, text=True)
        count = requests(emulator) - before
    for report in json.loads(run.stdout)["reports"]:
        size = report["bytes"] / max(report["rows"], 1)
        row(
            f"{report['report']}, a day of all reports",
            f"{report['rows']:,} rows, {report['bytes'] / 1e6:.2f} MB, {size:.1f} bytes a row, "
            f"{report['seconds']:.1f} s",
        )
    row("requests to the service for all reports", count)


def main():
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # Profiles of the user who runs this are not used.
    os.environ["PCENTER_CONFIG"] = str(Path(tempfile.mkdtemp()) / "config.toml")
    print("| measurement | result |\n|---|---|")
    for part in (commits, year, wide, all_reports):
        part(folder)


if __name__ == "__main__":
    main()
