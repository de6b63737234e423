"""Storages of the history: a folder, Azurite as Azure Blob storage, and moto as S3.

A storage has the URL of a folder in it, and the variables with which `pcenter`, deltalake and Sail find
and open it.
"""

import base64
import contextlib
import email.utils
import hashlib
import hmac
import http.client
import os
import re
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

# Account and key of Azurite, which are the same in every installation.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

CONTAINER = "history"


@dataclass
class Storage:
    name: str
    url: str
    variables: dict = field(default_factory=dict)

    def table(self, operation):
        return f"{self.url}/{operation}"

    @property
    def is_local(self):
        return not self.variables


@contextlib.contextmanager
def local():
    yield Storage("folder", str(Path("history").absolute()))


@contextlib.contextmanager
def azurite():
    script = Path(os.environ["INTEROP_NODE"], "node_modules/azurite/dist/src/blob/main.js")
    # Without `--skipApiVersionCheck` it refuses clients that are newer than itself.
    options = ["--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"]
    with server(["node", script, *options], r"listens on http://127\.0\.0\.1:(\d+)") as port:
        endpoint = f"http://127.0.0.1:{port}/{ACCOUNT}"
        create_container(port)
        variables = {
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": KEY,
            "AZURE_STORAGE_ENDPOINT": endpoint,
            "AZURE_ALLOW_HTTP": "true",
        }
        url = f"abfss://{CONTAINER}@{ACCOUNT}.dfs.core.windows.net/partner"
        yield Storage("Azurite", url, variables)


@contextlib.contextmanager
def moto():
    command = [os.environ["INTEROP_ENGINES"], "-m", "moto.server", "--host", "127.0.0.1", "--port", "0"]
    with server(command, r"Running on http://127\.0\.0\.1:(\d+)") as port:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("PUT", f"/{CONTAINER}")
        assert connection.getresponse().status == 200
        variables = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "id-for-tests",
            "AWS_SECRET_ACCESS_KEY": "key-for-tests",
        }
        yield Storage("moto", f"s3://{CONTAINER}/partner", variables)


@contextlib.contextmanager
def server(command, pattern):
    """Runs a server, and returns the port of the line that it prints when it accepts requests."""
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, **output, env=os.environ | {"PYTHONUNBUFFERED": "1"}) as process:
        try:
            lines = []
            for line in process.stdout:
                lines.append(line)
                if found := re.search(pattern, line):
                    break
            else:
                raise RuntimeError(f"the server did not start: {' '.join(lines)[-500:]}")
            # A full pipe would stop the server.
            threading.Thread(target=process.stdout.read).start()
            yield int(found[1])
        finally:
            process.kill()


def create_container(port):
    """Creates the container, with a request that the key of the account signs."""
    headers = {"x-ms-date": email.utils.formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
    signed = "".join(f"{name}:{value}\n" for name, value in headers.items())
    resource = f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container"
    # Twelve standard headers are empty.
    text = "PUT" + "\n" * 12 + signed + resource
    digest = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256)
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest.digest()).decode()}"
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("PUT", f"/{ACCOUNT}/{CONTAINER}?restype=container", headers=headers)
    status = connection.getresponse().status
    assert status == 201, f"the container was not created: {status}"
