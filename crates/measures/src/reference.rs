//! The reference of the measures: what each means, how it is defined and estimated, and how it misleads.

mod context;
mod control;
mod distance;
mod gates;

use std::fmt::Write;

use sayso_model::measure::MeasureId;

/// What the reference says of one measure beyond its title and meaning.
struct Entry {
    definition: &'static str,
    statistics: &'static [(&'static str, &'static str)],
    broken_down: &'static str,
    estimator: &'static str,
    pitfalls: &'static [&'static str],
}

/// The reference page of all measures as Markdown; `docs/reference/measures.md` is this text, and a test compares them.
pub fn reference() -> String {
    let mut page = String::from(HEAD);
    for id in MeasureId::ALL {
        let Entry { definition, statistics, broken_down, estimator, pitfalls } = entry(id);
        // Writing to a string does not fail.
        let _ =
            write!(page, "\n## {} {}\n\n{}\n\n**Definition.** {definition}\n\n", id.code(), id.title(), id.meaning());
        page.push_str("| statistic | what it says |\n|---|---|\n");
        for (statistic, says) in statistics {
            let _ = writeln!(page, "| `{statistic}` | {says} |");
        }
        let _ =
            write!(page, "\n**Broken down** {broken_down}\n\n**Estimator.** {estimator}\n\n**How it misleads.**\n\n");
        for pitfall in pitfalls {
            let _ = writeln!(page, "- {pitfall}");
        }
    }
    page
}

/// The names of a measure's statistics, the one that is meant when none is named first.
pub fn statistics(id: MeasureId) -> Vec<&'static str> {
    entry(id).statistics.iter().map(|(name, _)| *name).collect()
}

const HEAD: &str = "\
# Measures

Every number has a value, a 95 % interval, n, a unit, a window and a method. Where the record does not hold enough for a
value, the answer is \"cannot tell\", sometimes with the one limit that is known all the same.

**Unit of analysis.** A decision: a question put to someone's authority, with its answer if there is one. Its hops fill
the time from question to end without gap or overlap, so the time held by all holders is its latency, exactly.

**Two clocks.** `clock = calendar` is time on the wall clock, nights and weekends included: what the business feels.
`clock = working` is time inside the working calendar of whoever held the question. The two never add up. Compare groups
in the working clock: a median of calendar waits jumps by a night when a wait of half a day moves across the end of the
working day.

**Open questions** are censored, not missing: they have waited at least this long. Leaving them out would let the quick
ones stand for all. **Withdrawn questions** are an end of another kind, not censored ones: to treat them as if they could
still be answered overstates how many are answered by a time.

**Questions that nobody saw being put** (`unseen`) have an answer but no latency. They are left out of every wait and out
of hand-overs; the method of the latency says how many they are.

