//! The published rates of the rules on intent are those of texts that are not kept here: each is known by its place and hash.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sayso_model::signs::{Audit, Signs, intent_audit};
use sayso_sources::signs::signs;

const LABELS: &str = include_str!("intent.tsv");

const UNITS: [(char, Signs); 8] = [
    ('G', Signs::GOAL),
    ('M', Signs::METRIC),
    ('C', Signs::CONSTRAINT),
    ('U', Signs::CUSTOMER),
    ('N', Signs::NON_GOAL),
    ('R', Signs::REASON),
    ('L', Signs::LINK),
    ('T', Signs::TEMPLATE),
];

struct Row {
    source: &'static str,
    id: &'static str,
    hash: u64,
    units: &'static str,
}

fn rows() -> Vec<Row> {
    let mut lines = LABELS.lines();
    assert_eq!(lines.next(), Some("source\tid\thash\tunits"));
    lines
        .map(|line| {
            let [source, id, hash, units] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
            assert!(units == "-" || units.chars().all(|unit| UNITS.iter().any(|(known, _)| *known == unit)), "{line}");
            Row { source, id, hash: u64::from_str_radix(hash, 16).unwrap(), units }
        })
        .collect()
}

/// Which half a text is in: as in the samples of the rules on consent.
fn is_audit(hash: u64) -> bool {
    (hash >> 32) & 1 == 1
}

fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The texts of the rows, by source and id; `None` where the data is not here.
fn texts(rows: &[Row]) -> Option<HashMap<(&'static str, &'static str), String>> {
    let data = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    if !data.is_dir() {
        return None;
    }
    let mut texts = HashMap::new();
    let mut keep = |source: &str, id: &str, text: &str| {
        if let Some(row) = rows.iter().find(|row| row.source == source && row.id == id) {
            texts.insert((row.source, row.id), text.to_owned());
        }
    };
    for line in unpacked(&data.join("jira_titanium_AC_ALOY_MOD_DAEMON.jsonl.gz")).lines() {
        let issue: serde_json::Value = serde_json::from_str(line).unwrap();
        let key = issue["key"].as_str().unwrap();
        let fields = &issue["fields"];
        keep("jira", key, fields["description"].as_str().unwrap_or_default());
        for (n, comment) in fields["comment"]["comments"].as_array().into_iter().flatten().enumerate() {
            keep("jirac", &format!("{key}/{n}"), comment["body"].as_str().unwrap_or_default());
        }
    }
    let archive: serde_json::Value =
        serde_json::from_str(&unpacked(&data.join("ietf_ppm-dap_archive.json.gz"))).unwrap();
    for item in ["issues", "pulls"].iter().flat_map(|list| archive[*list].as_array().unwrap()) {
        keep("ietf", &format!("#{}", item["number"]), item["body"].as_str().unwrap_or_default());
    }
    for bundle in ["dpdk", "peps"] {
        let into = tempfile::tempdir().unwrap();
        git(into.path(), &["clone", "-q", "--mirror", data.join(format!("{bundle}.bundle")).to_str().unwrap(), "r"]);
        let repo = into.path().join("r");
        for row in rows.iter().filter(|row| row.source == bundle) {
            let body = git(&repo, &["log", "-1", "--format=%b%x01", row.id]);
            // One history has both kinds of line ends; the hashes are of the one.
            let body = body.replace("\r\n", "\n");
            keep(bundle, row.id, body.split('\u{1}').next().unwrap().trim_end_matches('\n'));
        }
    }
    Some(texts)
}

fn unpacked(path: &Path) -> String {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

fn git(at: &Path, args: &[&str]) -> String {
    let done = Command::new("git").current_dir(at).args(args).output().unwrap();
    assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

fn audit(rows: &[Row], found: &HashMap<(&str, &str), Signs>, audited: bool, (label, sign): (char, Signs)) -> Audit {
    let mut audit = Audit { with: 0, found: 0, without: 0, mistaken: 0 };
    for row in rows.iter().filter(|row| is_audit(row.hash) == audited) {
        let is_found = u32::from(found[&(row.source, row.id)].has(sign));
        if row.units.contains(label) {
            (audit.with, audit.found) = (audit.with + 1, audit.found + is_found);
        } else {
            (audit.without, audit.mistaken) = (audit.without + 1, audit.mistaken + is_found);
        }
    }
    audit
}

#[test]
fn the_sample_is_large_enough_and_holds_no_text() {
    let rows = rows();
    assert!(rows.len() >= 150, "{}", rows.len());
    assert!(rows.iter().filter(|row| is_audit(row.hash)).count() >= 70);
    assert!(LABELS.lines().all(|line| line.len() < 64), "an identifier, a hash and labels only");
}

#[test]
fn the_published_rates_are_those_of_the_texts() {
    let rows = rows();
    let Some(texts) = texts(&rows) else {
        println!("skipped: ../shared/data is not here");
        return;
    };
    let mut found = HashMap::new();
    for row in &rows {
        let text = &texts[&(row.source, row.id)];
        assert_eq!(hash(text), row.hash, "{} {} is another text now", row.source, row.id);
        found.insert((row.source, row.id), signs(text));
    }
    for unit in UNITS {
        println!(
            "{} tuning {:?} audit {:?}",
            unit.0,
            audit(&rows, &found, false, unit),
            audit(&rows, &found, true, unit)
        );
    }
    for unit in UNITS {
        assert_eq!(audit(&rows, &found, true, unit), intent_audit(unit.1).unwrap(), "{}", unit.0);
    }
}
