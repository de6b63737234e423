"""Measures `pcenter report unused` beside curl and pandas, for `cargo xtask throughput --report`.

All times are of one run on one machine, against one emulator process on loopback.
"""

import csv
import datetime
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from emulator_process import Emulator, PCENTER, row

CUSTOMERS = 100_000
TURNS = 3
TOP = 10_000
LISTINGS = ["commercial/deployment/license", "commercial/usage/license", "subscriptions"]
TODAY = "2026-11-25"
# Text in place of the day of a row.
DAY = b"DAY-OF-ROW"


def timed(command, **options):
    """Runs a command, and returns its time in seconds, its processor time and its peak in MiB."""
    began = time.perf_counter()
    process = subprocess.Popen(command, **options)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[:3]} exited with {process.returncode}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def medians(runs):
    return [statistics.median(values) for values in zip(*runs)]


def pages(emulator, token):
    """Returns the number of rows of each listing, and the URLs of its pages."""
    counts, urls = [], []
    for path in LISTINGS:
        target = f"/partner/v1/analytics/{path}"
        first = json.loads(emulator.get(f"{target}?top=1", token).removeprefix(b"\xef\xbb\xbf"))
        count = first["TotalCount"]
        counts.append(count)
        url = f"http://{emulator.address}{target}"
        urls += [f"{url}?top={TOP}&skip={skip}" for skip in range(0, count, TOP)]
    return counts, urls


def unused(file):
    with open(file, encoding="utf-8", newline="") as lines:
        figures = [int(line["licensesUnused"]) for line in csv.DictReader(lines)]
    return sum(figures), len(figures)


def compare(folder):
    with Emulator(f"--customers={CUSTOMERS}") as emulator:
        url = f"http://{emulator.address}"
        token = emulator.token()
        counts, urls = pages(emulator, token)
        config = folder / "curl.conf"
        lines = [f'header = "Authorization: Bearer {token}"\nsilent\nfail\n']
        lines += [f'url = "{one}"\noutput = "{os.devnull}"\n' for one in urls]
        config.write_text("".join(lines))
        ours, theirs = folder / "pcenter.csv", folder / "pandas.csv"
        report = [PCENTER, "report", "unused", "-o", "csv", "--include-free", f"--today={TODAY}"]
        report += [f"--emulator-url={url}/", f"--output-file={ours}"]
        pandas = [sys.executable, Path(__file__).with_name("unused_pandas.py"), url, token, theirs]
        runs = {"curl": [], "pcenter": [], "pandas": []}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        for _ in range(TURNS):
            runs["curl"].append(timed(["curl", "--config", config], **quiet))
            runs["pcenter"].append(timed(report, **quiet))
            runs["pandas"].append(timed(pandas, **quiet))
    assert unused(ours) == unused(theirs), (unused(ours), unused(theirs))
    total = sum(counts)
    row("rows", f"{total:,}: " + " + ".join(f"{count:,}" for count in counts))
    curl, pcenter, pandas = (medians(runs[name]) for name in ("curl", "pcenter", "pandas"))
    for name, (seconds, processor, peak) in runs_of(curl, pcenter, pandas):
        row(name, f"{seconds:.2f} s, {processor:.2f} s of processor time, peak {peak:.0f} MiB")
    row("report, time over that of curl", f"{pcenter[0] / curl[0]:.2f}")
    row("pandas, time over that of the report", f"{pandas[0] / pcenter[0]:.1f}")
    row("unused licences and rows, the same in both", "{:,}, {:,}".format(*unused(ours)))


def runs_of(curl, pcenter, pandas):
    return [
        ("curl, the same pages to /dev/null", curl),
        ("pcenter report unused", pcenter),
        ("the report with requests and pandas", pandas),
    ]


class Repeated(BaseHTTPRequestHandler):
    """Serves the rows of one emulator for many days, as if the listing had them all.

    Pages that repeat rows would end the listing.
    """

    protocol_version = "HTTP/1.1"
    bodies = {}
    copies = 1

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        token = {"token_type": "Bearer", "expires_in": 3600, "access_token": self.token}
        self.answer(json.dumps(token | {"refresh_token": "a-token-for-tests"}).encode())

    def do_GET(self):
        path, _, query = self.path.partition("?")
        copy = next((int(part[5:]) for part in query.split("&") if part.startswith("copy=")), 1)
        listing = path.removeprefix("/partner/v1/analytics/")
        body = self.bodies[listing]
        if copy < self.copies and listing != "subscriptions":
            link = json.dumps(f"{path}?copy={copy + 1}").encode()
            body = body.replace(b'"@nextLink":null', b'"@nextLink":' + link, 1)
        day = datetime.date.fromisoformat(TODAY) - datetime.timedelta(days=copy)
        body = body.replace(DAY, day.isoformat().encode())
        self.answer(body)

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def memory(folder):
    """Peak memory of the report over the same customers and products in ten times the rows."""
    with Emulator("--customers=1000") as emulator:
        Repeated.token = emulator.token()
        for path in LISTINGS:
            body = emulator.get(f"/partner/v1/analytics/{path}?top={TOP}", Repeated.token)
            body = body.removeprefix(b"\xef\xbb\xbf")
            page = json.loads(body)
            # Without a stated number, which would be that of one copy.
            listed = page.get("Value") or page.get("value")
            for one in listed:
                if "processedDateTime" in one:
                    one["processedDateTime"] = DAY.decode() + "T00:00:00"
            page = {"Value": listed, "@nextLink": None}
            Repeated.bodies[path] = json.dumps(page, separators=(",", ":")).encode()
        licences = [body for path, body in Repeated.bodies.items() if path != "subscriptions"]
        rows = sum(len(json.loads(body)["Value"]) for body in licences)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Repeated)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    peaks = []
    for copies in (10, 100):
        Repeated.copies = copies
        command = [PCENTER, "report", "unused", "-o", "csv", f"--emulator-url={url}"]
        # A null device that is also open for reading is refused as a closed stdout.
        with open(os.devnull, "wb") as null:
            run = timed(command, stdout=null, stderr=null)
        peaks.append(run[2])
        row(f"peak memory of the report, 1,000 customers, {rows * copies:,} rows", f"{run[2]:.0f} MiB")
    row("peak with ten times the rows over that with one", f"{peaks[1] / peaks[0]:.2f}")
    server.shutdown()


def start():
    times = [timed([PCENTER, "--version"], stdout=subprocess.DEVNULL)[0] * 1000 for _ in range(51)]
    row("pcenter --version", f"{statistics.median(times):.1f} ms")
    row("size of the release binary", f"{os.path.getsize(PCENTER) / 2**20:.1f} MiB")


def main():
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # Sign-ins of the user who runs this are not used.
    os.environ["PCENTER_CONFIG"] = str(Path(tempfile.mkdtemp()) / "config.toml")
    print("| measurement | result |\n|---|---|")
    start()
    compare(folder)
    memory(folder)


if __name__ == "__main__":
    main()
