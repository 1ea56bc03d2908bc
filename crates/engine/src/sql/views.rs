//! The four tables that are made of the record: which expression stands behind each public column.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::TableProvider;
use datafusion::datasource::ViewTable;
use datafusion::logical_expr::{Expr, bitwise_and, cast, col, lit, when};
use datafusion::prelude::SessionContext;
use sayso_model::Code;
use sayso_model::actor::{Actor, ActorKind};
use sayso_model::decision::{ArrivedBy, DeciderKnown, FLAG_AUXILIARY, OpenedBy, Status};
use sayso_model::event::{Act, Verdict};
use sayso_model::words::{Column, Words};

use super::functions::{Dictionary, Does, Function};
use super::{Shown, Tables};
use crate::EngineError;
use crate::arcs::ArcsTable;
use crate::fold::{Emit, FoldTable};
use crate::record::{Dictionaries, Snapshot};
use crate::scan::EventsTable;

/// The tables of this room; the others are given by the caller.
pub(crate) const NAMES: [&str; 4] = ["events", "decisions", "hops", "arcs"];

const MICROS_PER_HOUR: f64 = 3_600_000_000.0;

/// Offers `events`, `decisions`, `hops`, `arcs` and `attr`.
pub(crate) fn register(context: &SessionContext, snapshot: &Snapshot, tables: &Tables) -> Result<(), EngineError> {
    let edge = Edge::new(tables);
    let fold = |emit| FoldTable { snapshot: snapshot.clone(), reconstruct: Arc::clone(&tables.reconstruct), emit };
    let arcs = ArcsTable { snapshot: snapshot.clone(), reconstruct: Arc::clone(&tables.reconstruct) };
    let sources: [(Arc<dyn TableProvider>, Vec<Expr>); 4] = [
        (Arc::new(EventsTable { snapshot: snapshot.clone() }), edge.events()),
        (Arc::new(fold(Emit::Decisions)), edge.decisions()),
        (Arc::new(fold(Emit::Hops)), edge.hops()),
        (Arc::new(arcs), edge.arcs()),
    ];
    for (name, (table, columns)) in NAMES.into_iter().zip(sources) {
        let mut rows = context.read_table(table)?;
        if name == "events" {
            // Further acts of an event move questions; in this table each event stands once.
            rows = rows.filter(bitwise_and(field("flags"), lit(FLAG_AUXILIARY)).eq(lit(0_u16)))?;
        }
        let view = rows.select(columns)?;
        context.register_table(name, Arc::new(ViewTable::new(view.into_unoptimized_plan(), None)))?;
    }
    context.register_udf(Function::new("attr", Does::Attribute).udf());
    Ok(())
}

/// The edge at which codes become words.
struct Edge {
    words: Arc<Dictionaries>,
    shown: Dictionary,
    kinds: Dictionary,
    actors: Vec<Actor>,
}

impl Edge {
    fn new(tables: &Tables) -> Self {
        let words = Arc::clone(&tables.words);
        let n_actors = words.n_codes(Column::Actor) as Code;
        let actors: Vec<Actor> = (0..n_actors).map(|code| tables.reconstruct.directory().actor(code)).collect();
        let kinds = Dictionary::AtHand(actors.iter().map(|actor| Some(actor.kind.name())).collect());
        let shown = match &tables.shown {
            Shown::Names => Dictionary::Of(Arc::clone(&words), Column::Actor),
            Shown::Labels(labels) => {
                let labels = labels.iter().map(|label| Some(label.as_str()).filter(|label| !label.is_empty()));
                Dictionary::AtHand(labels.collect())
            }
        };
        Self { words, shown, kinds, actors }
    }

