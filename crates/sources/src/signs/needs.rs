//! What a text must hold for a pattern to match it: words, read off the pattern itself.
//!
//! A rule on words matches few sentences, and to find that out with automata means to build many of their states. That
//! none of the words is there that a match cannot do without is found out for all rules at once, in one pass.

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, HirKind};

/// Pieces of text of which any match holds at least one.
pub(super) type Need = Vec<Vec<u8>>;

/// How many needs of one pattern are looked for.
const NEEDS_MAX: usize = 3;
/// Needs that are met more often than this is worth do not tell anything.
const COMMON_MAX: f64 = 0.5;

/// The needs of a pattern that tell most, all of which every match meets; none where everything may match.
pub(super) fn of(pattern: &str) -> Vec<Need> {
    let hir = regex_syntax::ParserBuilder::new().utf8(false).build().parse(pattern).expect("the rules are tested");
    let mut needs = Vec::new();
    gather(&hir, &mut needs);
    needs.retain(|need| commonness(need) <= COMMON_MAX);
    needs.sort_by(|a, b| commonness(a).total_cmp(&commonness(b)).then_with(|| a.cmp(b)));
    needs.dedup();
    needs.truncate(NEEDS_MAX);
    needs
}

fn gather(hir: &Hir, needs: &mut Vec<Need>) {
    match hir.kind() {
        HirKind::Concat(parts) => {
            for (from, part) in parts.iter().enumerate() {
                // What stands in front of a part is of no matter: a match goes on with what follows.
                if !matches!(part.kind(), HirKind::Look(_)) {
                    begins(&Hir::concat(parts[from..].to_vec()), needs);
                }
                match part.kind() {
                    HirKind::Literal(_) | HirKind::Class(_) => {}
                    _ => gather(part, needs),
                }
            }
        }
        HirKind::Alternation(branches) => {
            begins(hir, needs);
            let mut one_of = Need::new();
            for branch in branches {
                let mut of_branch = Vec::new();
                gather(branch, &mut of_branch);
                let best = of_branch.into_iter().min_by(|a, b| commonness(a).total_cmp(&commonness(b)));
                let Some(best) = best else { return };
                one_of.extend(best);
            }
            needs.push(tidy(one_of));
        }
        HirKind::Repetition(repetition) if repetition.min > 0 => gather(&repetition.sub, needs),
        HirKind::Capture(capture) => gather(&capture.sub, needs),
        HirKind::Literal(_) | HirKind::Class(_) => begins(hir, needs),
        HirKind::Repetition(_) | HirKind::Empty | HirKind::Look(_) => {}
    }
}

/// What a match begins with, where that is finitely many.
fn begins(hir: &Hir, needs: &mut Vec<Need>) {
    let literals = Extractor::new().limit_class(10).limit_literal_len(12).limit_total(200).extract(hir);
    let Some(literals) = literals.literals() else { return };
    if !literals.is_empty() && literals.iter().all(|literal| !literal.is_empty()) {
        needs.push(tidy(literals.iter().map(|literal| literal.as_bytes().to_vec()).collect()));
    }
}

/// Without what another one makes needless: whatever holds `sign off` holds `sign`.
fn tidy(mut need: Need) -> Need {
    need.sort_unstable();
    need.dedup();
    let short: Vec<Vec<u8>> = need.clone();
    need.retain(|long| !short.iter().any(|one| one.len() < long.len() && memchr::memmem::find(long, one).is_some()));
    need
}

/// A rough measure of how many sentences meet a need: long pieces are rarer than short ones, and one is rarer than many.
fn commonness(need: &Need) -> f64 {
    need.iter().map(|piece| 0.4_f64.powi(piece.len() as i32)).sum()
}
