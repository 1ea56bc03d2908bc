//! A raw folder keeps what was written, and only that, whatever happens in between.
#![allow(clippy::unwrap_used)]

use super::*;

const SITE: &str = "https://jira.example.org";

fn page(n: u64) -> (String, Vec<u8>) {
    let body =
        format!("{{\"n\": {n}, \"filler\": \"{}\"}}", "x".repeat(usize::try_from(n).unwrap() * 100)).into_bytes();
    (format!("{SITE}/search?startAt={n}&token=hush"), body)
}

fn append(writer: &mut Writer, n: u64) -> Entry {
    let (origin, body) = page(n);
    let fetched = Fetched {
        kind: "issues",
        origin: &origin,
        at: "2026-01-05T10:00:00Z",
        status: 200,
        etag: Some("e"),
        body: &body,
    };
    writer.append(&fetched).unwrap()
}

fn open(folder: &Path) -> Writer {
    Writer::open(folder, Tracker::Jira, SITE).unwrap()
}

/// The pages that a reader finds, as numbers; each must be as it was written.
fn pages(folder: &Path) -> Vec<u64> {
    let raw = Raw::open(folder).unwrap();
    let mut body = Vec::new();
    raw.entries()
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            raw.read(&entry, &mut body).unwrap();
            assert_eq!(body, page(entry.number).1);
            entry.number
        })
        .collect()
}

#[test]
fn pages_come_back_as_they_were_written_over_several_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = open(folder.path());
    writer.segment_max = 100;
    for n in 1..=7 {
        append(&mut writer, n);
    }
    drop(writer);
    assert_eq!(pages(folder.path()), [1, 2, 3, 4, 5, 6, 7]);
    assert!(folder.path().join("pages-0003.gz").exists());
    let raw = Raw::open(folder.path()).unwrap();
    assert_eq!((raw.tracker(), raw.site(), raw.n_pages()), ("jira", SITE, 7));
    let entry = raw.entries().unwrap().next().unwrap().unwrap();
    assert_eq!(entry.origin, format!("{SITE}/search?startAt=1&token=..."));
    assert!(!fs::read_to_string(folder.path().join(MANIFEST)).unwrap().contains("hush"));
    let mut writer = open(folder.path());
    append(&mut writer, 8);
    assert_eq!(pages(folder.path()), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_ne!(Raw::open(folder.path()).unwrap().fingerprint(), raw.fingerprint());
}

#[test]
fn a_kill_at_any_byte_leaves_whole_pages_and_the_next_writer_goes_on() {
    let whole = tempfile::tempdir().unwrap();
    let mut writer = open(whole.path());
    append(&mut writer, 1);
    let before =
        (fs::read(whole.path().join(MANIFEST)).unwrap(), fs::read(whole.path().join("pages-0001.gz")).unwrap());
    append(&mut writer, 2);
    drop(writer);
    let after = (fs::read(whole.path().join(MANIFEST)).unwrap(), fs::read(whole.path().join("pages-0001.gz")).unwrap());
    // The page is written first, the line after it.
    let states = (before.1.len()..=after.1.len())
        .map(|n| (before.0.clone(), after.1[..n].to_vec()))
        .chain((before.0.len()..=after.0.len()).map(|n| (after.0[..n].to_vec(), after.1.clone())));
    for (manifest, segment) in states {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(MANIFEST), &manifest).unwrap();
        fs::write(folder.path().join("pages-0001.gz"), &segment).unwrap();
        let found = pages(folder.path());
        assert_eq!(found, if manifest == after.0 { vec![1, 2] } else { vec![1] });
        let mut writer = open(folder.path());
        assert_eq!(writer.n_pages(), found.len() as u64);
        for n in found.len() as u64 + 1..=3 {
            append(&mut writer, n);
        }
        assert_eq!(pages(folder.path()), [1, 2, 3]);
    }
}

#[test]
fn a_torn_line_that_reads_as_noise_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = open(folder.path());
    append(&mut writer, 1);
    drop(writer);
    let path = folder.path().join(MANIFEST);
    let mut manifest = fs::read(&path).unwrap();
    manifest.extend_from_slice(b"\0\0\0\0\n");
    fs::write(&path, &manifest).unwrap();
    assert_eq!(pages(folder.path()), [1]);
    append(&mut open(folder.path()), 2);
    assert_eq!(pages(folder.path()), [1, 2]);
}

#[test]
fn a_damaged_line_in_the_middle_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = open(folder.path());
    append(&mut writer, 1);
    append(&mut writer, 2);
    let path = folder.path().join(MANIFEST);
    let manifest = fs::read_to_string(&path).unwrap();
    fs::write(&path, manifest.replace("\"number\":1", "\"number\":9")).unwrap();
    assert!(matches!(Raw::open(folder.path()), Err(RawError::Manifest { line: 2, .. })));
}

#[test]
fn a_changed_page_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = open(folder.path());
    append(&mut writer, 1);
    append(&mut writer, 2);
    let path = folder.path().join("pages-0001.gz");
    let mut bytes = fs::read(&path).unwrap();
    let raw = Raw::open(folder.path()).unwrap();
    let entries: Vec<Entry> = raw.entries().unwrap().map(Result::unwrap).collect();
    let at = usize::try_from(entries[1].offset).unwrap() + 15;
    bytes[at] ^= 0x20;
    fs::write(&path, &bytes).unwrap();
    let mut body = Vec::new();
    raw.read(&entries[0], &mut body).unwrap();
    assert!(matches!(raw.read(&entries[1], &mut body), Err(RawError::Damaged { number: 2, .. })));
    let mut other = entries[0].clone();
    other.hash = entries[1].hash.clone();
    assert!(matches!(raw.read(&other, &mut body), Err(RawError::Damaged { .. })));
    other = entries[0].clone();
    other.bytes -= 1;
    assert!(matches!(raw.read(&other, &mut body), Err(RawError::Damaged { .. })));
    other.file = "../pages-0001.gz".to_owned();
    assert!(matches!(raw.read(&other, &mut body), Err(RawError::Damaged { .. })));
}

