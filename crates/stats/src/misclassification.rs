//! How large a share is when the rule that counts it is sometimes wrong, and an audit says how often.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::estimate::{Estimate, Interval, LEVEL_DEFAULT, Unit, Window};
use crate::level_or_default;
use crate::ratio::{Cluster, Range, Sums, agreed};
use crate::resample::{DRAWS, dice};

/// How a rule did on texts that people labelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Texts that have it, by the labels.
    pub with: u32,
    /// Of these, found by the rule.
    pub found: u32,
    /// Texts that do not.
    pub without: u32,
    /// Of these, wrongly taken by the rule.
    pub mistaken: u32,
}

/// What one cluster (an item, say) holds: things counted for certain, things that the rule looked at, and all things.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Screened {
    /// Things that are counted without the rule.
    pub sure: f64,
    /// Things that the rule took, of those it looked at.
    pub taken: f64,
    /// Things that the rule looked at.
    pub looked: f64,
    /// All things, those that neither is true of among them.
    pub whole: f64,
}

/// How [`corrected`] describes itself.
pub const METHOD_CORRECTED: &str = "corrected for the errors of the text rule (Rogan and Gladen)";

/// The true share behind an observed one: `(p + Sp - 1) / (Se + Sp - 1)`, cut to 0 and 1.
///
/// **Estimates** the share that has something, when a rule finds it with sensitivity `Se` and spares the rest with
/// specificity `Sp`.
///
/// `None` where the rule tells no more than chance (`Se + Sp <= 1`), or where a number is not finite.
///
/// **Reference.** Rogan and Gladen (1978), Estimating prevalence from the results of a screening test, American Journal of
/// Epidemiology 107(1), 71-76.
///
/// ```
/// let share = |specificity| sayso_stats::misclassification::rogan_gladen(0.12, 0.7, specificity).unwrap();
/// assert!((share(0.95) - 0.1077).abs() < 1e-4 && (share(0.90) - 0.0333).abs() < 1e-4);
/// ```
pub fn rogan_gladen(observed: f64, sensitivity: f64, specificity: f64) -> Option<f64> {
    let youden = sensitivity + specificity - 1.0;
    let share = (observed + specificity - 1.0) / youden;
    (youden > 0.0 && share.is_finite()).then(|| share.clamp(0.0, 1.0))
}

/// A share that is in part counted by a rule which errs.
///
/// **Estimates** `(E[sure] + P E[looked]) / E[whole]`, where `P` is the true share among what the rule looked at. With nothing
/// sure and everything looked at it is the Rogan-Gladen share itself.
///
/// **Formula.** `P` by [`rogan_gladen`] from `Σ taken / Σ looked` and the audit's sensitivity and specificity; then
/// `(Σ sure + P Σ looked) / Σ whole`. Where the rule looked at nothing it is the plain share.
///
/// **Assumptions.** Clusters are independent of each other and alike; the audited texts are a random sample of such texts,
/// and the rule errs on these as it does on those. Nothing is censored; there are no ties.
///
/// **Interval.** Percentile over 1,000 draws in which both samples are drawn again: the clusters as [`crate::resample`] does, and the
/// texts of the audit, whose shares get half a text on either side, so that an audit without a mistake does not claim that
/// there never is one. Draws in which the rule tells no more than chance are left out. Where all clusters agree, the Jeffreys
/// limits of the observed share over the clusters, corrected, widen it; where nothing or all is left, those of 0 or 1.
///
/// **Not for** rules audited on other texts than those they are used on (another language, another kind of event).
///
/// **Reference.** As for [`rogan_gladen`]; Reiczigel, Földi and Ózsvári (2010), Exact confidence limits for prevalence of a
/// disease with an imperfect diagnostic test, Epidemiology and Infection 138, 1674-1678, on why both samples matter.
///
/// "Cannot tell" where the wholes sum to 0, or where the audit is empty or shows a rule no better than chance. The same input
/// and seed give the same interval to the last bit.
pub fn corrected(clusters: &[Screened], audit: Audit, n: u64, seed: u64, window: Window) -> Estimate {
    let method = format!("{METHOD_CORRECTED}, {DRAWS} bootstrap draws of items ({} items) and audit", clusters.len());
    let cannot = |why: &'static str| Estimate::cannot_tell(n, Unit::Share, window, method.clone(), why);
    let sums = Sum::of(clusters.iter());
    if sums.whole <= 0.0 {
        return cannot("nothing to take a share of");
    }
    let (se, sp) =
        (f64::from(audit.found) / f64::from(audit.with), 1.0 - f64::from(audit.mistaken) / f64::from(audit.without));
    let Some(value) = sums.share(se, sp) else { return cannot("the text rule tells no more than chance") };
    let mut interval = drawn(clusters, audit, seed, LEVEL_DEFAULT);
    if let Some(limits) = of_agreement(clusters, LEVEL_DEFAULT) {
        let widened = |limit: Option<f64>| sums.share_if(limit?, se, sp);
        let (low, high) = (widened(limits.low), widened(limits.high));
        interval = Interval {
            low: interval.low.zip(low).map(|(a, b)| a.min(b)).or(low),
            high: interval.high.zip(high).map(|(a, b)| a.max(b)).or(high),
        };
    }
    if value <= 0.0 || value >= 1.0 {
        // Nothing in so many clusters may still be something.
        let limits = agreed(value, clusters.len() as u64, Range::Share, LEVEL_DEFAULT);
        interval.low = interval.low.zip(limits.low).map(|(a, b)| a.min(b));
        interval.high = interval.high.zip(limits.high).map(|(a, b)| a.max(b));
    }
    Estimate::new(value, interval, n, Unit::Share, window, method)
}

