#!/usr/bin/env python3
"""Checks job files by a JSON Schema, as an editor would.

    validate.py SCHEMA FILE...

A line a file: `valid FILE`, or `invalid FILE: ` and the first mistake.
"""
import json
import re
import sys

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    """YAML 1.2's core schema, which editors go by: `yes` is a text."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
]:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__.strip())
    with open(sys.argv[1]) as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for name in sys.argv[2:]:
        with open(name) as file:
            error = jsonschema.exceptions.best_match(validator.iter_errors(yaml.load(file, Loader)))
        print(f"valid {name}" if error is None else f"invalid {name}: {error.json_path}: {error.message}")


if __name__ == "__main__":
    main()