    fn events(&self) -> Vec<Expr> {
        let own_or = |name: &'static str, of: fn(&Actor) -> Code, column: &str| {
            let directory = Arc::new(self.actors.iter().map(of).collect::<Vec<Code>>());
            Function::new(name, Does::OwnOr(directory)).call(vec![field(column), field("actor")])
        };
        let levels = Arc::new(self.actors.iter().map(|actor| actor.level).collect::<Vec<_>>());
        vec![
            self.word(Column::Source, "source").alias("source"),
            self.item().alias("item"),
            field("at").alias("at"),
            whole("utc_offset_min"),
            self.actor("actor"),
            Function::new("kind_of_actor", Does::Word(self.kinds.clone()))
                .call(vec![field("actor")])
                .alias("actor_kind"),
            self.word_of(Column::Site, own_or("own_site_or", |actor| actor.site, "site")).alias("site"),
            self.word_of(Column::Team, own_or("own_team_or", |actor| actor.team, "team")).alias("team"),
            self.word_of(Column::Role, own_or("own_role_or", |actor| actor.role, "role")).alias("role"),
            Function::new("level_of_actor", Does::Level(levels)).call(vec![field("actor")]).alias("level"),
            self.word(Column::Activity, "activity"),
            of_set("word_of_act", &Act::ALL.map(Act::name), "act"),
            self.actor("to"),
            self.word(Column::Matter, "matter"),
            self.word(Column::Area, "area"),
            of_set("word_of_verdict", &Verdict::ALL.map(Verdict::name), "verdict"),
            self.word(Column::Link, "link"),
            Function::new("words_of_attributes", Does::WordList(self.dictionary(Column::Attribute)))
                .call(vec![field("attributes")])
                .alias("attributes"),
        ]
    }

    fn decisions(&self) -> Vec<Expr> {
        vec![
            self.decision(),
            self.item().alias("item"),
            self.word(Column::Matter, "matter"),
            self.word(Column::Area, "area"),
            field("raised_at").alias("raised_at"),
            field("asked_at").alias("asked_at"),
            field("decided_at").alias("decided_at"),
            field("executed_at").alias("executed_at"),
            self.actor("asker"),
            self.actor("decider"),
            of_set("word_of_verdict", &Verdict::ALL.map(Verdict::name), "verdict"),
            of_set("word_of_status", &[Status::Open, Status::Decided, Status::Withdrawn].map(Status::name), "status"),
            whole("n_hops"),
            whole("n_handovers"),
            whole("n_crossings"),
            whole("n_escalations"),
            whole("n_returns"),
            whole("n_objections"),
            whole("n_approvals"),
            if_seen(calendar_hours("raised_at", "ended_at")).alias("latency_calendar_h"),
            if_seen(working_hours("latency_working")).alias("latency_working_h"),
            field("reversed_at").alias("reversed_at"),
            self.actor("reversed_by"),
            of_set("word_of_decider_known", &DECIDER_KNOWN.map(DeciderKnown::name), "decider_known"),
            field("in_remit").alias("in_remit"),
            whole("ordinal"),
            of_set("word_of_opened_by", &OPENED_BY.map(OpenedBy::name), "opened_by"),
            field("ended_at").alias("ended_at"),
            field("first_response_at").alias("first_response_at"),
            working_hours("first_response_working").alias("first_response_working_h"),
            working_hours("execution_working").alias("execution_working_h"),
            self.word(Column::Site, "asker_site"),
            self.word(Column::Role, "asker_role"),
            self.word(Column::Team, "decider_team"),
            self.word(Column::Site, "decider_site"),
            self.word(Column::Role, "decider_role"),
            whole("decider_level"),
            whole("n_site_unknown"),
            whole("n_approvals_surplus"),
            whole("n_people"),
            whole("n_bot_acts"),
        ]
    }

    fn hops(&self) -> Vec<Expr> {
        let kinds = KINDS.map(|kind| Some(kind.name()));
        vec![
            self.decision(),
            whole("seq"),
            self.actor("holder"),
            self.word(Column::Team, "team"),
            self.word(Column::Site, "site"),
            whole("level"),
            field("since").alias("since"),
            field("until").alias("until"),
            calendar_hours("since", "until").alias("held_calendar_h"),
            working_hours("held_working").alias("held_working_h"),
            of_set("word_of_arrived_by", &ArrivedBy::ALL.map(ArrivedBy::name), "arrived_by"),
            self.item().alias("item"),
            // Kind 0 is a word too ("unknown"), so that the set stands one further.
            Function::new("word_of_kind", Does::Word(Dictionary::AtHand(std::iter::once(None).chain(kinds).collect())))
                .call(vec![cast(field("kind"), DataType::UInt32) + lit(1_u32)])
                .alias("holder_kind"),
            self.word(Column::Role, "role"),
        ]
    }

    fn arcs(&self) -> Vec<Expr> {
        vec![
            self.item().alias("item"),
            whole("seq"),
            self.word(Column::Activity, "activity"),
            self.word(Column::Activity, "next_activity"),
            self.actor("actor"),
            self.actor("next_actor"),
            self.actor("actor_before"),
            self.word(Column::Team, "team"),
            self.word(Column::Team, "next_team"),
            self.word(Column::Site, "site"),
            self.word(Column::Site, "next_site"),
            self.word(Column::Role, "role"),
            self.word(Column::Role, "next_role"),
            field("since").alias("since"),
            field("at").alias("at"),
            calendar_hours("since", "at").alias("waited_calendar_h"),
            working_hours("waited_working").alias("waited_working_h"),
            field("team_returns").alias("team_returns"),
            field("crosses").alias("crosses"),
        ]
    }

    fn dictionary(&self, column: Column) -> Dictionary {
        Dictionary::Of(Arc::clone(&self.words), column)
    }

    fn item(&self) -> Expr {
        Function::new("item_name", Does::Item(Arc::clone(&self.words))).call(vec![field("item_id")])
    }

    fn decision(&self) -> Expr {
        let function = Function::new("decision_name", Does::Decision(Arc::clone(&self.words)));
        function.call(vec![field("item_id"), field("ordinal")]).alias("decision")
    }

    fn actor(&self, name: &'static str) -> Expr {
        Function::new("shown_actor", Does::Word(self.shown.clone())).call(vec![field(name)]).alias(name)
    }

    fn word(&self, column: Column, name: &'static str) -> Expr {
        self.word_of(column, field(name)).alias(name)
    }

    fn word_of(&self, column: Column, code: Expr) -> Expr {
        let name = match column {
            Column::Source => "word_of_source",
            Column::Actor => "word_of_actor",
            Column::Activity => "word_of_activity",
            Column::Matter => "word_of_matter",
            Column::Area => "word_of_area",
            Column::Team => "word_of_team",
            Column::Site => "word_of_site",
            Column::Role => "word_of_role",
            Column::Link => "word_of_link",
            Column::Attribute => "word_of_attribute",
        };
        Function::new(name, Does::Word(self.dictionary(column))).call(vec![code])
    }
}

