//! SQL over the record: the public tables, with words instead of codes, and nothing that writes.

mod answer;
pub(crate) mod functions;
mod memory;
mod pushed;
mod views;

use std::sync::Arc;

use datafusion::error::DataFusionError;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::{SQLOptions, SessionContext};
use sayso_model::decision::Reconstruct;
use sayso_model::schema;

pub use answer::Answer;
pub use memory::{MemoryColumn, MemoryTable};

use crate::record::Dictionaries;
use crate::{Engine, EngineError};

/// What stands for an actor in every table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// These labels, by actor code: pseudonyms for people. A code without a label shows nothing.
    Labels(Vec<String>),
    /// The names as the sources write them. Only where the office has decided so.
    Names,
}

/// What SQL needs beyond the record itself.
#[derive(Clone)]
pub struct Tables {
    /// The dictionaries, with what only this process knows on top.
    pub words: Arc<Dictionaries>,
    /// The rules and the directory: `decisions` and `hops` are made by them when a query asks.
    pub reconstruct: Arc<dyn Reconstruct>,
    /// What stands for an actor.
    pub shown: Shown,
    /// Tables that the caller has at hand: `people`, `measures`, `skipped`. Those that are not given are empty.
    pub memory: Vec<MemoryTable>,
}

/// A session that answers queries.
pub struct Sql<'e> {
    engine: &'e Engine,
    context: SessionContext,
}

impl Engine {
    /// A session over the public tables.
    ///
    /// # Errors
    /// When a dictionary cannot be read, or a given table does not have the columns that the reference says.
    pub fn sql(&self, tables: Tables) -> Result<Sql<'_>, EngineError> {
        let context = self.session();
        context.add_optimizer_rule(Arc::new(pushed::FilterByCode));
        views::register(&context, self.snapshot(), &tables)?;
        for doc in &schema::TABLES {
            if !views::NAMES.contains(&doc.name) {
                let given = tables.memory.iter().find(|table| table.name == doc.name);
                context.register_table(doc.name, memory::provider(doc, given)?)?;
            }
        }
        if let Some(stray) = tables
            .memory
            .iter()
            .find(|table| schema::table(&table.name).is_none() || views::NAMES.contains(&table.name.as_str()))
        {
            return Err(EngineError::Table { table: stray.name.clone(), what: "no such table can be given".into() });
        }
        Ok(Sql { engine: self, context })
    }
}

impl<'e> Sql<'e> {
    /// Answers one query.
    ///
    /// # Errors
    /// When the query cannot be understood, names what is not there, or would write; the hint lists what is there.
    pub fn query(&self, sql: &str) -> Result<Answer<'e>, EngineError> {
        let runtime = self.engine.runtime();
        let plan = self.plan(sql)?;
        let batches = runtime.block_on(self.engine.rows(plan)).map_err(|error| explain(sql, &error))?;
        Ok(Answer::new(self.engine, batches))
    }

    /// How a query would be computed: the operators, each over what it reads from; on a cluster, stage by stage.
    ///
    /// # Errors
    /// As for [`query`](Sql::query).
    pub fn explain(&self, sql: &str) -> Result<String, EngineError> {
        let plan = self.plan(sql)?;
        self.engine.explained(plan).map_err(|error| explain(sql, &error))
    }

    fn plan(&self, sql: &str) -> Result<Arc<dyn ExecutionPlan>, EngineError> {
        let plan = self.engine.runtime().block_on(async {
            let plan = self.context.state().create_logical_plan(sql).await?;
            let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
            if options.verify_plan(&plan).is_err() {
                return Ok(None);
            }
            let frame = self.context.execute_logical_plan(plan).await?;
            frame.create_physical_plan().await.map(Some)
        });
        match plan {
            Ok(Some(plan)) => Ok(plan),
            Ok(None) => Err(EngineError::Query {
                what: "it would change something, and the record is only read".into(),
                hint: "begin with `select`, `with`, `show tables`, `describe` or `explain`".into(),
            }),
            Err(error) => Err(explain(sql, &error)),
        }
    }
}

impl std::fmt::Debug for Sql<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sql").field("session", &self.context.session_id()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tables").field("memory", &self.memory).finish_non_exhaustive()
    }
}

/// What went wrong half-way: mostly the values, not the names.
pub(crate) fn broken_off(error: &DataFusionError) -> EngineError {
    let root = error.find_root();
    let hint = match root {
        DataFusionError::ResourcesExhausted(_) => "allow more memory, or ask for less at a time",
        _ => "look at the values that the query computes with",
    };
    EngineError::Query { what: root.strip_backtrace(), hint: hint.into() }
}

/// The engine's complaint in a line, with the tables, or the columns of the tables that the query names.
fn explain(sql: &str, error: &DataFusionError) -> EngineError {
    #[cfg(feature = "cluster")]
    if let Some(refusal) = crate::cluster::turned_away(&error.to_string()) {
        return refusal;
    }
    let message = error.find_root().strip_backtrace();
    let what = message.trim_start_matches("Error during planning: ").trim_start_matches("Schema error: ");
    // The engine lists every column of every table that is in sight; the hint does that in fewer words.
    let what = what.split("Valid fields are").next().unwrap_or(what).trim_end().trim_end_matches('.');
    let words: Vec<&str> = sql.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let named: Vec<String> = schema::TABLES
        .iter()
        .filter(|table| words.iter().any(|word| word.eq_ignore_ascii_case(table.name)))
        .map(|table| {
            let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            format!("`{}` has {}", table.name, columns.join(", "))
        })
        .collect();
    let hint = if named.is_empty() {
        let tables: Vec<&str> = schema::TABLES.iter().map(|table| table.name).collect();
        format!("the tables are {}", tables.join(", "))
    } else {
        named.join("; ")
    };
    EngineError::Query { what: what.to_owned(), hint }
}
