//! Every trap of Jira's that is known, on payloads that were made for the purpose.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

/// Keeps all that is told.
#[derive(Debug, Default)]
struct Told {
    facts: Vec<Fact>,
    aside: Vec<(String, Reason, String)>,
    claims: Vec<Claim>,
    accounts: Vec<Account>,
    notes: Vec<(Note, String)>,
}

impl Telling for Told {
    fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        self.aside.push((place.to_owned(), reason, detail.to_owned()));
    }

    fn claim(&mut self, claim: Claim) {
        self.claims.push(claim);
    }

    fn account(&mut self, account: Account) {
        self.accounts.push(account);
    }

    fn note(&mut self, _: &str, note: Note, detail: &str) {
        self.notes.push((note, detail.to_owned()));
    }
}

impl Told {
    fn one(&self, activity: &str) -> &Fact {
        let found: Vec<&Fact> = self.facts.iter().filter(|fact| fact.activity == activity).collect();
        assert_eq!(found.len(), 1, "{activity}: {:?}", self.facts);
        found[0]
    }

    fn activities(&self) -> Vec<&str> {
        self.facts.iter().map(|fact| fact.activity.as_str()).collect()
    }
}

/// What the second pass tells of these pages: (kind, origin, body).
fn told(pages: &[(&str, &str, String)]) -> Told {
    let mut parser = Jira::default();
    let pass = |parser: &mut Jira| {
        let mut told = Told::default();
        for (kind, origin, body) in pages {
            parser.page(&Page { kind, origin, body: body.as_bytes() }, &mut told);
        }
        parser.finish(&mut told);
        told
    };
    let first = pass(&mut parser);
    assert!(parser.begin_again());
    let mut second = pass(&mut parser);
    for fact in &second.facts {
        assert!(first.facts.iter().any(|known| known.id == fact.id), "{} is told the second time only", fact.id);
    }
    second.claims = first.claims;
    second
}

fn told_of(body: &Value) -> Told {
    told(&[("", "https://jira.example.org/rest/api/3/search/jql", body.to_string())])
}

fn value<'f>(fact: &'f Fact, key: &str) -> Option<&'f str> {
    fact.attributes.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
}

fn person(id: &str) -> Value {
    json!({"accountId": id, "accountType": "atlassian", "displayName": id.to_uppercase(), "timeZone": "Europe/Warsaw"})
}

fn item(field: &str, from: Option<(&str, &str)>, to: Option<(&str, &str)>) -> Value {
    json!({"field": field, "fieldtype": "jira", "fieldId": field,
        "from": from.map(|from| from.0), "fromString": from.map(|from| from.1),
        "to": to.map(|to| to.0), "toString": to.map(|to| to.1)})
}

fn entry(id: u64, at: &str, author: &str, items: Value) -> Value {
    json!({"id": id.to_string(), "author": person(author), "created": at, "items": items})
}

fn issue_with(fields: Value, entries: Vec<Value>, total: usize) -> Value {
    json!({"id": "10001", "key": "SHOP-1", "fields": fields,
        "changelog": {"startAt": 0, "maxResults": total, "total": total, "histories": entries}})
}

fn fields() -> Value {
    json!({"summary": "Quote page", "description": "So that customers see a price", "created": "2026-01-05T09:00:00.000+0000",
        "issuetype": {"id": "1", "name": "Story"}, "priority": {"id": "2", "name": "High"},
        "components": [{"name": "Pricing"}], "project": {"key": "SHOP"},
        "status": {"id": "10050", "name": "Shipped", "statusCategory": {"id": 3, "key": "done"}},
        "creator": person("anna"), "reporter": person("anna"), "assignee": person("meg")})
}

const DAY: &str = "2026-01-06T10:00:00.000+0800";

