//! The files of the office: settings, people, charter, log, truth and a page that explains them.

use jiff::civil::{Date, date};
use sayso_model::actor::ActorKind;

use crate::cast::{self, Site, Who};
use crate::clock::{self, Clock};
use crate::log::{Address, Log};
use crate::truth::Truth;

/// Until this day one engineer's events bear a mail address instead of the usual id.
const SPELLING_CHANGES: Date = date(2025, 2, 3);

/// The word that the tracker has for somebody at an instant.
pub fn spelling(who: Who, at: i64) -> &'static str {
    let until = SPELLING_CHANGES.at(0, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
    let is_early = until.is_ok_and(|until| at < until.timestamp().as_second());
    if who == cast::TWO_SPELLINGS && is_early { cast::OTHER_SPELLING } else { who.row().id }
}

/// All files, in the order in which a person would open them.
pub fn files(clock: &Clock, log: &Log, truth: &Truth) -> Vec<(String, String)> {
    let text = toml::to_string(truth).expect("whole numbers and words only");
    [
        ("README.md", README.to_owned()),
        (".gitignore", "# What is derived from the office can be made again.\n.sayso/\n".to_owned()),
        ("sayso.toml", SAYSO.to_owned()),
        ("people.csv", people()),
        ("charter.toml", charter()),
        ("events.csv", events(clock, log)),
        ("truth.toml", format!("{TRUTH_HEAD}\n{text}")),
    ]
    .map(|(path, text)| (path.to_owned(), text))
    .into()
}

fn table<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    writer.write_record(header).expect("memory takes every row");
    for row in rows {
        writer.write_record(row).expect("memory takes every row");
    }
    let bytes = writer.into_inner().expect("memory takes every row");
    String::from_utf8(bytes).expect("all words are UTF-8")
}

fn people() -> String {
    let header = ["person", "name", "email", "team", "site", "timezone", "role", "level", "kind", "manager"];
    let rows = cast::everybody().map(|who| {
        let row = who.row();
        let domain = if who == cast::CONTRACTOR { "fijalka-it.example" } else { "brackwater.example" };
        let email = match (row.kind, who == cast::TWO_SPELLINGS) {
            (ActorKind::Bot, _) => String::new(),
            (_, true) => format!("{}@{domain} {}", row.id, cast::OTHER_SPELLING),
            _ => format!("{}@{domain}", row.id),
        };
        [
            row.id.to_owned(),
            row.name.to_owned(),
            email,
            row.team.to_owned(),
            row.site.map_or("", Site::name).to_owned(),
            String::new(),
            row.role.to_owned(),
            if row.kind == ActorKind::Bot { String::new() } else { row.level.to_string() },
            row.kind.name().to_owned(),
            row.manager.to_owned(),
        ]
    });
    table(header, rows)
}

fn events(clock: &Clock, log: &Log) -> String {
    let header = ["item", "at", "actor", "activity", "act", "to", "matter", "area", "verdict", "link", "text"];
    let name = |item: usize| log.items[item].name();
    let rows = log.events.iter().map(|event| {
        let question = &log.questions[event.question];
        [
            name(event.item),
            clock.written(event.actor, event.at),
            event.actor.map_or("", |who| spelling(who, event.at)).to_owned(),
            event.activity.to_owned(),
            event.act.name().to_owned(),
            match event.to {
                Some(Address::Person(who)) => spelling(who, event.at).to_owned(),
                Some(Address::Item(item)) => name(item),
                None => String::new(),
            },
            question.matter.name().to_owned(),
            question.area.name().to_owned(),
            event.verdict.map_or("", |verdict| verdict.name()).to_owned(),
            event.link.map(name).unwrap_or_default(),
            event.text.to_owned(),
        ]
    });
    table(header, rows)
}

fn charter() -> String {
    CHARTER.replace("CHANGE", &clock::CHANGE.to_string())
}

