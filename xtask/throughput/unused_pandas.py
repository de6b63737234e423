"""Unused licences of all customers with requests and pandas, as partners write it themselves.

Arguments: the root URL of the API, an access token, the file for the CSV. Prints the sums of unused
licences and of the rows with a renewal.
"""

import sys
from urllib.parse import urljoin

import pandas as pd
import requests

TOP = 10_000


def rows(session, url):
    while url:
        response = session.get(url, timeout=60)
        response.raise_for_status()
        response.encoding = "utf-8-sig"
        page = response.json()
        yield from page.get("Value") or page.get("value")
        link = page.get("@nextLink") or page.get("nextLink")
        url = urljoin(url, link) if link else None


def frame(session, root, path):
    listing = rows(session, f"{root}/partner/v1/analytics/{path}?top={TOP}")
    table = pd.DataFrame.from_records(list(listing))
    table["customerTenantId"] = table["customerTenantId"].str.lower()
    return table


def normal(names):
    return names.str.lower().str.replace(r"[^0-9a-z]", "", regex=True)


def main():
    root, token, file = sys.argv[1:]
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        sold = frame(session, root, "commercial/deployment/license")
        usage = frame(session, root, "commercial/usage/license")
        subscriptions = frame(session, root, "subscriptions")
    keys = ["customerTenantId", "productId"]
    products = sold.groupby(keys, as_index=False).agg(
        customerName=("customerName", "last"),
        productName=("productName", "last"),
        licensesSold=("licensesSold", "sum"),
        licensesDeployed=("licensesDeployed", "sum"),
    )
    workloads = usage.groupby([*keys, "workloadCode"], as_index=False)["licensesActive"].sum()
    active = workloads.groupby(keys, as_index=False)["licensesActive"].max()
    table = products.merge(active, on=keys, how="left")
    unassigned = (table["licensesSold"] - table["licensesDeployed"]).clip(lower=0)
    inactive = (table["licensesDeployed"] - table["licensesActive"]).clip(lower=0).fillna(0)
    table["licensesUnused"] = (unassigned + inactive).astype("int64")

    current = subscriptions[subscriptions["status"] != "DEPROVISIONED"]
    current = current[current["licenseCount"].fillna(0) > 0]
    renewals = (
        pd.DataFrame(
            {
                "customerTenantId": current["customerTenantId"],
                "name": normal(current["productName"]),
                "renewalDate": current["commitmentEndDate"].str[:10],
                "autoRenewEnabled": current["autoRenewEnabled"],
                "churnRisk": current["churnRisk"],
            }
        )
        .sort_values("renewalDate")
        .drop_duplicates(["customerTenantId", "name"])
    )
    table["name"] = normal(table["productName"])
    table = table.merge(renewals, on=["customerTenantId", "name"], how="left").drop(columns="name")
    table = table[table["licensesUnused"] > 0].sort_values("licensesUnused", ascending=False)
    table.to_csv(file, index=False)
    print(len(sold), len(usage), len(subscriptions), table["licensesUnused"].sum(), len(table))


main()
