//! Proposals made up for the purpose, and what is told of them.
#![allow(clippy::unwrap_used)]

use super::*;

fn day(text: &str) -> Instant {
    super::super::charter_file::moment(text).unwrap()
}

fn versions(all: &[(&str, &str, &str)]) -> Vec<Version> {
    all.iter()
        .map(|(at, author, rest)| {
            let text = format!("PEP: 9001\nAuthor: An One <an@example.org>, Bo Two\nType: Process\nCreated: 01-Jan-2015\n{rest}\n\nText\n");
            Version {
                commit: format!("c{at}"),
                at: day(at),
                author: (*author).to_owned(),
                header: (!rest.is_empty()).then(|| Header::read(&text).unwrap()),
            }
        })
        .collect()
}

fn lines(all: &[(&str, &str, &str)]) -> Vec<String> {
    let versions = versions(all);
    let mut names = Names::default();
    versions.iter().filter_map(|version| version.header.as_ref()).for_each(|header| names.learn(header));
    versions.iter().for_each(|version| names.learn_person(&version.author));
    told(9001, &versions, &names)
        .iter()
        .map(|told| {
            let who = |who: &Option<Who>| {
                who.as_ref().map_or("-".to_owned(), |who| who.to_string().replace(" <an@example.org>", ""))
            };
            let verdict = told.verdict.map_or("", Verdict::name);
            format!("{} {} {} {} {verdict}", &told.at.to_string()[..10], told.act, who(&told.by), who(&told.to))
        })
        .collect()
}

const X: &str = "X Y <x@example.org>";

#[test]
fn from_draft_to_accepted_to_final() {
    assert_eq!(
        lines(&[
            ("2015-02-01", X, "Status: Draft"),
            ("2015-03-01", X, "Status: Draft\nBDFL-Delegate: Di Three"),
            ("2015-04-01", X, "Status: Accepted\nBDFL-Delegate: Di Three\nResolution: https://example.org"),
            ("2015-05-01", X, "Status: Final\nBDFL-Delegate: Di Three"),
        ]),
        [
            "2015-01-01 raised person:An One - ",
            "2015-03-01 asked person:X Y <x@example.org> person:Di Three ",
            "2015-04-01 decided person:Di Three - approved",
            "2015-05-01 executed person:X Y <x@example.org> - ",
        ]
    );
}

#[test]
fn without_a_delegate_the_date_says_who_decides() {
    for (at, who) in
        [("2018-07-11", "role:BDFL"), ("2018-07-12", "-"), ("2019-02-03", "-"), ("2019-02-04", "role:steering council")]
    {
        let told = lines(&[("2016-01-01", X, "Status: Draft"), (at, X, "Status: Rejected")]);
        assert_eq!(told[1], format!("{at} decided {who} - rejected"));
    }
}

#[test]
fn of_several_delegates_the_one_who_commits_it_decides() {
    let both = "PEP-Delegate: Di Three <di@example.org>, Ed Four";
    let told = |author: &str| {
        lines(&[("2015-02-01", X, "Status: Draft"), ("2020-01-01", author, &format!("Status: Accepted\n{both}"))])[1]
            .clone()
    };
    assert_eq!(
        told("Ed Four <ed@example.org>"),
        "2020-01-01 decided person:Ed Four <ed@example.org> - approved",
        "named without address in the header"
    );
    assert_eq!(told("Di Three <di@example.org>"), "2020-01-01 decided person:Di Three <di@example.org> - approved");
    assert_eq!(told(X), "2020-01-01 decided role:pep delegate - approved");
}

