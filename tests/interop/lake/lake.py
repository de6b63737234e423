"""Snapshots of the emulator's reports, read back by engines that are not ours.

`pcenter snapshot take` writes the tables; every engine must find the rows, sums, null values, moments and
partitions of the same listings in NDJSON, digit by digit. Without the packages of the other environments
(`lake-local`), only a folder is used, and only deltalake and DuckDB read it.
"""

import datetime
import json
import os
import shutil
from pathlib import Path

from deltalake import write_deltalake

from checks import check
from history import COMMANDS, DAYS, DEPLOYMENT, Listing, clock_days, read, take
from readers import (
    Table,
    in_process,
    rows_of,
    select,
    with_deltalake,
    with_duckdb,
    with_duckdb_files,
)
from refusals import OTHER_DAYS, agree, changed_columns, incomplete, secret, two_jobs
from storages import Storage, azurite, local, moto

BEGAN = datetime.datetime.now(datetime.timezone.utc)

# Whether Sail, Spark, Azurite and moto are installed.
EVERYTHING = "INTEROP_ENGINES" in os.environ


def operations():
    """Returns each operation with the days of which it has figures, or None."""
    return [(operation, DAYS if operation == DEPLOYMENT else [None]) for operation in COMMANDS]


def technical(facts):
    """Checks the columns that are the same in all rows of a day."""
    for partition, values in facts.items():
        assert values["asSent.values"] == "0", f"{partition}: a value differs from its text"
        for name in ("correlationId", "specVersion"):
            assert values[f"{name}.values"] == values["rows"], f"{partition}: {name} is missing"
            assert values[f"{name}.distinct"] == "1", f"{partition}: {name} differs between rows"
        first, last = int(values["fetchedAt.first"]), int(values["fetchedAt.last"])
        now = datetime.datetime.now(datetime.timezone.utc)
        assert first == last, f"{partition}: fetchedAt differs between rows"
        assert BEGAN.timestamp() <= first / 1e6 <= now.timestamp(), f"{partition}: {first}"


def same_rows(table, listings):
    """Compares all rows, in any order, with those of the listings."""
    names = [name for name, _ in table.columns if name in listings[0].rows[0]]
    moments = [name for name, kind in table.columns if kind == "date"]
    terms = ", ".join(f"CAST({name} AS BIGINT)" if name in moments else name for name in names)
    found = rows_of(select(table.delta(), f"SELECT {terms} FROM history"))
    expected = [tuple(row[name] for name in names) for listing in listings for row in listing.rows]
    assert sorted(found, key=repr_of) == sorted(expected, key=repr_of)


def repr_of(row):
    """Returns a text that is the same for equal numbers."""
    return repr([str(value.normalize()) if hasattr(value, "normalize") else value for value in row])


def layout(table, days):
    """Checks what every reader must find in the log: protocol, partitions and properties."""
    delta = table.delta()
    protocol = delta.protocol()
    assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2), protocol
    metadata = delta.metadata()
    assert metadata.partition_columns == ["processedDate", "isComplete"], metadata
    operation = metadata.configuration.get("partnerCenter.operation")
    assert operation == Path(table.path).name, metadata.configuration
    found = {partition["processedDate"] for partition in delta.partitions()}
    assert found == set(days), f"{found}, not {days}"


