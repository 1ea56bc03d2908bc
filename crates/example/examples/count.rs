//! Prints what each plan of the catalogue planted, counted: `cargo run -p sayso-example --example count -- SEED...`.

use sayso_example::{Volume, catalogue, patterns};

#[expect(clippy::disallowed_methods, reason = "this is a command of its own, not a room of the library")]
fn main() {
    let seeds: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    for volume in Volume::ALL {
        for (name, plan) in catalogue() {
            let plan = plan.at_volume(volume);
            for seed in seeds.iter().copied() {
                let is_above = |k: u64, n: u64, bound: u64| k * 100 > n * bound;
                for count in patterns(&plan, seed) {
                    let is_planted = plan.planted().iter().any(|one| {
                        one.pattern.name() == count.pattern
                            && one.matter == count.matter
                            && (count.area.is_empty() || one.areas.contains(&count.area))
                    });
                    if count.area.is_empty() && is_planted || is_above(count.k, count.n, count.bound_percent) {
                        println!(
                            "{:7} {name:18} {seed:4} {}{:18} {:10} {:14} {:6}/{:<6} {:5.1} % (bound {})",
                            volume.name(),
                            if is_planted { ' ' } else { '!' },
                            count.pattern,
                            count.matter,
                            count.area,
                            count.k,
                            count.n,
                            100.0 * count.k as f64 / count.n as f64,
                            count.bound_percent
                        );
                    }
                }
            }
        }
    }
}
