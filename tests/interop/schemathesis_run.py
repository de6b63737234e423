"""Schemathesis generates requests from the spec and checks the responses.

`schemathesis_accepted.json` lists the findings that are accepted, each with its reason.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import emulator

SCRIPTS = Path(__file__).parent
SPEC = Path(os.environ["INTEROP_ROOT"], "openapi/partner-center.yaml")
REPORT, BASELINE = Path("report.json"), Path("baseline.json")

accepted = json.loads((SCRIPTS / "schemathesis_accepted.json").read_text())
entries = []
for number, finding in enumerate(accepted):
    assert finding.pop("reason"), finding
    dates = {"first_seen": "2026-01-01", "last_seen": "2026-01-01"}
    entries.append({"id": f"{number:06}", **finding, **dates})
BASELINE.write_text(
    json.dumps({"format_version": 1, "schemathesis_version": "4", "entries": entries})
)

run = subprocess.run(
    [
        Path(sys.executable).parent / "schemathesis",
        *["run", SPEC, "--url", emulator.URL, "--no-color", "--seed", "1"],
        *["--header", f"Authorization: Bearer {emulator.delegated_token()}"],
        *["--max-examples", "60", "--continue-on-failure", "--baseline", BASELINE],
        *["--report", "json", "--report-json-path", REPORT],
    ],
    env={
        **os.environ,
        "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
        "PYTHONPATH": str(SCRIPTS),
    },
    stdout=subprocess.PIPE,
    stderr=subprocess.STDOUT,
    text=True,
)
sys.stderr.write(run.stdout)
report = json.loads(REPORT.read_text())


def accepts(phases):
    assert sum(phase["accepted"] for phase in phases.values()) > 0, phases


def no_other_finding():
    assert run.returncode == 0 and report["complete"], json.dumps(report["failures"])


def no_accepted_finding_is_gone():
    known, listed = report["baseline"]["known"], len(accepted)
    assert known == listed, f"{known} of {listed} were found: remove the others from the list"


assert report["operations"]["tested"] == report["operations"]["total"], report["operations"]
for operation, phases in report["valid_rates"].items():
    emulator.check(f"accepts valid requests: {operation}", accepts, phases)
cases = report["test_cases"]["generated"]
emulator.check(f"no other finding than {len(accepted)} in {cases} requests", no_other_finding)
emulator.check("no accepted finding is gone", no_accepted_finding_is_gone)
