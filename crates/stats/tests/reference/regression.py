"""Writes the reference numbers that tests/it/regression.rs compares with.

Synthetic data only. Accelerated failure time models: the likelihood is written down here a second time, its derivatives are
taken by automatic differentiation and its top is found by Newton's method; lifelines has to agree as far as its own optimiser
goes. Counts: statsmodels. Shifts: numpy's median of all differences. Run in an environment with lifelines, autograd,
statsmodels, scipy and numpy:

    python regression.py > regression.json
"""

import json
import sys

import autograd.numpy as anp
import lifelines
import numpy as np
import pandas as pd
import scipy
import scipy.optimize
import statsmodels
import statsmodels.api as sm
from autograd import grad, hessian, jacobian
from autograd.scipy.stats import norm

rng = np.random.default_rng(20250617)


def row_log_likelihood(shape, theta, x, y, ended):
    beta, tau = theta[:-1], theta[-1]
    z = (y - anp.dot(x, beta)) / anp.exp(tau)
    if shape == "log-normal":
        density, tail = norm.logpdf(z), norm.logcdf(-z)
    elif shape == "Weibull":
        density, tail = z - anp.exp(z), -anp.exp(z)
    else:
        grown = anp.log1p(anp.exp(z))
        density, tail = z - 2.0 * grown, -grown
    return ended * (density - tau - y) + (1.0 - ended) * tail


