//! Acts around a question that are not its path: comments, announcements, triggers and what leaders do after them.

use sayso_model::event::{Act, Verdict};

use crate::cast::{self, Site, Who};
use crate::log::Matter;
use crate::plan::Plan;
use crate::stories::{Scene, Teller};

/// Comments until `moved`, none of which anything waits for.
pub fn crowd(teller: &mut Teller<'_>, scene: &mut Scene, moved: i64) {
    let raised = scene.question.raised_at;
    let is_owners = matches!(scene.question.matter, Matter::Scope | Matter::Priority);

    let percent = if teller.is_urgent { teller.plan.watcher_percent_urgent } else { teller.plan.watcher_percent_other };
    if is_owners && teller.dice.percent(percent) {
        let at = teller.clock.of(cast::WATCHER).after(raised, teller.dice.around(15));
        comment(scene, at, moved, cast::WATCHER, "comment");
    }
    if is_owners && teller.dice.percent(teller.plan.chatty_percent) {
        let at = somewhen(teller, cast::CHATTY, raised, moved);
        comment(scene, at, moved, cast::CHATTY, "comment");
    }
    let percent = match (scene.question.matter, teller.area.is_gated()) {
        (Matter::Scope, true) => teller.plan.announcer_percent,
        (Matter::Scope, false) => teller.plan.announcer_percent / 4,
        _ => 0,
    };
    if teller.dice.percent(percent) {
        let lead = teller.dice.around(teller.plan.announcer_lead_min);
        let at = teller.clock.of(cast::ANNOUNCER).before(moved, lead);
        comment(scene, at, moved, cast::ANNOUNCER, "status note");
    }
    if teller.dice.percent(teller.plan.noise_percent) {
        let who = if teller.dice.percent(50) { teller.pick(&cast::ANALYSTS) } else { teller.pick(&cast::DESIGNERS) };
        let at = somewhen(teller, who, raised, moved);
        // Whoever has a part in the question is no bystander.
        if !scene.has(who) {
            comment(scene, at, moved, who, "comment");
        }
    }
    if is_owners && teller.dice.percent(teller.plan.unprompted_percent) {
        let who = teller.pick(&cast::LEADERS);
        let at = somewhen(teller, who, raised, moved);
        if !scene.has(who) {
            comment(scene, at, moved, who, "comment");
        }
    }
}

/// A date is missed, an incident happens, a customer complains; a leader may step in: with a word, an objection or the
/// decision itself, or by changing it afterwards, which is given back as (when, who).
pub fn discomfort(teller: &mut Teller<'_>, scene: &mut Scene, moved: i64) -> Option<(i64, Who)> {
    if !teller.dice.percent(teller.plan.trigger_percent) {
        return None;
    }
    let raised = scene.question.raised_at;
    let observer = if teller.dice.percent(50) { cast::COORDINATOR } else { cast::lead(teller.area) };
    let quarter = teller.clock.of(observer).between(raised, moved) / 4;
    let trigger = teller.clock.of(observer).after(raised, quarter.max(120));
    if trigger >= moved {
        return None;
    }
    let activity = ["missed date", "incident", "customer complaint"][teller.dice.weighted(&[45, 30, 25])];
    scene.act(trigger, observer, Act::Observed, activity);
    scene.question.planted.trigger = true;

    let leader = teller.pick(&cast::LEADERS);
    let is_before = raised < teller.change;
    let Plan { intervention_percent: before, intervention_percent_after: after, .. } = *teller.plan;
    if !teller.dice.percent(if is_before { before } else { after }) || scene.has(leader) {
        return None;
    }
    let at = teller.step(leader, trigger, teller.plan.intervention_min);
    match (teller.dice.weighted(&teller.plan.intervention_weights), at < moved) {
        (0, true) => {
            scene.act(at, leader, Act::Advised, "comment").text = "How did this happen?";
        }
        (1, true) => {
            scene.act(at, leader, Act::Objected, "stopped").text = "Please hold this.";
        }
        (2, true) => {
            scene.cut(at);
            scene.act(at, leader, Act::Decided, "status: agreed").verdict = Some(Verdict::Approved);
        }
        (2, false) => return Some((at, leader)),
        _ => {}
    }
    None
}

/// Work on a design between `since` and `until`, some of it in the evening.
pub fn work(teller: &mut Teller<'_>, scene: &mut Scene, lead: Who, since: i64, until: i64) {
    if teller.dice.percent(50) {
        let at = somewhen(teller, lead, since, until);
        if since < at && at < until {
            scene.act(at, lead, Act::Worked, "draft");
        }
    }
    if teller.dice.percent(teller.plan.late_percent) {
        let midnight = teller.clock.midnight(Site::Gdansk, teller.clock.day(Site::Gdansk, since));
        let at = midnight + 20 * 3_600 + teller.dice.below(9_000) as i64;
        // Late, but on a day on which they were at work at all.
        let is_working_day = teller.clock.of(lead).between(midnight, midnight + 86_400) > 0;
        if is_working_day && since < at && at < until {
            let event = scene.act(at, lead, Act::Worked, "draft");
            (event.is_late, event.text) = (true, "In the evening.");
        }
    }
}

/// What people and the pipeline do while something is built or checked.
pub fn build(teller: &mut Teller<'_>, scene: &mut Scene, since: i64, until: i64) {
    let times = match scene.question.matter {
        Matter::Design => 1 + teller.dice.below(2),
        Matter::Acceptance => u64::from(teller.dice.percent(40)),
        Matter::Release => 1,
        _ => 0,
    };
    for _ in 0..times {
        let who = teller.engineer();
        let at = somewhen(teller, who, since, until);
        if scene.question.matter == Matter::Design && since < at && at < until {
            scene.act(at, who, Act::Worked, "change pushed");
        }
        let done = at + 400 + teller.dice.below(900) as i64;
        if since < done && done < until {
            scene.act(done, cast::CI_BOT, Act::Worked, "build passed");
        }
    }
}

fn comment(scene: &mut Scene, at: i64, moved: i64, who: Who, activity: &'static str) {
    if scene.question.raised_at < at && at < moved {
        scene.act(at, who, Act::Advised, activity);
    }
}

/// Some working moment of somebody between two instants; may lie outside where they had no working time there.
fn somewhen(teller: &mut Teller<'_>, who: Who, since: i64, until: i64) -> i64 {
    let days = teller.clock.of(who);
    let length = days.between(since, until).max(1);
    days.after(since, teller.dice.below(length as u64) as i64)
}
