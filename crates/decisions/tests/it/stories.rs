//! Every numbered rule of `docs/concepts/reconstruction.md` as a story of events and the path it must give.
//!
//! Hours in a path are working hours and, in brackets, hours on the clock; sites without a calendar work
//! Monday to Friday 09:00-17:00 UTC.

use sayso_decisions::{Options, Rules};
use sayso_model::actor::ActorKind;
use sayso_model::decision::{ArrivedBy, DeciderKnown, Decision, OpenedBy, Paths, Reconstruct, Status};
use sayso_model::notation::{Story, hours_text, path_lines};
use sayso_model::words::{Column, Words};

fn fold(text: &str, options: Options) -> (Story, Paths) {
    let story = Story::parse(text).unwrap();
    let rules = Rules::with(story.directory().unwrap(), story.until(), options);
    let mut paths = Paths::default();
    rules.item(&story.events(), &mut paths);
    assert_eq!(paths.unbalanced(), [], "{text}");
    (story, paths)
}

fn told(text: &str, options: Options) -> Vec<String> {
    let (story, paths) = fold(text, options);
    let label = |column, code| story.word(column, code).to_owned();
    paths.decisions.iter().flat_map(|decision| path_lines(decision, paths.hops_of(decision), &label)).collect()
}

/// The story must give exactly these paths; how they are broken into lines is not looked at.
#[track_caller]
fn check(text: &str, expected: &str) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = told(text, Options::STANDARD).join(" ");
    assert_eq!(words(&told), words(expected), "\n{text}");
}

/// The decisions that the story gives.
fn decisions(text: &str) -> Vec<Decision> {
    fold(text, Options::STANDARD).1.decisions
}

/// The only decision that the story gives.
#[track_caller]
fn only(text: &str) -> Decision {
    let decisions = decisions(text);
    assert_eq!(decisions.len(), 1, "{text}");
    decisions[0]
}

mod r01_which_question {
    use super::*;

    #[test]
    fn matters_of_one_item_are_separate_questions() {
        check(
            "mon 09:00 anna raised scope
             mon 10:00 anna raised price to meg
             mon 11:00 meg approved price
             mon 12:00 anna asked to kuba scope
             mon 13:00 meg decided price
             mon 14:00 kuba decided scope",
            "1. scope, raised 2024-01-01 09:00Z by anna
             anna 3h (3h) -asked-> kuba 2h (2h)
             decided 2024-01-01 14:00Z by kuba (explicit) after 5h (5h)
             2. price, raised 2024-01-01 10:00Z by anna
             -asked-> meg 1h (1h) -returned-> anna 2h (2h)
             decided 2024-01-01 13:00Z by meg (explicit) after 3h (3h)",
        );
    }

    #[test]
    fn without_a_matter_the_actor_acts_on_what_they_hold() {
        check(
            "mon 09:00 anna raised scope
             mon 10:00 meg raised price
             mon 11:00 anna decided
             mon 12:00 meg decided",
            "1. scope, raised 2024-01-01 09:00Z by anna
             anna 2h (2h)
             decided 2024-01-01 11:00Z by anna (explicit) after 2h (2h)
             2. price, raised 2024-01-01 10:00Z by meg
             meg 2h (2h)
             decided 2024-01-01 12:00Z by meg (explicit) after 2h (2h)",
        );
    }

    #[test]
    fn of_several_that_the_actor_holds_the_latest_is_meant() {
        let all = decisions(
            "mon 09:00 anna raised scope
             mon 10:00 anna raised price
             mon 11:00 kuba raised risk
             mon 12:00 anna decided",
        );
        assert_eq!(all.iter().map(|it| it.status).collect::<Vec<_>>(), [Status::Open, Status::Decided, Status::Open]);
    }

    #[test]
    fn without_a_matter_and_a_hold_the_latest_question_is_meant() {
        check(
            "mon 09:00 anna raised scope
             mon 10:00 anna raised price
             mon 11:00 kuba decided
             until mon 12:00",
            "1. scope, raised 2024-01-01 09:00Z by anna
             anna 3h (3h) ...
             open at 2024-01-01 12:00Z: 3h (3h) so far
             2. price, raised 2024-01-01 10:00Z by anna
             anna 1h (1h)
             decided 2024-01-01 11:00Z by kuba (explicit) after 1h (1h)",
        );
    }

    #[test]
    fn what_looks_back_without_a_matter_means_the_question_that_ended_last() {
        check(
            "mon 09:00 anna raised scope
             mon 10:00 anna decided scope
             mon 12:00 kuba executed
             mon 13:00 meg reversed",
            "1. scope, raised 2024-01-01 09:00Z by anna
             anna 1h (1h)
             decided 2024-01-01 10:00Z by anna (explicit) after 1h (1h)
             executed 2024-01-01 12:00Z after 2h (2h); reversed 2024-01-01 13:00Z by meg",
        );
    }

    #[test]
    fn a_new_question_without_a_matter_does_not_look_back() {
        let both = decisions(
            "mon 09:00 anna raised scope
             mon 10:00 anna decided scope
             mon 12:00 kuba raised",
        );
        assert_eq!([both[0].matter, both[1].matter], [1, 0]);
    }
}

mod r02_who_is_who {
    use super::*;

    #[test]
    fn two_names_of_one_person_are_one_holder() {
        let (_, paths) = fold(
            "meg.b: same as meg
             mon 09:00 anna raised
             mon 10:00 anna asked to meg.b
             mon 11:00 anna handed to meg
             mon 12:00 meg.b approved",
            Options::STANDARD,
        );
        assert_eq!(paths.hops.len(), 3);
        assert_eq!(paths.decisions[0].n_people, 2);
        assert_eq!(paths.hops[0].holder, paths.hops[2].holder);
    }
}

