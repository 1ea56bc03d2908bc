//! What the reference says of distance and growth.

use super::Entry;

/// M22.
pub(super) fn of_borders() -> Entry {
    Entry {
        definition: "A question crosses where any of its hand-overs goes from one known site to another; a hold is from a question's coming into one person's hands out of another's until it leaves them, and crosses where the person before was at another site; a hand-over is from the last act of one person to the first act of the next, whatever the act, queued where the first person's act put it to a group. Where nothing is known to have crossed and a site is missing, nobody can tell: that is counted and left out. The scope `of` says what is compared. On the wall clock the ratio of questions is taken apart into four factors that multiply to it.",
        statistics: &[
            (
                "naive_ratio",
                "how many times as long the median is for what crosses as for what does not, nothing held constant",
            ),
            ("median_crossing", "the median of what crosses"),
            ("median_within", "the median of what does not"),
            (
                "adjusted_ratio",
                "the time ratio of crossing with kind of question and area (of holds also role of the holder and way of arriving) held constant: the whole effect, whatever it works through",
            ),
            ("adjusted_e_value", "its E-value, with that of the nearer limit as lower limit"),
            (
                "direct_ratio",
                "the same with the number of people held constant too: what is left of crossing when as many people take part",
            ),
            ("direct_e_value", "its E-value"),
            (
                "stratified_ratio",
                "the ratio within strata of matter, area and opening label (of holds also role of the holder and way of arriving), without a model",
            ),
            ("stratified_e_value", "its E-value"),
            ("two_people_ratio", "the naive ratio among questions in which exactly two people take part"),
            (
                "alone_share",
                "share of the questions that do not cross in which nobody but whoever put them takes part: such a question cannot cross, and is often over at once",
            ),
            ("stratified_not_alone", "the ratio within strata among questions in which at least two people take part"),
            (
                "without_gates",
                "the naive ratio without the places in which one person gives at least nine answers in ten although several work there",
            ),
            ("part_hops", "factor: more holds"),
            (
                "part_border",
                "factor: a hold of the same kind of what came from another site against one of what came from the same, less what the clocks predict",
            ),
            ("part_clocks", "factor: what the two working calendars alone predict for a hold"),
            ("part_rest", "factor: what the other three leave"),
            ("cannot_tell_share", "share of which nobody can say whether it crossed"),
            ("median", "with the scope `pair`: the median hand-over from one site to another"),
            (
                "median_by_offset",
                "with the scope `offset`: the median question by the hours between the zones of whoever asked and of whoever held it last, where these are two people with known zones",
            ),
            ("offset_rank", "rank correlation of these hours with the time to the end, of questions that are over"),
            ("overlap_a_day", "with the scope `pair`: working hours in common on a working day of the first site"),
        ],
        broken_down: "not by matter or area, which are held constant; hand-overs by `pair` of sites. In both clocks; the four parts on the wall clock, since in working time the clocks are held constant by themselves.",
        estimator: "Naive: ratio of Kaplan-Meier medians. Model: accelerated failure time, log-normal, Weibull or log-logistic, whichever predicts held-out items best (five parts, seeded), standard errors by item; open questions are censored, a withdrawn one has ended. Of more than 20,000 rows a seeded sample of items is modelled. Strata: Hodges-Lehmann shift of log times, weights n1 n0/(n1+n0), what is open left out; strata in which one side is missing are dropped and listed in the method. Intervals of ratios of medians, strata and parts: items drawn again. The clocks: a hand-over at any working moment of the giver, answered after the median working time of a hold within a site, over the same against the giver's own calendar. E-value: R + sqrt(R (R - 1)), approximate for times. Times below a minute count as a minute. The test of the border is a Wald test of the model of holds in working time against 1.2.",
        pitfalls: &[
            "Most of what looks like geography can be one desk: in a public log of closed problems, cases that cross a country take 3.3 times as long, and 1.2 times without one line in which a single person closes everything. Read the ratio beside the one without gates, and the strata that were dropped.",
            "A border one hour wide changes waits by the clock alone by a fifth at most; more than that is hops, context or authority.",
            "Harder work crosses more often. What is held constant is what is recorded; the E-value says how strong the rest would have to be.",
            "The number of people is part of what crossing does. Holding it constant asks another question, which is why both numbers stand side by side.",
            "Sites read from commit zones are wrong for travellers, machines and web merges; a zone that nearly everybody has because it is the tracker's default is no place.",
            "A remark in passing cuts the time between two acts in two without moving the question, and more people remark on what crosses: hand-overs from act to act can make a slow border look quick. The finding rests on holds, which a remark does not end.",
            "Strata compare what has ended. Where a side has much that is still open, trust the model rather than the strata.",
        ],
    }
}

/// M25.
pub(super) fn of_growth() -> Entry {
    Entry {
        definition: "Answers of each month with what they took. Headcount: the directory holds no dates of coming and going, so it is the people who put, held or gave the month's answers; for the exponent, those active in the month or the two before it. The exponent b says that a 10 % larger organisation made about 10 b % more of what is counted.",
        statistics: &[
            ("decisions", "answers given"),
            ("headcount", "people behind them"),
            ("hours", "mean working hours from question to answer"),
            ("people", "mean number of people who took part in an answer"),
            ("asks", "mean number of asks per answer"),
            (
                "exponent",
                "by how many per cent answers grow when the headcount grows by one; below 1, cost outruns decisions",
            ),
            ("exponent_hours", "the same for working hours waited"),
            ("exponent_people", "the same for people who took part, summed"),
            ("exponent_asks", "the same for asks"),
        ],
        broken_down: "by month of the answer (the series).",
        estimator: "Series: ratios of sums with an interval by item. Exponents: negative binomial regression of the count on log headcount with weekdays as offset. From 8 teams with 12 months each on: levels of team and month, standard errors by team; otherwise from 24 complete months on, with one yearly wave and standard errors by quarter. Below both there is no exponent. The test is a Wald test against 1.",
        pitfalls: &[
            "Never regress cost per decision on headcount: where cost is headcount times a rate, the slope is 1 whatever happens. That is why counts are modelled.",
            "One organisation's history says little: eighteen months of growth from 40 to 70 people leave the exponent uncertain by half on either side, and time itself is confounded with size.",
            "People active are not people paid. Whoever decides nothing in three months is not seen, and in a busy month more are.",
            "Fewer decisions can be better ones. The series say what was decided and what it took, not what it was worth.",
        ],
    }
}
