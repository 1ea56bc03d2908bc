//! Which accounts of several sources may be one person: suggestions with their evidence, and collisions. Nothing is merged.
//!
//! Two people taken for one spoil every hand-over between them, so that the office accepts or strikes out each line: what is
//! accepted goes into `people.csv` ([`rows`]). A name or login that could be several people's is flagged and suggests
//! nothing. Names are compared without Polish and neighbouring diacritics and in any order; other scripts are not
//! transliterated.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sayso_model::actor::{ActorKind, Person};

use super::{NAMES_OF_ONE_MAIL_MAX, SHARED_MAILBOXES, Word, identify, is_mail, key, plain_letter};
use crate::bots::by_name;
use crate::git::Mailmap;
use crate::people::COLUMNS;
use crate::tracker::Account;

/// What deleted and nameless accounts are called; whoever bears such a name is nobody in particular.
const NOBODY: [&str; 10] = [
    "ghost",
    "ghost user",
    "deleted user",
    "former user",
    "unknown",
    "unknown user",
    "anonymous",
    "usuniety uzytkownik",
    "byly uzytkownik",
    "uzytkownik usuniety",
];

/// Somebody as one source knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Which source.
    pub source: String,
    /// The word by which its events name them: an account's id, or `Name <mail>` of an author in git.
    pub id: String,
    /// Login, where there is one.
    pub login: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// Mail address.
    pub mail: Option<String>,
    /// IANA zone that the account states.
    pub zone: Option<String>,
    /// Whether the source says that it is a machine, or its name does.
    pub is_bot: bool,
    /// Whether one person may well have several of these in one source: authors in git.
    pub is_author: bool,
}

impl Known {
    /// An account of a tracker.
    pub fn account(source: &str, account: &Account) -> Known {
        let Account { id, login, name, email, zone, is_bot } = account.clone();
        let is_machine = |word: &Option<String>| word.as_deref().and_then(by_name).is_some_and(|sign| sign.is_bot());
        let is_bot = is_bot || is_machine(&login) || is_machine(&name);
        Known { source: source.to_owned(), id, login, name, mail: email, zone, is_bot, is_author: false }
    }

    /// An author or committer in git, as events name them.
    pub fn author(source: &str, word: &str) -> Known {
        let read = Word::read(word);
        let is_bot = by_name(word).is_some_and(|sign| sign.is_bot());
        let name = match word.rsplit_once('<') {
            Some((name, _)) => Some(name.trim().to_owned()).filter(|name| !name.is_empty()),
            None => read.name,
        };
        Known {
            source: source.to_owned(),
            id: word.to_owned(),
            name,
            mail: read.mail,
            is_bot,
            is_author: true,
            ..Known::default()
        }
    }

    /// Somebody as a table or a log names them: by an address, a login or a name. One word in small letters, or with digits,
    /// is a login; any other is a name.
    pub fn word(source: &str, word: &str) -> Known {
        let known = Known::author(source, word);
        if known.mail.is_some() || is_bare_name(word) || word.contains(' ') {
            return known;
        }
        Known { name: None, login: Some(word.to_owned()), ..known }
    }

    /// The login; of an address that a hosting service gave, the one in it.
    fn login_key(&self) -> Option<String> {
        let hidden = self.mail.as_deref().and_then(hidden_login);
        let login = self.login.as_deref().map(key).filter(|login| !is_mail(login));
        hidden.or(login).filter(|login| login.chars().count() >= 3)
    }

    /// The mailbox that is one person's own; `None` for hidden and shared ones.
    fn mailbox(&self) -> Option<String> {
        let mail = key(self.mail.as_deref()?);
        if !is_mail(&mail) || hidden_login(&mail).is_some() {
            return None;
        }
        let mail = without_tag(&mail);
        Word { mail: Some(mail), ..Word::default() }.mail_key()
    }

    fn has_shared_mailbox(&self) -> bool {
        let mail = self.mail.as_deref().map(|mail| without_tag(&key(mail)));
        mail.is_some_and(|mail| mail.split('@').next().is_some_and(|local| SHARED_MAILBOXES.contains(&local)))
    }

