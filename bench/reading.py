#!/usr/bin/env python3
"""Reading beside others: git histories beside `git log` and PyDriller, and answers of a tracker as they grow.

    bench/reading.py [--runs 3] [--home DIR] [--sayso PATH] [--bundles FILE...] [--issues 1000,10000,100000]

Every job is a whole process; programs take turns, and ratios are taken turn by turn. PyDriller (from PyPI, into a virtual
environment under DIR, default ~/.cache/sayso-bench) reads the first 300 commits when it is asked for changed paths, since
it makes a difference of every file; its CPU seconds are then for those alone, and commits per CPU second are told beside
them. The tracker's answers are made here, of nobody: Jira search pages with embedded changelogs, some fourteen events an
issue. Writes `bench/reading.md`.
"""
import argparse
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys

import turns

HERE = pathlib.Path(__file__).resolve().parent
BUNDLES = [HERE.parent.parent / f"shared/data/{name}.bundle" for name in ("peps", "dpdk", "spdk")]
FEW = 300

PYDRILLER = """
import itertools, json, sys
from pydriller import Repository
path, paths, few = sys.argv[1], sys.argv[2] == "paths", int(sys.argv[3])
n = files = refused = 0
commits = Repository(path).traverse_commits()
for commit in itertools.islice(commits, few) if few else commits:
    n += 1
    (commit.author.email, commit.author_date, commit.committer_date, commit.msg)
    try:
        files += len(commit.modified_files) if paths else 0
    except Exception:
        refused += 1
print(json.dumps({"commits": n, "paths": files, "commits it failed on": refused}))
"""
# Everything that Sayso takes of a commit: both people, both times with offsets, the message, changed paths.
GIT_LOG = ["log", "--all", "-z", "--raw", "--no-renames", "--format=%H%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"]


def python_with_pydriller(home):
    python = home / "venv-git/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home / "venv-git")], check=True)
        subprocess.run([str(python), "-m", "pip", "-q", "install", "pydriller==2.12"], check=True)
    return python


def of_git(given, python):
    lines = ["## Git with changed paths", ""]
    for bundle in given.bundles:
        repository = given.home / f"repositories/{bundle.stem}.git"
        if not repository.exists():
            subprocess.run(["git", "clone", "-q", "--mirror", str(bundle), str(repository)], check=True)
        count = int(subprocess.run(["git", "-C", str(repository), "rev-list", "--all", "--count"],
                                   check=True, capture_output=True, text=True).stdout)
        record = given.home / "record-git"

        def fresh():
            shutil.rmtree(record, ignore_errors=True)
            return [given.sayso, "read", repository, "--record", record, "--format", "json"]

        whole = {"sayso read": fresh, "git log -z --raw (to nowhere)": lambda: ["git", "-C", repository, *GIT_LOG],
                 "PyDriller, no paths": lambda: [python, "-c", PYDRILLER, repository, "plain", 0]}
        few = {f"PyDriller, paths of the first {FEW}": lambda: [python, "-c", PYDRILLER, repository, "paths", FEW]}
        seen, said = turns.take(whole, given.runs)
        seen_few, said_few = turns.take(few, 1)
        read = json.loads(said["sayso read"])["sources"][0]["ledger"]
        lines += [f"### {bundle.stem}: {count} commits", "", *turns.table(seen), ""]
        per = {name: [count / cpu for cpu, _ in runs] for name, runs in seen.items()}
        per |= {name: [min(FEW, count) / cpu for cpu, _ in runs] for name, runs in seen_few.items()}
        lines += ["| program | commits a CPU second |", "|---|---|"]
        lines += [f"| {name} | {turns.span(values, 0)} |" for name, values in per.items()]
        answers = "; ".join(f"{name}: {text.strip()}" for name, text in (said | said_few).items() if name.startswith("PyDriller"))
        lines += ["", f"Sayso keeps {read['events']} events of them. {answers}", ""]
        print("\n".join(lines[-16:]), flush=True)
    return lines