**Intervals.** Waits: log-log limits (Greenwood's variance; for Aalen-Johansen the delta method), read across for
quantiles. Shares and means: decisions of one item are not independent, so items are drawn again, 1,000 times with a fixed
seed, and the interval runs between the 2.5 % and 97.5 % points of the draws; above 5,000 items the linearised variance
between items takes its place. In a draw an item counts 0, 1 or 3 times, with probabilities 1/3, 1/2 and 1/6: mean, variance
and skewness are 1, as of drawing with replacement. Where all items agree, drawing them shows no spread, and the Jeffreys
interval over the items is given. Plain counts: Jeffreys.

**The floor.** Nothing is said of a group with fewer than five people or twenty decisions (both can be raised), or of which
one person is more than 70 %. Such groups are shown together as `others (too few people to show)`. Where even that is below
the floor, the smallest group that could be shown joins it, so that whole less parts never gives a small group away; and
where the groups of two breakdowns would, taken from one another, two of them are put together. Where no group is left the
breakdown is withheld. People are those who put, held or answered the questions, and each question is divided equally
between them; for holds, those who held. Bots are counted but are not people. At most twelve areas, matters, sites, roles or
teams are shown by name, those with most decisions.

**A number is about a path, never about a person.** A long hold is where questions lie, for whatever reason; it is not a
slow holder.
";

fn entry(id: MeasureId) -> Entry {
    match id {
        MeasureId::M00 => Entry {
            definition: "Shares of decisions, items and events of which the record shows what the other measures need.",
            statistics: &[
                ("decider_known", "share of answered questions with an identified decider"),
                (
                    "decider_explicit",
                    "share of answered questions whose decider an act names, rather than a rule or an inference",
                ),
                ("ask_known", "share of questions in which the record shows somebody being asked"),
                ("beginning_known", "share of questions whose beginning is recorded, not only first seen"),
                ("never_closed", "share of items whose last question is still open"),
                ("items_without_decision", "share of items in which no decision was recognised"),
                ("events_by_bots", "share of events by machines"),
                ("events_without_actor", "share of events that name nobody"),
                ("events_without_act", "share of events whose activity no lens gives an act"),
            ],
            broken_down: "by matter and area (the shares of decisions).",
            estimator: "Share with an interval by item; Jeffreys for items and events.",
            pitfalls: &[
                "Decisions taken in calls and chat are invisible. \"No evidence in the record\" is the strongest honest wording; never \"nobody decided\".",
                "Where fewer than about 60 % of decisions have an identified decider, nothing should be said about authority. That line is our choice, not a published threshold.",
                "If observability falls while escalations fall, decisions have moved out of sight; that is not an improvement.",
                "Events of one item are not independent, so the intervals of the event shares are too narrow.",
            ],
        },
        MeasureId::M01 => Entry {
            definition: "Time from the question (raised, or first seen) to its answer. Open questions are censored at the end of the record; withdrawn ones are another end.",
            statistics: &[
                ("p25", "the time by which a quarter of all questions were answered"),
                ("median", "the time by which half were answered"),
                ("p75", "the time by which three quarters were answered"),
                (
                    "restricted_mean",
                    "mean wait within the first 80 working hours or 336 hours, until any end; given where the median is not reached",
                ),
            ],
            broken_down: "by matter, area, site (of whoever put the question) and ISO week (of the question; the median only).",
            estimator: "Aalen-Johansen cumulative incidence of the answer; Kaplan-Meier where nothing was withdrawn, which is then the same. Limits by Brookmeyer and Crowley. The quantile is that of all questions, also of those never answered.",
            pitfalls: &[
                "Recent weeks look quick if only answered questions are averaged, because the slow ones are still open. Here they count.",
                "A merge or a closed ticket may be only the execution; the lens says what counts as the answer.",
                "Tickets closed in bulk by an administrator end many waits at once, and none of these ends is an answer.",
                "Rubber-stamping lowers latency: read it beside reopening (M20).",
                "A record that begins in the middle of things knows only when it first saw a question: such waits are too short.",
                "Questions of one item are taken as independent, so intervals are somewhat too narrow where items have many.",
            ],
        },
        MeasureId::M02 => Entry {
            definition: "Time from the question to the first act on it by a person other than the asker. Bots do not respond. A question that ends without any response is another end; one that is open without is censored.",
            statistics: &[
                ("p25", "the time by which a quarter of all questions had a response"),
                ("median", "the time by which half had one"),
                ("p75", "the time by which three quarters had one"),
                (
                    "restricted_mean",
                    "mean time to a response or an end within the first 80 working hours or 336 hours; given where the median is not reached",
                ),
            ],
            broken_down: "by matter, area and site.",
            estimator: "As M01. The working clock is that of the site that had to respond.",
            pitfalls: &[
                "A first response is not an answer: \"will look\" counts.",
                "Machines often respond first and much faster than people do, which has been shown on a large scale for pull requests; they have to be recognised as bots, or they look like prompt colleagues.",
            ],
        },
        MeasureId::M03 => Entry {
            definition: "The share of all time that questions were held, by who held them. The parts add up to all of it: each hop is in exactly one part. Also, how long one hold lasts.",
            statistics: &[
                ("share", "share of all held time"),
                ("median_stay", "median length of one hold; a hold of a question that is still open is censored"),
            ],
            broken_down: "by role, site, team and level of the holder at the time, each where it is recorded; `bots` and `not recorded` are parts of their own.",
            estimator: "Ratio of sums with an interval by item; Kaplan-Meier for the length of a hold.",
            pitfalls: &[
                "Time in somebody's hands is not time spent working on it, and not that holder's doing: most of it is usually waiting, for information, for a meeting, for something that the record does not show.",
                "Reassignment during holidays moves time from one row to another.",
                "A single clerk who closes everything can make a whole site look slow.",
                "A queue holds like a person does, but nobody's name is on it.",
            ],
        },
        MeasureId::M04 => Entry {
            definition: "Time from the answer to its execution, for answers that can be executed: not refused, not deferred, and of a matter in which the record shows any execution. Answers not yet carried out are censored at the end of the record; those undone first are another end.",
            statistics: &[
                ("p25", "the time by which a quarter was carried out"),
                ("median", "the time by which half was carried out"),
                ("p75", "the time by which three quarters were carried out"),
                (
                    "restricted_mean",
                    "mean time within the first 80 working hours or 336 hours; given where the median is not reached",
                ),
            ],
            broken_down: "by matter and area.",
            estimator: "As M01. The working clock is that of the site that carries out, and of the decider's site while nobody has.",
            pitfalls: &[
                "A long gap after acceptance can be a gate that nobody declared. In one study of half a million code reviews, closing the gap between acceptance and merge would have shortened reviews by 29 to 63 %.",
                "A gap may be meant: a release train, a freeze, a date agreed with a customer.",
                "Where execution is recorded for some answers only, those that are never recorded as executed look endless.",
            ],
        },
        MeasureId::M06 => Entry {
            definition: "Acts of consent while the question is open, after the first one by somebody other than the asker.",
            statistics: &[
                ("mean", "mean number of surplus consents per answered question"),
                ("share_any", "share of answered questions with any surplus consent"),
            ],
            broken_down: "by matter and area.",
            estimator: "Ratio of sums with an interval by item.",
            pitfalls: &[
                "Surplus is counted against one consent. Where a rule demands two (four eyes, segregation of duties) the second is not surplus; without a charter Sayso cannot know.",
                "A consent given for thanks or for information looks like one that was needed.",
            ],
        },
        MeasureId::M17 => Entry {
            definition: "Changes of holder, from the question to its end. A crossing is one between two known, different sites.",
            statistics: &[
                ("mean", "mean number of hand-overs per question"),
                (
                    "mean_per_item",
                    "the same per item; with the scope `by`, counted along the whole trail of an item at that level: between people, teams, sites or roles",
                ),
                ("share_any", "share of questions that change hands at all"),
                ("share_any_item", "share of items that change hands at the level `by`"),
                ("crossing_share", "share of crossings among hand-overs of which both sites are known"),
                (
                    "site_unknown_share",
                    "share of hand-overs of which a site is not known, so that nobody can say whether they crossed",
                ),
            ],
            broken_down: "by matter, area and site (of whoever put the question); per item also `by` person, team, site and role.",
            estimator: "Ratio of sums with an interval by item; Jeffreys for shares of items.",
            pitfalls: &[
                "A hand-over is not a fault. Reassignment can be the way to the root cause, to the right owner or to a better balance of load, as a study of a large product found.",
                "Automatic assignment and queues count as holders if the lens says so.",
                "A site read from a commit's time zone is wrong for travellers, for build machines and for merges in a web page.",
                "Crossing paths are longer for many reasons; more people take part in them. That they take longer does not show that the border is the cause.",
            ],
        },
        MeasureId::M18 => Entry {
            definition: "From all holds of an item in time order, at one level of aggregation, with unknown holders dropped and consecutive repeats removed: s1, s2, ... sm. Ping-pong: some s(i) equals s(i-2). Return: some holder occurs twice. Bots are dropped.",
            statistics: &[
                ("share", "share of items with a ping-pong, A-B-A"),
                ("share_return", "share of items that come back to anybody who had them before"),
            ],
            broken_down: "`by` person, team, site and role, each among items of which a holder is known at that level.",
            estimator: "Share of items with Jeffreys interval.",
            pitfalls: &[
                "The level of aggregation changes the answer: in one public log of problem tickets it runs from 4 % of items between organisation lines to 17 % between people. The number means nothing without it.",
                "Sending something back for a missing piece and back again may be the right way to do it.",
                "A renamed team looks like a new one.",
            ],
        },
        MeasureId::M20 => Entry {
            definition: "Answered questions that were opened again, or whose answer was undone.",
            statistics: &[
                ("share", "share of answered questions that were reversed by the end of the record"),
                (
                    "share_within_30_days",
                    "share reversed within 30 days of the answer, young answers being censored at the end of the record",
                ),
            ],
            broken_down: "by matter and area.",
            estimator: "`share`: ratio with an interval by item; it can only grow, since young answers have had little time. `share_within_30_days`: Kaplan-Meier, one minus survival.",
            pitfalls: &[
                "Opened again does not mean decided wrongly: in published work a third to more than half of reopened bugs needed a single change, that is, they were closed too early.",
                "Something opened again as a new item is not seen.",
                "Compare areas by the 30-day share, not by the plain one, unless their answers are equally old.",
            ],
        },
        MeasureId::M07 | MeasureId::M08 | MeasureId::M09 | MeasureId::M14 => gates::entry(id),
        MeasureId::M10
        | MeasureId::M11
        | MeasureId::M12
        | MeasureId::M13
        | MeasureId::M15
        | MeasureId::M16
        | MeasureId::M19
        | MeasureId::M21 => control::entry(id),
        MeasureId::M22 => distance::of_borders(),
        MeasureId::M25 => distance::of_growth(),
        MeasureId::M23 | MeasureId::M24 => context::entry(id),
    }
}
