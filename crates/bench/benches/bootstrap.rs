//! The bootstrap: clusters drawn again, for one ratio, for the shares of one whole, and for any statistic.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use sayso_bench::invented::Numbers;
use sayso_model::time::Instant;
use sayso_stats::ratio::{Cluster, Range};
use sayso_stats::resample::{ABREAST, Redraw, Table, Times, ratio_of_sums, shares};
use sayso_stats::{Unit, Window};

/// The most that any cluster counts in each draw.
fn most(so_far: [Option<u8>; ABREAST], times: &Times) -> [Option<u8>; ABREAST] {
    std::array::from_fn(|draw| so_far[draw].max(Some(times[draw])))
}

fn bootstrap(c: &mut Criterion) {
    let window = Window { since: Instant::from_micros(0).into(), until: Instant::from_micros(1).into() };
    let mut group = c.benchmark_group("bootstrap");
    group.sample_size(10);
    for n in [500_u32, 5_000] {
        let mut numbers = Numbers::new(1);
        let clusters: Vec<Cluster> = (0..n)
            .map(|_| Cluster { part: f64::from(numbers.below(10)), whole: f64::from(10 + numbers.below(10)) })
            .collect();
        group.bench_with_input(BenchmarkId::new("one ratio", n), &clusters, |b, clusters| {
            b.iter(|| ratio_of_sums(black_box(clusters), Range::Share, u64::from(n), 1, Unit::Share, window));
        });
        let mut table = Table::new(20);
        for _ in 0..n {
            let parts: Vec<(u32, f64)> = (0..3).map(|_| (numbers.below(20), f64::from(numbers.below(5)))).collect();
            table.push(parts.iter().map(|part| part.1).sum(), &parts);
        }
        group.bench_with_input(BenchmarkId::new("twenty shares", n), &table, |b, table| {
            b.iter(|| shares(black_box(table), u64::from(n), 1, window));
        });
        group.bench_with_input(BenchmarkId::new("a statistic of how often each counts", n), &n, |b, n| {
            b.iter(|| Redraw::of(0..*n, 1).each(|times| times.iter().fold([Some(0); ABREAST], most)));
        });
    }
    group.finish();
}

criterion_group!(benches, bootstrap);
criterion_main!(benches);
