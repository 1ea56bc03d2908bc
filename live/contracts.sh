#!/usr/bin/env bash
# Holds what Sayso asks of Jira Cloud and Azure DevOps, and what the servers of the tests answer, against what the vendors
# publish of their interfaces. Usage: live/contracts.sh [FOLDER]
# FOLDER holds the descriptions as `jira-openapi/*.json` and `azure-devops/specification/*/7.2/*.json`;
# `../shared/data/recorded` where none is given.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$(realpath -m "${1:-$here/../../shared/data/recorded}")
for wanted in jira-openapi azure-devops/specification; do
  [ -d "$folder/$wanted" ] || { echo "there is no $folder/$wanted: give the folder that holds it" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet jsonschema
(cd "$here/.." && SAYSO_DESK_LOG="$work/desk.jsonl" cargo test --package sayso-sources --test it -- fetch::)
failed=0
echo "== Jira Cloud"
"$work/venv/bin/python" "$here/contract.py" jira "$work/desk.jsonl" "$folder"/jira-openapi/*.json || failed=1
echo "== Azure DevOps"
"$work/venv/bin/python" "$here/contract.py" azure "$work/desk.jsonl" "$folder"/azure-devops/specification/*/7.2/*.json || failed=1
exit $failed
