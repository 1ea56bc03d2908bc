//! The rules as the engine calls them: what they know (the directory, the end of the record) and what may be chosen.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use sayso_model::actor::Directory;
use sayso_model::charter::Remits;
use sayso_model::decision::{DeciderKnown, ItemEvents, Parts, Paths, Reconstruct};
use sayso_model::time::Instant;
use serde::{Deserialize, Serialize};

use crate::acts::Parties;
use crate::fold::{Scratch, fold};

/// What may be chosen about the rules. [`Options::STANDARD`] is what the document describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Whether handing an answered question to somebody opens it again (R20). Standard: yes. Choose no for trackers in
    /// which assignees are tidied up after closing.
    pub handover_reopens: bool,
    /// How the decider of an act `decided` counts as known. Standard: [`DeciderKnown::Explicit`]. Choose
    /// [`DeciderKnown::Rule`] where the lens makes a status change or a merge by right into `decided`.
    pub decided_known: DeciderKnown,
    /// What of the paths is made. Standard: all but the touches.
    pub parts: Parts,
}

impl Options {
    /// The rules as written in `docs/concepts/reconstruction.md`.
    pub const STANDARD: Options = Options {
        handover_reopens: true,
        decided_known: DeciderKnown::Explicit,
        parts: Parts { touches: false, ..Parts::ALL },
    };
}

/// The rules by which events become decisions, with all that they need to know.
///
/// ```
/// use sayso_decisions::Rules;
/// use sayso_model::decision::{Paths, Reconstruct};
/// use sayso_model::notation::Story;
///
/// let story = Story::parse("mon 09:00 anna raised scope\ntue 11:00 meg decided scope approved").unwrap();
/// let rules = Rules::new(story.directory().unwrap(), story.until());
/// let mut paths = Paths::default();
/// rules.item(&story.events(), &mut paths);
/// assert_eq!(paths.decisions[0].latency().hours(), 26.0);
/// ```
#[derive(Clone, Debug)]
pub struct Rules {
    directory: Arc<Directory>,
    pub(crate) parties: Arc<Parties>,
    until: Instant,
    options: Options,
    remits: Arc<Remits>,
}

impl Rules {
    /// The standard rules. Questions still open at `until`, the end of the record, are censored there, or at their
    /// item's last event if that is later.
    pub fn new(directory: Directory, until: Instant) -> Self {
        Self::with(directory, until, Options::STANDARD)
    }

    /// The rules with other choices.
    pub fn with(directory: Directory, until: Instant, options: Options) -> Self {
        let parties = Arc::new(Parties::new(&directory));
        Self { parties, directory: Arc::new(directory), until, options, remits: Arc::default() }
    }

    /// The same, with what is declared: by it a decision knows whether it was taken within a remit.
    #[must_use]
    pub fn under(self, remits: Arc<Remits>) -> Self {
        Self { remits, ..self }
    }

    /// The same, making no other parts than these; `None` where it makes no others anyway.
    pub fn making(&self, parts: Parts) -> Option<Self> {
        let parts = self.options.parts.and(parts);
        (parts != self.options.parts).then(|| Self { options: Options { parts, ..self.options }, ..self.clone() })
    }

    /// What is declared; empty where nothing is.
    pub fn remits(&self) -> &Remits {
        &self.remits
    }

    /// What was chosen.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The rules that were [`packed`](Reconstruct::packed) elsewhere.
    ///
    /// # Errors
    /// When the bytes are something else, or name a time zone that this version does not know.
    pub fn unpacked(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let Packed { directory, until, options, remits } = serde_json::from_slice(bytes)?;
        Ok(Self::with(directory.into_owned(), until, options).under(Arc::new(remits.into_owned())))
    }
}

/// What rules are made of, as plain data.
#[derive(Serialize, Deserialize)]
struct Packed<'a> {
    directory: Cow<'a, Directory>,
    until: Instant,
    options: Options,
    remits: Cow<'a, Remits>,
}

thread_local! {
    /// Working memory, one a thread: folding tens of millions of items must not allocate for each.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Reconstruct for Rules {
    fn item(&self, events: &ItemEvents<'_>, out: &mut Paths) {
        SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
            Ok(mut scratch) => fold(self, events, out, &mut scratch),
            Err(_) => fold(self, events, out, &mut Scratch::default()),
        });
    }

    fn directory(&self) -> &Directory {
        &self.directory
    }

    fn until(&self) -> Instant {
        self.until
    }

    fn packed(&self) -> Vec<u8> {
        let packed = Packed {
            directory: Cow::Borrowed(&*self.directory),
            until: self.until,
            options: self.options,
            remits: Cow::Borrowed(&self.remits),
        };
        serde_json::to_vec(&packed).expect("plain data without maps of non-text keys serialises")
    }

    fn only(&self, parts: Parts) -> Option<Arc<dyn Reconstruct>> {
        Some(Arc::new(self.making(parts)?))
    }
}