def pages(folder, issues, a_page=100):
    """Search pages of a Jira Data Center server with embedded changelogs; all people and texts are invented."""
    folder.mkdir(parents=True)
    people = [{"name": f"p{i}", "key": f"p{i}", "displayName": f"Person {i}", "active": True, "timeZone": zone}
              for i, zone in enumerate(["Europe/London", "Europe/Warsaw"] * 12)]
    states = [("1", "Open"), ("3", "In Progress"), ("10001", "Waiting for approval"), ("6", "Closed")]

    def at(minute):
        day, rest = divmod(minute, 480)
        return f"2025-{1 + day // 28 % 12:02}-{1 + day % 28:02}T{9 + rest // 60:02}:{rest % 60:02}:00.000+0000"

    for start in range(0, issues, a_page):
        page = []
        for i in range(start, min(start + a_page, issues)):
            who = [people[(i * 7 + k) % len(people)] for k in range(6)]
            minute = i * 13 % 120_000
            histories = []
            for k in range(6):
                old, new = states[k % 3], states[k % 3 + 1]
                items = [{"field": "status", "fieldtype": "jira", "from": old[0], "fromString": old[1], "to": new[0], "toString": new[1]}]
                if k % 2 == 0:
                    items.append({"field": "assignee", "fieldtype": "jira", "from": who[k]["name"], "fromString": who[k]["displayName"],
                                  "to": who[(k + 1) % 6]["name"], "toString": who[(k + 1) % 6]["displayName"]})
                histories.append({"id": str(i * 10 + k), "author": who[k], "created": at(minute + 90 * (k + 1)), "items": items})
            comments = [{"id": str(i * 10 + k), "author": who[k], "created": at(minute + 60 * k + 30), "updated": at(minute + 60 * k + 30),
                         "body": "Could you say whether this may go on? The customer waits for the second report."} for k in range(3)]
            page.append({"id": str(i), "key": f"ACME-{i}", "fields": {
                "summary": "A thing to do", "created": at(minute), "reporter": who[0], "creator": who[0], "assignee": who[1],
                "issuetype": {"name": "Story"}, "priority": {"name": "Major"}, "project": {"key": "ACME"},
                "status": {"id": "6", "name": "Closed", "statusCategory": {"key": "done"}}, "updated": at(minute + 700),
                "comment": {"comments": comments, "total": len(comments), "maxResults": len(comments), "startAt": 0}},
                "changelog": {"startAt": 0, "maxResults": 6, "total": 6, "histories": histories}})
        text = json.dumps({"startAt": start, "maxResults": a_page, "total": issues, "issues": page})
        (folder / f"{start:08}.json").write_text(text)


def of_tracker(given):
    lines = ["## Answers of a tracker, as they grow", "",
             "Jira search pages of a hundred issues with changelogs and comments, from files. Peak memory beside the size shows "
             "whether the whole is ever held at once.", "",
             "| issues | MB of JSON | events | CPU s | events a CPU second | peak MB |", "|---:|---:|---:|---|---|---|"]
    for issues in given.issues:
        office = given.home / f"pages-{issues}"
        if not office.exists():
            pages(office / "pages", issues)
            (office / "sayso.toml").write_text('[office]\nname = "pages"\n\n[[source]]\nname = "jira"\nkind = "jira"\npath = "pages"\n')
        size = sum(file.stat().st_size for file in (office / "pages").iterdir()) / 1e6

        def fresh():
            shutil.rmtree(office / ".sayso", ignore_errors=True)
            return [given.sayso, "read", "--office", office, "--format", "json"]

        seen, said = turns.take({"sayso read": fresh}, given.runs)
        events = json.loads(said["sayso read"])["sources"][0]["ledger"]["events"]
        runs = seen["sayso read"]
        lines.append(f"| {issues} | {size:.0f} | {events} | {turns.span([cpu for cpu, _ in runs], 2)} | "
                     f"{turns.span([events / cpu for cpu, _ in runs], 0)} | {turns.span([mb for _, mb in runs], 0)} |")
        print(lines[-1], flush=True)
    return [*lines, ""]


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--home", type=pathlib.Path, default=pathlib.Path.home() / ".cache/sayso-bench")
    ask.add_argument("--sayso", type=pathlib.Path, default=HERE.parent / "target/release/sayso")
    ask.add_argument("--bundles", type=pathlib.Path, nargs="*", default=[path for path in BUNDLES if path.exists()])
    ask.add_argument("--issues", type=lambda text: [int(n) for n in text.split(",")], default=[1_000, 10_000, 100_000])
    given = ask.parse_args()
    if not given.sayso.exists():
        subprocess.run(["cargo", "build", "--release"], check=True, cwd=HERE.parent)
    given.home.mkdir(parents=True, exist_ok=True)
    lines = ["# Reading", "",
             f"{given.runs} turns a job, programs taking turns; {os.cpu_count()} cores, {platform.machine()}. Median [lowest, "
             "highest]. CPU seconds are user + system of the whole process, children included.", ""]
    lines += of_git(given, python_with_pydriller(given.home)) if given.bundles else ["No bundle was given: git was not measured.", ""]
    lines += of_tracker(given)
    (HERE / "reading.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
