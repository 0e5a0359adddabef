"""Digits of shares, and the precision printed beside them (docs/methods.md, "Digits").

Limits that are computed from exact counts disclose counts, however they are rounded. So every
number beside a share is computed from printed numbers: the share at its printed digits, the number
of answers, and one effective sample size for a question in a group. Readers can compute the limits
again from the page.

The effective sample size pools all answers to a question (the mean design effect of Rao and Scott
1981): n_eff = sum of p(1-p) over the sum of the squared standard errors, times (t_{n-1} / t_df)^2,
at most n, rounded down (Korn and Graubard 1998). Answers that are suppressed are not pooled; for
all respondents, answers that are suppressed in any group are not. Limits are those of Clopper and
Pearson (1934) for a printed share p on m answers, where 1/m = 1/n_eff + u^2 / (12 p(1-p)): rounding
to units of u adds u^2/12 to the variance (Sheppard 1898).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from readiness.ground.arrays import FloatArray
from readiness.ground.figure_id import share_id
from readiness.language.rounding import round_amount
from readiness.questionnaire import OF_NUMBERS, TOTAL
from readiness.survey.intervals import clopper_pearson, nchs, pooled_effective_size

# A size that is whole except for the last bits of a sum counts as whole, on any machine: for n
# equal weights it is n - 1, and sums of floats come out just below or above.
_GRACE = 1e-9
# Percentages of all respondents have one decimal from this number of respondents on.
TENTHS_FROM = 1000


@dataclass(frozen=True)
class ShareDigits:
    """Decimals of the percentages of one report.

    `total`: decimals of shares of all respondents; `group`: of shares of a group. `rounding`: rule
    for an exact half. `exact`: whether numbers are computed from unrounded shares, as in ledgers of
    1.0.
    """

    total: int = 0
    group: int = 0
    rounding: str = "half_even"
    exact: bool = False

    @classmethod
    def of_wave(cls, respondents: int, rounding: str = "half_even") -> "ShareDigits":
        """Return the decimals for a wave of so many respondents."""
        return cls(total=int(respondents >= TENTHS_FROM), rounding=rounding)

    def of(self, group: str) -> int:
        """Return the decimals of a percentage of a group, or of all (`all`)."""
        return self.total if group == TOTAL else self.group

    def round_shares(self, shares: FloatArray, groups: Sequence[str]) -> FloatArray:
        """Return shares (0-1) of these groups, rounded for printing; NaN stays NaN."""
        return np.array(
            [
                np.nan if np.isnan(share) else float(self.round_share(share, group))
                for share, group in zip(shares, groups, strict=True)
            ],
            dtype=np.float64,
        )

    def round_share(self, share: float, group: str) -> float:
        """Return one share (0-1) of a group, rounded for printing."""
        if self.exact:
            return share
        return float(round_amount(share, self.of(group) + 2, self.rounding))


def limits_of_printed(
    shares: FloatArray, n_eff: FloatArray, units: FloatArray, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return confidence limits (0-1) of printed shares, unrounded.

    Args:
        shares: shares (0-1) as they are printed.
        n_eff: effective sample sizes as they are printed.
        units: the unit of the last digit of each share (0.01 for a whole percent).
        level: confidence level, in (0, 1).
    """
    spread = shares * (1 - shares)
    with np.errstate(divide="ignore", invalid="ignore"):
        rounding = np.where(spread > 0, units**2 / (12 * spread), 0.0)
        size = 1 / (1 / n_eff + rounding)
    return clopper_pearson(shares * size, size, level)


