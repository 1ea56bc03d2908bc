"""What is measured: one function a block, each of which can run alone. A block gives races and notes as plain data."""
import collections
import datetime
import json
import pathlib
import shutil
import subprocess

import peers
import turns

HERE = pathlib.Path(__file__).resolve().parent
LENS = HERE.parent / "docs/guide/lenses/bpic2013.toml"
LOGS = {"65 k": "bpic2013", "1 M": "x1m", "10 M": "x10m"}
# Numbers of every part of a decision, so that nothing of its path can be left out.
WHOLE = ("select count(*) decisions, sum(n_handovers) handovers, sum(n_crossings) crossings, sum(n_site_unknown) site_unknown, "
         "sum(n_returns) returns, sum(n_people) people, sum(n_approvals) approvals, count(decided_at) decided, "
         "count(executed_at) executed, count(reversed_at) reversed, count(first_response_at) responded, "
         "sum(extract(epoch from first_response_at) - extract(epoch from raised_at)) / 3600 responded_h, "
         "sum(latency_calendar_h) waited_h from decisions")
PATHS = "select count(*) decisions, sum(n_handovers) handovers, sum(latency_calendar_h) waited_h from decisions"


class Bench:
    """Where everything lies, and how often each program runs."""

    def __init__(self, home, sayso, bench, scripts, runs, seconds, small=False):
        self.home, self.sayso, self.bench, self.scripts = home, sayso, bench, scripts
        self.runs, self.seconds, self.small = runs, seconds, small
        self.python = peers.python(home)

    def office(self, events, runs=1):
        """A made-up office of so many events; made on first use."""
        folder = self.home / f"made-{events}-{runs}"
        if not folder.exists():
            print(f"    making {folder.name}", flush=True)
            draft = folder.with_suffix(".draft")
            shutil.rmtree(draft, ignore_errors=True)
            subprocess.run([str(self.bench), "record", str(draft), str(events), str(runs)], check=True, stdout=subprocess.DEVNULL)
            draft.rename(folder)
        return folder

    def log(self, size, ending):
        """One of the real or repeated logs; made on first use by the scripts of the peers. None where it cannot be."""
        path = self.home / f"data/{LOGS[size]}.{ending}"
        if not path.exists():
            if not (self.scripts / "make_data.py").exists():
                return None
            path.parent.mkdir(parents=True, exist_ok=True)
            what = {"65 k": "real", "1 M": "1m", "10 M": "10m"}[size]
            subprocess.run([str(self.python), str(self.scripts / "make_data.py"), what], check=True,
                           env={"PEERS_HOME": str(self.home), "PATH": "/usr/bin:/bin"})
        return path

    def race(self, title, programs, targets=(), runs=None, answers=None, note=None, seconds=None):
        """Programs that take turns. `answers` reads what each printed; what cannot be read is told as it is."""
        print(f"  {title}", flush=True)
        seen, said = turns.take(programs, runs or self.runs, seconds=seconds or self.seconds)
        told = {}
        for name, text in said.items():
            if any("failed" in one for one in seen[name]):
                continue
            try:
                told[name] = (answers or read_answer)(text)
            except (ValueError, KeyError, IndexError):
                told[name] = {"printed": text.strip()[-200:]}
        return {"title": title, "seen": seen, "answers": told, "targets": list(targets), "note": note}


