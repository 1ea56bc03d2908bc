//! Templates of a lens: text with `{key}`, `{key|other key}` and `[optional parts]`.

use super::Field;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Var {
    /// A field that the lens itself defines.
    Field(Field),
    /// An attribute or column, by its number in the lens's list of keys.
    Slot(usize),
    /// Deliberately nothing: the empty alternative of `{key|}`.
    Nothing,
}

/// A value that was found, or put together in the scratch text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Got<'a> {
    /// Not recorded.
    #[default]
    None,
    /// As the source wrote it.
    Ref(&'a str),
    /// From here to there in the scratch text.
    Own(usize, usize),
}

impl<'a> Got<'a> {
    /// The text; `None` where nothing is recorded.
    pub fn text<'x>(self, scratch: &'x str) -> Option<&'x str>
    where
        'a: 'x,
    {
        match self {
            Got::None => None,
            Got::Ref(text) => Some(text),
            Got::Own(from, to) => scratch.get(from..to),
        }
    }

    /// Nothing, where there is only white space.
    pub fn or_nothing(self, scratch: &str) -> Got<'a> {
        match self.text(scratch) {
            Some(text) if !text.trim_ascii().is_empty() => self,
            _ => Got::None,
        }
    }
}

/// A template, ready to be filled.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Value(Vec<Var>),
    Optional(Vec<Part>),
}

impl Template {
    /// Reads a template; `var` says what a name stands for.
    pub fn parse(text: &str, var: &mut dyn FnMut(&str) -> Var) -> Result<Template, String> {
        let mut rest = text;
        let parts = parts(&mut rest, false, var)?;
        Ok(Template { parts })
    }

    /// The value of one name.
    pub fn of(var: Var) -> Template {
        Template { parts: vec![Part::Value(vec![var])] }
    }

    /// Fills the template. A value that is not recorded makes the whole of it not recorded, unless it stands in an
    /// optional part, which is then left out.
    pub fn fill<'a>(&self, scratch: &mut String, look: &mut dyn FnMut(Var) -> Got<'a>) -> Got<'a> {
        if let [Part::Value(vars)] = self.parts.as_slice() {
            return first(vars, look);
        }
        let from = scratch.len();
        if fill(&self.parts, scratch, look) && scratch.len() > from {
            Got::Own(from, scratch.len())
        } else {
            scratch.truncate(from);
            Got::None
        }
    }

    /// Calls `each` with everything that the template may take a value from.
    pub fn vars(&self, each: &mut dyn FnMut(Var)) {
        fn visit(parts: &[Part], each: &mut dyn FnMut(Var)) {
            for part in parts {
                match part {
                    Part::Text(_) => {}
                    Part::Value(vars) => vars.iter().for_each(|var| each(*var)),
                    Part::Optional(parts) => visit(parts, each),
                }
            }
        }
        visit(&self.parts, each);
    }

    /// Calls `each` with the alternatives of every value that must be there.
    pub fn required(&self, each: &mut dyn FnMut(&[Var])) {
        for part in &self.parts {
            if let Part::Value(vars) = part {
                each(vars);
            }
        }
    }
}

fn first<'a>(vars: &[Var], look: &mut dyn FnMut(Var) -> Got<'a>) -> Got<'a> {
    vars.iter().map(|var| look(*var)).find(|got| *got != Got::None).unwrap_or(Got::None)
}

fn fill<'a>(parts: &[Part], scratch: &mut String, look: &mut dyn FnMut(Var) -> Got<'a>) -> bool {
    for part in parts {
        match part {
            Part::Text(text) => scratch.push_str(text),
            Part::Value(vars) => match first(vars, look) {
                Got::None => return false,
                Got::Ref(text) => scratch.push_str(text),
                Got::Own(from, to) => scratch.extend_from_within(from..to),
            },
            Part::Optional(parts) => {
                let from = scratch.len();
                if !fill(parts, scratch, look) {
                    scratch.truncate(from);
                }
            }
        }
    }
    true
}

fn parts(rest: &mut &str, is_inner: bool, var: &mut dyn FnMut(&str) -> Var) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut text = String::new();
    loop {
        let Some(c) = rest.chars().next() else {
            if is_inner {
                return Err("`[` without `]`; write `[[` for a bracket that is meant as text".to_owned());
            }
            break;
        };
        let doubled = ['{', '}', '[', ']'].contains(&c) && rest[1..].starts_with(c);
        *rest = &rest[c.len_utf8()..];
        if doubled && !(c == ']' && is_inner) {
            *rest = &rest[1..];
            text.push(c);
            continue;
        }
        match c {
            '{' => {
                let (names, after) =
                    rest.split_once('}').ok_or("`{` without `}`; write `{{` for a brace that is meant as text")?;
                flush(&mut text, &mut parts);
                let vars = names.split('|').map(str::trim);
                let vars = vars.map(|name| if name.is_empty() { Var::Nothing } else { var(name) });
                parts.push(Part::Value(vars.collect()));
                *rest = after;
            }
            '[' => {
                flush(&mut text, &mut parts);
                parts.push(Part::Optional(self::parts(rest, true, var)?));
            }
            ']' if is_inner => break,
            '}' | ']' => return Err(format!("`{c}` that closes nothing; write it twice if it is meant as text")),
            _ => text.push(c),
        }
    }
    flush(&mut text, &mut parts);
    Ok(parts)
}

fn flush(text: &mut String, parts: &mut Vec<Part>) {
    if !text.is_empty() {
        parts.push(Part::Text(std::mem::take(text)));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn filled(template: &str, values: &[(&str, &str)]) -> Option<String> {
        let mut names = Vec::new();
        let template = Template::parse(template, &mut |name| {
            names.push(name.to_owned());
            Var::Slot(names.len() - 1)
        })
        .unwrap();
        let mut scratch = String::from("left over");
        let got = template.fill(&mut scratch, &mut |var| match var {
            Var::Slot(slot) => {
                values.iter().find(|(key, _)| *key == names[slot]).map_or(Got::None, |(_, value)| Got::Ref(value))
            }
            _ => Got::None,
        });
        got.text(&scratch).map(str::to_owned)
    }

    #[test]
    fn values_alternatives_and_optional_parts() {
        let values = [("a", "A"), ("b:c", "BC")];
        assert_eq!(filled("{a}", &values), Some("A".to_owned()));
        assert_eq!(filled("{a}/{b:c}", &values), Some("A/BC".to_owned()));
        assert_eq!(filled("{x}", &values), None);
        assert_eq!(filled("{a}/{x}", &values), None);
        assert_eq!(filled("{x|a}", &values), Some("A".to_owned()));
        assert_eq!(filled("{a}[/{x}]", &values), Some("A".to_owned()));
        assert_eq!(filled("{a}[/{b:c}]", &values), Some("A/BC".to_owned()));
        assert_eq!(filled("[{x}]", &values), None);
        assert_eq!(filled("words", &values), Some("words".to_owned()));
        assert_eq!(filled("{{{a}}} [[x]]", &values), Some("{A} [x]".to_owned()));
        assert_eq!(filled("", &values), None);
        assert_eq!(filled("zażółć {a}", &values), Some("zażółć A".to_owned()));
    }

    #[test]
    fn what_is_not_closed_is_an_error() {
        for template in ["{a", "a}", "[a", "a]", "{a}[/{b}"] {
            assert!(Template::parse(template, &mut |_| Var::Nothing).is_err(), "{template}");
        }
    }
}