    /// The words of the name without diacritics, in order.
    fn names(&self) -> Vec<String> {
        words_of(self.name.as_deref().unwrap_or_default())
    }

    fn is_nobody(&self) -> bool {
        let names = [Some(self.id.as_str()), self.login.as_deref(), self.name.as_deref()];
        self.id.is_empty()
            || self.id.starts_with("team:")
            || self.id.starts_with("role:")
            || names.into_iter().flatten().any(|name| NOBODY.contains(&words_of(name).join(" ").as_str()))
    }
}

/// Whether a word is one name and nothing else (`Adam`), which anybody may bear: no address, no login, no number.
pub fn is_bare_name(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && letters.clone().any(char::is_lowercase)
        && letters.all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'))
}

/// What speaks for two being one person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The same mailbox, whatever stands behind a `+`.
    Mailbox,
    /// `.mailmap` gives both the same address.
    Mailmap,
    /// The hosting service's own address bears the other's login.
    HiddenMail,
    /// The same login.
    Login,
    /// The same full name, letter by letter or without diacritics.
    Name,
    /// The same full name in another order.
    NameTurned,
    /// The part of the address before the `@` is the other's login.
    LoginInMail,
    /// The same zone.
    Zone,
    /// Different zones: it speaks against it.
    OtherZone,
}

impl Evidence {
    /// The evidence in words.
    pub fn words(&self) -> &'static str {
        match self {
            Evidence::Mailbox => "the same mailbox",
            Evidence::Mailmap => "one address by .mailmap",
            Evidence::HiddenMail => "the hosting service's address bears the login",
            Evidence::Login => "the same login",
            Evidence::Name => "the same full name",
            Evidence::NameTurned => "the same full name in another order",
            Evidence::LoginInMail => "the login is the address before the @",
            Evidence::Zone => "the same zone",
            Evidence::OtherZone => "against it: different zones",
        }
    }
}

/// How much speaks for a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// A single weak sign, or one that speaks against it.
    Low,
    /// A full name or a login that is one person's everywhere, or two weak signs.
    Fair,
    /// One mailbox, `.mailmap`, or the hosting service itself.
    High,
}

/// Two that may be one person. Neither is taken for the other until the office says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The one that comes first, by its place in what was given.
    pub left: usize,
    /// The other.
    pub right: usize,
    /// What speaks for it, strongest first.
    pub evidence: Vec<Evidence>,
    /// How much that is.
    pub confidence: Confidence,
}

/// Why a word is several people's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CollisionKind {
    /// A first name, or any single word, that several accounts bear.
    SingleName,
    /// One full name of several accounts of one source.
    NameOfSeveral,
    /// One login in several sources, with different mailboxes.
    LoginOfSeveral,
    /// A mailbox of a function, or of more names than one person has.
    SharedMailbox,
}

/// A word that is several people's, as far as can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collision {
    /// Why.
    pub kind: CollisionKind,
    /// The word, as it is compared.
    pub word: String,
    /// Whose it is, by their places.
    pub members: Vec<usize>,
    /// Their zones, where accounts state them, in order.
    pub zones: Vec<String>,
}

impl fmt::Display for Collision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.members.len();
        match self.kind {
            CollisionKind::SingleName => write!(f, "{n} accounts are called `{}`", self.word)?,
            CollisionKind::NameOfSeveral => write!(f, "{n} accounts bear the full name `{}`", self.word)?,
            CollisionKind::LoginOfSeveral => {
                write!(f, "the login `{}` has different mailboxes in {n} accounts", self.word)?
            }
            CollisionKind::SharedMailbox => write!(f, "the mailbox `{}` is shared by {n}", self.word)?,
        }
        if self.zones.len() > 1 {
            write!(f, ", in {}", self.zones.join(", "))?;
        }
        Ok(())
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Across {
    /// Who may be one person, surest first.
    pub suggestions: Vec<Suggestion>,
    /// Words that are several people's.
    pub collisions: Vec<Collision>,
    /// Those of a collision whom no `people.csv` declares, by their places in order: nothing is to be said of them as
    /// persons.
    pub apart: Vec<usize>,
    /// Machines, groups, deleted and nameless accounts, which are compared with nobody, by their places in order.
    pub left_out: Vec<usize>,
}

