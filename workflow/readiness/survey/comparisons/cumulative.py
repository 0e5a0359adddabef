"""The weighted likelihood of a cumulative model, with analytic scores and information.

Model: P(Y <= k) = F(zeta_k - x'beta), F logistic or normal. Each answer depends on the two cut
points around it; all derivatives are assembled from those with respect to these two ends. Source:
McCullagh (1980).
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import scipy

from readiness.ground.arrays import FloatArray, IntArray
from readiness.ground.errors import StatisticsError

Link = Literal["logistic", "probit"]


def interval_probability(link: Link, upper: FloatArray, lower: FloatArray) -> FloatArray:
    """Return F(upper) - F(lower) for lower < upper (or infinite), without cancellation."""
    # Both distributions are symmetric: take both tails on the side where F is small.
    flip = lower > 0
    u, low = np.where(flip, -lower, upper), np.where(flip, -upper, lower)
    return np.asarray(cdf(link, u) - cdf(link, low))


def cdf(link: Link, x: FloatArray) -> FloatArray:
    """Return the distribution function F."""
    return np.asarray(
        scipy.special.expit(x) if link == "logistic" else scipy.special.ndtr(x), dtype=np.float64
    )


def quantile(link: Link, p: FloatArray) -> FloatArray:
    """Return the inverse of F."""
    value = scipy.special.logit(p) if link == "logistic" else scipy.special.ndtri(p)
    return np.asarray(value, dtype=np.float64)


def density(link: Link, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return density f and its derivative f', both 0 at infinity."""
    finite = np.isfinite(x)
    z = np.where(finite, x, 0.0)
    if link == "logistic":
        p = cdf(link, z)
        f = p * cdf(link, -z)
        slope = f * (1 - 2 * p)
    else:
        f = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
        slope = -z * f
    return np.where(finite, f, 0.0), np.where(finite, slope, 0.0)


# Number of rows over which derivatives are summed at a time, so that they stay in the cache.
_BLOCK = 1 << 15


