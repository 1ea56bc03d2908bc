//! Lists of text rules made ready: one search for cue words over the whole text, then the rules, sentence by sentence.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexSet, RegexSetBuilder};

use super::words::Words;

/// Memory for the search; with less, it forgets what it has built and builds it again.
const DFA_BYTES_MAX: usize = 64 << 20;

/// One rule. Patterns are regular expressions on folded words (see [`Words`]), in which `<name>` stands for an entry
/// of the language's vocabulary; they hold within one sentence.
pub(super) struct Rule {
    says: &'static str,
    unless: &'static str,
    only_questions: bool,
}

impl Rule {
    /// Holds wherever the words stand.
    pub const fn says(says: &'static str) -> Rule {
        Rule { says, unless: "", only_questions: false }
    }

    /// Holds in a sentence that ends with a question mark.
    pub const fn puts(says: &'static str) -> Rule {
        Rule { says, unless: "", only_questions: true }
    }

    /// ... but not where the same sentence also says this.
    pub const fn unless(self, unless: &'static str) -> Rule {
        Rule { unless, ..self }
    }
}

/// The rules for one sign in one language.
pub(super) struct List {
    /// Names and what they stand for; an entry may use those before it.
    pub vocabulary: &'static [(&'static str, &'static str)],
    /// Words of which each rule needs at least one; they only save time.
    pub cues: &'static str,
    pub rules: &'static [Rule],
}

impl List {
    /// Writes down all that makes the list what it is.
    pub fn write(&self, all: &mut String) {
        all.push_str(self.cues);
        for (name, stands_for) in self.vocabulary {
            all.push_str(name);
            all.push_str(stands_for);
        }
        for rule in self.rules {
            all.push_str(rule.says);
            all.push_str(rule.unless);
            all.push(if rule.only_questions { '?' } else { '.' });
        }
    }

    fn expand(&self, pattern: &str) -> String {
        let mut expanded = pattern.to_owned();
        for (name, stands_for) in self.vocabulary.iter().rev() {
            if expanded.contains('<') {
                expanded = expanded.replace(&format!("<{name}>"), &format!("(?:{stands_for})"));
            }
        }
        expanded
    }
}

/// Rules, ready for use. What they need is built with the first sentence that asks for it: most rules never meet one.
pub(super) struct Rules {
    /// The cue words of all languages.
    cues: Regex,
    languages: Vec<Language>,
}

/// The rules of one language.
struct Language {
    list: &'static List,
    cues: LazyRegex,
    anywhere: OnceLock<Set>,
    in_questions: OnceLock<Set>,
}

/// Rules that are looked for at once.
struct Set {
    says: RegexSet,
    unless: Vec<Option<LazyRegex>>,
}

/// A pattern, and the automaton once it was needed.
struct LazyRegex {
    pattern: String,
    built: OnceLock<Regex>,
}

impl LazyRegex {
    fn new(pattern: String) -> LazyRegex {
        LazyRegex { pattern, built: OnceLock::new() }
    }

    fn is_match(&self, sentence: &[u8]) -> bool {
        self.built.get_or_init(|| regex(&self.pattern)).is_match(sentence)
    }
}

impl Rules {
    /// Lists of rules in one. A pattern that cannot be read is a fault of this crate, which its tests would show.
    pub fn new(lists: &[&'static List]) -> Rules {
        let cues: Vec<String> = lists.iter().map(|list| list.expand(list.cues)).collect();
        let one_of = |cues: &[String]| format!(r"\b(?:{})", cues.join("|"));
        let language = |(list, cues): (&&'static List, &String)| Language {
            list,
            cues: LazyRegex::new(one_of(std::slice::from_ref(cues))),
            anywhere: OnceLock::new(),
            in_questions: OnceLock::new(),
        };
        Rules { cues: regex(&one_of(&cues)), languages: lists.iter().zip(&cues).map(language).collect() }
    }

    /// Whether a rule holds in one of the sentences.
    pub fn find(&self, words: &Words) -> bool {
        let mut from = 0;
        while let Some(cue) = self.cues.find_at(words.text(), from) {
            let (sentence, end) = words.sentence_at(cue.start());
            if self.languages.iter().any(|language| language.cues.is_match(sentence) && language.holds(sentence)) {
                return true;
            }
            from = end;
        }
        false
    }

    /// The same without the search for cue words.
    #[cfg(test)]
    pub fn find_slowly(&self, words: &Words) -> bool {
        let mut sentences = words.text().split(|byte| *byte == b'\n');
        sentences.any(|sentence| self.languages.iter().any(|language| language.holds(sentence)))
    }
}

impl Language {
    fn holds(&self, sentence: &[u8]) -> bool {
        self.anywhere.get_or_init(|| Set::new(self.list, false)).holds(sentence)
            || sentence.ends_with(b"?") && self.in_questions.get_or_init(|| Set::new(self.list, true)).holds(sentence)
    }
}

impl Set {
    fn new(list: &List, only_questions: bool) -> Set {
        let rules = || list.rules.iter().filter(|rule| rule.only_questions == only_questions);
        let says = rules().map(|rule| format!("(?-u){}", list.expand(rule.says)));
        let unless = |rule: &Rule| (!rule.unless.is_empty()).then(|| LazyRegex::new(list.expand(rule.unless)));
        Set {
            says: RegexSetBuilder::new(says).dfa_size_limit(DFA_BYTES_MAX).build().expect("the rules are tested"),
            unless: rules().map(unless).collect(),
        }
    }

    fn holds(&self, sentence: &[u8]) -> bool {
        // Most sentences match nothing. To find out which rules match takes an automaton with many more states, and building
        // those is what the time goes to.
        if !self.says.is_match(sentence) {
            return false;
        }
        self.says
            .matches(sentence)
            .into_iter()
            .any(|n| self.unless[n].as_ref().is_none_or(|unless| !unless.is_match(sentence)))
    }
}

fn regex(pattern: &str) -> Regex {
    Regex::new(&format!("(?-u){pattern}")).expect("the rules are tested")
}
