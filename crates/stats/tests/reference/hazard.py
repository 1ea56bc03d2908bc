"""Writes the reference numbers for hazards and divergences that tests/it/hazard.rs compares with.

Synthetic data only. Run in an environment with statsmodels, scipy and numpy:

    python hazard.py > hazard.json
"""

import json
import sys
import warnings

import numpy as np
import scipy
import scipy.stats
import statsmodels
import statsmodels.api as sm
from scipy.spatial.distance import jensenshannon

warnings.simplefilter("ignore")
rng = np.random.default_rng(20250117)


def person_periods(clusters, columns, unequal):
    """Up to twelve periods of each of one to three questions of a cluster; columns change with time."""
    x, length, ended, cluster = [], [], [], []
    beta = rng.normal(0.0, 0.6, columns)
    for c in range(clusters):
        for _ in range(rng.integers(1, 4)):
            frailty = rng.normal(0.0, 0.3)
            begins = rng.integers(0, 12, columns)
            for t in range(12):
                row = (t >= begins).astype(float)
                row[0] = 1.0
                if columns > 3:
                    row[3] = round(np.log1p(t), 9)
                long = round(float(rng.uniform(0.2, 2.0)), 6) if unequal else 1.0
                h = 1.0 - np.exp(-long * np.exp(-2.2 + row[1:] @ beta[1:] + frailty))
                end = bool(rng.random() < h)
                x.append(list(map(float, row)))
                length.append(long)
                ended.append(int(end))
                cluster.append(c)
                if end:
                    break
    return np.array(x), np.array(length), np.array(ended), np.array(cluster)


def hazard(clusters, columns, unequal):
    x, length, ended, cluster = person_periods(clusters, columns, unequal)
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    model = sm.GLM(ended, x, family=family, offset=np.log(length))
    by_cluster = model.fit(cov_type="cluster", cov_kwds={"groups": cluster}, tol=1e-14, maxiter=200)
    # The observed information, as the sandwich has it; the plain covariance of the fit uses the expected one.
    information = -model.hessian(by_cluster.params, observed=True)
    return {
        "x": [list(row) for row in x],
        "length": list(length),
        "ended": [int(e) for e in ended],
        "cluster": [int(c) for c in cluster],
        "coefficients": list(by_cluster.params),
        "log_likelihood": float(by_cluster.llf),
        "covariance": [list(row) for row in by_cluster.cov_params()],
        "model_error": list(np.sqrt(np.diag(np.linalg.inv(information)))),
        "p_two_sided": list(by_cluster.pvalues),
        "interval": [list(row) for row in np.exp(by_cluster.conf_int(0.05))],
    }


def divergences():
    rows = []
    for k in (2, 5, 12):
        p, q = rng.dirichlet(np.ones(k)), rng.dirichlet(np.ones(k))
        q[0] = 0.0
        rows.append({"p": list(p), "q": list(q), "bits": float(jensenshannon(p, q, base=2.0) ** 2)})
    return rows


def exact():
    rows = []
    for k, n, other, of in [(7, 9, 3, 11), (90, 120, 300, 500), (2, 40, 9, 60), (223, 223, 30, 200)]:
        table = [[k, n - k], [other, of - other]]
        rows.append(
            {
                "counts": [k, n, other, of],
                "fisher": float(scipy.stats.fisher_exact(table, alternative="greater")[1]),
                "binomial": float(scipy.stats.binomtest(k, n, 0.6, alternative="greater").pvalue),
            }
        )
    return rows


json.dump(
    {
        "made_with": {
            "statsmodels": statsmodels.__version__,
            "scipy": scipy.__version__,
            "numpy": np.__version__,
        },
        "hazard": [hazard(30, 3, False), hazard(60, 5, True), hazard(90, 4, True)],
        "divergence": divergences(),
        "exact": exact(),
    },
    sys.stdout,
    indent=None,
    separators=(",", ":"),
)
