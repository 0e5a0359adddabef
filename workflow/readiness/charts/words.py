"""What charts say by themselves, in French, English and Arabic.

Labels of groups, levels and claims come from the questionnaire and the claims register; here are
only the stamps, keys and alternative texts. Alternative texts hold no digit: every number of a
report comes from the register, and the table beside a chart gives it.
"""

from __future__ import annotations

from collections.abc import Mapping

from readiness.errors import RenderError

WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "simulated": "Données simulées",
        "simulated_alt": "Données simulées.",
        "n": "n = {n}",
        "small": "Hachures : moins de {small} réponses, à lire avec prudence",
        "small_dot": "Cercle vide : moins de {small} réponses, à lire avec prudence",
        "caution": "† à lire avec prudence",
        "review": "‡ publié après relecture seulement",
        "suppressed": "non publié",
        "partly": "publié en partie",
        "partly_alt": "Publié en partie seulement : {groups}.",
        "together": "Rayures : plusieurs réponses ensemble, détail non publié",
        "unweighted": "{n}, sans pondération",
        "list": ", ",
        "and": " et ",
        "readiness_alt": (
            "Barres empilées divergentes, une par groupe, de la moins favorable en haut à la plus "
            "favorable en bas : {groups}. À gauche de l’axe : {low}. À droite : {high}."
        ),
        "dont_know_alt": "« {label} » est montré à part.",
        "experts_alt": "« {label} » est montré à part, sans pondération et hors du total.",
        "suppressed_alt": "Non publié : {groups}.",
        "small_alt": "Peu de réponses, à lire avec prudence : {groups}.",
        "table_alt": "Les valeurs sont dans le tableau.",
        "intervals_alt": (
            "Un point et son intervalle par groupe, de la part la plus haute à la plus basse : "
            "{groups}."
        ),
        "total_alt": "Une ligne verticale marque « {label} ».",
        "reference": "Tirets : {label}",
        "weights_axis": "Répondants selon leur poids, rapporté au poids moyen",
        "before": "avant écrêtage",
        "after": "après écrêtage",
        "bound": "borne",
        "gaps_axis": "Écart à la marge, en points de pourcentage",
        "weights_alt": (
            "En haut, la répartition des poids rapportés au poids moyen, avant et après écrêtage, "
            "avec les bornes. En bas, pour chaque catégorie des marges, l’écart entre la part "
            "pondérée et la marge."
        ),
        "base": "Bases possibles, en nombre de réponses",
        "reported": "{n} : base citée par un seul média ; envois ou réponses, on ne sait",
        "haca": "HACA",
        "press": "presse",
        "both": "ensemble",
        "haca_key": "chiffre de la HACA",
        "press_key": "chiffre de la presse",
        "both_key": "plusieurs questions ensemble",
        "missing_key": "possible si une réponse peut manquer par question",
        "none": "aucune base jusqu’à {n}",
        "bases_alt": (
            "Une ligne par chiffre publié ou par ensemble de chiffres, une marque à chaque base "
            "possible ; les carrés sont des chiffres de la HACA, les losanges des chiffres de la "
            "presse. Une ligne verticale marque la base citée par un seul média."
        ),
        "bases_never_alt": "Aucune base ne convient à : {rows}.",
        "bases_some_never_alt": "Certaines lignes n’ont aucune base possible sur l’axe.",
        "revision_alt": (
            "Pour chaque groupe, la part dans la première version des données et dans la suivante, "
            "reliées par un trait : {groups}. L’écart est une révision, non une évolution."
        ),
        "revision_reading": "{before} → {after}",
        "revision_note": (
            "L’écart entre deux versions des données est une révision, non une évolution."
        ),
    },
    "en": {
        "simulated": "Simulated data",
        "simulated_alt": "Simulated data.",
        "n": "n = {n}",
        "small": "Hatched: fewer than {small} answers, use with caution",
        "small_dot": "Open circle: fewer than {small} answers, use with caution",
        "caution": "† use with caution",
        "review": "‡ published after review only",
        "suppressed": "not published",
        "partly": "published in part",
        "partly_alt": "Published in part only: {groups}.",
        "together": "Stripes: several answers together, not published one by one",
        "unweighted": "{n}, unweighted",
        "list": ", ",
        "and": " and ",
        "readiness_alt": (
            "Diverging stacked bars, one a group, from the least favourable at the top to the most "
            "favourable at the bottom: {groups}. Left of the axis: {low}. Right: {high}."
        ),
        "dont_know_alt": "“{label}” is shown apart.",
        "experts_alt": "“{label}” is shown apart, unweighted and outside the total.",
        "suppressed_alt": "Not published: {groups}.",
        "small_alt": "Few answers, use with caution: {groups}.",
        "table_alt": "The values are in the table.",
        "intervals_alt": (
            "One point with its interval a group, from the highest share to the lowest: {groups}."
        ),
        "total_alt": "A vertical line marks “{label}”.",
        "reference": "Dashes: {label}",
        "weights_axis": "Respondents by weight, relative to the mean weight",
        "before": "before trimming",
        "after": "after trimming",
        "bound": "bound",
        "gaps_axis": "Gap to the margin, in percentage points",
        "weights_alt": (
            "At the top, the distribution of weights relative to their mean, before and after "
            "trimming, with the bounds. At the bottom, for each category of the margins, the gap "
            "between the weighted share and the margin."
        ),
        "base": "Possible bases, in number of answers",
        "reported": "{n}: base given by one outlet only, sent or answered is unknown",
        "haca": "HACA",
        "press": "press",
        "both": "together",
        "haca_key": "figure of HACA’s",
        "press_key": "figure of the press",
        "both_key": "several questions together",
        "missing_key": "possible if one answer a question may be missing",
        "none": "no base up to {n}",
        "bases_alt": (
            "One row for each published figure or set of figures, a mark at each base that is "
            "possible; squares are HACA’s figures, diamonds figures of the press. A vertical line "
            "marks the base given by one outlet only."
        ),
        "bases_never_alt": "No base fits: {rows}.",
        "bases_some_never_alt": "Some rows have no possible base on the axis.",
        "revision_alt": (
            "For each group, the share in the first version of the data and in the next, joined by "
            "a line: {groups}. The difference is a revision, not a change over time."
        ),
        "revision_reading": "{before} → {after}",
        "revision_note": (
            "The difference between two versions of the data is a revision, not a change over time."
        ),
    },
    "ar": {
        "simulated": "بيانات محاكاة",
        "simulated_alt": "بيانات محاكاة.",
        "n": "n = {n}",
        "small": "التظليل المخطط: أقل من {small} إجابة، يُقرأ بحذر",
        "small_dot": "الدائرة الفارغة: أقل من {small} إجابة، تُقرأ بحذر",
        "caution": "† يُقرأ بحذر",
        "review": "‡ لا يُنشر إلا بعد المراجعة",
        "suppressed": "غير منشور",
        "partly": "منشور جزئيا",
        "partly_alt": "منشور جزئيا فقط: {groups}.",
        "together": "الخطوط العمودية: عدة أجوبة معا، تفصيلها غير منشور",
        "unweighted": "{n}، دون ترجيح",
        "list": "، ",
        "and": " و",
        "readiness_alt": (
            "أشرطة متراكبة متباعدة، شريط لكل فئة، من الأقل استعدادا في الأعلى إلى الأكثر استعدادا "
            "في الأسفل: {groups}. على يسار المحور: {low}. وعلى يمينه: {high}."
        ),
        "dont_know_alt": "تُعرض «{label}» على حدة.",
        "experts_alt": "تُعرض فئة «{label}» على حدة، دون ترجيح وخارج المجموع.",
        "suppressed_alt": "غير منشور: {groups}.",
        "small_alt": "إجابات قليلة، تُقرأ بحذر: {groups}.",
        "table_alt": "القيم واردة في الجدول.",
        "intervals_alt": "نقطة ومجالها لكل فئة، من أعلى نسبة إلى أدناها: {groups}.",
        "total_alt": "يشير خط عمودي إلى «{label}».",
        "reference": "الخط المتقطع: {label}",
        "weights_axis": "المجيبون حسب أوزانهم، مقارنة بمتوسط الأوزان",
        "before": "قبل التقليم",
        "after": "بعد التقليم",
        "bound": "حد",
        "gaps_axis": "الفارق عن الهامش، بالنقاط المئوية",
        "weights_alt": (
            "في الأعلى توزيع الأوزان مقارنة بمتوسطها، قبل التقليم وبعده، مع الحدين. وفي الأسفل، "
            "لكل فئة من فئات الهوامش، الفارق بين النسبة المرجحة والهامش."
        ),
        "base": "القواعد الممكنة، بعدد الإجابات",
        "reported": "{n}: عدد أورده منبر واحد، ولا يُعرف هل هو عدد الاستمارات المرسلة أم الإجابات",
        "haca": "الهاكا",
        "press": "الصحافة",
        "both": "معا",
        "haca_key": "رقم للهاكا",
        "press_key": "رقم للصحافة",
        "both_key": "عدة أسئلة معا",
        "missing_key": "ممكن إذا جاز غياب إجابة واحدة في كل سؤال",
        "none": "لا قاعدة ممكنة حتى {n}",
        "bases_alt": (
            "سطر لكل رقم منشور أو لكل مجموعة أرقام، وعلامة عند كل قاعدة ممكنة؛ المربعات أرقام "
            "للهاكا والمعينات أرقام للصحافة. ويشير خط عمودي إلى العدد الذي أورده منبر واحد."
        ),
        "bases_never_alt": "لا قاعدة تناسب: {rows}.",
        "bases_some_never_alt": "ولبعض السطور لا توجد أي قاعدة ممكنة على المحور.",
        "revision_alt": (
            "لكل فئة، النسبة في الصيغة الأولى من البيانات وفي الصيغة التالية، يصل بينهما خط: "
            "{groups}. والفارق مراجعة وليس تطورا."
        ),
        "revision_reading": "\u200f{before} ← {after}",
        "revision_note": "الفارق بين صيغتين من البيانات مراجعة وليس تطورا.",
    },
}