def read_answer(text):
    """JSON, or a CSV of one row."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    # Some print how far they have come before they print what they found.
    if lines[-1].startswith("{"):
        text = lines[-1]
        lines = [text]
    if lines[0].startswith("{"):
        try:
            answer = json.loads(text)
        except json.JSONDecodeError:
            answer = json.loads(lines[-1])
        if "coverage" in answer:
            return {key: answer["coverage"][key] for key in ("events", "items", "decisions")}
        if "sources" in answer:
            ledger = answer["sources"][0]["ledger"]
            aside = sum(ledger.get("set_aside", {}).values())
            return {"events": ledger["events"], "seen": ledger["seen"], "kept": ledger["kept"], "set aside": aside}
        return answer
    cells = [float(cell) if cell else None for cell in lines[1].split(",")]
    return dict(zip(lines[0].split(","), [int(cell) if cell == int(cell) and abs(cell) < 2**53 else round(cell, 3) for cell in cells]))


def most(program, what, limit):
    """The target that a figure of a program stays at or below a limit."""
    return {"program": program, "what": what, "at most": limit}


def times(program, against, what, **limit):
    """The target that a figure of one program over that of another stays at or below `most`, or reaches `least`."""
    key = "at most" if "most" in limit else "at least"
    return {"program": program, "against": against, "what": what, key: next(iter(limit.values()))}


def paths(b, events=50_000_000):
    """From a stored record to its decisions."""
    office, pieces = b.office(events), b.office(events, 4)
    record = office / ".sayso/record"
    run = b.python
    ours, engine, several = "sayso query", "the engine alone", "the engine alone, several files a bucket"
    few = {
        ours: lambda: [b.sayso, "query", PATHS, "--office", office, "--format", "csv"],
        engine: lambda: [b.bench, "sql", office, PATHS],
        several: lambda: [b.bench, "sql", pieces, PATHS],
        "loop by hand, Sayso's rules": lambda: [b.bench, "loop", office, "rules"],
        "loop by hand, these three numbers only": lambda: [b.bench, "loop", office, "plain"],
        "DuckDB, these three numbers only": lambda: [run, "-c", peers.PATHS_DUCKDB, record],
        "Polars, these three numbers only": lambda: [run, "-c", peers.PATHS_POLARS, record],
    }
    whole = {
        ours: lambda: [b.sayso, "query", WHOLE, "--office", office, "--format", "csv"],
        engine: lambda: [b.bench, "sql", office, WHOLE],
        "loop by hand, Sayso's rules": lambda: [b.bench, "loop", office, "rules"],
        "DuckDB, SQL by hand": lambda: [run, "-c", peers.WHOLE_DUCKDB, record],
        "Polars by hand": lambda: [run, "-c", peers.WHOLE_POLARS, record],
    }
    of_few = [
        times(ours, "loop by hand, Sayso's rules", "cpu", most=1.3),
        times(engine, "loop by hand, Sayso's rules", "cpu", most=1.3),
        most(ours, "mb", 600),
        times(several, engine, "cpu", most=4),
    ]
    of_whole = [
        times(ours, "loop by hand, Sayso's rules", "cpu", most=1.3),
        times("DuckDB, SQL by hand", ours, "cpu", least=20),
        times("Polars by hand", ours, "cpu", least=8),
        most(ours, "mb", 600),
    ]
    return {"races": [
        b.race(f"{events:,} events to decisions, whole", whole, of_whole),
        b.race(f"{events:,} events to decisions, of which three numbers are asked", few, of_few, note=
               "Who writes a loop or a statement for three numbers leaves out all other rules; Sayso and the loop with its rules apply them."),
    ]}


def growth(b, sizes=(1_000_000, 10_000_000, 50_000_000)):
    """The same question of larger and larger records, and the whole diagnosis of the thirteen months that an office answers for."""

    def read(text):
        answer = read_answer(text)
        return {"decisions of 13 months" if key == "decisions" and "items" in answer else key: value for key, value in answer.items()}

    races, sizes = [], sizes[:-1] if b.small else sizes
    for events in sizes:
        office = b.office(events)
        races.append(b.race(f"{events:,} events", {
            "sayso query": lambda: [b.sayso, "query", PATHS, "--office", office, "--format", "csv"],
            "the engine alone": lambda: [b.bench, "sql", office, PATHS],
            "sayso diagnose": lambda: [b.sayso, "diagnose", "--office", office, "--format", "json"],
        }, answers=read))
    return {"races": races, "drawn": [{"events": events, "race": at} for at, events in enumerate(sizes)]}


def stored(b, size):
    """The record of one of the logs; read on first use."""
    record = b.home / f"record-{LOGS[size]}"
    log = b.log(size, "xes")
    if log is not None and not (record / "manifest.json").exists():
        print(f"    reading {log.name}", flush=True)
        subprocess.run([str(b.sayso), "read", str(log), "--lens", str(LENS), "--record", str(record), "--format", "json"],
                       check=True, stdout=subprocess.DEVNULL)
    return record, log


def warm(path):
    """Reads a file to nowhere: whether it has changed is seen by its content, and the first program of a race must not pay for
    the disk what the next ones find in memory."""
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 22):
            pass


def diagnose(b, sizes=("65 k", "1 M")):
    """Everything that Sayso measures, with intervals, from a stored record."""
    races = []
    for size in sizes:
        record, log = stored(b, size)
        if log is None:
            return {"skipped": "the logs of the peers are not there"}
        table = b.log(size, "parquet")
        limits = {"65 k": (0.3, 80)}.get(size)
        races.append(b.race(f"{size} events: all measures with intervals, beside a few of the questions", {
            "sayso diagnose": lambda: [b.sayso, "diagnose", log, "--lens", LENS, "--record", record, "--format", "json"],
            "DuckDB by hand (durations, team hand-overs, ping-pong, crossings)": lambda: [b.python, "-c", peers.SOME_DUCKDB, table],
            "pm4py (durations, team hand-overs)": lambda: [b.python, "-c", peers.SOME_PM4PY, table, "answer"],
        }, [most("sayso diagnose", "cpu", limits[0]), most("sayso diagnose", "mb", limits[1])] if limits else ()))
    return {"races": races}


# Each question by itself, and then all of them of one walk over the record: one row a kind of question.
ARCS = {
    "directly-follows and waiting": "select activity, next_activity, count(*) n, avg(waited_calendar_h) mean, min(waited_calendar_h) low, "
                                    "max(waited_calendar_h) high, sum(waited_calendar_h) total from arcs group by 1, 2",
    "hand-overs of people": "select actor, next_actor, count(*) n from arcs where actor <> next_actor group by 1, 2",
    "crossings": "select site, next_site, count(*) n from arcs where site <> next_site group by 1, 2",
    "business-hours waiting": "select activity, next_activity, count(*) n, avg(waited_working_h) mean from arcs group by 1, 2",
}
ALL_ARCS = ("select activity, next_activity, actor, next_actor, count(*) n, sum(waited_calendar_h) waited, "
            "count(*) filter (where team_returns) ping_pong, count(*) filter (where crosses) crossings "
            "from arcs group by grouping sets ((activity, next_activity), (actor, next_actor), (team, next_team), (site, next_site))")


def counted(text):
    """Rows, and the sum of the column `n`, of a CSV."""
    import csv
    import io
    rows = list(csv.DictReader(io.StringIO(text)))
    return {"rows": len(rows), "steps": sum(int(row["n"]) for row in rows if row.get("n"))}


def counted_all(text):
    """What the statement of all questions says of each of them, as DuckDB's five say it."""
    import csv
    import io
    rows = list(csv.DictReader(io.StringIO(text)))
    arcs = [row for row in rows if row["activity"]]
    total = lambda rows, column: sum(int(row[column]) for row in rows)
    people = [row for row in rows if row["actor"] and row["next_actor"] and row["actor"] != row["next_actor"]]
    return {"arcs": len(arcs), "steps": total(arcs, "n"), "handovers of people": total(people, "n"),
            "crossings": total(arcs, "crossings"), "ping-pong": total(arcs, "ping_pong")}