#[test]
fn withdrawn_deferred_reopened_and_reversed() {
    assert_eq!(
        lines(&[
            ("2015-02-01", X, "Status: Draft"),
            ("2015-03-01", X, "Status: Deferred"),
            ("2015-04-01", X, "Status: Draft"),
            ("2015-05-01", "Bo Two", "Status: Withdrawn"),
            ("2015-06-01", X, "Status: Accepted"),
            ("2015-07-01", X, "Status: Rejected"),
            ("2015-08-01", X, "Status: Superseded\nSuperseded-By: 9002"),
        ])[1..],
        [
            "2015-03-01 decided person:X Y <x@example.org> - deferred",
            "2015-04-01 reopened person:X Y <x@example.org> - ",
            "2015-05-01 withdrawn person:Bo Two - ",
            "2015-06-01 reopened person:X Y <x@example.org> - ",
            "2015-06-01 decided role:BDFL - approved",
            "2015-07-01 reversed role:BDFL - rejected",
            "2015-08-01 linked person:X Y <x@example.org> person:PEP-9002 ",
        ]
    );
}

#[test]
fn what_was_answered_before_the_record_is_no_event() {
    assert_eq!(lines(&[("2015-02-01", X, "Status: Final")]), [""; 0]);
    let again = lines(&[
        ("2015-02-01", X, "Status: Rejected"),
        ("2015-03-01", X, "Status: Draft"),
        ("2015-04-01", X, "Status: Final"),
    ]);
    assert_eq!(again, ["2015-03-01 reopened person:X Y <x@example.org> - ", "2015-04-01 decided role:BDFL - approved"]);
}

#[test]
fn a_day_of_creation_that_cannot_be_is_not_believed() {
    let told = lines(&[("2014-02-01", X, "Status: Draft"), ("2014-03-01", X, "Status: Final")]);
    assert!(told[0].starts_with("2014-02-01 raised"), "{told:?}");
}

#[test]
fn a_delegate_holds_from_the_commit_that_names_them_to_the_one_that_does_not() {
    let versions = versions(&[
        ("2015-02-01", X, "Status: Draft"),
        ("2015-03-01", X, "Status: Draft\nPEP-Delegate: Di Three"),
        ("2015-04-01", X, "Status: Draft\nPEP-Delegate: Di Three\nResolution: x"),
        ("2015-05-01", X, "Status: Draft\nPEP-Delegate: The Python Steering Council"),
        ("2015-06-01", X, ""),
    ]);
    let remits = delegations(9001, &versions, &Names::default());
    let told: Vec<_> = remits.iter().map(|r| (r.area.as_str(), r.decides[0].to_string(), r.since, r.until)).collect();
    assert_eq!(
        told,
        [
            ("*/PEP-9001", "person:Di Three".to_owned(), Some(day("2015-03-01")), Some(day("2015-05-01"))),
            ("*/PEP-9001", "role:steering council".to_owned(), Some(day("2015-05-01")), Some(day("2015-06-01"))),
        ]
    );
    assert_eq!(remits[0].written, "pep-9001:6 as of c2015-03-");
    assert_eq!(area(9001, &versions), "process/PEP-9001");
}

#[test]
fn delegates_are_read_from_single_files_too() {
    let text = "PEP: 9001\nTitle: T\nAuthor: An One\nPEP-Delegate: Di Three\nStatus: Draft\n\nText\n";
    let imported = import(&[("peps/pep-9001.rst", text), ("notes.txt", "nothing")]).unwrap();
    assert_eq!(imported.charter.remits.len(), 3);
    assert_eq!(imported.charter.remits[2].written, "peps/pep-9001.rst:4");
    assert_eq!(imported.aside.len(), 1);
    assert!(import(&[("notes.txt", "nothing")]).is_err());
}

#[test]
fn only_proposals_are_proposals() {
    assert_eq!(number_in("pep-0008.txt"), Some(8));
    assert_eq!(number_in("peps/pep-8016.rst"), Some(8016));
    for not in [
        "pep-0000.txt",
        "peps/pep-1.rst",
        "pep_sphinx_extensions/tests/peps/pep-9000.rst",
        "peps/pep-0012/pep-NNNN.rst",
        "pep-0008-1.png",
        "pep-0008.html",
    ] {
        assert_eq!(number_in(not), None, "{not}");
    }
}

#[test]
fn the_two_days_are_those_that_are_meant() {
    assert_eq!(BDFL_UNTIL, day("2018-07-12"));
    assert_eq!(COUNCIL_SINCE, day("2019-02-04"));
}
