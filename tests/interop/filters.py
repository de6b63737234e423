"""Compares filters, groups and orders of the emulator with DuckDB over the exported rows.

`filters.csv` has a filter in each line, the same condition in SQL, the number of rows that it selects
and the sum of their positions. DuckDB evaluates the SQL; the emulator must return exactly those rows.
"""

import csv
import json
import os
from pathlib import Path

import duckdb
import requests

from emulator import URL, check, delegated_token

CORPUS = Path(os.environ["INTEROP_ROOT"]) / "tests/interop/filters.csv"

OPERATIONS = {
    "commercial_licenses_deployment": "partner/v1/analytics/commercial/deployment/license",
    "commercial_licenses_usage": "partner/v1/analytics/commercial/usage/license",
    "azure_usage": "partner/v1/analytics/usage/azure",
    "indirect_resellers": "partner/v1/analytics/indirectresellers",
    "subscriptions": "partner/v1/analytics/subscriptions",
    "searches": "partner/v1/analytics/search",
    "referrals": "partner/v1/analytics/referrals",
}

NUMBERS = {
    "quantity": "DECIMAL(38, 6)",
    "mpnId": "BIGINT",
    **dict.fromkeys(
        [
            "licensesDeployed",
            "licensesSold",
            "licensesActive",
            "licensesQualified",
            "subscriptionCount",
            "licenseCount",
        ],
        "BIGINT",
    ),
}

BOOLEANS = ["autoRenewEnabled", "contactButtonClicked", "detailsViewed", "referralSubmitted"]

# Operation, fields, level, sums by name and expression.
GROUPS = [
    ("commercial_licenses_deployment", ["serviceCode"], None, ["licensesDeployed", "licensesSold"]),
    ("commercial_licenses_deployment", ["customerName", "channel"], None, ["licensesSold"]),
    ("commercial_licenses_usage", ["workloadCode", "serviceName"], None, ["licensesActive"]),
    ("commercial_licenses_usage", ["customerTenantId", "productId", "workloadName"], None, ["licensesQualified"]),
    ("azure_usage", ["meterCategory"], None, ["quantity"]),
    ("azure_usage", ["usageDate"], "day", ["quantity"]),
    ("azure_usage", ["usageDate"], "week", ["quantity"]),
    ("azure_usage", ["usageDate", "resourceLocation"], "month", ["quantity"]),
    ("azure_usage", ["subscriptionId", "usageDate", "meterUnit"], "week", ["quantity"]),
    ("indirect_resellers", ["market"], None, ["subscriptionCount", "licenseCount"]),
    ("indirect_resellers", ["firstSubscriptionCreationDate"], "month", ["licenseCount"]),
    ("subscriptions", ["subscriptionType"], None, ["licenseCount"]),
    ("subscriptions", ["status", "autoRenewEnabled"], None, ["licenseCount"]),
    ("subscriptions", ["commitmentEndDate"], "month", ["licenseCount"]),
    ("subscriptions", ["trialStartDate", "customerMarket"], "week", ["licenseCount"]),
    ("referrals", ["status"], None, []),
    ("searches", ["searchDate"], "week", []),
    ("searches", ["keywordProduct", "detailsViewed"], None, []),
]

ORDERS = [
    ("azure_usage", "meterCategory,usageDate desc,subscriptionId"),
    ("azure_usage", "resourceLocation desc,customerName,meterUnit asc"),
    ("azure_usage", "reservationId desc,usageDate"),
    ("indirect_resellers", "licenseCount desc,name"),
    ("indirect_resellers", "market,subscriptionCount desc,id"),
    ("indirect_resellers", "latestSubscriptionDeprovisionedDate desc,name desc"),
]


def sql_type(name):
    if name in NUMBERS:
        return NUMBERS[name]
    if name in BOOLEANS:
        return "BOOLEAN"
    return "TIMESTAMP" if name.endswith(("Date", "DateTime")) else "VARCHAR"


