//! From what was typed to one verb, and the answer to a file or the screen.

mod assume;
mod charter;
mod check;
mod cluster;
mod diagnose;
mod doctor;
mod example;
mod export;
mod forget;
mod init;
mod lens;
mod path;
mod people;
mod query;
mod read;
mod validity;
mod who;

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sayso_inquiry::{ClusterAccess, InquiryError, Machine, Office, Reading, Request};

use crate::args::{Cli, Shared, Verb};
use crate::ui::Progress;

/// The width that every text answer is made for.
pub const WIDTH: usize = 80;

/// Runs the verb; gives the exit code.
pub fn run(cli: &Cli) -> Result<u8, InquiryError> {
    match &cli.verb {
        Verb::Init { dir, stdout } => init::run(&cli.shared, dir, *stdout),
        Verb::Read { path, offline, dry_run } => read::run(&cli.shared, path.as_deref(), *offline, *dry_run),
        Verb::Diagnose { path, baseline, charts } => {
            diagnose::run(&cli.shared, path.as_deref(), baseline.as_deref(), charts.as_deref())
        }
        Verb::Path { item } => path::run(&cli.shared, item),
        Verb::Query { sql, explain } => query::run(&cli.shared, sql, *explain),
        Verb::Cluster(verb) => cluster::run(&cli.shared, verb),
        Verb::Export { file, form } => export::run(&cli.shared, file, form.as_deref()),
        Verb::Doctor => doctor::run(&cli.shared),
        Verb::Example { name, dir, force, healthy } => example::run(&cli.shared, name, dir, *force, *healthy),
        Verb::Who { area } => who::run(&cli.shared, area),
        Verb::Charter(verb) => charter::run(&cli.shared, verb),
        Verb::Lens(verb) => lens::run(&cli.shared, verb),
        Verb::Check { fail_on, junit } => check::run(&cli.shared, fail_on, junit.as_deref()),
        Verb::Assume { who } => assume::run(&cli.shared, who),
        Verb::People { accept } => people::run(&cli.shared, accept),
        Verb::Forget { person } => forget::run(&cli.shared, person),
        Verb::Validity { healthy, planted, check } => validity::run(&cli.shared, *healthy, *planted, *check),
    }
}

/// Opens the office that was meant: the argument of the verb, else `--office`, else the nearest one upwards.
fn open(shared: &Shared, path: Option<&Path>) -> Result<Office, InquiryError> {
    let request = Request {
        target: path.map(Path::to_path_buf).or_else(|| shared.office.clone()),
        lens: shared.lens.clone(),
        people: shared.people.clone(),
        charter: shared.charter.clone(),
        record: shared.record.clone(),
        as_of: time("as-of", shared.as_of.as_deref())?,
        since: time("since", shared.since.as_deref())?,
        until: time("until", shared.until.as_deref())?,
        seed: shared.seed,
        threads: shared.threads.map(usize::from),
        salvage: shared.salvage,
        cluster: shared.cluster.clone(),
        access: access(shared),
    };
    Office::open(request, &Machine)
}

/// What proves that one belongs to a cluster.
fn access(shared: &Shared) -> ClusterAccess {
    ClusterAccess {
        token_file: shared.cluster_token_file.clone(),
        authority: shared.cluster_authority.clone(),
        ..ClusterAccess::default()
    }
}

/// Opens the office and brings its record up to date. Ctrl-C stops at the next safe place.
fn open_and_read(shared: &Shared, path: Option<&Path>) -> Result<(Office, Reading), InquiryError> {
    let mut office = open(shared, path)?;
    let reading = office.read(&mut Progress::new(), &stopped_by_user())?;
    sayso_memory::suit(reading.events);
    Ok((office, reading))
}

/// A flag that Ctrl-C sets.
fn stopped_by_user() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // A second Ctrl-C ends at once; what was checkpointed stays.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::SeqCst) {
            // Nothing to tidy up: the record counts only what its manifest names.
            std::process::abort();
        }
    });
    stop
}

/// Reads a point in time: a date (its beginning, UTC) or RFC 3339.
fn time(option: &str, text: Option<&str>) -> Result<Option<jiff::Timestamp>, InquiryError> {
    let Some(text) = text else { return Ok(None) };
    sayso_inquiry::point_in_time(text).map(Some).ok_or_else(|| {
        InquiryError::usage(
            format!("understand --{option} {text}"),
            "write a date such as 2026-03-01, or an instant such as 2026-03-01T09:00:00+01:00",
        )
    })
}

/// Writes an answer to `-o FILE`, whole or not at all, or to stdout.
fn deliver(shared: &Shared, answer: &str) -> Result<(), InquiryError> {
    match &shared.output {
        Some(path) => sayso_inquiry::write_whole(path, answer.as_bytes()),
        None => {
            let mut out = anstream::stdout().lock();
            // A reader that has seen enough (`| head`) is no fault.
            let _ = out.write_all(answer.as_bytes()).and_then(|()| out.flush());
            Ok(())
        }
    }
}

/// The refusal of a format that a verb has no answer in.
fn no_such_format(verb: &str, takes: &str) -> InquiryError {
    InquiryError::usage(format!("answer `sayso {verb}` in that format"), format!("use --format with one of: {takes}"))
}