mod r03_raised {
    use super::*;

    #[test]
    fn who_raises_holds() {
        let decision = only("anna: product owner, UK\nmon 09:00 anna raised scope in api\nuntil mon 10:00");
        assert_eq!((decision.opened_by, decision.status), (OpenedBy::Raised, Status::Open));
        assert_eq!((decision.asked_at, decision.n_hops, decision.n_people), (None, 1, 1));
        assert!(decision.asker != 0 && decision.asker_site != 0 && decision.asker_role != 0 && decision.area != 0);
    }

    #[test]
    fn raised_to_somebody_asks_them_at_once() {
        check(
            "mon 09:00 anna raised scope to meg
             mon 11:00 meg approved
             mon 12:00 anna decided approved",
            "1. scope, raised 2024-01-01 09:00Z by anna
             -asked-> meg 2h (2h) -returned-> anna 1h (1h)
             decided approved 2024-01-01 12:00Z by anna (explicit) after 3h (3h)",
        );
        let decision = only("mon 09:00 anna raised scope to meg");
        assert_eq!(decision.asked_at, Some(decision.raised_at));
    }

    #[test]
    fn raised_again_while_open_is_work() {
        check(
            "mon 09:00 anna raised scope
             mon 10:00 meg raised scope to kuba
             mon 11:00 anna decided scope",
            "1. scope, raised 2024-01-01 09:00Z by anna
             anna 2h (2h)
             decided 2024-01-01 11:00Z by anna (explicit) after 2h (2h)",
        );
    }
}

mod r04_asked {
    use super::*;

    #[test]
    fn asked_with_nothing_open_opens() {
        check(
            "mon 09:00 anna asked to meg scope
             mon 10:00 meg advised
             mon 11:00 anna decided",
            "1. scope, asked 2024-01-01 09:00Z by anna
             -asked-> meg 1h (1h) -returned-> anna 1h (1h)
             decided 2024-01-01 11:00Z by anna (explicit) after 2h (2h)",
        );
    }

    #[test]
    fn asked_after_the_answer_is_a_new_question_and_undoes_nothing() {
        let both = decisions("mon 09:00 anna decided scope\nmon 10:00 anna asked to meg scope");
        assert_eq!([both[0].opened_by, both[1].opened_by], [OpenedBy::Unseen, OpenedBy::Asked]);
        assert_eq!(both[0].reversed_at, None);
    }
}

mod r05_first_sight {
    use super::*;

    #[test]
    fn a_hand_over_with_no_beginning_is_the_first_sight() {
        check(
            "mon 09:00 anna handed to meg
             mon 10:00 meg decided",
            "1. first seen 2024-01-01 09:00Z
             -handed-> meg 1h (1h)
             decided 2024-01-01 10:00Z by meg (explicit) after 1h (1h)",
        );
        assert_eq!(only("mon 09:00 anna handed to meg").asker, 0);
    }

    #[test]
    fn work_consent_and_unassigning_open_nothing() {
        for act in ["worked", "advised", "approved", "objected", "linked", "observed", "-", "handed", "withdrawn"] {
            assert_eq!(decisions(&format!("mon 09:00 anna {act}")), [], "{act}");
        }
        assert_eq!(decisions(""), []);
    }
}

mod r06_who_can_be_asked {
    use super::*;

    #[test]
    fn asking_oneself_or_a_bot_asks_nobody() {
        check(
            "ci: bot
             mon 08:00 anna asked to ci scope
             mon 08:30 anna asked to anna scope
             mon 09:00 anna raised scope to ci
             mon 10:00 anna asked to anna
             mon 10:30 meg asked to ci
             mon 11:00 anna decided",
            "1. scope, raised 2024-01-01 09:00Z by anna
             anna 2h (2h)
             decided 2024-01-01 11:00Z by anna (explicit) after 2h (2h)",
        );
        assert_eq!(only("ci: bot\nmon 09:00 anna raised to ci\nmon 10:00 anna asked to anna").asked_at, None);
    }
}

mod r07_nobody_named {
    use super::*;

    #[test]
    fn asked_without_an_addressee_is_held_by_nobody_named() {
        let (_, paths) = fold(
            "anna: po, UK, team shop
             mon 09:00 anna raised
             mon 10:00 anna asked team shop
             mon 12:00 kuba approved",
            Options::STANDARD,
        );
        let hop = &paths.hops[1];
        assert_eq!((hop.holder, hop.kind, hop.team, hop.site), (0, ActorKind::Group, 0, 0));
        assert_eq!(paths.hops[2].arrived_by, ArrivedBy::Returned, "anybody may answer what was put to nobody");
        assert!(paths.decisions[0].asked_at.is_some());
    }

    #[test]
    fn queues_without_a_name_differ_by_team() {
        check(
            "mon 09:00 anna handed team G1 site UK holder's
             mon 10:00 anna handed team G1 holder's
             mon 11:00 anna handed team G2 site PL holder's
             mon 12:00 anna handed team G1 site UK holder's
             until mon 13:00",
            "1. first seen 2024-01-01 09:00Z
             -handed-> team G1 [UK] 2h (2h) -handed, border-> team G2 [PL] 1h (1h)
             -returned, border-> team G1 [UK] 1h (1h) ...
             open at 2024-01-01 13:00Z: 4h (4h) so far",
        );
    }