def export(operation):
    """Loads all rows of an operation into DuckDB. Returns them as JSON texts."""
    response = requests.get(f"{URL}_emulator/data/{operation}")
    response.raise_for_status()
    # `str.splitlines` would split at separators inside of names.
    lines = response.content.decode().removesuffix("\n").split("\n")
    file = Path(f"{operation}.ndjson")
    file.write_bytes(response.content)
    columns = {name: sql_type(name) for name in json.loads(lines[0])}
    duckdb.execute(
        f"CREATE TABLE {operation} AS SELECT row_number() OVER () - 1 AS position, * "
        f"FROM read_json('{file}', format = 'newline_delimited', columns = {columns})"
    )
    return lines


def rows(operation, token, **query):
    """Calls an operation. Returns the rows of all pages, numbers as they were written."""
    headers = {"Authorization": f"Bearer {token}"}
    url = URL + OPERATIONS[operation]
    response = requests.get(url, params=query, headers=headers)
    assert response.status_code == 200, response.text
    page = json.loads(response.text, parse_float=str)
    assert page["@nextLink"] is None and page["TotalCount"] == len(page["Value"])
    return page["Value"]


def check_filter(line, exported, token):
    operation = line["operation"]
    selected = duckdb.execute(
        f"SELECT position FROM {operation} WHERE {line['sql']} ORDER BY position"
    ).fetchall()
    positions = [position for (position,) in selected]
    expected = [json.loads(exported[operation][position], parse_float=str) for position in positions]
    received = rows(operation, token, filter=line["filter"])
    assert received == expected, f"{len(received)} rows, DuckDB selects {len(expected)}"
    stated = (int(line["rows"]), int(line["positions"]))
    assert stated == (len(positions), sum(positions)), f"filters.csv states {stated}"


def check_group(operation, fields, level, measures, token):
    def expression(field):
        if level and sql_type(field) == "TIMESTAMP":
            return f"date_trunc('{level}', {field})"
        return field

    keys = ", ".join(f"{expression(field)} AS key{index}" for index, field in enumerate(fields))
    sums = "".join(f", sum({measure})" for measure in measures)
    groups = ", ".join(f"key{index}" for index in range(len(fields)))
    query = f"SELECT {keys}{sums} FROM {operation} GROUP BY {groups}"
    expected = {tuple(map(text, group)) for group in duckdb.execute(query).fetchall()}
    parameters = {"groupby": ",".join(fields), **({"aggregationLevel": level} if level else {})}
    received = rows(operation, token, **parameters)
    names = fields + measures
    values = {tuple(text(parsed(name, row[name])) for name in names) for row in received}
    assert len(values) == len(received), "groups are repeated"
    assert values == expected, f"{sorted(values ^ expected)[:4]}"


def parsed(name, value):
    """Returns a value of the emulator as DuckDB has it."""
    if value is not None and sql_type(name) == "TIMESTAMP":
        return duckdb.execute("SELECT ?::TIMESTAMP", [value]).fetchone()[0]
    return value


def text(value):
    """Returns a text that is the same for numbers, and texts of numbers, of equal value."""
    if value is None or isinstance(value, bool):
        return str(value)
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def check_order(operation, order, exported, token):
    clauses = [clause.split() for clause in order.split(",")]
    sql = ", ".join(f"{name} {(direction or ['asc'])[0]} NULLS FIRST" for name, *direction in clauses)
    query = f"SELECT position FROM {operation} ORDER BY {sql}, position"
    positions = [position for (position,) in duckdb.execute(query).fetchall()]
    expected = [json.loads(exported[operation][position], parse_float=str) for position in positions]
    assert rows(operation, token, orderby=order) == expected


def main():
    token = delegated_token()
    exported = {operation: export(operation) for operation in OPERATIONS}
    with CORPUS.open(encoding="utf-8", newline="") as file:
        for number, line in enumerate(csv.DictReader(file), 2):
            name = f"filter of line {number}: {line['operation']} {line['filter']}"
            check(name, check_filter, line, exported, token)
    for operation, fields, level, measures in GROUPS:
        name = f"groups of {operation} by {','.join(fields)} {level or ''}"
        check(name, check_group, operation, fields, level, measures, token)
    for operation, order in ORDERS:
        check(f"order of {operation} by {order}", check_order, operation, order, exported, token)


if __name__ == "__main__":
    main()
