//! The page about validity: what was run, false alarms, power, false findings, and how much record each pattern needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sayso_example::{Dysfunction, Plan, Volume};
use sayso_model::signal::Pattern;

use super::{FALSE_ALARM_MAX, POWER_ENOUGH, Row, Validity};

/// `docs/reference/validity.md`, as Markdown. The same numbers give the same bytes.
pub fn page(validity: &Validity) -> String {
    let mut text = String::from(
        "<!-- Written by `cargo run --release -- validity`; what is changed here by hand is lost. -->\n\n# How far a finding can \
         be trusted\n\n",
    );
    text.push_str(
        "Sayso is run on whole organisations of which the truth is known, because they were made: their files are written into
a folder, read, and diagnosed like any other office, with the charter that they declare. In some of them nothing is wrong.
In each of the others one thing is. What is found is held against what was planted.\n\n",
    );
    what_was_run(&mut text, validity);
    false_alarms(&mut text, validity);
    power(&mut text, validity);
    too_thin(&mut text, validity);
    false_findings(&mut text, validity);
    what_is_over(&mut text, validity);
    what_is_planted(&mut text);
    text
}

fn what_was_run(text: &mut String, validity: &Validity) {
    let n: u64 = validity.rows.iter().map(|row| row.n).sum();
    let (healthy, planted) = validity.asked;
    let _ = writeln!(
        text,
        "## What was run

{n} organisations: {healthy} healthy ones, spread evenly over three volumes, a third as many healthy ones that grow, and
{planted} for each planted dysfunction and volume. Seeds count up from {} anew for each plan and volume. The same numbers come from

```
cargo run --release -- validity --healthy {healthy} --planted {planted} --seed {}
```

Intervals are Jeffreys intervals of 95 %.
",
        validity.seed, validity.seed
    );
    text.push_str("| volume | items a year | decisions in one record (mean) |\n|---|---:|---:|\n");
    for volume in Volume::ALL {
        let of_volume = validity.rows.iter().filter(|row| row.volume == volume);
        let (n, decisions) = of_volume.fold((0, 0), |(n, sum), row| (n + row.n, sum + row.decisions));
        let mean = decisions.checked_div(n).map_or("none was run".to_owned(), |mean| mean.to_string());
        let _ = writeln!(text, "| {} | {} | {mean} |", volume.name(), volume.items());
    }
    text.push('\n');
}

fn false_alarms(text: &mut String, validity: &Validity) {
    text.push_str(
        "## False alarms

Healthy organisations in which anything at all is found, whatever it is and whether it is said to hold still or to be over.\n\n",
    );
    text.push_str(
        "| planted | volume | organisations | with a finding | share | patterns found |\n|---|---|---:|---:|---|---|\n",
    );
    let healthy = || validity.rows.iter().filter(|row| row.is_healthy());
    for row in healthy() {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            row.name,
            row.volume.name(),
            row.n,
            row.with_not_planted,
            share(row.with_not_planted, row.n),
            by_pattern(&row.not_planted_by_pattern)
        );
    }
    let all = validity.healthy();
    let mut patterns: BTreeMap<Pattern, u64> = BTreeMap::new();
    for (pattern, n) in healthy().flat_map(|row| &row.not_planted_by_pattern) {
        *patterns.entry(*pattern).or_default() += n;
    }
    let _ = writeln!(
        text,
        "| **all** | | {} | {} | {} | {} |\n",
        all.n,
        all.with_not_planted,
        share(all.with_not_planted, all.n),
        by_pattern(&patterns)
    );
    let most = percent(FALSE_ALARM_MAX);
    let limits = sayso_stats::proportion::jeffreys(all.with_not_planted, all.n, 0.95);
    let verdict = match (all.n, limits.low, limits.high) {
        (0, ..) => format!("No healthy organisation was run; at most {most} is the aim."),
        (_, _, Some(high)) if high <= FALSE_ALARM_MAX => {
            format!("The aim, at most {most}, is kept, and the whole interval lies below it.")
        }
        (_, Some(low), _) if low > FALSE_ALARM_MAX => format!("**The aim, at most {most}, is missed.**"),
        (n, ..) if all.with_not_planted as f64 <= FALSE_ALARM_MAX * n as f64 => {
            format!("The share keeps to the aim, at most {most}, but {n} organisations cannot rule out more.")
        }
        (n, ..) => {
            format!("The share is above the aim, at most {most}; {n} organisations cannot tell whether by chance.")
        }
    };
    let _ = writeln!(text, "{verdict}\n");
}

