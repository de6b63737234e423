"""Prints the errors of openapi-spec-validator as a JSON list.

Usage: validate_spec.py SPEC
"""

import json
import sys

from openapi_spec_validator import OpenAPIV30SpecValidator
from openapi_spec_validator.readers import read_from_filename


def main() -> None:
    document, base = read_from_filename(sys.argv[1])
    findings = [
        {
            "place": "/".join(["#", *map(str, error.absolute_path)]),
            # The message quotes the whole invalid element; its end states the reason.
            "message": error.message if len(error.message) < 300 else "... " + error.message[-200:],
        }
        for error in OpenAPIV30SpecValidator(document, base).iter_errors()
    ]
    json.dump(findings, sys.stdout)


if __name__ == "__main__":
    main()
