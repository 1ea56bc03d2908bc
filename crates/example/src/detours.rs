//! The ways round the usual path of a question: to somebody above, past a colleague, to the wrong one, or there and back.

use sayso_model::event::{Act, Verdict};

use crate::cast::{self, Who};
use crate::stories::{Next, Scene, Teller};

impl Teller<'_> {
    /// A priority question that the tech lead answers, who is only to be consulted.
    pub fn taken_over(&mut self, mut scene: Scene, asker: Who, raised: i64) -> Next {
        let (owner, lead) = (cast::owner(self.area), cast::lead(self.area));
        let mut at = raised;
        if asker != lead {
            at = self.step(asker, at, 15);
            scene.to(at, asker, Act::Asked, "question", lead);
        }
        if self.dice.percent(self.plan.stale_percent) {
            return self.leave(scene);
        }
        at = self.step(lead, at, self.across(self.plan.priority_min, asker, lead));
        let verdict = self.verdict();
        scene.decided(at, lead, verdict);
        self.end(scene, owner, self.plan.execution_priority_min, true)
    }

    /// A scope question that somebody who may not answer it takes to the head of product first: it comes back as it went,
    /// or with something to be changed.
    pub fn upstairs(&mut self, scene: &mut Scene, asker: Who, at: i64) -> i64 {
        let head = cast::LEADERS[0];
        if self.now_and_then(self.plan.escalation_percent) {
            let asked = self.step(asker, at, 15);
            scene.to(asked, asker, Act::Asked, "escalated", head);
            let back = self.step(head, asked, self.plan.escalation_wait_min);
            scene.act(back, head, Act::Advised, "answer").text = "Yours to settle.";
            return back;
        }
        if self.now_and_then(self.plan.above_percent) {
            let asked = self.step(asker, at, 15);
            scene.to(asked, asker, Act::Asked, "escalated", head);
            let back = self.step(head, asked, self.plan.above_wait_min);
            scene.act(back, head, Act::Objected, "change requested");
            let changed = self.step(asker, back, 60);
            scene.act(changed, asker, Act::Worked, "scope edited");
            return changed;
        }
        at
    }

    /// A scope question that goes past a colleague without rank before it goes to the owner.
    pub fn past_the_peer(&mut self, scene: &mut Scene, asker: Who, at: i64) -> i64 {
        scene.question.planted.gate = true;
        let asked = self.step(asker, at, 20);
        scene.to(asked, asker, Act::Asked, "question", cast::GATE_PEER);
        let mut back = self.step(cast::GATE_PEER, asked, self.plan.gate_wait_min);
        if self.dice.percent(self.plan.gate_unchanged_percent) {
            scene.act(back, cast::GATE_PEER, Act::Approved, "approval");
        } else {
            scene.act(back, cast::GATE_PEER, Act::Objected, "change requested");
            back = self.step(asker, back, 60);
            scene.act(back, asker, Act::Worked, "scope edited");
        }
        back
    }

    /// A yes that its owner undoes, answers with no, and days later with yes again.
    pub fn back_and_forth(&mut self, mut scene: Scene, yes: i64, executor: Who, execution_min: u32) -> Next {
        let (matter, owner) = (scene.question.matter, cast::owner(self.area));
        let undone = self.step(owner, yes, 900);
        scene.act(undone, owner, Act::Reversed, "decision changed");
        self.enter(scene);
        let mut at = undone;
        for verdict in [Verdict::Rejected, Verdict::Approved] {
            let who = self.pick(&[cast::lead(self.area), cast::ANALYSTS[0], cast::ANALYSTS[1]]);
            at = self.step(who, at, 900);
            let mut scene = self.scene(matter, at);
            scene.question.planted.is_reopened = true;
            scene.act(at, who, Act::Reopened, "opened again");
            at = self.step(who, at, 20);
            scene.to(at, who, Act::Asked, "question", owner);
            at = self.step(owner, at, self.plan.answer_min);
            scene.decided(at, owner, verdict);
            if verdict == Verdict::Approved {
                at = self.step(executor, at, execution_min);
                scene.act(at, executor, Act::Executed, "done");
            }
            self.enter(scene);
        }
        Some(at)
    }
}