const OPENED_BY: [OpenedBy; 5] =
    [OpenedBy::Raised, OpenedBy::Asked, OpenedBy::Reopened, OpenedBy::FirstSeen, OpenedBy::Unseen];
const DECIDER_KNOWN: [DeciderKnown; 4] =
    [DeciderKnown::Explicit, DeciderKnown::Rule, DeciderKnown::Inferred, DeciderKnown::Unknown];
const KINDS: [ActorKind; 4] = [ActorKind::Unknown, ActorKind::Person, ActorKind::Bot, ActorKind::Group];

/// The word of a closed set whose codes begin with 1.
fn of_set(function: &'static str, words: &[&'static str], name: &'static str) -> Expr {
    let words = std::iter::once(None).chain(words.iter().map(|word| Some(*word))).collect();
    Function::new(function, Does::Word(Dictionary::AtHand(words))).call(vec![field(name)]).alias(name)
}

/// Whole numbers are wide and signed, so that `n_hops - 1` means what it says.
fn whole(name: &'static str) -> Expr {
    cast(field(name), DataType::Int64).alias(name)
}

fn calendar_hours(from: &str, until: &str) -> Expr {
    let micros = cast(field(until), DataType::Int64) - cast(field(from), DataType::Int64);
    cast(micros, DataType::Float64) / lit(MICROS_PER_HOUR)
}

fn working_hours(name: &str) -> Expr {
    cast(field(name), DataType::Float64) / lit(MICROS_PER_HOUR)
}

/// Empty where nobody saw the question being put.
fn if_seen(hours: Expr) -> Expr {
    let is_seen = field("opened_by").not_eq(lit(OpenedBy::Unseen as u8));
    when(is_seen, hours).end().expect("one branch of one type makes a case")
}

fn field(name: &str) -> Expr {
    col(name)
}
