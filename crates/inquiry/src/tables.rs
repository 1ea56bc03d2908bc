//! The record in SQL: what the engine needs beside it, the tables that only an inquiry can fill, and the answer.

use std::sync::Arc;

use sayso_engine::{Engine, Format, MemoryColumn, MemoryTable, Shown, Tables};
use sayso_model::actor::{ActorKind, SiteKnown};
use sayso_model::charter::{Remit, Who as RemitHolder};
use sayso_model::coverage::Reason;
use sayso_model::diagnosis::Finding;
use sayso_model::measure::Measurement;
use sayso_model::time::Instant;
use sayso_model::words::{Column, Words};
use sayso_model::{Code, NOT_RECORDED};

use crate::who::Who;
use crate::{InquiryError, Office};

impl Office {
    /// Answers one query, written in the form that is asked for.
    ///
    /// # Errors
    /// When the query cannot be understood, names what is not there (the hint lists what is), or would write.
    pub fn query(&self, sql: &str, format: Format) -> Result<String, InquiryError> {
        self.note_view("query", Some(sql))?;
        let engine = self.engine()?;
        let mut bytes = Vec::new();
        engine.sql(self.tables(&engine, sql)?)?.query(sql)?.write(format, &mut bytes)?;
        let mut text =
            String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        if let (Format::Text, Some(because)) = (format, self.privacy.because.as_ref().filter(|_| self.privacy.names)) {
            text.push_str(&format!("Names are shown because: {because}\n"));
        }
        Ok(text)
    }

    /// How a query would be computed: the operators, each over what it reads from; on a cluster, stage by stage.
    ///
    /// # Errors
    /// As for [`query`](Office::query).
    pub fn explain(&self, sql: &str) -> Result<String, InquiryError> {
        let engine = self.engine()?;
        Ok(engine.sql(self.tables(&engine, sql)?)?.explain(sql)?)
    }

    /// What a query can look at.
    fn tables(&self, engine: &Engine, sql: &str) -> Result<Tables, InquiryError> {
        let who = self.who(engine)?;
        // What a query does not name it need not wait for; the measures take longer than most queries.
        let in_lower_case = sql.to_lowercase();
        let asks_for = |table: &str| in_lower_case.contains(table);
        let mut memory = Vec::new();
        if asks_for("people") {
            memory.push(self.people_table(&who));
        }
        if asks_for("skipped") {
            memory.push(skipped_table(engine)?);
        }
        if asks_for("remits") {
            memory.push(self.remits_table());
        }
        if asks_for("measures") || asks_for("findings") {
            let diagnosis = self.diagnose()?;
            memory.push(measures_table(&diagnosis.measures));
            memory.push(findings_table(&diagnosis.findings));
        }
        let shown = if self.privacy.names { Shown::Names } else { Shown::Labels(self.labels(&who)) };
        let words = Arc::new(who.words().clone());
        Ok(Tables { words, reconstruct: self.reconstruct(&who, false), shown, memory })
    }

    /// What stands for each actor, by code.
    fn labels(&self, who: &Who) -> Vec<String> {
        let n = who.words().n_codes(Column::Actor).max(who.directory().n_codes());
        (0..n).map(|code| self.label(code as Code, who)).collect()
    }

    /// The charter. Persons stand under their pseudonyms, unless the office shows names.
    fn remits_table(&self) -> MemoryTable {
        let remits = &self.charter.remits;
        let names = |all: &[RemitHolder]| {
            let shown = all.iter().map(|one| match one {
                RemitHolder::Person(name) if !self.privacy.names => {
                    format!("person:{}", self.pseudonyms.shown(name, ActorKind::Person))
                }
                other => other.to_string(),
            });
            said(shown.collect::<Vec<_>>().join(", "))
        };
        let texts = |of: &dyn Fn(&Remit) -> Option<String>| MemoryColumn::Text(remits.iter().map(of).collect());
        let instants = |of: &dyn Fn(&Remit) -> Option<Instant>| MemoryColumn::Instant(remits.iter().map(of).collect());
        table(
            "remits",
            vec![
                ("matter", texts(&|one| Some(one.matter.clone()))),
                ("area", texts(&|one| Some(one.area.clone()))),
                ("decides", texts(&|one| names(&one.decides))),
                ("consulted", texts(&|one| names(&one.consulted))),
                ("reserve", texts(&|one| names(&one.reserve))),
                ("retained", MemoryColumn::Flag(remits.iter().map(|one| Some(one.retained)).collect())),
                ("bounds", texts(&|one| one.bounds.clone())),
                ("since", instants(&|one| one.since)),
                ("until", instants(&|one| one.until)),
                ("because", texts(&|one| one.because.clone())),
                ("written", texts(&|one| said(one.written.clone()))),
            ],
        )
    }