    #[test]
    fn taking_the_name_away_leaves_it_with_nobody() {
        check(
            "mon 09:00 anna raised
             mon 10:00 anna handed
             until mon 12:00",
            "1. raised 2024-01-01 09:00Z by anna
             anna 1h (1h) -handed-> nobody named 2h (2h) ...
             open at 2024-01-01 12:00Z: 3h (3h) so far",
        );
    }
}

mod r08_bots {
    use super::*;

    #[test]
    fn bots_neither_answer_nor_count() {
        let decision = only(
            "ci: bot
             mon 09:00 anna raised scope to meg
             mon 09:05 ci approved
             mon 09:06 ci objected
             mon 09:07 ci advised
             mon 12:00 ci worked
             mon 13:00 meg approved
             mon 14:00 ci decided",
        );
        assert_eq!((decision.n_approvals, decision.n_objections, decision.n_bot_acts), (1, 0, 5));
        assert_eq!(decision.n_people, 2);
        assert_eq!(decision.first_response_working.unwrap().hours(), 4.0);
        assert_eq!(decision.decider_known, DeciderKnown::Inferred);
        assert_eq!(only("ci: bot\nmon 09:00 anna raised\nmon 10:00 ci decided").decider_known, DeciderKnown::Unknown);
    }

    #[test]
    fn what_a_bot_raises_is_held_by_nobody_until_it_is_passed_on() {
        check(
            "ci: bot
             mon 09:00 ci raised bump
             mon 10:00 ci asked to meg
             mon 12:00 meg approved
             mon 13:00 ci executed",
            "1. bump, raised 2024-01-01 09:00Z by ci
             nobody named 1h (1h) -asked-> meg 2h (2h) -returned-> nobody named 1h (1h)
             decided 2024-01-01 13:00Z by meg (inferred) after 4h (4h)
             executed 2024-01-01 13:00Z after 0h (0h)",
        );
    }

    #[test]
    fn a_bot_holds_what_is_handed_to_it() {
        let (_, paths) = fold("ci: bot\nmon 09:00 anna raised\nmon 10:00 anna handed to ci", Options::STANDARD);
        assert_eq!(paths.hops[1].kind, ActorKind::Bot);
        assert_eq!(paths.decisions[0].n_people, 1);
    }

    #[test]
    fn bots_do_not_reopen_by_objection_or_hand_over_but_do_when_they_say_so() {
        let text = "ci: bot\nmon 09:00 anna decided\nmon 10:00 ci objected\nmon 11:00 ci handed to meg";
        assert_eq!(decisions(text).len(), 1);
        let both = decisions(&format!("{text}\nmon 12:00 ci reopened"));
        assert_eq!(both.len(), 2);
        assert_eq!(both[0].reversed_at, Some(both[1].raised_at));
    }
}

mod r09_asks {
    use super::*;

    #[test]
    fn the_latest_unanswered_ask_says_whose_turn_it_is() {
        check(
            "mon 09:00 anna raised
             mon 10:00 anna asked to meg
             mon 11:00 anna asked to kuba
             mon 12:00 kuba advised
             mon 13:00 meg approved
             mon 14:00 anna decided",
            "1. raised 2024-01-01 09:00Z by anna
             anna 1h (1h) -asked-> meg 1h (1h) -asked-> kuba 1h (1h) -returned-> meg 1h (1h)
             -returned-> anna 1h (1h)
             decided 2024-01-01 14:00Z by anna (explicit) after 5h (5h)",
        );
    }

    #[test]
    fn asking_again_moves_an_ask_up() {
        check(
            "mon 09:00 anna raised to meg
             mon 10:00 anna asked to kuba
             mon 11:00 anna asked to meg
             mon 12:00 meg approved
             mon 13:00 kuba approved
             mon 14:00 anna decided",
            "1. raised 2024-01-01 09:00Z by anna
             -asked-> meg 1h (1h) -asked-> kuba 1h (1h) -returned-> meg 1h (1h)
             -returned-> kuba 1h (1h) -returned-> anna 1h (1h)
             decided 2024-01-01 14:00Z by anna (explicit) after 5h (5h)",
        );
    }

    #[test]
    fn a_reminder_by_a_bot_does_not_change_who_waits() {
        check(
            "ci: bot
             mon 09:00 anna raised
             mon 10:00 lena asked to meg
             mon 11:00 ci asked to meg
             mon 12:00 meg approved
             until mon 13:00",
            "1. raised 2024-01-01 09:00Z by anna
             anna 1h (1h) -asked-> meg 2h (2h) -returned-> lena 1h (1h) ...
             open at 2024-01-01 13:00Z: 4h (4h) so far",
        );
    }

    #[test]
    fn the_first_ask_is_remembered() {
        let decision = only("mon 09:00 anna raised\nmon 10:00 anna asked to meg\nmon 12:00 anna asked to kuba");
        assert_eq!((decision.asked_at.unwrap() - decision.raised_at).hours(), 1.0);
    }
}

mod r10_hand_overs {
    use super::*;

    #[test]
    fn handing_to_the_holder_makes_no_hop() {
        let decision = only("mon 09:00 anna raised\nmon 10:00 meg handed to anna\nmon 11:00 anna decided");
        assert_eq!((decision.n_hops, decision.n_handovers), (1, 0));
    }

    #[test]
    fn an_ask_that_is_handed_on_is_answered_by_the_new_holder() {
        check(
            "mon 09:00 anna raised
             mon 10:00 anna asked to meg
             mon 11:00 meg handed to kuba
             mon 12:00 meg advised
             mon 13:00 kuba approved
             mon 14:00 anna decided",
            "1. raised 2024-01-01 09:00Z by anna
             anna 1h (1h) -asked-> meg 1h (1h) -handed-> kuba 2h (2h) -returned-> anna 1h (1h)
             decided 2024-01-01 14:00Z by anna (explicit) after 5h (5h)",
        );
    }