/// Compares everybody with everybody else. `mailmap` is the text of a `.mailmap`, `people` what the office declares: whom it
/// declares one person is not suggested again, and whom it declares two is not suggested at all. Empty input finds nothing.
pub fn across(known: &[Known], people: &[Person], mailmap: &str) -> Across {
    let mailmap = Mailmap::parse(mailmap);
    let left_out: Vec<usize> = (0..known.len()).filter(|i| known[*i].is_bot || known[*i].is_nobody()).collect();
    let is_in: Vec<bool> = (0..known.len()).map(|i| left_out.binary_search(&i).is_err()).collect();
    let group = |of: &dyn Fn(&Known) -> Option<String>| -> BTreeMap<String, Vec<usize>> {
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (i, one) in known.iter().enumerate().filter(|(i, _)| is_in[*i]) {
            if let Some(key) = of(one) {
                groups.entry(key).or_default().push(i);
            }
        }
        groups
    };
    let proper = |one: &Known| {
        let mail = one.mail.as_deref()?;
        let (_, proper) = mailmap.proper(one.name.as_deref().unwrap_or_default(), mail);
        (!mailmap.is_empty()).then(|| key(proper))
    };
    let by_mailbox = group(&Known::mailbox);
    let by_login = group(&Known::login_key);
    let by_name = group(&|one| Some(sorted(one.names())).filter(|names| names.contains(' ')));
    let by_word = group(&|one| Some(one.names()).filter(|names| names.len() == 1).map(|names| names.join(" ")));
    let by_proper = group(&proper);
    let by_local = group(&|one| one.login_key().or_else(|| local_part(one)));

    let mut collisions = Vec::new();
    let mut collide = |kind, word: &str, members: Vec<usize>| {
        let zones: BTreeSet<&String> = members.iter().filter_map(|i| known[*i].zone.as_ref()).collect();
        let zones = zones.into_iter().cloned().collect();
        collisions.push(Collision { kind, word: word.to_owned(), members, zones });
    };
    for (word, members) in by_word.iter().filter(|(_, members)| !is_one(known, members)) {
        collide(CollisionKind::SingleName, word, members.clone());
    }
    let mut ambiguous_names = BTreeSet::new();
    for (name, members) in &by_name {
        if has_several_accounts(known, members) {
            ambiguous_names.insert(name.clone());
            collide(CollisionKind::NameOfSeveral, name, members.clone());
        }
    }
    let mut ambiguous_logins = BTreeSet::new();
    for (login, members) in &by_login {
        let mailboxes: BTreeSet<String> = members.iter().filter_map(|i| known[*i].mailbox()).collect();
        if mailboxes.len() > 1 {
            ambiguous_logins.insert(login.clone());
            collide(CollisionKind::LoginOfSeveral, login, members.clone());
        }
    }
    let mut shared = BTreeSet::new();
    for (mailbox, members) in &by_mailbox {
        let names: BTreeSet<String> = members.iter().map(|i| sorted(known[*i].names())).collect();
        if names.len() > NAMES_OF_ONE_MAIL_MAX {
            shared.insert(mailbox.clone());
            collide(CollisionKind::SharedMailbox, mailbox, members.clone());
        }
    }
    let of_function =
        group(&|one| one.mail.as_deref().filter(|_| one.has_shared_mailbox()).map(|mail| without_tag(&key(mail))));
    for (mailbox, members) in of_function.iter().filter(|(_, members)| members.len() > 1) {
        collide(CollisionKind::SharedMailbox, mailbox, members.clone());
    }
    collisions.sort_by(|a, b| (a.kind, &a.word).cmp(&(b.kind, &b.word)));

    let words: Vec<&str> = known.iter().map(|one| one.id.as_str()).collect();
    let declared = identify(&words, people).person;
    let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
    for members in [&by_mailbox, &by_login, &by_name, &by_proper, &by_local].into_iter().flat_map(BTreeMap::values) {
        pairs.extend(members.iter().skip(1).map(|other| (members[0], *other)));
    }
    let is_same = |left: &Option<String>, right: &Option<String>, ambiguous: &BTreeSet<String>| {
        left.is_some() && left == right && left.as_ref().is_some_and(|word| !ambiguous.contains(word))
    };
    let none = BTreeSet::new();
    let mut suggestions: Vec<Suggestion> = Vec::new();
    for (left, right) in pairs {
        let (one, other) = (&known[left], &known[right]);
        if declared[left].is_some() && declared[right].is_some() {
            continue;
        }
        let mut evidence = Vec::new();
        if is_same(&one.mailbox(), &other.mailbox(), &shared) {
            evidence.push(Evidence::Mailbox);
        } else if is_same(&proper(one), &proper(other), &none) && one.mail != other.mail {
            evidence.push(Evidence::Mailmap);
        }
        if is_same(&one.login_key(), &other.login_key(), &ambiguous_logins) {
            let is_hidden = |one: &Known| one.mail.as_deref().and_then(hidden_login).is_some();
            let is_by_host = is_hidden(one) != is_hidden(other);
            evidence.push(if is_by_host { Evidence::HiddenMail } else { Evidence::Login });
        }
        let (names, others) = (one.names(), other.names());
        if names.len() > 1
            && sorted(names.clone()) == sorted(others.clone())
            && !ambiguous_names.contains(&sorted(names.clone()))
        {
            evidence.push(if names == others { Evidence::Name } else { Evidence::NameTurned });
        }
        let is_login_in_mail = |one: &Known, other: &Known| {
            one.login_key()
                .is_some_and(|login| local_part(other) == Some(login.clone()) && !ambiguous_logins.contains(&login))
        };
        if !evidence.contains(&Evidence::Mailbox) && (is_login_in_mail(one, other) || is_login_in_mail(other, one)) {
            evidence.push(Evidence::LoginInMail);
        }
        if evidence.is_empty() {
            continue;
        }
        if let (Some(zone), Some(others)) = (&one.zone, &other.zone) {
            evidence.push(if zone == others { Evidence::Zone } else { Evidence::OtherZone });
        }
        let confidence = confidence(&evidence);
        suggestions.push(Suggestion { left, right, evidence, confidence });
    }
    suggestions.sort_by(|a, b| b.confidence.cmp(&a.confidence).then((a.left, a.right).cmp(&(b.left, b.right))));
    let apart: BTreeSet<usize> = collisions.iter().flat_map(|collision| collision.members.iter().copied()).collect();
    let apart = apart.into_iter().filter(|i| declared[*i].is_none()).collect();
    Across { suggestions, collisions, apart, left_out }
}

