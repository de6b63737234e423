"""Browser of a user who signs in: presses the first button of each form until there is none."""

import sys
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


class Form(HTMLParser):
    """First form of a page, with its hidden fields and its first button."""

    def __init__(self, html):
        super().__init__()
        self.action = None
        self.fields = {}
        self.has_button = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = attributes.get("action", "")
        elif tag == "input" and attributes.get("type") == "hidden":
            self.fields[attributes["name"]] = attributes["value"]
        elif tag == "button" and not self.has_button:
            self.has_button = True
            if "name" in attributes:
                self.fields[attributes["name"]] = attributes["value"]


response = requests.get(sys.argv[1], timeout=30)
for _ in range(5):
    form = Form(response.text)
    if form.action is None:
        break
    response = requests.post(urljoin(response.url, form.action), data=form.fields, timeout=30)
