//! One commit after another against the version of the authority file that its parent held.

use std::io::{BufRead, Read, Write};
use std::process::ChildStdin;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::charter::Who;
use sayso_model::time::Instant;

use super::{Class, Conformity, Options, Version, not_of_paths};
use crate::ReadError;
use crate::authority::codeowners::{Github, Gitlab};
use crate::authority::maintainers::Maintainers;
use crate::authority::owners::{self, Tree};
use crate::authority::zephyr::Areas;
use crate::authority::{Aside, Format, Owners, Resolution};
use crate::git::command::{Pipe, Repository};
use crate::git::framing::{Commit, Ident};
use crate::git::{Mailmap, people, trailers};

/// A first commit with so many paths is an import.
const IMPORT_PATHS: u64 = 100;
/// Commits that are kept as examples of a class: the newest.
const EXAMPLES: usize = 5;
const ACKS: [&str; 3] = ["acked-by", "reviewed-by", "approved-by"];

/// The versions of what is declared.
struct Declared {
    format: Format,
    file: String,
    versions: Vec<Rc<dyn Owners>>,
    /// By version, where the format is one of many files.
    trees: Vec<Tree>,
}

impl Declared {
    fn new(format: Format, file: &str) -> Result<Declared, ReadError> {
        let speaks = matches!(
            format,
            Format::CodeownersGithub | Format::CodeownersGitlab | Format::Owners | Format::Maintainers | Format::Zephyr
        );
        if !speaks {
            return Err(not_of_paths(file));
        }
        Ok(Declared { format, file: file.to_owned(), versions: Vec::new(), trees: Vec::new() })
    }

    /// Whether a change to this path makes a new version.
    fn is_of(&self, path: &str) -> bool {
        match self.format {
            Format::Owners => {
                matches!(path.rsplit_once('/').map_or(path, |(_, name)| name), owners::FILE | owners::ALIASES)
            }
            _ => path == self.file,
        }
    }

    /// A new version after `before`, from the files that were changed (`None`: taken away). `Ok(None)` where nothing
    /// is declared any more.
    fn next(
        &mut self,
        before: Option<u32>,
        changed: Vec<(String, Option<String>)>,
        aside: &mut Vec<Aside>,
    ) -> Result<Option<u32>, String> {
        let version: Rc<dyn Owners> = if self.format == Format::Owners {
            let mut tree = before.map(|at| self.trees[at as usize].clone()).unwrap_or_default();
            for (path, text) in changed {
                match tree.put(&path, text.as_deref()) {
                    Ok(more) => aside.extend(more),
                    Err(why) => aside.push(Aside::new(path, why.to_string())),
                }
            }
            self.trees.push(tree.clone());
            Rc::new(tree)
        } else {
            let Some((path, Some(text))) = changed.into_iter().next() else { return Ok(None) };
            match self.format {
                Format::CodeownersGithub => {
                    let parsed = Github::parse(&path, &text);
                    aside.extend_from_slice(parsed.aside());
                    Rc::new(parsed)
                }
                Format::CodeownersGitlab => {
                    let parsed = Gitlab::parse(&path, &text);
                    aside.extend_from_slice(parsed.aside());
                    Rc::new(parsed)
                }
                Format::Zephyr => {
                    let parsed = Areas::parse(&path, &text).map_err(|why| why.to_string())?;
                    aside.extend_from_slice(parsed.aside());
                    Rc::new(parsed)
                }
                _ => {
                    let parsed = Maintainers::parse(&path, &text);
                    aside.extend_from_slice(parsed.aside());
                    Rc::new(parsed)
                }
            }
        };
        self.versions.push(version);
        Ok(Some(self.versions.len() as u32 - 1))
    }
}

/// Somebody, as rule 5 compares people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Person {
    name: String,
    mail: String,
}

impl Person {
    /// What they are counted by.
    fn key(&self) -> &str {
        if self.mail.is_empty() { &self.name } else { &self.mail }
    }
}

/// Who was declared, in the same words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Party {
    Mail(String),
    /// A name without an address, or a login.
    Name(String),
    /// A team or a role.
    Group,
}

/// Who was declared for each of a version's paths so far.
#[derive(Default)]
struct Answers {
    by_path: FxHashMap<String, Rc<[Party]>>,
}

/// Judges commits, each after its parents.
pub(super) struct Judge<'a> {
    mailmap: Mailmap,
    options: &'a Options,
    declared: Declared,
    files: Files<'a>,
    /// By the first 16 bytes of a commit's id the version that it holds.
    of_commit: FxHashMap<u128, Option<u32>>,
    known: FxHashMap<u32, Answers>,
    found: Conformity,
    aside: Vec<Aside>,
    /// By class, and last of all.
    persons: [FxHashSet<String>; 7],
}

