//! The command `sayso`: what was typed, one verb, an exit code.

mod args;
mod commands;
mod ui;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: sayso_memory::Allocator = sayso_memory::Allocator;

/// The exit code of a bug of ours.
const BUG: u8 = 70;

fn main() -> ExitCode {
    sayso_memory::begin();
    let cli = args::Cli::parse();
    match std::panic::catch_unwind(|| commands::run(&cli)) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(error)) => {
            anstream::eprint!("{}", ui::error_text(&error));
            ExitCode::from(ui::exit_code(error.fault()))
        }
        Err(_) => {
            anstream::eprintln!("\nhint: this is a bug of ours; please report the lines above and what was typed");
            ExitCode::from(BUG)
        }
    }
}
