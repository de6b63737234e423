"""The emulator as a process, for the measurements of this folder."""

import http.client
import json
import os
import subprocess
import urllib.parse
from pathlib import Path

PCENTER = os.environ["PCENTER"]


class Emulator:
    """A process of `pcenter emulator start`."""

    def __init__(self, *options):
        command = [PCENTER, "emulator", "start", "--today=2026-11-25", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.ready = json.loads(self.process.stdout.readline())
        self.address = urllib.parse.urlsplit(self.ready["url"]).netloc

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def token(self):
        form = {
            "grant_type": "refresh_token",
            "client_id": self.ready["clientId"],
            "client_secret": self.ready["clientSecret"],
            "refresh_token": self.ready["refreshToken"],
            "scope": "https://api.partnercenter.microsoft.com/user_impersonation",
        }
        connection = http.client.HTTPConnection(self.address)
        path = f"/{self.ready['tenantId']}/oauth2/v2.0/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urllib.parse.urlencode(form), headers)
        return json.loads(connection.getresponse().read())["access_token"]

    def get(self, target, token=None):
        connection = http.client.HTTPConnection(self.address)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request("GET", target, headers=headers)
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200, f"{target}: {response.status} {body[:200]}"
        return body

    def memory(self, name="VmRSS"):
        """Returns the memory of the process in MiB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"no {name}")


def row(name, value):
    """Prints a row of the table."""
    print(f"| {name} | {value} |", flush=True)
