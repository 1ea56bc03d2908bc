//! The same answers on a cluster: one scheduler and two executors as processes of their own, also when one is killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::office::{Said, TestOffice};

const TOKEN: &str = "a token that only this test has";

/// A part of a cluster; it ends with the test.
struct Part {
    child: Child,
    at: String,
}

impl Part {
    /// Starts a part and waits until it says where it listens.
    fn start(office: &TestOffice, args: &[&str]) -> Part {
        let mut command = office.command(args);
        command.env("SAYSO_CLUSTER_TOKEN", TOKEN).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap_or_else(|| panic!("`sayso {}` said nothing", args.join(" "))).unwrap();
        let at = line.rsplit(' ').next().unwrap().to_owned();
        Part { child, at }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A scheduler and two executors, with the options that all of them take.
fn cluster(office: &TestOffice, options: &[&str], certificates: &[&str]) -> (Part, Vec<Part>) {
    let scheduler = [&["cluster", "scheduler", "--listen", "127.0.0.1:0", "--silence", "3"], options, certificates];
    let scheduler = Part::start(office, &scheduler.concat());
    let executors = (0..2).map(|_| executor(office, &scheduler, options, certificates)).collect();
    (scheduler, executors)
}

fn executor(office: &TestOffice, scheduler: &Part, options: &[&str], certificates: &[&str]) -> Part {
    let args = [&["cluster", "executor", "--threads", "1", "--scheduler", &scheduler.at], options, certificates];
    Part::start(office, &args.concat())
}

fn run_with_token(office: &TestOffice, token: Option<&str>, args: &[&str]) -> Said {
    let mut command = office.command(args);
    command.env_remove("SAYSO_CLUSTER_TOKEN");
    if let Some(token) = token {
        command.env("SAYSO_CLUSTER_TOKEN", token);
    }
    finished(&mut command)
}

fn finished(command: &mut Command) -> Said {
    let ran = command.output().unwrap();
    Said {
        code: ran.status.code().unwrap_or(-1),
        out: String::from_utf8(ran.stdout).unwrap(),
        err: String::from_utf8(ran.stderr).unwrap(),
    }
}

#[test]
fn a_cluster_gives_the_answers_of_one_machine_and_lets_nobody_else_in() {
    let office = TestOffice::new();
    office.ok(&["example", "insurer", "firm"]);
    office.ok(&["read", "--office", "firm"]);
    let (scheduler, _executors) = cluster(&office, &[], &[]);
    let url = format!("http://{}", scheduler.at);

    // Sums of fractions are rounded: the order in which many threads add them up shows in their last digits.
    let queries = [
        "select matter, count(*) n, sum(n_handovers) h, round(avg(latency_working_h), 6) w from decisions group by matter order by 1",
        "select decision, item, asker, decider, verdict, latency_calendar_h from decisions order by decision limit 50",
        "select holder_kind, role, count(*), round(sum(held_working_h), 6) from hops group by 1, 2 order by 1, 2",
        "select actor, activity, count(*) from events group by 1, 2 order by 3 desc, 1, 2 limit 20",
        "select d.matter, count(*) from decisions d join hops h on d.decision = h.decision group by 1 order by 1",
        "select p.site, count(*) from events e join people p on e.actor = p.person group by 1 order by 1",
        "select count(*) from decisions where in_remit is null",
        "select attr(attributes, 'priority') p, count(*) from events group by 1 order by 1",
        "select activity, next_activity, count(*) n, round(sum(waited_working_h), 6) h from arcs group by 1, 2 order by 1, 2",
        "select count(*) filter (where crosses) c, count(*) filter (where team_returns) r from arcs",
        "select count(*) from skipped",
        "select table_name from information_schema.tables order by 1",
    ];
    let mut asked: Vec<Vec<&str>> = vec![
        vec!["diagnose", "firm", "--format", "json"],
        vec!["diagnose", "firm", "--format", "json", "--as-of", "2025-05-01"],
        vec!["path", "CLM-100", "--office", "firm"],
        vec!["who", "pricing", "--office", "firm"],
        vec!["doctor", "--office", "firm"],
    ];
    asked.extend(queries.iter().map(|sql| vec!["query", sql, "--office", "firm", "--format", "csv"]));
    for args in asked {
        let here = office.run(&args);
        let there = run_with_token(&office, Some(TOKEN), &[&args[..], &["--cluster", &url]].concat());
        assert_eq!(there.code, here.code, "`sayso {}` on the cluster: {}", args.join(" "), there.err);
        assert_eq!(there.out, here.out, "`sayso {}` differs on the cluster", args.join(" "));
        assert!(here.code == 0 && !here.out.is_empty(), "`sayso {}` says {}", args.join(" "), here.err);
    }

    // How it is computed, here and there.
    let sql = queries[0];
    let here = office.ok(&["query", sql, "--explain", "--office", "firm"]);
    assert!(here.contains("FoldExec") && !here.contains("stage 1"), "{here}");
    let args = ["query", sql, "--explain", "--office", "firm", "--cluster", &url];
    let there = run_with_token(&office, Some(TOKEN), &args).out;
    assert!(there.contains("stage 1") && there.contains("stage 2") && there.contains("FoldExec"), "{there}");
    assert!(there.contains("ShuffleWriterExec"), "{there}");

    // Strangers.
    let count = ["query", "select count(*) from decisions", "--office", "firm", "--cluster", &url];
    let wrong = run_with_token(&office, Some("a token of another cluster"), &count);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    assert!(wrong.err.contains("token") && wrong.err.contains("hint:"), "{}", wrong.err);
    let none = run_with_token(&office, None, &count);
    assert!(none.code == 2 && none.err.contains("SAYSO_CLUSTER_TOKEN"), "{}", none.err);
    let args = ["cluster", "executor", "--scheduler", &url, "--listen", "0.0.0.0:0"];
    let open = run_with_token(&office, Some(TOKEN), &args);
    assert!(open.code == 2 && open.err.contains("--certificate"), "{}", open.err);
    drop(scheduler);
    let gone = run_with_token(&office, Some(TOKEN), &count);
    assert!(gone.code == 2 && gone.err.contains("cannot be reached"), "{}", gone.err);
}

#[test]
fn an_executor_that_is_killed_in_the_middle_changes_no_answer() {
    let office = TestOffice::new();
    let mut events = Vec::from("item,at,actor,activity,act,to,matter,area\n");
    for item in 0..40_000_u32 {
        let day = 1 + item % 28;
        let who = |n: u32| format!("person {}", (item * 7 + n * 13) % 900);
        writeln!(events, "I-{item},2025-03-{day:02}T09:00:00Z,{},raise,raised,,scope,a{}", who(0), item % 9).unwrap();
        for step in 1..=item % 6 {
            let at = format!("2025-03-{day:02}T{:02}:{:02}:00Z", 9 + step, item % 60);
            writeln!(events, "I-{item},{at},{},hand,handed,{},,", who(step - 1), who(step)).unwrap();
        }
        writeln!(events, "I-{item},2025-03-{day:02}T18:00:00Z,{},decide,decided,,,", who(item % 6)).unwrap();
    }
    office.write("firm/events.csv", events);
    office.write("firm/sayso.toml", "[[source]]\nname = \"log\"\nkind = \"events\"\npath = \"events.csv\"\n");
    let sql = "select h.holder, count(*) n, round(sum(h.held_calendar_h), 6) t, count(distinct d.matter) m \
               from hops h join decisions d on h.decision = d.decision group by 1 order by 2 desc, 1 limit 25";
    let args = ["query", sql, "--office", "firm", "--format", "csv"];
    let here = office.ok(&args);
    assert!(here.lines().count() == 26, "{here}");

    let (scheduler, mut executors) = cluster(&office, &[], &[]);
    let url = format!("http://{}", scheduler.at);
    let args = [&args[..], &["--cluster", &url]].concat();
    for wait_ms in [150, 600, 1_500] {
        let mut asked = office.command(&args);
        let asked = asked.env("SAYSO_CLUSTER_TOKEN", TOKEN).stdout(Stdio::piped()).stderr(Stdio::piped());
        let asked = asked.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait_ms));
        drop(executors.remove(0));
        let there = asked.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&there.stderr);
        assert!(there.status.success(), "killed after {wait_ms} ms: {said}");
        assert_eq!(String::from_utf8_lossy(&there.stdout), here, "killed after {wait_ms} ms");
        executors.push(executor(&office, &scheduler, &[], &[]));
    }
}

