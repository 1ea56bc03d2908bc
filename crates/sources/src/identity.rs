//! Which of the names that sources write are the same person: by mail address, by declared name, and by caution.
//!
//! Two people taken for one distort every hand-over between them; one person taken for two only hides some. So a name
//! is joined to another only on evidence that points to a single person, and what was left apart for want of it is
//! counted.

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::actor::Person;

pub mod across;

/// A mail address that this many different names use is a shared mailbox and joins nobody.
const NAMES_OF_ONE_MAIL_MAX: usize = 4;

/// Local parts of mail addresses that are a function or a machine and say nothing of who wrote.
const SHARED_MAILBOXES: [&str; 24] = [
    "admin",
    "build",
    "builds",
    "bot",
    "ci",
    "contact",
    "dev",
    "developer",
    "devs",
    "git",
    "github",
    "hello",
    "info",
    "mail",
    "me",
    "no-reply",
    "nobody",
    "none",
    "noreply",
    "office",
    "root",
    "support",
    "team",
    "user",
];

/// Who is who, by actor index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identities {
    /// For each actor the index of the actor that stands for the person: the first one of the same person, so the own
    /// index for whoever is alone or comes first.
    pub same_as: Vec<u32>,
    /// For each actor the index of the declared person, where there is one.
    pub person: Vec<Option<u32>>,
    /// What was found.
    pub counts: IdentityCounts,
}

/// How many names there are and what became of them. Groups (`team:`, `role:`) and empty words are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IdentityCounts {
    /// Names that sources write.
    pub identities: u64,
    /// Of these, names that turned out to be another name of somebody already counted.
    pub merged: u64,
    /// Of these, names that belong to a declared person.
    pub declared: u64,
    /// Of these, names that could be more than one person's and were therefore left apart.
    pub collisions: u64,
}

impl IdentityCounts {
    /// Persons, as far as the names can tell: names less merged names.
    pub fn persons(&self) -> u64 {
        self.identities - self.merged
    }
}

/// Finds out which of `actors` are the same person, and which declared person that is.
///
/// An actor is a word as a source writes it: `Name <mail>`, a mail address, a login or a display name. In this order,
/// and never against an earlier rule: an actor whose mail address is declared is that person; one that is somebody's
/// `person`, or one of the logins and ids beside their addresses, is them; one whose name is declared for exactly one person is them (a single word such as a first name
/// only where the source gives no mail address beside it). What is left and undeclared is joined where the mail
/// address is the same, or where full name and the part before the `@` are. Case and spacing do not matter.
///
/// `team:NAME`, `role:NAME` and empty words stay alone. The order of `actors` decides only who stands for a person.
pub fn identify<S: AsRef<str>>(actors: &[S], people: &[Person]) -> Identities {
    let words: Vec<Word> = actors.iter().map(|actor| Word::read(actor.as_ref())).collect();
    let declared = Declared::of(people);
    let mut joined = Joined::new(words.len());
    let mut is_collision = vec![false; words.len()];

    for (i, word) in words.iter().enumerate() {
        match declared.find(word) {
            Match::One(person) => joined.person[i] = Some(person),
            Match::Several => is_collision[i] = true,
            Match::None => {}
        }
    }
    let mut first_of: FxHashMap<u32, usize> = FxHashMap::default();
    for i in 0..words.len() {
        if let Some(person) = joined.person[i] {
            let first = *first_of.entry(person).or_insert(i);
            joined.join(first, i);
        }
    }

    for (group, is_shared) in alike(&words, Word::mail_key, NAMES_OF_ONE_MAIL_MAX) {
        join_group(&group, is_shared, &mut joined, &mut is_collision);
    }
    for (group, is_shared) in alike(&words, Word::name_and_local_part, usize::MAX) {
        join_group(&group, is_shared, &mut joined, &mut is_collision);
    }

    let same_as: Vec<u32> = (0..words.len()).map(|i| joined.root(i) as u32).collect();
    let person: Vec<Option<u32>> = (0..words.len()).map(|i| joined.person[joined.root(i)]).collect();
    let counted = || words.iter().enumerate().filter(|(_, word)| word.is_somebody()).map(|(i, _)| i);
    let counts = IdentityCounts {
        identities: counted().count() as u64,
        merged: counted().filter(|i| same_as[*i] as usize != *i).count() as u64,
        declared: counted().filter(|i| person[*i].is_some()).count() as u64,
        collisions: counted().filter(|i| is_collision[*i] && person[*i].is_none()).count() as u64,
    };
    Identities { same_as, person, counts }
}

