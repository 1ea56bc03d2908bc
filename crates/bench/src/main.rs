//! `sayso-bench`: writes records of any size, and walks them by hand or by the engine alone.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use sayso_bench::{Failed, asked, loops, office};

// As the command has it, so that what is compared differs in nothing else.
#[global_allocator]
static ALLOCATOR: sayso_memory::Allocator = sayso_memory::Allocator;

const USAGE: &str = "sayso-bench record DIR EVENTS [RUNS [SEED]]   make an office with a record of so many events
                                              (RUNS above 1 leaves about so many files a bucket)
sayso-bench csv FILE EVENTS                   write the same as a table of canonical events
sayso-bench loop DIR rules|plain              walk its Parquet by hand, and count
sayso-bench sql DIR QUERY                     ask the engine alone";

fn main() -> ExitCode {
    sayso_memory::begin();
    let words: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    match run(&words.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(text) => {
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(words: &[&str]) -> Result<String, Failed> {
    match words {
        ["record", folder, events] => record(folder, events, "1", "1"),
        ["record", folder, events, runs] => record(folder, events, runs, "1"),
        ["record", folder, events, runs, seed] => record(folder, events, runs, seed),
        ["csv", file, events] => {
            office::write_table(Path::new(file), events.replace('_', "").parse()?, 1)?;
            Ok(String::new())
        }
        ["loop", folder, "rules"] => Ok(loops::by_rules(Path::new(folder))?.json() + "\n"),
        ["loop", folder, "plain"] => Ok(loops::plain(Path::new(folder))?.json() + "\n"),
        ["sql", folder, query] => {
            let mut bytes = Vec::new();
            asked::ask(Path::new(folder), query, None, &mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        _ => Err(format!("nothing to do\n\n{USAGE}").into()),
    }
}

fn record(folder: &str, events: &str, runs: &str, seed: &str) -> Result<String, Failed> {
    let events: u64 = events.replace('_', "").parse()?;
    let written = office::write(Path::new(folder), events.max(1), runs.parse()?, seed.parse()?)?;
    Ok(format!("{{\"events\": {}, \"files\": {}, \"bytes\": {}}}\n", written.events, written.files, written.bytes))
}
