//! `.mailmap`: which names and addresses are one person, by git's own rules.

use rustc_hash::FxHashMap;

/// The mailmap of a repository. Empty maps everybody to themselves.
#[derive(Clone, Debug, Default)]
pub struct Mailmap {
    /// By address in lower case.
    by_email: FxHashMap<String, Entry>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    /// For everybody with the address.
    any: Proper,
    /// For those with the address and this name, in lower case.
    by_name: FxHashMap<String, Proper>,
}

#[derive(Clone, Debug, Default)]
struct Proper {
    name: Option<String>,
    email: Option<String>,
}

impl Mailmap {
    /// Reads the four forms of a line (proper name or address, then the address, maybe with the name, of the
    /// commits). What is none of them is passed over; where two lines say something of the same person the last counts.
    pub fn parse(text: &str) -> Mailmap {
        let mut map = Mailmap::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, email, rest)) = ident(line) else { continue };
            if email.is_empty() {
                continue;
            }
            match ident(rest) {
                None => map.add(name, None, None, email),
                Some((old_name, old_email, _)) => map.add(name, Some(email), old_name, old_email),
            }
        }
        map
    }

    /// How many addresses it speaks of.
    pub fn len(&self) -> usize {
        self.by_email.len()
    }

    /// Whether it maps nobody.
    pub fn is_empty(&self) -> bool {
        self.by_email.is_empty()
    }

    /// The proper name and address; those given where it says nothing of them.
    pub fn proper<'a>(&'a self, name: &'a str, email: &'a str) -> (&'a str, &'a str) {
        if self.by_email.is_empty() {
            return (name, email);
        }
        let Some(entry) = self.by_email.get(&email.to_ascii_lowercase()) else { return (name, email) };
        let named = (!entry.by_name.is_empty()).then(|| entry.by_name.get(&name.to_ascii_lowercase())).flatten();
        let proper = named.unwrap_or(&entry.any);
        (proper.name.as_deref().unwrap_or(name), proper.email.as_deref().unwrap_or(email))
    }

    fn add(&mut self, name: Option<&str>, email: Option<&str>, old_name: Option<&str>, old_email: &str) {
        let entry = self.by_email.entry(old_email.to_ascii_lowercase()).or_default();
        let (name, email) = (name.map(str::to_owned), email.map(str::to_owned));
        match old_name {
            Some(old_name) => {
                entry.by_name.insert(old_name.to_ascii_lowercase(), Proper { name, email });
            }
            None => {
                if name.is_some() {
                    entry.any.name = name;
                }
                if email.is_some() {
                    entry.any.email = email;
                }
            }
        }
    }
}

/// `Name <address>` at the beginning, and what follows it.
fn ident(text: &str) -> Option<(Option<&str>, &str, &str)> {
    let (name, rest) = text.split_once('<')?;
    let (email, rest) = rest.split_once('>')?;
    let name = name.trim_ascii();
    Some(((!name.is_empty()).then_some(name), email, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_forms_map_as_git_says() {
        let map = Mailmap::parse(
            "# people\nAnn Proper <ann@x>\n<bo@x> <bo@old>\nCy Proper <cy@x> <cy@old>\n\
             Dee One <dee1@x> dee <shared@x>\nDee Two <dee2@x> DUO <Shared@X>\n",
        );
        assert_eq!(map.proper("a", "ANN@x"), ("Ann Proper", "ANN@x"));
        assert_eq!(map.proper("b", "bo@old"), ("b", "bo@x"));
        assert_eq!(map.proper("c", "cy@old"), ("Cy Proper", "cy@x"));
        assert_eq!(map.proper("DEE", "shared@x"), ("Dee One", "dee1@x"));
        assert_eq!(map.proper("Duo", "shared@x"), ("Dee Two", "dee2@x"));
        assert_eq!(map.proper("Else", "shared@x"), ("Else", "shared@x"));
        assert_eq!(map.proper("e", "none@x"), ("e", "none@x"));
    }

    #[test]
    fn the_last_line_counts_and_rubbish_is_passed_over() {
        let map = Mailmap::parse("First <a@x>\nrubbish\n<>\n<broken\nLast <a@x>\n");
        assert_eq!(map.proper("a", "a@x"), ("Last", "a@x"));
        assert_eq!(map.len(), 1);
        assert!(Mailmap::parse("").is_empty());
    }
}
