//! The life of one item: its questions one after the other, told act by act.

use sayso_model::event::{Act, Verdict};

use crate::bystanders;
use crate::cast::{self, Area, Who};
use crate::clock::Clock;
use crate::dice::Dice;
use crate::log::{Address, Event, Item, Log, Matter, Planted, Question, Why};
use crate::plan::Plan;

/// The tracker's label of an ask for consent.
pub const CONSENT_WANTED: &str = "ok to go ahead?";

/// Who tells: one item, its chance, and where it goes.
pub struct Teller<'a> {
    /// What is planted.
    pub plan: &'a Plan,
    /// When somebody can act.
    pub clock: &'a Clock,
    /// The item's own chance.
    pub dice: Dice,
    /// When the decision rights change, in seconds since 1970.
    pub change: i64,
    /// The log.
    pub log: &'a mut Log,
    /// The item, as an index into the log.
    pub item: usize,
    /// Where.
    pub area: Area,
    /// The goal it serves.
    pub goal: Option<usize>,
    /// Whether it is urgent.
    pub is_urgent: bool,
    /// What the design knew of the why.
    pub why: Why,
    /// How many engineers of the squad are there; `None` for all.
    pub here: Option<usize>,
}

/// One question while it is being told.
pub struct Scene {
    /// The question.
    pub question: Question,
    /// Its events so far.
    pub events: Vec<Event>,
}

impl Scene {
    /// Adds an act.
    pub fn act(&mut self, at: i64, who: Who, act: Act, activity: &'static str) -> &mut Event {
        let question = 0; // Given when the scene enters the log.
        let (item, actor) = (self.question.item, Some(who));
        let event = Event {
            at,
            item,
            question,
            actor,
            act,
            activity,
            to: None,
            verdict: None,
            link: None,
            text: "",
            is_late: false,
        };
        let last = self.events.len();
        self.events.push(event);
        &mut self.events[last]
    }

    /// Adds an act that addresses somebody.
    pub fn to(&mut self, at: i64, who: Who, act: Act, activity: &'static str, to: Who) -> &mut Event {
        let event = self.act(at, who, act, activity);
        event.to = Some(Address::Person(to));
        event
    }

    /// Adds the answer.
    pub fn decided(&mut self, at: i64, who: Who, verdict: Verdict) {
        let activity = match verdict {
            Verdict::Approved => "status: agreed",
            Verdict::Rejected => "status: declined",
            Verdict::Deferred => "status: parked",
        };
        self.act(at, who, Act::Decided, activity).verdict = Some(verdict);
    }

    /// When it is answered, by whom and how.
    pub fn answer(&self) -> Option<(i64, Who, Verdict)> {
        let event = self.events.iter().find(|event| event.act == Act::Decided)?;
        Some((event.at, event.actor?, event.verdict?))
    }

    /// Whether somebody has a part in it: acts or is addressed.
    pub fn has(&self, who: Who) -> bool {
        self.events.iter().any(|event| event.actor == Some(who) || event.to == Some(Address::Person(who)))
    }

    /// Forgets whatever would happen from `at` on.
    pub fn cut(&mut self, at: i64) {
        self.events.retain(|event| event.at < at);
    }
}

/// How an item goes on after a question: from when on; `None` where it ends with it.
pub type Next = Option<i64>;