#[test]
fn an_issue_gives_its_creation_its_changelog_and_its_comments() {
    let mut fields = fields();
    fields["comment"] = json!({"total": 1, "comments": [{"id": "7", "author": person("kuba"), "created": DAY,
        "body": {"type": "doc", "content": [{"type": "paragraph", "content": [
            {"type": "mention", "attrs": {"id": "meg"}}, {"type": "text", "text": " are you happy with this?"}]}]}}]});
    let entries = vec![
        entry(
            22,
            "2026-01-07T10:00:00.000+0800",
            "meg",
            json!([
                item("status", Some(("3", "In Progress")), Some(("10050", "Shipped"))),
                item("resolution", None, Some(("1", "Fixed")))
            ]),
        ),
        entry(21, DAY, "anna", json!([item("assignee", None, Some(("meg", "MEG")))])),
    ];
    let told = told_of(&json!({"issues": [issue_with(fields, entries, 2)], "total": 1, "startAt": 0}));
    assert_eq!(told.activities(), ["status", "resolution", "assignee", "created", "comment"]);
    assert!(told.aside.is_empty());
    let created = told.one("created");
    assert_eq!((created.item.as_str(), created.id.as_str()), ("SHOP-1", "issue/10001/created"));
    assert_eq!(created.actor.as_deref(), Some("anna"));
    assert_eq!(created.text.as_deref(), Some("Quote page\n\nSo that customers see a price"));
    assert!(created.is_statement);
    assert_eq!(value(created, "assignee"), None, "it was nobody's when it was created");
    for (key, expected) in [("type", "Story"), ("component", "Pricing"), ("priority", "High"), ("project", "SHOP")] {
        assert_eq!(value(created, key), Some(expected));
    }
    let status = told.one("status");
    assert_eq!((status.id.as_str(), status.at.as_str()), ("history/22/0", "2026-01-07T10:00:00.000+0800"));
    assert_eq!((value(status, "from_category"), value(status, "to_category")), (Some("indeterminate"), Some("done")));
    assert_eq!(value(status, "resolution"), Some("Fixed"));
    assert_eq!(value(told.one("assignee"), "to"), Some("meg"), "people are told by account, never by name");
    let comment = told.one("comment");
    assert_eq!(value(comment, "to"), Some("meg"));
    assert_eq!(comment.text.as_deref(), Some("@ are you happy with this?"));
    assert!(!comment.is_statement);
    assert!(told.notes.is_empty());
}

#[test]
fn an_offset_without_colon_is_read() {
    let told =
        told_of(&issue_with(fields(), vec![entry(1, DAY, "anna", json!([item("labels", None, Some(("", "x")))]))], 1));
    let at = crate::instant::read(&told.one("labels").at, None).unwrap();
    assert_eq!(at.at.to_string(), crate::instant::read("2026-01-06T02:00:00Z", None).unwrap().at.to_string());
}

#[test]
fn bulk_answers_write_times_as_seconds_or_milliseconds_or_text() {
    let history = |id: u64, created: Value| {
        json!({"id": id.to_string(), "author": person("meg"), "created": created,
        "items": [item("priority", None, Some(("1", "High")))]})
    };
    let bulk = json!({"issueChangeLogs": [{"issueId": "10001", "changeHistories": [
        history(1, json!(1_767_693_600)), history(2, json!(1_767_693_600_000_i64)), history(3, json!("2026-01-06T10:00:00.000+0000"))]}],
        "nextPageToken": "x"});
    let issue = json!({"id": "10001", "key": "SHOP-1", "fields": fields()});
    // The issue's own page comes later: its key is known all the same.
    let told = told(&[
        ("bulk", "https://x/rest/api/3/changelog/bulkfetch", bulk.to_string()),
        ("issues", "https://x/search", issue.to_string()),
    ]);
    let facts: Vec<&Fact> = told.facts.iter().filter(|fact| fact.activity == "priority").collect();
    assert_eq!(facts.len(), 3);
    for fact in facts {
        assert_eq!(crate::instant::read(&fact.at, None).unwrap().at.micros(), 1_767_693_600_000_000, "{}", fact.at);
        assert_eq!(fact.item, "SHOP-1");
    }
    assert!(told.notes.is_empty(), "it has a history: {:?}", told.notes);
}

#[test]
fn a_changelog_that_is_cut_is_claimed_and_one_that_was_fetched_later_is_not() {
    let entries = |from: u64, to: u64| -> Vec<Value> {
        (from..=to).map(|id| entry(id, DAY, "meg", json!([item("rank", None, None)]))).collect()
    };
    let search = json!({"issues": [issue_with(fields(), entries(21, 60), 60)], "isLast": true}).to_string();
    let cut = told(&[("issues", "https://x/search", search.clone())]);
    let claim = |told: &Told| {
        let found = told.claims.iter().find(|claim| claim.what == "changelog entries").unwrap();
        (found.item.clone().unwrap(), found.stated, found.received)
    };
    assert_eq!(claim(&cut), ("SHOP-1".to_owned(), 60, 40));
    let page = |from, to| {
        json!({"self": "", "startAt": from - 1, "maxResults": 30, "total": 60, "isLast": to == 60, "values": entries(from, to)}).to_string()
    };
    let whole = told(&[
        ("changelog", "https://x/rest/api/3/issue/SHOP-1/changelog?startAt=0", page(1, 30)),
        ("issues", "https://x/search", search.clone()),
    ]);
    assert_eq!(claim(&whole), ("SHOP-1".to_owned(), 60, 60), "entries of both, each counted once");
    let cut = told(&[
        ("issues", "https://x/search", search),
        ("changelog", "https://x/rest/api/3/issue/SHOP-1/changelog?startAt=0", page(21, 50)),
    ]);
    assert_eq!(claim(&cut), ("SHOP-1".to_owned(), 60, 40), "overlapping entries do not make up for missing ones");
}

