//! Bugs as XML, the form that every Bugzilla gives without an API.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use sayso_model::coverage::Reason;

use super::super::reach::attributes;
use super::super::{Account, Fact, Page, Telling};
use super::{Bugzilla, Flag, tell_comment, tell_flag};

/// A bug while it is read.
#[derive(Default)]
struct Bug {
    number: String,
    created: String,
    summary: String,
    product: String,
    component: String,
    reporter: String,
    comments: Vec<Comment>,
    flags: Vec<(String, String, String, String)>,
    error: Option<String>,
}

#[derive(Default)]
struct Comment {
    id: String,
    count: String,
    who: String,
    at: String,
    text: String,
    is_private: bool,
}

impl Bugzilla {
    pub(super) fn xml(&mut self, page: &Page<'_>, told: &mut dyn Telling) {
        let mut reader = Reader::from_reader(page.body);
        let mut bug = Bug::default();
        let mut comment: Option<Comment> = None;
        let mut in_attachment = false;
        let (mut text, mut n_bugs) = (String::new(), 0);
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Start(start)) => {
                    text.clear();
                    match start.name().as_ref() {
                        "bug" => {
                            bug = Bug { error: value(&start, "error"), ..Bug::default() };
                        }
                        "long_desc" => {
                            let is_private = value(&start, "isprivate").as_deref() == Some("1");
                            comment = Some(Comment { is_private, ..Comment::default() });
                        }
                        "attachment" => in_attachment = true,
                        "flag" => bug.flag(&start),
                        "reporter" | "assigned_to" | "who" | "qa_contact" => self.name = value(&start, "name"),
                        _ => {}
                    }
                }
                Ok(Event::Empty(start)) if start.name().as_ref() == "flag" => bug.flag(&start),
                Ok(Event::Text(part)) => text.push_str(&part),
                Ok(Event::CData(part)) => text.push_str(&part),
                Ok(Event::GeneralRef(reference)) => {
                    let name: &str = &reference;
                    match reference.resolve_char_ref() {
                        Ok(Some(sign)) => text.push(sign),
                        _ => text.push_str(resolve_predefined_entity(name).unwrap_or("")),
                    }
                }
                Ok(Event::End(end)) => {
                    let said = text.trim().to_owned();
                    text.clear();
                    match (end.name().as_ref(), &mut comment) {
                        ("bug", _) => {
                            n_bugs += 1;
                            std::mem::take(&mut bug).tell(page.origin, n_bugs, told);
                        }
                        ("long_desc", _) => bug.comments.extend(comment.take()),
                        ("attachment", _) => in_attachment = false,
                        (_, Some(comment)) => match end.name().as_ref() {
                            "commentid" => comment.id = said,
                            "comment_count" => comment.count = said,
                            "bug_when" => comment.at = said,
                            "thetext" => comment.text = said,
                            "who" => {
                                self.person(&said, told);
                                comment.who = said;
                            }
                            _ => {}
                        },
                        _ if in_attachment => {}
                        ("bug_id", _) => bug.number = said,
                        ("creation_ts", _) => bug.created = said,
                        ("short_desc", _) => bug.summary = said,
                        ("product", _) => bug.product = said,
                        ("component", _) => bug.component = said,
                        ("reporter", _) => {
                            self.person(&said, told);
                            bug.reporter = said;
                        }
                        ("assigned_to" | "qa_contact", _) => self.person(&said, told),
                        _ => {}
                    }
                }
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(error) => {
                    let place = format!("{} byte {}", page.origin, reader.buffer_position());
                    return told.set_aside(&place, Reason::RowMalformed, &error.to_string());
                }
            }
        }
        if n_bugs == 0 {
            told.set_aside(page.origin, Reason::RowMalformed, "no whole bug in it");
        }
    }

    fn person(&mut self, id: &str, told: &mut dyn Telling) {
        let email = Some(id.to_owned()).filter(|id| id.contains('@'));
        let name = self.name.take().filter(|name| !name.is_empty());
        self.accounts.tell(Account { id: id.to_owned(), name, email, ..Account::default() }, told);
    }
}

impl Bug {
    fn flag(&mut self, start: &BytesStart<'_>) {
        let of = |key: &str| value(start, key).unwrap_or_default();
        self.flags.push((of("name"), of("status"), of("setter"), of("requestee")));
    }

    fn tell(self, origin: &str, n: usize, told: &mut dyn Telling) {
        if let Some(error) = self.error {
            let detail = format!("bug {}: the server gives none: {error}", self.number);
            return told.set_aside(&format!("{origin} bug {n}"), Reason::RowMalformed, &detail);
        }
        if self.number.is_empty() {
            return told.set_aside(&format!("{origin} bug {n}"), Reason::ItemMissing, "");
        }
        let item = self.number;
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        told.fact(Fact {
            id: format!("{item}/created"),
            item: item.clone(),
            at: self.created.clone(),
            order: 0,
            actor: some(&self.reporter),
            activity: "created".to_owned(),
            attributes: attributes([("product", some(&self.product)), ("component", some(&self.component))]),
            text: some(&self.summary),
            is_statement: true,
        });
        let last = self.comments.last().map_or(self.created.clone(), |comment| comment.at.clone());
        for (i, comment) in self.comments.into_iter().enumerate() {
            let count = comment.count.parse().unwrap_or(i as u64);
            let id = if comment.id.is_empty() { format!("n{count}") } else { comment.id };
            let private = comment.is_private.then(|| "true".to_owned());
            let (who, text) = (some(&comment.who), some(&comment.text));
            tell_comment(&item, &id, count, comment.at, who, private, text, told);
        }
        for (name, status, setter, requestee) in &self.flags {
            let Some(status) = status.chars().next() else { continue };
            let flag = Flag { name, status, requestee: Some(requestee.as_str()).filter(|who| !who.is_empty()) };
            let mut late = Late { told, last: &last };
            tell_flag(&item, &last, 1, some(setter), &flag, None, None, &mut late);
        }
    }
}

/// XML does not say when a flag was set: it stands at the last comment, under a name that says so.
struct Late<'t> {
    told: &'t mut dyn Telling,
    last: &'t str,
}

impl Telling for Late<'_> {
    fn fact(&mut self, fact: Fact) {
        let mut fact = Fact { at: self.last.to_owned(), activity: format!("{} (time unknown)", fact.activity), ..fact };
        fact.id += "/standing";
        self.told.fact(fact);
    }
    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        self.told.set_aside(place, reason, detail);
    }
    fn claim(&mut self, claim: super::super::Claim) {
        self.told.claim(claim);
    }
    fn account(&mut self, account: Account) {
        self.told.account(account);
    }
}

fn value(start: &BytesStart<'_>, key: &str) -> Option<String> {
    let attribute = start.attributes().flatten().find(|attribute| attribute.key.as_ref() == key)?;
    let raw = attribute.value.into_owned();
    Some(quick_xml::escape::unescape(&raw).map(std::borrow::Cow::into_owned).unwrap_or(raw))
}
