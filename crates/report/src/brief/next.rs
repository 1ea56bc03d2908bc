//! Where to look next: what to do and what to type.

use sayso_model::diagnosis::Diagnosis;

use super::live::path_command;
use super::{Block, Depth, Prose, Section, sentence};

/// The section; always there, since even an empty record leaves something to do.
pub(super) fn section(diagnosis: &Diagnosis) -> Option<Section> {
    let coverage = &diagnosis.coverage;
    let mut blocks = Vec::new();
    let steps = if coverage.events == 0 {
        nothing_read(diagnosis)
    } else if coverage.decisions == 0 {
        nothing_recognised(diagnosis)
    } else if diagnosis.measures.is_empty() {
        vec![
            Prose::from("Read a longer window, or more teams together, so that groups grow above the floor."),
            Prose::new().say("See the decisions one by one: ").code("sayso diagnose PATH --format json").say("."),
        ]
    } else {
        blocks.push(Block::Prose(
            "Numbers end no argument; they say where to look. The questions on the first page are worth an hour with those \
             who do the work. To see more:"
                .into(),
        ));
        let mut steps = Vec::new();
        if let Some(live) = diagnosis.longest_waiting.first() {
            steps
                .push(Prose::new().say("Look at the longest wait, step by step: ").code(&path_command(&live.decision)));
        }
        steps.extend(
            diagnosis.gaps.iter().filter(|gap| gap.id != "unrecorded").take(3).map(|gap| sentence(&gap.remedy)),
        );
        steps.push(Prose::new().say("Take every number into a sheet: ").code("sayso diagnose PATH --format csv"));
        steps
    };
    blocks.push(Block::List(steps));
    Some(Section { id: "next", title: "Where to look next".into(), depth: Depth::Body, blocks })
}

fn nothing_read(diagnosis: &Diagnosis) -> Vec<Prose> {
    let mut steps = vec![
        Prose::new().say("Point Sayso at a git repository or an event log (CSV or XES): ").code("sayso diagnose PATH"),
        Prose::new().say("See it work on made-up data first: ").code("sayso example insurer DIR"),
    ];
    let aside: u64 = diagnosis.coverage.sources.iter().map(|source| source.ledger.n_set_aside()).sum();
    if aside > 0 {
        steps.insert(
            0,
            Prose::from(format!(
                "All {} that were seen were set aside; the appendix says for which reasons.",
                crate::quantity::counted(aside, "element", "elements")
            )),
        );
    }
    steps.extend(diagnosis.gaps.iter().map(|gap| sentence(&gap.remedy)));
    steps
}

fn nothing_recognised(diagnosis: &Diagnosis) -> Vec<Prose> {
    let mut steps = Vec::new();
    if !diagnosis.coverage.activities_without_act.is_empty() {
        let mut prose = Prose::new().say("These activities are frequent and no lens says what they do: ");
        for (i, (activity, n)) in diagnosis.coverage.activities_without_act.iter().take(6).enumerate() {
            prose = prose
                .say(if i == 0 { "" } else { ", " })
                .name(activity)
                .say(format!(" ({})", crate::quantity::counted(*n, "event", "events")));
        }
        steps.push(prose.say("."));
    }
    steps.push(
        Prose::new()
            .say("Write a lens that maps activities to acts (raised, asked, handed, decided), and give it: ")
            .code("sayso diagnose PATH --lens FILE"),
    );
    steps.extend(diagnosis.gaps.iter().map(|gap| sentence(&gap.remedy)));
    steps
}