impl<'a> Judge<'a> {
    /// Nothing is judged yet.
    ///
    /// # Errors
    /// Where the format does not speak of paths.
    pub fn new(
        repository: &'a Repository,
        format: Format,
        file: &str,
        mailmap: Mailmap,
        options: &'a Options,
    ) -> Result<Judge<'a>, ReadError> {
        Ok(Judge {
            mailmap,
            options,
            declared: Declared::new(format, file)?,
            files: Files { repository, git: None },
            of_commit: FxHashMap::default(),
            known: FxHashMap::default(),
            found: Conformity { file: file.to_owned(), format: Some(format), ..Conformity::default() },
            aside: Vec::new(),
            persons: Default::default(),
        })
    }

    /// The next commit, with the paths that it changes.
    ///
    /// # Errors
    /// Where git stops answering.
    pub fn take(&mut self, commit: &Commit, paths: &[String]) -> Result<(), ReadError> {
        let mut parents = commit.parents.split_ascii_whitespace();
        let parent = parents.next();
        let before = parent.and_then(|id| self.of_commit.get(&short(id)).copied()).flatten();
        let n_parents = commit.n_parents();
        if n_parents > 1 {
            self.found.merges += 1;
        } else if paths.is_empty() {
            self.found.empty += 1;
        } else if n_parents == 0 && paths.len() as u64 >= IMPORT_PATHS {
            self.found.imports += 1;
        } else {
            self.judge(commit, paths, before);
        }
        let mut after = before;
        let of_file: Vec<&String> = paths.iter().filter(|path| self.declared.is_of(path)).collect();
        if !of_file.is_empty() {
            let mut changed = Vec::new();
            for path in of_file {
                changed.push((path.clone(), self.files.text(&commit.sha, path)?));
            }
            let mut aside = Vec::new();
            match self.declared.next(before, changed, &mut aside) {
                Ok(version) => {
                    after = version;
                    // Of one file the newest version's lines; of many each file's, as it came.
                    match self.declared.format {
                        Format::Owners => self.aside.extend(aside),
                        _ => self.aside = aside,
                    }
                    if version.is_some() {
                        let at = committed_at(&commit.committer);
                        self.found.versions.push(Version { commit: commit.sha.clone(), at, judged: 0 });
                    }
                }
                Err(why) => self.found.aside.push(Aside::new(format!("{}:{}", commit.sha, self.declared.file), why)),
            }
        }
        self.of_commit.insert(short(&commit.sha), after);
        Ok(())
    }

    fn judge(&mut self, commit: &Commit, paths: &[String], before: Option<u32>) {
        let author = self.person(&text(&commit.author.name), &text(&commit.author.email));
        let committer = self.person(&text(&commit.committer.name), &text(&commit.committer.email));
        let mut acked: Vec<Person> = Vec::new();
        for trailer in trailers(&text(&commit.message)) {
            if ACKS.iter().any(|key| trailer.key.eq_ignore_ascii_case(key)) {
                acked.extend(people(&trailer.value).into_iter().map(|(name, mail)| self.person(name, mail)));
            }
        }
        acked.retain(|person| !same(person, &author));

        let of_paths: Vec<Rc<[Party]>> = match before {
            None => Vec::new(),
            Some(version) => {
                paths.iter().map(|path| self.answers(version, path)).filter(|all| !all.is_empty()).collect()
            }
        };
        let declared = |person: &Person| of_paths.iter().any(|all| self.is_one_of(person, all));
        let (mut by_committing, mut whole) = (false, false);
        let class = if of_paths.is_empty() {
            Class::NoMaintainerDeclared
        } else {
            let is_author = declared(&author);
            let is_acker = acked.iter().any(declared);
            let is_committer = !same(&committer, &author) && declared(&committer);
            by_committing = !is_author && !is_acker && is_committer;
            let mut standing: Vec<&Person> = acked.iter().collect();
            standing.push(&author);
            if is_committer {
                standing.push(&committer);
            }
            whole = of_paths.iter().all(|all| standing.iter().any(|person| self.is_one_of(person, all)));
            let is_open = || of_paths.iter().flat_map(|all| all.iter()).any(|party| self.is_untied(party));
            if is_author {
                Class::AuthoredByDeclared
            } else if is_acker || is_committer {
                Class::AckedByDeclared
            } else if is_open() {
                Class::CannotTell
            } else if acked.is_empty() {
                Class::AckedByNobody
            } else {
                Class::AckedByOthersOnly
            }
        };

        self.found.commits += 1;
        self.found.by_committing_alone += u64::from(by_committing);
        match before {
            None => self.found.without_a_file += 1,
            Some(version) => self.found.versions[version as usize].judged += 1,
        }
        let tally = &mut self.found.classes[class as usize];
        tally.commits += 1;
        tally.whole += u64::from(whole);
        if tally.examples.len() == EXAMPLES {
            tally.examples.remove(0);
        }
        tally.examples.push(commit.sha.clone());
        for at in [class as usize, 6] {
            if !self.persons[at].contains(author.key()) {
                self.persons[at].insert(author.key().to_owned());
            }
        }
    }

    /// Who was declared for a path in a version.
    fn answers(&mut self, version: u32, path: &str) -> Rc<[Party]> {
        if let Some(known) = self.known.get(&version).and_then(|answers| answers.by_path.get(path)) {
            return Rc::clone(known);
        }
        let all: Rc<[Party]> = match self.declared.versions[version as usize].owners(path) {
            Resolution::Owned { who, .. } => who.iter().map(|who| self.party(who)).collect(),
            Resolution::Unmatched | Resolution::Unowned { .. } => Rc::from([]),
        };
        // Branches in parallel are at work with different versions; more than a few at a time are rare.
        if self.known.len() > 8 && !self.known.contains_key(&version) {
            self.known.clear();
        }
        self.known.entry(version).or_default().by_path.insert(path.to_owned(), Rc::clone(&all));
        all
    }

    fn party(&self, who: &Who) -> Party {
        match who {
            Who::Person(name) if name.contains('@') => Party::Mail(self.person("", name).mail),
            Who::Person(name) => Party::Name(name.to_lowercase()),
            Who::Team(_) | Who::Role(_) => Party::Group,
        }
    }

    fn person(&self, name: &str, mail: &str) -> Person {
        let (name, mail) = self.mailmap.proper(name.trim(), mail.trim());
        Person { name: name.to_lowercase(), mail: mail.to_lowercase() }
    }

    fn is_one_of(&self, person: &Person, all: &[Party]) -> bool {
        all.iter().any(|party| match party {
            Party::Mail(mail) => *mail == person.mail,
            Party::Name(name) => {
                *name == person.name
                    || login(&person.mail) == Some(name)
                    || self
                        .mails(name)
                        .is_some_and(|mails| mails.iter().any(|mail| self.person("", mail).mail == person.mail))
            }
            Party::Group => false,
        })
    }

    /// Whether nothing says which person is meant. A name with a space is a name, and no login.
    fn is_untied(&self, party: &Party) -> bool {
        match party {
            Party::Mail(_) => false,
            Party::Name(name) => !name.contains(' ') && self.mails(name).is_none(),
            Party::Group => true,
        }
    }

    fn mails(&self, login: &str) -> Option<&Vec<String>> {
        self.options.logins.iter().find(|(name, _)| name.eq_ignore_ascii_case(login)).map(|(_, mails)| mails)
    }

    /// What was found in all of them.
    pub fn done(mut self) -> Conformity {
        self.found.aside.extend(self.aside);
        for (at, persons) in self.persons.iter().enumerate() {
            match self.found.classes.get_mut(at) {
                Some(tally) => tally.persons = persons.len() as u64,
                None => self.found.persons = persons.len() as u64,
            }
        }
        self.found
    }
}

