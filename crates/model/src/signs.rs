//! What the words of an event say, as far as rules can tell: features that are kept in place of the text.

/// Features of a text, as bits. They share a word with [`crate::decision::ItemEvents::flags`], whose two lowest bits mean
/// something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Signs(u16);

impl Signs {
    /// Nothing, or no text at all.
    pub const NONE: Signs = Signs(0);
    /// There was a text that the rules looked at.
    pub const HAS_TEXT: Signs = Signs(1 << 2);
    /// It asks for consent: "are you happy with", "can I go ahead", "prosze o akceptacje".
    pub const ASKS_CONSENT: Signs = Signs(1 << 3);
    /// It asks a question.
    pub const ASKS: Signs = Signs(1 << 4);
    /// It gives a reason: "because", "so that", "poniewaz".
    pub const REASON: Signs = Signs(1 << 5);

    /// It says what is to be reached: a goal, a user story, an intended effect.
    pub const GOAL: Signs = Signs(1 << 6);
    /// It names an outcome with a number: "cut drop-outs to 4 %".
    pub const METRIC: Signs = Signs(1 << 7);
    /// It names a constraint: a regulation, a date, a budget.
    pub const CONSTRAINT: Signs = Signs(1 << 8);
    /// It names who is affected: a customer, a kind of user.
    pub const CUSTOMER: Signs = Signs(1 << 9);
    /// It says what is not to be done or not in scope.
    pub const NON_GOAL: Signs = Signs(1 << 10);
    /// It holds a link: an address, a reference to another item.
    pub const LINK: Signs = Signs(1 << 11);
    /// It is the item's own statement (a description, a commit message), which takes the place of what stood there before,
    /// and not a remark on it.
    pub const STATEMENT: Signs = Signs(1 << 12);
    /// It is a template that nobody filled in; then it says nothing else.
    pub const TEMPLATE: Signs = Signs(1 << 13);

    /// It asks what a thing is for: why, for whom, to what end. Goals, reasons and customers answer it.
    pub const ASKS_WHY: Signs = Signs(1 << 14);
    /// It asks for a bound: how much, how many, by when, within what. Numbers and constraints answer it.
    pub const ASKS_BOUND: Signs = Signs(1 << 15);

    /// The units of intent, in the order in which they are printed.
    pub const INTENT: [Signs; 7] =
        [Signs::GOAL, Signs::METRIC, Signs::CONSTRAINT, Signs::CUSTOMER, Signs::NON_GOAL, Signs::REASON, Signs::LINK];

    /// Every bit that may be set.
    pub const ALL: Signs = Signs(0b1111_1111_1111_1100);

    /// The bits of a stored word that are signs.
    pub fn of_flags(flags: u16) -> Signs {
        Signs(flags & Signs::ALL.0)
    }

    /// The bits, to be stored.
    pub fn bits(self) -> u16 {
        self.0
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Signs) -> Signs {
        Signs(self.0 | other.0)
    }

    /// Whether what a question asks for can be read here: of each kind of thing that it asks for, something. `None` where it
    /// does not ask for any, as far as rules can tell.
    pub fn answers(self, question: Signs) -> Option<bool> {
        let wanted = [
            (Signs::ASKS_WHY, &[Signs::REASON, Signs::GOAL, Signs::CUSTOMER][..]),
            (Signs::ASKS_BOUND, &[Signs::METRIC, Signs::CONSTRAINT][..]),
        ];
        let asked = || wanted.iter().filter(|(asks, _)| question.has(*asks));
        asked().next()?;
        Some(asked().all(|(_, units)| units.iter().any(|unit| self.has(*unit))))
    }

    /// Whether all of these are there.
    pub fn has(self, other: Signs) -> bool {
        self.0 & other.0 == other.0
    }
}

/// How often a text rule is right, on texts that people labelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Texts with the feature, by the labels.
    pub with: u32,
    /// Of these, found by the rule.
    pub found: u32,
    /// Texts without the feature.
    pub without: u32,
    /// Of these, wrongly taken by the rule.
    pub mistaken: u32,
}

