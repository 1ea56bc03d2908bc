//! The beta distribution, and what is made of it (binomial, Student's t), for counts of a few as for tens of millions.
//!
//! The library's own continued fraction stops after 140 terms, which is enough for some twenty thousand observations, and
//! its quantile searches without end where the fraction is wrong. Here the fraction goes on until it stands still; it needs
//! terms in proportion to the root of the larger parameter.

use statrs::function::gamma::ln_gamma;

/// More than any record needs: the root of 10^12, ten times.
const TERMS_MAX: u32 = 10_000_000;
const STEPS_MAX: u32 = 200;

/// The part of Beta(`a`, `b`) at or below `x`, 0 to 1; `a` and `b` above 0.
///
/// **Formula.** The continued fraction of the incomplete beta function, evaluated by Lentz's method on the side of the mean
/// where it converges fast. Relative error about 1e-13 for parameters of thousands and below 1e-7 up to 10^8, from what
/// logarithms of gamma functions lose.
///
/// **Reference.** Press et al. (2007), Numerical Recipes, 3rd edition, section 6.4, for the formula.
pub(crate) fn at_or_below(a: f64, b: f64, x: f64) -> f64 {
    if x.is_nan() || a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_density(a, b, x) + x.ln() + (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        (front * fraction(a, b, x) / a).clamp(0.0, 1.0)
    } else {
        (1.0 - front * fraction(b, a, 1.0 - x) / b).clamp(0.0, 1.0)
    }
}