def word(lang: str, key: str, **values: object) -> str:
    """A phrase in `lang`, filled in. Raises RenderError for a language that charts do not speak."""
    if lang not in WORDS:
        known = ", ".join(WORDS)
        raise RenderError(f"charts: language {lang!r} unknown; expected one of {known}.")
    return WORDS[lang][key].format(**values)


def listed(lang: str, labels: list[str]) -> str:
    """Labels as a list in a sentence."""
    if len(labels) < 2:
        return "".join(labels)
    return word(lang, "list").join(labels[:-1]) + word(lang, "and") + labels[-1]


def closing(
    lang: str,
    *,
    few: list[str] | None = None,
    partly: list[str] | None = None,
    hidden: list[str] | None = None,
    simulated: bool,
) -> list[str]:
    """The sentences that end an alternative text: small and unpublished groups, what is simulated.

    `few`, `partly` and `hidden` are labels of groups; the last sentence points to the table beside
    the chart.
    """
    say = []
    if few:
        say.append(word(lang, "small_alt", groups=listed(lang, few)))
    if partly:
        say.append(word(lang, "partly_alt", groups=listed(lang, partly)))
    if hidden:
        say.append(word(lang, "suppressed_alt", groups=listed(lang, hidden)))
    if simulated:
        say.append(word(lang, "simulated_alt"))
    return [*say, word(lang, "table_alt")]