#[test]
fn with_certificates_everything_is_encrypted_and_nothing_else_is_let_in() {
    let office = TestOffice::new();
    office.ok(&["example", "insurer", "firm"]);
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    office.write("authority.pem", params.self_signed(&authority_key).unwrap().pem());
    let authority = Issuer::new(params, authority_key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    office.write("certificate.pem", params.signed_by(&key, &authority).unwrap().pem());
    office.write("key.pem", key.serialize_pem());
    let believed = ["--cluster-authority", "authority.pem"];
    let shown = ["--certificate", "certificate.pem", "--key", "key.pem"];
    let (scheduler, _executors) = cluster(&office, &believed, &shown);

    let sql = "select matter, count(*) n from decisions group by matter order by 1";
    let args = ["query", sql, "--office", "firm", "--format", "csv"];
    let here = office.ok(&args);
    let secure = format!("https://{}", scheduler.at);
    let there = run_with_token(&office, Some(TOKEN), &[&args[..], &believed, &["--cluster", &secure]].concat());
    assert_eq!((there.code, there.out), (0, here), "{}", there.err);
    let plain = format!("http://{}", scheduler.at);
    let open = run_with_token(&office, Some(TOKEN), &[&args[..], &["--cluster", &plain]].concat());
    assert_eq!(open.code, 2, "a caller that does not encrypt is not let in: {}", open.err);
}