def answers(b, sizes=("65 k", "1 M", "10 M")):
    """The questions of the peers' own tables, and one of Sayso's."""
    races = []
    for size in sizes[:-1] if b.small else sizes:
        record, log = stored(b, size)
        if log is None:
            return {"skipped": "the logs of the peers are not there"}
        table = b.log(size, "parquet")
        warm(log)

        def ask(sql):
            return lambda: [b.sayso, "query", sql, "--record", record, "--lens", LENS, "--office", log, "--format", "csv"]

        cpu, mb = {"65 k": (0.3, 80), "1 M": (2.5, 250), "10 M": (8, 1000)}[size]
        limits = lambda name: [most(name, "cpu", cpu), most(name, "mb", mb)]
        races.append(b.race(f"{size} events: decisions, counted", {"sayso query": ask(PATHS)}, limits("sayso query")))
        for name, sql in ARCS.items():
            races.append(b.race(f"{size} events: {name}", {"sayso query": ask(sql)}, limits("sayso query") if size != "10 M" else (), answers=counted))
        races.append(b.race(f"{size} events: all of these in one statement", {
            "sayso query": ask(ALL_ARCS), "DuckDB by hand": lambda: [b.python, "-c", peers.ARCS_DUCKDB, table],
        }, limits("sayso query") if size == "1 M" else (), answers=lambda text: read_answer(text) if "{" in text else counted_all(text)))
        people = {"DuckDB by hand": lambda: [b.python, "-c", peers.PEOPLE_DUCKDB, table],
                  "pl4pm": lambda: [b.python, "-c", peers.PEOPLE_PL4PM, table]}
        if size != "10 M":
            people["pm4py"] = lambda: [b.python, "-c", peers.SOME_PM4PY, table, "people"]
        people = {"sayso query": ask("select actor, next_actor, count(*) n from arcs where actor <> '' and next_actor <> '' group by 1, 2"), **people}
        races.append(b.race(f"{size} events: hand-overs of people", people, limits("sayso query"), runs=1 if size == "10 M" else None,
                            answers=lambda text: read_answer(text) if "{" in text else {"pairs": counted(text)["rows"], "steps": counted(text)["steps"]},
                            note="pl4pm leaves out steps from somebody to themselves and divides by the largest count, so it has fewer pairs and no number of steps."))
    return {"races": races}


