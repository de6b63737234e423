"""Writes the rows of downloaded pages to a file, with DuckDB and all of its threads.

Arguments: the pages as a glob, the file, its format (csv or json, which is an object a line), the
columns of text, `--`, the columns of numbers.

The types are given, so that DuckDB neither guesses them nor rewrites the dates.
"""

import sys

import duckdb


def main():
    pages, file, form, *columns = sys.argv[1:]
    split = columns.index("--")
    types = [f'"{name}" VARCHAR' for name in columns[:split]]
    types += [f'"{name}" BIGINT' for name in columns[split + 1 :]]
    row = ", ".join(types)
    options = "FORMAT csv, HEADER" if form == "csv" else "FORMAT json"
    duckdb.execute(
        f"""
        COPY (
            SELECT unnest("Value", recursive := true)
            FROM read_json('{pages}', columns = {{'Value': 'STRUCT({row})[]'}})
        ) TO '{file}' ({options})
        """
    )


main()