/// The mail address inside an actor's word, in lower case: of `Name <mail>` or of a word that is one.
pub fn mail_of(word: &str) -> Option<String> {
    Word::read(word).mail
}

/// An actor's word, taken apart. Keys are in lower case with single spaces.
#[derive(Debug, Default)]
struct Word {
    whole: String,
    name: Option<String>,
    mail: Option<String>,
    is_group: bool,
}

impl Word {
    fn read(word: &str) -> Self {
        let whole = key(word);
        if whole.starts_with("team:") || whole.starts_with("role:") {
            return Self { whole, is_group: true, ..Self::default() };
        }
        let (name, mail) = match whole.rsplit_once('<') {
            Some((name, rest)) => (name.trim(), rest.trim_end_matches('>').trim()),
            None if is_mail(&whole) => ("", whole.as_str()),
            None => (whole.as_str(), ""),
        };
        let name = name.trim_matches('"').trim();
        let some = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        let (name, mail) = (some(name), some(mail).filter(|mail| is_mail(mail)));
        Self { name, mail, whole, is_group: false }
    }

    fn is_somebody(&self) -> bool {
        !self.is_group && !self.whole.is_empty()
    }

    /// What two names of one mailbox share; `None` for mailboxes that are nobody's own.
    fn mail_key(&self) -> Option<String> {
        let mail = self.mail.as_ref()?;
        let (local, host) = mail.rsplit_once('@')?;
        let is_nowhere = matches!(host, "localhost" | "localhost.localdomain" | "example.com" | "(none)");
        (!is_nowhere && !SHARED_MAILBOXES.contains(&local)).then(|| mail.clone())
    }

    /// Full name and the part before the `@`: what stays when somebody changes the mail host.
    fn name_and_local_part(&self) -> Option<String> {
        let name = self.name.as_deref().filter(|name| name.contains(' '))?;
        let (local, host) = self.mail.as_deref()?.rsplit_once('@')?;
        // Hosting services hide an address as `12345+login@users.noreply.HOST`.
        let local = if host.starts_with("users.noreply.") { local.rsplit('+').next()? } else { local };
        (local.chars().count() >= 3 && !SHARED_MAILBOXES.contains(&local)).then(|| format!("{name}\n{local}"))
    }
}

enum Match {
    None,
    One(u32),
    Several,
}

/// The declared people by what sources may call them; `None` where two people have the same.
struct Declared {
    by_mail: FxHashMap<String, Option<u32>>,
    by_person: FxHashMap<String, Option<u32>>,
    by_name: FxHashMap<String, Option<u32>>,
}

impl Declared {
    fn of(people: &[Person]) -> Self {
        let mut declared =
            Self { by_mail: FxHashMap::default(), by_person: FxHashMap::default(), by_name: FxHashMap::default() };
        let add = |map: &mut FxHashMap<String, Option<u32>>, word: String, person: u32| {
            map.entry(word).and_modify(|known| *known = known.filter(|known| *known == person)).or_insert(Some(person));
        };
        for (i, person) in (0_u32..).zip(people) {
            add(&mut declared.by_person, key(&person.person), i);
            if let Some(name) = &person.name {
                add(&mut declared.by_name, key(name), i);
            }
            let mails = person.email.as_deref().unwrap_or_default().split([' ', ',', ';']);
            let of_person = is_mail(&key(&person.person)).then_some(person.person.as_str());
            for mail in mails.chain(of_person).map(|mail| key(mail.trim_matches(['<', '>']))) {
                if is_mail(&mail) {
                    add(&mut declared.by_mail, mail, i);
                } else if !mail.is_empty() {
                    // A login or an account's id, by which a tracker's events name the person.
                    add(&mut declared.by_person, mail, i);
                }
            }
        }
        declared
    }