def hours(b):
    """Waiting inside working hours, each person's own calendar."""
    record, log = stored(b, "1 M")
    if log is None:
        return {"skipped": "the logs of the peers are not there"}
    table = b.log("1 M", "parquet")
    sql = ARCS["business-hours waiting"]
    return {"races": [b.race("1 M events: waiting in working hours", {
        "sayso query": lambda: [b.sayso, "query", sql, "--record", record, "--lens", LENS, "--office", log, "--format", "csv"],
        "pm4py, business hours, one zone": lambda: [b.python, "-c", peers.SOME_PM4PY, table, "hours"],
    }, [most("sayso query", "cpu", 2)], answers=lambda text: read_answer(text) if "{" in text else counted(text))]}


def xes(b, sizes=("65 k", "1 M", "10 M")):
    """Event logs to the record, every column kept and every element accounted for."""
    races = []
    for size in sizes[:-1] if b.small else sizes:
        log = b.log(size, "xes")
        if log is None:
            return {"skipped": "the logs of the peers are not there"}
        record = b.home / "record-read"

        def fresh():
            shutil.rmtree(record, ignore_errors=True)
            return [b.sayso, "read", log, "--lens", LENS, "--record", record, "--format", "json"]

        programs = {"sayso read": fresh}
        if size != "10 M":
            programs["pm4py read_xes, through r4pm"] = lambda: [b.python, "-c", peers.SOME_PM4PY, log, "read"]
        limits = {"1 M": (6, 300), "10 M": (60, 1000)}.get(size)
        targets = [most("sayso read", "cpu", limits[0]), most("sayso read", "mb", limits[1])] if limits else ()
        race = b.race(f"{size} events, {log.stat().st_size / 1e6:,.0f} MB", programs, targets, runs=1 if size == "10 M" else None)
        told = race["answers"].get("sayso read")
        if told:
            race["note"] = "Reconciled: seen = kept + set aside." if told["seen"] == told["kept"] + told["set aside"] else "NOT reconciled."
        races.append(race)
        shutil.rmtree(record, ignore_errors=True)
    return {"races": races}


def day(b, events=1_000_000):
    """One new day into a record of three years."""
    office = b.home / f"day-{events}"
    whole = office.with_suffix(".csv")
    if not whole.exists():
        subprocess.run([str(b.bench), "csv", str(whole), str(events)], check=True, stdout=subprocess.DEVNULL)
    # Line by line: what this process holds in memory would be counted as that of the programs it starts.
    with open(whole) as file:
        days = collections.Counter(line.split(",", 2)[1][:10] for line in file)
    last = max(day for day in days if day[:1].isdigit())
    shutil.rmtree(office, ignore_errors=True)
    office.mkdir()
    (office / "sayso.toml").write_text('[office]\nname = "day"\n\n[[source]]\nname = "work"\nkind = "events"\npath = "work.csv"\n')

    def rows(of_last, into):
        with open(whole) as file, open(office / "work.csv", into) as out:
            out.writelines(line for line in file if (line.split(",", 2)[1][:10] == last) == of_last)

    rows(False, "w")
    read = lambda: [b.sayso, "read", "--office", office, "--format", "json"]
    diagnose = lambda: [b.sayso, "diagnose", "--office", office, "--format", "json"]
    steps = {}
    for name, command in {"the first reading": read, "the first diagnosis": diagnose, "reading it again, unchanged": read}.items():
        steps[name], text = turns.once(command(), seconds=b.seconds)
        print(f"    {name}: {steps[name]}", flush=True)
    rows(True, "a")
    for name, command in {"reading one new day": read, "the diagnosis after it": diagnose}.items():
        steps[name], text = turns.once(command(), seconds=b.seconds)
        print(f"    {name}: {steps[name]}", flush=True)
    race = {"title": f"{events - days[last]:,} events of three years, then a day of {days[last]:,}",
            "seen": {name: [one] for name, one in steps.items()}, "answers": {}, "note": None,
            "targets": [times("reading one new day", "the first reading", "cpu", most=0.05),
                        times("the diagnosis after it", "the first diagnosis", "cpu", most=0.2)]}
    return {"races": [race], "note": "The limits are ours: the day is a thousandth of the record, and a start of the process is in every row."}


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
FEW = 300