    #[test]
    fn handing_an_ask_on_to_somebody_who_is_asked_already_leaves_them_one_ask() {
        check(
            "mon 09:00 anna raised to meg
             mon 10:00 anna asked to kuba
             mon 11:00 kuba handed to meg
             mon 12:00 meg approved
             until mon 13:00",
            "1. raised 2024-01-01 09:00Z by anna
             -asked-> meg 1h (1h) -asked-> kuba 1h (1h) -returned-> meg 1h (1h) -returned-> anna 1h (1h) ...
             open at 2024-01-01 13:00Z: 4h (4h) so far",
        );
    }

    #[test]
    fn what_was_handed_over_goes_back_to_the_new_holder() {
        check(
            "ci: bot
             mon 09:00 anna raised
             mon 10:00 anna handed to meg
             mon 11:00 ci asked to kuba
             mon 12:00 kuba advised
             until mon 13:00",
            "1. raised 2024-01-01 09:00Z by anna
             anna 1h (1h) -handed-> meg 1h (1h) -asked-> kuba 1h (1h) -returned-> meg 1h (1h) ...
             open at 2024-01-01 13:00Z: 4h (4h) so far",
        );
    }

    #[test]
    fn a_hand_over_takes_the_place_of_the_latest_ask_only() {
        check(
            "mon 09:00 anna raised to meg
             mon 10:00 anna asked to kuba
             mon 11:00 kuba handed to lena
             mon 12:00 lena approved
             mon 13:00 meg approved
             until mon 14:00",
            "1. raised 2024-01-01 09:00Z by anna
             -asked-> meg 1h (1h) -asked-> kuba 1h (1h) -handed-> lena 1h (1h)
             -returned-> meg 1h (1h) -returned-> anna 1h (1h) ...
             open at 2024-01-01 14:00Z: 5h (5h) so far",
        );
    }

    #[test]
    fn holds_of_no_length_are_kept_in_order() {
        let (_, paths) = fold(
            "mon 09:00 anna raised
             mon 09:00 anna handed to meg
             mon 09:00 meg handed to kuba
             mon 10:00 kuba decided",
            Options::STANDARD,
        );
        let held: Vec<f64> = paths.hops.iter().map(|hop| hop.held().hours()).collect();
        assert_eq!(held, [0.0, 0.0, 1.0]);
    }
}

mod r11_answers {
    use super::*;

    #[test]
    fn consent_advice_and_refusal_by_whom_was_asked_give_it_back() {
        for act in ["approved", "advised", "objected"] {
            check(
                &format!("mon 09:00 anna raised to meg\nmon 10:00 meg {act}\nuntil mon 11:00"),
                "1. raised 2024-01-01 09:00Z by anna
                 -asked-> meg 1h (1h) -returned-> anna 1h (1h) ...
                 open at 2024-01-01 11:00Z: 2h (2h) so far",
            );
        }
    }

    #[test]
    fn others_may_speak_but_move_nothing() {
        let decision = only(
            "mon 09:00 anna raised to meg
             mon 10:00 kuba approved
             mon 10:30 kuba objected
             mon 10:40 meg worked
             until mon 12:00",
        );
        assert_eq!((decision.n_hops, decision.n_approvals, decision.n_objections), (1, 1, 1));
    }

    #[test]
    fn an_answer_beneath_the_latest_ask_moves_nothing_yet() {
        check(
            "mon 09:00 anna raised to meg
             mon 10:00 anna asked to kuba
             mon 11:00 meg approved
             mon 12:00 kuba approved
             until mon 13:00",
            "1. raised 2024-01-01 09:00Z by anna
             -asked-> meg 1h (1h) -asked-> kuba 2h (2h) -returned-> anna 1h (1h) ...
             open at 2024-01-01 13:00Z: 4h (4h) so far",
        );
    }

    #[test]
    fn one_who_is_asked_by_name_and_as_a_member_answers_by_name() {
        check(
            "meg: lead, PL, team core
             mon 09:00 anna raised to meg
             mon 10:00 anna asked to team:core
             mon 11:00 meg approved
             until mon 12:00",
            "1. raised 2024-01-01 09:00Z by anna
             -asked-> meg [PL] 1h (1h) -asked-> team:core 2h (2h) ...
             open at 2024-01-01 12:00Z: 3h (3h) so far",
        );
    }

    #[test]
    fn one_does_not_answer_ones_own_question_to_a_group() {
        let decision = only("anna: po, UK, team core\nmon 09:00 anna raised to team:core\nmon 10:00 anna advised");
        assert_eq!(decision.n_hops, 1);
    }

    #[test]
    fn a_group_is_answered_by_its_members() {
        check(
            "meg: lead, PL, team core
             mon 09:00 anna raised to team:core
             mon 10:00 kuba approved
             mon 11:00 meg approved
             until mon 12:00",
            "1. raised 2024-01-01 09:00Z by anna
             -asked-> team:core 2h (2h) -returned-> anna 1h (1h) ...
             open at 2024-01-01 12:00Z: 3h (3h) so far",
        );
        check(
            "mon 09:00 anna raised to role:architect
             mon 11:00 kuba objected role architect
             until mon 12:00",
            "1. raised 2024-01-01 09:00Z by anna
             -asked-> role:architect 2h (2h) -returned-> anna 1h (1h) ...
             open at 2024-01-01 12:00Z: 3h (3h) so far",
        );
    }
}

mod r12_hops {
    use super::*;