/// Contents of files at commits, from a git that stays; it starts with the first question.
struct Files<'a> {
    repository: &'a Repository,
    git: Option<(Pipe, ChildStdin)>,
}

impl Files<'_> {
    /// The text of a file in a commit; `None` where there is none.
    fn text(&mut self, commit: &str, path: &str) -> Result<Option<String>, ReadError> {
        if path.contains('\n') {
            return Ok(None);
        }
        if self.git.is_none() {
            self.git = Some(self.repository.converse(["cat-file", "--batch"])?);
        }
        let Some((pipe, stdin)) = &mut self.git else { return Ok(None) };
        let broken = |_| ReadError::Git { what: "git cat-file stopped answering".to_owned(), hint: String::new() };
        stdin.write_all(format!("{commit}:{path}\n").as_bytes()).and_then(|()| stdin.flush()).map_err(broken)?;
        let mut head = String::new();
        pipe.out.read_line(&mut head).map_err(broken)?;
        let mut fields = head.rsplit(' ');
        let (size, kind) = (fields.next().unwrap_or_default().trim(), fields.next().unwrap_or_default());
        let Ok(size) = size.parse::<u64>() else { return Ok(None) };
        let mut object = Vec::new();
        (&mut pipe.out).take(size + 1).read_to_end(&mut object).map_err(broken)?;
        object.truncate(size as usize);
        Ok((kind == "blob").then(|| String::from_utf8_lossy(&object).into_owned()))
    }
}

/// Whether two are one person: by address, and by name where either has none.
fn same(one: &Person, other: &Person) -> bool {
    if one.mail.is_empty() || other.mail.is_empty() {
        return one.name == other.name;
    }
    one.mail == other.mail
}

/// The login of an address that GitHub gives out.
fn login(mail: &str) -> Option<&str> {
    let user = mail.strip_suffix("@users.noreply.github.com")?;
    Some(user.split_once('+').map_or(user, |(_, login)| login))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn committed_at(committer: &Ident) -> Option<Instant> {
    let date = text(&committer.date);
    let seconds: i64 = date.split_ascii_whitespace().next()?.parse().ok()?;
    seconds.checked_mul(1_000_000).map(Instant::from_micros)
}

/// The first 16 bytes of an id, by which commits are told apart.
fn short(id: &str) -> u128 {
    id.get(..32).and_then(|id| u128::from_str_radix(id, 16).ok()).unwrap_or_default()
}