/// Rows for `people.csv`, with its header: one for each group that suggestions of at least this confidence join. The column
/// `email` holds addresses, logins and ids, by which the names in the record are found again; team, site, role and level
/// are left for the office to fill. A group in which one tracker has two accounts is left out, because one of them is
/// somebody else's; so is whoever stands in a collision. Empty but for the header where nothing is left.
pub fn rows(known: &[Known], found: &Across, at_least: Confidence) -> String {
    let mut first: Vec<usize> = (0..known.len()).collect();
    let root = |first: &[usize], mut i: usize| {
        while first[i] != i {
            i = first[i];
        }
        i
    };
    for one in found.suggestions.iter().filter(|one| one.confidence >= at_least) {
        if [one.left, one.right].iter().any(|i| found.apart.contains(i)) {
            continue;
        }
        let (a, b) = (root(&first, one.left), root(&first, one.right));
        first[a.max(b)] = a.min(b);
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for i in 0..known.len() {
        groups.entry(root(&first, i)).or_default().push(i);
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut taken = BTreeSet::new();
    let mut write = |row: &[String]| writer.write_record(row).expect("a row of this many columns goes into memory");
    write(&COLUMNS.map(str::to_owned));
    for members in groups.values().filter(|members| members.len() > 1 && !has_several_accounts(known, members)) {
        let all: Vec<&Known> = members.iter().map(|i| &known[*i]).collect();
        let name = all
            .iter()
            .filter_map(|one| one.name.clone())
            .max_by_key(|name| (name.contains(' '), !name.is_ascii(), name.len()));
        let logins = all.iter().filter_map(|one| one.login_key());
        let person =
            logins.chain(all.iter().filter_map(|one| one.mailbox())).chain(name.clone()).next().unwrap_or_default();
        if person.is_empty() || !taken.insert(person.clone()) {
            continue;
        }
        let mut words = BTreeSet::new();
        for one in &all {
            let ids = [&one.mail, &one.login].into_iter().flatten().map(|word| key(word));
            words.extend(
                ids.chain(Some(key(&one.id)).filter(|_| !one.is_author)).filter(|word| !word.contains([' ', ',', ';'])),
            );
        }
        words.remove(&key(&person));
        let zones: BTreeSet<&String> = all.iter().filter_map(|one| one.zone.as_ref()).collect();
        let zone = if zones.len() == 1 {
            zones.first().map_or_else(String::new, |zone| (*zone).clone())
        } else {
            String::new()
        };
        let mut row: [String; COLUMNS.len()] = Default::default();
        row[0] = person;
        row[1] = name.unwrap_or_default();
        row[2] = words.into_iter().collect::<Vec<_>>().join(" ");
        row[5] = zone;
        row[8] = ActorKind::Person.name().to_owned();
        write(&row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn confidence(evidence: &[Evidence]) -> Confidence {
    let has = |one: Evidence| evidence.contains(&one);
    let strong = [Evidence::Mailbox, Evidence::Mailmap, Evidence::HiddenMail].into_iter().any(has);
    let n_weak = [Evidence::Login, Evidence::LoginInMail].into_iter().filter(|one| has(one.clone())).count();
    let is_named = has(Evidence::Name) || has(Evidence::NameTurned);
    let against = has(Evidence::OtherZone);
    match (strong, is_named, n_weak) {
        (true, _, _) => Confidence::High,
        (false, true, 1..) if !against => Confidence::High,
        (false, true, _) if !against => Confidence::Fair,
        (false, true, 1..) => Confidence::Fair,
        _ => Confidence::Low,
    }
}

/// Whether one word's bearers can be one person: no tracker has two accounts of it, and no two state different mailboxes.
fn is_one(known: &[Known], members: &[usize]) -> bool {
    let mailboxes: BTreeSet<String> = members.iter().filter_map(|i| known[*i].mailbox()).collect();
    members.len() < 2 || (mailboxes.len() == 1 && members.iter().all(|i| known[*i].mailbox().is_some()))
}

/// Whether one tracker has two accounts among them.
fn has_several_accounts(known: &[Known], members: &[usize]) -> bool {
    let mut of_source: BTreeMap<&str, &str> = BTreeMap::new();
    members
        .iter()
        .map(|i| &known[*i])
        .filter(|one| !one.is_author)
        .any(|one| of_source.insert(&one.source, &one.id).is_some_and(|other| other != one.id))
}

/// The login in an address that a hosting service gave: `12345+login@users.noreply.HOST`.
fn hidden_login(mail: &str) -> Option<String> {
    let mail = key(mail);
    let (local, host) = mail.rsplit_once('@')?;
    host.starts_with("users.noreply.").then(|| local.rsplit('+').next().unwrap_or(local).to_owned())
}

fn local_part(one: &Known) -> Option<String> {
    let mailbox = one.mailbox()?;
    mailbox.split('@').next().filter(|local| local.chars().count() >= 4).map(str::to_owned)
}

/// An address without what stands behind a `+`.
fn without_tag(mail: &str) -> String {
    match mail.rsplit_once('@') {
        Some((local, host)) => {
            format!("{}@{host}", local.split('+').next().filter(|local| !local.is_empty()).unwrap_or(local))
        }
        None => mail.to_owned(),
    }
}

fn words_of(name: &str) -> Vec<String> {
    let plain: String = name.chars().flat_map(char::to_lowercase).map(plain_letter).collect();
    plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn sorted(mut names: Vec<String>) -> String {
    names.sort_unstable();
    names.join(" ")
}

#[cfg(test)]
mod tests;
