#!/usr/bin/env bash
# A real Redmine from Debian's packages, in which two people ask and approve; Sayso reads it, and what it read is checked.
# Changes the machine: installs packages and makes a database. Run it on one that is thrown away: live/redmine.sh SAYSO
set -euo pipefail
sayso=$(realpath "${1:?the command of Sayso: live/redmine.sh target/release/sayso}")
here=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "run it as root: it installs packages"; exit 2; }
port=3777
work=$(mktemp -d)
export DEBIAN_FRONTEND=noninteractive

installed() { dpkg-query -W -f '${Status}' redmine 2>/dev/null | grep -q 'install ok installed'; }
if ! installed; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends redmine redmine-sqlite ruby-webrick >"$work/apt.log" 2>&1 || true
  # Bundler takes a gem for missing where Debian left out its empty folder, and the package is not configured then.
  for specifications in /usr/share/rubygems-integration/*/specifications /usr/lib/*/rubygems-integration/*/specifications; do
    [ -d "$specifications" ] || continue
    for gem in "$specifications"/*.gemspec; do
      mkdir -p "$(dirname "$specifications")/gems/$(basename "$gem" .gemspec)"
    done
  done
  dpkg --configure -a >>"$work/apt.log" 2>&1
  installed || { tail -30 "$work/apt.log"; echo "Redmine could not be installed"; exit 1; }
fi
ln -sfn /var/cache/redmine/default/tmp /usr/share/redmine/tmp

as_redmine() {
  su www-data -s /bin/bash -c "cd /usr/share/redmine && RAILS_ENV=production REDMINE_INSTANCE=default $1"
}
chmod 755 "$work"
install -d -o www-data "$work/run"
install -m 644 "$here/redmine.rb" "$work/story.rb"
as_redmine "bundle exec rails runner $work/story.rb" >"$work/keys" 2>"$work/runner.log" ||
  { tail -20 "$work/runner.log"; exit 1; }
read -r key_owner key_engineer <"$work/keys"

webrick=$(ls -d /usr/share/rubygems-integration/all/gems/webrick-*/lib 2>/dev/null | head -n 1)
as_redmine "exec env RUBYLIB=$webrick bundle exec rails server -u webrick -e production -b 127.0.0.1 -p $port \
  -P $work/run/redmine.pid" >"$work/server.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; pkill -P "$server" 2>/dev/null; rm -rf "$work"' EXIT
site=http://127.0.0.1:$port
up() { curl -sf -o /dev/null "$site/issues.json" -H "X-Redmine-API-Key: $key_owner"; }
for _ in $(seq 120); do up && break || sleep 1; done
up || { tail -20 "$work/server.log"; echo "Redmine does not answer"; exit 1; }

# Two people, over the interface, as they would in a browser.
call() { # KEY METHOD PATH JSON
  curl -sf -X "$2" "$site$3" -H "X-Redmine-API-Key: $1" -H 'Content-Type: application/json' -d "$4"
}
status() { curl -sf "$site/issue_statuses.json" -H "X-Redmine-API-Key: $key_owner" |
  python3 -c 'import json,sys; print(next(s["id"] for s in json.load(sys.stdin)["issue_statuses"] if s["name"]==sys.argv[1]))' "$1"; }
feedback=$(status Feedback) closed=$(status Closed)
for n in 1 2 3; do
  issue=$(call "$key_engineer" POST /issues.json \
    "{\"issue\":{\"project_id\":\"quotes\",\"subject\":\"Quote $n\",\"description\":\"So that brokers see the price.\"}}" |
    python3 -c 'import json,sys; print(json.load(sys.stdin)["issue"]["id"])')
  # Redmine's clock counts seconds, and nobody answers within one.
  sleep 1.1
  call "$key_engineer" PUT "/issues/$issue.json" \
    "{\"issue\":{\"status_id\":$feedback,\"notes\":\"May I go ahead with the new rate?\"}}"
  sleep 1.1
  call "$key_owner" PUT "/issues/$issue.json" "{\"issue\":{\"status_id\":$closed,\"notes\":\"Approved, go ahead.\"}}"
done

mkdir "$work/office"
cat >"$work/office/sayso.toml" <<TOML
[[source]]
name = "tracker"
kind = "redmine"
url = "$site"
scope = ["quotes"]

[privacy]
names = true
because = "people of a test"
TOML
export SAYSO_TRACKER_TOKEN=$key_owner
"$sayso" read "$work/office" | tee "$work/once"
"$sayso" read "$work/office" | tee "$work/twice"
diff <(grep 'The record holds' "$work/once") <(grep 'The record holds' "$work/twice")
"$sayso" doctor --office "$work/office"

ask() { "$sayso" query "$1" --office "$work/office" --format csv | tail -n +2; }
expect() { # WHAT FOUND WANTED
  [ "$2" = "$3" ] || { echo "$1: found '$2' where '$3' is due"; exit 1; }
  echo "ok: $1: $2"
}
expect "issues" "$(ask "SELECT count(DISTINCT item) AS n FROM events")" 3
expect "people" "$(ask "SELECT count(DISTINCT actor) AS n FROM events WHERE actor IS NOT NULL")" 2
ask "SELECT actor, act, activity, count(*) AS n FROM events GROUP BY actor, act, activity ORDER BY 1, 2, 3"
expect "issues that the owner closed" \
  "$(ask "SELECT count(*) AS n FROM events WHERE array_to_string(attributes, ' ') LIKE '%to=Closed%'")" 3
expect "questions that the owner answered" \
  "$(ask "SELECT count(*) AS n FROM decisions WHERE decided_at IS NOT NULL AND decider <> asker")" 3
if grep -rqF "$key_owner" "$work/office"; then echo "the token lies in the office"; exit 1; fi
item=$(ask "SELECT min(item) AS item FROM events")
"$sayso" path "$item" --office "$work/office"
echo "Redmine $(dpkg-query -W -f '${Version}' redmine): read back as it happened"
