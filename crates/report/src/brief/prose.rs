//! Running text in pieces: words, numbers that carry a sentence, terms, names from the record, and what can be typed.

use std::borrow::Cow;

use crate::clean;
use crate::glossary::Term;

/// Running text in pieces, so that each format can mark names, numbers and terms in its own way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    /// The pieces, in order, with the spaces between them inside.
    pub spans: Vec<Span>,
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Plain words of this report.
    Say(String),
    /// A number or a word that carries the sentence.
    Strong(String),
    /// A word that the glossary explains.
    Term(Cow<'static, str>, Term),
    /// A name from the record, safe to show but of any script.
    Name(String),
    /// Something to type, or to read letter by letter.
    Code(String),
}

impl Prose {
    /// No words yet.
    pub fn new() -> Prose {
        Prose::default()
    }

    /// Adds plain words.
    #[must_use]
    pub fn say(mut self, words: impl Into<String>) -> Prose {
        self.spans.push(Span::Say(words.into()));
        self
    }

    /// Adds words that carry the sentence.
    #[must_use]
    pub fn strong(mut self, words: impl Into<String>) -> Prose {
        self.spans.push(Span::Strong(words.into()));
        self
    }

    /// Adds a word that the glossary explains.
    #[must_use]
    pub fn term(mut self, word: &'static str, term: Term) -> Prose {
        self.spans.push(Span::Term(Cow::Borrowed(word), term));
        self
    }

    /// Adds a name as the record spells it, made safe to show.
    #[must_use]
    pub fn name(mut self, raw: &str) -> Prose {
        self.spans.push(Span::Name(clean::name(raw)));
        self
    }

    /// Adds something to type, made safe to show.
    #[must_use]
    pub fn code(mut self, raw: &str) -> Prose {
        self.spans.push(Span::Code(clean::line(raw)));
        self
    }

    /// Adds other running text behind this.
    #[must_use]
    pub fn then(mut self, other: Prose) -> Prose {
        self.spans.extend(other.spans);
        self
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The words alone.
    pub fn plain(&self) -> String {
        self.spans
            .iter()
            .map(|span| match span {
                Span::Say(words) | Span::Strong(words) | Span::Name(words) | Span::Code(words) => words.as_str(),
                Span::Term(word, _) => word.as_ref(),
            })
            .collect()
    }
}

impl From<&str> for Prose {
    fn from(words: &str) -> Prose {
        Prose::new().say(words)
    }
}

impl From<String> for Prose {
    fn from(words: String) -> Prose {
        Prose::new().say(words)
    }
}
