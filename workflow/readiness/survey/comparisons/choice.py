"""Which test leads at which n, in one sentence that the report prints.

The rule rests on a simulation under the null hypothesis (docs/coverage.md): asymptotic tests reject
too often in small samples and thin groups, a permutation of the answers does not, and with very
many answers every test rejects, so that the size of the effect is what matters. The sentences hold
no digits: numbers in a report come from the register of figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from readiness.errors import StatisticsError
from readiness.survey.options import one_of

Lead = Literal["permutation", "rao_scott", "effect_size"]
Band = Literal["small", "medium", "large"]

SMALL = 100
LARGE = 20_000
SAFE_GROUP = 60
SAFE_EFFECTIVE = 30.0

_WHY: dict[str, dict[str, str]] = {
    "small": {
        "fr": "Effectif réduit : à cette taille, les tests asymptotiques rejettent trop souvent ; "
        "le test par permutation des réponses fait foi.",
        "en": "Small sample: at this size asymptotic tests reject too often, so the permutation "
        "test of the answers leads.",
        "ar": "عيّنة صغيرة: عند هذا الحجم ترفض الاختبارات التقاربية أكثر مما ينبغي، "
        "ولذلك يُعتمد اختبار تبديل الإجابات أولاً.",
    },
    "thin": {
        "fr": "Groupes trop minces pour leur nombre : le test de Rao-Scott y rejette trop "
        "souvent ; le test par permutation des réponses fait foi, celui de Rao-Scott l'accompagne.",
        "en": "Groups too thin for their number: Rao-Scott's test rejects too often there, so the "
        "permutation test of the answers leads and Rao-Scott's stands beside it.",
        "ar": "بعض المجموعات قليلة العدد: اختبار راو-سكوت يرفض فيها أكثر مما ينبغي، ولذلك يُعتمد "
        "اختبار تبديل الإجابات أولاً ويُذكر اختبار راو-سكوت إلى جانبه.",
    },
    "medium": {
        "fr": "Chaque groupe compte assez de réponses : le test F de Rao-Scott (second ordre) fait "
        "foi.",
        "en": "Every group has enough answers: Rao-Scott's second-order F test leads.",
        "ar": "في كل مجموعة عدد كافٍ من الإجابات: يُعتمد اختبار راو-سكوت من الدرجة الثانية أولاً.",
    },
    "large": {
        "fr": "Très grand effectif : presque tout écart y est significatif ; la taille de l'effet "
        "et son intervalle font foi, non la valeur p.",
        "en": "Very large sample: almost any difference is significant, so the effect size and its "
        "interval lead, not the p-value.",
        "ar": "عيّنة كبيرة جداً: يكاد كل فرق أن يكون دالاً إحصائياً، ولذلك يُعتمد حجم الأثر "
        "ومجاله أولاً لا قيمة الاحتمال.",
    },
    "override": {
        "fr": "Le test principal a été fixé par la configuration : {lead}.",
        "en": "The configuration sets the leading test: {lead}.",
        "ar": "حُدِّد الاختبار الرئيسي في الإعدادات: {lead}.",
    },
}

_LEADS: dict[str, dict[str, str]] = {
    "permutation": {
        "fr": "permutation des réponses",
        "en": "permutation of the answers",
        "ar": "تبديل الإجابات",
    },
    "rao_scott": {
        "fr": "F de Rao-Scott (second ordre)",
        "en": "Rao-Scott's second-order F",
        "ar": "اختبار راو-سكوت من الدرجة الثانية",
    },
    "effect_size": {
        "fr": "taille de l'effet et son intervalle",
        "en": "effect size and its interval",
        "ar": "حجم الأثر ومجاله",
    },
}


@dataclass(frozen=True)
class Choice:
    """Which test leads and why.

    Attributes:
        lead: `permutation`, `rao_scott` or `effect_size`.
        beside: tests shown with it.
        band: `small`, `medium` or `large` n.
        sentence: the reason, by language (fr, en, ar), without digits.
        overridden: set by the user, not by n.
    """

    lead: Lead
    beside: tuple[str, ...]
    band: Band
    sentence: Mapping[str, str]
    overridden: bool = False


def choose(
    n: int,
    group_sizes: Sequence[int],
    effective_sizes: Sequence[float] | None = None,
    override: Lead | None = None,
) -> Choice:
    """The leading test for n answers in groups of these sizes.

    Below 100 answers the permutation leads; from 20,000 the effect size; in between Rao-Scott's F,
    unless a group is thin (fewer than 60 answers, or unequal weights leave it fewer than 30
    effective ones), where the permutation leads.

    Args:
        n: unweighted base.
        group_sizes: unweighted answers of each group.
        effective_sizes: Kish's effective number of answers of each group, if known.
        override: a leading test chosen in the config.

    Raises:
        StatisticsError: no answers, fewer than two groups, an unknown override.
    """
    sizes = [int(s) for s in group_sizes if s > 0]
    if n <= 0 or len(sizes) < 2:
        raise StatisticsError(f"{n} answers in {len(sizes)} groups: there is nothing to compare")
    if override is not None:
        one_of(override, Lead, "leading test")
    band: Band = "small" if n < SMALL else "large" if n >= LARGE else "medium"
    effective = [e for e in effective_sizes or () if e > 0]
    thin = min(sizes) < SAFE_GROUP or min(effective, default=SAFE_EFFECTIVE) < SAFE_EFFECTIVE
    if band == "small":
        lead, why = "permutation", "small"
    elif band == "large":
        lead, why = "effect_size", "large"
    elif thin:
        lead, why = "permutation", "thin"
    else:
        lead, why = "rao_scott", "medium"
    beside = _beside(band, len(sizes), thin)
    if override is None:
        return Choice(lead, tuple(b for b in beside if b != lead), band, _WHY[why])  # type: ignore[arg-type]
    sentence = {
        language: text.format(lead=_LEADS[override][language])
        for language, text in _WHY["override"].items()
    }
    return Choice(override, tuple(b for b in beside if b != override), band, sentence, True)


def _beside(band: Band, groups: int, thin: bool) -> tuple[str, ...]:
    """Tests worth showing: no asymptotic test over many groups in a small sample."""
    if band == "small":
        asymptotic = ("rao_scott", "kruskal_wallis") if groups <= 3 else ()
        return ("permutation", "fisher_freeman_halton", *asymptotic, "effect_size")
    tests = ("rao_scott", "kruskal_wallis", "ordinal_logit", "effect_size")
    return (*tests, "permutation") if thin else tests
