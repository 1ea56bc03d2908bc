//! What is suggested of synthetic people, and what is not.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::people::read_people;

/// An account: source, id, login, name, mail, zone; empty is nothing.
fn account(source: &str, [id, login, name, mail, zone]: [&str; 5]) -> Known {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let account = Account {
        id: id.to_owned(),
        login: some(login),
        name: some(name),
        email: some(mail),
        zone: some(zone),
        is_bot: false,
    };
    Known::account(source, &account)
}

fn author(word: &str) -> Known {
    Known::author("git", word)
}

fn found(known: &[Known]) -> Vec<String> {
    let found = across(known, &[], "");
    let show = |one: &Suggestion| format!("{}-{} {:?} {:?}", one.left, one.right, one.confidence, one.evidence);
    found.suggestions.iter().map(show).collect()
}

fn collided(known: &[Known]) -> (Vec<String>, Vec<usize>) {
    let found = across(known, &[], "");
    (found.collisions.iter().map(ToString::to_string).collect(), found.apart)
}

#[test]
fn mailboxes_tags_and_hidden_addresses() {
    assert_eq!(
        found(&[
            account("jira", ["5b1:a", "", "Ewa Kowalska", "Ewa.Kowalska@firm.example", ""]),
            author("ekow <ewa.kowalska+git@firm.example>"),
            account("github", ["ekow", "ekow", "", "", ""]),
            author("Ewa <77+ekow@users.noreply.github.com>"),
        ]),
        ["0-1 High [Mailbox]", "2-3 High [HiddenMail]"]
    );
}

#[test]
fn names_with_and_without_diacritics_and_turned() {
    assert_eq!(
        found(&[
            account("jira", ["1", "", "Łucja Żółć", "", "Europe/Warsaw"]),
            account("gitlab", ["lzolc", "lzolc", "Zolc, Lucja", "", "Europe/Warsaw"]),
            author("LUCJA ZOLC <lz@home.example>"),
        ]),
        ["0-1 Fair [NameTurned, Zone]", "0-2 Fair [Name]"]
    );
    // The other side of the world speaks against it.
    assert_eq!(
        found(&[
            account("jira", ["1", "", "Jan Kowal", "", "Europe/Warsaw"]),
            account("gitlab", ["jk", "jk", "Jan Kowal", "", "Asia/Kolkata"]),
        ]),
        ["0-1 Low [Name, OtherZone]"]
    );
}

#[test]
fn a_login_in_an_address_with_the_name_is_sure_and_alone_is_not() {
    assert_eq!(
        found(&[
            account("gitlab", ["ekow", "ekow", "Ewa Kowalska", "", ""]),
            author("Ewa Kowalska <ekow@firm.example>")
        ]),
        ["0-1 High [Name, LoginInMail]"]
    );
    assert_eq!(
        found(&[account("gitlab", ["ekow", "ekow", "", "", ""]), author("E. <ekow@firm.example>")]),
        ["0-1 Low [LoginInMail]"]
    );
    assert_eq!(
        found(&[account("gitlab", ["ekow", "ekow", "", "", ""]), account("github", ["ekow", "ekow", "", "", ""])]),
        ["0-1 Low [Login]"]
    );
}

#[test]
fn a_mailmap_joins_and_what_is_declared_is_not_suggested() {
    let known = [author("E K <old@home.example>"), account("jira", ["1", "", "Ewa Kowalska", "ewa@firm.example", ""])];
    let mailmap = "Ewa Kowalska <ewa@firm.example> <old@home.example>\n";
    let by_map = across(&known, &[], mailmap);
    assert_eq!(by_map.suggestions[0].evidence, [Evidence::Mailmap]);
    assert_eq!(by_map.suggestions[0].confidence, Confidence::High);
    assert!(across(&known, &[], "").suggestions.is_empty());
    let person = |email: &str| Person { person: "ewa".to_owned(), email: Some(email.to_owned()), ..Person::default() };
    assert!(across(&known, &[person("ewa@firm.example old@home.example 1")], mailmap).suggestions.is_empty());
    let other = Person { person: "jan".to_owned(), email: Some("1".to_owned()), ..Person::default() };
    assert!(
        across(&known, &[person("old@home.example"), other], mailmap).suggestions.is_empty(),
        "declared two people"
    );
}

