//! GitHub: DevLake's raw tables, the vendor's webhook examples, Perceval's pages and the archive of an IETF group.

use std::io::Read;

use sayso_sources::tracker::github::GitHub;
use serde_json::Value;

use super::*;

#[test]
fn the_tables_of_devlake() {
    let Some(folder) = data("recorded/devlake/backend/plugins/github/e2e/raw_tables") else { return };
    let mut parser = GitHub::new();
    let mut told = Told::default();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with("_raw_"));
    paths.sort();
    for path in paths {
        let before = (told.facts.len(), told.aside.len());
        let n = feed(&mut parser, &path, &mut told);
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        println!("{name}: {n} rows, {} facts, {} set aside", told.facts.len() - before.0, told.aside.len() - before.1);
    }
    let n = told.facts.len();
    parser.finish(&mut told);
    println!("finish: {} facts", told.facts.len() - n);
    println!("{:#?}\n{:#?}\n{} accounts", told.activities(), told.reasons(), told.accounts.len());
    let lacking = told.claims.iter().filter(|claim| claim.received < claim.stated).count();
    println!("{} claims, {lacking} of them not met", told.claims.len());
}

#[test]
fn the_webhooks_of_the_vendor() {
    let Some(path) = data("recorded/octokit/webhooks-examples/index.json") else { return };
    let all: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut n = 0;
    for hook in all.as_array().unwrap() {
        let name = hook["name"].as_str().unwrap();
        for example in hook["examples"].as_array().unwrap() {
            n += 1;
            let mut parser = GitHub::new();
            let mut told = Told::default();
            let body = serde_json::to_vec(example).unwrap();
            parser.page(&page(name, "delivery", &body), &mut told);
            parser.finish(&mut told);
            let action = example["action"].as_str().unwrap_or("");
            let activities: Vec<&str> = told.facts.iter().map(|fact| fact.activity.as_str()).collect();
            println!(
                "{name}/{action}: {activities:?} {:?}",
                told.aside.iter().map(|(_, _, detail)| detail).collect::<Vec<_>>()
            );
        }
    }
    println!("{n}");
}

#[test]
fn the_archive_of_a_standards_group() {
    let Some(path) = data("ietf_ppm-dap_archive.json.gz") else { return };
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut body).unwrap();
    let mut parser = GitHub::new();
    let mut told = Told::default();
    parser.page(&page("", "archive.json", &body), &mut told);
    parser.finish(&mut told);
    println!("{:#?}\n{:#?}\n{:?}", told.activities(), told.reasons(), told.claims);
    println!("{} told {}", told.facts.len(), told.distinct().len());
}

#[test]
fn the_pages_of_perceval() {
    let Some(folder) = data("recorded/perceval/tests/data/github") else { return };
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let body = std::fs::read(&path).unwrap();
        let mut parser = GitHub::new();
        let mut told = Told::default();
        parser.page(&page("", &name, &body), &mut told);
        parser.finish(&mut told);
        let activities: Vec<&str> = told.facts.iter().map(|fact| fact.activity.as_str()).collect();
        println!(
            "{name}: {activities:?} {:?} {}",
            told.aside.iter().map(|(_, _, detail)| detail).collect::<Vec<_>>(),
            told.accounts.len()
        );
    }
}