    fn find(&self, word: &Word) -> Match {
        if !word.is_somebody() {
            return Match::None;
        }
        let has_mail = word.mail.is_some();
        // A first name beside an undeclared address is anybody's.
        let name = word.name.as_ref().filter(|name| !has_mail || name.contains(' '));
        let found = [
            word.mail.as_ref().and_then(|mail| self.by_mail.get(mail)),
            self.by_person.get(&word.whole),
            name.and_then(|name| self.by_name.get(name)),
        ];
        let known = found.into_iter().flatten();
        match known.clone().find_map(|person| *person) {
            Some(person) => Match::One(person),
            None if known.count() > 0 => Match::Several,
            None => Match::None,
        }
    }
}

/// Sets of actors of the same person, each under the first of them.
struct Joined {
    parent: Vec<usize>,
    /// The declared person, kept up to date at the roots only.
    person: Vec<Option<u32>>,
}

impl Joined {
    fn new(n: usize) -> Self {
        Self { parent: (0..n).collect(), person: vec![None; n] }
    }

    fn root(&self, mut i: usize) -> usize {
        while self.parent[i] != i {
            i = self.parent[i];
        }
        i
    }

    /// Joins two actors, unless they are two different declared people.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let person = match (self.person[a], self.person[b]) {
            (Some(one), Some(other)) if one != other => return,
            (one, other) => one.or(other),
        };
        let (first, second) = (a.min(b), a.max(b));
        self.parent[second] = first;
        self.person[first] = person;
    }
}

/// The actors that share a key, in the order in which they come; true where more than `names_max` names do.
fn alike(words: &[Word], key: fn(&Word) -> Option<String>, names_max: usize) -> Vec<(Vec<usize>, bool)> {
    let mut place: FxHashMap<String, usize> = FxHashMap::default();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let Some(key) = key(word) else { continue };
        let place = *place.entry(key).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Vec::new());
        }
        groups[place].push(i);
    }
    let with_names = groups.into_iter().filter(|group| group.len() > 1).map(|group| {
        let names: FxHashSet<&str> = group.iter().filter_map(|i| words[*i].name.as_deref()).collect();
        let is_shared = names.len() > names_max;
        (group, is_shared)
    });
    with_names.collect()
}

/// Joins actors that share a key, unless that would make one of several declared people.
fn join_group(group: &[usize], is_shared: bool, joined: &mut Joined, is_collision: &mut [bool]) {
    let mut people: Vec<u32> = group.iter().filter_map(|i| joined.person[joined.root(*i)]).collect();
    people.sort_unstable();
    people.dedup();
    if is_shared || people.len() > 1 {
        for i in group.iter().filter(|i| joined.person[joined.root(**i)].is_none()) {
            is_collision[*i] = true;
        }
        return;
    }
    for i in &group[1..] {
        joined.join(group[0], *i);
    }
}

fn key(word: &str) -> String {
    let mut key = String::with_capacity(word.len());
    for part in word.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        key.extend(part.chars().flat_map(char::to_lowercase));
    }
    key
}

