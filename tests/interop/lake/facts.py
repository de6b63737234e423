"""Facts about a table: what an engine computes with SQL, and what a listing contains.

The facts of a partition are the number of rows, and for each column the number of values that are not
null, with sums and the first and last value. All are texts, so that processes can exchange them as JSON.
"""

import datetime
import json
import sys
from decimal import Decimal

# Columns that `pcenter snapshot` adds to those of a report.
ADDED = [
    ("asSent", "text"),
    ("fetchedAt", "date"),
    ("correlationId", "text"),
    ("specVersion", "text"),
]

# Microseconds since 1970 of a timestamp, and the first words of a query.
DIALECTS = {
    "datafusion": "CAST({} AS BIGINT)",
    "duckdb": "epoch_us({})",
    "spark": "unix_micros({})",
}

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def expressions(columns, dialect):
    """Returns the name of each fact with its expression."""
    micros = DIALECTS[dialect].format
    for name, kind in columns:
        yield f"{name}.values", f"COUNT({name})"
        match kind:
            case "text" | "GUID":
                yield f"{name}.distinct", f"COUNT(DISTINCT {name})"
                yield f"{name}.first", f"MIN({name})"
                yield f"{name}.last", f"MAX({name})"
            case "whole number" | "number":
                yield f"{name}.sum", f"SUM({name})"
                yield f"{name}.first", f"MIN({name})"
                yield f"{name}.last", f"MAX({name})"
            case "Boolean":
                yield f"{name}.true", f"SUM(CASE WHEN {name} THEN 1 ELSE 0 END)"
            case "date":
                yield f"{name}.first", micros(f"MIN({name})")
                yield f"{name}.last", micros(f"MAX({name})")
            case _:
                raise ValueError(f"{name} has the unknown kind {kind}")


def query(table, columns, dialect):
    """Returns the SQL that computes the facts of all partitions."""
    terms = ["processedDate", "isComplete", "COUNT(*)"]
    terms += [expression for _, expression in expressions(columns, dialect)]
    # Without names: some engines do not accept the same name twice, others reserve words.
    named = ", ".join(f"{term} AS f{index}" for index, term in enumerate(terms))
    return f"SELECT {named} FROM {table} GROUP BY processedDate, isComplete"


def named(columns, dialect, rows):
    """Returns the facts of a query's rows, by partition."""
    names = ["rows"] + [name for name, _ in expressions(columns, dialect)]
    facts = {}
    for day, is_complete, *values in rows:
        partition = f"{day} {str(is_complete).lower()}"
        assert partition not in facts, f"two groups are {partition}"
        facts[partition] = dict(zip(names, map(text, values), strict=True))
    return facts


def text(value):
    """Returns the text of a value: equal numbers have equal texts."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        number = format(Decimal(value), "f")
        return (number.rstrip("0").rstrip(".") if "." in number else number) or "0"
    return str(value)


def of_listing(columns, rows):
    """Returns the facts of rows of NDJSON, without their partition."""
    facts = {"rows": text(len(rows))}
    for name, kind in columns:
        values = [row[name] for row in rows if row[name] is not None]
        facts[f"{name}.values"] = text(len(values))
        if kind == "Boolean":
            facts[f"{name}.true"] = text(sum(values)) if rows else None
            continue
        if kind in ("text", "GUID"):
            facts[f"{name}.distinct"] = text(len(set(values)))
        elif kind != "date":
            facts[f"{name}.sum"] = text(sum(map(Decimal, values))) if values else None
        facts[f"{name}.first"] = text(min(values, default=None))
        facts[f"{name}.last"] = text(max(values, default=None))
    return facts


def typed(kind, value):
    """Returns a value of NDJSON as a table has it."""
    match kind:
        case _ if value is None:
            return None
        case "GUID":
            # Guids of some operations are in upper case on the wire.
            return value.lower()
        case "date":
            return micros(datetime.datetime.fromisoformat(value))
        case _:
            return value


def micros(moment):
    """Returns the microseconds since 1970. Moments without an offset are in UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return (moment - EPOCH) // datetime.timedelta(microseconds=1)


def differences(found, expected):
    """Returns the first facts that differ, as a text."""
    lines = []
    for partition in sorted(found.keys() | expected.keys()):
        ours, theirs = expected.get(partition), found.get(partition)
        if ours is None or theirs is None:
            lines.append(f"{partition} is only in the {'table' if ours is None else 'listing'}")
            continue
        lines += [
            f"{partition} {name}: {theirs.get(name)} in the table, {value} in the listing"
            for name, value in ours.items()
            if theirs.get(name) != value
        ]
    return "; ".join(lines[:4])


def serve(facts_of):
    """Runs the jobs of standard input with a function, and prints the results as a JSON array."""
    results = []
    for job in json.load(sys.stdin):
        try:
            results.append({"facts": facts_of(job)})
        except Exception as error:  # The caller prints it beside the name of the check.
            results.append({"error": f"{type(error).__name__}: {' '.join(str(error).split())[:400]}"})
    print(json.dumps(results))
