"""Engines that read the tables of a storage, each with the same SQL."""

import json
import os
import subprocess
from pathlib import Path

import duckdb
from deltalake import DeltaTable, QueryBuilder

from facts import ADDED, named, query

FOLDER = Path(__file__).parent


class Table:
    """Table of an operation in a storage."""

    def __init__(self, storage, listing):
        self.storage = storage
        self.path = storage.table(listing.operation)
        self.columns = listing.columns + ADDED

    def delta(self, version=None):
        return DeltaTable(self.path, version=version, storage_options=self.storage.variables)

    def batches(self, version=None):
        """Returns all rows as a table of Arrow, read by deltalake."""
        names = ", ".join(["processedDate", "isComplete"] + [name for name, _ in self.columns])
        return select(self.delta(version), f"SELECT {names} FROM history")

    def job(self, version=None):
        """Returns the table for the programs that run in environments of their own."""
        job = {"table": self.path, "columns": self.columns, "version": version}
        if self.storage.is_local:
            job["files"] = self.delta(version).file_uris()
        return job


def select(delta, sql):
    return QueryBuilder().register("history", delta).execute(sql).read_all()


def rows_of(arrow):
    """Returns the rows of a table of Arrow as tuples."""
    connection = duckdb.connect()
    connection.register("result", arrow)
    return connection.execute("SELECT * FROM result").fetchall()


def with_deltalake(table, version=None):
    """Lets deltalake, whose engine is DataFusion, compute the facts."""
    sql = query("history", table.columns, "datafusion")
    return named(table.columns, "datafusion", rows_of(select(table.delta(version), sql)))


def with_duckdb(table, version=None):
    """Lets DuckDB compute the facts of the rows that deltalake reads: the extension with which DuckDB
    reads Delta tables is not in its package, but downloaded."""
    connection = duckdb.connect()
    connection.register("history", table.batches(version))
    return named(
        table.columns, "duckdb", connection.execute(query("history", table.columns, "duckdb")).fetchall()
    )


def with_duckdb_files(table, version=None):
    """Lets DuckDB compute the facts of the table's files, as a data set that is partitioned in folders."""
    files = table.delta(version).file_uris()
    rows = f"read_parquet({files}, hive_partitioning = true, union_by_name = true)"
    result = duckdb.connect().execute(query(rows, table.columns, "duckdb"))
    return named(table.columns, "duckdb", result.fetchall())


def in_process(interpreter, script, storage, jobs):
    """Runs a script with the interpreter of another environment. Returns the result of each job."""
    environment = os.environ | storage.variables
    environment["PYTHONPATH"] = os.pathsep.join([str(FOLDER), os.environ.get("PYTHONPATH", "")])
    run = subprocess.run(
        [os.environ[interpreter], FOLDER / script],
        input=json.dumps(jobs),
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if run.returncode != 0:
        return [{"error": run.stderr[-500:]}] * len(jobs)
    # Lines before the last one are messages.
    return json.loads(run.stdout.splitlines()[-1])
