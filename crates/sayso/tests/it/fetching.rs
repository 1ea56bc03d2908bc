//! Reading from living trackers: local servers that page, limit, change, fail and lie, and readings that are killed at any moment.

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::office::{Said, TestOffice};

#[path = "fetching/azure.rs"]
mod azure;
#[path = "fetching/bugzilla.rs"]
mod bugzilla;
#[path = "fetching/desk.rs"]
mod desk;
#[path = "fetching/gerrit.rs"]
mod gerrit;
#[path = "fetching/github.rs"]
mod github;
#[path = "fetching/gitlab.rs"]
mod gitlab;
#[path = "fetching/jira.rs"]
mod jira;
#[path = "fetching/redmine.rs"]
mod redmine;

use desk::{Answer, Desk, ITEMS, Server, TOKEN};

const KILLS: u64 = 50;

/// A tracker as the file of an office names it, and how it answers.
struct Kind {
    name: &'static str,
    answer: Answer,
    scope: &'static str,
    folder: &'static str,
    /// Items that it holds, and requests after which a reading is killed at the latest.
    items: u64,
    stride: u64,
}

const REDMINE: Kind = kind("redmine", redmine::answer, "");
const JIRA: Kind = kind("jira", jira::answer, "P");
const GITHUB: Kind = kind("github", github::answer, "o/r");
const GITLAB: Kind = kind("gitlab", gitlab::answer, "g/p");
const AZURE: Kind = Kind { folder: "/org", ..kind("azure", azure::answer, "p") };
// Changes come with all that belongs to them, so that only many of them take many requests.
const GERRIT: Kind = Kind { items: 80, stride: 3, ..kind("gerrit", gerrit::answer, "") };
const BUGZILLA: Kind = kind("bugzilla", bugzilla::answer, "");

const fn kind(name: &'static str, answer: Answer, scope: &'static str) -> Kind {
    Kind { name, answer, scope, folder: "", items: ITEMS, stride: 12 }
}

impl Kind {
    fn serve(&self) -> Server {
        let desk = if self.name == "azure" { azure::desk() } else { Desk::new(self.items) };
        Server::start(self.answer, desk)
    }

    /// An office whose only source is a server.
    fn office(&self, server: &Server) -> TestOffice {
        let office = TestOffice::new();
        let scope = if self.scope.is_empty() { String::new() } else { format!("scope = [\"{}\"]\n", self.scope) };
        let file = format!(
            "[[source]]\nname = \"desk\"\nkind = \"{}\"\nurl = \"http://{}{}\"\n{scope}\n\
             [privacy]\nnames = true\nbecause = \"made-up people\"\n",
            self.name, server.address, self.folder
        );
        office.write("sayso.toml", file);
        office
    }
}

fn read(office: &TestOffice, args: &[&str]) -> Said {
    let output = office.command(args).env("SAYSO_DESK_TOKEN", TOKEN).output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[track_caller]
fn must_read(office: &TestOffice) -> String {
    let said = read(office, &["read"]);
    assert_eq!(said.code, 0, "{}\n{}", said.out, said.err);
    said.out
}

fn events(office: &TestOffice) -> Value {
    let sql = "SELECT item, at, actor, activity, act, attributes FROM events ORDER BY item, at, activity, attributes";
    office.json(&["query", sql, "--format", "json"])
}

/// How readings ended that were to be killed.
#[derive(Debug, Default)]
struct Hunt {
    kills: u64,
    /// Killed between two requests, or in the middle of one.
    in_fetch: u64,
    whole: u64,
}

/// Kills readings: after some of their requests, or when they have asked nothing for a while and bring the record up to date.
fn hunt(office: &TestOffice, server: &Server, stride: u64) -> Hunt {
    let (mut hunt, mut dice) = (Hunt::default(), 0x9e37_79b9_7f4a_7c15_u64);
    while hunt.kills < KILLS {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let begun = server.asked.load(Ordering::SeqCst);
        let mut command = office.command(&["read"]);
        let command = command.env("SAYSO_DESK_TOKEN", TOKEN).stdout(Stdio::null()).stderr(Stdio::null());
        let mut running = command.spawn().unwrap();
        let (after, patience) = (1 + (dice >> 32) % stride, 30 + (dice >> 33 & 0x5ff));
        let (mut asked, mut quiet) = (begun, 0);
        while asked < begun + after && quiet < patience && running.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
            let now = server.asked.load(Ordering::SeqCst);
            // Before its first request it only begins.
            quiet = if now == asked && now > begun { quiet + 1 } else { 0 };
            asked = now;
        }
        std::thread::sleep(Duration::from_micros(dice >> 50 & 0x1fff));
        match running.try_wait().unwrap() {
            Some(_) => {
                hunt.whole += 1;
                server.touch(dice >> 40);
            }
            None => {
                running.kill().unwrap();
                hunt.kills += 1;
                hunt.in_fetch += u64::from(asked >= begun + after);
            }
        }
        running.wait().unwrap();
        assert!(hunt.whole < 40, "it was hardly ever killed");
    }
    hunt
}