impl Teller<'_> {
    /// The whole life of an item of work from `start` on, in seconds since 1970.
    pub fn item(&mut self, start: i64) {
        type Stage<'a> = fn(&mut Teller<'a>, i64) -> Next;
        let stages: [(u32, Stage<'_>); 6] = [
            (42, Self::priority),
            (66, Self::scope),
            (58, Self::design),
            (12, Self::wording),
            (58, Self::acceptance),
            (20, Self::release),
        ];
        // The throws are made beforehand, so that the questions of an item do not depend on how the others went; an
        // item without any question would be none.
        let mut chosen = stages.map(|(percent, _)| self.dice.percent(percent));
        chosen[1] |= !chosen.contains(&true);
        let mut at = start;
        for ((_, stage), _) in stages.into_iter().zip(chosen).filter(|(_, is_chosen)| *is_chosen) {
            match stage(self, at) {
                Some(end) => at = end + self.dice.around(240),
                None => break,
            }
        }
    }

    /// A goal: one question about money, retained by the head of product, above a bound by the managing director.
    pub fn goal(&mut self, start: i64) {
        let head = cast::LEADERS[0];
        let asker = cast::owner(self.area);
        let (mut scene, raised) = self.raise(Matter::Money, asker, start);
        let mut at = self.step(asker, raised, 20);
        scene.to(at, asker, Act::Asked, "budget requested", head);
        at = self.step(head, at, 420);
        if self.dice.percent(40) {
            scene.to(at, head, Act::Asked, "above bound", cast::LEADERS[2]).text = "Above the bound of the charter.";
            at = self.step(cast::LEADERS[2], at, 480);
            scene.act(at, cast::LEADERS[2], Act::Approved, "approval");
            at = self.step(head, at, 60);
        }
        scene.decided(at, head, Verdict::Approved);
        self.end(scene, head, 240, false);
    }

    fn priority(&mut self, start: i64) -> Next {
        let owner = cast::owner(self.area);
        let asker = match self.dice.weighted(&[60, 25, 15]) {
            0 => owner,
            1 => self.pick(&cast::ANALYSTS),
            _ => cast::lead(self.area),
        };
        let (mut scene, raised) = self.raise(Matter::Priority, asker, start);
        if asker != owner && self.now_and_then(self.plan.takeover_percent) {
            return self.taken_over(scene, asker, raised);
        }
        let percent =
            if raised < self.change { self.plan.permission_percent } else { self.plan.permission_percent_after };
        let mut at = raised;
        if asker != owner {
            at = self.step(asker, at, 15);
            scene.to(at, asker, Act::Asked, "question", owner);
        }
        if self.dice.percent(self.plan.stale_percent) {
            return self.leave(scene);
        }
        let mut verdict = self.verdict();
        if asker == owner && self.dice.percent(percent) {
            scene.question.planted.permission = true;
            let above = match self.plan.permission_of_peer {
                true => cast::PERMISSION_PEER,
                false if self.dice.percent(60) => cast::SENIOR,
                false => cast::LEADERS[0],
            };
            at = self.step(owner, at, 20);
            scene.to(at, owner, Act::Asked, CONSENT_WANTED, above).text = "Are you happy with this order?";
            if self.dice.percent(self.plan.permission_unanswered_percent) {
                // Nobody answers; in the end the owner does what was hers to do.
                at = self.step(owner, at, 1_200);
            } else {
                at = self.step(above, at, self.plan.permission_wait_min);
                if self.dice.percent(self.plan.permission_unchanged_percent) {
                    verdict = Verdict::Approved;
                    scene.act(at, above, Act::Approved, "approval");
                } else {
                    scene.act(at, above, Act::Objected, "change requested");
                    at = self.step(owner, at, 60);
                    scene.act(at, owner, Act::Worked, "backlog edited");
                }
                at = self.step(owner, at, 40);
            }
        } else {
            at = self.step(owner, at, self.across(self.plan.priority_min, asker, owner));
        }
        scene.decided(at, owner, verdict);
        self.end(scene, owner, self.plan.execution_priority_min, true)
    }

    fn scope(&mut self, start: i64) -> Next {
        let owner = cast::owner(self.area);
        let asker = match self.dice.weighted(&[35, 15, 15, 20, 15]) {
            0 => self.pick(&cast::ANALYSTS),
            1 => self.pick(&cast::DESIGNERS),
            2 => cast::lead(self.area),
            3 => self.engineer(),
            _ => owner,
        };
        let (mut scene, raised) = self.raise(Matter::Scope, asker, start);
        let percent = match (self.area.is_gated(), raised < self.change) {
            (true, true) => self.plan.gate_percent,
            (true, false) => self.plan.gate_percent_after,
            (false, _) => self.plan.gate_percent_elsewhere,
        };
        let mut at = raised;
        if asker != owner {
            at = self.upstairs(&mut scene, asker, at);
            if self.plan.gate_is_peer && self.dice.percent(percent) {
                at = self.past_the_peer(&mut scene, asker, at);
            }
            at = self.step(asker, at, 15);
            scene.to(at, asker, Act::Asked, "question", owner);
        }
        if self.dice.percent(self.plan.stale_percent) {
            return self.leave(scene);
        }
        let mut verdict = self.verdict();
        if scene.question.planted.gate {
            at = self.step(owner, at, 60);
        } else if !self.plan.gate_is_peer && self.dice.percent(percent) {
            scene.question.planted.gate = true;
            at = self.step(owner, at, self.plan.gate_hesitation_min);
            scene.to(at, owner, Act::Asked, CONSENT_WANTED, cast::SENIOR).text = "Is this all right with you?";
            at = self.step(cast::SENIOR, at, self.plan.gate_wait_min);
            if self.dice.percent(self.plan.gate_unchanged_percent) {
                verdict = Verdict::Approved;
                scene.act(at, cast::SENIOR, Act::Approved, "approval");
            } else {
                scene.act(at, cast::SENIOR, Act::Objected, "change requested");
                at = self.step(owner, at, 60);
                scene.act(at, owner, Act::Worked, "scope edited");
            }
            at = self.step(owner, at, 45);
        } else {
            at = self.step(owner, at, self.across(self.plan.scope_min, asker, owner));
        }
        scene.decided(at, owner, verdict);
        self.end(scene, cast::lead(self.area), self.plan.execution_scope_min, true)
    }

    fn design(&mut self, start: i64) -> Next {
        let (owner, lead) = (cast::owner(self.area), cast::lead(self.area));
        let (mut scene, raised) = self.raise(Matter::Design, owner, start);
        let percent = if raised < self.change { self.plan.why_lost_percent } else { self.plan.why_lost_percent_after };
        self.why = if self.dice.percent(percent) { Why::Lost } else { Why::Carried };
        scene.question.planted.why = Some(self.why);

        let mut at = self.step(owner, raised, 30);
        self.hand_over(&mut scene, at, owner, lead, self.why);
        if self.dice.percent(self.plan.handback_percent) {
            at = self.step(lead, at, 240);
            scene.to(at, lead, Act::Handed, "handed back", owner).text = "Not ready to build.";
            at = self.step(owner, at, self.across(self.plan.answer_min, lead, owner));
            self.hand_over(&mut scene, at, owner, lead, Why::Carried);
        }
        let percent = match self.why {
            Why::Lost => self.plan.reask_percent_lost,
            Why::Carried => self.plan.reask_percent_carried,
        };
        let once = self.dice.percent(percent);
        let twice = once && self.dice.percent(self.plan.reask_again_percent);
        for _ in 0..u32::from(once) + u32::from(twice) {
            at = self.step(lead, at, 120);
            scene.to(at, lead, Act::Asked, "question back", owner).text = "Who is it for, and why now?";
            at = self.step(owner, at, self.across(self.plan.answer_min, lead, owner));
            scene.act(at, owner, Act::Advised, "answer");
        }
        let asked = match self.plan.everybody_is_asked {
            true => self.engineers(),
            false if self.dice.percent(45) => vec![self.engineer()],
            false => Vec::new(),
        };
        for engineer in asked {
            at = self.step(lead, at, 60);
            scene.to(at, lead, Act::Asked, "estimate wanted", engineer);
            at = self.step(engineer, at, self.plan.answer_min);
            scene.act(at, engineer, Act::Advised, "estimate");
        }
        let mut settled = self.step(lead, at, self.plan.design_min);
        bystanders::work(self, &mut scene, lead, at, settled);
        let verdict = if self.dice.percent(96) { Verdict::Approved } else { Verdict::Rejected };
        let decider = if self.now_and_then(self.plan.far_percent) { cast::lead(self.area.next()) } else { lead };
        if decider != lead {
            settled = self.step(decider, settled, 20);
        }
        scene.decided(settled, decider, verdict);
        let engineer = self.engineer();
        self.end(scene, engineer, self.plan.execution_design_min, false)
    }

    fn wording(&mut self, start: i64) -> Next {
        let owner = cast::owner(self.area);
        let (mut scene, raised) = self.raise(Matter::Wording, owner, start);
        let mut at = self.step(owner, raised, 30);
        scene.to(at, owner, Act::Asked, "wording for review", cast::COMPLIANCE);
        if self.dice.percent(20) {
            at = self.step(cast::COMPLIANCE, at, 540);
            scene.act(at, cast::COMPLIANCE, Act::Objected, "change requested");
            at = self.step(owner, at, 120);
            scene.act(at, owner, Act::Worked, "wording edited");
            at = self.step(owner, at, 20);
            scene.to(at, owner, Act::Asked, "wording for review", cast::COMPLIANCE);
        }
        at = self.step(cast::COMPLIANCE, at, 540);
        scene.decided(at, cast::COMPLIANCE, Verdict::Approved);
        self.end(scene, owner, 180, false)
    }

    fn acceptance(&mut self, start: i64) -> Next {
        let mut maker = if self.dice.percent(60) { self.engineer() } else { cast::tester(self.area) };
        if self.plan.sole_gate_percent > 0 && self.area == cast::SOLE_GATE_AREA && maker == cast::tester(self.area) {
            maker = self.engineer();
        }
        let (mut scene, raised) = self.raise(Matter::Acceptance, maker, start);
        let decider = self.acceptor(raised, maker);
        let mut at = self.step(maker, raised, 15);
        scene.to(at, maker, Act::Asked, "ready for acceptance", decider);
        let waits = self.across(self.plan.acceptance_min, maker, decider);
        let refusal = match self.why {
            Why::Lost => self.plan.refusal_percent_lost,
            Why::Carried => self.plan.refusal_percent_carried,
        };
        if self.dice.percent(refusal) {
            at = self.step(decider, at, waits);
            scene.act(at, decider, Act::Objected, "not what was meant");
            at = self.step(maker, at, 300);
            scene.act(at, maker, Act::Worked, "changed");
            at = self.step(maker, at, 30);
            scene.to(at, maker, Act::Asked, "ready for acceptance", decider);
        }
        // Nobody needs these consents; whoever decides waits for them all the same.
        let mut moved = self.step(decider, at, waits);
        let mut pool = vec![self.pick(&cast::DESIGNERS), self.pick(&cast::ANALYSTS), cast::tester(self.area)];
        pool.extend([cast::lead(self.area), cast::owner(self.area), self.engineer()]);
        pool.retain(|&who| who != maker && who != decider);
        for _ in 0..self.dice.weighted(&self.plan.consent_weights) {
            let who = pool.remove(self.dice.below(pool.len() as u64) as usize);
            let consent = self.step(who, at, 120);
            scene.act(consent, who, Act::Approved, "approval");
            moved = moved.max(self.step(decider, consent, 20));
        }
        bystanders::build(self, &mut scene, at, moved);
        scene.decided(moved, decider, Verdict::Approved);
        let engineer = self.engineer();
        self.end(scene, engineer, self.plan.execution_acceptance_min, false)
    }

    fn release(&mut self, start: i64) -> Next {
        let (engineer, lead) = (self.engineer(), cast::lead(self.area));
        let (mut scene, raised) = self.raise(Matter::Release, engineer, start);
        let mut at = self.step(engineer, raised, 15);
        scene.to(at, engineer, Act::Asked, "ready to go out", lead);
        let asked = at;
        at = self.step(lead, at, self.plan.answer_min);
        bystanders::build(self, &mut scene, asked, at);
        scene.decided(at, lead, Verdict::Approved);
        self.end(scene, lead, 120, false)
    }

    /// An answer is opened again: a new question on the same item to whoever decides such things.
    fn reopen(&mut self, first: &Question, start: i64) -> Next {
        let owner = cast::owner(self.area);
        let (who, decider) = match first.matter {
            Matter::Design => (owner, cast::lead(self.area)),
            _ => {
                let who = self.engineer();
                (who, self.acceptor(start, who))
            }
        };
        let at = self.step(who, start, 1_200);
        let mut scene = self.scene(first.matter, at);
        scene.question.planted.is_reopened = true;
        scene.act(at, who, Act::Reopened, "opened again");
        let asked = self.step(who, at, 20);
        scene.to(asked, who, Act::Asked, "question", decider);
        let at = self.step(decider, asked, self.across(self.plan.answer_min, who, decider));
        scene.decided(at, decider, Verdict::Approved);
        let executed = self.step(self.engineer_of(decider), at, 480);
        scene.act(executed, self.engineer_of(decider), Act::Executed, "done");
        self.enter(scene);
        Some(executed)
    }

    /// What every question has: bystanders, a possible withdrawal, intervention or reversal, and its being carried out.
    pub fn end(&mut self, mut scene: Scene, executor: Who, execution_min: u32, is_owners: bool) -> Next {
        let raised = scene.question.raised_at;
        let asker = scene.events.first().and_then(|event| event.actor).unwrap_or(executor);
        let Some((mut moved, mut decider, mut verdict)) = scene.answer() else { return self.leave(scene) };
        if asker != decider && self.dice.percent(self.plan.withdrawn_percent) {
            let half = self.clock.of(asker).between(raised, moved) / 2;
            let at = self.clock.of(asker).after(raised, half.max(60));
            if at < moved {
                scene.cut(at);
                scene.act(at, asker, Act::Withdrawn, "taken back");
                bystanders::crowd(self, &mut scene, at);
                self.enter(scene);
                return None;
            }
        }
        let mut undone = None;
        let is_gated = scene.question.matter == Matter::Scope && self.area.is_gated();
        if is_owners && !is_gated {
            undone = bystanders::discomfort(self, &mut scene, moved);
            if let Some(answer) = scene.answer() {
                (moved, decider, verdict) = answer;
            }
        }
        bystanders::crowd(self, &mut scene, moved);
        let is_own = is_owners && decider == cast::owner(self.area) && verdict == Verdict::Approved;
        if undone.is_none() && is_own && self.dice.percent(self.plan.override_percent) {
            let above = if self.dice.percent(60) { cast::SENIOR } else { cast::LEADERS[0] };
            undone = Some((self.step(above, moved, 720), above));
        }
        if let Some((at, who)) = undone {
            scene.act(at, who, Act::Reversed, "decision changed");
            self.enter(scene);
            return None;
        }
        if is_own && self.now_and_then(self.plan.churn_percent) {
            return self.back_and_forth(scene, moved, executor, execution_min);
        }
        if verdict != Verdict::Approved {
            self.enter(scene);
            return None;
        }
        let executed = self.step(executor, moved, execution_min);
        bystanders::build(self, &mut scene, moved, executed);
        scene.act(executed, executor, Act::Executed, "done");
        let question = scene.question.clone();
        self.enter(scene);
        if matches!(question.matter, Matter::Design | Matter::Acceptance) && self.dice.percent(self.plan.reopen_percent)
        {
            return self.reopen(&question, executed);
        }
        Some(executed)
    }

    /// Nobody takes the question up.
    pub fn leave(&mut self, mut scene: Scene) -> Next {
        scene.question.planted.stale = true;
        self.enter(scene);
        None
    }

    /// Puts the scene into the log.
    pub fn enter(&mut self, scene: Scene) {
        let question = self.log.questions.len();
        self.log.events.extend(scene.events.into_iter().map(|event| Event { question, ..event }));
        self.log.questions.push(scene.question);
    }

    /// A question of this item.
    pub fn scene(&self, matter: Matter, raised_at: i64) -> Scene {
        let question = Question {
            item: self.item,
            matter,
            area: self.area,
            raised_at,
            is_urgent: self.is_urgent,
            planted: Planted::default(),
        };
        Scene { question, events: Vec::new() }
    }

    fn raise(&mut self, matter: Matter, asker: Who, start: i64) -> (Scene, i64) {
        let at = self.step(asker, start, 30);
        let mut scene = self.scene(matter, at);
        let activity = if self.is_urgent { "raised (urgent)" } else { "raised" };
        scene.act(at, asker, Act::Raised, activity);
        if self.dice.percent(40) {
            let soon = at + 3 + self.dice.below(20) as i64;
            scene.act(soon, cast::TRIAGE_BOT, Act::Worked, "labels set");
        }
        (scene, at)
    }

    fn hand_over(&mut self, scene: &mut Scene, at: i64, from: Who, to: Who, why: Why) {
        const REASONS: [&str; 6] = [
            "Because two platforms drop us above 3 s.",
            "Because one in nine quotes is abandoned here.",
            "Because the regulator asks for it by spring.",
            "Because claims staff retype it forty times a day.",
            "Because the partner ends the old format.",
            "Because renewals churn at this step.",
        ];
        let goal = self.goal.filter(|_| why == Why::Carried);
        let text = match why {
            Why::Carried => self.dice.pick(&REASONS).copied().unwrap_or_default(),
            Why::Lost => "As discussed.",
        };
        let event = scene.to(at, from, Act::Handed, "handed over", to);
        (event.link, event.text) = (goal, text);
        if let Some(goal) = goal
            && self.dice.percent(50)
        {
            let linked = self.clock.of(from).after(at, 40);
            scene.act(linked, from, Act::Linked, "linked").to = Some(Address::Item(goal));
        }
    }

    /// Who decides an acceptance raised at `raised` by `maker`: the product owner, and in the partner feeds the tech lead
    /// from the change on; or, where acceptances are shared, somebody else whom the charter names.
    fn acceptor(&mut self, raised: i64, maker: Who) -> Who {
        if self.area == cast::SOLE_GATE_AREA && self.now_and_then(self.plan.sole_gate_percent) {
            return cast::tester(self.area);
        }
        let is_squads = self.area == Area::PartnerFeeds && raised >= self.change;
        let usual = if is_squads { cast::lead(self.area) } else { cast::owner(self.area) };
        if !self.now_and_then(self.plan.acceptance_shared_percent) {
            return usual;
        }
        let mut others = match is_squads {
            true => [self.engineers(), vec![cast::tester(self.area)]].concat(),
            false => [cast::DESIGNERS, cast::ANALYSTS].concat(),
        };
        others.retain(|&who| who != maker);
        self.pick(&others)
    }

    /// Whether something happens that plans can be without: throws nothing where it cannot.
    pub fn now_and_then(&mut self, percent: u32) -> bool {
        percent > 0 && self.dice.percent(percent)
    }

    /// When somebody has done what takes them about `minutes`, from `at` on; urgent things are done faster.
    pub fn step(&mut self, who: Who, at: i64, minutes: u32) -> i64 {
        let minutes = if self.is_urgent { minutes * self.plan.urgent_pace_percent / 100 } else { minutes };
        let is_busy = self.plan.season_percent > 0 && self.clock.is_quarter_end(at);
        let minutes = if is_busy { minutes * (100 + self.plan.season_percent) / 100 } else { minutes };
        self.clock.of(who).after(at, self.dice.around(minutes))
    }

    /// What takes `minutes` at one site, between two people.
    pub fn across(&self, minutes: u32, from: Who, to: Who) -> u32 {
        if from.site() == to.site() { minutes } else { minutes * self.plan.border_percent / 100 }
    }

    /// Somebody of a group.
    pub fn pick(&mut self, of: &[Who]) -> Who {
        *self.dice.pick(of).expect("groups of the cast are not empty")
    }

    /// An engineer of the area's squad.
    pub fn engineer(&mut self) -> Who {
        let squad = self.engineers();
        self.pick(&squad)
    }

    /// The engineers who are there.
    fn engineers(&self) -> Vec<Who> {
        let mut squad = cast::engineers(self.area);
        squad.truncate(self.here.unwrap_or(squad.len()));
        squad
    }

    fn engineer_of(&self, decider: Who) -> Who {
        if decider == cast::lead(self.area) { cast::engineers(self.area)[0] } else { cast::tester(self.area) }
    }

    /// An answer, mostly yes.
    pub fn verdict(&mut self) -> Verdict {
        [Verdict::Approved, Verdict::Rejected, Verdict::Deferred][self.dice.weighted(&[86, 8, 6])]
    }
}

/// A new item of work or goal.
pub fn item(area: Area, is_goal: bool) -> Item {
    Item { area, is_goal, number: 0 }
}