    #[test]
    fn upwards_is_an_escalation_and_back_down_a_return() {
        let (_, paths) = fold(
            "anna: po, UK, level 0
             meg: head, UK, level 2
             mon 09:00 anna raised
             mon 10:00 anna asked to meg
             mon 11:00 meg handed to anna
             mon 12:00 anna handed to meg",
            Options::STANDARD,
        );
        let arrived: Vec<ArrivedBy> = paths.hops.iter().map(|hop| hop.arrived_by).collect();
        use ArrivedBy::{Escalated, Raised, Returned};
        assert_eq!(arrived, [Raised, Escalated, Returned, Escalated]);
        assert_eq!((paths.decisions[0].n_escalations, paths.decisions[0].n_returns), (2, 1));
    }

    #[test]
    fn an_answer_that_goes_back_up_is_no_escalation() {
        let decision = only(
            "anna: po, UK, level 0\nmeg: head, UK, level 2
             mon 09:00 meg raised\nmon 10:00 meg asked to anna\nmon 11:00 anna advised",
        );
        assert_eq!((decision.n_escalations, decision.n_returns, decision.n_handovers), (0, 1, 2));
    }

    #[test]
    fn the_asker_counts_as_one_who_had_it() {
        let decision = only("mon 09:00 anna raised to meg\nmon 10:00 meg handed to anna");
        assert_eq!((decision.n_returns, decision.n_handovers), (1, 1));
    }

    #[test]
    fn handing_to_the_holder_may_tell_the_site() {
        let (story, paths) =
            fold("mon 09:00 anna raised\nmon 10:00 meg handed to anna site PL holder's", Options::STANDARD);
        assert_eq!(story.word(Column::Site, paths.hops[0].site), "PL");
    }

    #[test]
    fn what_describes_the_holder_does_not_describe_the_actor() {
        let decision = only("mon 09:00 anna raised\nmon 10:00 meg decided site PL holder's");
        assert_eq!(decision.decider_site, 0);
    }

    #[test]
    fn levels_that_nobody_stated_escalate_nothing() {
        let decision = only("meg: head, UK, level 2\nmon 09:00 anna raised\nmon 10:00 anna handed to meg");
        assert_eq!(decision.n_escalations, 0);
    }

    #[test]
    fn crossings_need_two_known_sites() {
        let decision = only(
            "anna: po, UK\nmeg: dev, PL\npiotr: dev, PL
             mon 09:00 anna raised
             mon 10:00 anna handed to meg
             mon 11:00 meg handed to piotr
             mon 12:00 piotr handed to stranger
             mon 13:00 stranger handed to anna",
        );
        assert_eq!((decision.n_handovers, decision.n_crossings, decision.n_site_unknown), (4, 1, 2));
    }

    #[test]
    fn a_site_is_learned_from_the_holders_first_act_during_the_hold() {
        let (story, paths) = fold(
            "anna: po, UK
             mon 09:00 anna raised
             mon 10:00 anna handed to meg
             mon 11:00 meg worked site PL team core
             mon 12:00 meg worked site ES
             mon 13:00 meg handed to kuba",
            Options::STANDARD,
        );
        assert_eq!(story.word(Column::Site, paths.hops[1].site), "PL");
        assert_eq!(story.word(Column::Team, paths.hops[1].team), "core");
        assert_eq!((paths.decisions[0].n_crossings, paths.decisions[0].n_site_unknown), (1, 1));
    }

    #[test]
    fn the_events_own_columns_go_before_the_directory() {
        let (story, paths) = fold(
            "anna: po, UK\nmeg: dev, PL
             mon 09:00 anna raised site ES
             mon 10:00 anna handed to meg site FR holder's
             mon 11:00 anna handed to anna site DE",
            Options::STANDARD,
        );
        let sites: Vec<&str> = paths.hops.iter().map(|hop| story.word(Column::Site, hop.site)).collect();
        assert_eq!(sites, ["ES", "FR", "DE"]);
    }
}

mod r13_first_response {
    use super::*;

    #[test]
    fn the_first_act_of_another_person_is_the_response() {
        for act in ["worked", "advised", "approved", "objected", "decided", "executed", "withdrawn", "handed to anna"] {
            let decision = only(&format!("mon 09:00 anna raised\nmon 10:00 anna worked\nmon 12:00 meg {act}"));
            assert_eq!((decision.first_response_at.unwrap() - decision.raised_at).hours(), 3.0, "{act}");
        }
        for act in ["linked", "observed", "-"] {
            let decision = only(&format!("mon 09:00 anna raised\nmon 12:00 meg {act}"));
            assert_eq!((decision.first_response_at, decision.n_people), (None, 2), "{act}");
        }
    }

    #[test]
    fn it_is_timed_by_the_calendar_of_who_had_to_respond() {
        // 16:00Z on Monday is after hours at the far site, which works from 05:00Z to 13:00Z.
        let far = "calendar IN: Etc/GMT-4\ncalendar UK: Etc/UTC\nanna: po, UK\nmeg: dev, IN";
        let asked = only(&format!("{far}\nmon 16:00 anna raised to meg\ntue 06:00 meg advised"));
        assert_eq!(asked.first_response_working.unwrap().hours(), 1.0);
        let learned = only(&format!("{far}\nmon 16:00 anna raised to kuba\ntue 06:00 kuba advised site IN"));
        assert_eq!(learned.first_response_working.unwrap().hours(), 1.0);
        let nobody_had_to = only(&format!("{far}\nmon 16:00 anna raised\ntue 10:00 meg advised"));
        assert_eq!(nobody_had_to.first_response_working.unwrap().hours(), 2.0, "by the asker's own calendar");
    }
}