#[test]
fn a_first_name_in_several_countries_collides_and_suggests_nothing() {
    let known = [
        account("jira", ["1", "", "Adam", "", "Europe/Warsaw"]),
        account("azure", ["2", "", "ADAM", "", "Europe/London"]),
        author("Adam <adam@firm.example>"),
    ];
    assert!(found(&known).is_empty());
    let (collisions, apart) = collided(&known);
    assert_eq!(collisions, ["3 accounts are called `adam`, in Europe/London, Europe/Warsaw"]);
    assert_eq!(apart, [0, 1, 2]);
}

#[test]
fn words_of_tables_are_names_logins_or_addresses() {
    for (word, is_name) in [
        ("Adam", true),
        ("Anna-Maria", true),
        ("adam", false),
        ("A12", false),
        ("ADAM", false),
        ("", false),
        ("Adam Nowak", false),
        ("adam@firm.example", false),
    ] {
        assert_eq!(is_bare_name(word), is_name, "{word}");
    }
    let known = Known::word("log", "e12");
    assert_eq!((known.login.as_deref(), known.name.as_deref()), (Some("e12"), None));
    assert_eq!(Known::word("log", "Adam").name.as_deref().map(str::to_lowercase).as_deref(), Some("adam"));
    // Ids of one kind in two tables collide with nothing.
    let found = across(&[Known::word("a", "e12"), Known::word("b", "e12")], &[], "");
    assert!(found.collisions.is_empty() && found.apart.is_empty());
    let found = across(&[Known::word("a", "Adam"), Known::word("b", "Adam")], &[], "");
    assert_eq!(found.apart, [0, 1]);
}

#[test]
fn one_display_name_of_two_accounts_is_nobodys_proof() {
    let known = [
        account("jira", ["1", "", "Jan Kowal", "", ""]),
        account("jira", ["2", "", "Jan Kowal", "", ""]),
        author("Jan Kowal <jan@firm.example>"),
    ];
    assert!(found(&known).is_empty());
    assert_eq!(collided(&known), (vec!["3 accounts bear the full name `jan kowal`".to_owned()], vec![0, 1, 2]));
}

#[test]
fn one_login_with_different_mailboxes_is_two_people_until_somebody_says_otherwise() {
    let known = [
        account("jira", ["1", "jan", "Jan Kowal", "jan@firm.example", ""]),
        account("gitlab", ["jan", "jan", "Janina Nowak", "janina@firm.example", ""]),
    ];
    assert!(found(&known).is_empty());
    assert_eq!(collided(&known).0, ["the login `jan` has different mailboxes in 2 accounts"]);
    // What the office declares is no longer apart.
    let declared =
        Person { person: "jan1".to_owned(), email: Some("jan@firm.example 1".to_owned()), ..Person::default() };
    assert_eq!(across(&known, &[declared], "").apart, [1]);
}

#[test]
fn shared_mailboxes_join_nobody() {
    let known = [author("Ewa Kowalska <team@firm.example>"), author("Jan Kowal <team@firm.example>")];
    assert!(found(&known).is_empty());
    assert_eq!(collided(&known).0, ["the mailbox `team@firm.example` is shared by 2"]);
    let crowd: Vec<Known> =
        ["A B", "C D", "E F", "G H", "I J"].iter().map(|name| author(&format!("{name} <w@x.example>"))).collect();
    assert!(found(&crowd).is_empty());
    assert_eq!(collided(&crowd).0, ["the mailbox `w@x.example` is shared by 5"]);
}

