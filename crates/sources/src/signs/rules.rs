//! Lists of text rules made ready: one search for the words that rules need, and then, sentence by sentence, the rules
//! that found theirs.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::bytes::Regex;
use rustc_hash::FxHashMap;

use super::needs;
use super::words::Words;

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

/// Rules for several signs, looked for in one pass. Automata are built with the first sentence that asks for them: most
/// rules never meet one.
pub(super) struct Search {
    signs: Vec<Sign>,
    /// All pieces of text that rules need.
    pieces: AhoCorasick,
    /// The needs that each piece meets.
    meets: Vec<Vec<usize>>,
    n_needs: usize,
}

/// The rules for one sign, language by language.
struct Sign {
    languages: Vec<Language>,
}

/// The rules of one language.
struct Language {
    cues: LazyRegex,
    rules: Vec<Ready>,
}

/// A rule with what it needs.
struct Ready {
    needs: Vec<usize>,
    says: LazyRegex,
    unless: Option<LazyRegex>,
    only_questions: bool,
}

/// A pattern, and the automaton once it was needed.
struct LazyRegex {
    pattern: String,
    built: OnceLock<Regex>,
}

impl LazyRegex {
    fn new(pattern: String) -> LazyRegex {
        LazyRegex { pattern: format!("(?-u){pattern}"), built: OnceLock::new() }
    }

    fn is_match(&self, sentence: &[u8]) -> bool {
        self.built.get_or_init(|| Regex::new(&self.pattern).expect("the rules are tested")).is_match(sentence)
    }
}

impl Search {
    /// A search for so many signs, each with its lists. A pattern that cannot be read is a fault of this crate, which its
    /// tests would show.
    pub fn new(signs: &[[&'static List; 2]]) -> Search {
        let mut pieces: FxHashMap<Vec<u8>, usize> = FxHashMap::default();
        let mut meets: Vec<Vec<usize>> = Vec::new();
        let mut n_needs = 0;
        let mut need = |need: needs::Need| {
            for piece in need {
                let n = pieces.len();
                let at = *pieces.entry(piece).or_insert(n);
                meets.resize_with(meets.len().max(at + 1), Vec::new);
                meets[at].push(n_needs);
            }
            n_needs += 1;
            n_needs - 1
        };
        let mut ready = |list: &List, rule: &Rule| {
            let says = LazyRegex::new(list.expand(rule.says));
            let unless = (!rule.unless.is_empty()).then(|| LazyRegex::new(list.expand(rule.unless)));
            let needs = needs::of(&says.pattern).into_iter().map(&mut need).collect();
            Ready { needs, says, unless, only_questions: rule.only_questions }
        };
        let mut language = |list: &&'static List| Language {
            cues: LazyRegex::new(format!(r"\b(?:{})", list.expand(list.cues))),
            rules: list.rules.iter().map(|rule| ready(list, rule)).collect(),
        };
        let signs = signs.iter().map(|lists| Sign { languages: lists.iter().map(&mut language).collect() }).collect();
        let mut in_order = vec![Vec::new(); pieces.len()];
        for (piece, at) in pieces {
            in_order[at] = piece;
        }
        let pieces = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(in_order);
        Search { signs, pieces: pieces.expect("some thousand pieces are few"), meets, n_needs }
    }

    /// Which of the signs a text has, of those that are `wanted`: a bit for each, in the order of their lists.
    pub fn find(&self, words: &Words, wanted: u32) -> u32 {
        let mut found = 0;
        let mut met = vec![0_u64; self.n_needs.div_ceil(64)];
        for sentence in words.text().split(|byte| *byte == b'\n') {
            met.fill(0);
            for piece in self.pieces.find_overlapping_iter(sentence) {
                for need in &self.meets[piece.pattern().as_usize()] {
                    met[need / 64] |= 1 << (need % 64);
                }
            }
            for (n, sign) in self.signs.iter().enumerate() {
                if wanted & !found & 1 << n != 0 && sign.languages.iter().any(|language| language.holds(sentence, &met))
                {
                    found |= 1 << n;
                }
            }
            if found == wanted {
                break;
            }
        }
        found
    }

    /// The same of one sign, and without the search for words.
    #[cfg(test)]
    pub fn find_slowly(&self, words: &Words, sign: usize) -> bool {
        let everything = vec![u64::MAX; self.n_needs.div_ceil(64)];
        let mut sentences = words.text().split(|byte| *byte == b'\n');
        sentences.any(|sentence| {
            let mut rules = self.signs[sign].languages.iter().flat_map(|language| &language.rules);
            rules.any(|rule| rule.may_hold(sentence, &everything) && rule.holds(sentence))
        })
    }
}

impl Language {
    fn holds(&self, sentence: &[u8], met: &[u64]) -> bool {
        let mut has_cue = None;
        self.rules.iter().any(|rule| {
            rule.may_hold(sentence, met)
                && *has_cue.get_or_insert_with(|| self.cues.is_match(sentence))
                && rule.holds(sentence)
        })
    }
}

impl Ready {
    /// Whether nothing is missing that a match needs.
    fn may_hold(&self, sentence: &[u8], met: &[u64]) -> bool {
        self.needs.iter().all(|need| met[need / 64] & 1 << (need % 64) != 0)
            && (!self.only_questions || sentence.ends_with(b"?"))
    }

    fn holds(&self, sentence: &[u8]) -> bool {
        self.says.is_match(sentence) && self.unless.as_ref().is_none_or(|unless| !unless.is_match(sentence))
    }
}