const SAYSO: &str = r#"# The office of Brackwater Cover Systems, an invented firm that sells insurance software to comparison platforms.
# Product sits in Leeds, engineering in Gdansk. Everything here is made from a seed; README.md says what is planted.

[office]
name = "Brackwater Cover Systems (example)"

# Where the record of work lies. A canonical event file needs no lens.
[[source]]
name = "tracker"
kind = "events"
path = "events.csv"

# The places people work at: working time is counted in the calendar of whoever holds a question.
[[site]]
name = "leeds"
zone = "Europe/London"
holidays = "GB-ENG"
hours = "Mon-Fri 09:00-17:00"

[[site]]
name = "gdansk"
zone = "Europe/Warsaw"
holidays = "PL"
hours = "Mon-Fri 09:00-17:00"

# Nothing is said about groups below these sizes.
[privacy]
persons_min = 5
decisions_min = 20
"#;

const CHARTER: &str = r#"# Who may decide what, as declared. `decides` names roles; `area` is a glob.
# What the record shows is another matter: that is what Sayso is for.

[[remit]]
matter = "scope"
area = "*"
decides = ["role:product owner"]
consulted = ["role:analyst", "role:designer"]
until = "CHANGE"
because = "Product owners own outcomes."

[[remit]]
matter = "priority"
area = "*"
decides = ["role:product owner"]
consulted = ["role:tech lead"]
because = "One backlog, one owner an area."

[[remit]]
matter = "design"
area = "*"
decides = ["role:tech lead"]
consulted = ["role:engineer", "role:contractor"]
because = "Whoever builds it knows how."

[[remit]]
matter = "acceptance"
area = "*"
decides = ["role:product owner"]
consulted = ["role:designer"]
until = "CHANGE"
because = "Whoever asked for it says whether it is that."

[[remit]]
matter = "release"
area = "*"
decides = ["role:tech lead"]
because = "The squad that built it sends it out."

# Retained: these stay up, by design. Asking here is no permission seeking.
[[remit]]
matter = "money"
area = "*"
decides = ["role:head of product"]
reserve = ["role:managing director"]
retained = true
bounds = "above 50,000 GBP the managing director agrees first"
because = "Spending limits of the board."

[[remit]]
matter = "wording"
area = "*"
decides = ["role:compliance officer"]
retained = true
bounds = "every text that a customer reads before buying"
because = "Regulated wording needs a second pair of eyes."

# The change of decision rights.
[[remit]]
matter = "scope"
area = "*"
decides = ["role:product owner"]
consulted = ["role:analyst", "role:designer"]
bounds = "within the goals of the quarter"
since = "CHANGE"
because = "Said again and in so many words: no release from above is needed or waited for."

[[remit]]
matter = "acceptance"
area = "partner-feeds"
decides = ["role:tech lead"]
since = "CHANGE"
because = "Partner formats are checked by machine; the squad sees the result first."

[[remit]]
matter = "acceptance"
area = "{quotes,renewals,pricing,claims}"
decides = ["role:product owner"]
consulted = ["role:designer"]
since = "CHANGE"
because = "Unchanged."
"#;

const TRUTH_HEAD: &str = "\
# What is planted in this office and what came of it, counted while the year was told.
# Durations are whole seconds: `_working_s` in the calendar of the holder's site (leave is not a holiday),
# `_calendar_s` on the wall clock. Medians of an even number are the mean of the middle two, cut to a second.
# `before` and `after` go by the time at which a question was raised. README.md explains every section.
";

const README: &str = r#"# Brackwater Cover Systems: an example office

Nobody here exists. The firm, its people and every event are written from a seed by `sayso example insurer DIR`; the same
seed gives the same bytes. It is the story of a firm that sells insurance software to comparison platforms: five product
owners and a senior product manager in Leeds, five squads in Gdansk, a year of questions in a tracker
(2024-11-04 to 2025-10-31), and a change of decision rights eight weeks before its end (2025-09-08).

Try it:

