"""Writes the reference numbers that tests/it.rs compares with.

Synthetic data only. Run in an environment with lifelines, statsmodels, scipy and numpy:

    python make.py > reference.json
"""

import json
import sys
import warnings

import lifelines
import numpy as np
import scipy.stats
import statsmodels
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.utils import median_survival_times, restricted_mean_survival_time
from statsmodels.stats.proportion import proportion_confint

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240229)


def number(x):
    """JSON has no infinity: null stands for "no such number"."""
    x = float(x)
    return x if np.isfinite(x) else None


def sample(n, ties):
    """Durations with three kinds of end: 0 open, 1 the event, 2 another end."""
    time = rng.lognormal(3.0, 1.0, n)
    kind = np.where(rng.random(n) < 0.15, 2, 1)
    open_at = rng.uniform(5.0, 120.0, n)
    end = np.where(time <= open_at, kind, 0)
    time = np.minimum(time, open_at)
    # Whole hours give ties; nine digits give none and print exactly.
    time = np.ceil(time) if ties else np.round(time, 9)
    return time, end


def kaplan_meier(time, end):
    event = end == 1
    fitter = KaplanMeierFitter(alpha=0.05).fit(time, event)
    table = fitter.event_table
    at = table.index[table["observed"] > 0]
    curve = fitter.survival_function_.loc[at].iloc[:, 0]
    limits = fitter.confidence_interval_survival_function_
    greenwood = fitter._cumulative_sq_.loc[at]
    both = median_survival_times(limits)
    horizon = 40.0
    mean, variance = restricted_mean_survival_time(fitter, t=horizon, return_variance=True)
    return {
        "time": list(map(float, time)),
        "event": [int(e) for e in event],
        "at": list(map(float, at)),
        "survival": list(map(float, curve)),
        "greenwood": [number(x) for x in greenwood],
        "low": list(map(float, limits.loc[at].iloc[:, 0])),
        "high": list(map(float, limits.loc[at].iloc[:, 1])),
        "median": number(fitter.median_survival_time_),
        "median_low": number(both.iloc[0, 0]),
        "median_high": number(both.iloc[0, 1]),
        "horizon": horizon,
        "restricted_mean": float(mean),
    }


def aalen_johansen(time, end):
    fitter = AalenJohansenFitter(alpha=0.05).fit(time, end, event_of_interest=1)
    table = fitter.event_table
    at = table.index[table["observed"] > 0]
    limits = fitter.confidence_interval_
    low = limits.loc[at].min(axis=1)
    high = limits.loc[at].max(axis=1)
    return {
        "time": list(map(float, time)),
        "end": [int(e) for e in end],
        "at": list(map(float, at)),
        "incidence": list(map(float, fitter.cumulative_density_.loc[at].iloc[:, 0])),
        "variance": [number(x) for x in fitter.variance_.loc[at]],
        "low": [number(x) for x in low],
        "high": [number(x) for x in high],
    }


def proportions():
    rows = []
    for k, n in [(3, 7), (1, 10), (9, 10), (50, 100), (2, 1000), (777, 5000), (123_456, 1_000_000)]:
        row = {"k": k, "n": n}
        for method in ("jeffreys", "wilson"):
            low, high = proportion_confint(k, n, alpha=0.05, method=method)
            row[method] = [float(low), float(high)]
        rows.append(row)
    return rows


def ranks():
    """The same rule in scipy's words: see crates/stats/src/rank.rs."""
    rows = []
    for n in (6, 20, 101, 5000):
        for p in (0.25, 0.5, 0.75):
            low = int(scipy.stats.binom.ppf(0.025, n, p))
            while scipy.stats.binom.cdf(low, n, p) <= 0.025:
                low += 1
            high = int(scipy.stats.binom.ppf(0.975, n, p)) + 1
            rows.append({"n": n, "p": p, "low": low if low >= 1 else None, "high": high if high <= n else None})
    return rows


json.dump(
    {
        "made_with": {
            "lifelines": lifelines.__version__,
            "statsmodels": statsmodels.__version__,
            "scipy": scipy.__version__,
            "numpy": np.__version__,
        },
        "kaplan_meier": [kaplan_meier(*sample(n, ties)) for n, ties in ((25, False), (80, True), (300, True))],
        "aalen_johansen": [aalen_johansen(*sample(n, False)) for n in (30, 200)],
        "proportion": proportions(),
        "rank": ranks(),
        "t": [{"df": df, "q": float(scipy.stats.t.ppf(0.975, df))} for df in (1, 2, 5, 30, 1000, 99_999)],
    },
    sys.stdout,
    indent=None,
    separators=(",", ":"),
)
