#!/usr/bin/env bash
# A real Review Board from PyPI, in which two people ask and approve; what it says of that is read by Sayso and checked.
# Sayso has no connector of its own for it: its answers go in as canonical events. Usage: live/reviewboard.sh SAYSO
set -euo pipefail
sayso=$(realpath "${1:?the command of Sayso: live/reviewboard.sh target/release/sayso}")
here=$(cd "$(dirname "$0")" && pwd)
port=8950
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

venv=${REVIEWBOARD_VENV:-$work/venv}
[ -x "$venv/bin/rb-site" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet ReviewBoard; }
"$venv/bin/rb-site" install --noinput --opt-out-support-data --db-type=sqlite3 --db-name="$work/site.db" \
  --domain-name=127.0.0.1 --site-root=/ --admin-user=admin --admin-password="$(python3 -c 'import secrets; print(secrets.token_hex(8))')" \
  --admin-email=admin@firm.example --cache-type=file --cache-info="$work/cache" "$work/site" >"$work/install.log" 2>&1 ||
  { tail -20 "$work/install.log"; exit 1; }
echo 'ALLOWED_HOSTS = ["127.0.0.1"]' >>"$work/site/conf/settings_local.py"
export SAYSO_LIVE_PASSWORD=made-up-4711
"$venv/bin/rb-site" manage "$work/site" shell -- -c '
import os
from django.contrib.auth.models import User
for login in ["owner", "engineer"]:
    User.objects.create_user(login, f"{login}@firm.example", os.environ["SAYSO_LIVE_PASSWORD"])
' >"$work/people.log" 2>&1 || { tail -20 "$work/people.log"; exit 1; }
"$venv/bin/rb-site" manage "$work/site" runserver -- --noreload 127.0.0.1:$port >"$work/server.log" 2>&1 &
server=$!
site=http://127.0.0.1:$port
for _ in $(seq 60); do curl -sf -o /dev/null "$site/api/info/" && break || sleep 1; done

python3 "$here/reviewboard.py" act "$site" || { tail -20 "$work/server.log"; exit 1; }
mkdir "$work/office"
python3 "$here/reviewboard.py" rows "$site" "$work/office/events.ndjson"
cat >"$work/office/sayso.toml" <<'TOML'
[[source]]
name = "board"
path = "events.ndjson"

[privacy]
names = true
because = "people of a test"
TOML
"$sayso" read "$work/office"
"$sayso" doctor --office "$work/office"

ask() { "$sayso" query "$1" --office "$work/office" --format csv | tail -n +2; }
expect() { # WHAT FOUND WANTED
  [ "$2" = "$3" ] || { echo "$1: found '$2' where '$3' is due"; cat "$work/office/events.ndjson"; exit 1; }
  echo "ok: $1: $2"
}
expect "questions" "$(ask "SELECT count(*) AS n FROM decisions")" 3
expect "approved by the owner, asked by the engineer" \
  "$(ask "SELECT count(*) AS n FROM decisions WHERE decider = 'owner' AND asker = 'engineer'")" 3
expect "looked at and not yet approved" "$(ask "SELECT count(*) AS n FROM events WHERE act = 'advised'")" 1
expect "carried out" "$(ask "SELECT count(*) AS n FROM decisions WHERE executed_at IS NOT NULL")" 3
"$sayso" path rb/3 --office "$work/office"
echo "Review Board $("$venv/bin/pip" show ReviewBoard 2>/dev/null | sed -n 's/^Version: //p'): read back as it happened"