/// Killed at random moments, often, while things change, lines break and the site fails and limits; at last the record is
/// that of one clean read.
fn survives(kind: &Kind) {
    let server = kind.serve();
    let hunted = kind.office(&server);
    server.desk.lock().unwrap().is_busy = true;
    let hunt = hunt(&hunted, &server, kind.stride);
    println!("{}: {hunt:?}, {} requests", kind.name, server.asked.load(Ordering::SeqCst));
    assert!(hunt.in_fetch >= KILLS / 5, "it was hardly ever killed while it fetched: {hunt:?}");
    {
        let mut desk = server.desk.lock().unwrap();
        (desk.is_busy, desk.limits_left) = (false, 1);
    }
    let out = must_read(&hunted);
    assert!(!out.contains("LACKS"), "{out}");
    let clean = kind.office(&server);
    must_read(&clean);
    let (found, expected) = (events(&hunted), events(&clean));
    let least = ITEMS
        + server
            .desk
            .lock()
            .unwrap()
            .items
            .iter()
            .take(ITEMS as usize)
            .map(|item| item.history.len() as u64)
            .sum::<u64>();
    assert!(expected.as_array().unwrap().len() as u64 >= least, "{} of {least}", expected.as_array().unwrap().len());
    assert_eq!(found, expected);
    // Reading once more changes nothing.
    must_read(&hunted);
    assert_eq!(events(&hunted), expected);
    for office in [&hunted, &clean] {
        no_token(office.path());
    }
}

fn no_token(folder: &std::path::Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            no_token(&path);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()), "{}", path.display());
        }
    }
}

#[test]
fn a_redmine_read_that_is_killed_fifty_times_is_one_clean_read() {
    survives(&REDMINE);
}

#[test]
fn a_jira_read_that_is_killed_fifty_times_is_one_clean_read() {
    survives(&JIRA);
}

#[test]
fn a_github_read_that_is_killed_fifty_times_is_one_clean_read() {
    survives(&GITHUB);
}

#[test]
fn a_gitlab_read_that_is_killed_fifty_times_is_one_clean_read() {
    survives(&GITLAB);
}

#[test]
fn an_azure_read_that_is_killed_fifty_times_is_one_clean_read() {
    survives(&AZURE);
}

#[test]
fn a_gerrit_read_that_is_killed_fifty_times_is_one_clean_read() {
    survives(&GERRIT);
}

#[test]
fn a_bugzilla_read_that_is_killed_fifty_times_is_one_clean_read() {
    survives(&BUGZILLA);
}

/// Gerrit and Bugzilla state no totals, and are asked until nothing comes.
#[test]
fn a_site_that_lies_about_totals_is_reported() {
    for (kind, lie, says) in [
        (&REDMINE, 3, format!("{ITEMS} of {}", ITEMS + 3)),
        (&JIRA, 3, format!("{ITEMS} of {}", ITEMS + 3)),
        (&GITHUB, 1, "comments".to_owned()),
        (&GITLAB, 1, "comments".to_owned()),
        (&AZURE, 1, "votes".to_owned()),
    ] {
        let server = kind.serve();
        server.desk.lock().unwrap().lie = lie;
        let office = kind.office(&server);
        let out = must_read(&office);
        let lacks: String = out.lines().filter(|line| line.contains("LACKS")).collect();
        assert!(lacks.contains(&says), "{}: {out}", kind.name);
        let doctor = office.run(&["doctor"]);
        assert_eq!(doctor.code, 1, "{}", doctor.out);
        let report = office.ok(&["diagnose"]);
        for text in [&doctor.out, &report] {
            assert!(text.contains(says.rsplit(' ').next().unwrap()), "{}: {text}", kind.name);
        }
    }
    let server = GERRIT.serve();
    server.desk.lock().unwrap().lie = 1;
    let out = must_read(&GERRIT.office(&server));
    assert!(!out.contains("LACKS"), "{out}");
}

