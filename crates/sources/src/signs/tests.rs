//! What the rules on texts take and leave, example by example, and what holds for every text.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn consent(text: &str) -> bool {
    let found = signs(text).has(Signs::ASKS_CONSENT);
    let words = Words::of(text);
    assert_eq!(found, PUTS.find_slowly(&words, 1), "the cue words miss a rule: {text}");
    found
}

#[test]
fn requests_for_consent_in_both_languages() {
    for text in [
        "ok to merge?",
        "OK to ship?",
        "Are you happy with this?",
        "Can I go ahead",
        "Could you approve",
        "Please sign off.",
        "need your approval",
        "Is it fine if we leave it out?",
        "Hi Anna,\ncan I go ahead and merge?",
        "Hi,\n\nthe figures are attached.\n\nAre you\u{a0}happy with them?",
        "- done\n- OK to merge?",
        "**Please approve** the *second* one",
        "Can I merge https://example.org/x/y-1/merge?",
        "May I publish \"The report\" today?",
        "czy moge to zamknac?",
        "Czy możemy zaczynać?",
        "prosze o akceptacje",
        "Proszę o zgodę.",
        "PROSZĘ O ZGODĘ",
        "potrzebuję zgody",
        "dajesz zielone światło?",
        "Prosze\u{328} o zgode\u{328}",
        "Can I go ahead z tym releasem?",
    ] {
        assert!(consent(text), "{text}");
    }
}

#[test]
fn what_only_sounds_like_it() {
    for text in [
        "",
        " \n\t ",
        "?",
        "Thanks for approving",
        "approved by finance",
        "FYI approved",
        "Can you explain this?",
        "Do you know who can?",
        "We can merge it tomorrow.",
        "You may go ahead.",
        "Disapproved, and unapproved before that",
        "book to order",
        "Can we use a hash map here instead of a tree?",
        "Should we add a test for this?",
        "Can I use this function from another thread?",
        "This is waiting for approval from legal",
        "I don't need your approval",
        "Zgoda, możesz wysłać.",
        "Czy wszystko ok?",
        "Czy mogę użyć tej funkcji w innym wątku?",
        "Dziękuję za akceptację",
        "Nie ma zgody.",
    ] {
        assert!(!consent(text), "{text}");
    }
}

#[test]
fn quotes_and_code_are_not_the_writers_own_words() {
    for text in [
        "> can I go ahead?\nYes.",
        "  > > can I go ahead?\nYes.",
        "Yes.\n```\ncan I go ahead?\n```",
        "Yes.\n~~~ text\ncan I go ahead?\n~~~\n",
        "Yes.\n{code:java}\ncan I go ahead?\n{code}\nDone.",
        "Yes.\n{quote}\ncan I go ahead?\n{quote}",
        "It says `can I go ahead?` there.",
        "It says \"can I go ahead?\" there.",
        "Napis „czy mogę zamknąć?” jest zły.",
        "Yes.\n\n-----Original Message-----\nFrom: x\n\ncan I go ahead?",
        "Yes.\n________________________________\nFrom: x\ncan I go ahead?",
        "See https://example.org/can-i-merge?x=1 for that.",
    ] {
        assert!(!consent(text), "{text}");
        assert!(signs(text).has(Signs::HAS_TEXT) && !signs(text).has(Signs::ASKS), "{text}");
    }
    // What stands beside them is; and a cell that was quoted as a whole is no quotation.
    for text in
        ["> no\nCan I go ahead?", "```\nx\n```\nCan I go ahead?", "\"Can I go ahead?\"", "5\" pipe, can I go ahead?"]
    {
        assert!(consent(text), "{text}");
    }
}

#[test]
fn a_sentence_that_the_page_broke_is_one_and_two_short_lines_are_two() {
    let broken =
        "After the meeting with the broker on Tuesday I would like to know whether you\nare happy with the wording.";
    assert!(consent(broken));
    assert!(!consent("I need\nyour approval"));
    assert!(!consent("After the meeting with the broker on Tuesday I would like to say that we need\n- your approval"));
}

#[test]
fn questions() {
    for text in
        ["Why?", "When was this done?", "could you send the file", "Czy to działa", "Hi Anna, is it done", "(really?)"]
    {
        assert!(signs(text).has(Signs::ASKS), "{text}");
    }
    for text in
        ["Done.", "a ?b c", "x?y", "what a day", "We did what we could.", "Zrobione.", "See http://example.org/?q=1"]
    {
        assert!(!signs(text).has(Signs::ASKS), "{text}");
    }
}

