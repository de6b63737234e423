"""Measures the emulator beside nginx and DuckDB, for `cargo xtask throughput --emulator`.

All times of a row are of one run on one machine. The load goes to loopback and ends by itself.
"""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

import duckdb

from emulator_process import Emulator, row

AZURE = "/partner/v1/analytics/usage/azure"
DEPLOYMENT = "/v1/analytics/licenses/deployment"
FILTER = "meterCategory ne 'Storage' and usageDate ge cast('2026-09-15',Edm.DateTimeOffset)"
GROUPS = "meterCategory,resourceLocation"
CONNECTIONS = 2000


def milliseconds(function, turns):
    times = []
    for _ in range(turns):
        began = time.perf_counter()
        function()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def start():
    """Time from the start of the process to the response of the first call, sign-in included."""

    def run():
        with Emulator() as emulator:
            emulator.get(DEPLOYMENT, emulator.token())
            times.append((time.perf_counter() - began) * 1000)

    times = []
    for _ in range(21):
        began = time.perf_counter()
        run()
    row("start to first response, 50 customers", f"{statistics.median(times):.0f} ms")


def connections():
    with Emulator() as emulator:
        token = emulator.token()
        host, port = emulator.address.split(":")

        async def call(opened):
            reader, writer = await asyncio.open_connection(host, int(port))
            opened.append(writer)
            # All connections are open before the first request.
            while len(opened) < CONNECTIONS:
                await asyncio.sleep(0.01)
            request = (
                f"GET {DEPLOYMENT} HTTP/1.1\r\nHost: {emulator.address}\r\n"
                f"Authorization: Bearer {token}\r\nConnection: close\r\n\r\n"
            )
            writer.write(request.encode())
            response = await reader.read()
            writer.close()
            return response.startswith(b"HTTP/1.1 200")

        async def all_calls():
            opened = []
            return await asyncio.gather(*(call(opened) for _ in range(CONNECTIONS)))

        began = time.perf_counter()
        succeeded = sum(asyncio.run(all_calls()))
        seconds = time.perf_counter() - began
        row(f"{CONNECTIONS:,} connections at once", f"{CONNECTIONS - succeeded} errors, {seconds:.1f} s")


def download(url, token, count):
    command = ["curl", "-s", "--fail", "-H", f"Authorization: Bearer {token}"]
    command += ["-o", os.devnull] * count + [url] * count
    began = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - began


def page_beside_nginx(emulator, token, folder):
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if nginx is None:
        row("page beside nginx", "skipped: nginx is not installed (Debian: nginx-light)")
        return
    page = emulator.get(AZURE, token)
    (folder / "page.json").write_bytes(page)
    port = int(os.environ.get("NGINX_PORT", "18976"))
    (folder / "nginx.conf").write_text(
        f"worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 512; }}\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000;\n"
        f"  types {{ application/json json; }}\n"
        f"  server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
    )
    server = subprocess.Popen([nginx, "-c", f"{folder}/nginx.conf", "-p", f"{folder}", "-g", "daemon off;"])
    try:
        time.sleep(0.5)
        count, ours, theirs = 300, [], []
        for _ in range(7):
            theirs.append(download(f"http://127.0.0.1:{port}/page.json", token, count))
            ours.append(download(f"http://{emulator.address}{AZURE}", token, count))
        ours, theirs = statistics.median(ours), statistics.median(theirs)
        gigabytes = len(page) * count / 1e9
        row(
            f"page of 10,000 rows ({len(page) / 1e6:.1f} MB), throughput over that of nginx",
            f"{theirs / ours:.2f} ({gigabytes / ours:.2f} and {gigabytes / theirs:.2f} GB/s)",
        )
    finally:
        server.terminate()
        server.wait()


def query_beside_duckdb(emulator, token, folder):
    file = folder / "azure_usage.ndjson"
    file.write_bytes(emulator.get("/_emulator/data/azure_usage"))
    with file.open(encoding="utf-8") as lines:
        names = json.loads(lines.readline())
    types = {"usageDate": "TIMESTAMP", "quantity": "DECIMAL(18, 6)"}
    columns = {name: types.get(name, "VARCHAR") for name in names}
    duckdb.execute(
        "CREATE TABLE usage AS SELECT * FROM "
        f"read_json('{file}', format = 'newline_delimited', columns = {columns})"
    )
    (count,) = duckdb.execute("SELECT count(*) FROM usage").fetchone()
    sql = (
        "SELECT meterCategory, resourceLocation, sum(quantity) FROM usage WHERE "
        "meterCategory IS DISTINCT FROM 'Storage' AND usageDate >= TIMESTAMP '2026-09-15' "
        "GROUP BY meterCategory, resourceLocation ORDER BY meterCategory, resourceLocation"
    )
    target = f"{AZURE}?" + urllib.parse.urlencode({"filter": FILTER, "groupby": GROUPS})
    expected = [(c, r, str(q)) for c, r, q in duckdb.execute(sql).fetchall()]
    received = json.loads(emulator.get(target, token), parse_float=str, parse_int=str)["Value"]
    same = [(row["meterCategory"], row["resourceLocation"]) for row in received]
    assert same == [(category, location) for category, location, _ in expected]
    sums = [abs(float(one["quantity"]) - float(other[2])) for one, other in zip(received, expected)]
    assert max(sums) < 1e-3, max(sums)
    ours = milliseconds(lambda: emulator.get(target, token), 21)
    theirs = milliseconds(lambda: duckdb.execute(sql).fetchall(), 21)
    row(
        f"filter and groups over {count:,} rows, time over that of DuckDB in memory",
        f"{ours / theirs:.2f} ({ours:.0f} and {theirs:.0f} ms)",
    )
    return count


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    print("| measurement | result |\n|---|---|")
    start()
    connections()
    with Emulator() as emulator:
        row("memory with 50 customers and 90 days", f"{emulator.memory():.0f} MiB")
    with Emulator("--customers=4700", "--days=90") as emulator:
        token = emulator.token()
        computed = emulator.memory()
        count = query_beside_duckdb(emulator, token, folder)
        row(
            f"memory of {count:,} computed rows of Azure usage, after the start and at most",
            f"{computed:.0f} and {emulator.memory('VmHWM'):.0f} MiB, with the export of all rows",
        )
        page_beside_nginx(emulator, token, folder)
    data = folder / "data"
    data.mkdir(exist_ok=True)
    (folder / "azure_usage.ndjson").rename(data / "azure_usage.ndjson")
    with Emulator("--customers=4700", "--days=90", f"--data={data}") as emulator:
        stored = emulator.memory()
        row(f"memory of {count:,} rows from a file, after the start", f"{stored:.0f} MiB")


main()
