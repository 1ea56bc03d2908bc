//! Writes the example office: `cargo run -p sayso-example --example write -- DIR [SEED]`.

use std::path::PathBuf;
use std::process::ExitCode;

#[expect(clippy::disallowed_methods, reason = "this is a command of its own, not a room of the library")]
fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let Some(folder) = words.next().map(PathBuf::from) else {
        eprintln!("usage: write DIR [SEED]");
        return ExitCode::from(2);
    };
    let seed = words.next().and_then(|word| word.parse().ok()).unwrap_or(sayso_example::DEFAULT_SEED);
    for (path, text) in sayso_example::insurer(seed).files {
        let path = folder.join(path);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, text));
        if let Err(why) = written {
            eprintln!("error: failed to write {}: {why}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