mod r14_decided {
    use super::*;

    #[test]
    fn the_answer_closes_the_question_whoever_has_it() {
        check(
            "anna: po, UK\nboss: head, UK, team board, level 2
             mon 09:00 anna raised scope to meg
             mon 11:00 boss decided rejected
             mon 12:00 meg worked",
            "1. scope, raised 2024-01-01 09:00Z by anna
             -asked-> meg 2h (2h)
             decided rejected 2024-01-01 11:00Z by boss (explicit) after 2h (2h)",
        );
        let decision = only("boss: head, UK, team board, level 2\nmon 09:00 boss decided site ES");
        assert_eq!(decision.decider_level.known(), Some(2));
        assert!(decision.decider_team != 0 && decision.decider_role != 0);
        assert_eq!(decision.decider_site, 2, "the event's own site, not the directory's");
    }

    #[test]
    fn a_lens_that_makes_it_by_rule_says_so() {
        let rule = Options { decided_known: DeciderKnown::Rule, ..Options::STANDARD };
        let (_, paths) = fold("mon 09:00 anna raised\nmon 10:00 anna decided", rule);
        assert_eq!(paths.decisions[0].decider_known, DeciderKnown::Rule);
    }

    #[test]
    fn nobody_named_decides_nothing_unless_it_can_be_inferred() {
        let unknown = only("mon 09:00 anna raised\nmon 10:00 - decided");
        assert_eq!((unknown.decider, unknown.decider_known), (0, DeciderKnown::Unknown));
        let inferred = only("mon 09:00 anna raised\nmon 09:30 meg approved\nmon 10:00 - decided");
        assert_eq!((inferred.decider, inferred.decider_known), (2, DeciderKnown::Inferred));
    }
}

mod r15_inferred {
    use super::*;

    #[test]
    fn the_only_approver_decided_what_was_carried_out() {
        check(
            "mon 09:00 anna raised
             mon 10:00 anna approved
             mon 11:00 meg approved
             mon 12:00 meg approved
             mon 13:00 kuba executed",
            "1. raised 2024-01-01 09:00Z by anna
             anna 4h (4h)
             decided 2024-01-01 13:00Z by meg (inferred) after 4h (4h)
             executed 2024-01-01 13:00Z after 0h (0h)",
        );
    }

    #[test]
    fn with_no_or_several_approvers_it_is_whoever_carried_it_out() {
        for approvals in ["", "mon 10:00 meg approved\nmon 11:00 lena approved", "mon 10:00 anna approved"] {
            let decision = only(&format!("mon 09:00 anna raised\n{approvals}\nmon 13:00 kuba executed"));
            let named = only(&format!("mon 09:00 anna raised\n{approvals}\nmon 13:00 kuba decided"));
            assert_eq!((decision.decider, decision.decider_known), (named.decider, DeciderKnown::Inferred));
        }
    }

    #[test]
    fn a_bot_that_carries_it_out_did_not_decide() {
        let decision = only("ci: bot\nmon 09:00 anna raised\nmon 13:00 ci executed");
        assert_eq!((decision.decider, decision.decider_known), (0, DeciderKnown::Unknown));
        assert_eq!(decision.status, Status::Decided);
    }
}

mod r16_other_ends {
    use super::*;

    #[test]
    fn taken_back_is_an_end_of_its_own() {
        check(
            "mon 09:00 anna raised to meg\nmon 11:00 anna withdrawn\nmon 12:00 meg approved",
            "1. raised 2024-01-01 09:00Z by anna
             -asked-> meg 2h (2h)
             withdrawn 2024-01-01 11:00Z after 2h (2h)",
        );
    }

    #[test]
    fn what_is_open_ends_with_the_record_or_its_last_event() {
        let until = |text| only(text).latency().hours();
        assert_eq!(until("mon 09:00 anna raised\nuntil tue 09:00"), 24.0);
        assert_eq!(until("mon 09:00 anna raised\nwed 09:00 meg worked\nuntil tue 09:00"), 48.0);
    }

    #[test]
    fn after_taking_back_only_a_new_beginning_opens_again() {
        for act in ["worked", "handed to meg", "objected", "withdrawn", "reversed"] {
            let decision = only(&format!("mon 09:00 anna raised\nmon 10:00 anna withdrawn\nmon 11:00 meg {act}"));
            assert_eq!((decision.status, decision.reversed_at), (Status::Withdrawn, None), "{act}");
        }
        for act in ["raised", "asked to anna", "reopened"] {
            let both = decisions(&format!("mon 09:00 anna raised\nmon 10:00 anna withdrawn\nmon 11:00 meg {act}"));
            assert_eq!((both.len(), both[0].reversed_at), (2, None), "{act}");
        }
    }
}

mod r17_unseen {
    use super::*;

    #[test]
    fn an_answer_without_a_question_has_no_latency_and_no_hops() {
        check(
            "mon 09:00 anna decided scope approved",
            "1. scope, question not recorded
             decided approved 2024-01-01 09:00Z by anna (explicit)",
        );
        let decision = only("mon 09:00 anna decided in api");
        assert_eq!(decision.opened_by, OpenedBy::Unseen);
        assert_eq!((decision.n_hops, decision.n_people, decision.asker), (0, 1, 0));
        assert_eq!((decision.raised_at, Some(decision.raised_at)), (decision.ended_at, decision.decided_at));
        assert!(decision.area != 0);
    }