#[test]
fn a_dry_run_writes_nothing_and_a_missing_token_is_asked_for() {
    let server = REDMINE.serve();
    let office = REDMINE.office(&server);
    let said = read(&office, &["read", "--dry-run"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("23 items") && said.out.contains("requests"), "{}", said.out);
    assert!(!office.path().join(".sayso/raw").exists());
    let said = office.run(&["read"]);
    assert_eq!(said.code, 3, "{}", said.out);
    assert!(said.out.contains("SAYSO_DESK_TOKEN"), "{}", said.out);
    let new = REDMINE.office(&server);
    let said = new.run(&["read", "--offline"]);
    assert_eq!((said.code, said.out.contains("nothing was fetched yet")), (3, true), "{}", said.out);
}

#[test]
#[cfg(unix)]
fn a_token_file_that_others_may_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;

    let server = REDMINE.serve();
    let office = REDMINE.office(&server);
    let file = std::fs::read_to_string(office.path().join("sayso.toml")).unwrap();
    office.write("sayso.toml", file.replace("kind =", "token_file = \"token\"\nkind ="));
    let token = office.write("token", format!("{TOKEN}\n"));
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = office.run(&["read"]);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("chmod 600"), "{}", said.err);
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(office.run(&["read"]).code, 0);
}

/// An office that says where its token is, instead of having it in the environment.
#[cfg(unix)]
fn with_token_at(server: &Server, place: &str) -> TestOffice {
    let office = REDMINE.office(server);
    let file = std::fs::read_to_string(office.path().join("sayso.toml")).unwrap();
    office.write("sayso.toml", file.replace("kind =", &format!("{place}\nkind =")));
    office
}

/// A script that can be run by its name.
#[cfg(unix)]
fn script(office: &TestOffice, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;

    let path = office.write(name, format!("#!/bin/sh\n{text}\n"));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
#[cfg(unix)]
fn a_token_that_a_program_says_opens_the_site_and_is_written_nowhere() {
    let server = REDMINE.serve();
    let office = with_token_at(&server, "token_command = [\"./teller\", \"desk\"]");
    script(&office, "teller", &format!("[ \"$1\" = desk ] && echo {TOKEN} && echo {TOKEN} >&2"));
    let said = office.run(&["read"]);
    assert_eq!(said.code, 0, "{}\n{}", said.out, said.err);
    assert!(!said.out.contains(TOKEN) && !said.err.contains(TOKEN));
    no_token(&office.path().join(".sayso"));
    // The environment comes first: the program is not asked.
    std::fs::remove_file(office.path().join("teller")).unwrap();
    must_read(&office);

    for (text, says) in [
        (
            format!("echo {TOKEN}; echo the ring is locked, {TOKEN} >&2; exit 4"),
            "`./teller` ended with 4: the ring is locked, ...",
        ),
        ("echo nothing there >&2".to_owned(), "said no token: nothing there"),
    ] {
        script(&office, "teller", &text);
        let said = office.run(&["read"]);
        assert_eq!(said.code, 2, "{}", said.out);
        assert!(said.err.contains(says) && !said.err.contains(TOKEN), "{}", said.err);
    }
    std::fs::remove_file(office.path().join("teller")).unwrap();
    let said = office.run(&["read"]);
    assert!(said.code == 2 && said.err.contains("is not there"), "{}", said.err);
    no_token(&office.path().join(".sayso"));
}

#[test]
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn a_token_comes_from_the_keyring_of_the_machine() {
    let server = REDMINE.serve();
    let office = with_token_at(&server, "token_keyring = \"sayso/desk\"");
    let (tool, asked) = match std::env::consts::OS {
        "macos" => ("security", "find-generic-password -s sayso -a desk -w"),
        _ => ("secret-tool", "lookup service sayso account desk"),
    };
    script(&office, &format!("tools/{tool}"), &format!("[ \"$*\" = \"{asked}\" ] && echo {TOKEN}"));
    let with_path = |path: &str| office.command(&["read"]).env("PATH", office.path().join(path)).output().unwrap();
    let output = with_path("tools");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    no_token(&office.path().join(".sayso"));
    let output = with_path("empty");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains(tool) && said.contains("hint"), "{said}");
}