    fn people_table(&self, who: &Who) -> MemoryTable {
        let words = who.words();
        let codes: Vec<Code> = (1..who.directory().n_codes() as Code)
            .filter(|code| who.directory().actor(*code).same_as == *code)
            .filter(|code| who.directory().actor(*code).kind != ActorKind::Group)
            .collect();
        let actors: Vec<_> = codes.iter().map(|code| who.directory().actor(*code)).collect();
        let word = |column: Column, code: Code| (code != NOT_RECORDED).then(|| words.word(column, code).to_owned());
        let texts = |of: &dyn Fn(&sayso_model::actor::Actor) -> Option<String>| {
            MemoryColumn::Text(actors.iter().map(of).collect())
        };
        table(
            "people",
            vec![
                ("person", MemoryColumn::Text(codes.iter().map(|code| Some(self.label(*code, who))).collect())),
                ("kind", texts(&|actor| Some(actor.kind.name().to_owned()))),
                ("team", texts(&|actor| word(Column::Team, actor.team))),
                ("site", texts(&|actor| word(Column::Site, actor.site))),
                (
                    "site_known",
                    texts(&|actor| {
                        Some(match actor.site_known {
                            SiteKnown::Unknown => "unknown".to_owned(),
                            SiteKnown::Declared => "declared".to_owned(),
                            SiteKnown::Inferred => "inferred".to_owned(),
                        })
                    }),
                ),
                ("role", texts(&|actor| word(Column::Role, actor.role))),
                ("level", MemoryColumn::Whole(actors.iter().map(|actor| actor.level.known().map(i64::from)).collect())),
            ],
        )
    }
}

fn skipped_table(engine: &Engine) -> Result<MemoryTable, InquiryError> {
    let skipped = engine.snapshot().skipped()?;
    let texts = |of: &dyn Fn(&sayso_model::coverage::Skipped) -> String| {
        MemoryColumn::Text(skipped.iter().map(|one| Some(of(one))).collect())
    };
    Ok(table(
        "skipped",
        vec![
            ("source", texts(&|one| one.source.clone())),
            ("place", texts(&|one| one.place.clone())),
            ("reason", texts(&|one| Reason::name(one.reason).to_owned())),
            ("detail", texts(&|one| one.detail.clone())),
        ],
    ))
}

fn findings_table(findings: &[Finding]) -> MemoryTable {
    let texts = |of: &dyn Fn(&Finding) -> String| {
        MemoryColumn::Text(findings.iter().map(|finding| said(of(finding))).collect())
    };
    let reals = |of: &dyn Fn(&Finding) -> f64| MemoryColumn::Real(findings.iter().map(|one| Some(of(one))).collect());
    table(
        "findings",
        vec![
            ("id", texts(&|one| one.id.clone())),
            ("pattern", texts(&|one| one.pattern.name().to_owned())),
            ("matter", texts(&|one| one.matter.clone())),
            ("area", texts(&|one| one.area.clone())),
            ("role", texts(&|one| one.role.clone())),
            ("verdict", texts(&|one| one.verdict.name().to_owned())),
            ("strength", texts(&|one| one.strength.name().to_owned())),
            ("claim", texts(&|one| one.claim.clone())),
            ("question", texts(&|one| one.question.clone())),
            ("p", reals(&|one| one.p)),
            ("p_adjusted", reals(&|one| one.p_adjusted)),
            ("evidence", texts(&|one| one.evidence.join(" "))),
        ],
    )
}

/// A text, or nothing where it is empty.
fn said(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn measures_table(measures: &[Measurement]) -> MemoryTable {
    let texts = |of: &dyn Fn(&Measurement) -> String| {
        MemoryColumn::Text(measures.iter().map(|measure| Some(of(measure))).collect())
    };
    let reals = |of: &dyn Fn(&Measurement) -> Option<f64>| MemoryColumn::Real(measures.iter().map(of).collect());
    let instants = |of: &dyn Fn(&Measurement) -> Instant| {
        MemoryColumn::Instant(measures.iter().map(|measure| Some(of(measure))).collect())
    };
    let scope = |measure: &Measurement| {
        measure.scope().iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
    };
    let whole = measures.iter().map(|measure| i64::try_from(measure.estimate().n()).ok()).collect();
    table(
        "measures",
        vec![
            ("id", texts(&|measure| measure.id().code().to_owned())),
            ("title", texts(&|measure| measure.id().title().to_owned())),
            ("scope", texts(&scope)),
            ("statistic", texts(&|measure| measure.statistic().to_owned())),
            ("value", reals(&|measure| measure.estimate().value())),
            ("low", reals(&|measure| measure.estimate().interval().low)),
            ("high", reals(&|measure| measure.estimate().interval().high)),
            ("level", reals(&|measure| Some(measure.estimate().level()))),
            ("n", MemoryColumn::Whole(whole)),
            ("unit", texts(&|measure| measure.estimate().unit().words().to_owned())),
            ("since", instants(&|measure| measure.estimate().window().since.into())),
            ("until", instants(&|measure| measure.estimate().window().until.into())),
            ("method", texts(&|measure| measure.estimate().method().to_owned())),
        ],
    )
}

fn table(name: &str, columns: Vec<(&str, MemoryColumn)>) -> MemoryTable {
    let columns = columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect();
    MemoryTable { name: name.to_owned(), columns }
}
