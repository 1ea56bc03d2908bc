"""Holds what a local server was asked and answered against the OpenAPI descriptions that the vendor publishes.

usage: contract.py github|jira|azure LOG DESCRIPTION...

Every request has to be for a known path, with known parameters of the right kind, and what it sends has to be as described.
Every answer may hold less than the description requires, and nothing of another type than it says.
"""

import json
import re
import sys
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft202012Validator

# Of each vendor: what its addresses begin with in the tests, what of that is no part of a described path, and how to write
# addresses that no description has.
VENDORS = {
    "github": (r"/api/v3/", "/api/v3", [
        # Addresses that name a repository by its number are links of the vendor's own, and in no description.
        (r"^/repositories/\d+", "/repos/o/r"),
        # A file's path has slashes of its own.
        (r"(/contents/).+", r"\1file"),
    ]),
    # Version 3 is that of the Cloud, which is described; version 2, of a Data Center, is not.
    "jira": (r"/rest/api/3/", "", []),
    "azure": (r"/org/([^/]+/)?_apis/", "", [
        # The description has the history of a work item within its project only; the vendor's own links leave that out.
        (r"^/org/_apis/wit/workItems/", "/org/p/_apis/wit/workItems/"),
        # It has queries of a team only; a team may be left out.
        (r"^/org/p/_apis/wit/wiql$", "/org/p/t/_apis/wit/wiql"),
    ]),
}


def main(vendor, log, *descriptions):
    begins, prefix, rewritten = VENDORS[vendor]
    published = [description(file) for file in descriptions]
    paths = [(shape_of(path), path, whole) for whole in published for path in whole["paths"]]
    seen, wrong = Counter(), Counter()
    with open(log, encoding="utf-8") as file:
        for line in map(json.loads, file):
            asked = urlsplit(line["asked"])
            if not re.match(begins, asked.path):
                continue
            path = asked.path.removeprefix(prefix)
            for pattern, by in rewritten:
                path = re.sub(pattern, by, path)
            method = line.get("method", "get" if line.get("body") is None else "post").lower()
            # Where two descriptions fit, the one with fewer placeholders is meant.
            fits = [(known.count("{"), known, whole) for shape, known, whole in paths if shape.match(path) and method in whole["paths"][known]]
            if not fits:
                wrong[f"{method} {path}: no such path"] += 1
                continue
            _, known, whole = min(fits, key=lambda one: one[:2])
            seen[f"{method} {known}"] += 1
            operation = whole["paths"][known][method]
            also = whole["paths"][known].get("parameters", [])
            for why in of_query(whole, operation, also, asked.query):
                wrong[f"{known}: {why}"] += 1
            if line.get("body") is not None:
                for why in of_body(whole, operation, line["body"]):
                    wrong[f"{known}: sent {why}"] += 1
            if line["status"] == 200:
                for why in of_answer(whole, operation, line["answer"]):
                    wrong[f"{known}: {why}"] += 1
    for known, n in sorted(seen.items()):
        print(f"{n:6} {known}")
    print(f"{sum(seen.values())} requests and answers, {sum(wrong.values())} of them not as described")
    for why, n in wrong.most_common(40):
        print(f"  {n} times {why}")
    return 1 if wrong or not seen else 0


def description(path):
    with open(path, encoding="utf-8-sig") as file:
        read = json.load(file)
    return loosened(renewed(read) if read.get("swagger") == "2.0" else read)


def renewed(old):
    """A description of version 2 in the form of version 3, as far as it is looked at here."""
    old = any_value(old)
    old = json.loads(json.dumps(old).replace("#/definitions/", "#/components/schemas/").replace("#/parameters/", "#/components/parameters/"))
    shared = old.get("parameters", {})
    new = {"paths": {}, "components": {"schemas": old.get("definitions", {}), "parameters": {}}}
    for name, parameter in shared.items():
        new["components"]["parameters"][name] = with_schema(parameter)
    for path, operations in {**old["paths"], **old.get("x-ms-paths", {})}.items():
        told = {}
        for method, operation in operations.items():
            if method == "parameters":
                told[method] = [with_schema(one) for one in operation]
                continue
            parameters = operation.get("parameters", [])
            body = [one["schema"] for one in parameters if one.get("in") == "body"]
            told[method] = {
                "parameters": [with_schema(one) for one in parameters if one.get("in") != "body"],
                "requestBody": {"content": {"application/json": {"schema": body[0]}}} if body else None,
                "responses": {code: {"content": {"application/json": {"schema": answer["schema"]}}} if "schema" in answer else answer
                              for code, answer in operation["responses"].items()},
            }
        # What stands behind a question mark tells two operations of one path apart.
        at = path.split("?")[0]
        new["paths"].setdefault(at, {}).update(told)
    return new


def any_value(told):
    """What is described as an object without saying of what: the value of a work item's field, which can be anything."""
    if isinstance(told, list):
        return [any_value(one) for one in told]
    if not isinstance(told, dict):
        return told
    if told.get("type") == "object" and not {"properties", "additionalProperties", "allOf"} & set(told):
        return {}
    return {key: any_value(value) for key, value in told.items()}


def with_schema(parameter):
    if "$ref" in parameter or "schema" in parameter:
        return parameter
    return {**parameter, "schema": {key: parameter[key] for key in ("type", "enum", "items") if key in parameter}}


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


def of_query(published, operation, also, query):
    parameters = [resolved(published, parameter) for parameter in [*also, *operation.get("parameters", [])]]
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


def of_body(published, operation, body):
    described = operation.get("requestBody")
    media = resolved(published, described).get("content", {}).get("application/json") if described else None
    if media is None:
        yield "something where nothing is described"
        return
    yield from unlike(published, media["schema"], body)


def of_answer(published, operation, answer):
    described = operation["responses"].get("200")
    media = resolved(published, described).get("content", {}).get("application/json") if described else None
    if media is None:
        yield "no answer of JSON is described"
        return
    # Azure DevOps describes lists by themselves and sends them as the `value` of an object with their `count`, as its own
    # examples do.
    if media["schema"].get("type") == "array" and isinstance(answer, dict) and set(answer) <= {"count", "value"}:
        answer = answer["value"]
    yield from unlike(published, media["schema"], answer)


def unlike(published, schema, value):
    schema = {"components": published["components"], "allOf": [schema]}
    for error in Draft202012Validator(schema).iter_errors(value):
        yield f"{error.json_path}: {deepest(error).message[:120]}"


def deepest(error):
    return deepest(min(error.context, key=lambda inner: len(inner.path))) if error.context else error


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1] not in VENDORS:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
