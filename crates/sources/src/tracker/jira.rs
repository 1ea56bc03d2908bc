//! Jira.
use super::{Page, Parser, Room, Sample, Telling};
pub(crate) const ROOM: Room =
    Room { name: "jira", words: "Jira", parser: || Box::new(Jira), recognises, kinds: &[], has_actors_offsets: false };
struct Jira;
impl Parser for Jira {
    fn page(&mut self, _: &Page<'_>, _: &mut dyn Telling) {}
}
fn recognises(_: &Sample) -> bool {
    false
}
