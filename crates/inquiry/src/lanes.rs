//! Several sites at once: sources of one site one after another, because its limits are for all of them, and sites side by side.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use sayso_sources::fetch::{Credential, FetchError, Outcome, Progress, fetch};

use crate::fetching::{Remote, Teller, pause_words};
use crate::forget::{ForgottenList, Matcher};
use crate::shown::Pseudonyms;
use crate::wire::Net;
use crate::{Talk, World};

/// Sites that are asked at the same time, at most.
const SITES_MAX: usize = 4;

/// What comes of fetching a source.
pub(crate) type Fetched = Result<Outcome, FetchError>;

/// Fetches every source with its credential, without whoever was forgotten; what came of each, in their order.
pub(crate) fn fetch_all(
    remotes: &[Remote],
    credentials: &[Credential],
    (list, pseudonyms): (&ForgottenList, &Pseudonyms),
    world: &dyn World,
    talk: &mut dyn Talk,
    stop: &AtomicBool,
) -> Vec<Fetched> {
    let lanes = lanes(remotes.iter().map(|remote| origin(&remote.site.address)));
    let one = |at: usize, progress: &mut dyn Progress| {
        let (remote, mut net) = (&remotes[at], Net::new(world, stop));
        let forgotten = Matcher::new(list, pseudonyms);
        fetch(&remote.site, &credentials[at], &remote.folder, &forgotten, &mut net, progress)
    };
    if lanes.len() < 2 {
        let alone = remotes.iter().enumerate().map(|(at, remote)| {
            let mut teller = Teller::new(talk, &remote.name);
            let fetched = one(at, &mut teller);
            teller.finish();
            fetched
        });
        return alone.collect();
    }
    let (next, mut fetched) = (AtomicUsize::new(0), Vec::new());
    fetched.resize_with(remotes.len(), || None);
    let (sender, words) = channel();
    std::thread::scope(|threads| {
        for _ in 0..lanes.len().min(SITES_MAX) {
            let (sender, next, lanes) = (sender.clone(), &next, &lanes);
            threads.spawn(move || {
                while let Some(lane) = lanes.get(next.fetch_add(1, Ordering::SeqCst)) {
                    for at in lane {
                        let mut caller = Caller::new(&sender, *at, &remotes[*at].name);
                        let fetched = one(*at, &mut caller);
                        // Whoever listens does so until all have ended.
                        let _ = sender.send((*at, Word::Ended(fetched)));
                    }
                }
            });
        }
        drop(sender);
        let mut done = vec![0; remotes.len()];
        talk.begins(&format!("fetching from {} sites", lanes.len()), None);
        for (at, word) in words {
            match word {
                Word::Says(line) => talk.says(&line),
                Word::Done(n) => {
                    done[at] = n;
                    talk.advances(done.iter().sum(), None);
                }
                Word::Ended(result) => fetched[at] = Some(result),
            }
        }
        talk.ends();
    });
    fetched.into_iter().map(|fetched| fetched.expect("every source is in a lane, and every lane is walked")).collect()
}

/// What a thread tells of its source.
enum Word {
    Says(String),
    /// Items so far.
    Done(u64),
    Ended(Fetched),
}

/// Tells from a thread how far a fetch is.
struct Caller<'c> {
    sender: &'c Sender<(usize, Word)>,
    at: usize,
    name: &'c str,
    part: String,
    /// Items of the parts before, and of this one.
    before: u64,
    done: u64,
}

impl<'c> Caller<'c> {
    fn new(sender: &'c Sender<(usize, Word)>, at: usize, name: &'c str) -> Self {
        Caller { sender, at, name, part: String::new(), before: 0, done: 0 }
    }

    fn send(&self, word: Word) {
        let _ = self.sender.send((self.at, word));
    }
}

impl Progress for Caller<'_> {
    fn page(&mut self, part: &str, done: u64, _: Option<u64>) {
        if self.part != part {
            part.clone_into(&mut self.part);
            self.before += std::mem::take(&mut self.done);
            self.send(Word::Says(format!("{}: {part}", self.name)));
        }
        self.done = done;
        self.send(Word::Done(self.before + done));
    }

    fn pause(&mut self, why: &str, pause: Duration) {
        self.send(Word::Says(pause_words(self.name, why, pause)));
    }
}

/// The places of sources by their site, in the order in which sites are first named.
fn lanes(origins: impl Iterator<Item = String>) -> Vec<Vec<usize>> {
    let mut lanes: Vec<(String, Vec<usize>)> = Vec::new();
    for (at, origin) in origins.enumerate() {
        match lanes.iter_mut().find(|(known, _)| *known == origin) {
            Some((_, lane)) => lane.push(at),
            None => lanes.push((origin, vec![at])),
        }
    }
    lanes.into_iter().map(|(_, lane)| lane).collect()
}

/// `https://host:port` of an address, in lower case.
fn origin(address: &str) -> String {
    let end = address.find("://").and_then(|at| Some(at + 3 + address.get(at + 3..)?.find('/')?));
    address[..end.unwrap_or(address.len())].to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_of_one_site_are_in_one_lane() {
        let addresses =
            ["https://Git.example/a", "https://jira.example", "https://git.example", "https://git.example:8443/"];
        assert_eq!(lanes(addresses.iter().map(|address| origin(address))), [vec![0, 2], vec![1], vec![3]]);
    }
}
