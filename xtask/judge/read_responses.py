"""Parses every documented response with its generated model, and prints the failures as a JSON list.

Usage: read_responses.py MODELS RESPONSES

MODELS is the file that datamodel-codegen wrote, RESPONSES a JSON list of objects with `file`,
`model` (name of the class) and `body`.
"""

import importlib.util
import json
import sys

from pydantic import ValidationError


def main() -> None:
    specification = importlib.util.spec_from_file_location("models", sys.argv[1])
    models = importlib.util.module_from_spec(specification)
    sys.modules["models"] = models
    specification.loader.exec_module(models)
    with open(sys.argv[2], encoding="utf-8") as file:
        responses = json.load(file)
    findings = []
    for response in responses:
        model = getattr(models, response["model"])
        try:
            # Strict: by default pydantic accepts "63" as a number and 1 as a boolean.
            model.model_validate_json(json.dumps(response["body"]), strict=True)
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False):
                findings.append(
                    {
                        "place": f"{response['file']} {'/'.join(map(str, error['loc']))}",
                        "message": f"{error['msg']} ({type(error['input']).__name__} {error['input']!r:.60})",
                    }
                )
    json.dump(findings, sys.stdout)


if __name__ == "__main__":
    main()
