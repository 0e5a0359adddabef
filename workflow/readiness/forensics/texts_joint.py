"""Words for what several sets can share: how much a pass tells, the fairest number of people, and
readings of which none is the simplest. As in `texts`: no digit, placeholders only.
"""

from __future__ import annotations

from collections.abc import Mapping

JOINT_TEXTS: dict[str, Mapping[str, str]] = {
    "power_both": {
        "fr": " Des chiffres quelconques de même forme passeraient avec au plus {missing} personne "
        "sans réponse par question dans {power_missing} % des cas, et si chacun a répondu à tout "
        "dans {power} %.",
        "en": " Arbitrary figures of the same shape would pass with at most {missing} person "
        "silent on each question in {power_missing}% of cases, and if everyone answered "
        "everything in "
        "{power}%.",
        "ar": " وتجتاز أرقام عشوائية من الشكل نفسه الفحص مع امتناع {missing} شخص على الأكثر عن كل "
        "سؤال في {power_missing}% من الحالات، وإذا أجاب الجميع عن كل شيء في {power}%.",
    },
    "power_strict": {
        "fr": " Si chacun a répondu à tout, des chiffres quelconques de même forme passeraient "
        "dans {power} % des cas.",
        "en": " If everyone answered everything, arbitrary figures of the same shape would pass "
        "in {power}% of cases.",
        "ar": " وإذا أجاب الجميع عن كل شيء، تجتاز أرقام عشوائية من الشكل نفسه الفحص في {power}% من "
        "الحالات.",
    },
    "every": {
        "fr": "<labels> : <assumptions>, tout nombre de personnes convient à tous ces chiffres à "
        "partir de {every} si chacun a répondu à tout, et à partir de {every_one} avec au plus une "
        "personne sans réponse par question.",
        "en": "<labels>: <assumptions>, every number of people fits all these figures from {every} "
        "on if everyone answered everything, and from {every_one} on with at most one person "
        "silent on each question.",
        "ar": "<labels>: <assumptions>، كل عدد من الأشخاص يوافق كل هذه الأرقام ابتداء من {every} "
        "إذا أجاب الجميع عن كل شيء، وابتداء من {every_one} مع امتناع شخص واحد على الأكثر عن كل "
        "سؤال.",
    },
    "one_of_several": {
        "fr": "Une lecture de l’ensemble, parmi d’autres où la part des réponses manquantes "
        "n’est pas "
        "plus grande (elles vont à {others} personnes ; aucune n’est la plus simple), "
        "<assumptions>, "
        "et si toutes les questions ont été posées aux mêmes personnes : {people} "
        "personnes<silence>, soit <counts><misfits>.",
        "en": "One reading of the whole, among others in which the share of missing answers is no "
        "larger (they fit {others} people; none is the simplest), <assumptions>, and if all "
        "questions "
        "were put to the same people: {people} people<silence>, that is <counts><misfits>.",
        "ar": "قراءة واحدة للمجموع من بين أخرى لا تزيد فيها نسبة الأجوبة الناقصة (وهي "
        "توافق {others} شخصا، ولا واحدة منها هي الأبسط)، <assumptions>، وإذا طُرحت كل الأسئلة على "
        "الأشخاص أنفسهم: {people} شخصا<silence>، أي <counts><misfits>.",
    },
    "response_unknown": {
        "fr": "Les taux de réponse ne sont pas calculables : il manque <counts>.",
        "en": "The response rates cannot be computed: what is missing is <counts>.",
        "ar": "لا يمكن حساب معدلات الاستجابة: ينقص <counts>.",
    },
}

CASES: dict[str, Mapping[str, str]] = {
    "complete": {
        "fr": "le nombre d’entretiens complets",
        "en": "the number of complete interviews",
        "ar": "عدد المقابلات الكاملة",
    },
    "partial": {
        "fr": "le nombre d’entretiens partiels",
        "en": "the number of partial interviews",
        "ar": "عدد المقابلات الجزئية",
    },
    "refusal": {"fr": "le nombre de refus", "en": "the number of refusals", "ar": "عدد الرافضين"},
    "non_contact": {
        "fr": "le nombre de personnes non jointes",
        "en": "the number of non-contacts",
        "ar": "عدد من لم يمكن الاتصال بهم",
    },
    "other": {
        "fr": "le nombre d’autres cas sans réponse",
        "en": "the number of other cases without an answer",
        "ar": "عدد الحالات الأخرى بلا جواب",
    },
    "unknown_household": {
        "fr": "le nombre de cas d’éligibilité inconnue",
        "en": "the number of cases of unknown eligibility",
        "ar": "عدد الحالات المجهولة الأهلية",
    },
    "unknown_other": {
        "fr": "le nombre d’autres cas inconnus",
        "en": "the number of other unknown cases",
        "ar": "عدد الحالات المجهولة الأخرى",
    },
}
