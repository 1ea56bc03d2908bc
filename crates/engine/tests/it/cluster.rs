//! Whoever asks with another version of the same token is told so, and nothing is computed for them.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use sayso_engine::cluster::{Cluster, SchedulerOptions, StoreKeys, Trust, scheduler};
use sayso_engine::{EngineError, Place, Record, Snapshot};
use sayso_model::decision::Reconstruct;

use super::build::{Toy, engine, read, story};

fn unpack(_: &[u8]) -> Result<Arc<dyn Reconstruct>, String> {
    Err("nothing is unpacked here".into())
}

#[test]
fn another_version_is_refused() {
    let trust = Trust::by_token("a token of the test alone").unwrap();
    let nearby = tempfile::tempdir().unwrap();
    let options = SchedulerOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        trust: trust.clone(),
        silence: Duration::from_secs(5),
        keys: StoreKeys::default(),
        unpack,
        nearby: nearby.path().to_path_buf(),
    };
    let (tell, told) = sync_channel(1);
    // It ends with the process of the test.
    std::thread::spawn(move || scheduler(options, |at| tell.send(at).unwrap()));
    let at = told.recv().unwrap();

    let folder = tempfile::tempdir().unwrap();
    let mut record = Record::open(folder.path()).unwrap();
    read(&mut record, "story", &story(40, 3));
    record.compact(1).unwrap();
    let rules = Toy::over(&record, &record.snapshot().unwrap().words());
    let asked = |trust: Trust| {
        let address = format!("http://{at}");
        let cluster = Cluster::new(&address, trust, StoreKeys::default(), unpack, "session-1".into()).unwrap();
        let engine = engine(&record).on(Arc::new(cluster)).unwrap();
        engine.paths(&rules).unwrap().collect_all().unwrap_err()
    };
    let EngineError::Cluster { what, hint } = asked(trust.clone().of_version("0.0.9")) else { panic!("not refused") };
    assert!(what.contains("0.0.9") && hint.contains("same version"), "{what}: {hint}");
    let EngineError::Cluster { what, .. } = asked(Trust::by_token("a token of somebody else").unwrap()) else {
        panic!("not refused")
    };
    assert!(what.contains("token"), "{what}");
}

#[test]
fn a_record_that_is_not_there_is_not_made() {
    let nearby = tempfile::tempdir().unwrap();
    let missing = nearby.path().join("missing");
    let place = Place::parse(&format!("file://{}", missing.display())).unwrap();
    let error = Snapshot::far(&place, &StoreKeys::default(), nearby.path()).unwrap_err();
    assert!(error.to_string().contains("no folder"), "{error}");
    assert!(!missing.exists());
}
