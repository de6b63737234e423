"""The running emulator, for the scripts of `cargo xtask interop`."""

import json
import os
import sys

import requests

from checks import check

READY = json.loads(os.environ["INTEROP_EMULATOR"])
URL = READY["url"]
AUTHORITY = READY["authority"]
TENANT = READY["tenantId"]
DOMAIN = READY["tenantDomain"]
CLIENT_ID = READY["clientId"]
SECRET = READY["clientSecret"]
REFRESH_TOKEN = READY["refreshToken"]

SERVICE = "https://api.partnercenter.microsoft.com"
SCOPE = f"{SERVICE}/user_impersonation"
APP_SCOPE = f"{SERVICE}/.default"

REPORTS = [
    "v1/analytics/licenses/deployment",
    "v1/customers",
    "partner/v1/analytics/subscriptions",
]


def call(path, token):
    """Calls the API. Returns the status and the document."""
    response = requests.get(URL + path, headers={"Authorization": f"Bearer {token}"})
    # Responses of /v1 begin with a byte-order mark, which `response.json()` rejects.
    return response.status_code, json.loads(response.content.decode("utf-8-sig"))


def read_reports(token):
    """Reads reports with the token of a user."""
    for path in REPORTS:
        status, document = call(path, token)
        rows = document.get("items", document.get("Value"))
        assert status == 200 and rows, f"{path}: {status} {document}"


def read_with_app_only(token):
    """An application alone may list customers and nothing else."""
    status, document = call("v1/customers", token)
    assert status == 200 and document["items"], f"{status} {document}"
    status, document = call(REPORTS[0], token)
    assert (status, document["code"]) == (403, 2032), f"{status} {document}"


def approve_device(user_code):
    """Enters the code on the page, as a user does."""
    form = {"user_code": user_code, "decision": "approve"}
    response = requests.post(AUTHORITY + "devicelogin", data=form)
    assert response.status_code == 200, response.text


def approve_device_by_control(user_code):
    """Approves the code at the control endpoint, as a test without a browser does."""
    response = requests.post(f"{URL}_emulator/device-codes/{user_code}/approve")
    assert response.ok, f"{response.status_code} {response.text}"


def use_scripted_browser():
    """Makes `webbrowser` open pages in the script, in the background: the caller answers the
    browser only after it was started."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "browser.py")
    os.environ["BROWSER"] = f"{sys.executable} {script} %s &"


def delegated_token():
    """Returns an access token of the seeded user."""
    form = {
        "grant_type": "refresh_token",
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "refresh_token": REFRESH_TOKEN,
        "scope": SCOPE,
    }
    response = requests.post(f"{AUTHORITY}{TENANT}/oauth2/v2.0/token", data=form)
    return response.json()["access_token"]
