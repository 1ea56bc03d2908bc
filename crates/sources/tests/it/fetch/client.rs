//! The client: to whom the credential is shown, what is tried again, and what is said where nothing helps.

use sayso_sources::fetch::{Credential, FetchError, Request, Response, WireError, fetch};
use sayso_sources::tracker::Tracker;
use sayso_sources::tracker::raw::Raw;
use serde_json::json as value;

use super::fake::{Api, Fake, Fault, SECRET, json, plain, run, site};

/// Answers everything with an empty list; some addresses lead elsewhere.
struct Empty;

impl Api for Empty {
    fn answer(&mut self, request: &Request, _: jiff::Timestamp) -> Response {
        assert!(request.url.starts_with("https://git.example.org/"), "{}", request.url);
        if request.url.contains("/moved/") {
            return json(&value!([]));
        }
        json(&value!([]))
    }
}

fn the_site() -> sayso_sources::fetch::Site {
    site(Tracker::Github, "https://git.example.org", &["o/r"])
}

fn after(faults: &[(u64, Fault)]) -> (Result<sayso_sources::fetch::Outcome, FetchError>, Fake<Empty>) {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = Fake::new(Empty);
    fake.faults.extend(faults.iter().cloned());
    let result = run(&the_site(), folder.path(), &mut fake);
    if let Err(error) = &result {
        let shown = format!("{error} {error:?} {:?}", error.hint());
        assert!(!shown.contains(SECRET), "{shown}");
    }
    (result, fake)
}

fn location(status: u16, to: &str) -> Fault {
    Fault::With(status, vec![("Location", to.to_owned())], "")
}

#[test]
fn redirects_within_the_site_are_followed_and_others_refused() {
    let (result, fake) = after(&[(1, location(301, "/api/v3/moved/1")), (2, location(307, "moved/2"))]);
    result.unwrap();
    assert!(fake.log.iter().any(|line| line == "GET https://git.example.org/api/v3/moved/moved/2"), "{:?}", fake.log);
    for to in [
        "https://evil.example/api",
        "//evil.example/api",
        "http://git.example.org/api",
        "https://git.example.org:8443/",
    ] {
        let (result, fake) = after(&[(1, location(302, to))]);
        let error = result.unwrap_err();
        assert!(matches!(error, FetchError::Elsewhere { .. }), "{to}: {error}");
        assert_eq!(fake.sent, 1);
    }
    let circle: Vec<(u64, Fault)> = (1..20).map(|n| (n, location(302, "/api/v3/again"))).collect();
    let (result, fake) = after(&circle);
    assert!(matches!(result.unwrap_err(), FetchError::Circle { .. }));
    assert_eq!(fake.sent, 6);
}

#[test]
fn what_may_pass_is_tried_again_with_growing_pauses_and_not_for_ever() {
    for fault in [Fault::Status(500), Fault::Status(504), Fault::Lost(WireError::TimedOut), Fault::Torn] {
        let faults: Vec<(u64, Fault)> = (1..=4).map(|n| (n, fault.clone())).collect();
        let (result, fake) = after(&faults);
        result.unwrap();
        let pauses: Vec<u128> = fake.pauses.iter().map(std::time::Duration::as_millis).collect();
        assert_eq!(pauses, [750, 1500, 3000, 6000], "{fault:?}");
        let faults: Vec<(u64, Fault)> = (1..=99).map(|n| (n, fault.clone())).collect();
        let (result, fake) = after(&faults);
        assert!(result.is_err());
        assert_eq!(fake.sent, 6, "{fault:?}");
    }
    let (result, fake) = after(&[(1, Fault::Lost(WireError::Tls("self-signed".to_owned())))]);
    let error = result.unwrap_err();
    assert!(matches!(error, FetchError::Wire { .. }) && error.hint().is_some());
    assert_eq!(fake.sent, 1);
}

#[test]
fn a_site_that_wants_to_be_left_alone_for_a_day_is() {
    let (result, fake) = after(&[(1, Fault::With(429, vec![("Retry-After", "86400".to_owned())], ""))]);
    assert!(matches!(result.unwrap_err(), FetchError::Limit { seconds: 86400, .. }));
    assert!(fake.pauses.is_empty());
}

#[test]
fn a_page_to_log_in_is_no_answer() {
    let (result, _) = after(&[(1, Fault::With(200, vec![], "<!DOCTYPE html><html>Log in</html>"))]);
    let error = result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "read https://git.example.org/api/v3/repos/o/r/issues?state=all&sort=updated&direction=asc&per_page=100: the answer is \
         no JSON, it begins `<!DOCTYPE html><html>Log in</html>`"
    );
}

#[test]
fn whom_the_site_does_not_know_is_told_where_the_token_goes() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = Fake::new(Empty);
    let error = fetch(&the_site(), &Credential::none(), folder.path(), &(), &mut fake, &mut ()).unwrap_err();
    assert!(matches!(error, FetchError::Unknown { has_credential: false, .. }), "{error}");
    assert!(error.hint().unwrap().contains("TRACKER_TOKEN"));
    let (result, _) = after(&[(1, Fault::Status(401))]);
    assert!(result.unwrap_err().hint().unwrap().contains("expired"));
}

#[test]
fn a_credential_does_not_go_over_an_open_line() {
    let folder = tempfile::tempdir().unwrap();
    let open = site(Tracker::Github, "http://git.example.org", &["o/r"]);
    let mut fake = Fake::new(Empty);
    let error = run(&open, folder.path(), &mut fake).unwrap_err();
    assert!(matches!(error, FetchError::Open { .. }));
    assert_eq!(fake.sent, 0);
}

#[test]
fn scopes_that_are_none_are_refused_before_anything_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    for (tracker, scope) in
        [(Tracker::Github, vec![]), (Tracker::Github, vec!["o"]), (Tracker::Gitlab, vec![]), (Tracker::Mail, vec![])]
    {
        let mut fake = Fake::new(Empty);
        assert!(run(&site(tracker, "https://git.example.org", &scope), folder.path(), &mut fake).is_err());
        assert_eq!(fake.sent, 0);
    }
    assert!(!Raw::is(folder.path()));
    let _ = plain(200, "");
}