    #[test]
    fn execution_without_a_question_counts_the_consents_before_it() {
        let decision = only(
            "mon 09:00 anna worked in api
             mon 10:00 meg approved
             mon 12:00 kuba executed",
        );
        assert_eq!((decision.opened_by, decision.decider_known), (OpenedBy::Unseen, DeciderKnown::Inferred));
        assert_eq!((decision.decider, decision.n_approvals, decision.n_people), (2, 1, 3));
        assert_eq!(decision.executed_at, decision.decided_at);
        assert!(decision.area != 0);
    }

    #[test]
    fn consents_count_with_one_decision_only() {
        let two = decisions(
            "mon 08:00 zed  approved
             mon 09:00 anna raised
             mon 10:00 anna withdrawn
             mon 11:00 meg  approved
             mon 12:00 kuba executed
             mon 13:00 lena reversed
             mon 14:00 kuba executed",
        );
        assert_eq!(two.iter().map(|it| it.n_approvals).collect::<Vec<_>>(), [0, 1, 0]);
        assert_eq!([two[1].n_people, two[2].n_people], [2, 1]);
    }

    #[test]
    fn the_area_of_an_answer_is_known_though_a_bot_gave_it() {
        assert_eq!(only("ci: bot\nmon 09:00 ci decided in api").area, 1);
    }

    #[test]
    fn the_same_answer_twice_is_one_decision() {
        for again in ["anna decided", "anna decided approved"] {
            only(&format!("mon 09:00 anna raised\nmon 10:00 anna decided approved\nmon 11:00 {again}"));
        }
    }

    #[test]
    fn a_second_answer_by_another_stands_beside_the_first_and_the_contrary_undoes_it() {
        let both = decisions("mon 09:00 anna decided approved\nmon 10:00 meg decided approved");
        assert_eq!((both.len(), both[0].reversed_at), (2, None));
        let both = decisions("mon 09:00 anna decided approved\nmon 10:00 anna decided rejected");
        assert_eq!((both.len(), both[0].reversed_at), (2, Some(both[1].raised_at)));
        assert_eq!(both[0].reversed_by, both[0].decider);
    }
}

mod r18_executed {
    use super::*;

    #[test]
    fn the_first_execution_counts_by_the_calendar_of_who_carries_out() {
        let decision = only(
            "calendar PL: Etc/GMT-1
             kuba: dev, PL
             mon 09:00 anna raised
             mon 14:00 anna decided
             tue 09:00 kuba executed
             wed 09:00 meg executed",
        );
        // 14:00Z to 16:00Z on Monday, 08:00Z to 09:00Z on Tuesday.
        assert_eq!(decision.execution_working.unwrap().hours(), 3.0);
        assert_eq!((decision.executed_at.unwrap() - decision.decided_at.unwrap()).hours(), 19.0);
        assert_eq!(decision.decider_known, DeciderKnown::Explicit);
    }

    #[test]
    fn what_is_carried_out_after_it_was_undone_was_decided_anew() {
        let both = decisions("mon 09:00 anna decided\nmon 10:00 meg reversed\nmon 11:00 kuba executed");
        assert_eq!(both.len(), 2);
        assert_eq!((both[0].executed_at, both[1].opened_by), (None, OpenedBy::Unseen));
    }
}

mod r19_reversed {
    use super::*;

    #[test]
    fn undoing_marks_the_answer_once_and_opens_nothing() {
        let decision = only("mon 09:00 anna decided scope\ntue 09:00 meg reversed\nwed 09:00 kuba reversed scope");
        assert_eq!((decision.reversed_at.unwrap() - decision.ended_at).hours(), 24.0);
        assert_eq!(decision.reversed_by, 2);
    }

    #[test]
    fn undoing_finds_the_answer_though_another_question_is_open() {
        let both = decisions("mon 09:00 anna decided scope\nmon 10:00 anna raised price\nmon 11:00 meg reversed");
        assert!(both[0].reversed_at.is_some());
        assert_eq!(both[1].status, Status::Open);
    }

    #[test]
    fn with_nothing_answered_there_is_nothing_to_undo() {
        assert_eq!(only("mon 09:00 anna raised\nmon 10:00 meg reversed").reversed_at, None);
        assert_eq!(decisions("mon 10:00 meg reversed"), []);
    }
}

mod r20_reopened {
    use super::*;

    #[test]
    fn reopening_objecting_and_handing_on_open_a_new_question_of_the_same_matter() {
        for act in ["reopened", "objected", "handed to kuba", "reopened to kuba"] {
            let both = decisions(&format!("mon 09:00 anna raised scope\nmon 10:00 anna decided\nmon 12:00 meg {act}"));
            assert_eq!(both.len(), 2, "{act}");
            assert_eq!((both[1].opened_by, both[1].ordinal, both[1].matter), (OpenedBy::Reopened, 2, 1), "{act}");
            assert_eq!(both[0].reversed_at, Some(both[1].raised_at), "{act}");
            assert_eq!(both[0].reversed_by, both[1].asker, "{act}");
            assert_eq!(both[1].n_objections, 0, "what opens a question is no objection while it is open");
        }
        check(
            "mon 09:00 anna decided scope
             mon 12:00 meg handed to kuba
             mon 13:00 kuba decided",
            "1. scope, question not recorded
             decided 2024-01-01 09:00Z by anna (explicit)
             reversed 2024-01-01 12:00Z by meg
             2. scope, opened again 2024-01-01 12:00Z by meg
             -handed-> kuba 1h (1h)
             decided 2024-01-01 13:00Z by kuba (explicit) after 1h (1h)",
        );
    }

