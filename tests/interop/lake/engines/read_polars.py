"""Reads Delta tables with polars, and prints their facts.

Standard input is a JSON array of jobs: `table`, `columns` and `version`, which may be null.
"""

import os

import polars

from facts import micros, of_listing, serve

# polars does not read the variables of the storages.
OPTIONS = {name: value for name, value in os.environ.items() if name.startswith(("AWS_", "AZURE_"))}


def read(job):
    table = polars.scan_delta(job["table"], version=job["version"], storage_options=OPTIONS or None)
    frame = table.collect()
    moments = [name for name, kind in job["columns"] if kind == "date"]
    facts = {}
    for (day, is_complete), rows in frame.group_by("processedDate", "isComplete"):
        rows = rows.to_dicts()
        for row in rows:
            row.update((name, micros(row[name])) for name in moments if row[name] is not None)
        facts[f"{day} {str(is_complete).lower()}"] = of_listing(job["columns"], rows)
    return facts


serve(read)
