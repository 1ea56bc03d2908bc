"""Writes the reference numbers for adjusted p-values that tests/it.rs compares with.

Synthetic data only. Run in an environment with statsmodels and numpy:

    python multiplicity.py > multiplicity.json
"""

import json
import sys

import numpy as np
import statsmodels
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(20240301)


def family(p):
    p = np.asarray(p, dtype=float)
    return {
        "p": list(map(float, p)),
        "holm": list(map(float, multipletests(p, method="holm")[1])),
        "benjamini_hochberg": list(map(float, multipletests(p, method="fdr_bh")[1])),
    }


def mixed(n, share):
    """Mostly nothing, with a share of small ones."""
    small = rng.random(n) < share
    return np.where(small, rng.beta(0.2, 8.0, n), rng.random(n))


json.dump(
    {
        "made_with": {"statsmodels": statsmodels.__version__, "numpy": np.__version__},
        "families": [
            family([0.04]),
            family([0.05, 0.05, 0.05]),
            family([0.0, 1.0, 1e-300, 0.5]),
            # Ties across a larger family, as whole per cents.
            family(np.round(mixed(30, 0.3), 2)),
            family(mixed(7, 0.5)),
            family(mixed(60, 0.2)),
            family(mixed(400, 0.05)),
        ],
    },
    sys.stdout,
    indent=None,
    separators=(",", ":"),
)
