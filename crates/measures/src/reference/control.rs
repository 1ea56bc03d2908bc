//! The measures of permission, level, override, intervention, escalation and churn: M10 to M13, M15, M16, M19, M21.

use sayso_model::measure::MeasureId;

use super::Entry;

/// The entry of one of these measures.
pub(super) fn entry(id: MeasureId) -> Entry {
    match id {
        MeasureId::M10 => permission(),
        MeasureId::M11 => unchanged(),
        MeasureId::M12 => formal(),
        MeasureId::M13 => level(),
        MeasureId::M15 => overrides(),
        MeasureId::M16 => intervention(),
        MeasureId::M19 => escalation(),
        _ => churn(),
    }
}

const BOTH: &str = "by matter and area; as a pattern, by matter and area together.";

fn permission() -> Entry {
    Entry {
        definition: "Of the decisions that somebody put or answered who has the right to decide them: those in which a holder of the right asks somebody who has not, and then stops. The addressee is of a higher level, or the words ask for consent. The charter names them neither as consulted nor with a reserve. Until their next act on the question (the answer), nobody who may decide does anything on it but remind them. Retained decisions are left out.",
        statistics: &[
            ("rate", "share of these decisions with a permission"),
            (
                "rate_corrected",
                "the same with asks that have a text taken by their words, corrected for how often the rule that reads them errs",
            ),
            ("wait", "median hours from the ask to the answer; the working calendar is that of whoever is asked"),
            ("hours", "all hours waited for answers, those that never came among them"),
            (
                "answered_by_asker",
                "of decided questions with a permission, those in which a holder of the right decided without any answer",
            ),
        ],
        broken_down: BOTH,
        estimator: "Share with the Jeffreys interval of the number of independent decisions that it is worth (the design effect between items); the test against 0.05 is made of the same. The correction is Rogan and Gladen's, `(p + Sp - 1) / (Se + Sp - 1)`, with sensitivity and specificity from labelled texts, and its interval draws both the items and the labelled texts again. The wait is that of M01: an ask that is still open is censored, one that was overtaken is another end.",
        pitfalls: &[
            "Asking is not weakness: where bounds are unclear or the right is new, it is what a careful person does. The rate says what the rules of the house amount to, not who lacks courage.",
            "Four eyes, spending limits and regulated wording are no permission seeking. They have to stand in the charter as retained, or with a reserve.",
            "The stop is what makes a permission out of an ask, and the record shows only work that leaves an event. Who goes on working without one looks as if they had stopped.",
            "Words of courtesy differ by language. The rule is audited in English and Polish; the record does not say which a text is, so both audits are taken together. For rare asks the specificity decides nearly everything.",
            "Asks can move into calls. If the rate falls and observability (M00) falls with it, nothing has become better.",
            "There is no published rate to compare with. Compare the organisation with itself.",
        ],
    }
}

fn unchanged() -> Entry {
    Entry {
        definition: "Of the decisions with an answered permission (M10) that have been decided: those in which the answer was consent or advice, whoever was asked did not object before the end, and a holder of the right then said yes (or no verdict is recorded). Handing it back counts as consent.",
        statistics: &[("unchanged", "share of decisions with answered permissions that none of the answers changed")],
        broken_down: BOTH,
        estimator: "Share with the Jeffreys interval of the effective number, as M10.",
        pitfalls: &[
            "An answer that changes nothing can still have been worth having: the asker may have learned something, or been right only because a second look was certain.",
            "Advice may have changed the answer without an objection. Then it is counted as unchanged, and the share is too high.",
            "Asks of which nine in ten come back unchanged, over twenty or more, are the ones to think of stopping. That line is our choice.",
        ],
    }
}

fn formal() -> Entry {
    Entry {
        definition: "Decisions of which a remit says who may take them, by whether the decider had it at that time.",
        statistics: &[
            ("outside", "share decided by somebody outside the remit"),
            (
                "divergence",
                "Jensen-Shannon divergence in bits between the roles that were declared and the roles that decided, less its mean under chance; only where nearly every remit names a single role and nearly every decider has one",
            ),
        ],
        broken_down: BOTH,
        estimator: "Share with the Jeffreys interval of the effective number, as M10; the test is against 0.1. The null of the divergence is drawn from the declared shares, at the same number of decisions.",
        pitfalls: &[
            "Whoever stands in for an absent decider is outside the remit, unless the charter says otherwise.",
            "A clerk who closes questions in one go decides nothing, but looks like it: bulk closing of old questions widens the gap.",
            "The charter may be wrong rather than the practice. The number does not say which of the two should change.",
            "Without its null a divergence means little: fifteen decisions by ten equal deciders give 0.15 bits from nothing.",
        ],
    }
}