/// Clusters added up.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    sure: f64,
    taken: f64,
    looked: f64,
    whole: f64,
}

impl Sum {
    fn of<'a>(clusters: impl Iterator<Item = &'a Screened>) -> Sum {
        clusters.fold(Sum::default(), |sum, one| Sum {
            sure: sum.sure + one.sure,
            taken: sum.taken + one.taken,
            looked: sum.looked + one.looked,
            whole: sum.whole + one.whole,
        })
    }

    fn share(&self, sensitivity: f64, specificity: f64) -> Option<f64> {
        if self.looked <= 0.0 {
            return (self.whole > 0.0).then(|| (self.sure / self.whole).clamp(0.0, 1.0));
        }
        self.share_if(self.taken / self.looked, sensitivity, specificity)
    }

    /// The share, if the rule had taken this part of what it looked at.
    fn share_if(&self, taken: f64, sensitivity: f64, specificity: f64) -> Option<f64> {
        let among = if self.looked > 0.0 { rogan_gladen(taken, sensitivity, specificity)? } else { 0.0 };
        (self.whole > 0.0).then(|| ((self.sure + among * self.looked) / self.whole).clamp(0.0, 1.0))
    }
}

/// The percentile interval over both samples.
fn drawn(clusters: &[Screened], audit: Audit, seed: u64, level: f64) -> Interval {
    if clusters.len() < 2 {
        return Interval::UNKNOWN;
    }
    let mut drawn = dice::Sums::new(4, DRAWS, seed);
    for one in clusters {
        drawn.push((0..).zip([one.sure, one.taken, one.looked, one.whole]));
    }
    let (drawn, mut rng) = drawn.close();
    let [sure, taken, looked, whole] = drawn.as_slice() else { return Interval::UNKNOWN };
    let mut shares = Vec::with_capacity(DRAWS);
    for (((&sure, &taken), &looked), &whole) in sure.iter().zip(taken).zip(looked).zip(whole) {
        let sensitivity = audited(&mut rng, audit.found, audit.with);
        let specificity = 1.0 - audited(&mut rng, audit.mistaken, audit.without);
        shares.extend(Sum { sure, taken, looked, whole }.share(sensitivity, specificity));
    }
    shares.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - level_or_default(level)) / 2.0;
    let at = |p: f64| {
        let last = shares.len().checked_sub(1)?;
        shares.get((p * last as f64).round() as usize).copied()
    };
    Interval { low: at(tail), high: at(1.0 - tail) }
}

/// The share `k` of `n` texts, drawn again.
fn audited(rng: &mut ChaCha8Rng, k: u32, n: u32) -> f64 {
    let p = (f64::from(k) + 0.5) / (f64::from(n) + 1.0);
    let limit = (p * f64::from(u32::MAX)) as u32;
    let hits = (0..n).filter(|_| rng.next_u32() < limit).count();
    hits as f64 / f64::from(n)
}

