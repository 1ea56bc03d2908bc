//! The measures of gates and of who decides in effect: M07, M08, M09, M14.

use sayso_model::measure::MeasureId;

use super::Entry;

/// The entry of one of these measures.
pub(super) fn entry(id: MeasureId) -> Entry {
    match id {
        MeasureId::M07 => sole_gate(),
        MeasureId::M08 => gate(),
        MeasureId::M09 => absence(),
        _ => effective_deciders(),
    }
}

fn sole_gate() -> Entry {
    Entry {
        definition: "The share of an area's answers that the one person gives who gives most of them. Who answers is the decider; where only the carrying out is recorded, whoever carried it out. No pattern is reported where the charter names that person, or a role that nobody else holds.",
        statistics: &[
            ("top_share", "the largest share of all answers of which it is known who gave them"),
            ("top_share_elsewhere", "the largest shares in the other areas of the matter, put together"),
            ("wait", "median working hours until that person first acts on what they answer"),
        ],
        broken_down: "by matter and area; as a pattern, by matter and area together.",
        estimator: "Share with Jeffreys interval. As a pattern: Fisher's exact test against the largest shares in the other areas of the matter that have at least ten answers; where there is none, an exact binomial test against 0.8.",
        pitfalls: &[
            "One person who answers everything may be exactly what was agreed and written down nowhere. It is a question to ask, not a fault.",
            "A clerk who closes what others have settled looks like a gate. Look at how long the question had waited before, and whose act it was waiting for.",
            "The largest of several shares is too large by chance where there are few answers: ten equal deciders and fifteen answers give 0.24.",
            "Where every area has one decider of its own, none stands out against the others. That is how the work is divided, and the test says so.",
            "A large share overall is not needed for a gate, and a small one does not exclude it: in one public log of problem tickets the top ten of 428 people close 27 in 100, and yet one line has a single closer.",
            "Answers of one item are taken as independent, so intervals are somewhat too narrow where items have many.",
        ],
    }
}

fn gate() -> Entry {
    Entry {
        definition: "For each matter and area under a remit that is not retained, and each role that may neither decide there nor is to be consulted, and that acts on at least ten and at least a fifth of the answered questions before the answer: how often it acts first, and whether answers come sooner once it has. Acts are advice, consent, objection, asking, handing over and work by human beings; whoever put the question does not count on it, nor does the act that answers it. What the role answered itself is left out: that is a gap between declared and real authority (M12). Where no role is recorded, each person is looked at, and no name is given.",
        statistics: &[
            ("necessity", "share of answered questions on which the role acted before the answer"),
            ("base_rate", "the same share in the other areas of the matter"),
            (
                "hazard_ratio",
                "how much more often an open question is answered in an hour after the role has acted than in one before",
            ),
            (
                "asked",
                "share of the questions with an act of the role on which it had been asked or handed the question first",
            ),
            ("wait", "median working hours from that ask to the act"),
            (
                "unchanged",
                "share of its answers to asks that are consent or advice and are followed by a yes of whoever asked",
            ),
        ],
        broken_down: "by matter and area together; it is a pattern, and not among the plain numbers.",
        estimator: "Shares with Jeffreys interval; Fisher's exact test of necessity against the base rate. Hazard: a discrete-time model with a complementary log-log link. The working time of a question, on the clock of whoever decides, is cut into bins of a 32nd of the median (one minute to half an hour). A question counts as acted upon from the bin after the act on, so that an act and an answer in the same bin explain nothing, and the time it lies with the role after an ask is time at risk before the act. Held equal: the time since it was put in up to five pieces, other roles that act, how it was opened, the area where several are looked at, and the role of whoever asks. The larger of the model's and the item-clustered standard error is used; a log-F(1,1) prior on every ratio keeps it finite. Where no answer came before any act, the lower limit is that of the profile likelihood and the p-value that of a score test. Beyond 5,000 questions a seeded sample is taken.",
        pitfalls: &[
            "Acting first is not releasing. Whoever comments on everything acts before most answers; only the hazard tells them apart.",
            "Whoever announces what is about to happen passes the hazard and the necessity. Only asks, or answers that stop while the role is away (M09), tell an announcer from a gate.",
            "A role that passes questions on to whoever decides is asked, acts first and is needed; it is a relay, not a gate. Look at `unchanged` and at what it does.",
            "Somebody who sees only the urgent or the difficult questions seems to speed them up or slow them down. How a question was opened is held equal, but only as far as the record tells.",
            "A step that regulation demands is a gate by design. Declare it as retained, and it is left out.",
            "With fewer than some sixty answered questions the ratio is rough; the interval says how rough.",
            "Comments in calls and chat are not in the record. A role that releases there is not found.",
        ],
    }
}

fn absence() -> Entry {
    Entry {
        definition: "Answers a day here over answers a day elsewhere, on the working days on which the role is away, over the same on the others. Away is whoever is silent in all other places for at least two working days and for longer than would happen to them once in a hundred times by chance, between their first and last act; a role is away when all are who do at least a tenth of its acts. Holidays of the site do not count, nor days on which nearly nobody acts.",
        statistics: &[("absence_ratio", "below 1 where questions stand still while the role is away")],
        broken_down: "by matter and area together; it is a pattern, and not among the plain numbers.",
        estimator: "Ratio of ratios, a half added to each count. The absences are moved around the calendar by every number of days; p is the share of these with as low a ratio. The interval takes the larger of the spread of the moved ratios and that of the counts. Given from five days away, twenty others and three answers expected meanwhile on.",
        pitfalls: &[
            "Silence here would be circular: whoever comments on most answers is silent when there is none. So only acts elsewhere say whether somebody is there, and a role that acts nowhere else cannot be told to be away.",
            "It needs volume: simulated with 25 days away a year, a gate was told from its absences in about half of the years with 150 questions. That nothing was found means little.",
            "Whoever is away may be away together with others: a training week stops more than one role.",
            "Where the same role holds up other places as well, the comparison is too mild.",
        ],
    }
}

fn effective_deciders() -> Entry {
    Entry {
        definition: "Among how many equal deciders the answers would be spread to be as concentrated as they are: one over the probability that two answers were given by the same person.",
        statistics: &[("effective_deciders", "1 where one person gives all answers")],
        broken_down: "by matter and area.",
        estimator: "One over the unbiased Herfindahl index, the sum of n(n-1) over N(N-1). The interval is that of the index on the log scale, with the variance of a mean over pairs; where one person gives all answers, from the Jeffreys limit of that share.",
        pitfalls: &[
            "Without the correction for small numbers, ten equal deciders and fifteen answers look like six. The plain index, Gini and entropy are never shown.",
            "The whole hides its parts: a record with four hundred deciders may have an area with one. Read it by area.",
            "Few deciders are no fault where few know the matter, and many are none where they agree.",
            "Answers of which it is not known who gave them are left out.",
        ],
    }
}
