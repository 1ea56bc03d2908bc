"""From raw results to `docs/reference/benchmarks.md`: medians, ratios turn by turn, targets met and not, and what failed."""
import turns

TITLES = {
    "paths": ("From a stored record to its decisions",
              "A made-up record (`sayso-bench record`) of support and decision work: 2,000 people, 60 teams, 5 sites. All programs read the same "
              "Parquet files. The first query asks for thirteen numbers that together take every part of a path: holds with their holders and sites, "
              "crossings, returns, people, consents, first responses, execution, reversal, waiting. DuckDB and Polars know just the rules that "
              "made-up work needs, and give the same numbers; Sayso applies all of its own, calendars included."),
    "growth": ("What growth costs", "The same question of records of growing size; drawn is the query. The diagnosis is of the last thirteen months of three years, which is what an "
               "office answers for: its memory grows with those."),
    "answers": ("Questions of a log", "BPI Challenge 2013 incidents, as it is and 16 and 153 times over; from what each program has stored (Sayso its record, the others Parquet)."),
    "diagnose": ("The whole diagnosis", "Every measure with its interval, and every finding, from the stored record."),
    "hours": ("Waiting in working hours", "With a zone and a calendar for each person, where the peer has one of both for all."),
    "xes": ("Event logs to the record", "All columns kept, every element accounted for."),
    "day": ("One new day", "A record of three years gets one more day."),
    "git": ("Git with changed paths", "Whole histories to events, with both people, both times with their offsets, the message and the changed paths of every commit."),
    "tracker": ("Answers of a tracker, as they grow", "Jira search pages of a hundred issues, with changelogs and comments, from files."),
    "proof": ("Right answers", "Toy cases of which anybody can see the answer."),
}
WHAT = {"cpu": "CPU s", "mb": "peak MB", "wall": "s", "per cpu": "a CPU second"}


def number(value, digits=2):
    """With as many digits as it bears."""
    if value is None:
        return "–"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits and value == round(value, digits) else f"{value:.{digits}f}"


def measured(race, target):
    """The figure that a target speaks of, or none where a program failed."""
    runs = race["seen"].get(target["program"], [])
    if "against" in target:
        return turns.median(turns.ratios(runs, race["seen"].get(target["against"], []), target["what"]))
    if target["what"] == "per cpu":
        cpu = turns.median(turns.values(runs, "cpu"))
        return target["of"] / cpu if cpu else None
    return turns.median(turns.values(runs, target["what"]))


def verdict(race, target):
    """(what is wanted, what was measured, met or NOT met)."""
    found = measured(race, target)
    least = "at least" in target
    limit = target["at least" if least else "at most"]
    unit = f"times {target['against']}, {WHAT[target['what']]}" if "against" in target else WHAT[target["what"]]
    wanted = f"{'at least' if least else 'at most'} {number(limit)} {unit}"
    if found is None:
        return wanted, "did not finish", "NOT met"
    is_met = found >= limit if least else found <= limit
    return wanted, number(found), "met" if is_met else "**NOT met**"