/// The Jeffreys limits of what the rule took, where all clusters agree on it and drawing them shows no spread.
fn of_agreement(clusters: &[Screened], level: f64) -> Option<Interval> {
    let mut sums = Sums::default();
    for one in clusters.iter().filter(|one| one.looked > 0.0) {
        sums.add(Cluster { part: one.taken, whole: one.looked });
    }
    let agrees = sums.variance().is_none_or(|variance| variance == 0.0);
    let value = sums.value().filter(|_| agrees)?;
    Some(agreed(value, sums.clusters(), Range::Share, level))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    const WINDOW: Window = Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };
    const AUDIT: Audit = Audit { with: 100, found: 80, without: 200, mistaken: 10 };

    fn plain(k: usize, n: usize) -> Vec<Screened> {
        (0..n).map(|i| Screened { sure: 0.0, taken: f64::from(u8::from(i < k)), looked: 1.0, whole: 1.0 }).collect()
    }

    fn of(clusters: &[Screened], audit: Audit) -> Estimate {
        corrected(clusters, audit, clusters.len() as u64, 1, WINDOW)
    }

    /// 0.2 observed, Se 0.8, Sp 0.95: (0.2 - 0.05) / 0.75 = 0.2. Delta method: Var p / J² + π² Var Se / J² + (1-π)² Var Sp / J²
    /// = (0.2·0.8/400 + 0.04·0.8·0.2/100 + 0.64·0.95·0.05/200) / 0.5625 = 0.0010951, standard error 0.0331.
    #[test]
    fn the_interval_is_near_the_delta_method() {
        let e = of(&plain(80, 400), AUDIT);
        assert!((e.value().unwrap() - 0.2).abs() < 1e-12);
        let half = (e.interval().high.unwrap() - e.interval().low.unwrap()) / 2.0;
        assert!((half - 1.96 * 0.0331).abs() < 0.008, "{e:?}");
    }

    #[test]
    fn what_is_sure_is_not_corrected() {
        let mut clusters = plain(0, 0);
        clusters.extend([Screened { sure: 1.0, taken: 0.0, looked: 0.0, whole: 1.0 }; 10]);
        clusters.extend([Screened { sure: 0.0, taken: 0.0, looked: 0.0, whole: 1.0 }; 30]);
        assert_eq!(of(&clusters, AUDIT).value(), Some(0.25));
        clusters.extend(plain(20, 60));
        // P = (1/3 - 0.05) / 0.75 = 0.37778 of 60, and 10 sure, of 100.
        assert!(
            (of(&clusters, AUDIT).value().unwrap() - (10.0 + 60.0 * (1.0 / 3.0 - 0.05) / 0.75) / 100.0).abs() < 1e-12
        );
    }

    #[test]
    fn a_share_below_the_false_alarms_of_the_rule_is_nothing() {
        let e = of(&plain(4, 400), AUDIT);
        assert_eq!(e.value(), Some(0.0));
        assert_eq!(e.interval().low, Some(0.0));
    }

    #[test]
    fn none_all_and_chance() {
        assert!(of(&[], AUDIT).value().is_none());
        assert!(of(&plain(3, 9), Audit { found: 5, mistaken: 20, ..AUDIT }).value().is_none());
        assert!(of(&plain(3, 9), Audit { with: 0, found: 0, ..AUDIT }).value().is_none());
        // With Se 0.8, nothing but all of them could look like 81 in 100; a better rule leaves some doubt.
        let surely = of(&plain(12, 12), AUDIT).interval().low;
        assert_eq!(surely, crate::proportion::jeffreys(12, 12, 0.95).low, "but twelve are few");
        let all = of(&plain(12, 12), Audit { found: 97, ..AUDIT });
        assert_eq!(all.value(), Some(1.0));
        assert!(all.interval().low.unwrap() < 1.0, "{all:?}");
        let faultless = of(&plain(0, 40), Audit { with: 50, found: 50, without: 50, mistaken: 0 });
        assert_eq!(faultless.value(), Some(0.0));
        assert!(faultless.interval().high.unwrap() > 0.01, "{faultless:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_bits() {
        let clusters = plain(30, 90);
        assert_eq!(of(&clusters, AUDIT), of(&clusters, AUDIT));
        assert_ne!(of(&clusters, AUDIT).interval(), corrected(&clusters, AUDIT, 90, 2, WINDOW).interval());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn it_stays_within_0_and_1(k in 0usize..40, more in 0usize..40, found in 60u32..=100, mistaken in 0u32..=80) {
            let e = of(&plain(k, k + more), Audit { with: 100, found, without: 200, mistaken });
            for x in [e.value(), e.interval().low, e.interval().high].into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&x));
            }
        }
    }
}
