"""Writes the reference numbers that tests/it/rate.rs compares with.

Synthetic data only. Run in an environment with statsmodels, scipy and numpy:

    python rate.py > rate.json
"""

import json
import sys

import numpy as np
import scipy.stats
import statsmodels
import statsmodels.api as sm

rng = np.random.default_rng(20240412)


def events(n, spread):
    """Counts with exposures: Poisson, or gamma-mixed and so over-dispersed."""
    exposure = np.round(rng.uniform(0.5, 6.0, n), 6)
    mean = 0.4 * exposure
    if spread:
        mean = mean * rng.gamma(1.0 / spread, spread, n)
    y = rng.poisson(mean)
    fit = sm.GLM(y, np.ones((n, 1)), family=sm.families.Poisson(), offset=np.log(exposure)).fit(scale="X2")
    over = max(1.0, float(fit.scale)) * (scipy.stats.t.ppf(0.95, n - 1) / scipy.stats.norm.ppf(0.95)) ** 2
    k, e = y.sum() / over, exposure.sum() / over
    return {
        "events": list(map(int, y)),
        "exposure": list(map(float, exposure)),
        "rate": float(np.exp(fit.params[0])),
        "dispersion": float(fit.scale),
        "error_of_log": float(fit.bse[0]),
        "low": float(scipy.stats.gamma.ppf(0.025, k + 0.5) / e),
        "high": float(scipy.stats.gamma.ppf(0.975, k + 0.5) / e),
        "bound": 0.35,
        "p": float(scipy.stats.gamma.cdf(0.35 * e, k + 0.5)),
    }


def share(n, together):
    """A share in clusters: its variance is that of a weighted regression on a constant, robust by cluster."""
    whole = rng.integers(1, 6, n)
    p = rng.beta(0.2 / together, 0.8 / together, n) if together else np.full(n, 0.2)
    part = rng.binomial(whole, p)
    cluster = np.repeat(np.arange(n), whole)
    y = np.concatenate([[1] * a + [0] * (b - a) for a, b in zip(part, whole)])
    fit = sm.OLS(y, np.ones((len(y), 1))).fit(cov_type="cluster", cov_kwds={"groups": cluster, "df_correction": True})
    # statsmodels corrects by G/(G-1) * (N-1)/(N-k), and N-1 = N-k here.
    value, variance = float(fit.params[0]), float(fit.bse[0]) ** 2
    effect = max(1.0, variance / (value * (1 - value) / len(y)))
    size = len(y) / effect * (scipy.stats.norm.ppf(0.95) / scipy.stats.t.ppf(0.95, n - 1)) ** 2
    k = value * size
    beta = scipy.stats.beta(k + 0.5, size - k + 0.5)
    return {
        "part": list(map(int, part)),
        "whole": list(map(int, whole)),
        "value": value,
        "size": float(size),
        "low": float(beta.ppf(0.025)),
        "high": float(beta.ppf(0.975)),
        "bound": 0.1,
        "p": float(beta.cdf(0.1)),
    }


def ratio(n):
    """Hours in one place over all hours, against a bound: a one-sample t test of the residuals."""
    whole = np.round(rng.lognormal(2.0, 1.0, n), 6)
    part = np.round(whole * rng.beta(0.6, 1.8, n), 6)
    test = scipy.stats.ttest_1samp(part - 0.2 * whole, 0.0, alternative="greater")
    return {"part": list(map(float, part)), "whole": list(map(float, whole)), "bound": 0.2, "p": float(test.pvalue)}


def corrected():
    rows = []
    for observed, se, sp in [(0.12, 0.7, 0.95), (0.12, 0.7, 0.9), (0.5, 0.9, 0.8), (0.03, 0.8, 0.95), (0.99, 0.8, 0.9)]:
        rows.append({"observed": observed, "se": se, "sp": sp, "share": float(np.clip((observed + sp - 1) / (se + sp - 1), 0, 1))})
    return rows


json.dump(
    {
        "made_with": {"statsmodels": statsmodels.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
        "events": [events(20, 0.0), events(60, 2.0), events(300, 0.7)],
        "share": [share(25, 0.0), share(40, 0.5), share(400, 0.2)],
        "ratio": [ratio(20), ratio(150)],
        "corrected": corrected(),
    },
    sys.stdout,
    indent=None,
    separators=(",", ":"),
)
