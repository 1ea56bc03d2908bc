#!/usr/bin/env python3
"""Sayso beside pm4py and DuckDB on the same logs, as ratios of one run.

    bench/run.py [--runs 5] [--sizes real,1m] [--home DIR] [--peer-scripts DIR] [--sayso PATH]

Every job of every program is a whole process. Programs take turns (A B C A B C ...), so that a machine that slows
down slows all of them, and the ratio of each turn is what is quoted: CPU seconds (user + system, children included)
and peak memory. What the programs answer is compared too; a fast wrong answer is worth nothing.

DIR (default ~/.cache/sayso-bench) gets a virtual environment with the peers and the logs; nothing is written into
the project but `bench/results.md`. The logs are made by `make_data.py` of the peer scripts from the BPI Challenge
2013 incidents log: as it is (65,533 events) and sixteen times over (1,048,528 events).
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
PEERS = ["pm4py==2.7.23.11", "polars==2.1.0", "pyarrow==26.0.1", "pandas==3.1.1", "duckdb==2.0.0"]
FILES = {"real": "bpic2013", "1m": "x1m"}
LENS = HERE.parent / "docs/guide/lenses/bpic2013.toml"

# The overlapping work: how long cases last, who hands over to whom (teams), and which cases go A-B-A by team.
PM4PY = """
import warnings, json, sys; warnings.filterwarnings("ignore")
import pm4py, pandas as pd
path, job = sys.argv[1:3]
log = pm4py.read_xes(path) if ".xes" in path else pm4py.format_dataframe(
    pd.read_parquet(path), case_id="case:concept:name", activity_key="concept:name", timestamp_key="time:timestamp")
out = {"events": len(log)}
if job != "read":
    out["cases"] = len(pm4py.get_all_case_durations(log))
    net = pm4py.discover_handover_of_work_network(log, resource_key="org:group")
    out["team_pairs"] = len(net.connections)
print(json.dumps(out))
"""
DUCKDB = """
import duckdb, json, sys
path, job = sys.argv[1:3]
src = f"read_csv('{path}')" if path.endswith(".csv") else f"'{path}'"
db = duckdb.connect()
if job == "read":
    db.execute(f"create table x as select * from {src}")
    print(json.dumps({"events": db.execute("select count(*) from x").fetchone()[0]})); sys.exit()
v = f'(select "case:concept:name" c, "org:group" g, "resource country" s, "time:timestamp" t, row_number() over () n from {src})'
events, cases = db.execute(f"select count(*), count(distinct c) from {v}").fetchone()
db.execute(f"select c, epoch(max(t)) - epoch(min(t)) from {v} group by c").fetchall()
pairs = db.execute(f"select g, h, count(*) from (select g, lead(g) over (partition by c order by t, n) h from {v}) "
                   "where h is not null and g <> h group by all").fetchall()
bounce = db.execute(f"with s as (select c, g, t, n, lag(g) over (partition by c order by t, n) p from {v}), "
                    "d as (select c, g, lead(g, 2) over (partition by c order by t, n) g2 from s where p is null or p <> g) "
                    "select count(distinct c) from d where g = g2").fetchone()[0]
db.execute(f"select count(*) from (select s, lead(s) over (partition by c order by t, n) r from {v}) where s <> r").fetchall()
print(json.dumps({"events": events, "cases": cases, "team_handovers": sum(p[2] for p in pairs), "ping_pong_cases": bounce}))
"""


def prepare(home, scripts):
    python = home / "venv/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
        subprocess.run([str(python), "-m", "pip", "-q", "install", *PEERS], check=True)
    (home / "data").mkdir(parents=True, exist_ok=True)
    wanted = [size for size, name in FILES.items() if not (home / f"data/{name}.parquet").exists()]
    if wanted:
        env = dict(os.environ, PEERS_HOME=str(home))
        subprocess.run([str(python), str(scripts / "make_data.py"), *wanted], check=True, env=env)
    return python


def jobs(sayso, python, home, size):
    base = home / "data" / FILES[size]
    record = home / f"record-{size}"

    def fresh():
        shutil.rmtree(record, ignore_errors=True)
        return [sayso, "read", f"{base}.xes", "--lens", LENS, "--record", record, "--format", "json"]

    stored = [sayso, "diagnose", f"{base}.xes", "--lens", LENS, "--record", record, "--format", "json"]
    pm4py, duckdb = [python, "-c", PM4PY], [python, "-c", DUCKDB]
    return [
        ("XES to a table of all columns", "read",
         {"sayso read": fresh, "pm4py read_xes": lambda: [*pm4py, f"{base}.xes", "read"]}),
        ("the questions, from what is stored", "answer",
         {"sayso diagnose (all measures, intervals)": lambda: stored,
          "DuckDB by hand (durations, team hand-overs, ping-pong, crossings)": lambda: [*duckdb, f"{base}.parquet", "answer"],
          "pm4py (durations, team hand-overs)": lambda: [*pm4py, f"{base}.parquet", "answer"]}),
        ("from XES to the answers", "whole",
         {"sayso diagnose": lambda: [sayso, "diagnose", f"{base}.xes", "--lens", LENS, "--format", "json"],
          "pm4py": lambda: [*pm4py, f"{base}.xes", "answer"]}),
    ]


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--runs", type=int, default=5)
    ask.add_argument("--sizes", default="real,1m")
    ask.add_argument("--home", type=pathlib.Path, default=pathlib.Path.home() / ".cache/sayso-bench")
    ask.add_argument("--peer-scripts", type=pathlib.Path, default=HERE.parent.parent / "shared/peers")
    ask.add_argument("--sayso", type=pathlib.Path, default=HERE.parent / "target/release/sayso")
    given = ask.parse_args()
    if not given.sayso.exists():
        subprocess.run(["cargo", "build", "--release"], check=True, cwd=HERE.parent)
    python = prepare(given.home, given.peer_scripts)
    lines = ["# Results", "",
             f"{given.runs} turns a job, programs taking turns; {os.cpu_count()} cores, {platform.machine()}. "
             "Median [lowest, highest]. CPU seconds are user + system of the whole process; the ratio is taken turn by "
             "turn against Sayso, so above 1 means that the other program needs more.", ""]
    for size in given.sizes.split(","):
        for title, _, programs in jobs(given.sayso, python, given.home, size):
            seen, answers = turns.take(programs, given.runs)
            lines += [f"## {size}: {title}", "", *turns.table(seen)]
            lines += ["", "Answers: " + "; ".join(f"{name}: {brief(text)}" for name, text in answers.items()), ""]
            print("\n".join(lines[-8 - len(programs):]), flush=True)
    (HERE / "results.md").write_text("\n".join(lines))


def brief(text):
    """The counts that can be compared between programs."""
    try:
        answer = json.loads(text.strip())
    except json.JSONDecodeError:
        answer = json.loads(text.strip().splitlines()[-1])
    coverage = answer.get("coverage")
    if coverage is None:
        if "sources" in answer:
            return f"events {sum(source['ledger']['events'] for source in answer['sources'])}"
        return ", ".join(f"{key} {value}" for key, value in answer.items())
    return f"events {coverage['events']}, items {coverage['items']}, decisions {coverage['decisions']}"


if __name__ == "__main__":
    main()