/// A letter without its diacritic, as people write it where a keyboard or a login has none: of Polish and of what stands in
/// one code point in the languages around it. Other letters stay.
pub(crate) fn plain_letter(c: char) -> char {
    match c {
        'ą' | 'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'ć' | 'č' | 'ç' => 'c',
        'ď' => 'd',
        'ę' | 'é' | 'è' | 'ê' | 'ë' | 'ě' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ł' => 'l',
        'ń' | 'ň' | 'ñ' => 'n',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ő' | 'ø' => 'o',
        'ř' => 'r',
        'ś' | 'š' => 's',
        'ť' => 't',
        'ú' | 'ù' | 'û' | 'ü' | 'ů' | 'ű' => 'u',
        'ý' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

fn is_mail(word: &str) -> bool {
    word.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
        && !word.contains([' ', '<', '>'])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn person(person: &str, name: &str, email: &str) -> Person {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Person { person: person.to_owned(), name: some(name), email: some(email), ..Person::default() }
    }

    fn people() -> Vec<Person> {
        vec![
            person("ada", "Ada Example", "ada@firm.example ada@old.example"),
            person("jan1", "Jan Kowal", "jan@firm.example"),
            person("jan2", "Jan Kowal", "jk@firm.example"),
            person("grace", "Grace", ""),
        ]
    }

    /// Sets of actors that are one person, as `0=2 1`, a collision count behind.
    fn check(actors: &[&str], people: &[Person], expected: &str) {
        let found = identify(actors, people);
        let mut groups: Vec<String> = Vec::new();
        for (i, same) in found.same_as.iter().enumerate().filter(|(i, same)| **same as usize == *i) {
            let others = (i + 1..actors.len()).filter(|other| found.same_as[*other] == *same);
            let members: Vec<String> = std::iter::once(i).chain(others).map(|i| i.to_string()).collect();
            let declared = found.person[i].map(|i| format!(":{}", people[i as usize].person)).unwrap_or_default();
            groups.push(members.join("=") + &declared);
        }
        assert_eq!(format!("{} ?{}", groups.join(" "), found.counts.collisions), expected, "{actors:?}");
    }

    #[test]
    fn a_declared_mail_address_joins_whatever_the_name() {
        check(
            &[
                "",
                "Ada Example <ADA@firm.example>",
                "A. E. <ada@old.example>",
                "ada@firm.example",
                "Bob Other <bob@x.example>",
            ],
            &people(),
            "0 1=2=3:ada 4 ?0",
        );
    }

    #[test]
    fn person_and_unique_name_join() {
        check(&["ada", "ada  example", "Ada Example <a.e@home.example>"], &people(), "0=1=2:ada ?0");
    }

    #[test]
    fn a_name_of_two_declared_people_joins_neither_and_is_counted() {
        check(
            &["Jan Kowal", "Jan Kowal <jan@firm.example>", "Jan Kowal <jk@firm.example>", "Jan Kowal <j@home.example>"],
            &people(),
            "0 1:jan1 2:jan2 3 ?2",
        );
    }

    #[test]
    fn a_first_name_beside_an_unknown_address_is_not_the_declared_person() {
        check(&["Grace", "Grace <grace@elsewhere.example>"], &people(), "0:grace 1 ?0");
    }

    #[test]
    fn a_mail_address_outranks_the_name() {
        check(&["Jan Kowal <ada@firm.example>", "Ada Example"], &people(), "0=1:ada ?0");
    }

    #[test]
    fn undeclared_names_with_one_mailbox_are_joined() {
        check(&["Bob <bob@x.example>", "Robert Other <BOB@x.example>", "bob@x.example", "bob"], &[], "0=1=2 3 ?0");
    }

    #[test]
    fn a_full_name_and_the_same_local_part_survive_a_change_of_host() {
        check(
            &[
                "Robert Other <rother@x.example>",
                "robert other <rother@y.example>",
                "Robert Other <123+rother@users.noreply.github.com>",
                "Robert Other <bob@z.example>",
                "Roberta Other <rother@z.example>",
                "Robert Other",
            ],
            &[],
            "0=1=2 3 4 5 ?0",
        );
        // A first name alone, or a mailbox that everybody has, is not enough.
        check(&["Bob <bob@x.example>", "Bob <bob@y.example>"], &[], "0 1 ?0");
        check(&["Bob Other <dev@x.example>", "Bob Other <dev@y.example>"], &[], "0 1 ?0");
    }

    #[test]
    fn a_shared_mailbox_joins_nobody() {
        check(&["Bob <noreply@x.example>", "Eve <noreply@x.example>", "Ann <root@localhost>"], &[], "0 1 2 ?0");
        let crowd = ["A <w@x.example>", "B <w@x.example>", "C <w@x.example>", "D <w@x.example>", "E <w@x.example>"];
        check(&crowd, &[], "0 1 2 3 4 ?5");
    }

    #[test]
    fn a_chain_never_joins_two_declared_people() {
        let people = [person("ada", "Ada Example", ""), person("eve", "Eve Example", "")];
        let chain = ["Ada Example <w@x.example>", "Eve Example <w@x.example>", "worker <w@x.example>"];
        check(&chain, &people, "0:ada 1:eve 2 ?1");
    }

    #[test]
    fn who_shares_a_mailbox_with_a_declared_person_is_that_person() {
        let people = [person("ada", "Ada Example", "")];
        check(&["A.E. <ae@x.example>", "Ada Example <ae@x.example>"], &people, "0=1:ada ?0");
    }

    #[test]
    fn groups_and_empty_words_stay_alone() {
        let found = identify(&["", "team:Pricing", "role:owner", "team:Pricing", ""], &people());
        assert_eq!(found.same_as, [0, 1, 2, 3, 4]);
        assert_eq!(found.counts, IdentityCounts::default());
        assert_eq!(identify::<&str>(&[], &[]), Identities::default());
    }

    #[test]
    fn what_was_found_is_counted() {
        let counts = identify(&["", "ada", "Ada Example", "Jan Kowal", "team:x", "bob"], &people()).counts;
        assert_eq!(counts, IdentityCounts { identities: 4, merged: 1, declared: 2, collisions: 1 });
        assert_eq!(counts.persons(), 3);
    }

    #[test]
    fn odd_words_are_read() {
        assert_eq!(mail_of("\"Example, Ada\" <Ada@Firm.Example>").as_deref(), Some("ada@firm.example"));
        assert_eq!(mail_of("Ada <>"), None);
        assert_eq!(mail_of("Ada <not a mail>"), None);
        assert_eq!(mail_of("a <b <c@d>>").as_deref(), Some("c@d"));
        assert_eq!(mail_of(""), None);
        assert_eq!(mail_of("@ada"), None);
    }

    fn word() -> impl Strategy<Value = String> {
        let name = prop::sample::select(vec!["", "Ada Example", "Jan Kowal", "Eve", "ada", "Bob Other"]);
        let mail =
            prop::sample::select(vec!["", "<ada@firm.example>", "<jk@firm.example>", "<w@x>", "<bob@y>", "bob@z"]);
        (name, mail).prop_map(|(name, mail)| format!("{name} {mail}").trim().to_owned())
    }

    proptest! {
        #[test]
        fn everybody_stands_under_the_first_and_one_declared_person(actors in prop::collection::vec(word(), 0..20)) {
            let people = people();
            let found = identify(&actors, &people);
            for (i, same) in found.same_as.iter().map(|same| *same as usize).enumerate() {
                prop_assert!(same <= i);
                prop_assert_eq!(found.same_as[same] as usize, same);
                prop_assert_eq!(found.person[same], found.person[i]);
            }
            // Whose address is declared is that person, whatever else stands in the record.
            for (i, actor) in actors.iter().enumerate() {
                if actor.contains("jk@firm.example") {
                    prop_assert_eq!(found.person[i], Some(2));
                }
            }
        }

        #[test]
        fn the_order_of_actors_does_not_change_who_is_who(actors in prop::collection::vec(word(), 0..12)) {
            let turned: Vec<&String> = actors.iter().rev().collect();
            let (one, other) = (identify(&actors, &people()), identify(&turned, &people()));
            prop_assert_eq!(one.counts, other.counts);
            let last = actors.len().wrapping_sub(1);
            for a in 0..actors.len() {
                for b in 0..actors.len() {
                    prop_assert_eq!(one.same_as[a] == one.same_as[b], other.same_as[last - a] == other.same_as[last - b]);
                }
            }
        }
    }
}