def aft(shape, n, censored_at, seed_spread):
    group = rng.integers(0, 2, n).astype(float)
    size = rng.normal(0.0, 1.0, n)
    cluster = rng.integers(0, n // 3, n)
    shared = rng.normal(0.0, seed_spread, n // 3)[cluster]
    if shape == "log-normal":
        e = rng.normal(0, 1, n)
    elif shape == "Weibull":
        e = np.log(rng.exponential(1, n))
    else:
        e = rng.logistic(0, 1, n)
    time = np.exp(1.2 + 0.4 * group + 0.3 * size + shared + 0.9 * e)
    ended = (time <= censored_at).astype(float)
    time = np.round(np.minimum(time, censored_at), 6)
    size = np.round(size, 6)
    x = np.column_stack([np.ones(n), group, size])
    y = np.log(time)

    def total(theta):
        return anp.sum(row_log_likelihood(shape, theta, x, y, ended))

    slope, curve = grad(total), hessian(total)
    theta = np.array([y.mean(), 0.0, 0.0, np.log(y.std())])
    theta = scipy.optimize.minimize(lambda t: -total(t), theta, jac=lambda t: -slope(t), method="BFGS").x
    for _ in range(20):
        theta = theta - np.linalg.solve(curve(theta), slope(theta))
    assert np.abs(slope(theta)).max() < 1e-8
    information = -curve(theta)
    model = np.linalg.inv(information)
    scores = jacobian(lambda t: row_log_likelihood(shape, t, x, y, ended))(theta)
    by_cluster = pd.DataFrame(scores).groupby(cluster).sum().to_numpy()
    groups, k = len(by_cluster), len(theta)
    factor = groups / (groups - 1) * (n - 1) / (n - k)
    robust = model @ (by_cluster.T @ by_cluster) @ model * factor

    # lifelines parametrises the Weibull and the log-logistic by their means on the log scale as well, and by log rho.
    fitters = {
        "log-normal": (lifelines.LogNormalAFTFitter, "mu_"),
        "Weibull": (lifelines.WeibullAFTFitter, "lambda_"),
        "log-logistic": (lifelines.LogLogisticAFTFitter, "alpha_"),
    }
    fitter, name = fitters[shape]
    frame = pd.DataFrame({"time": time, "ended": ended, "group": group, "size": size})
    theirs = fitter().fit(frame, "time", "ended")
    for at, column in enumerate(["Intercept", "group", "size"]):
        found, error = theirs.params_[name][column], theirs.standard_errors_[name][column]
        assert abs(found - theta[at]) < 1e-3, (shape, column, found, theta[at])
        assert abs(error - np.sqrt(model[at, at])) < 1e-3, (shape, column, error, model[at, at])
    assert total(theta) - 1e-3 < theirs.log_likelihood_ < total(theta) + 1e-6, (shape, theirs.log_likelihood_, total(theta))
    return {
        "shape": shape,
        "x": [list(map(float, row)) for row in x],
        "time": list(map(float, time)),
        "ended": [bool(e) for e in ended],
        "cluster": list(map(int, cluster)),
        "coefficients": list(map(float, theta[:-1])),
        "scale": float(np.exp(theta[-1])),
        "log_likelihood": float(total(theta)),
        "model_error": [float(e) for e in np.sqrt(np.diag(model))[:-1]],
        "robust_error": [float(e) for e in np.sqrt(np.diag(robust))[:-1]],
    }


def counts(n, dispersion):
    size = np.round(rng.uniform(2.5, 5.0, n), 6)
    month = np.arange(n) % 12
    season = np.round(np.column_stack([np.sin(2 * np.pi * month / 12), np.cos(2 * np.pi * month / 12)]), 6)
    exposure = np.round(rng.uniform(0.5, 2.0, n), 6)
    cluster = np.arange(n) // 6
    mean = exposure * np.exp(-0.5 + 0.7 * size + 0.2 * season[:, 0])
    if dispersion:
        mean = mean * rng.gamma(1.0 / dispersion, dispersion, n)
    y = rng.poisson(mean)
    x = np.column_stack([np.ones(n), size, season])
    if dispersion:
        model = sm.NegativeBinomial(y, x, offset=np.log(exposure))
        start = np.append(sm.GLM(y, x, family=sm.families.Poisson(), offset=np.log(exposure)).fit().params, dispersion)
        plain = model.fit(start_params=start, method="bfgs", maxiter=500, disp=0, gtol=1e-8)
        params = np.asarray(plain.params, dtype=float)
        # A few more steps of our own, so that the digits are those of the top.
        for _ in range(5):
            params = params - np.linalg.solve(model.hessian(params), model.score(params))
        information = -model.hessian(params)
        scores = model.score_obs(params)
        value = model.loglike(params)
        clustered = model.fit(
            start_params=params, method="bfgs", maxiter=50, disp=0, cov_type="cluster", cov_kwds={"groups": cluster}
        )
    else:
        model = sm.Poisson(y, x, offset=np.log(exposure))
        plain = model.fit(method="newton", maxiter=200, disp=0, tol=1e-14)
        params = np.asarray(plain.params, dtype=float)
        information, scores, value = -model.hessian(params), model.score_obs(params), model.loglike(params)
        clustered = model.fit(method="newton", maxiter=200, disp=0, tol=1e-14, cov_type="cluster", cov_kwds={"groups": cluster})
    covariance = np.linalg.inv(information)
    by_cluster = pd.DataFrame(scores).groupby(cluster).sum().to_numpy()
    groups, k = len(by_cluster), len(params)
    factor = groups / (groups - 1) * (n - 1) / (n - k)
    robust = covariance @ (by_cluster.T @ by_cluster) @ covariance * factor
    assert np.allclose(np.sqrt(np.diag(robust)), clustered.bse, rtol=1e-4), (np.sqrt(np.diag(robust)), clustered.bse)
    return {
        "x": [list(map(float, row)) for row in x],
        "count": list(map(int, y)),
        "exposure": list(map(float, exposure)),
        "cluster": list(map(int, cluster)),
        "coefficients": list(map(float, params[: x.shape[1]])),
        "dispersion": float(params[-1]) if dispersion else 0.0,
        "log_likelihood": float(value),
        # With the log of the dispersion as parameter, which leaves those of the coefficients as they are.
        "model_error": [float(e) for e in np.sqrt(np.diag(covariance))[: x.shape[1]]],
        "robust_error": [float(e) for e in np.sqrt(np.diag(robust))[: x.shape[1]]],
    }


def shift(n):
    stratum = rng.integers(0, 5, n)
    inside = rng.random(n) < 0.2 + 0.15 * stratum
    inside[stratum == 4] = True
    value = np.round(rng.normal(0, 1, n) + 0.5 * inside + 0.3 * stratum, 3)
    total, weights, used = 0.0, 0.0, []
    for s in range(5):
        a, b = value[(stratum == s) & inside], value[(stratum == s) & ~inside]
        if len(a) and len(b):
            d = float(np.median(a[:, None] - b[None, :]))
            w = len(a) * len(b) / (len(a) + len(b))
            total, weights = total + w * d, weights + w
            used.append(d)
    return {
        "value": list(map(float, value)),
        "in_group": [bool(i) for i in inside],
        "stratum": list(map(int, stratum)),
        "shift": total / weights,
        "used": used,
    }


json.dump(
    {
        "made_by": {
            "python": sys.version.split()[0],
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "statsmodels": statsmodels.__version__,
            "lifelines": lifelines.__version__,
        },
        "aft": [aft(shape, 150, 12.0, 0.4) for shape in ["log-normal", "Weibull", "log-logistic"]]
        + [aft("log-normal", 90, 1e9, 0.0)],
        "counts": [counts(72, 0.15), counts(60, 1.2), counts(48, 0.0)],
        "shift": [shift(80), shift(301)],
    },
    sys.stdout,
)
print()