class Snapshots:
    """Tables of all operations in one storage."""

    def __init__(self, storage, listings):
        self.storage = storage
        self.listings = listings
        self.tables = {operation: Table(storage, days[0][1]) for operation, days in listings.items()}
        self.expected = {}

    def check(self, name, function, *arguments):
        return check(f"{self.storage.name}: {name}", function, *arguments)

    def take_all(self):
        for operation, days in self.listings.items():
            for day, _ in days:
                options = ["--processed-date", day] if day else []
                self.check(f"take {operation} {day or 'of today'}", take, self.storage, operation, *options)
            expected = self.check(f"days of {operation}", self.days, operation)
            if expected is None:
                # Nothing can be compared, and every engine would report it.
                continue
            self.expected[operation] = expected
            names = [partition.split()[0] for partition in expected]
            self.check(f"layout of {operation}", layout, self.tables[operation], names)

    def days(self, operation):
        """Returns the facts that the table must have. The day without one in the report is today."""
        of_clock = clock_days(BEGAN)
        facts = {}
        for day, listing in self.listings[operation]:
            if day is None:
                (day,) = {str(p["processedDate"]) for p in self.tables[operation].delta().partitions()}
                assert day in of_clock, f"{day} is not one of {of_clock}"
            facts[f"{day} true"] = listing.facts
        return facts

    def read(self):
        """Lets each engine read each table."""
        for operation, expected in self.expected.items():
            table = self.tables[operation]
            engines = {"deltalake": with_deltalake, "DuckDB over deltalake": with_duckdb}
            if self.storage.is_local:
                # The package of DuckDB reads files only; those for Azure and S3 are downloaded.
                engines["DuckDB over the files"] = with_duckdb_files
            for name, engine in engines.items():
                facts = self.check(f"{name} reads {operation}", self.agreed, engine, table, expected)
            if facts:
                self.check(f"added columns of {operation}", technical, facts)
            listings = [listing for _, listing in self.listings[operation]]
            self.check(f"rows of {operation}", same_rows, table, listings)

    @staticmethod
    def agreed(engine, table, expected):
        facts = engine(table)
        agree(expected, facts)
        return facts

    def read_in_processes(self):
        """Lets Sail and polars read the tables, and Spark their files."""
        readers = [
            ("INTEROP_ENGINES", "engines/read_sail.py", "Sail"),
            ("INTEROP_ENGINES", "engines/read_polars.py", "polars"),
        ]
        if self.storage.is_local:
            readers.append(("INTEROP_SPARK", "spark/read_parquet.py", "Spark, Parquet files,"))
        for interpreter, script, name in readers:
            jobs = [(operation, None) for operation in self.expected]
            # The table had one day less before its last commit.
            if name == "Sail" and DEPLOYMENT in self.expected:
                jobs.append((DEPLOYMENT, self.tables[DEPLOYMENT].delta().version() - 1))
            documents = [self.tables[operation].job(version) for operation, version in jobs]
            results = in_process(interpreter, script, self.storage, documents)
            for (operation, version), result in zip(jobs, results, strict=True):
                expected = self.expected[operation]
                if version is not None:
                    expected = dict(list(expected.items())[:-1])
                place = "" if version is None else f" as of version {version}"
                self.check(f"{name} reads {operation}{place}", self.result, expected, result)

    @staticmethod
    def result(expected, result):
        assert "facts" in result, result["error"]
        agree(expected, result["facts"])

    def run_again(self):
        """Takes a day again: the same rows in other files, in one commit."""
        table = self.tables[DEPLOYMENT]
        before = table.delta()
        files = set(before.file_uris())
        take(self.storage, DEPLOYMENT, "--processed-date", DAYS[1])
        after = table.delta()
        assert after.version() == before.version() + 1, f"{before.version()} to {after.version()}"
        removed, added = files - set(after.file_uris()), set(after.file_uris()) - files
        assert (len(removed), len(added)) == (1, 1), f"{removed} became {added}"
        agree(self.expected[DEPLOYMENT], with_deltalake(table))
        agree(self.expected[DEPLOYMENT], with_deltalake(table, before.version()))

    def commands(self):
        """Lets `pcenter` list and verify the tables."""
        for operation, expected in self.expected.items():
            lines = read(self.storage, "list", "--report", operation, "-o", "ndjson").splitlines()
            rows = {f"{line['processedDate'][:10]} true": str(line["rows"]) for line in map(json.loads, lines)}
            assert rows == {name: facts["rows"] for name, facts in expected.items()}, rows
        read(self.storage, "verify", "--all-days")


def written_by_others(snapshots):
    """Lets deltalake write to a copy of the tables. `pcenter` must go on with it."""
    copy = Storage("copy", str(Path("copy").absolute()))
    shutil.copytree(snapshots.storage.url, copy.url)
    table = Table(copy, snapshots.listings[DEPLOYMENT][0][1])
    expected = dict(snapshots.expected[DEPLOYMENT])

    def append():
        day = select(table.delta(), f"SELECT * FROM history WHERE processedDate = '{DAYS[0]}'")
        columns = [field.name for field in day.schema]
        names = ", ".join(f"DATE '2026-11-01' AS {name}" if name == "processedDate" else name for name in columns)
        moved = select(table.delta(), f"SELECT {names} FROM history WHERE processedDate = '{DAYS[0]}'")
        write_deltalake(table.path, moved, mode="append", partition_by=["processedDate", "isComplete"])
        expected["2026-11-01 true"] = expected[f"{DAYS[0]} true"]
        agree(expected, with_deltalake(table))

    def take_again():
        take(copy, DEPLOYMENT, "--processed-date", DAYS[2])
        agree(expected, with_deltalake(table))

    def vacuum():
        delta = table.delta()
        removed = delta.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
        assert removed, "nothing was removed"
        agree(expected, with_deltalake(table))

    def checkpoint():
        table.delta().create_checkpoint()
        table.delta().cleanup_metadata()
        assert any(Path(table.path, "_delta_log").glob("*.checkpoint.parquet"))
        agree(expected, with_deltalake(table))

    for name, function in [
        ("appended", append),
        ("vacuumed", vacuum),
        ("written a checkpoint", checkpoint),
    ]:
        check(f"copy: deltalake has {name}", function)
        check(f"copy: a snapshot after deltalake has {name}", take_again)
    check("copy: the checks of pcenter after deltalake has written", read, copy, "verify", "--all-days")


def main():
    listings = {
        operation: [(day, Listing(operation, day)) for day in days] for operation, days in operations()
    }
    others = [Listing(DEPLOYMENT, day) for day in OTHER_DAYS]
    for storage in [local, azurite, moto] if EVERYTHING else [local]:
        with storage() as opened:
            snapshots = Snapshots(opened, listings)
            snapshots.take_all()
            snapshots.read()
            if EVERYTHING:
                snapshots.read_in_processes()
            snapshots.check(f"take {DEPLOYMENT} again", snapshots.run_again)
            snapshots.check("list and verify", snapshots.commands)
            table = snapshots.tables[DEPLOYMENT]
            if opened.is_local:
                written_by_others(snapshots)
                snapshots.check("an incomplete day", incomplete)
                snapshots.check("other columns", changed_columns, table)
            snapshots.check("two jobs at once", two_jobs, table, others)
    check("a secret in an address", secret)


if __name__ == "__main__":
    main()