#[test]
fn machines_groups_and_the_deleted_are_compared_with_nobody() {
    let known = [
        account("github", ["helper[bot]", "helper[bot]", "", "bot@firm.example", ""]),
        author("coderabbitai[bot] <9+coderabbitai[bot]@users.noreply.github.com>"),
        account("github", ["coderabbitai", "coderabbitai", "", "", ""]),
        account("jira", ["9", "", "Former user", "", ""]),
        account("gitlab", ["ghost", "ghost", "Ghost User", "", ""]),
        account("redmine", ["10", "", "Usunięty użytkownik", "", ""]),
        author("team:Pricing"),
        author(""),
    ];
    let all = across(&known, &[], "");
    assert_eq!(all.left_out, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert!(all.suggestions.is_empty() && all.collisions.is_empty());
    assert_eq!(across(&[], &[], ""), Across::default());
}

#[test]
fn rows_are_read_back_and_join_what_they_say() {
    let known = [
        account("jira", ["5b1:a", "", "Ewa Żak", "ewa@firm.example", "Europe/Warsaw"]),
        account("github", ["ewaz", "ewaz", "Ewa Zak", "", ""]),
        author("ezak <ewa+git@firm.example>"),
        author("x <3+ewaz@users.noreply.github.com>"),
        author("Somebody Else <se@firm.example>"),
    ];
    let all = across(&known, &[], "");
    let text = rows(&known, &all, Confidence::Fair);
    let read = read_people("people.csv", text.as_bytes()).unwrap();
    assert!(read.skipped.is_empty(), "{text}");
    assert_eq!(read.people.len(), 1, "{text}");
    assert_eq!(
        (read.people[0].name.as_deref(), read.people[0].timezone.as_deref()),
        (Some("Ewa Żak"), Some("Europe/Warsaw"))
    );
    let words: Vec<&str> = known.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(identify(&words, &read.people).person, [Some(0), Some(0), Some(0), Some(0), None], "{text}");
    // What is accepted is not suggested again.
    assert!(across(&known, &read.people, "").suggestions.is_empty());
    // A higher bar takes less in.
    let sure = read_people("people.csv", rows(&known, &all, Confidence::High).as_bytes()).unwrap();
    assert_eq!(sure.people.len(), 2);
}

#[test]
fn a_group_with_two_accounts_of_one_tracker_is_left_to_the_office() {
    let known = [
        account("jira", ["1", "", "Ewa Żak", "ewa@firm.example", ""]),
        account("jira", ["2", "", "E. Z.", "ewa@firm.example", ""]),
    ];
    let all = across(&known, &[], "");
    assert_eq!(all.suggestions.len(), 1);
    assert_eq!(rows(&known, &all, Confidence::Low).lines().count(), 1);
}

proptest! {
    /// Nobody who is left out is suggested, pairs are in order, and an ambiguous name alone never suggests.
    #[test]
    fn suggestions_are_sound(picks in prop::collection::vec((0usize..3, 0usize..4, 0usize..5, 0usize..5), 0..10)) {
        let sources = ["jira", "gitlab", "github"];
        let logins = ["", "jan", "ekow", "helper[bot]"];
        let names = ["", "Jan", "Jan Kowal", "Ewa Żak", "Ghost User"];
        let mails = ["", "jan@firm.example", "ewa@firm.example", "dev@firm.example", "1+jan@users.noreply.github.com"];
        let known: Vec<Known> = picks.iter().enumerate().map(|(i, (source, login, name, mail))| {
            account(sources[*source], [&format!("id{i}"), logins[*login], names[*name], mails[*mail], ""])
        }).collect();
        let all = across(&known, &[], "");
        for one in &all.suggestions {
            prop_assert!(one.left < one.right && !one.evidence.is_empty());
            prop_assert!(!all.left_out.contains(&one.left) && !all.left_out.contains(&one.right));
        }
        let text = rows(&known, &all, Confidence::Low);
        prop_assert!(read_people("people.csv", text.as_bytes()).unwrap().skipped.is_empty(), "{}", text);
    }
}