def distinct_rows(
    codes: IntArray, row: IntArray, kinds: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the combinations of answer and covariates that occur, and each respondent's.

    `codes`: answer of each respondent, shape (n,). `row`: covariate row of each respondent,
    0..kinds-1, shape (n,). `kinds`: number of covariate rows.

    Returns answer and covariate row of each combination, shape (m,) each, in an order that does not
    depend on that of the respondents; and the combination of each respondent, shape (n,).
    """
    key = codes * kinds + row
    size = (int(codes.max()) + 1) * kinds
    if size <= 8 * len(codes) + 100_000:
        used = np.flatnonzero(np.bincount(key, minlength=size))
        place = np.zeros(size, dtype=np.int64)
        place[used] = np.arange(len(used))
        inverse = place[key]
    else:
        used, inverse = np.unique(key, return_inverse=True)
    return used // kinds, used % kinds, inverse


class CumulativeLikelihood:
    """The weighted likelihood of the cells: value, scores and information.

    `y`, `x`, `weights`: answer, covariates and weight of each cell. `inverse`: cell of each
    respondent.
    """

    def __init__(
        self,
        y: IntArray,
        x: FloatArray,
        weights: FloatArray,
        inverse: IntArray,
        levels: int,
        link: Link,
    ) -> None:
        self.y, self.x, self.weights, self.inverse = y, x, weights, inverse
        self.cuts, self.link = levels - 1, link
        self.theta: FloatArray = np.zeros(0)

    def _find_ends(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the upper and lower end of each cell on the latent scale, less x'beta."""
        p = self.x.shape[1]
        cut = np.concatenate([[-np.inf], theta[p:], [np.inf]])
        eta = self.x @ theta[:p]
        return cut[self.y + 1] - eta, cut[self.y] - eta

    def log_likelihood(self, theta: FloatArray) -> float:
        """Return the weighted log-likelihood; -inf where the cut points are not in order."""
        if (np.diff(theta[self.x.shape[1] :]) <= 0).any():
            return -np.inf
        upper, lower = self._find_ends(theta)
        probability = interval_probability(self.link, upper, lower)
        return -np.inf if (probability <= 0).any() else float(self.weights @ np.log(probability))

    def _compute_parts(self, theta: FloatArray) -> tuple[FloatArray, ...]:
        """Return first and second derivatives of log p for the upper and lower end of each cell."""
        upper, lower = self._find_ends(theta)
        # A level without probability has no density either: 0/0 counts as 0.
        probability = np.maximum(interval_probability(self.link, upper, lower), 1e-300)
        f_u, s_u = density(self.link, upper)
        f_l, s_l = density(self.link, lower)
        g_u, g_l = f_u / probability, -f_l / probability
        return g_u, g_l, s_u / probability - g_u**2, -s_l / probability - g_l**2, -g_u * g_l

    def scores(self, theta: FloatArray, way: FloatArray) -> FloatArray:
        """Return the score of each cell (p+K-1) times a matrix, shape (cells, columns of `way`)."""
        p, products = self.x.shape[1], np.empty((len(self.y), way.shape[1]))
        for part, block in self._cut_blocks():
            g_u, g_l, *_ = block._compute_parts(theta)
            cells, upper, lower = np.arange(len(block.y)), block.y < self.cuts, block.y > 0
            scores = np.zeros((len(cells), p + self.cuts))
            np.multiply(block.x, -(g_u + g_l)[:, None], out=scores[:, :p])
            scores[cells[upper], p + block.y[upper]] = g_u[upper]
            scores[cells[lower], p + block.y[lower] - 1] = g_l[lower]
            products[part] = scores @ way
        return products

    def _cut_blocks(self) -> "Iterator[tuple[slice, CumulativeLikelihood]]":
        """Yield blocks of cells with their slices: for a million cells, scores of all would not
        fit.
        """
        for start in range(0, len(self.y), _BLOCK):
            part = slice(start, start + _BLOCK)
            y, x, weights = self.y[part], self.x[part], self.weights[part]
            yield part, CumulativeLikelihood(y, x, weights, self.inverse, self.cuts + 1, self.link)

    def slope(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return gradient and information, from sums by level, without writing out the scores."""
        p = self.x.shape[1]
        gradient, information = np.zeros(p + self.cuts), np.zeros((p + self.cuts,) * 2)
        for _, block in self._cut_blocks():
            block_gradient, block_information = block._compute_slope(theta)
            gradient += block_gradient
            information += block_information
        return gradient, information

    def _compute_slope(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return `slope` of one block; the ends of level k are cuts k and k - 1."""
        y, x, k = self.y, self.x, self.cuts + 1
        p = x.shape[1]
        upper, lower = y < self.cuts, y > 0
        # Derivatives at infinite ends are 0.
        is_finite = (upper, lower, upper, lower, upper & lower)
        parts = zip(is_finite, self._compute_parts(theta), strict=True)
        g_u, g_l, h_u, h_l, h_ul = (
            self.weights * np.where(finite_end, part, 0.0) for finite_end, part in parts
        )

        def by_level(values: FloatArray) -> FloatArray:
            return np.bincount(y, weights=values, minlength=k).astype(np.float64)

        def at_cuts(above: FloatArray, below: FloatArray) -> FloatArray:
            return above[:-1] + below[1:]

        gradient = np.concatenate([-((g_u + g_l) @ x), at_cuts(by_level(g_u), by_level(g_l))])
        level_indicators = (y[:, None] == np.arange(k)).astype(np.float64)
        mixed = at_cuts(
            (level_indicators * (h_u + h_ul)[:, None]).T @ x,
            (level_indicators * (h_l + h_ul)[:, None]).T @ x,
        )
        between = np.diag(by_level(h_ul)[1:-1], 1)
        hessian = np.empty((p + self.cuts,) * 2)
        hessian[:p, :p] = x.T @ (x * (h_u + h_l + 2 * h_ul)[:, None])
        hessian[:p, p:], hessian[p:, :p] = -mixed.T, -mixed
        hessian[p:, p:] = np.diag(at_cuts(by_level(h_u), by_level(h_l))) + between + between.T
        return gradient, -hessian

    def partial_scores(self) -> tuple[FloatArray, FloatArray]:
        """Return scores and information with separate coefficients at the cuts 2..K-1.

        Order: beta, zeta, then the deviations of cut 2, ..., cut K-1.
        """
        p, cuts = self.x.shape[1], self.cuts
        # Derivatives of the upper and lower end of each cell: for level y they are cuts y and y -
        # 1.
        up = np.zeros((len(self.y), p + cuts + p * (cuts - 1)))
        low = np.zeros_like(up)
        for cut in range(cuts):
            deviation_columns = slice(p + cuts + (cut - 1) * p, p + cuts + cut * p)
            for ends, at in ((up, self.y == cut), (low, self.y == cut + 1)):
                ends[at, :p] = -self.x[at]
                ends[at, p + cut] = 1.0
                if cut:
                    ends[at, deviation_columns] = -self.x[at]
        g_u, g_l, h_u, h_l, h_ul = self._compute_parts(self.theta)
        w = self.weights[:, None]
        cross = up.T @ (low * w * h_ul[:, None])
        hessian = up.T @ (up * w * h_u[:, None]) + low.T @ (low * w * h_l[:, None])
        return up * g_u[:, None] + low * g_l[:, None], -(hessian + cross + cross.T)

    def expected_information(self) -> FloatArray:
        """Return the Fisher information of the parameters of `partial_scores`, at the fitted
        shares.

        Unlike the observed information it is regular where a group left a level empty.
        """
        x, inverse = np.unique(self.x, axis=0, return_inverse=True)
        weights = np.zeros(len(x))
        np.add.at(weights, inverse.ravel(), self.weights)
        pieces = []
        for level in range(self.cuts + 1):
            cells = CumulativeLikelihood(
                np.full(len(x), level), x, weights, inverse, self.cuts + 1, self.link
            )
            cells.theta = self.theta
            upper, lower = cells._find_ends(self.theta)
            share = weights * interval_probability(self.link, upper, lower)
            scores, _ = cells.partial_scores()
            pieces.append(scores.T @ (scores * share[:, None]))
        return sum(pieces[1:], pieces[0])

    def start(self) -> FloatArray:
        """Return the cut points of the marginal distribution, with no effect of the covariates."""
        share = np.bincount(self.y, weights=self.weights, minlength=self.cuts + 1)
        below = np.cumsum(share)[:-1] / share.sum()
        return np.concatenate([np.zeros(self.x.shape[1]), quantile(self.link, below)])

    def refit(self, weights: FloatArray, start: FloatArray) -> FloatArray:
        """Return the estimate under other weights of the respondents, shape (n,), from `start`.

        Raises StatisticsError: no estimate (separation, or an empty level under these weights).
        """
        cells = np.bincount(self.inverse, weights=weights, minlength=len(self.y))
        cells = cells * (len(weights) / cells.sum())
        other = CumulativeLikelihood(self.y, self.x, cells, self.inverse, self.cuts + 1, self.link)
        if (theta := other.maximise(start=start)) is None:
            raise StatisticsError(
                f"a replicate leaves the {self.link} model without an estimate (separation, or an "
                "empty level under its weights); merge groups or levels, or do not refit"
            )
        return theta

    def maximise(self, start: FloatArray | None = None) -> FloatArray | None:
        """Return the estimate by Newton's method with step halving; None without convergence."""
        theta = self.start() if start is None else start
        value = self.log_likelihood(theta)
        for _ in range(100):
            gradient, information = self.slope(theta)
            if (step := _solve_ascent(information, gradient)) is None:
                return None
            step_length = 1.0
            while step_length > 1e-10:
                candidate = theta + step_length * step
                new = self.log_likelihood(candidate)
                if new >= value - 1e-12 * abs(value):
                    break
                step_length /= 2
            else:
                return None
            theta, value = candidate, new
            if np.abs(theta).max() > 1e6:
                return None
            if float(gradient @ step) < 1e-13 * max(1.0, abs(value)) and step_length == 1.0:
                # Convergence is quadratic: one more full step brings the estimate to machine
                # precision.
                gradient, information = self.slope(theta)
                last = _solve_ascent(information, gradient)
                self.theta = theta if last is None else theta + last
                return self.theta
        return None


def _solve_ascent(information: FloatArray, gradient: FloatArray) -> FloatArray | None:
    """Return Newton's step; None where the information is not positive definite (separation)."""
    scale = np.sqrt(np.abs(np.diag(information)))
    if not (np.isfinite(scale).all() and (scale > 0).all() and np.isfinite(gradient).all()):
        return None
    try:
        root = np.linalg.cholesky(information / np.outer(scale, scale))
    except np.linalg.LinAlgError:
        return None
    return np.asarray(np.linalg.solve(root.T, np.linalg.solve(root, gradient / scale)) / scale)