#[test]
fn a_search_claims_its_total_or_its_end() {
    let search = json!({"issues": [], "startAt": 0, "maxResults": 50, "total": 3});
    assert_eq!(told_of(&search).claims, [Claim { item: None, what: "issues", stated: 3, received: 0 }]);
    let search = json!({"issues": [], "nextPageToken": "x", "isLast": false});
    assert_eq!(
        told_of(&search).claims,
        [Claim { item: None, what: "searches read to their end", stated: 1, received: 0 }]
    );
}

#[test]
fn an_entry_without_author_has_no_actor() {
    let mut anonymous = entry(1, DAY, "anna", json!([item("labels", None, Some(("", "x")))]));
    anonymous.as_object_mut().unwrap().remove("author");
    let mut null = anonymous.clone();
    null["author"] = Value::Null;
    null["id"] = json!("2");
    let told = told_of(&issue_with(fields(), vec![anonymous, null], 2));
    let labels: Vec<&Fact> = told.facts.iter().filter(|fact| fact.activity == "labels").collect();
    assert!(labels.len() == 2 && labels.iter().all(|fact| fact.actor.is_none()));
}

#[test]
fn entries_of_one_second_are_ordered_by_their_numbers() {
    let to = |name: &str| json!([item("status", None, Some(("", name)))]);
    let entries = vec![entry(9, DAY, "meg", to("b")), entry(10, DAY, "meg", to("c")), entry(8, DAY, "meg", to("a"))];
    let mut facts: Vec<Fact> = told_of(&issue_with(fields(), entries, 3)).facts;
    facts.retain(|fact| fact.activity == "status");
    facts.sort_by_key(|fact| fact.order);
    let names: Vec<&str> = facts.iter().map(|fact| value(fact, "to").unwrap()).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn an_issue_that_moved_is_one_item_under_its_present_key() {
    let before = json!({"id": "10001", "key": "OLD-7", "fields": fields()});
    let moved = entry(
        3,
        DAY,
        "meg",
        json!([
        {"field": "Key", "fieldtype": "jira", "from": null, "fromString": "OLD-7", "to": null, "toString": "SHOP-1"},
        {"field": "project", "fieldtype": "jira", "fieldId": "project", "from": "1", "fromString": "Old", "to": "2", "toString": "Shop"}]),
    );
    let after = issue_with(fields(), vec![moved], 1);
    let comments = json!({"startAt": 0, "total": 1, "comments": [{"id": "9", "author": person("meg"), "created": DAY, "body": "ok"}]});
    let told = told(&[
        ("issues", "https://x/search?1", before.to_string()),
        ("comments", "https://x/rest/api/2/issue/OLD-7/comment?startAt=0", comments.to_string()),
        ("issues", "https://x/search?2", after.to_string()),
    ]);
    for fact in &told.facts {
        assert_eq!(fact.item, "SHOP-1", "{}", fact.id);
    }
    let created: Vec<&str> =
        told.facts.iter().filter(|fact| fact.activity == "created").map(|fact| fact.id.as_str()).collect();
    assert_eq!(created, ["issue/10001/created"; 2], "told twice, it is one fact");
    assert_eq!(value(told.one("key"), "from"), Some("OLD-7"));
}

#[test]
fn a_status_list_says_the_categories_that_changelogs_do_not() {
    let statuses = json!([{"id": "10060", "name": "Wartet auf Freigabe", "statusCategory": {"id": 4, "key": "indeterminate"}},
        {"id": "10061", "name": "Fertig", "statusCategory": {"id": 3}}]);
    let entries = vec![entry(
        1,
        DAY,
        "meg",
        json!([item("status", Some(("10060", "Wartet auf Freigabe")), Some(("10061", "Fertig")))]),
    )];
    let told = told(&[
        ("issues", "https://x/search", issue_with(fields(), entries, 1).to_string()),
        ("status", "https://x/rest/api/2/status", statuses.to_string()),
    ]);
    let status = told.one("status");
    assert_eq!((value(status, "from_category"), value(status, "to_category")), (Some("indeterminate"), Some("done")));
}

#[test]
fn the_first_assignee_is_found_in_a_changelog_that_comes_on_its_own() {
    let log = json!({"total": 2, "isLast": true, "values": [
        entry(1, "2026-01-06T10:00:00.000+0000", "anna", json!([item("assignee", Some(("kuba", "KUBA")), Some(("tom", "TOM")))])),
        entry(2, "2026-01-07T10:00:00.000+0000", "tom", json!([item("assignee", Some(("tom", "TOM")), Some(("meg", "MEG")))]))]});
    let issue = json!({"id": "10001", "key": "SHOP-1", "fields": fields()});
    let told = told(&[
        ("issues", "https://x/search", issue.to_string()),
        ("changelog", "https://x/rest/api/3/issue/SHOP-1/changelog", log.to_string()),
    ]);
    assert_eq!(value(told.one("created"), "assignee"), Some("kuba"));
}

#[test]
fn an_issue_without_changelog_gives_its_resolution_and_its_links_and_says_what_it_lacks() {
    let mut fields = fields();
    fields["resolution"] = json!({"name": "Won't Fix"});
    fields["resolutiondate"] = json!("2026-02-01T09:00:00.000+0000");
    fields["issuelinks"] = json!([{"id": "5", "type": {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
        "outwardIssue": {"key": "SHOP-2"}}, {"id": "6", "type": {"name": "Blocks", "inward": "is blocked by"}, "inwardIssue": {"key": "SHOP-3"}}]);
    fields["parent"] = json!({"key": "SHOP-9"});
    let issue = json!({"id": "10001", "key": "SHOP-1", "fields": fields});
    let lone = told_of(&issue);
    let resolved = lone.one("resolved");
    assert_eq!((resolved.actor.as_deref(), value(resolved, "resolution")), (None, Some("Won't Fix")));
    let links: Vec<_> = lone.facts.iter().filter(|fact| fact.activity == "link").collect();
    let shown: Vec<_> = links.iter().map(|fact| (value(fact, "to").unwrap(), value(fact, "how").unwrap())).collect();
    assert_eq!(shown, [("SHOP-2", "blocks"), ("SHOP-3", "is blocked by"), ("SHOP-9", "parent")]);
    assert_eq!(value(lone.one("created"), "assignee"), Some("meg"), "the present one, for want of a better");
    assert_eq!(lone.notes.len(), 1);
    assert!(lone.notes[0].1.starts_with("1 issues without any changelog"));

    let log = json!({"total": 1, "values": [entry(1, DAY, "meg", json!([item("labels", None, Some(("", "x")))]))]});
    let both = told(&[
        ("issues", "https://x/search", issue.to_string()),
        ("changelog", "https://x/rest/api/3/issue/10001/changelog", log.to_string()),
    ]);
    assert_eq!(both.activities(), ["created", "labels"], "a changelog tells its own links and resolution");
    assert!(both.notes.is_empty());
}

#[test]
fn links_that_a_dump_has_flattened_are_told_and_one_without_an_issue_is_set_aside() {
    let mut fields = fields();
    fields["issuelinks"] = json!([{"type": "Blocks", "dir": "in", "key": "SHOP-2"}, {"type": "Relates", "dir": "out", "key": "SHOP-2"}, {"type": "Blocks"}]);
    fields["parent"] = json!("SHOP-9");
    let told = told_of(&json!({"key": "SHOP-1", "fields": fields}));
    let links: Vec<&Fact> = told.facts.iter().filter(|fact| fact.activity == "link").collect();
    let shown: Vec<_> = links.iter().map(|fact| (value(fact, "to").unwrap(), value(fact, "how").unwrap())).collect();
    assert_eq!(shown, [("SHOP-2", "Blocks"), ("SHOP-2", "Relates"), ("SHOP-9", "parent")]);
    assert!(links[0].id != links[1].id);
    assert_eq!(told.aside.iter().map(|aside| aside.1).collect::<Vec<_>>(), [Reason::NotUnderstood]);
}

#[test]
fn links_in_a_changelog_name_the_other_issue() {
    let entries = vec![entry(
        1,
        DAY,
        "meg",
        json!([
        {"field": "Link", "fieldtype": "jira", "from": null, "fromString": null, "to": "SHOP-4", "toString": "This issue is blocked by SHOP-4"},
        {"field": "Epic Link", "fieldtype": "custom", "fieldId": "customfield_10014", "from": null, "fromString": null, "to": "10073", "toString": "SHOP-11"},
        {"field": "RemoteIssueLink", "fieldtype": "jira", "from": null, "fromString": null, "to": "17838", "toString": "This issue links to \"Commit - secret words\""}]),
    )];
    let told = told_of(&issue_with(fields(), entries, 1));
    assert_eq!(
        (value(told.one("link"), "to"), value(told.one("link"), "how")),
        (Some("SHOP-4"), Some("This issue is blocked by"))
    );
    assert_eq!(value(told.one("parent"), "to"), Some("SHOP-11"));
    let remote = told.one("remote link");
    assert_eq!(value(remote, "to"), Some("17838"));
    assert!(!format!("{remote:?}").contains("secret"));
}

#[test]
fn what_people_wrote_into_fields_is_not_among_the_attributes() {
    let entries = vec![entry(
        1,
        DAY,
        "meg",
        json!([
        item("summary", Some(("", "Old words")), Some(("", "New words"))),
        {"field": "Notes", "fieldtype": "custom", "fieldId": "customfield_1", "from": null, "fromString": "old words", "to": null, "toString": "new words"},
        {"field": "Approval", "fieldtype": "custom", "fieldId": "customfield_2", "from": "[10301]", "fromString": "Pending", "to": "[10302]", "toString": "Given"},
        {"field": "Approver", "fieldtype": "custom", "fieldId": "customfield_3", "from": null, "fromString": null, "to": "5b10ac", "toString": "Meg Green"},
        {"field": "Start date", "fieldtype": "custom", "fieldId": "customfield_4", "from": null, "fromString": null, "to": "2026-01-12", "toString": "12/Jan/26"},
        item("description", Some(("", "old goal")), Some(("", "In order to sell more [~kuba]")))]),
    )];
    let told = told_of(&issue_with(fields(), entries, 1));
    let attributes = told.facts.iter().flat_map(|fact| &fact.attributes);
    let all: Vec<&str> = attributes.map(|(_, value)| value.as_str()).collect();
    for words in ["words", "Meg", "goal", "sell"] {
        assert!(all.iter().all(|value| !value.contains(words)), "{words}");
    }
    let custom = |name: &str| told.facts.iter().find(|fact| value(fact, "field") == Some(name)).unwrap();
    assert_eq!((value(custom("Approval"), "from"), value(custom("Approval"), "to")), (Some("Pending"), Some("Given")));
    assert_eq!(value(custom("Approver"), "to"), Some("5b10ac"));
    assert_eq!(value(custom("Start date"), "to"), Some("12/Jan/26"));
    assert_eq!(value(custom("Notes"), "to"), None);
    let description = told.one("description");
    assert_eq!(description.text.as_deref(), Some("In order to sell more @"));
    assert!(description.is_statement);
}

#[test]
fn fields_of_the_sites_own_go_by_name() {
    let mut fields = fields();
    fields["customfield_10100"] = json!({"id": "1", "value": "Board"});
    fields["customfield_10101"] = json!([person("kuba"), person("meg")]);
    fields["customfield_10102"] = json!("words that somebody wrote");
    let page = json!({"issues": [{"id": "10001", "key": "SHOP-1", "fields": fields}], "total": 1,
        "names": {"customfield_10100": "Decision level", "customfield_10101": "Approvers"}});
    let told = told_of(&page);
    let created = told.one("created");
    assert_eq!(value(created, "field:Decision level"), Some("Board"));
    assert_eq!(value(created, "field:Approvers"), Some("kuba, meg"));
    assert_eq!(created.attributes.iter().filter(|(key, _)| key.starts_with("field:")).count(), 2);
}

#[test]
fn robots_and_customers_are_told_as_such_and_accounts_bear_their_zones() {
    let app = json!({"accountId": "557:f", "accountType": "app", "displayName": "Automation for Jira"});
    let customer = json!({"accountId": "qm:1", "accountType": "customer", "displayName": "C"});
    let mut by_app = entry(1, DAY, "anna", json!([item("status", Some(("1", "Open")), Some(("6", "Closed")))]));
    by_app["author"] = app;
    let mut fields = fields();
    fields["reporter"] = customer;
    let told = told_of(&issue_with(fields, vec![by_app], 1));
    assert_eq!(value(told.one("status"), "by"), Some("app"));
    let created = told.one("created");
    assert_eq!((value(created, "by"), value(created, "creator")), (Some("customer"), Some("anna")));
    let account = |id: &str| told.accounts.iter().find(|account| account.id == id).unwrap();
    assert!(account("557:f").is_bot && !account("anna").is_bot);
    assert_eq!(account("meg").zone.as_deref(), Some("Europe/Warsaw"));
}

#[test]
fn logins_in_wiki_text_become_accounts() {
    let meg = json!({"name": "mgreen", "key": "JIRAUSER10100", "displayName": "M", "emailAddress": "m@x.example", "timeZone": "UTC"});
    let mut fields = fields();
    fields["assignee"] = meg;
    fields["comment"] = json!({"total": 1, "comments": [
        {"id": "1", "author": {"name": "kuba", "key": "kuba"}, "created": DAY, "body": "[~mgreen] and [~tom] and [~mgreen] and [~kuba] can I go ahead?"}]});
    let told = told_of(&json!({"id": "10001", "key": "SHOP-1", "fields": fields}));
    assert_eq!(value(told.one("comment"), "to"), Some("JIRAUSER10100"));
    let mention = told.one("mention");
    assert_eq!((value(mention, "to"), mention.id.as_str()), (Some("tom"), "comment/1/mention/1"));
}

#[test]
fn comments_without_numbers_are_different_ones_though_they_say_the_same() {
    let comment = json!({"author": person("meg"), "created": DAY, "body": "+1"});
    let with = |key: &str| {
        let mut fields = fields();
        fields["comment"] = json!({"comments": [comment.clone(), comment.clone()]});
        json!({"key": key, "fields": fields})
    };
    let told = told_of(&json!([with("SHOP-1"), with("SHOP-2"), with("SHOP-2")]));
    let ids: std::collections::BTreeSet<&str> =
        told.facts.iter().filter(|fact| fact.activity == "comment").map(|fact| fact.id.as_str()).collect();
    assert_eq!(ids.len(), 4);
}

#[test]
fn webhooks_tell_the_change_the_comment_and_the_end() {
    let at = 1_767_693_600_000_i64;
    let issue = json!({"id": "10001", "key": "SHOP-1", "fields": fields()});
    let updated = json!({"timestamp": at, "webhookEvent": "jira:issue_updated", "user": person("meg"), "issue": issue,
        "changelog": {"id": "31", "items": [item("assignee", Some(("meg", "MEG")), Some(("kuba", "KUBA")))]}});
    let first = told_of(&updated);
    let change = first.one("assignee");
    assert_eq!(
        (change.id.as_str(), change.at.as_str(), change.actor.as_deref()),
        ("history/31/0", "2026-01-06T10:00:00Z", Some("meg"))
    );
    let commented = json!({"timestamp": at, "webhookEvent": "comment_created", "issue": {"id": "10001", "key": "SHOP-1"},
        "comment": {"id": "8", "author": person("kuba"), "created": DAY, "body": "ok"}});
    assert_eq!(told_of(&commented).activities(), ["comment"]);
    let deleted = json!({"timestamp": at, "webhookEvent": "jira:issue_deleted", "user": person("meg"), "issue": {"id": "10001", "key": "SHOP-1"}});
    assert_eq!(told_of(&deleted).one("deleted").actor.as_deref(), Some("meg"));
}

#[test]
fn what_bears_no_time_or_no_issue_is_set_aside_with_its_reason() {
    let cases = [
        (json!({"id": "1", "key": "SHOP-1", "fields": {"summary": "x"}}), Reason::TimeMissing),
        (json!({"id": "1", "key": "SHOP-1", "self": "https://x/rest/api/3/issue/1"}), Reason::TimeMissing),
        (json!({"id": "4", "created": DAY, "items": [item("labels", None, None)]}), Reason::ItemMissing),
        (json!({"id": 5, "self": "x", "object": {"url": "y"}, "application": {}}), Reason::TimeMissing),
        (json!({"detail": [], "errors": []}), Reason::TimeMissing),
        (json!({"errorMessages": ["no"], "errors": {}}), Reason::Refused),
        (json!({"colour": "green"}), Reason::NotUnderstood),
    ];
    for (body, reason) in cases {
        let told = told_of(&body);
        assert_eq!(told.aside.iter().map(|aside| aside.1).collect::<Vec<_>>(), [reason], "{body}");
        assert!(told.facts.is_empty());
    }
    let broken = told(&[("", "x", "{\"issues\": [".to_owned())]);
    assert_eq!(broken.aside[0].1, Reason::RowMalformed);
    let mut timeless = entry(1, DAY, "meg", json!([item("labels", None, None), item("rank", None, None)]));
    timeless["created"] = Value::Null;
    assert_eq!(told_of(&issue_with(fields(), vec![timeless], 1)).aside.len(), 2);
}

#[test]
fn what_describes_gives_nothing_and_is_not_set_aside() {
    let bodies = json!([{"id": "1", "key": "SHOP", "name": "Shop", "projectTypeKey": "software"},
        {"id": 7, "name": "Sprint 7", "state": "closed", "originBoardId": 8}, {"id": "3", "name": "Bug", "subtask": false},
        {"id": "customfield_1", "name": "Points", "custom": true, "navigable": true, "clauseNames": []}]);
    let told = told_of(&bodies);
    assert!(told.facts.is_empty() && told.aside.is_empty(), "{:?}", told.aside);
    let told = told_of(&json!({"startAt": 0, "maxResults": 50, "total": 0, "values": []}));
    assert!(told.facts.is_empty() && told.aside.is_empty());
}

const ISSUES: &str = "id,instance_url,key,url,project_key,project_name,issue_type,summary,description,creator_id,reporter_id,\
    assignee_id,status,status_category,priority_name,resolution,created_date,resolution_date,updated_date\r\n\
    10001,http://x,SHOP-1,http://x/1,SHOP,Shop,Story,Quote page,Goal\\nline,11,12,13,Done,Done,High,Won't Do,2026-01-05T09:00:00Z,2026-02-01T09:00:00Z,\r\n";
const HISTORY: &str = "issue_id,changelog_id,author_id,author_key,created_date,field_type,field,from,from_string,to,to_string,additional_information\r\n\
    10001,21,12,JIRAUSER12,2026-01-06T09:00:00Z,jira,assignee,JIRAUSER14,Tom,JIRAUSER13,Meg,\r\n\
    10001,22,13,JIRAUSER13,2026-02-01T09:00:00Z,jira,resolution,,,10001,Won't Do,\r\n\
    10001,22,13,JIRAUSER13,2026-02-01T09:00:00Z,jira,status,3,In Progress,10050,Done,\r\n";
const USERS: &str = "user_id,instance_url,user_key,user_name,user_fullname,user_email\r\n\
    12,http://x,JIRAUSER12,anna,Anna A,a@x.example\r\n13,http://x,JIRAUSER13,meg,Meg G,m@x.example\r\n14,http://x,JIRAUSER14,tom,Tom T,\r\n";

#[test]
fn the_data_pipeline_gives_issues_history_and_people() {
    let pages = [
        ("", "issue_history_job1.csv#line 2", HISTORY.to_owned()),
        ("", "issues_job1.csv#line 2", ISSUES.to_owned()),
        ("", "users_job1.csv#line 2", USERS.to_owned()),
    ];
    let told = told(&pages);
    assert_eq!(told.activities(), ["assignee", "resolution", "status", "created"]);
    assert!(told.aside.is_empty() && told.notes.is_empty(), "{:?}", told.notes);
    assert!(told.facts.iter().all(|fact| fact.item == "SHOP-1"));
    let status = told.one("status");
    assert_eq!((value(status, "resolution"), value(status, "to_category")), (Some("Won't Do"), Some("done")));
    let assigned = told.one("assignee");
    assert_eq!(
        (value(assigned, "from"), value(assigned, "to"), assigned.actor.as_deref()),
        (Some("14"), Some("13"), Some("12"))
    );
    let created = told.one("created");
    assert_eq!((created.actor.as_deref(), value(created, "assignee")), (Some("12"), Some("14")));
    assert_eq!(created.text.as_deref(), Some("Quote page\n\nGoal\nline"));
    assert_eq!(told.accounts.iter().filter(|account| account.login.is_some()).count(), 3);
}

#[test]
fn an_entry_of_the_data_pipeline_that_lies_in_two_pages_is_one() {
    let rows: Vec<&str> = HISTORY.split_inclusive("\r\n").collect();
    let halves =
        [("", "h.csv#line 2", [rows[0], rows[1], rows[2]].concat()), ("", "h.csv#line 4", [rows[0], rows[3]].concat())];
    let told = told(&halves);
    assert_eq!(value(told.one("status"), "resolution"), Some("Won't Do"));
    let mut ids: Vec<&str> = told.facts.iter().map(|fact| fact.id.as_str()).collect();
    ids.dedup();
    assert_eq!(ids, ["history/21/assignee", "history/22/resolution", "history/22/status"]);
}

#[test]
fn other_tables_of_the_data_pipeline_are_set_aside_row_by_row() {
    let told = told(&[(
        "",
        "issue_links_job1.csv#line 2",
        "issue_id,linked_issue_id,link_type\r\n1,2,Blocks\r\n3,4,Blocks\r\n".to_owned(),
    )]);
    assert_eq!(told.aside.iter().map(|aside| aside.1).collect::<Vec<_>>(), [Reason::NotUnderstood; 2]);
}

const SEARCH: &str = "Summary,Issue key,Issue id,Issue Type,Status,Status Category,Priority,Resolution,Assignee,Assignee Id,Reporter,Reporter Id,Created,\
    Resolved,Labels,Labels,Comment,Comment,Outward issue link (Blocks),Component/s\n\
    Quote page,SHOP-1,10001,Story,Done,Done,High,Won't Do,Meg,m1,Anna,a1,5/Jan/26 9:00 AM,1/Feb/26 4:05 PM,x,y,\
    06/Jan/26 11:00 AM;k1;[~m1] can I go ahead; please?,no time,SHOP-2,Pricing\n\
    Short,SHOP-2,10002,Bug,Open,To Do,,Unresolved,,,Anna,a1,6/Jan/26 9:00 AM\n\
    Wide,SHOP-3,10003,Bug,Open,To Do,,,,,Anna,a1,soon,,,,,,,,more,and more\n";

#[test]
fn the_export_of_a_search_says_loudly_what_it_lacks() {
    let told = told(&[("", "Jira.csv#line 2", SEARCH.to_owned())]);
    assert_eq!(told.activities(), ["created", "link", "resolved", "comment", "created"]);
    let created = &told.facts[0];
    assert_eq!((created.at.as_str(), created.actor.as_deref()), ("2026-01-05T09:00:00", Some("a1")));
    assert_eq!((value(created, "assignee"), value(created, "component")), (Some("m1"), Some("Pricing")));
    assert_eq!(told.one("resolved").at, "2026-02-01T16:05:00");
    let comment = told.one("comment");
    assert_eq!((comment.actor.as_deref(), value(comment, "to")), (Some("k1"), Some("m1")));
    assert_eq!(comment.text.as_deref(), Some("@ can I go ahead; please?"));
    assert_eq!(told.aside.iter().map(|aside| aside.1).collect::<Vec<_>>(), [Reason::TimeUnreadable; 2]);
    assert_eq!(told.notes.iter().filter(|(note, _)| *note == Note::SourceIncomplete).count(), 3);
}

#[test]
fn an_export_in_which_day_and_month_cannot_be_told_apart_is_not_guessed() {
    let head = "Summary,Issue key,Issue id,Created\n";
    let told_twice = |rows: &str| told(&[("", "Jira.csv#line 2", format!("{head}{rows}"))]);
    assert_eq!(told_twice("a,S-1,1,6/7/2025 16:14\n").aside[0].1, Reason::TimeUnreadable);
    let told = told_twice("a,S-1,1,6/7/2025 16:14\nb,S-2,2,6/21/2025 16:14\n");
    assert_eq!(told.facts[0].at, "2025-06-07T16:14:00", "a later row says which is which");
}

const RSS: &str = "<!-- RSS generated by JIRA (9.12.0) at Fri Jun 05 13:55:18 UTC 2026 -->\n<rss version=\"0.92\"><channel><title>x</title>\n\
    <item><title>[SHOP-1] Quote</title><key id=\"10001\">SHOP-1</key><summary>Quote &amp; price</summary>\
    <description>&lt;p&gt;Goal&lt;/p&gt;</description><type id=\"1\">Story</type><priority id=\"2\">High</priority>\
    <status id=\"10050\">Freigegeben</status><statusCategory id=\"3\" key=\"done\"/><resolution id=\"10\">Fixed</resolution>\
    <assignee username=\"meg\">Meg G</assignee><reporter username=\"anna\">Anna A</reporter><component>Pricing</component>\
    <created>Mon, 5 Jan 2026 10:00:00 +0100</created><resolved>Sun, 1 Feb 2026 10:00:00 +0100</resolved>\
    <comments><comment id=\"7\" author=\"kuba\" created=\"Tue, 6 Jan 2026 10:00:00 +0100\">&lt;p&gt;&lt;a class=\"user-hover\" rel=\"meg\"&gt;Meg&lt;/a&gt; can I go ahead?&lt;/p&gt;</comment></comments>\
    <issuelinks><issuelinktype id=\"1\"><name>Blocks</name><inwardlinks description=\"is blocked by\"><issuelink><issuekey id=\"2\">SHOP-2</issuekey></issuelink></inwardlinks></issuelinktype></issuelinks>\
    </item><item><key id=\"10002\">SHOP-2</key><resolution id=\"-1\">Unresolved</resolution><assignee username=\"-1\">Unassigned</assignee>\
    <created>Mon, 5 Jan 2026 11:00:00 +0100</created></item></channel></rss>";

#[test]
fn the_xml_export_gives_what_it_has() {
    let told = told(&[("", "SearchRequest.xml", RSS.to_owned())]);
    assert_eq!(told.activities(), ["created", "link", "resolved", "comment", "created"]);
    let created = &told.facts[0];
    assert_eq!((created.at.as_str(), created.actor.as_deref()), ("2026-01-05T09:00:00Z", Some("anna")));
    assert_eq!(created.text.as_deref(), Some("Quote & price\n\nGoal"));
    let link = told.one("link");
    assert_eq!((value(link, "to"), value(link, "how")), (Some("SHOP-2"), Some("is blocked by")));
    let comment = told.one("comment");
    assert_eq!(
        (comment.actor.as_deref(), value(comment, "to"), comment.id.as_str()),
        (Some("kuba"), Some("meg"), "comment/7")
    );
    assert_eq!(value(&told.facts[4], "assignee"), None);
    let broken = self::told(&[("", "x.xml", RSS[..RSS.len() - 40].to_owned())]);
    assert_eq!(broken.aside.iter().map(|aside| aside.1).collect::<Vec<_>>(), [Reason::Truncated]);
}

#[test]
fn files_are_recognised_by_their_shape() {
    for text in [
        json!({"issues": [issue_with(fields(), vec![], 0)], "total": 1}).to_string(),
        issue_with(fields(), vec![], 0).to_string(),
        format!("[{}]", issue_with(fields(), vec![], 0)),
        json!({"issueChangeLogs": []}).to_string(),
        json!({"timestamp": 1, "webhookEvent": "x"}).to_string(),
        ISSUES.to_owned(),
        HISTORY.to_owned(),
        USERS.to_owned(),
        SEARCH.to_owned(),
        format!("\u{feff}{SEARCH}"),
        RSS.to_owned(),
    ] {
        assert!(recognises(&Sample::of(&text)), "{}", &text[..60.min(text.len())]);
    }
    for text in [
        "item,at,actor,activity\n1,2026-01-05,anna,x\n",
        "{\"item\": \"1\", \"at\": \"2026-01-05\", \"actor\": \"anna\", \"activity\": \"x\"}",
        "{\"issues\": [{\"id\": 1, \"project\": {\"id\": 1}, \"tracker\": {\"id\": 2}, \"subject\": \"x\"}], \"total_count\": 1}",
        "<log><trace/></log>",
        "",
    ] {
        assert!(!recognises(&Sample::of(text)), "{text}");
    }
}
