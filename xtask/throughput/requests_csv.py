"""Writes the rows of a listing to a CSV file, with requests and the csv module.

Arguments: the address of the first page, the file, the columns.
"""

import csv
import sys
from urllib.parse import urljoin

import requests


def rows(url):
    with requests.Session() as session:
        session.headers["Authorization"] = "Bearer a-token-for-tests"
        while url:
            response = session.get(url, timeout=60)
            response.raise_for_status()
            page = response.json()
            yield from page["Value"]
            link = page["@nextLink"]
            url = urljoin(url, link) if link else None


def main():
    url, file, *columns = sys.argv[1:]
    with open(file, "w", encoding="utf-8", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(columns)
        writer.writerows([row[name] for name in columns] for row in rows(url))


main()