/// The value at or below which the part `p` of Beta(`a`, `b`) lies.
///
/// Newton's steps from the normal approximation, kept between limits that are known to enclose it, halving where a step
/// would leave them. `p` of 0 or less gives 0, of 1 or more 1.
pub(crate) fn quantile(a: f64, b: f64, p: f64) -> f64 {
    if p <= 0.0 || p.is_nan() {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let mean = a / (a + b);
    let spread = (mean * (1.0 - mean) / (a + b + 1.0)).sqrt();
    let z = -std::f64::consts::SQRT_2 * statrs::function::erf::erfc_inv(2.0 * p);
    let mut x = (mean + z * spread).clamp(mean * 1e-3, 1.0 - (1.0 - mean) * 1e-3);
    for _ in 0..STEPS_MAX {
        let error = at_or_below(a, b, x) - p;
        if error < 0.0 {
            low = x
        } else {
            high = x
        }
        if error == 0.0 || high - low <= f64::EPSILON * high {
            break;
        }
        let step = error / ln_density(a, b, x).exp();
        let next = x - step;
        // What is off both limits, or goes nowhere, is halved instead; by the root where the limits are far apart.
        let next = if next > low && next < high {
            next
        } else if low > 0.0 && high > 4.0 * low {
            (low * high).sqrt()
        } else {
            low + (high - low) / 2.0
        };
        if (next - x).abs() <= 4.0 * f64::EPSILON * x {
            x = next;
            break;
        }
        x = next;
    }
    x
}

/// The chance of `k` or fewer successes in `n` trials of chance `p` each.
pub(crate) fn binomial_at_most(n: u64, p: f64, k: u64) -> f64 {
    if k >= n { 1.0 } else { at_or_below((n - k) as f64, k as f64 + 1.0, 1.0 - p) }
}

/// The quantile `p` of Student's t with that many degrees of freedom, above 0.
pub(crate) fn t_quantile(freedom: f64, p: f64) -> f64 {
    let inner = (2.0 * p - 1.0).abs();
    // t²/(f + t²) has the distribution Beta(1/2, f/2).
    let part = quantile(0.5, freedom / 2.0, inner);
    (freedom * part / (1.0 - part)).sqrt().copysign(p - 0.5)
}

/// The chance that Student's t with that many degrees of freedom is above `t`.
pub(crate) fn t_above(freedom: f64, t: f64) -> f64 {
    if t.is_nan() {
        return f64::NAN;
    }
    let outer = at_or_below(freedom / 2.0, 0.5, freedom / (freedom + t * t)) / 2.0;
    if t >= 0.0 { outer } else { 1.0 - outer }
}

fn ln_density(a: f64, b: f64, x: f64) -> f64 {
    ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + (a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p()
}

/// The continued fraction of the incomplete beta function, without what stands before it.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let off_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / off_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for term in 1..TERMS_MAX {
        let m = f64::from(term);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / off_zero(1.0 + even * d);
        c = off_zero(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / off_zero(1.0 + odd * d);
        c = off_zero(1.0 + odd / c);
        value *= d * c;
        if (d * c - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(found: f64, wanted: f64, relative: f64) {
        assert!((found - wanted).abs() <= relative * wanted.abs(), "{found:e} is not {wanted:e}");
    }

    /// Figures of scipy 1.17 (`scipy.special.betainc`).
    #[test]
    fn parts_of_few_and_of_tens_of_millions() {
        near(at_or_below(0.5, 12.5, 0.1), 0.891_937_627_275_836_8, 1e-12);
        near(at_or_below(300.5, 700.5, 0.31), 0.752_193_690_656_132_4, 1e-11);
        near(at_or_below(10_000.5, 30_000.5, 0.2505), 0.590_906_414_342_698_4, 1e-9);
        near(at_or_below(500_000.5, 500_000.5, 0.5005), 0.841_344_867_053_920_4, 1e-8);
        near(at_or_below(1_500_000.5, 7_000_000.5, 0.1764), 0.294_600_284_221_391_34, 1e-7);
        near(at_or_below(20.5, 1e7, 2.5e-6), 0.841_758_829_303_442_3, 1e-7);
        near(at_or_below(0.5, 1e7 + 0.5, 1e-7), 0.842_700_808_516_246_2, 1e-7);
        near(at_or_below(3e7, 3e7, 0.500_02), 0.621_658_177_050_884, 1e-6);
    }

    /// Figures of scipy 1.17 (`scipy.stats.beta.ppf`, `t.ppf`, `t.cdf`).
    #[test]
    fn quantiles_of_few_and_of_tens_of_millions() {
        near(quantile(3.5, 4.5, 0.025), 0.138_864_219_104_890_25, 1e-12);
        near(quantile(300.5, 700.5, 0.975), 0.328_949_653_924_710_7, 1e-11);
        near(quantile(500_000.5, 500_000.5, 0.025), 0.499_020_019_193_864_24, 1e-9);
        near(quantile(1_500_000.5, 7_000_000.5, 0.975), 0.176_726_978_162_357_44, 1e-9);
        near(quantile(20.5, 1e7, 0.025), 1.260_723_907_986_335_6e-6, 1e-7);
        near(quantile(1e7, 20.5, 0.975), 0.999_998_739_276_092_1, 1e-12);
        near(quantile(0.5, 1e7 + 0.5, 0.975), 2.511_942_715_366_002_4e-7, 1e-7);
        for (freedom, p, wanted) in [
            (1.0, 0.975, 12.706_204_736_174_694),
            (5.0, 0.975, 2.570_581_835_636_314_4),
            (99.0, 0.95, 1.660_391_156_016_990_6),
            (1e4, 0.975, 1.960_201_239_890_626),
            (1e6, 0.975, 1.959_966_356_814_107),
            (1e8, 0.975, 1.959_964_008_262_766_3),
        ] {
            near(t_quantile(freedom, p), wanted, 1e-7);
            near(t_quantile(freedom, 1.0 - p), -wanted, 1e-7);
            near(t_above(freedom, wanted), 1.0 - p, 1e-6);
        }
        near(t_above(1e6, 2.0), 1.0 - 0.977_249_733_074_340_4, 1e-6);
        near(t_above(1e8, -2.5), 1.0 - 0.006_209_666_120_027_275, 1e-6);
        assert_eq!((quantile(2.0, 3.0, 0.0), quantile(2.0, 3.0, 1.0)), (0.0, 1.0));
    }

    #[test]
    fn a_binomial_by_hand() {
        near(binomial_at_most(2, 0.5, 0), 0.25, 1e-12);
        near(binomial_at_most(2, 0.5, 1), 0.75, 1e-12);
        assert_eq!(binomial_at_most(2, 0.5, 2), 1.0);
    }

    proptest! {
        #[test]
        fn a_quantile_has_its_part_below_it(ln_a in -0.7f64..17.0, ln_b in -0.7f64..17.0, p in 0.0005f64..0.9995) {
            let (a, b) = (ln_a.exp(), ln_b.exp());
            let x = quantile(a, b, p);
            prop_assert!((0.0..=1.0).contains(&x));
            // Where the distribution is crowded against an end, the next number may be far away in parts.
            let apart = at_or_below(a, b, x * (1.0 + 4.0 * f64::EPSILON)) - at_or_below(a, b, x * (1.0 - 4.0 * f64::EPSILON));
            prop_assert!((at_or_below(a, b, x) - p).abs() <= 1e-8 + apart, "{a} {b} {p}: {x}");
        }
    }
}
