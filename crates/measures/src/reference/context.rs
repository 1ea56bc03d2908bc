//! The measures of context: whether the why travels, and how near the decider is to the information (M23, M24).

use sayso_model::measure::MeasureId;

use super::Entry;

/// The entry of one of these measures.
pub(super) fn entry(id: MeasureId) -> Entry {
    match id {
        MeasureId::M23 => why(),
        _ => near(),
    }
}

fn why() -> Entry {
    Entry {
        definition: "Hand-overs of a question by a person to somebody who had no part in it before, of which the record says anything: the hand-over has a text, the item has a statement by then, or an origin can be reached from it. The why is lost where neither a reason, a goal, a number or a customer can be read on the item as it was then (the latest statement and every remark up to then), nor an origin be reached over two explicit links made by then. An origin is a goal, decision record or incident, an item whose text gives a goal, number or customer, or one whose text the record does not have.",
        statistics: &[
            ("lost", "share of these hand-overs without the why"),
            ("origin", "share from which an origin can be reached; only where the record holds links"),
            ("reasons", "share with a text at which a reason can be read"),
            ("numbers", "the same for an outcome with a number"),
            ("goals", "the same for a goal"),
            ("constraints", "the same for a regulation, a date or a budget"),
            ("customers", "the same for a customer or user"),
            ("non_goals", "the same for what is not to be done"),
            ("links", "the same for a link in the text"),
            ("asked_back", "share of the hand-overs without the why after which whoever took over asked whoever gave"),
            ("asked_back_carried", "the same of those with it"),
            (
                "re_asks",
                "share of all these hand-overs after which whoever took over asked for the why (what for, for whom) or for a bound (how much, by when)",
            ),
            (
                "re_asks_answered",
                "share of those questions whose answer stood upstream: a reason, goal or customer for the one, a number or constraint for the other, to be read on the item when it was handed over, or on an item that two explicit links lead to",
            ),
            ("answer", "median hours from such a question to the next act of whoever gave"),
            (
                "closed_wanting",
                "share of answers to questions whose item was closed at some time because information was missing, as its resolution says (\"needs more info\")",
            ),
            ("kept", "share with the why at the item's first, second, third hand-over; scope `hop`"),
            ("kept_per_hop", "odds ratio of having the why after one hand-over more"),
            ("kept_across", "odds ratio of having the why across sites against within one"),
        ],
        broken_down: "by matter and area; `kept` by the place of the hand-over in its item; as a pattern, by matter and area together.",
        estimator: "Shares with the Jeffreys interval of the effective number, as M10; the test is against 0.2. Odds ratios by logistic regression with a log-F(1, 1) prior and errors by item; the border is in it where both sites are known of some hand-overs on either side.",
        pitfalls: &[
            "A unit counts once however long the text is: a ticket copied whole has no more of the why than one sentence of it.",
            "What was said in a call is not in the record, and what is in the record may not have been read.",
            "The rules that find the units were audited by one rater on English texts of software projects; they miss about half of the reasons, so that `lost` is too high where nothing but a reason carries the why, and higher still where people use other words.",
            "Where the record holds no texts and no links nothing is said. A record with texts on some hand-overs only speaks of those.",
            "That a unit of the kind asked for stood upstream is not that it answered this question: `re_asks_answered` is what could have been looked up, at most. The rules for what a question asks for were not audited.",
            "People ask back for many reasons. More questions after hand-overs without the why than after those with it is the sign to look for.",
            "The curve holds other items at the third hand-over than at the first: those that are handed on more.",
        ],
    }
}

fn near() -> Entry {
    Entry {
        definition: "What a person or role knows of an area: their acts there on other items (raised, worked, advised, objected, executed, observed), each weighing half after 90 days, or after `half_life_days` of `[measures]` in `sayso.toml`. To hand on, consent and decide do not count. Of decisions in an area with a known decider in which somebody who took part has at least five such acts (as if of today): a decision is far from the information where its decider has less than a tenth of what the best informed of those who took part has. A name that could be several people's is no person's knowledge: decisions under it are left out, and its acts count for its role only.",
        statistics: &[
            ("far", "share of these decisions that are far from the information"),
            (
                "gap",
                "mean share of all such acts in the area that the best informed role has more than the decider's role",
            ),
        ],
        broken_down: "by matter and area; as a pattern, by matter and area together. Nothing is said of a person.",
        estimator: "Share as M10, the test is against 0.3; the mean gap with an interval by item.",
        pitfalls: &[
            "It knows what leaves an event: code, tickets, reviews. It does not know who speaks with customers, unless that is in the record too; where it is not, it takes those who build for those who know.",
            "Somebody may be far from the area and near to what the decision is about: money, law, the whole portfolio.",
            "A new decider knows little by the record, and may have done the same work elsewhere for years.",
            "Retained decisions are left out of the pattern: there it was settled on purpose who decides.",
        ],
    }
}