#[test]
fn a_second_writer_another_tracker_and_another_site_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let writer = open(folder.path());
    assert!(matches!(Writer::open(folder.path(), Tracker::Jira, SITE), Err(RawError::Busy { .. })));
    drop(writer);
    assert!(matches!(
        Writer::open(folder.path(), Tracker::Jira, "https://other.example.org"),
        Err(RawError::NotRaw { .. })
    ));
    assert!(matches!(Raw::open(tempfile::tempdir().unwrap().path()), Err(RawError::Io { .. })));
    assert!(Raw::is(folder.path()) && !Raw::is(tempfile::tempdir().unwrap().path()));
}

#[test]
fn the_state_is_replaced_as_a_whole_and_says_how_many_pages_there_were() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = open(folder.path());
    assert_eq!(writer.state().unwrap(), None);
    append(&mut writer, 1);
    let mut state = State::default();
    state.marks.insert("issues".into(), "2026-01-05T10:00:00Z".into());
    writer.set_state(&state).unwrap();
    state.pages = 1;
    assert_eq!(writer.state().unwrap(), Some(state.clone()));
    append(&mut writer, 2);
    drop(writer);
    assert_eq!(Raw::open(folder.path()).unwrap().state().unwrap(), Some(state));
    fs::write(folder.path().join(STATE), "{").unwrap();
    assert!(open(folder.path()).state().is_err());
}

/// Takes out a word.
struct Without(&'static str);

impl Redact for Without {
    fn page(&self, body: &[u8]) -> Option<Vec<u8>> {
        rewritten(body, &|_, text| text.contains(self.0).then(|| text.replace(self.0, "-")))
    }
}

/// Every byte of a folder, unpacked where it is packed.
fn bytes_of(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        all.push_str(&String::from_utf8_lossy(&bytes));
        let mut plain = Vec::new();
        let _ = flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain);
        all.push_str(&String::from_utf8_lossy(&plain));
    }
    all
}

#[test]
fn a_word_that_is_taken_out_is_in_no_byte_and_the_pages_stay_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = open(folder.path());
    writer.segment_max = 100;
    for n in 1..=7 {
        append(&mut writer, n);
    }
    writer.set_state(&State::default()).unwrap();
    drop(writer);
    let before = Raw::open(folder.path()).unwrap();
    assert!(bytes_of(folder.path()).contains("xxx"));
    assert_eq!(Writer::of(folder.path()).unwrap().redact(&Without("y")).unwrap(), 0);
    assert_eq!(Raw::open(folder.path()).unwrap().fingerprint(), before.fingerprint(), "nothing was to be done");
    assert_eq!(Writer::of(folder.path()).unwrap().redact(&Without("xxx")).unwrap(), 7);
    assert!(!bytes_of(folder.path()).contains("xxx"));
    let after = Raw::open(folder.path()).unwrap();
    assert_ne!(after.fingerprint(), before.fingerprint(), "whoever reads notices");
    let mut body = Vec::new();
    let numbers: Vec<u64> = after
        .entries()
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            after.read(&entry, &mut body).unwrap();
            assert_eq!(entry.etag.as_deref(), Some("e"));
            entry.number
        })
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
    // The next page comes behind the others and overwrites none.
    append(&mut open(folder.path()), 8);
    assert_eq!(Raw::open(folder.path()).unwrap().entries().unwrap().count(), 8);
}

#[test]
fn whoever_is_killed_while_taking_out_can_do_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = open(folder.path());
    append(&mut writer, 1);
    append(&mut writer, 2);
    drop(writer);
    let (manifest, segment) =
        (fs::read(folder.path().join(MANIFEST)).unwrap(), fs::read(folder.path().join("pages-0001.gz")).unwrap());
    Writer::of(folder.path()).unwrap().redact(&Without("xxx")).unwrap();
    let done = fs::read(folder.path().join(MANIFEST)).unwrap();
    let anew = fs::read(folder.path().join("pages-0002.gz")).unwrap();
    // New pages to some byte, and the old manifest; then the new manifest, and the old pages still there.
    for n in 0..=anew.len() {
        fs::write(folder.path().join(MANIFEST), &manifest).unwrap();
        fs::write(folder.path().join("pages-0001.gz"), &segment).unwrap();
        fs::write(folder.path().join("pages-0002.gz"), &anew[..n]).unwrap();
        assert_eq!(pages(folder.path()), [1, 2]);
        assert_eq!(Writer::of(folder.path()).unwrap().redact(&Without("xxx")).unwrap(), 2);
        assert!(!bytes_of(folder.path()).contains("xxx"), "killed at {n}");
    }
    fs::write(folder.path().join(MANIFEST), &done).unwrap();
    fs::write(folder.path().join("pages-0002.gz"), &anew).unwrap();
    fs::write(folder.path().join("pages-0001.gz"), &segment).unwrap();
    assert_eq!(Writer::of(folder.path()).unwrap().redact(&Without("xxx")).unwrap(), 0);
    assert!(!bytes_of(folder.path()).contains("xxx"), "what no longer counts is removed");
}