fn power(text: &mut String, validity: &Validity) {
    text.push_str(
        "## Power

Organisations with a planted dysfunction in which it is found: the right pattern, in the right matter, in an area where it
was planted (or in all areas of the matter), and, where it points at somebody, the right role.\n\n",
    );
    text.push_str("| planted | pattern | small | medium | large |\n|---|---|---|---|---|\n");
    for (name, pattern) in planted(validity) {
        let mut line = format!("| {name} | {} |", title(pattern));
        for volume in Volume::ALL {
            let _ = match cell(validity, name, pattern, volume) {
                Some((found, n)) => write!(line, " {found} of {n}: {} |", share(found, n)),
                None => write!(line, " not run |"),
            };
        }
        let _ = writeln!(text, "{line}");
    }
    text.push('\n');
}

/// The smallest volume at which each pattern is found often enough.
fn too_thin(text: &mut String, validity: &Validity) {
    let _ = writeln!(
        text,
        "## How much record a pattern needs

The smallest of the three volumes at which a pattern of the planted size is found in at least {} of the organisations. In
a thinner record, that it is not found says little.
",
        percent(POWER_ENOUGH)
    );
    text.push_str("| planted | pattern | found from | decisions a year in the matter and areas where it is |\n|---|---|---|---|\n");
    for (name, pattern) in planted(validity) {
        let is_enough = |volume: &Volume| {
            cell(validity, name, pattern, *volume)
                .is_some_and(|(found, n)| n > 0 && found as f64 >= POWER_ENOUGH * n as f64)
        };
        let was_run = Volume::ALL.iter().any(|volume| cell(validity, name, pattern, *volume).is_some());
        let line = match Volume::ALL.into_iter().find(is_enough) {
            Some(volume) => {
                format!("{} ({} items a year) | about {}", volume.name(), volume.items(), places(name, pattern, volume))
            }
            None if was_run => format!("more than {} items a year | more", Volume::Large.items()),
            None => "not run | ".to_owned(),
        };
        let _ = writeln!(text, "| {name} | {} | {line} |", title(pattern));
    }
    text.push('\n');
}

fn false_findings(text: &mut String, validity: &Validity) {
    text.push_str(
        "## False findings beside a true one

Findings in organisations with a planted dysfunction that say nothing that was planted, and nothing that follows from it (an
owner who asks at a gate asks for permission, too).\n\n",
    );
    text.push_str(
        "| planted | volume | findings | not planted | share | organisations with any | patterns |
|---|---|---:|---:|---|---|---|\n",
    );
    let ill = || validity.rows.iter().filter(|row| !row.is_healthy());
    for row in ill() {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} of {} | {} |",
            row.name,
            row.volume.name(),
            row.findings,
            row.not_planted,
            share(row.not_planted, row.findings),
            row.with_not_planted,
            row.n,
            by_pattern(&row.not_planted_by_pattern)
        );
    }
    let sum = |of: fn(&Row) -> u64| ill().map(of).sum::<u64>();
    let (wrong, findings) = (sum(|row| row.not_planted), sum(|row| row.findings));
    let _ = writeln!(
        text,
        "| **all** | | {findings} | {wrong} | {} | {} of {} | |\n",
        share(wrong, findings),
        sum(|row| row.with_not_planted),
        sum(|row| row.n)
    );
    text.push_str("By pattern, over all organisations but the healthy ones:\n\n");
    text.push_str("| pattern | findings that were not planted |\n|---|---:|\n");
    for pattern in Pattern::ALL {
        let n: u64 = ill().filter_map(|row| row.not_planted_by_pattern.get(&pattern)).sum();
        let _ = writeln!(text, "| {} | {n} |", title(pattern));
    }
    text.push('\n');
}

fn what_is_over(text: &mut String, validity: &Validity) {
    let rows: Vec<&Row> = validity.rows.iter().filter(|row| row.about_the_past > 0).collect();
    if rows.is_empty() {
        return;
    }
    text.push_str(
        "## What is over

In the insurer the gate and the permissions all but end with a change of the charter, eight weeks before the end of the
record. Findings about them that say they hold still:\n\n",
    );
    text.push_str("| planted | volume | findings about it | said to hold still | share |\n|---|---|---:|---:|---|\n");
    for row in rows {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            row.name,
            row.volume.name(),
            row.about_the_past,
            row.not_over,
            share(row.not_over, row.about_the_past)
        );
    }
    text.push('\n');
}

