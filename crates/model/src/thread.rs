//! Where the why can be followed over items: who links to whom, and what each text on an item said.

use crate::Code;
use crate::signs::Signs;
use crate::time::Instant;

/// A link from one item to another, said at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The item that points.
    pub from: u64,
    /// The item that is pointed at.
    pub to: u64,
    /// When the link was made.
    pub at: Instant,
}

/// What one text on an item said; of the text itself nothing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The item.
    pub item: u64,
    /// When.
    pub at: Instant,
    /// What it said.
    pub signs: Signs,
    /// Whether it takes the place of what the item's statement said before ([`Signs::STATEMENT`]), and does not add to it.
    pub statement: bool,
    /// Who wrote it, [`crate::NOT_RECORDED`] where nobody is named.
    pub actor: Code,
}

/// Links and signs of a whole record, filled in one pass over its events in the order of (item, time).
///
/// An event with [`crate::event::Act::Linked`] gives a [`Link`] to the item that its `to` names, and so does any event whose
/// `link` column names an item of the record; other links (addresses, items that are not in the record) are no [`Link`] but
/// at most [`Signs::LINK`] in what was said. An event with [`Signs::HAS_TEXT`] gives a [`Said`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Threads {
    /// The links, by (item that points, time).
    pub links: Vec<Link>,
    /// The texts, by (item, time).
    pub said: Vec<Said>,
    /// Items that are an origin by what they are (a goal, a decision record, an incident), in order; items whose texts give
    /// a goal, a number or a customer need not stand here.
    pub origins: Vec<u64>,
    /// Items that were closed at some time because what was needed to answer them was missing ("needs more info"), in order.
    pub wanting: Vec<u64>,
}

impl Threads {
    /// Adds what one event says. Events must come in the order of (item, time); `to` is the item that it links to.
    pub fn push(&mut self, item: u64, at: Instant, flags: u16, actor: Code, to: Option<u64>) {
        if let Some(to) = to.filter(|to| *to != item) {
            self.links.push(Link { from: item, to, at });
        }
        let signs = Signs::of_flags(flags);
        if signs.has(Signs::HAS_TEXT) {
            self.said.push(Said { item, at, signs, statement: signs.has(Signs::STATEMENT), actor });
        }
    }

    /// Whether there is nothing to follow.
    pub fn is_empty(&self) -> bool {
        self.links.is_empty() && self.said.is_empty()
    }

    /// The links of an item, in order of time; none for an item that is not there.
    pub fn links_of(&self, item: u64) -> &[Link] {
        let from = self.links.partition_point(|link| link.from < item);
        let len = self.links[from..].partition_point(|link| link.from == item);
        &self.links[from..from + len]
    }

    /// The texts of an item, in order of time; none for an item that is not there.
    pub fn said_on(&self, item: u64) -> &[Said] {
        let from = self.said.partition_point(|said| said.item < item);
        let len = self.said[from..].partition_point(|said| said.item == item);
        &self.said[from..from + len]
    }

    /// What can be read on an item at an instant: its latest statement and every remark up to then. A template says nothing.
    pub fn readable(&self, item: u64, at: Instant) -> Signs {
        let (mut statement, mut remarks) = (Signs::NONE, Signs::NONE);
        for said in self.said_on(item).iter().take_while(|said| said.at <= at) {
            let own = if said.signs.has(Signs::TEMPLATE) { Signs::HAS_TEXT } else { said.signs };
            if said.statement {
                statement = own;
            } else {
                remarks = remarks.and(own);
            }
        }
        statement.and(remarks)
    }

    /// The items that can be reached from an item over at most `steps` links made by an instant, without itself; nearest
    /// first, each once.
    pub fn reach(&self, item: u64, steps: usize, at: Instant) -> Vec<u64> {
        let (mut reached, mut edge) = (Vec::new(), vec![item]);
        for _ in 0..steps {
            let mut next = Vec::new();
            for from in edge {
                for link in self.links_of(from).iter().take_while(|link| link.at <= at) {
                    if link.to != item && !reached.contains(&link.to) {
                        reached.push(link.to);
                        next.push(link.to);
                    }
                }
            }
            edge = next;
        }
        reached
    }

    /// Whether an item is where a why comes from: by what it is, or by a goal, a number or a customer in its texts by then.
    pub fn is_origin(&self, item: u64, at: Instant) -> bool {
        let says = || {
            let readable = self.readable(item, at);
            [Signs::GOAL, Signs::METRIC, Signs::CUSTOMER].into_iter().any(|unit| readable.has(unit))
        };
        self.origins.binary_search(&item).is_ok() || says()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(n: i64) -> Instant {
        Instant::from_micros(n)
    }

    fn told(items: &[(u64, i64, Signs, Option<u64>)]) -> Threads {
        let mut threads = Threads::default();
        for &(item, when, signs, to) in items {
            threads.push(item, at(when), signs.bits(), 1, to);
        }
        threads
    }

    const TEXT: Signs = Signs::HAS_TEXT;

    #[test]
    fn a_statement_replaces_and_a_remark_adds() {
        let statement = TEXT.and(Signs::STATEMENT);
        let threads = told(&[
            (1, 1, statement.and(Signs::GOAL).and(Signs::METRIC), None),
            (1, 2, TEXT.and(Signs::REASON), None),
            (1, 3, statement.and(Signs::GOAL), None),
            (2, 1, TEXT.and(Signs::TEMPLATE), None),
        ]);
        assert!(threads.readable(1, at(2)).has(Signs::METRIC));
        let later = threads.readable(1, at(3));
        assert!(later.has(Signs::GOAL) && later.has(Signs::REASON) && !later.has(Signs::METRIC));
        assert_eq!(threads.readable(1, at(0)), Signs::NONE);
        assert_eq!(threads.readable(2, at(9)), TEXT, "a template says nothing");
        assert_eq!(threads.readable(3, at(9)), Signs::NONE);
    }

    #[test]
    fn links_are_followed_two_steps_and_not_before_they_were_made() {
        let none = Signs::NONE;
        let threads =
            told(&[(1, 1, none, Some(2)), (2, 5, none, Some(3)), (2, 6, none, Some(1)), (3, 1, none, Some(4))]);
        assert_eq!(threads.reach(1, 2, at(9)), [2, 3]);
        assert_eq!(threads.reach(1, 2, at(4)), [2]);
        assert_eq!(threads.reach(1, 3, at(9)), [2, 3, 4]);
        assert_eq!(threads.reach(4, 2, at(9)), []);
    }

    #[test]
    fn an_origin_is_one_by_what_it_is_or_by_what_it_says() {
        let mut threads = told(&[(1, 3, TEXT.and(Signs::CUSTOMER), None), (2, 1, TEXT.and(Signs::REASON), None)]);
        threads.origins = vec![7];
        assert!(threads.is_origin(1, at(3)) && !threads.is_origin(1, at(2)));
        assert!(threads.is_origin(7, at(0)) && !threads.is_origin(2, at(9)));
    }
}