impl Audit {
    /// Sensitivity; 0 to 1, `NaN` without texts.
    pub fn sensitivity(&self) -> f64 {
        f64::from(self.found) / f64::from(self.with)
    }

    /// Specificity; 0 to 1, `NaN` without texts.
    pub fn specificity(&self) -> f64 {
        1.0 - f64::from(self.mistaken) / f64::from(self.without)
    }
}

/// How often [`Signs::ASKS_CONSENT`] is right on English texts. The texts were written for this purpose and labelled by
/// the project itself, not by outside raters; these are the half that the rules were not tuned on. See
/// `docs/concepts/texts.md`, also for what it does not show.
pub const ASKS_CONSENT_EN: Audit = Audit { with: 54, found: 52, without: 77, mistaken: 0 };

/// The same on Polish texts, with and without diacritics.
pub const ASKS_CONSENT_PL: Audit = Audit { with: 47, found: 47, without: 65, mistaken: 0 };

/// How often the rules find a unit of intent, or a template, in English texts of public projects: 166 texts of a tracker, a
/// discussion archive and two histories, taken by a fixed rule and read by **one rater of this project**; these are the half
/// that the rules were not tuned on. `None` of signs that are no such unit. Where `with` is small, nearly nothing is known of
/// the sensitivity: look at the interval. See `docs/concepts/texts.md`.
pub fn intent_audit(unit: Signs) -> Option<Audit> {
    let of = |with, found, without, mistaken| Some(Audit { with, found, without, mistaken });
    match unit {
        Signs::GOAL => of(22, 19, 61, 4),
        Signs::METRIC => of(0, 0, 83, 0),
        Signs::CONSTRAINT => of(1, 1, 82, 1),
        Signs::CUSTOMER => of(6, 5, 77, 0),
        Signs::NON_GOAL => of(2, 2, 81, 1),
        Signs::REASON => of(22, 11, 61, 1),
        Signs::LINK => of(23, 23, 60, 1),
        Signs::TEMPLATE => of(2, 2, 81, 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_shares_and_nothing_gives_none() {
        let audit = Audit { with: 4, found: 3, without: 10, mistaken: 1 };
        assert_eq!((audit.sensitivity(), audit.specificity()), (0.75, 0.9));
        let nothing = Audit { with: 0, found: 0, without: 0, mistaken: 0 };
        assert!(nothing.sensitivity().is_nan() && nothing.specificity().is_nan());
    }

    #[test]
    fn a_question_is_answered_by_the_units_it_asks_for_and_all_of_them() {
        let (why, bound) = (Signs::ASKS_WHY, Signs::ASKS_BOUND);
        let goal = Signs::HAS_TEXT.and(Signs::GOAL);
        assert_eq!(goal.answers(why), Some(true));
        assert_eq!(goal.answers(bound), Some(false));
        assert_eq!(goal.answers(why.and(bound)), Some(false), "half an answer is none");
        assert_eq!(goal.and(Signs::CONSTRAINT).answers(why.and(bound)), Some(true));
        assert_eq!(goal.answers(Signs::ASKS), None, "nobody can tell what it asks for");
        assert_eq!(Signs::NONE.answers(why), Some(false));
    }

    #[test]
    fn signs_leave_the_other_flags_alone() {
        use crate::decision::{FLAG_AUXILIARY, FLAG_DESCRIBES_HOLDER};
        assert_eq!(Signs::ALL.bits() & (FLAG_AUXILIARY | FLAG_DESCRIBES_HOLDER), 0);
        let signs = Signs::HAS_TEXT.and(Signs::REASON);
        assert_eq!(Signs::of_flags(signs.bits() | FLAG_AUXILIARY), signs);
        assert!(signs.has(Signs::REASON) && !signs.has(Signs::ASKS_CONSENT));
    }
}
