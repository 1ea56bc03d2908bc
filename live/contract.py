"""Holds what a local server was asked and answered against the OpenAPI description that the vendor publishes.

usage: contract.py DESCRIPTION LOG

Every request has to be for a known path, with known parameters of the right kind. Every answer may hold less than the
description requires, and nothing of another type than it says.
"""

import json
import re
import sys
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft202012Validator

PREFIX = "/api/v3"


def main(description, log):
    with open(description, encoding="utf-8") as file:
        published = loosened(json.load(file))
    paths = [(shape_of(path), path) for path in published["paths"]]
    seen, wrong = Counter(), Counter()
    with open(log, encoding="utf-8") as file:
        for line in map(json.loads, file):
            asked = urlsplit(line["asked"])
            if not asked.path.startswith(PREFIX):
                continue
            path = asked.path.removeprefix(PREFIX)
            # Addresses that name a repository by its number are links of the vendor's own, and in no description.
            path = re.sub(r"^/repositories/\d+", "/repos/o/r", path)
            # A file's path has slashes of its own.
            path = re.sub(r"(/contents/).+", r"\1file", path)
            # Where two descriptions fit, the one with fewer placeholders is meant.
            fits = sorted((known.count("{"), known) for shape, known in paths if shape.match(path))
            if not fits or "get" not in published["paths"][fits[0][1]]:
                wrong[f"{path}: no such path"] += 1
                continue
            known = fits[0][1]
            seen[known] += 1
            operation = published["paths"][known]["get"]
            for why in of_query(published, operation, asked.query):
                wrong[f"{known}: {why}"] += 1
            if line["status"] == 200:
                for why in of_answer(published, operation, line["answer"]):
                    wrong[f"{known}: {why}"] += 1
    for known, n in sorted(seen.items()):
        print(f"{n:6} {known}")
    print(f"{sum(seen.values())} requests and answers, {sum(wrong.values())} of them not as described")
    for why, n in wrong.most_common(40):
        print(f"  {n} times {why}")
    return 1 if wrong or not seen else 0


def shape_of(path):
    """A path with placeholders, as what a request for it looks like."""
    return re.compile("[^/]+".join(map(re.escape, re.split(r"\{[^}]+\}", path))) + "$")


def loosened(value):
    """The description as JSON Schema of 2020: null where it is allowed, and nothing required."""
    if isinstance(value, list):
        return [loosened(one) for one in value]
    if not isinstance(value, dict):
        return value
    loose = {key: loosened(one) for key, one in value.items() if not (key == "required" and isinstance(one, list))}
    if isinstance(loose.get("oneOf"), list):
        # Without what is required, an answer can be of several kinds.
        loose["anyOf"] = loose.pop("oneOf")
    if loose.pop("nullable", False):
        loose = {"anyOf": [loose, {"type": "null"}]}
    return loose


def resolved(published, value):
    while "$ref" in value:
        for key in value["$ref"].removeprefix("#/").split("/"):
            published_part = published if key == "components" else published_part
            value = published_part = published_part[key]
    return value


def of_query(published, operation, query):
    parameters = [resolved(published, parameter) for parameter in operation.get("parameters", [])]
    known = {parameter["name"]: parameter["schema"] for parameter in parameters if parameter["in"] == "query"}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            yield f"no parameter `{name}`"
            continue
        schema = resolved(published, known[name])
        if schema.get("type") == "integer" and not value.isdigit():
            yield f"`{name}={value}` is no whole number"
        if "enum" in schema and value not in schema["enum"]:
            yield f"`{name}={value}` is none of {schema['enum']}"


def of_answer(published, operation, answer):
    described = operation["responses"].get("200")
    media = resolved(published, described).get("content", {}).get("application/json") if described else None
    if media is None:
        yield "no answer of JSON is described"
        return
    schema = {"components": published["components"], "allOf": [media["schema"]]}
    for error in Draft202012Validator(schema).iter_errors(answer):
        yield f"{error.json_path}: {deepest(error).message[:120]}"


def deepest(error):
    return deepest(min(error.context, key=lambda inner: len(inner.path))) if error.context else error


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