def git(b, names=("peps", "dpdk", "spdk")):
    """Histories with changed paths, beside `git log` and PyDriller."""
    races = []
    for name in names:
        bundle = b.scripts.parent / f"data/{name}.bundle"
        if not bundle.exists():
            return {"skipped": "the bundles are not there"}
        repository = b.home / f"repositories/{name}.git"
        if not repository.exists():
            subprocess.run(["git", "clone", "-q", "--mirror", str(bundle), str(repository)], check=True, stderr=subprocess.DEVNULL)
        count = int(subprocess.run(["git", "-C", str(repository), "rev-list", "--all", "--count"],
                                   check=True, capture_output=True, text=True).stdout)
        record = b.home / "record-git"

        def fresh():
            shutil.rmtree(record, ignore_errors=True)
            return [b.sayso, "read", repository, "--record", record, "--format", "json"]

        race = b.race(f"{name}: {count:,} commits", {
            "sayso read": fresh,
            "git log -z --raw (to nowhere)": lambda: ["sh", "-c", 'exec git -C "$0" "$@" > /dev/null', repository, *GIT_LOG],
            "PyDriller, no paths": lambda: [b.python, "-c", PYDRILLER, repository, "plain", 0],
        }, [{"program": "sayso read", "what": "per cpu", "of": count, "at least": 13_000}],
            answers=lambda text: read_answer(text) if text.strip().startswith("{") else {})
        few = b.race(name, {f"PyDriller, paths of the first {FEW}": lambda: [b.python, "-c", PYDRILLER, repository, "paths", FEW]}, runs=1)
        race["seen"].update(few["seen"])
        race["per cpu"] = {one: min(FEW, count) if "first" in one else count for one in race["seen"]}
        race["unit"] = "commits"
        races.append(race)
    return {"races": races}


def tracker(b, sizes=(1_000, 10_000, 100_000)):
    """Answers of a tracker, as they grow: search pages of Jira with changelogs and comments, of nobody."""
    import pages
    races = []
    for issues in sizes[:-1] if b.small else sizes:
        office = b.home / f"pages-{issues}"
        if not office.exists():
            pages.write(office / "pages", issues)
            (office / "sayso.toml").write_text('[office]\nname = "pages"\n\n[[source]]\nname = "jira"\nkind = "jira"\npath = "pages"\n')
        size = sum(file.stat().st_size for file in (office / "pages").iterdir()) / 1e6

        def fresh():
            shutil.rmtree(office / ".sayso", ignore_errors=True)
            return [b.sayso, "read", "--office", office, "--format", "json"]

        race = b.race(f"{issues:,} issues, {size:.0f} MB of JSON", {"sayso read": fresh})
        race["per cpu"] = {"sayso read": race["answers"].get("sayso read", {}).get("events", 0)}
        race["unit"] = "events"
        races.append(race)
    return {"races": races}


# The toy cases as canonical events, and the questions in SQL. Who acts has it in hand, so a hand-over is an arc.
TOY = {
    "subcontracting": [["X", "Y", "X", "Z", "X"], ["X", "Z", "X"], ["X", "Z", "X"]],
    "working together": [["A", "B", "A"], ["A", "B", "B"]],
    "handover with a name missing": [["A", "B"], ["A", None]],
}
ASKED = {
    "subcontracting": "select a.holder || '-' || b.holder pair, count(distinct a.item) * 1.0 / (select count(distinct item) from hops) n from hops a "
                      "join hops b on a.decision = b.decision and b.seq = a.seq + 1 join hops c on a.decision = c.decision and c.seq = a.seq + 2 "
                      "where a.holder = c.holder and a.holder <> b.holder and a.holder = 'X' group by 1 order by 1",
    "working together": "select a.holder || '-' || b.holder pair, count(distinct a.item) * 1.0 / (select count(distinct item) from hops) n from hops a "
                        "join hops b on a.item = b.item where a.holder <> b.holder group by 1 order by 1",
    "handover with a name missing": "select a.holder || '-' || b.holder pair, count(*) * 1.0 n from hops a join hops b "
                                    "on a.decision = b.decision and b.seq = a.seq + 1 where a.holder <> b.holder group by 1 order by 1",
}