#[test]
fn an_office_says_in_one_way_where_its_token_is() {
    let server = REDMINE.serve();
    for (place, says) in [
        ("token_file = \"t\"\ntoken_keyring = \"a/b\"", "more than one way"),
        ("token_command = []", "names no program"),
        ("token_keyring = \"sayso\"", "SERVICE/ACCOUNT"),
    ] {
        let office = REDMINE.office(&server);
        let file = std::fs::read_to_string(office.path().join("sayso.toml")).unwrap();
        office.write("sayso.toml", file.replace("kind =", &format!("{place}\nkind =")));
        let said = office.run(&["read"]);
        assert!(said.code == 2 && said.err.contains(says), "{place}: {}", said.err);
    }
}

/// Whether the two sites that wait for each other were asked.
static MET: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];

fn meet(at: usize) {
    MET[at].store(true, Ordering::SeqCst);
    for _ in 0..2000 {
        if MET[1 - at].load(Ordering::SeqCst) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("nobody asked the other site while this one was busy");
}

fn waiting_for_jira(desk: &Desk, asked: &desk::Asked<'_>) -> Option<desk::Given> {
    meet(0);
    redmine::answer(desk, asked)
}

fn waiting_for_redmine(desk: &Desk, asked: &desk::Asked<'_>) -> Option<desk::Given> {
    meet(1);
    jira::answer(desk, asked)
}

#[test]
fn sites_are_fetched_side_by_side_and_one_site_is_never_asked_two_things_at_once() {
    let one = Server::start(waiting_for_jira, Desk::new(ITEMS));
    let other = Server::start(waiting_for_redmine, Desk::new(ITEMS));
    let office = TestOffice::new();
    let source = |name: &str, kind: &str, server: &Server| {
        format!(
            "[[source]]\nname = \"{name}\"\nkind = \"{kind}\"\nurl = \"http://{}\"\ntoken_variable = \"SAYSO_DESK_TOKEN\"\n\n",
            server.address
        )
    };
    let file =
        [source("desk", "redmine", &one), source("board", "jira", &other), source("desk again", "redmine", &one)];
    office.write("sayso.toml", file.concat());
    let out = must_read(&office);
    let places: Vec<usize> = ["desk at", "board at", "desk again at"].map(|name| out.find(name).unwrap()).to_vec();
    assert!(places.is_sorted(), "{out}");
    assert_eq!((one.most.load(Ordering::SeqCst), other.most.load(Ordering::SeqCst)), (1, 1));
    let items = office.json(&["query", "SELECT count(DISTINCT item) AS n FROM events", "--format", "json"]);
    // Two sources that hold the same issues hold two of each.
    assert!(items[0]["n"].as_u64().unwrap() >= 2 * ITEMS, "{items}");
}

#[test]
fn by_graphql_github_tells_the_same_with_fewer_requests() {
    let mut asked = Vec::new();
    let [with, without] = ["", "graphql = false\n"].map(|setting| {
        let server = GITHUB.serve();
        let office = GITHUB.office(&server);
        let file = std::fs::read_to_string(office.path().join("sayso.toml")).unwrap();
        office.write("sayso.toml", file.replace("[privacy]", &format!("{setting}[privacy]")));
        must_read(&office);
        asked.push(server.asked.load(Ordering::SeqCst));
        events(&office)
    });
    assert_eq!(with, without);
    assert!(asked[0] + 20 < asked[1], "{asked:?}");
}

#[test]
fn the_say_on_github_is_what_codeowners_declared_unless_the_office_has_a_charter() {
    let server = GITHUB.serve();
    let office = GITHUB.office(&server);
    must_read(&office);
    let said = office.ok(&["who", "o/r"]);
    // The newest version names a person and a team, whose members are known.
    for who in ["person:u0", "team:o/core", "person:u1", "o/r .github/CODEOWNERS"] {
        assert!(said.contains(who), "{who}: {said}");
    }
    assert!(!said.contains("person:u2") && said.contains("the remit"), "{said}");
    let doctor = office.ok(&["doctor"]);
    assert!(doctor.contains("CODEOWNERS: 2 versions read, 0 lines or versions set aside\n"), "{doctor}");
    office.write("charter.toml", "[[remit]]\nmatter = \"merge\"\narea = \"*\"\ndecides = [\"person:u2\"]\n");
    let said = office.ok(&["who", "o/r"]);
    assert!(said.contains("person:u2") && !said.contains("team:o/core"), "{said}");
}

/// What of it cannot be used declares nothing, and no other place tells why.
#[test]
fn the_doctor_says_what_codeowners_could_not_declare() {
    let server = GITHUB.serve();
    server.desk.lock().unwrap().hides_teams = true;
    let office = GITHUB.office(&server);
    let _ = read(&office, &["read"]);
    let doctor = office.run(&["doctor"]);
    assert!(doctor.out.contains("CODEOWNERS: 2 versions read, 1 lines or versions set aside:"), "{doctor:?}");
    assert!(doctor.out.contains("the members of o/core are not known"), "{doctor:?}");
    // The office's own charter is what counts then, and of that nothing is set aside.
    office.write("charter.toml", "[[remit]]\nmatter = \"merge\"\narea = \"*\"\ndecides = [\"person:u2\"]\n");
    let doctor = office.run(&["doctor"]);
    assert!(!doctor.out.contains("CODEOWNERS"), "{doctor:?}");
    assert!(doctor.out.contains("charter.toml: 1 versions read, 0 lines"), "{doctor:?}");
}

/// Every byte of what was derived, unpacked where it is packed; Parquet is looked at through SQL.
fn kept_bytes(folder: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push_str(&kept_bytes(&path));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let mut plain = Vec::new();
        if flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain).is_err() {
            plain = bytes;
        }
        all.push_str(&String::from_utf8_lossy(&plain));
    }
    all
}