```
sayso diagnose --office offices/insurer
```

## Files

| file | what it is |
|---|---|
| `sayso.toml` | sources, sites with zones and holidays, the privacy floor |
| `people.csv` | everybody, with team, site, role and level |
| `charter.toml` | who may decide what, as declared, before and after the change |
| `events.csv` | the tracker's log in the canonical columns |
| `truth.toml` | what was planted, and what Sayso ought to find |

## What is planted

1. **An implicit gate.** Scope in pricing and renewals belongs to the product owners. In four of five cases it moves only
   after the senior product manager has been asked; she takes about a working day and changes little. When she is away,
   these questions stand still, and others do not.
2. **Permission seeking.** Product owners ask upward about priorities that are theirs, and stop until they are answered.
3. **Lost whys.** Designs are handed from Leeds to Gdansk; almost half carry neither link nor reason. Questions back
   follow, and later refusals of what was built.
4. **Slow crossings.** The same kind of answer takes longer across the border, with one hour between the clocks.
5. **Interventions.** After missed dates, incidents and complaints leaders step in unasked.
6. **Reversals.** A known share of the owners' answers is undone from above; some designs and acceptances are reopened.
7. **Surplus approvals.** Acceptances wait for consents that nobody needs.
8. **A gap between answer and execution**, by matter.
9. **People who must not be mistaken for a gate**: one who comments on everything, one who announces what is about to
   happen, one who watches urgent items (which move faster anyway), and a coordinator who closes old questions in one go.
   Two people share a first name and a product area; one engineer writes under two spellings (`people.csv` lists both).
   The tracker lost a few actors; some work is done in the evening; the firm is shut at Christmas; questions are still
   open at the end.
10. **The change.** From 2025-09-08 on the gate is gone, permissions are rare, more whys travel, and acceptance in the
    partner feeds belongs to the tech lead.

## How to read the log

A question is put by `raised` (or `reopened`) and held by whoever put it. `asked` and `handed` pass it to `to`; a word
from whoever was asked (`approved`, `objected`, `advised`) gives it back to the asker; the same word from anybody else
moves nothing. `decided` answers it, `withdrawn` takes it back. `executed` carries it out, `reversed` undoes it. `worked`,
`linked` and `observed` pass nothing on. An item has one open question at a time.

Acts lie in the working hours of the actor's site and on no public holiday there, but for those listed under `[[late]]`.
Bots act at any time.

## truth.toml

| section | what it says |
|---|---|
| `[office]` | seed, first and last day, day of the change |
| `[parameters]` | the plan: shares in percent, medians in working minutes |
| `[counts]`, `[acts]` | totals of events, items, questions by status, hops, handovers, crossings, escalations, returns, approvals |
| `[gate.before]`, `[gate.after]`, `[gate.elsewhere]` | scope questions inside and outside the gated areas: how many were decided after the senior product manager had acted, what the asks cost, how long both kinds took |
| `[gate.away]` | her absences, and what moved meanwhile |
| `[permission.*]` | owners' own priority questions, asks upward, answers unchanged, waits |
| `[why.*]` | first hand-overs to engineering with and without a why, and the questions back |
| `[border]` | handovers by direction; comparable answers at one site and across |
| `[pingpong]` | questions with A-B-A, by level of aggregation |
| `[interventions]` | triggers, and what followed |
| `[reversals]`, `[surplus]` | undone and reopened answers; consents on acceptances |
| `[bystanders]` | how often each acted before the move, and how long before: high for some who are no gate |
| `[bulk]`, `[identity]`, `[holidays]`, `[tail]`, `[missing]`, `[[late]]` | the traps |
| `[change]` | before and after, side by side |
| `[first_response]` | the first act of another person, and what it would be if bots counted |
| `[[latency]]`, `[[execution]]` | medians by matter |
| `[[cell]]` | exact counts by matter and area |
| `[[possession]]` | in whose hands ended questions lay, by role and site |
"#;