def proof(b):
    """Three cases of which anybody can see the answer, and what the peers' most used tool says."""
    import csv
    import io
    theirs = turns.once([b.python, "-c", peers.PROOF_PM4PY], seconds=b.seconds)[1]
    theirs = json.loads(theirs.strip().splitlines()[-1])
    ours = {}
    folder = b.home / "proof"
    for name, cases in TOY.items():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        rows = ["item,at,actor,activity,act,to"]
        for case, people in enumerate(cases):
            for step, person in enumerate(people):
                who = person or ""
                act = "raised" if step == 0 else "handed"
                to = f'"{who}"' if step else ""
                rows.append(f"{case},2026-01-{5 + case:02}T{9 + step:02}:00:00Z,{who},a{step},{act},{to.strip(chr(34))}")
        (folder / "toy.csv").write_text("\n".join(rows) + "\n")
        (folder / "sayso.toml").write_text('[office]\nname = "toy"\n\n[[source]]\nname = "toy"\nkind = "events"\npath = "toy.csv"\n\n'
                                           '[privacy]\nnames = true\nbecause = "they are letters"\n')
        seen, text = turns.once([b.sayso, "query", ASKED[name], "--office", folder, "--format", "csv"])
        ours[name] = seen["failed"] if "failed" in seen else {row["pair"]: round(float(row["n"]), 4) for row in csv.DictReader(io.StringIO(text))}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # Asked in London on Friday at half past four, answered in Warsaw on Monday at half past nine there.
    (folder / "toy.csv").write_text("item,at,actor,activity,act,to,site\n1,2026-01-09T16:30:00+00:00,Ann,asked,raised,,london\n"
                                    "1,2026-01-12T09:30:00+01:00,Bea,answered,decided,,warsaw\n"
                                    "2,2026-01-09T16:30:00+00:00,Ann,asked,raised,Bea,london\n2,2026-01-12T09:30:00+01:00,Bea,answered,decided,,warsaw\n"
                                    "3,2026-01-12T09:00:00+01:00,Bea,asked,raised,,warsaw\n3,2026-01-12T10:00:00+01:00,Bea,answered,decided,,warsaw\n")
    (folder / "people.csv").write_text("person,site\nAnn,london\nBea,warsaw\n")
    (folder / "sayso.toml").write_text('[office]\nname = "toy"\n\n[[source]]\nname = "toy"\nkind = "events"\npath = "toy.csv"\n\n'
                                       '[[site]]\nname = "london"\nzone = "Europe/London"\n\n[[site]]\nname = "warsaw"\nzone = "Europe/Warsaw"\n\n'
                                       '[privacy]\nnames = true\nbecause = "they are nobody"\n')
    seen, text = turns.once([b.sayso, "query", "select item, holder, held_working_h from hops order by item", "--office", folder, "--format", "csv"])
    rows = [] if "failed" in seen else list(csv.DictReader(io.StringIO(text)))
    for name, items in (("working hours over a weekend", "12"), ("working hours of a morning", "3")):
        held = {f"held by {row['holder']}": round(float(row["held_working_h"]), 4) for row in rows if row["item"] in items}
        ours[name] = held or seen.get("failed")
    truth = {"subcontracting": {"X-Y": 0.3333, "X-Z": 1.0}, "working together": {"A-B": 1.0, "B-A": 1.0},
             "handover with a name missing": {"A-B": 1.0}, "working hours over a weekend": 0.5, "working hours of a morning": 1.0}
    return {"proof": [{"question": name, "truth": truth[name], "sayso": ours[name], "pm4py": theirs[name]} for name in truth]}


BLOCKS = {"paths": paths, "growth": growth, "answers": answers, "diagnose": diagnose, "hours": hours, "xes": xes, "day": day,
          "git": git, "tracker": tracker, "proof": proof}


def today():
    """The date, for the page."""
    return datetime.date.today().isoformat()