fn what_is_planted(text: &mut String) {
    text.push_str(
        "## What is planted

Every organisation is a year of the same invented insurer (see `sayso example insurer`): five product owners in Leeds, five
squads in Gdansk, 55 people, a tracker, a charter that changes eight weeks before the end. Shares are of the questions of the
matter and areas named; `crates/example` tests that they come out, and that nothing else does.\n\n",
    );
    text.push_str("| planted | what is wrong |\n|---|---|\n");
    let _ = writeln!(
        text,
        "| healthy | Nothing. Now and then somebody asks, steps in or changes their mind, well below what a pattern is. |"
    );
    let _ = writeln!(
        text,
        "| healthy_growing | Nothing. The same over three years, with as many items as else in one: the squads grow one after the \
         other from one engineer to all, and what there is to decide grows with them. |"
    );
    for one in Dysfunction::ALL {
        let _ = writeln!(text, "| {} | {} |", one.name(), wrong(one));
    }
    let _ = writeln!(
        text,
        "| insurer | The office that comes with Sayso: a gate above, permissions, interventions and overrides at once. |\n"
    );
    text.push_str(
        "All of them have what a diagnosis must not fall for: an analyst who comments on most questions, a delivery manager who
writes what is about to happen shortly before it does, an analyst who watches urgent questions (which move faster anyway),
leave, holidays of two countries and a shutdown, bots, a coordinator who closes old questions in one go, one person under two
spellings, two people with one first name, questions open at the end, lost actors, a load that swells at the ends of quarters
and sinks in August, and money that goes up by rule.

What these numbers cannot say: how it is in organisations that differ from this one in what nobody thought of. They are the
least that must hold, not the most that can go wrong.\n",
    );
}

/// What is wrong, in a sentence with its numbers.
fn wrong(dysfunction: Dysfunction) -> String {
    let plan = Plan::HEALTHY.with(dysfunction);
    match dysfunction {
        Dysfunction::ImplicitGate => format!(
            "Scope in pricing and renewals: {} % of what the owner has not raised goes past a delivery coordinator first, whom \
             no charter names.",
            plan.gate_percent
        ),
        Dysfunction::GateAbove => format!(
            "The same areas: in {} % the owner asks the senior product manager first, in so many words.",
            plan.gate_percent
        ),
        Dysfunction::SoleGate => format!(
            "Acceptance in renewals: one test engineer decides {} %, whom no charter names; elsewhere many decide.",
            plan.sole_gate_percent
        ),
        Dysfunction::PermissionSeeking => format!(
            "Priority: owners ask a delivery manager about {} % of what they raise and may decide, and wait.",
            plan.permission_percent
        ),
        Dysfunction::PermissionAbove => {
            format!("The same, but they ask somebody above ({} %).", plan.permission_percent)
        }
        Dysfunction::FormalRealGap => format!(
            "Priority: tech leads, who are consulted only, decide {} % of what the owner has not raised, a third of all.",
            plan.takeover_percent
        ),
        Dysfunction::EscalationReturns => format!(
            "Scope: {} % of what the owner has not raised goes to the head of product, and comes back as it went within the hour.",
            plan.escalation_percent
        ),
        Dysfunction::Intervention => format!(
            "Scope and priority: triggers fall into {} % of the questions, and leaders step in unasked after {} % of them.",
            plan.trigger_percent, plan.intervention_percent
        ),
        Dysfunction::Override => {
            format!("Scope and priority: {} % of the owners' yeses are undone from above.", plan.override_percent)
        }
        Dysfunction::Churn => {
            format!("Scope and priority: {} % of the owners' yeses go no, and yes again.", plan.churn_percent)
        }
        Dysfunction::WaitingAbove => format!(
            "Scope: {} % of what the owner has not raised lies with the head of product for {} working hours first, and has to be \
             changed.",
            plan.above_percent,
            plan.above_wait_min / 60
        ),
        Dysfunction::BorderCost => format!(
            "The whole record: what is asked across the border is answered in {} % of the working time that it takes within a \
             site.",
            plan.border_percent
        ),
        Dysfunction::DecidedFarFromInformation => format!(
            "Design: {} % are settled by the tech lead of another squad, who may by the charter, and does nothing else in that \
             area.",
            plan.far_percent
        ),
        Dysfunction::CostOutrunsClarity => format!(
            "Over {} years, with as many items as else in one, the squads grow one after the other from one engineer to all; what \
             they decide stays as it was, and everybody who is there is asked about every design. Shorter records have no \
             exponent of growth: it takes two years, or a year of full months and eight teams.",
            plan.weeks / 52
        ),
    }
}

/// What was planted and is asked for, in the order of the catalogue.
fn planted(validity: &Validity) -> Vec<(&'static str, Pattern)> {
    let mut known = BTreeSet::new();
    let all = validity.rows.iter().flat_map(|row| row.power.keys().map(|pattern| (row.name, *pattern)));
    all.filter(|pair| known.insert(*pair)).collect()
}

fn cell(validity: &Validity, name: &str, pattern: Pattern, volume: Volume) -> Option<(u64, u64)> {
    let row = validity.rows.iter().find(|row| row.name == name && row.volume == volume)?;
    row.power.get(&pattern).map(|found| (*found, row.n))
}

