"""What stands beside Sayso: the virtual environment of the peers, and what an analyst would write by hand in them.

Versions are pinned, so that a page says what it compared with. Nothing of it enters the project's own build.
"""
import subprocess
import sys

VERSIONS = {"pm4py": "2.7.23.11", "polars": "2.1.0", "pyarrow": "26.0.1", "pandas": "3.1.1", "duckdb": "2.0.0",
            "pl4pm": "0.2.2", "r4pm": "0.6.2", "pydriller": "2.12"}


def python(home):
    """The Python that has them; made on first use."""
    found = home / "venv/bin/python"
    if not found.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
    have = subprocess.run([str(found), "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True, check=True).stdout
    wanted = [f"{name}=={version}" for name, version in VERSIONS.items()]
    missing = [one for one in wanted if one.lower() not in have.lower().split()]
    if missing:
        subprocess.run([str(found), "-m", "pip", "-q", "install", *missing], check=True)
    return found


# The three numbers of `sayso-bench loop DIR plain`, over the record's own Parquet: how many questions, how often they
# changed hands, how long they took. Acts are codes (1 raised, 2 asked, 3 handed, 5 advised, 8 decided, 10 reopened, 12
# withdrawn); advice gives a question back to whoever asked for it, who is the actor of the event before.
PATHS_DUCKDB = """
import duckdb, json, sys
db = duckdb.connect()
n, hops, waited = db.execute(f'''
with e as (select item_id i, "at" ts, seq, act, actor, "to" t, lag(actor) over w asked_by,
                  sum(case when act in (1, 10) then 1 else 0 end) over w q
           from '{sys.argv[1]}/events-*.parquet' window w as (partition by item_id order by "at", seq)),
     h as (select i, q, ts, seq, act,
                  case when act in (1, 10) then actor when act in (2, 3) then t when act = 5 then asked_by end holder
           from e where act in (1, 2, 3, 5, 8, 10, 12)),
     p as (select *, lag(holder) over (partition by i, q order by ts, seq) before from h),
     last as (select max("at") until from '{sys.argv[1]}/events-*.parquet')
select count(*), sum(n), sum(waited) / 3600e6 from (
    select count(*) filter (act in (2, 3, 5) and holder <> before) n,
           epoch_us(coalesce(min(ts) filter (act in (8, 12)), (select until from last))) - epoch_us(min(ts)) waited
    from p group by i, q)''').fetchone()
print(json.dumps({"decisions": n, "handovers": int(hops), "waited_h": round(waited, 3)}))
"""
PATHS_POLARS = """
import json, sys
import polars as pl
c = pl.col
e = pl.scan_parquet(sys.argv[1] + "/events-*.parquet").select("item_id", "at", "seq", "act", "actor", "to")
until = e.select(c("at").max()).collect()["at"][0]
s = e.sort("item_id", "at", "seq").with_columns(
    q=c("act").is_in([1, 10]).cast(pl.UInt32).cum_sum(), asked_by=c("actor").shift(1))
h = s.filter(c("act").is_in([1, 2, 3, 5, 8, 10, 12])).with_columns(
    holder=pl.when(c("act").is_in([1, 10])).then(c("actor")).when(c("act").is_in([2, 3])).then(c("to"))
             .when(c("act") == 5).then(c("asked_by")))
h = h.with_columns(moved=c("act").is_in([2, 3, 5]) & (c("holder") != c("holder").shift(1)))
d = h.group_by("q").agg(
    n=c("moved").sum(), since=c("at").min(), end=c("at").filter(c("act").is_in([8, 12])).min())
out = d.select(pl.len().alias("decisions"), c("n").sum().alias("handovers"),
               (c("end").fill_null(until) - c("since")).dt.total_microseconds().sum().alias("waited")).collect(engine="streaming")
row = out.row(0, named=True)
print(json.dumps({"decisions": row["decisions"], "handovers": row["handovers"], "waited_h": round(row["waited"] / 3600e6, 3)}))
"""

# The same, and all else that makes a decision's path in this record: each hold with its holder and, where it is known, the
# holder's site; crossings, returns to somebody who had it before, everybody who acted or held, consents, the first response
# of somebody else, execution, and whether it was opened again. It gives the very numbers that Sayso gives: whoever wants to
# check the rules of the one has the other. A hold's site is known when its holder acts while they have it.
WHOLE_DUCKDB = """
import duckdb, json, sys
db = duckdb.connect()
events = f"'{sys.argv[1]}/events-*.parquet'"
row = db.execute(f'''
with e as (select item_id i, "at" ts, seq, act, actor, "to" t, site, lag(actor) over w asked_by, lag(site) over w asked_at,
                  sum(case when act in (1, 10) then 1 else 0 end) over w q
           from {events} window w as (partition by item_id order by "at", seq)),
     h as (select *, case when act in (1, 10) then actor when act in (2, 3) then t when act = 5 then asked_by end gets from e where act <> 9),
     b as (select *, last_value(gets ignore nulls) over (partition by i, q order by ts, seq rows between unbounded preceding and 1 preceding) had
           from h),
     m as (select *, case when gets is not null and gets is distinct from had then 1 else 0 end moved from b),
     n as (select *, sum(moved) over (partition by i, q order by ts, seq rows unbounded preceding) hop from m),
     holds as (select i, q, hop, any_value(holder) holder, max(site) site from (
                   select i, q, hop, gets holder, case when actor = gets then site when act = 5 then asked_at end site from n where moved = 1
                   union all select i, q, hop - moved, had, site from n where actor = had)
               group by all),
     moves as (select i, q, hop, site, lag(site) over (partition by i, q order by hop) site_before,
                      row_number() over (partition by i, q, holder order by hop) time from holds),
     held as (select i, q, count(*) - 1 handovers, count(*) filter (site <> site_before) crossings,
                     count(*) filter (hop > 1 and (site is null or site_before is null)) site_unknown,
                     count(*) filter (time > 1) returns from moves group by i, q),
     people as (select i, q, count(*) people from (
                    select i, q, actor from n union select i, q, holder from holds semi join (select distinct actor from {events}) a on holder = a.actor)
                group by i, q),
     done as (select i, q, min(ts) executed from e where act = 9 group by i, q),
     last as (select max("at") until from {events}),
     d as (select i, q, min(ts) raised, first(actor order by ts, seq) asker, min(ts) filter (act in (8, 12)) ended,
                  count(*) filter (act = 8) decided, count(*) filter (act = 6) approvals, bool_or(act = 8) was_decided from n group by i, q),
     r as (select n.i, n.q, min(ts) responded from n join d using (i, q) where n.actor <> d.asker group by n.i, n.q),
     next as (select *, lead(raised) over (partition by i order by q) reopened from d)
select count(*) decisions, sum(handovers) handovers, sum(crossings) crossings, sum(site_unknown) site_unknown, sum(returns) returns,
       sum(people) people, sum(approvals) approvals, sum(decided) decided, count(executed) executed,
       count(*) filter (was_decided and reopened is not null) reversed, count(responded) responded,
       sum(epoch_us(responded) - epoch_us(raised)) / 3600e6 responded_h,
       sum(epoch_us(coalesce(ended, (select until from last))) - epoch_us(raised)) / 3600e6 waited_h
from next join held using (i, q) join people using (i, q) left join done using (i, q) left join r using (i, q)''').fetchone()
names = ["decisions", "handovers", "crossings", "site_unknown", "returns", "people", "approvals", "decided", "executed", "reversed", "responded", "responded_h", "waited_h"]
print(json.dumps({name: round(n, 3) if name.endswith("_h") else int(n) for name, n in zip(names, row)}))
"""
WHOLE_POLARS = """
import json, sys
import polars as pl
c = pl.col
e = pl.scan_parquet(sys.argv[1] + "/events-*.parquet").filter(c("act") != 14).select("item_id", "at", "seq", "act", "actor", "to", "site")
until = e.select(c("at").max()).collect()["at"][0]
s = e.sort("item_id", "at", "seq").with_columns(
    first=c("act").is_in([1, 10]), asked_by=c("actor").shift(1), asked_at=c("site").shift(1)).with_columns(
    q=c("first").cast(pl.UInt32).cum_sum()).select("item_id", "q", "at", "act", "actor", "to", "site", "first", "asked_by", "asked_at").collect()
done = s.lazy().filter(c("act") == 9).group_by("q").agg(executed=c("at").min())
n = (s.lazy().filter(c("act") != 9).with_columns(
        gets=pl.when(c("first")).then(c("actor")).when(c("act").is_in([2, 3])).then(c("to")).when(c("act") == 5).then(c("asked_by")))
      .with_columns(had=pl.when(~c("first")).then(c("gets").forward_fill().shift(1)))
      .with_columns(moved=c("gets").is_not_null() & c("gets").ne_missing(c("had")))
      .with_columns(hop=c("moved").cast(pl.UInt32).cum_sum()).collect().lazy())
starts = n.filter(c("moved")).select("hop", "q", holder="gets", site=pl.when(c("actor") == c("gets")).then(c("site")).when(c("act") == 5).then(c("asked_at")))
during = n.filter(c("actor") == c("had")).select(c("hop") - c("moved").cast(pl.UInt32), "q", holder="had", site="site")
holds = pl.concat([starts, during]).group_by("hop").agg(c("q").first(), c("holder").first(), c("site").max()).sort("hop").collect().lazy()
same = c("q") == c("q").shift(1)
moves = holds.with_columns(follows=same.fill_null(False), before=c("site").shift(1), again=pl.struct("q", "holder").is_first_distinct().not_())
held = moves.group_by("q").agg(
    handovers=c("follows").sum(), crossings=(c("follows") & (c("site") != c("before"))).sum(),
    site_unknown=(c("follows") & (c("site").is_null() | c("before").is_null())).sum(), returns=c("again").sum())
actors = s.lazy().select(holder=c("actor").unique())
people = pl.concat([n.select("q", who="actor"), holds.join(actors, on="holder", how="semi").select("q", who="holder")]).unique().group_by("q").agg(people=pl.len())
asker = c("actor").first()
d = n.group_by("q").agg(
    item=c("item_id").first(), raised=c("at").min(), ended=c("at").filter(c("act").is_in([8, 12])).min(), decided=(c("act") == 8).sum(),
    approvals=(c("act") == 6).sum(), responded=c("at").filter(c("actor") != asker).min()).sort("q").with_columns(
    reversed=(c("decided") > 0) & (c("item") == c("item").shift(-1)).fill_null(False))
us = lambda span: span.dt.total_microseconds().sum()
out = (d.join(held, on="q").join(people, on="q").join(done, on="q", how="left").select(
    pl.len().alias("decisions"), c("handovers").sum(), c("crossings").sum(), c("site_unknown").sum(), c("returns").sum(), c("people").sum(),
    c("approvals").sum(), c("decided").sum(), c("executed").count(), c("reversed").sum(), c("responded").count(),
    us(c("responded") - c("raised")).alias("responded_h"), us(c("ended").fill_null(until) - c("raised")).alias("waited_h")).collect())
print(json.dumps({name: round(n / 3600e6, 3) if name.endswith("_h") else n for name, n in out.row(0, named=True).items()}))
"""

# The questions of the peers' own tables, in one process: directly-follows, waiting per arc, hand-overs of people,
# ping-pong of teams, crossings of countries. The country `0` is none.
ARCS_DUCKDB = """
import duckdb, json, sys
path = sys.argv[1]
db = duckdb.connect()
db.execute(f'''create table arcs as select * from (select c, n,
    a, lead(a) over w an, r, lead(r) over w rn, g, lead(g) over w gn, lag(g) over w gp, s, lead(s) over w sn,
    epoch(lead(t) over w) - epoch(t) d
  from (select "case:concept:name" c, "concept:name" || '/' || "lifecycle:transition" a, "org:resource" r, "org:group" g,
               "resource country" s, "time:timestamp" t, row_number() over () n from '{path}')
  window w as (partition by c order by t, n)) where an is not null''')
one = lambda sql: db.execute(sql).fetchall()
dfg = one("select a, an, count(*), avg(d), median(d), min(d), max(d), stddev(d), sum(d) from arcs group by all")
people = one("select r, rn, count(*) from arcs where r <> rn group by all")
crossings = one("select s, sn, count(*) from arcs where s <> sn and s <> '0' and sn <> '0' group by all")
pingpong = one(f'''with e as (select c, n, g, lag(g) over w p from (select "case:concept:name" c, "org:group" g,
    "time:timestamp" t, row_number() over () n from '{path}') window w as (partition by c order by t, n)),
  d as (select c, g, lead(g, 2) over (partition by c order by n) g2 from e where p is null or p <> g)
  select count(*) from d where g = g2''')[0][0]
print(json.dumps({"arcs": len(dfg), "steps": sum(row[2] for row in dfg), "handovers of people": sum(row[2] for row in people),
                  "crossings": sum(row[2] for row in crossings), "ping-pong": pingpong}))
"""

# What `sayso diagnose` is held against: a few of its questions, as somebody would ask them of DuckDB and of pm4py.
SOME_DUCKDB = """
import duckdb, json, sys
path = sys.argv[1]
db = duckdb.connect()
v = f'''(select "case:concept:name" c, "org:group" g, "resource country" s, "time:timestamp" t, row_number() over () n from '{path}')'''
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
SOME_PM4PY = """
import contextlib, io, json, sys, warnings
warnings.filterwarnings("ignore")
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    import pm4py, pandas as pd
    path, job = sys.argv[1:3]
    log = pm4py.read_xes(path) if ".xes" in path else pm4py.format_dataframe(
        pd.read_parquet(path), case_id="case:concept:name", activity_key="concept:name", timestamp_key="time:timestamp")
    out = {"events": len(log)}
    if job == "answer":
        out["cases"] = len(pm4py.get_all_case_durations(log))
        out["team_pairs"] = len(pm4py.discover_handover_of_work_network(log, resource_key="org:group").connections)
    if job == "hours":
        arcs = pm4py.discover_performance_dfg(log, business_hours=True)[0]
        out["arcs"] = len(arcs)
    if job == "people":
        net = pm4py.discover_handover_of_work_network(log)
        out["pairs"] = len(net.connections)
print(json.dumps(out))
"""
PEOPLE_PL4PM = """
import json, sys
import pl4pm, polars as pl
net = pl4pm.discover_handover_of_work_network(pl.scan_parquet(sys.argv[1]))
print(json.dumps({"pairs": len(net.connections)}))
"""
PEOPLE_DUCKDB = """
import duckdb, json, sys
rows = duckdb.connect().execute(f'''select r, n, count(*) from (select r, lead(r) over (partition by c order by t) n
  from (select "case:concept:name" c, "org:resource" r, "time:timestamp" t from '{sys.argv[1]}')) where n is not null group by all''').fetchall()
print(json.dumps({"pairs": len(rows), "steps": sum(row[2] for row in rows)}))
"""

# Three cases of a toy log, and what pm4py says of them as a table and as a log of objects.
PROOF_PM4PY = """
import contextlib, io, json, sys, warnings
warnings.filterwarnings("ignore")
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    import pm4py, pandas as pd
def log(cases):
    rows = [(str(c), f"a{i}", r, pd.Timestamp("2026-01-05", tz="UTC") + pd.Timedelta(hours=24 * c + i))
            for c, people in enumerate(cases) for i, r in enumerate(people)]
    frame = pd.DataFrame(rows, columns=["case:concept:name", "concept:name", "org:resource", "time:timestamp"])
    return pm4py.format_dataframe(frame, case_id="case:concept:name", activity_key="concept:name", timestamp_key="time:timestamp")
def both(job, frame):
    told = {}
    for name, given in (("table", lambda: frame), ("log", lambda: pm4py.convert_to_event_log(frame))):
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                net = job(given())
            told[name] = {f"{a}-{b}": round(float(n), 4) for (a, b), n in sorted(net.connections.items()) if n}
        except Exception as error:
            told[name] = f"{type(error).__name__}: {error}"[:120]
    return told
sandwiches = log([["X", "Y", "X", "Z", "X"], ["X", "Z", "X"], ["X", "Z", "X"]])
pairs = log([["A", "B", "A"], ["A", "B", "B"]])
unnamed = log([["A", "B"], ["A", None]])
slots = [(60 * 60 * (24 * day + 9), 60 * 60 * (24 * day + 17)) for day in range(5)]
def hours(since, until, **given):
    frame = pd.DataFrame([("1", "asked", pd.Timestamp(since)), ("1", "answered", pd.Timestamp(until))],
                         columns=["case:concept:name", "concept:name", "time:timestamp"])
    frame = pm4py.format_dataframe(frame, case_id="case:concept:name", activity_key="concept:name", timestamp_key="time:timestamp")
    arcs = pm4py.discover_performance_dfg(frame, business_hours=True, **given)[0]
    return round(next(iter(arcs.values()))["mean"] / 3600, 4)
weekend = ("2026-01-09T16:30:00+00:00", "2026-01-12T09:30:00+01:00")
morning = ("2026-01-12T09:00:00+01:00", "2026-01-12T10:00:00+01:00")
def both_hours(span):
    return {"its own hours": hours(*span), "told 9 to 17": hours(*span, business_hour_slots=slots)}
print(json.dumps({"subcontracting": both(pm4py.discover_subcontracting_network, sandwiches),
                  "working together": both(pm4py.discover_working_together_network, pairs),
                  "handover with a name missing": both(pm4py.discover_handover_of_work_network, unnamed),
                  "working hours over a weekend": both_hours(weekend), "working hours of a morning": both_hours(morning)}))
"""
