//! What users can check on their own record: the books balance, and hops fill their time.

use std::fmt::Write as _;

use sayso_model::decision::Decision;
use serde::Serialize;

use crate::authority::Reading;
use crate::{InquiryError, Office};

/// How many of the places that were set aside are shown.
const SHOWN_MAX: usize = 5;

/// One check and how it came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Whether it holds.
    pub holds: bool,
    /// What was checked, with the numbers.
    pub says: String,
}

impl Office {
    /// Checks the record as it is.
    ///
    /// # Errors
    /// When the record cannot be read at all; what can be read and is wrong is a check that does not hold.
    pub fn doctor(&self) -> Result<Vec<Check>, InquiryError> {
        let mut checks = Vec::new();
        let mut check = |holds: bool, says: String| checks.push(Check { holds, says });
        let engine = self.engine()?;
        let snapshot = engine.snapshot();

        let mut events_of_sources = 0;
        for source in &self.sources {
            let Some(state) = snapshot.source(&source.name) else {
                check(false, format!("{}: never read", source.name));
                continue;
            };
            let ledger = &state.ledger;
            events_of_sources += ledger.events;
            check(
                ledger.n_lost() == 0,
                format!(
                    "{}: {} elements seen = {} kept + {} set aside",
                    source.name,
                    ledger.seen,
                    ledger.kept,
                    ledger.n_set_aside()
                ),
            );
            check(state.complete, format!("{}: read to its end", source.name));
            for (what, tally) in &ledger.claims {
                check(tally.missing() == 0, format!("{}: {}", source.name, tally.words(what)));
            }
        }

        for reading in &self.declared_in {
            check(reading.is_whole, of_declared(reading));
        }

        let tally = engine.tally(None)?;
        check(
            tally.rows == snapshot.n_events(),
            format!("the files hold {} rows, the manifest says {}", tally.rows, snapshot.n_events()),
        );
        check(
            tally.events == events_of_sources,
            format!("the files hold {} events, the sources gave {events_of_sources}", tally.events),
        );

        let who = self.who(&engine)?;
        let (mut unbalanced, mut with_latency, mut backwards) = (0_usize, 0_usize, 0_usize);
        for paths in engine.paths(&self.reconstruct(&who, false))? {
            let paths = paths?;
            unbalanced += paths.unbalanced().len();
            with_latency += paths.decisions.iter().filter(|decision| decision.has_latency()).count();
            backwards += paths.decisions.iter().filter(|decision| runs_backwards(decision)).count();
        }
        check(
            unbalanced == 0,
            format!(
                "the hops of {} of {with_latency} decisions fill their time without gap or overlap, to the microsecond",
                with_latency.saturating_sub(unbalanced)
            ),
        );
        check(backwards == 0, format!("{backwards} decisions end before they begin"));
        Ok(checks)
    }
}

/// How much of what is declared could be used, and of the rest what and why.
fn of_declared(reading: &Reading) -> String {
    let Reading { of, n_versions, aside, .. } = reading;
    let mut says = format!("{of}: {n_versions} versions read, {} lines or versions set aside", aside.len());
    for (n, one) in aside.iter().take(SHOWN_MAX).enumerate() {
        let _ = write!(says, "{} {}: {}", if n == 0 { ":" } else { ";" }, one.place, one.why);
    }
    if aside.len() > SHOWN_MAX {
        let _ = write!(says, "; and {} more", aside.len() - SHOWN_MAX);
    }
    says
}

fn runs_backwards(decision: &Decision) -> bool {
    decision.ended_at < decision.raised_at
}
