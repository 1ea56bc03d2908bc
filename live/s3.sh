#!/usr/bin/env bash
# A record in object storage: published to a local server that speaks S3 (moto, from PyPI), then read from there on one
# machine and on a cluster; every answer is the local one. The command has to be built with the feature `cluster`.
set -euo pipefail
sayso=$(realpath "${1:?the command of Sayso, built with --features cluster: live/s3.sh target/release/sayso}")
office=$(realpath "$(dirname "$0")/../offices/insurer")
work=$(mktemp -d)
venv=${MOTO_VENV:-$work/venv}
parts=()
trap 'kill "${parts[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

[ -x "$venv/bin/moto_server" ] || { python3 -m venv "$venv"; "$venv/bin/pip" -q install 'moto[server]==5.1.*'; }
"$venv/bin/moto_server" -H 127.0.0.1 -p 0 >"$work/moto.log" 2>&1 &
parts+=($!)
for _ in $(seq 100); do
  store=$(sed -n 's/.*Running on \(http:[^ ]*\).*/\1/p' "$work/moto.log" | head -1)
  [ -n "$store" ] && break
  sleep 0.2
done
[ -n "$store" ] || { cat "$work/moto.log"; echo "the store did not start"; exit 1; }
export AWS_ACCESS_KEY_ID=nobody AWS_SECRET_ACCESS_KEY=nothing AWS_REGION=us-east-1 AWS_ENDPOINT=$store AWS_ALLOW_HTTP=true
curl -fsS -X PUT "$store/firm" >/dev/null

cp -r "$office" "$work/office"
rm -rf "$work/office/.sayso"
export SAYSO_CLUSTER_TOKEN=a-token-of-this-job-alone
"$sayso" cluster scheduler --listen 127.0.0.1:0 >"$work/scheduler.log" &
parts+=($!)
until url=$(sed -n 's/.*listens on /http:\/\//p' "$work/scheduler.log" 2>/dev/null) && [ -n "$url" ]; do sleep 0.1; done
for _ in 1 2; do
  "$sayso" cluster executor --scheduler "$url" --threads 1 >"$work/executor.log" 2>&1 &
  parts+=($!)
done

at=s3://firm/records/insurer
cd "$work"
"$sayso" cluster publish $at --office office
"$sayso" cluster publish $at --office office | grep '^0 files sent'
ask() { "$sayso" "$@" --office office; }
queries=(
  "select matter, count(*) n, round(sum(latency_working_h), 6) h from decisions group by 1 order by 1"
  "select item, activity, actor from events order by at, item, activity, actor limit 30"
  "select role, arrived_by, count(*) from hops group by 1, 2 order by 1, 2"
)
same() { cmp "$1" "$2" && echo "same: $3"; }
for sql in "${queries[@]}"; do
  ask query "$sql" --format csv >local.csv
  ask query "$sql" --format csv --record $at >far.csv
  ask query "$sql" --format csv --record $at --cluster "$url" >cluster.csv
  same local.csv far.csv "from the store: $sql"
  same local.csv cluster.csv "from the store, on the cluster: $sql"
done
ask diagnose --format json >local.json
ask diagnose --format json --record $at >far.json
ask diagnose --format json --record $at --cluster "$url" >cluster.json
same local.json far.json "the diagnosis from the store"
same local.json cluster.json "the diagnosis from the store, on the cluster"
! ask query "select 1 from events" --record s3://firm/nothing 2>error.txt
grep 'has no `manifest.json`' error.txt
echo "all as it should be"
