"""Writes the rows of a Parquet file as CSV, with the texts that the server sent, for the comparison.

Arguments: the Parquet file, the CSV file, the columns. Ids are in upper case and times in the spelling
of the service, because files differ in both.
"""

import sys

import duckdb


def main():
    parquet, file, *columns = sys.argv[1:]
    duckdb.execute("SET TimeZone = 'UTC'")
    texts = {
        "processedDateTime": "strftime(processedDateTime, '%Y-%m-%dT%H:%M:%S')",
        "customerTenantId": "upper(customerTenantId)",
        "productId": "upper(productId)",
    }
    selected = ", ".join(f"{texts.get(name, name)} AS {name}" for name in columns)
    duckdb.execute(f"COPY (SELECT {selected} FROM '{parquet}') TO '{file}' (FORMAT csv, HEADER)")


main()