#[test]
fn who_is_forgotten_is_gone_from_the_pages_of_every_tracker_and_does_not_come_back() {
    const TOLD: &str = "SELECT actor AS word FROM events UNION SELECT \"to\" FROM events UNION SELECT person FROM people \
                        UNION SELECT array_to_string(attributes, ' ') FROM events UNION SELECT detail FROM skipped";
    for kind in [REDMINE, JIRA, GITHUB, GITLAB, AZURE, GERRIT, BUGZILLA] {
        let server = kind.serve();
        let office = kind.office(&server);
        must_read(&office);
        let told = || office.ok(&["query", TOLD, "--format", "json"]);
        // Whoever the record knows by a number is `Somebody 1` in the pages.
        let actor = "SELECT actor FROM events WHERE actor LIKE '%1' OR actor LIKE 'u1@%' OR actor = '5' LIMIT 1";
        let actor = office.json(&["query", actor, "--format", "json"])[0]["actor"].as_str().unwrap().to_owned();
        let names = [format!("\"{actor}\""), "Somebody 1".to_owned(), "somebody1@".to_owned(), "\"u1\"".to_owned()];
        let found = |text: &str| names.iter().filter(|name| text.contains(name.as_str())).cloned().collect::<Vec<_>>();
        let derived = office.path().join(".sayso");
        assert!(!found(&kept_bytes(&derived)).is_empty(), "{}: the search must be able to find {actor}", kind.name);
        let events = office.json(&["query", "SELECT count(*) AS n FROM events", "--format", "json"])[0]["n"].clone();

        let said = office.ok(&["forget", &actor]);
        assert!(said.contains("pages that were fetched"), "{said}");
        assert_eq!(found(&kept_bytes(&derived)), [""; 0], "{}", kind.name);
        assert_eq!(found(&told()), [""; 0], "{}", kind.name);

        // What lies there is read anew, and known again when it is fetched once more.
        let said = must_read(&office);
        assert!(kind.name != "github" || said.contains("0 pages kept"), "{said}");
        // What is fetched later.
        for dice in 0..9 {
            server.touch(dice);
        }
        must_read(&office);
        assert_eq!(found(&kept_bytes(&derived)), [""; 0], "{}: it came back", kind.name);
        assert_eq!(found(&told()), [""; 0], "{}: it came back", kind.name);
        let after = office.json(&["query", "SELECT count(*) AS n FROM events", "--format", "json"])[0]["n"].clone();
        assert!(after.as_u64() >= events.as_u64(), "{}: {events} events became {after}", kind.name);
    }
}