#[test]
fn reasons() {
    for text in [
        "Reverted because it breaks the build.",
        "We retry, so that slow clients are served.",
        "Held back in order to match the contract.",
        "Late due to the strike.",
        "Closed, since we have no reply.",
        "Odrzucam, ponieważ brak oferty.",
        "Odsyłam, dlatego że suma jest zła.",
        "Zmieniam, żeby działało.",
        "Robimy to, aby zdążyć.",
        "Wstrzymano z powodu świąt.",
    ] {
        assert!(signs(text).has(Signs::REASON), "{text}");
    }
    for text in [
        "Since Monday it works.",
        "It has been so ever since we moved, ever since.",
        "The train is due to arrive at noon.",
        "As soon as the survey is in, we start.",
        "Proszę, żeby Pan zadzwonił.",
        "Chcę, aby to było gotowe.",
        "Coś nie działa.",
        "Merge branch x/because-of-y_1",
    ] {
        assert!(!signs(text).has(Signs::REASON), "{text}");
    }
}

#[test]
fn no_text_has_no_signs_and_any_other_has_one() {
    assert_eq!(signs(""), Signs::NONE);
    assert_eq!(signs(" \r\n\u{a0}"), Signs::NONE);
    assert_eq!(signs("👍"), Signs::HAS_TEXT);
    assert_eq!(signs("漢字"), Signs::HAS_TEXT);
}

/// Without an upper bound on the time for a byte, a hostile cell of a megabyte would stop a reading.
#[test]
fn odd_texts_take_no_more_time_than_others() {
    for piece in
        ["\u{201c}", "\"", "`", "\"a\"", "a/", "can i ", "?", ", ", "> ", "```\n", "(", "approve ", "czy moge "]
    {
        let small = Words::of(&piece.repeat(1_000)).text().len();
        let large = Words::of(&piece.repeat(20_000)).text().len();
        assert!(large <= 21 * small + 64, "{piece}");
        let _ = signs(&piece.repeat(20_000));
    }
}

#[test]
fn the_fingerprint_is_of_all_rules() {
    let mut all = String::new();
    english::CONSENT.write(&mut all);
    polish::REASON.write(&mut all);
    assert!(all.contains("sign ?off") && all.contains("poniewaz"));
    assert_eq!(fingerprint(), fingerprint());
}

proptest! {
    #[test]
    fn any_text_is_read(text in "(\\PC|[\\n\\r\\t\u{0}`>\"'~{}?.,;:!/@_*-]|ok to |approve|czy |mogę |because ){0,60}") {
        let found = signs(&text);
        prop_assert_eq!(found == Signs::NONE, text.trim().is_empty());
        prop_assert_eq!(Signs::of_flags(found.bits()), found);
        let words = Words::of(&text);
        prop_assert!(words.text().is_ascii());
        for (search, n) in [(&PUTS, 2), (&SAYS, SAID.len())] {
            for sign in 0..n {
                prop_assert_eq!(search.find(&words, 1 << sign) != 0, search.find_slowly(&words, sign));
            }
        }
    }

    #[test]
    fn case_and_diacritics_do_not_matter(text in "([A-Za-z ąćęłńóśźżĄĆĘŁŃÓŚŹŻ?.,]|Can I |merge|Proszę o |zgodę|żeby |since we ){0,40}") {
        let found = signs(&text);
        prop_assert_eq!(signs(&text.to_uppercase()), found);
        prop_assert_eq!(signs(&text.to_lowercase()), found);
        let plain: String = text.chars().map(|c| words::folded(c).map_or(c, char::from)).collect();
        prop_assert_eq!(signs(&plain), found);
    }

    #[test]
    fn what_is_quoted_adds_nothing(text in "[a-z ?\n]{0,40}", quoted in "[A-Za-z ?]{0,40}") {
        let with = format!("{text}\n\n> {quoted}\n> Can I go ahead?\n");
        let found = signs(&with);
        let own = signs(&text);
        prop_assert_eq!(found.has(Signs::ASKS_CONSENT), own.has(Signs::ASKS_CONSENT));
        prop_assert_eq!(found.has(Signs::ASKS), own.has(Signs::ASKS));
    }
}

#[test]
fn what_a_question_asks_for_is_told_apart() {
    let of = |text: &str| {
        let found = signs(text);
        (found.has(Signs::ASKS_WHY), found.has(Signs::ASKS_BOUND))
    };
    for text in ["Who is it for, and why now?", "What is the purpose of this?", "Po co to robimy?", "Dla kogo to jest?"]
    {
        assert_eq!(of(text), (true, false), "{text}");
    }
    for text in ["By when do you need it?", "How many quotes a day?", "Jaki jest budżet?", "Na kiedy to ma być?"] {
        assert_eq!(of(text), (false, true), "{text}");
    }
    for text in ["Which branch is it on?", "We know why.", "When it rains, it pours.", "Czy serwer już działa?", ""] {
        assert_eq!(of(text), (false, false), "{text}");
    }
    assert_eq!(of("Why, and by when?"), (true, true));
}