def print_precision(
    estimates: pd.DataFrame,
    answers_of: Mapping[str, Sequence[str]],
    digits: ShareDigits,
    level: float,
    suppressed: Collection[str] = (),
) -> pd.DataFrame:
    """Return the estimates with the precision of shares that follows from printed numbers.

    Args:
        estimates: rows of the estimate step, as text or numbers.
        answers_of: by item, its answers or options without boxes, which are pooled.
        digits: the decimals of shares.
        level: confidence level, in (0, 1).
        suppressed: ids of the shares that are not published, for any reason.

    A question has no effective sample size in a group where none of its shares is published. In
    rows of shares `n_eff` (a whole number, the same for all answers of a question in a group),
    `se`, `lower`, `upper`, `deff` and `reliability` are replaced; NaN where the design gives no
    standard error. Rows of means stay as they are.
    """
    shares = estimates[~estimates["level"].isin(OF_NUMBERS)].copy()
    if shares.empty:
        return estimates
    for column in ("estimate", "se", "n", "df"):
        shares[column] = pd.to_numeric(shares[column], errors="coerce")
    names = shares[["item", "level", "group", "base"]].itertuples(index=False, name=None)
    published = np.array([share_id(*name) not in suppressed for name in names])
    shares["published"] = published
    # The variance of all respondents is a sum over groups: it could disclose a suppressed share.
    by_answer = shares.groupby(["item", "level", "base"], sort=False)["published"]
    is_published_everywhere = by_answer.transform("all")
    shares["pooled"] = shares["published"] & (is_published_everywhere | (shares["group"] != TOTAL))
    is_answer = np.array(
        [
            level in answers_of.get(str(item), ())
            for item, level in zip(shares["item"], shares["level"], strict=True)
        ]
    )
    n_eff: FloatArray = np.full(len(shares), np.nan)
    of_group = shares.groupby(["item", "group", "base"], sort=False)
    for rows in (np.asarray(places, dtype=np.int64) for places in of_group.indices.values()):
        # A box is a sum of answers that are pooled already; "don't know" is alone on its base.
        pooled = rows[is_answer[rows]] if is_answer[rows].any() else rows
        pooled_shares = shares.take(pooled)
        # Without a printed share a sample size would disclose answers, and no limits need it.
        if pooled_shares["se"].isna().any() or not published[rows].any():
            continue
        n_eff[rows] = _pool(pooled_shares, level)
    printed = digits.round_shares(
        shares["estimate"].to_numpy(dtype=np.float64), [*shares["group"].astype(str)]
    )
    n = shares["n"].to_numpy(dtype=np.float64)
    places = [digits.of(str(group)) + 2 for group in shares["group"]]
    units = 10.0 ** -np.array(places, dtype=np.float64)
    lower, upper = limits_of_printed(printed, n_eff, units, level)
    flags = nchs(printed, n, n_eff, lower, upper, shares["df"].to_numpy(dtype=np.float64))
    result = estimates.astype(object)
    result.loc[shares.index, "n_eff"] = n_eff
    # The standard error is 0 if everybody was asked and answered (a census).
    certain = shares["se"].to_numpy(dtype=np.float64) == 0
    errors = np.sqrt(printed * (1 - printed) / n_eff)
    result.loc[shares.index, "se"] = np.where(certain, 0.0, errors)
    result.loc[shares.index, "lower"] = lower
    result.loc[shares.index, "upper"] = upper
    with np.errstate(divide="ignore", invalid="ignore"):
        result.loc[shares.index, "deff"] = n / n_eff
    # Groups counted apart have no flag, because their shares are not estimates.
    flagged = estimates.loc[shares.index, "reliability"].fillna("").astype(str).ne("").to_numpy()
    result.loc[shares.index[flagged], "reliability"] = flags[flagged]
    return result


def _pool(answers: pd.DataFrame, level: float) -> float:
    """Return the effective sample size for all answers to a question in a group, a whole number.

    Answers that are suppressed somewhere are not pooled. Where all are suppressed, the design
    effect of all answers is rounded up to a tenth, so that nobody can compute back.
    """
    n, df = float(answers["n"].iloc[0]), float(answers["df"].min())
    pooled = answers[answers["pooled"]]
    is_coarse = pooled.empty
    shares, errors = (
        (answers if is_coarse else pooled)[name].to_numpy(dtype=np.float64)
        for name in ("estimate", "se")
    )
    size = pooled_effective_size(shares, errors, n, df, level)
    if is_coarse:
        size = n / (np.ceil(10 * n / size * (1 - _GRACE)) / 10)
    return max(float(np.floor(size * (1 + _GRACE))), 1.0)
