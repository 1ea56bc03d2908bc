#!/usr/bin/env bash
# Holds what Sayso asks of GitHub, and what the local server of the tests answers, against what the vendor publishes of its
# interface: the OpenAPI description and the schema of GraphQL, both from npm. Usage: live/github.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @octokit/openapi@23 @octokit/graphql-schema@15 graphql@16
python3 -m venv venv
venv/bin/pip install --quiet jsonschema
(cd "$here/.." && SAYSO_DESK_LOG="$work/desk.jsonl" cargo test --workspace --features sayso/cluster --test it -- fetching::by_graphql \
  fetching::the_say_on_github fetching::the_doctor_says)
description=$(find node_modules/@octokit/openapi -name api.github.com.json | grep -v deref | head -n 1)
venv/bin/python "$here/contract.py" github desk.jsonl "$description"
cp "$here/graphql.mjs" .
node graphql.mjs desk.jsonl