fn level() -> Entry {
    Entry {
        definition: "The organisational level (0 is the team) of whoever answered, at the time. The declared level of a remit is that of the people in the record who may decide under it: of each role the median of its people, and the highest of these. Time above is working time in the hands of somebody above that level who has no part in the question by the charter.",
        statistics: &[
            ("at_or_below", "share decided at or below the declared level, of answers of which both are known"),
            ("mean_level", "mean level of the deciders"),
            ("median_level", "median level of the deciders"),
            ("share_above", "share of all working time that questions wait which they wait above the declared level"),
            ("stay", "median working hours of a hold above it"),
        ],
        broken_down: BOTH,
        estimator: "Shares as M10, means and shares of time as ratios of sums with an interval by item. Holds of questions that are still open are censored. The test of `share_above` against 0.2 is a t test of the items' residuals.",
        pitfalls: &[
            "Levels come from `people.csv`. Where everybody has the same, or leaders have none, nothing can be seen.",
            "The hard questions may go up because they are hard. A high level is no fault by itself; one above what was declared is a question to ask.",
            "A few very long waits can make up most of the time. Read the share beside the median stay.",
        ],
    }
}

fn overrides() -> Entry {
    Entry {
        definition: "Answers of declared deciders of a known level that were watched for ten working days of their site: those undone, opened again or contradicted within that time by somebody of a higher level.",
        statistics: &[
            ("share", "share of these answers that were overridden"),
            ("time_to", "median working hours from the answer until then"),
        ],
        broken_down: BOTH,
        estimator: "Share as M10; the test is against 0.02. Answers too young to have been watched for ten working days are left out, those already undone among them: otherwise the young ones would all look undone.",
        pitfalls: &[
            "New facts may have come up, and the higher level may only have written down what the decider asked for.",
            "What is decided anew as another item is not seen, and neither is a decision that is quietly not carried out.",
            "A few overrides teach everybody whose answer counts: their number says less than what was made of them.",
        ],
    }
}

fn intervention() -> Entry {
    Entry {
        definition: "Advice, consent, an objection, a hand-over or (where a charter says whose it is) the answer itself, by a person of a level above both the asker and whoever has the question, who was not asked, has not had it before, and has no part in it by the charter. A trigger is the first act `observed` while the question is open: a missed date, an incident, a complaint.",
        statistics: &[
            ("per_100", "questions with an intervention, per hundred"),
            ("after_trigger", "share of questions with a trigger in which one follows it"),
            ("without_trigger", "share of questions without a trigger that see one"),
            ("hazard_ratio", "how many times as likely one is after a trigger, by the hour, as before it"),
        ],
        broken_down: BOTH,
        estimator: "Shares as M10; the test is against 5 in 100. Hazard ratio: discrete-time model (complementary log-log) in working time with the age of the question held constant, log-F(1, 1) prior, standard errors by item; the test is a score test. It needs five interventions.",
        pitfalls: &[
            "The ask may have been made in a call. Then the act was wanted and only looks unasked.",
            "Leaders who comment on what interests them are counted as well; a comment weighs as much as a refusal here.",
            "Questions on which triggers happen may be those that leaders would have looked at anyway. The model holds constant only how old a question is.",
            "Undoing an answer is not counted here but as an override (M15).",
        ],
    }
}

fn escalation() -> Entry {
    Entry {
        definition: "A question goes up when it passes to a holder of a higher level; an answer that passes upwards is none. It came back unchanged when it was later held below again, nobody above had objected to it or answered it, and no charter gives those above a part in it. Retained decisions are left out.",
        statistics: &[
            ("escalated", "escalations per question"),
            ("unchanged", "of questions that went up, and are not there still, the share that came back unchanged"),
            ("return_time", "median working hours of a stay above"),
        ],
        broken_down: BOTH,
        estimator: "Events per question with a quasi-Poisson interval (Jeffreys limits of events and questions divided by the dispersion between items). Share as M10; the test is whether more than 0.1 of all questions went up and came back unchanged.",
        pitfalls: &[
            "Going up is often right. What went up for nothing is seen only afterwards, and what was learned above without a word in the record is not seen at all.",
            "Where levels are not recorded there are no escalations.",
            "People stop marking escalations once they are counted. Falling escalations with falling observability (M00) are no improvement.",
        ],
    }
}

fn churn() -> Entry {
    Entry {
        definition: "All answers on one item in one matter. Each that was undone, opened again or followed by another answer is one change. The answer went back and forth when it said yes, no, yes, or the reverse.",
        statistics: &[
            ("changes_per_item", "changes per item and matter that has an answer"),
            ("items_changed", "share of these with any change"),
            ("back_and_forth", "share of these whose answer went back and forth"),
        ],
        broken_down: BOTH,
        estimator: "Events per item with a quasi-Poisson interval, as M19; shares as M10. The test is whether more than 0.2 of the items changed.",
        pitfalls: &[
            "Changing one's mind when something is learned is what short cycles are for. Churn is a cost only where it could have been known before.",
            "An item that carries several questions of one matter, one after the other, looks as if its answer had changed.",
            "Young items have had little time to change, so recent areas look calm.",
        ],
    }
}