def of_race(race):
    """A race as a table, its targets, its answers and what failed."""
    first = next(iter(race["seen"]))
    per = race.get("per cpu", {})
    head = ["program", "CPU s", "s", "peak MB", f"CPU, times {first}", f"memory, times {first}"] + ([f"{race['unit']} a CPU second"] if per else [])
    lines = [f"### {race['title']}", "", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for name, runs in race["seen"].items():
        failed = next((one["failed"] for one in runs if "failed" in one), None)
        if failed and not turns.values(runs, "cpu"):
            lines.append(f"| {name} | failed: {failed.replace('|', '/')} |" + " |" * (len(head) - 2))
            continue
        cells = [name, turns.span(turns.values(runs, "cpu"), 2), turns.span(turns.values(runs, "wall"), 2), turns.span(turns.values(runs, "mb"), 0),
                 turns.span(turns.ratios(runs, race["seen"][first], "cpu"), 2), turns.span(turns.ratios(runs, race["seen"][first], "mb"), 2)]
        if per:
            cells.append(number(turns.median([per[name] / cpu for cpu in turns.values(runs, "cpu")]), 0) if name in per else "")
        lines.append(f"| {' | '.join(cells)} |")
    if race["targets"]:
        lines += ["", "| program | wanted | measured | |", "|---|---|---|---|"]
        for target in race["targets"]:
            lines.append(f"| {target['program']} | {' | '.join(verdict(race, target))} |")
    told = {name: answer for name, answer in race["answers"].items() if answer}
    if told:
        lines += ["", "Answers: " + "; ".join(f"{name}: {brief(answer)}" for name, answer in told.items()) + "." + agreed(told)]
    if race.get("note"):
        lines += ["", race["note"]]
    return [*lines, ""]


def brief(answer):
    """An answer on one line."""
    return ", ".join(f"{key} {value:,}" if isinstance(value, (int, float)) else f"{key} {value}" for key, value in answer.items())


def agreed(told):
    """Whether those who say the same thing say the same number."""
    differ = []
    for key in {key for answer in told.values() for key in answer}:
        said = {name: answer[key] for name, answer in told.items() if isinstance(answer.get(key), (int, float))}
        if len(said) > 1 and max(said.values()) - min(said.values()) > 1e-6 * max(1.0, abs(max(said.values()))):
            differ.append(key)
    shared = any(sum(key in answer for answer in told.values()) > 1 for answer in told.values() for key in answer)
    if differ:
        return f" **They differ in: {', '.join(sorted(differ))}.**"
    return " They agree in all that they have in common." if shared else ""


def drawn(block):
    """Bars for time and memory as the record grows."""
    lines = ["| events | CPU s | | events a CPU second | peak MB | |", "|---:|---:|---|---:|---:|---|"]
    rows = []
    for one in block["drawn"]:
        runs = block["races"][one["race"]]["seen"]["sayso query"]
        cpu, mb = turns.median(turns.values(runs, "cpu")), turns.median(turns.values(runs, "mb"))
        if cpu:
            rows.append((one["events"], cpu, mb))
    for events, cpu, mb in rows:
        bar = lambda value, most: "█" * max(1, round(24 * value / most))
        lines.append(f"| {events:,} | {cpu:.2f} | {bar(cpu, max(r[1] for r in rows))} | {events / cpu:,.0f} | {mb:.0f} | {bar(mb, max(r[2] for r in rows))} |")
    return [*lines, ""]


def of_proof(block):
    """The toy cases."""
    lines = ["| question | truth | Sayso | pm4py |", "|---|---|---|---|"]
    words = lambda said: brief(said) if isinstance(said, dict) and all(not isinstance(v, dict) for v in said.values()) else (
        "; ".join(f"as a {form}: {words(inner)}" for form, inner in said.items()) if isinstance(said, dict) else str(said))
    for row in block["proof"]:
        lines.append(f"| {row['question']} | {words(row['truth'])} | {words(row['sayso'])} | {words(row['pm4py']).replace('|', '/')} |")
    lines += ["", "*Subcontracting*: X hands to Y and gets it back in one of three cases, to Z in all three; by cases that is 1/3 and 1. *Working together*: A and B "
              "share two of two cases. *A name missing*: one of four events has nobody. *Over a weekend*: asked in London on Friday at 16:30, answered in Warsaw "
              "on Monday at 09:30; by either's own calendar, 9 to 17, half an hour, whoever has it meanwhile. *A morning*: from 9 to 10 on a Monday in Warsaw. pm4py has one "
              "set of hours for all and no zone: told 9 to 17 it means UTC, right over that weekend and nothing of that morning.", ""]
    return lines


def write(results):
    """The whole page."""
    lines = ["# Benchmarks", "",
             "Generated by `bench/all`; [how](../../bench/README.md). Programs take turns, and ratios are taken turn by turn. Medians [lowest, highest] where "
             "there was more than one turn. CPU seconds are user + system of the whole process, children included; memory is the peak of what was resident. "
             "The machine was shared with other work: seconds on the wall may be longer than they had to be, and CPU seconds a little.", ""]
    met = missed = 0
    summary = ["| block | race | program | wanted | measured | |", "|---|---|---|---|---|---|"]
    for name, block in results.items():
        for race in block.get("races", []):
            for target in race["targets"]:
                row = verdict(race, target)
                met, missed = met + (row[2] == "met"), missed + (row[2] != "met")
                summary.append(f"| [{name}](#{anchor(TITLES[name][0])}) | {race['title']} | {target['program']} | {' | '.join(row)} |")
    lines += ["## Targets", "", f"{met} met, {missed} not.", "", *summary, ""]
    for name in [name for name in TITLES if name in results]:
        block, (title, about) = results[name], TITLES[name]
        made = block["made"]
        lines += [f"## {title}", "", about, "",
                  f"Measured {made['date']} with {made['sayso']} on {made['cores']} cores of {made['cpu']}, {made['memory']} GB, {made['turns']} turns. "
                  f"Beside it: {', '.join(f'{peer} {version}' for peer, version in made['peers'].items())}.", ""]
        if "skipped" in block:
            lines += [f"Not measured: {block['skipped']}.", ""]
        if "drawn" in block:
            lines += drawn(block)
        for race in block.get("races", []):
            lines += of_race(race)
        if "proof" in block:
            lines += of_proof(block)
        if block.get("note"):
            lines += [block["note"], ""]
    return "\n".join(lines)


def anchor(title):
    """What a heading is linked by."""
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c == "-")
