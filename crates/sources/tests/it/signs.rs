//! What texts say reaches the sink as bits and nothing else does; and the published rates are those of the samples.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;
use sayso_model::coverage::{Note, Reason};
use sayso_model::event::{EventRow, EventSink, Flow, SinkError};
use sayso_model::signs::{ASKS_CONSENT_EN, ASKS_CONSENT_PL, Audit, Signs};
use sayso_sources::signs::signs;
use sayso_sources::{Done, Freshness, Kind, Lens, Source, freshness, read};

use crate::sink::{file, read_all, source};
use crate::traps::{event, log, trace};

// ---- the samples ----

/// One text of a sample, with what two readings of it found: `c` asks for consent, `q` asks, `r` gives a reason.
struct Labelled {
    first: String,
    second: String,
    text: String,
}

impl Labelled {
    /// Which half a text is in: an even hash (FNV-1a, upper half) is for tuning, an odd one for the audit.
    fn is_audit(&self) -> bool {
        let hash = self
            .text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        (hash >> 32) & 1 == 1
    }

    fn signs(&self) -> Signs {
        signs(&self.text.replace("\\n", "\n"))
    }
}

fn sample(language: &str) -> Vec<Labelled> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/signs/{language}.tsv"));
    let written = std::fs::read_to_string(path).unwrap();
    let mut lines = written.lines();
    assert_eq!(lines.next(), Some("first\tsecond\ttext"));
    let is_label = |label: &str| label == "-" || !label.is_empty() && label.chars().all(|c| "cqr".contains(c));
    lines
        .map(|line| {
            let [first, second, text] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
            assert!(is_label(first) && is_label(second), "{line}");
            Labelled { first: first.to_owned(), second: second.to_owned(), text: text.to_owned() }
        })
        .collect()
}

const KINDS: [(char, Signs); 3] = [('c', Signs::ASKS_CONSENT), ('q', Signs::ASKS), ('r', Signs::REASON)];

fn audit(language: &str, (label, sign): (char, Signs)) -> Audit {
    let mut audit = Audit { with: 0, found: 0, without: 0, mistaken: 0 };
    for one in sample(language).iter().filter(|one| one.is_audit()) {
        let is_found = u32::from(one.signs().has(sign));
        if one.first.contains(label) {
            (audit.with, audit.found) = (audit.with + 1, audit.found + is_found);
        } else {
            (audit.without, audit.mistaken) = (audit.without + 1, audit.mistaken + is_found);
        }
    }
    audit
}

/// Cohen's kappa of the two readings.
fn kappa(sample: &[Labelled], label: char) -> f64 {
    let n = sample.len() as f64;
    let share = |is: &dyn Fn(&Labelled) -> bool| sample.iter().filter(|one| is(one)).count() as f64 / n;
    let first = share(&|one| one.first.contains(label));
    let second = share(&|one| one.second.contains(label));
    let agreed = share(&|one| one.first.contains(label) == one.second.contains(label));
    let by_chance = first * second + (1.0 - first) * (1.0 - second);
    (agreed - by_chance) / (1.0 - by_chance)
}

#[test]
fn the_published_rates_are_those_of_the_audit_halves() {
    assert_eq!(
        audit("en", KINDS[0]),
        ASKS_CONSENT_EN,
        "publish these in sayso_model::signs and docs/concepts/texts.md"
    );
    assert_eq!(
        audit("pl", KINDS[0]),
        ASKS_CONSENT_PL,
        "publish these in sayso_model::signs and docs/concepts/texts.md"
    );
}

