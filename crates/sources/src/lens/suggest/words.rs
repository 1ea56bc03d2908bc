//! Words of statuses and activities in English and Polish, and what part they usually name.

/// What a word usually names. Some of it is settled only by how the activity is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Reopen,
    Withdraw,
    /// Changes are wanted: it goes on.
    Object,
    /// A no, which may be the end or send back.
    Reject,
    /// Ended without what was asked for: duplicate, invalid.
    Void,
    /// Lies in a queue, or passes on.
    Hand,
    /// Somebody is waited for.
    Ask,
    /// It rests.
    Wait,
    /// The last word.
    Decide,
    /// Consent, or a check.
    Approve,
    /// Closed, done, finished: the answer, or what follows it.
    Close,
    /// Delivered, sent, paid: what follows an answer.
    Carry,
    Link,
    Advise,
    Raise,
    Work,
}

/// Beginnings of words, in the order in which they are looked for: the first that is found counts. A stem ends a word only
/// with `$`.
const STEMS: [(Word, &[&str]); 18] = [
    (Word::Reopen, &["reopen", "re open", "reactivat", "unresolve", "unanswer", "wznow", "ponownie", "przywroc"]),
    (Word::Hand, &["queue", "awaiting assign", "unassign", "kolejk", "nieprzypis"]),
    (
        Word::Ask,
        &[
            "for approval",
            "approval$",
            "to be approved",
            "to be accepted",
            "to be confirmed",
            "to approve",
            "waiting for",
            "awaiting",
            "pending",
            "review requested",
            "review request",
            "request review",
            "requested review",
            "in review",
            "for review",
            "needinfo",
            "need info",
            "needs info",
            "sign off requested",
            "asked",
            "do zatwierdzen",
            "do akcept",
            "do decyzji",
            "do przegladu",
            "oczekuj",
            "czeka na",
            "w akceptacji",
            "prosba",
            "zapytan",
        ],
    ),
    (
        Word::Object,
        &[
            "changes requested",
            "request changes",
            "requested changes",
            "needs changes",
            "need changes",
            "rework",
            "not approved",
            "unapprov",
            "sent back",
            "send back",
            "returned",
            "object",
            "do poprawy",
            "zwroc",
            "do uzupelnienia",
            "sprzeciw",
        ],
    ),
    (Word::Withdraw, &["withdr", "cancel", "abandon", "retract", "revok", "wycof", "anulow", "rezygn"]),
    (Word::Reject, &["reject", "declin", "denied", "deny", "refus", "odrzuc", "odmow", "odmaw"]),
    (
        Word::Void,
        &[
            "duplicat",
            "invalid",
            "wont ",
            "won t ",
            "not planned",
            "unmerged",
            "obsolet",
            "out of scope",
            "duplikat",
            "niewazn",
        ],
    ),
    (
        Word::Decide,
        &[
            "final approv",
            "finally approv",
            "resolv",
            "decid",
            "determin",
            "merged",
            "granted",
            "answered",
            "in call",
            "rozwiaz",
            "rozstrzyg",
            "zdecyd",
            "ostateczn",
        ],
    ),
    (Word::Wait, &["wait", "on hold", "hold$", "block", "suspend", "paus", "wstrzym", "zablok", "zawies", "czeka"]),
    (
        Word::Approve,
        &[
            "approv",
            "accepted",
            "accept$",
            "sign off",
            "signed off",
            "verif",
            "check",
            "validat",
            "confirmed",
            "lgtm",
            "zaakcept",
            "zatwierdz",
            "akceptacja",
            "sprawdz",
            "zweryfik",
            "potwierdz",
        ],
    ),
    (
        Word::Carry,
        &[
            "deploy",
            "releas",
            "ship",
            "deliver",
            "print",
            "send",
            "sent",
            "paid",
            "payment handled",
            "publish",
            "execut",
            "implemented",
            "wdroz",
            "wyslan",
            "wydan",
            "zaplac",
            "oplac",
            "zrealiz",
        ],
    ),
    (Word::Close, &["clos", "done", "finish", "completed", "zamkn", "zrobion", "zakoncz", "wykonan", "gotow"]),
    (Word::Link, &["link", "relat", "cross ref", "powiaz"]),
    (
        Word::Advise,
        &["comment", "advice", "advis", "opinion", "reviewed", "remark", "feedback", "komentar", "opini", "uwag"],
    ),
    (
        Word::Raise,
        &[
            "creat",
            "opened",
            "open$",
            "submit",
            "regist",
            "confirmation of receipt",
            "receiv",
            "raised",
            "zglos",
            "zlozon",
            "utworz",
            "zarejestr",
        ],
    ),
    (
        Word::Work,
        &[
            "in progress",
            "progress",
            "develop",
            "work",
            "edit",
            "updat",
            "chang",
            "save",
            "label",
            "field",
            "attach",
            "rank",
            "sprint",
            "rename",
            "estimat",
            "schedul",
            "draft",
            "w toku",
            "w trakcie",
            "edycj",
            "zmian",
            "zapis",
            "prac",
        ],
    ),
    (
        Word::Hand,
        &[
            "assign",
            "take in charge",
            "took",
            "taken",
            "transfer",
            "forward",
            "escalat",
            "handed",
            "hand over",
            "deleg",
            "accept",
            "przypis",
            "przekaz",
            "przej",
            "eskal",
        ],
    ),
    (Word::Work, &["adjust", "start", "insert", "prepar", "write", "analys", "analyz", "test", "przygot"]),
];