    #[test]
    fn work_and_consent_after_the_answer_open_nothing() {
        for act in ["worked", "approved", "advised", "linked", "observed", "handed", "-"] {
            let decision = only(&format!("mon 09:00 anna raised\nmon 10:00 anna decided\nmon 12:00 meg {act}"));
            assert_eq!((decision.reversed_at, decision.n_approvals, decision.n_people), (None, 0, 1), "{act}");
        }
    }

    #[test]
    fn what_happens_in_the_same_moment_belongs_to_the_answer() {
        only("mon 09:00 anna raised\nmon 10:00 anna decided\nmon 10:00 anna handed to meg\nmon 10:00 meg objected");
    }

    #[test]
    fn agreeing_with_a_refusal_opens_nothing() {
        only("mon 09:00 anna raised\nmon 10:00 anna decided rejected\nmon 12:00 meg objected");
    }

    #[test]
    fn tidying_up_assignees_can_be_told_apart() {
        let text = "mon 09:00 anna raised\nmon 10:00 anna decided\nmon 12:00 meg handed to kuba";
        let options = Options { handover_reopens: false, ..Options::STANDARD };
        assert_eq!(fold(text, options).1.decisions.len(), 1);
    }

    #[test]
    fn whoever_decided_may_keep_it_in_hand() {
        let text = "mon 09:00 anna raised\nmon 10:00 anna decided\nmon 12:00 anna handed to anna";
        only(text);
        assert_eq!(decisions(&text.replace("12:00 anna handed", "12:00 meg handed")).len(), 2);
    }

    #[test]
    fn reopened_with_no_past_opens() {
        assert_eq!(only("mon 09:00 anna reopened").opened_by, OpenedBy::Reopened);
    }
}

mod r21_counts {
    use super::*;

    #[test]
    fn consents_after_the_first_of_another_person_are_surplus() {
        let decision = only(
            "mon 09:00 anna raised
             mon 10:00 anna approved
             mon 11:00 meg approved
             mon 12:00 anna approved
             mon 13:00 kuba approved
             mon 14:00 meg approved
             mon 15:00 - approved
             mon 16:00 anna decided",
        );
        assert_eq!((decision.n_approvals, decision.n_approvals_surplus), (6, 2));
        assert_eq!(only("mon 09:00 anna raised\nmon 10:00 anna approved").n_approvals_surplus, 0);
    }

    #[test]
    fn people_act_or_hold() {
        let decision = only(
            "ci: bot
             mon 09:00 anna raised
             mon 10:00 anna asked to meg
             mon 11:00 anna handed to team:core
             mon 12:00 kuba worked
             mon 13:00 - worked
             mon 14:00 ci worked
             mon 15:00 lena decided
             mon 16:00 zed worked",
        );
        assert_eq!((decision.n_people, decision.n_bot_acts), (4, 1));
    }

    #[test]
    fn the_area_is_the_first_that_is_recorded() {
        let decision = only("mon 09:00 anna raised\nmon 10:00 meg worked in api\nmon 11:00 meg worked in web");
        assert_eq!(decision.area, 1);
    }
}

mod r22_clocks {
    use super::*;

    #[test]
    fn each_hold_is_timed_by_its_own_site_and_the_holds_make_up_the_whole() {
        // London until 17:00Z, then Warsaw from 08:00Z; 25 January 2024 is a Thursday.
        check(
            "calendar UK: Europe/London
             calendar PL: Europe/Warsaw
             anna: po, UK
             meg: dev, PL
             2024-01-25 15:00 anna raised scope
             2024-01-25 16:30 anna asked to meg
             2024-01-26 09:00 meg approved
             2024-01-26 09:30 anna decided approved
             2024-01-29 09:00 meg executed",
            "1. scope, raised 2024-01-25 15:00Z by anna
             anna [UK] 1.5h (1.5h) -asked, border-> meg [PL] 1h (16h)
             -returned, border-> anna [UK] 30min (30min)
             decided approved 2024-01-26 09:30Z by anna (explicit) after 3h (18h)
             executed 2024-01-29 09:00Z after 7.5h (3d)",
        );
    }
}

/// Every story in the documents gives the path, or the counts, that stand under it, and every rule has its example.
#[test]
fn the_documents_tell_the_truth() {
    for (name, rules) in [("reconstruction.md", 22), ("notation.md", 0)] {
        let path = format!("{}/../../docs/concepts/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap();
        let mut examples = text.split("```story\n");
        let mut before = examples.next().unwrap();
        let mut told_rules = 0;
        for example in examples {
            told_rules += before.matches("\n### R").count();
            let (story, rest) = example.split_once("\n```\n```").unwrap();
            let (kind, rest) = rest.split_once('\n').unwrap();
            let (expected, rest) = rest.split_once("\n```\n").unwrap();
            let told = match kind {
                "path" => told(story, Options::STANDARD).join("\n"),
                "counts" => counted(story),
                _ => panic!("`{kind}` under a story"),
            };
            assert_eq!(told, expected, "{name}:\n{story}");
            assert!(rest.matches("\n### R").count() <= 1 + usize::from(rules == 0), "a rule without example:\n{rest}");
            before = rest;
        }
        assert_eq!(told_rules, rules, "{name}");
        (1..=rules).for_each(|rule| assert!(text.contains(&format!("\n### R{rule} ")), "R{rule}"));
    }
}

fn counted(story: &str) -> String {
    let it = only(story);
    let response = it.first_response_at.unwrap() - it.raised_at;
    format!(
        "first response after {} ({}); {} people; {} consents, {} surplus; {} objections; {} by bots",
        hours_text(it.first_response_working.unwrap().hours()),
        hours_text(response.hours()),
        it.n_people,
        it.n_approvals,
        it.n_approvals_surplus,
        it.n_objections,
        it.n_bot_acts
    )
}