#[test]
fn the_samples_are_large_enough_and_each_text_is_there_once() {
    for language in ["en", "pl"] {
        let sample = sample(language);
        let mut texts: Vec<&str> = sample.iter().map(|one| one.text.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert!(sample.len() >= 160 && texts.len() == sample.len());
        let halves = sample.iter().filter(|one| one.is_audit()).count();
        assert!(halves > 80 && sample.len() - halves > 80);
        assert!(KINDS.iter().all(|(label, _)| kappa(&sample, *label) > 0.85), "{language}");
    }
}

/// The table of the document is that of the samples, so that neither changes alone.
#[test]
fn the_document_shows_the_rates() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/concepts/texts.md");
    let document = std::fs::read_to_string(path).unwrap();
    let mut missing = String::new();
    for (language, shown) in [("en", "English"), ("pl", "Polish")] {
        let sample = sample(language);
        for (kind, word) in KINDS.into_iter().zip(["asks for consent", "asks a question", "gives a reason"]) {
            let Audit { with, found, without, mistaken } = audit(language, kind);
            let right = without - mistaken;
            let rate = |k: u32, n: u32| {
                let (low, high) = jeffreys(k, n);
                format!("{k} of {n}, {:.2} [{low:.2}, {high:.2}]", f64::from(k) / f64::from(n))
            };
            let kappa = kappa(&sample, kind.0);
            let row = format!("| {shown} | {word} | {} | {} | {kappa:.2} |", rate(found, with), rate(right, without));
            if !document.contains(&row) {
                writeln!(missing, "{row}").unwrap();
            }
        }
    }
    assert!(missing.is_empty(), "docs/concepts/texts.md does not have these rows:\n{missing}");
}

