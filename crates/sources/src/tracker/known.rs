//! What the first pass over all pages finds out: which telling of each fact counts, and what did not come.

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::coverage::{Note, Reason};
use twox_hash::XxHash3_64;

use super::claims::{Claims, hash};
use super::{Account, Claim, Fact, Telling};

/// A place among all that is told: the page, and which of those that are alike on it.
pub(crate) type Ordinal = (u32, u32);

/// Numbers what is told. Both passes number alike.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    page: u32,
    /// What was told on this page, and how often.
    alike: FxHashMap<u64, u32>,
}

impl Numbers {
    /// The next page begins.
    pub fn page(&mut self) {
        self.page += 1;
        self.alike.clear();
    }

    /// Identity and place of a fact.
    pub fn fact(&mut self, fact: &Fact) -> (u64, Ordinal) {
        let id = hash(&fact.id);
        (id, (self.page, self.nth(id)))
    }

    /// Identity and place of what is set aside: told again with the same words, it is the same.
    pub fn aside(&mut self, place: &str, reason: Reason, detail: &str) -> (u64, Ordinal) {
        let words = XxHash3_64::oneshot(format!("{place}\0{}\0{detail}", reason.name()).as_bytes());
        // Two alike on one page are two.
        let nth = self.nth(words);
        (XxHash3_64::oneshot(&[words.to_le_bytes(), u64::from(nth).to_le_bytes()].concat()), (self.page, 1))
    }

    fn nth(&mut self, what: u64) -> u32 {
        let nth = self.alike.entry(what).or_default();
        *nth += 1;
        *nth
    }
}

/// Whom a parser tells in the first pass. A fact costs its hash, and one that is told twice also its last place.
#[derive(Debug, Default)]
pub(crate) struct First {
    numbers: Numbers,
    origin: Option<String>,
    seen: FxHashSet<u64>,
    last: FxHashMap<u64, Ordinal>,
    claims: Claims,
    broken: FxHashSet<u64>,
}

/// What the first pass leaves to the second.
#[derive(Debug)]
pub(crate) struct Known {
    last: FxHashMap<u64, Ordinal>,
    broken: FxHashSet<u64>,
    /// What came against what was stated.
    pub claims: Claims,
    /// Items whose history is known to be cut, with what is missing.
    pub short: FxHashMap<u64, String>,
}

impl First {
    /// The next page begins; with no origin, what comes after the last.
    pub fn page(&mut self, origin: Option<&str>) {
        self.numbers.page();
        self.origin = origin.map(str::to_owned);
        if let Some(origin) = origin {
            self.broken.remove(&hash(origin));
        }
    }

    /// A page that is not there, or cannot be read.
    pub fn broken(&mut self, origin: &str) {
        self.numbers.page();
        self.broken.insert(hash(origin));
    }

    /// What was found out.
    pub fn known(self) -> Known {
        let short = self.claims.short();
        Known { last: self.last, broken: self.broken, claims: self.claims, short }
    }

    fn told(&mut self, (what, at): (u64, Ordinal)) {
        if !self.seen.insert(what) {
            self.last.insert(what, at);
        }
    }
}

impl Known {
    /// Whether this telling is the one that counts.
    pub fn counts(&self, (what, at): (u64, Ordinal)) -> bool {
        self.last.get(&what).is_none_or(|last| *last == at)
    }

    /// Whether a page of this origin never came whole; says so once.
    pub fn is_lost(&mut self, origin: &str) -> bool {
        self.broken.remove(&hash(origin))
    }
}

impl Telling for First {
    fn fact(&mut self, fact: Fact) {
        let told = self.numbers.fact(&fact);
        self.told(told);
    }

    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        let told = self.numbers.aside(place, reason, detail);
        self.told(told);
    }

    fn claim(&mut self, claim: Claim) {
        self.claims.enter(&claim, self.origin.as_deref());
    }

    fn account(&mut self, _: Account) {}

    fn note(&mut self, _: &str, _: Note, _: &str) {}
}
