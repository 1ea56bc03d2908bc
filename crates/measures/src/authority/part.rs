//! Who has a part in a question: by the charter, by name, or as one of a group.

use sayso_model::NOT_RECORDED;
use sayso_model::charter::Standing;
use sayso_model::decision::{Hop, Touch};

use super::Scene;

/// Somebody at the moment of an act.
pub(crate) fn actor(touch: &Touch) -> Standing {
    Standing { actor: touch.actor, team: touch.team, role: touch.role }
}

/// Whom an act addresses.
pub(crate) fn addressee(touch: &Touch) -> Standing {
    Standing { actor: touch.to, team: touch.to_team, role: touch.to_role }
}

/// Whoever has a question.
pub(crate) fn holder(hop: &Hop) -> Standing {
    Standing { actor: hop.holder, team: hop.team, role: hop.role }
}

/// Whether the charter gives somebody a part in a decision: to decide it, to be asked for advice, or to agree first.
pub(crate) fn is_declared(scene: &Scene<'_>, index: u32, who: Standing) -> bool {
    let governed = scene.governed_at(index);
    scene.remits.may_decide(governed, who) == Some(true) || scene.remits.may_be_asked(governed, who)
}

/// Whether `one` is `other`, or one of the group that `other` is: of the same team or, for a role, of that role.
pub(crate) fn is_or_belongs_to(scene: &Scene<'_>, one: Standing, other: Standing) -> bool {
    let same = |a, b| a != NOT_RECORDED && a == b;
    let is_group = other.actor != NOT_RECORDED && !scene.is_human(other.actor);
    same(one.actor, other.actor) || is_group && (same(one.team, other.team) || same(one.role, other.role))
}