/// Jeffreys' 95 % interval, by bisection of the incomplete beta function.
fn jeffreys(k: u32, n: u32) -> (f64, f64) {
    let (a, b) = (f64::from(k) + 0.5, f64::from(n - k) + 0.5);
    let quantile = |p: f64| {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if beta_below(a, b, middle) < p { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    };
    (if k == 0 { 0.0 } else { quantile(0.025) }, if k == n { 1.0 } else { quantile(0.975) })
}

/// The share of a beta distribution below `x`: the density's sum in the angle, where it has no poles for a, b >= 1/2.
fn beta_below(a: f64, b: f64, x: f64) -> f64 {
    const STEPS: u32 = 4_000;
    let density = |angle: f64| angle.sin().powf(2.0 * a - 1.0) * angle.cos().powf(2.0 * b - 1.0);
    let upto = |end: f64| {
        let step = end / f64::from(STEPS);
        (0..STEPS).map(|i| density((f64::from(i) + 0.5) * step)).sum::<f64>() * step
    };
    upto(x.sqrt().asin()) / upto(std::f64::consts::FRAC_PI_2)
}

// ---- what reaches the sink ----

/// Everything that a sink is told, as one text, and the signs of each event.
#[derive(Default)]
struct Told {
    all: String,
    signs: Vec<Signs>,
    n_aside: usize,
}

impl EventSink for Told {
    fn seen(&mut self) {}

    fn event(&mut self, row: &EventRow<'_>) -> Result<(), SinkError> {
        self.signs.push(row.signs);
        writeln!(self.all, "{row:?}").unwrap();
        Ok(())
    }

    fn set_aside(&mut self, place: &str, reason: Reason, detail: &str) {
        self.n_aside += 1;
        writeln!(self.all, "{place} {reason:?} {detail}").unwrap();
    }

    fn note(&mut self, place: &str, note: Note, detail: &str) {
        writeln!(self.all, "{place} {note:?} {detail}").unwrap();
    }

    fn checkpoint(&mut self, position: &str) -> Result<Flow, SinkError> {
        self.all.push_str(position);
        Ok(Flow::Continue)
    }

    fn progress(&mut self, _: u64, _: Option<u64>) {}
}

/// Reads with a checkpoint behind every element; no `quokka`, which stands in every text, may be told.
#[track_caller]
fn told(mut source: Source) -> Told {
    source.checkpoint_every = 1;
    let mut told = Told::default();
    let Done::Complete { position } = read(&source, None, &mut told).unwrap() else { panic!("interrupted") };
    told.all.push_str(&position);
    assert!(!told.all.to_lowercase().contains("quokka"), "{}", told.all);
    told
}

fn with_lens(kind: Kind, path: &Path, lens: &str) -> Source {
    Source::new("test", kind, path, Lens::parse(lens).unwrap())
}

const ASKS: &str = "Quokka: can I go ahead, because the quokka waits?";

fn asks() -> Signs {
    Signs::HAS_TEXT.and(Signs::ASKS).and(Signs::ASKS_CONSENT).and(Signs::REASON)
}

#[test]
fn canonical_texts_become_bits_in_every_format() {
    let csv = format!(
        "item,at,actor,act,text,points\n1,2024-01-01T10:00:00Z,anna,asked,\"{ASKS}\",3\n\
         1,2024-01-01T11:00:00Z,meg,decided,,\n1,2024-01-01T12:00:00Z,meg,executed,\"A quokka,\nin two lines.\",\n\
         2,never,meg,worked,quokka,\n2,2024-01-01T12:00:00Z,meg,worked,quokka,,too wide\n,,,,quokka,\n"
    );
    let (_guard, path) = file("events.csv", csv.as_bytes());
    let csv = told(source(Kind::Events, &path));
    assert_eq!((csv.signs.as_slice(), csv.n_aside), ([asks(), Signs::NONE, Signs::HAS_TEXT].as_slice(), 3));

    let json = format!(
        "{{\"item\":\"1\",\"at\":\"2024-01-01T10:00:00Z\",\"actor\":\"anna\",\"act\":\"asked\",\"text\":\"{ASKS}\"}}\n\
         {{\"item\":\"1\",\"at\":\"2024-01-01T10:00:00Z\",\"actor\":\"anna\",\"act\":\"asked\",\"text\":{{\"quokka\":\"quokka\"}}}}\n\
         \"a quokka\"\n[\"quokka\"]\n{{\"text\":\"quokka\" \"quokka\"}}\n\
         {{\"item\":\"1\",\"at\":1,\"actor\":\"a\",\"act\":\"worked\",\"text\":\"quokka\",\"text\":\"quokka?\"}}\n"
    );
    let (_guard, path) = file("events.ndjson", json.as_bytes());
    let json = told(source(Kind::Events, &path));
    assert_eq!(json.signs[0], asks());

    let texts = vec![Some(ASKS), None, Some("A quokka.")];
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("item", Arc::new(StringArray::from(vec!["1", "1", "1"]))),
        (
            "at",
            Arc::new(StringArray::from(vec!["2024-01-01T10:00:00Z", "2024-01-01T11:00:00Z", "2024-01-01T12:00:00Z"])),
        ),
        ("actor", Arc::new(StringArray::from(vec!["anna", "meg", "meg"]))),
        ("act", Arc::new(StringArray::from(vec!["asked", "decided", "executed"]))),
        ("text", Arc::new(StringArray::from(texts))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let (_guard, path) = file("events.parquet", &bytes);
    assert_eq!(told(source(Kind::Events, &path)).signs, [asks(), Signs::NONE, Signs::HAS_TEXT]);
}

#[test]
fn a_lens_names_texts_and_they_are_not_stored_whichever_was_taken() {
    let table = format!(
        "id;when;who;step;remark;note;remark.html\n1;2024-01-01T10:00:00Z;anna;Ask;{ASKS};quokka;<p>quokka</p>\n\
         1;2024-01-01T11:00:00Z;meg;Answer;;Because of the quokka.;\n1;2024-01-01T12:00:00Z;meg;Answer;LGTM quokka;;\n"
    );
    let lens = "name = \"t\"\nitem = \"id\"\nat = \"when\"\nactor = \"who\"\nactivity = \"step\"\ntext = \"{remark|note}\"\n\
                drop = [\"remark\"]\nfirst = \"raised\"\n[[rule]]\nwhere = { text = \"LGTM*\" }\nact = [\"handed\", \"approved\"]\n";
    let (_guard, path) = file("t.csv", table.as_bytes());
    let told = told(with_lens(Kind::Csv, &path, lens));
    // The first event opens the item as well: its words are said once. So are those of an event with two acts.
    let reason = Signs::HAS_TEXT.and(Signs::REASON);
    assert_eq!(told.signs, [Signs::NONE, asks(), reason, Signs::NONE, Signs::HAS_TEXT]);
    assert!(told.all.contains("Some(Approved)"), "the rule looked at the text: {}", told.all);
}

#[test]
fn the_words_of_a_row_with_start_and_end_go_with_its_end() {
    let rows = format!(
        "id,begun,done,who,step,text\n1,2024-01-01T10:00:00Z,2024-01-01T11:00:00Z,anna,Ask,\"{ASKS}\"\n\
         1,2024-01-01T12:00:00Z,,anna,Ask,\"{ASKS}\"\n"
    );
    let lens = "name = \"t\"\nitem = \"id\"\nstart = \"begun\"\nat = \"done\"\nactor = \"who\"\nactivity = \"step\"\ntext = \"text\"\n";
    let (_guard, path) = file("t.csv", rows.as_bytes());
    assert_eq!(told(with_lens(Kind::Csv, &path, lens)).signs, [Signs::NONE, asks(), asks()]);
}

#[test]
fn texts_of_events_in_xes_and_none_of_their_traces() {
    let asking = format!("<string key=\"comment\" value=\"{ASKS}\"><string key=\"lang\" value=\"quokka\"/></string>");
    let body = [
        "<string key=\"comment\" value=\"The quokka case\"/>".to_owned(),
        event("Ask", "2024-01-01T10:00:00Z", &asking),
        event("Go", "2024-01-02T10:00:00Z", "<int key=\"comment\" value=\"a quokka\"/>"),
    ];
    let xml = log(&trace("1", &body.concat()));
    let lens = format!("{}\n", Lens::of_kind(Kind::Xes).text())
        .replace("actor = \"org:resource\"", "actor = \"org:resource\"\ntext = \"{comment|trace:comment}\"");
    let (_guard, path) = file("log.xes", xml.as_bytes());
    assert_eq!(told(with_lens(Kind::Xes, &path, &lens)).signs, [asks(), Signs::HAS_TEXT]);
}

#[test]
fn nothing_may_be_made_of_a_text() {
    let head = "name = \"t\"\nitem = \"id\"\nat = \"when\"\nactivity = \"step\"\n";
    for rest in [
        "text = \"step\"\n",
        "text = \"remark\"\nlink = \"{other|remark}\"\n",
        "text = \"remark\"\n[default]\narea = \"{text}\"\n",
        "text = \"remark\"\n[[rule]]\nact = \"asked\"\nto = \"team:{remark}\"\n",
        "text = \"remark\"\n[[rule]]\nact = \"asked\"\nto = \"[{text}]\"\n",
    ] {
        let error = Lens::parse(&format!("{head}{rest}")).unwrap_err();
        assert!(error.what.contains("named as a text") && error.hint.contains("not stored"), "{rest}: {error}");
    }
    assert!(
        Lens::parse(&format!("{head}text = \"remark\"\n[[rule]]\nwhere = {{ remark = \"x\" }}\nact = \"worked\"\n"))
            .is_ok()
    );
}

#[test]
fn another_text_makes_a_source_be_read_anew() {
    let rows = "id,when,step,a,b\n1,2024-01-01T10:00:00Z,x,y,z\n";
    let (_guard, path) = file("t.csv", rows.as_bytes());
    let lens = |text: &str| format!("name = \"t\"\nitem = \"id\"\nat = \"when\"\nactivity = \"step\"\n{text}");
    let with = |text: &str| with_lens(Kind::Csv, &path, &lens(text));
    let Done::Complete { position } = read(&with("text = \"a\"\n"), None, &mut Told::default()).unwrap() else {
        panic!("interrupted")
    };
    assert_eq!(freshness(&with("text = \"a\"\n"), Some(&position)).unwrap(), Freshness::Unchanged);
    for other in ["text = \"b\"\n", "text = \"{a|b}\"\n", ""] {
        assert_eq!(freshness(&with(other), Some(&position)).unwrap(), Freshness::Changed, "{other}");
    }
}

#[test]
fn signs_are_the_same_however_often_a_reading_stops() {
    let mut rows = String::from("item,at,actor,act,text\n");
    for (n, one) in sample("en").iter().enumerate().filter(|(_, one)| !one.text.contains(['"', '\\'])) {
        writeln!(rows, "{n},2024-01-01T10:00:00Z,anna,worked,\"{}\"", one.text).unwrap();
    }
    let (_guard, path) = file("events.csv", rows.as_bytes());
    let mut stopped = source(Kind::Events, &path);
    let whole = read_all(&stopped).unwrap();
    stopped.checkpoint_every = 7;
    let mut vault = crate::sink::Vault { stop_at: Some(3), ..Default::default() };
    assert_eq!(read(&stopped, None, &mut vault).unwrap(), Done::Interrupted);
    let position = vault.positions.last().unwrap().clone();
    let _ = read(&stopped, Some(&position), &mut vault).unwrap();
    assert_eq!(vault.events, whole.events);
    assert!(whole.events.iter().filter(|event| event.signs.has(Signs::ASKS_CONSENT)).count() > 50);
}