/// The transitions of a standard lifecycle, which say where a piece of work stands and not what it is.
const LIFECYCLE: [&str; 12] = [
    "schedule",
    "assign",
    "start",
    "suspend",
    "resume",
    "complete",
    "autoskip",
    "manualskip",
    "withdraw",
    "ate abort",
    "pi abort",
    "unknown",
];

/// What the words of an activity name, and the word that says so. Looked for first in the part behind the last `/`, which
/// says it most closely, then in the whole; a standard lifecycle behind the `/` is passed over.
pub(super) fn word(activity: &str) -> Option<(Word, &'static str)> {
    let (whole, last) = match activity.rsplit_once('/') {
        Some((before, last)) if LIFECYCLE.contains(&folded(last).trim()) => (before, None),
        Some((_, last)) => (activity, Some(last)),
        None => (activity, None),
    };
    last.and_then(|last| find(&folded(last))).or_else(|| find(&folded(whole)))
}

/// The transition of a standard lifecycle behind the last `/`, if there is one.
pub(super) fn lifecycle(activity: &str) -> Option<&'static str> {
    let last = folded(activity.rsplit_once('/')?.1);
    LIFECYCLE.into_iter().find(|known| *known == last.trim())
}

fn find(folded: &str) -> Option<(Word, &'static str)> {
    let is_in = |stem: &str| match stem.strip_suffix('$') {
        Some(word) => folded.contains(&format!(" {word} ")),
        None => folded.contains(&format!(" {stem}")),
    };
    STEMS.iter().find_map(|(word, stems)| stems.iter().find(|stem| is_in(stem)).map(|stem| (*word, *stem)))
}

/// In lower case, without Polish diacritics, words between single spaces and one space at either end.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 2);
    folded.push(' ');
    let mut was_lower = false;
    for c in text.chars() {
        // `InReview` and `in_review` are two words.
        if c.is_uppercase() && was_lower {
            folded.push(' ');
        }
        was_lower = c.is_lowercase();
        for c in c.to_lowercase() {
            let c = crate::identity::plain_letter(c);
            if c.is_alphanumeric() {
                folded.push(c);
            } else if c != '\'' && !folded.ends_with(' ') {
                folded.push(' ');
            }
        }
    }
    if !folded.ends_with(' ') {
        folded.push(' ');
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_both_languages() {
        for (activity, expected) in [
            ("Waiting for approval", Some(Word::Ask)),
            ("Do zatwierdzenia", Some(Word::Ask)),
            ("Oczekuje na decyzję", Some(Word::Ask)),
            ("InReview", Some(Word::Ask)),
            ("Approved", Some(Word::Approve)),
            ("Zatwierdzone", Some(Word::Approve)),
            ("not approved", Some(Word::Object)),
            ("Odrzucono", Some(Word::Reject)),
            ("Ponownie otwarte", Some(Word::Reopen)),
            ("RE-OPENED", Some(Word::Reopen)),
            ("Zamknięte", Some(Word::Close)),
            ("Rozwiązane", Some(Word::Decide)),
            ("Declaration FINAL_APPROVED by SUPERVISOR", Some(Word::Decide)),
            ("Queued/Awaiting Assignment", Some(Word::Hand)),
            ("Accepted/In Progress", Some(Word::Work)),
            ("Accepted/Wait - User", Some(Word::Wait)),
            ("Completed/Cancelled", Some(Word::Withdraw)),
            ("Won't Fix", Some(Word::Void)),
            ("Wonderful", None),
            ("W toku", Some(Word::Work)),
            ("Wstrzymane", Some(Word::Wait)),
            ("T04 Determine confirmation/complete", Some(Word::Decide)),
            ("xyzzy", None),
            ("", None),
        ] {
            assert_eq!(word(activity).map(|(word, _)| word), expected, "{activity}");
        }
    }

    #[test]
    fn a_lifecycle_is_no_word() {
        assert_eq!(lifecycle("W_Call/start"), Some("start"));
        assert_eq!(lifecycle("W_Call"), None);
        assert_eq!(lifecycle("Accepted/In Progress"), None);
        assert_eq!(word("xyzzy/complete"), None);
    }
}