/// Decisions a year of the matters and areas in which a pattern was planted, as the first organisation of the plan has them.
fn places(name: &str, pattern: Pattern, volume: Volume) -> String {
    let Some((_, plan)) = sayso_example::catalogue().into_iter().find(|(known, _)| *known == name) else {
        return String::new();
    };
    let plan = plan.at_volume(volume);
    let counts = sayso_example::patterns(&plan, 1);
    let own = plan.planted().into_iter().filter(|one| one.pattern == pattern && !one.follows);
    let mut places: Vec<String> = Vec::new();
    for one in own {
        // Escalations are counted over all decisions.
        let in_place = counts.iter().filter(|count| {
            count.pattern == Pattern::EscalationReturns.name()
                && (one.matter.is_empty() || count.matter == one.matter)
                && one.areas.contains(&count.area)
        });
        let n: u64 = in_place.map(|count| count.n).sum();
        let areas = if one.areas.len() == 1 { "1 area".to_owned() } else { format!("{} areas", one.areas.len()) };
        let of = if one.matter.is_empty() { "all matters" } else { one.matter };
        places.push(format!("{n} of {of} in {areas}"));
    }
    places.join(", ")
}

fn by_pattern(counts: &BTreeMap<Pattern, u64>) -> String {
    let words: Vec<String> = counts.iter().map(|(pattern, n)| format!("{} {n}", title(*pattern))).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

fn title(pattern: Pattern) -> String {
    pattern.name().replace('_', " ")
}

/// `92 % [81, 97]`; `cannot tell` of nothing.
fn share(k: u64, n: u64) -> String {
    let limits = sayso_stats::proportion::jeffreys(k, n, 0.95);
    match (n, limits.low, limits.high) {
        (1.., Some(low), Some(high)) => {
            let whole = |share: f64| format!("{:.0}", 100.0 * share);
            format!("{} % [{}, {}]", whole(k as f64 / n as f64), whole(low), whole(high))
        }
        _ => "cannot tell".to_owned(),
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &'static str, volume: Volume, n: u64, found: &[(Pattern, u64)], wrong: u64) -> Row {
        Row {
            name,
            volume,
            n,
            decisions: 2_000 * n,
            findings: n + wrong,
            not_planted: wrong,
            not_planted_by_pattern: if wrong > 0 { [(Pattern::Churn, wrong)].into() } else { BTreeMap::new() },
            with_not_planted: wrong,
            not_over: 0,
            about_the_past: 0,
            power: found.iter().copied().collect(),
        }
    }

    fn validity(rows: Vec<Row>) -> Validity {
        Validity { seed: 5, asked: (200, 50), rows }
    }

    #[test]
    fn the_page_says_what_was_run_and_how_to_run_it_again() {
        let page = page(&validity(vec![row("healthy", Volume::Small, 200, &[], 3)]));
        assert!(page.starts_with("<!-- Written by"));
        assert!(page.contains("cargo run --release -- validity --healthy 200 --planted 50 --seed 5"));
        assert!(page.contains("| **all** | | 200 | 3 | 2 % [0, 4] | churn 3 |"), "{page}");
        assert!(page.contains("is kept, and the whole interval lies below it"));
        assert!(page.contains("| medium | 900 | none was run |"));
        assert_eq!(page.matches("What is over").count(), 0);
        assert!(Dysfunction::ALL.iter().all(|one| page.contains(&format!("| {} |", one.name()))));
    }

    #[test]
    fn the_aim_is_judged_with_its_interval() {
        let says = |n, wrong| page(&validity(vec![row("healthy", Volume::Small, n, &[], wrong)]));
        assert!(says(200, 60).contains("is missed"));
        assert!(says(20, 1).contains("cannot rule out more"));
        assert!(says(20, 3).contains("cannot tell whether by chance"));
        assert!(page(&validity(Vec::new())).contains("No healthy organisation was run"));
    }

    #[test]
    fn the_smallest_volume_with_enough_power_is_told() {
        let gate = |volume, found| row("implicit_gate", volume, 50, &[(Pattern::ImplicitGate, found)], 0);
        let told = |found: [u64; 3]| {
            let rows = Volume::ALL.into_iter().zip(found).map(|(volume, found)| gate(volume, found)).collect();
            let page = page(&validity(rows));
            page.lines().filter(|line| line.starts_with("| implicit_gate | implicit gate |")).nth(1).map(str::to_owned)
        };
        assert!(told([10, 40, 50]).is_some_and(|line| line.contains("medium (900 items a year) | about ")));
        assert!(told([40, 40, 50]).is_some_and(|line| line.contains("small (300 items a year)")));
        assert!(told([0, 39, 39]).is_some_and(|line| line.contains("more than 2700 items a year")));
    }

    #[test]
    fn shares_have_intervals() {
        assert_eq!(share(46, 50), "92 % [82, 97]");
        assert_eq!(share(0, 0), "cannot tell");
    }
}
