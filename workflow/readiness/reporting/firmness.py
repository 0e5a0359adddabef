"""Chapter on robustness: what findings claim, in which variants they hold and fail."""

from collections.abc import Iterator, Sequence

import pandas as pd

from readiness.analysis.selection import ANSWERED
from readiness.analysis.varying import CHOICES, COUNTED, MERGED, OTHER, OWN
from readiness.charts.figures import DrawnFigures, closing, quote_labels, word
from readiness.charts.firmness import Curve, DrawnVariant
from readiness.charts.picture import LegendKey, Picture, table_of
from readiness.ground.facts import Fact, Listed, Value
from readiness.ground.figure_id import FIRMNESS, VARIANTS, share_id
from readiness.language import Language, tell, text
from readiness.questionnaire import TOTAL, Questionnaire
from readiness.register.display import bound_hidden_share
from readiness.register.figures import number
from readiness.register.firmness import (
    HOLDS,
    UNTOLD,
    FirmFinding,
    list_pictured,
    read_findings,
)
from readiness.reporting.blocks import paragraphs, plain, write_list
from readiness.reporting.holding import FAR_HIGHER, FIRST, HIGHER, NO_PAIR, find_common
from readiness.reporting.item_findings import name_within, state_answer
from readiness.reporting.parts import Register, WavePart

# Catalogue key of each choice by its dimension; for a gap the test has another key.
NAMES = {
    (name, choice): f"charts.firmness.{name}.{choice}"
    for name, choices in CHOICES.items()
    for choice in (OWN, *choices)
}
STATES = {True: "charts.firmness.holds", False: "charts.firmness.fails"}
# Catalogue keys of claims on shares and on gaps; `AGAINST`: the value a claim compares with.
CLAIMS = {
    "majority": "charts.finding.more",
    "minority": "charts.finding.less",
    "half": "charts.finding.about",
    "first": "charts.finding.most",
    "first_apart": "charts.firmness.first_apart",
}
GAPS = {
    HIGHER: "report.finding.groups.higher",
    FAR_HIGHER: "report.finding.groups.much",
    NO_PAIR: "report.finding.groups.none",
}
AGAINST = {**dict.fromkeys(("majority", "minority", "half"), 0.5), **dict.fromkeys(GAPS, 0.0)}
# Catalogue keys where variants have another base, or other groups, than the report.
VARIANT_NOTES = {
    "base": (COUNTED, "report.firmness.counted"),
    "groups": (MERGED, "report.firmness.merged"),
}


def list_findings(rows: pd.DataFrame, questionnaire: Questionnaire) -> list[FirmFinding]:
    """Return a register's findings, without first answers that a suppressed answer may exceed."""
    values = dict(zip(rows["id"], rows["value"], strict=True))

    def is_sure(finding: FirmFinding) -> bool:
        item = questionnaire.item(finding.item)
        ids = {code: share_id(item.id, code, TOTAL, ANSWERED) for code in item.codes}
        shares = {code: number(values.get(figure_id)) for code, figure_id in ids.items()}
        hidden = bound_hidden_share(shares.values(), exclusive=not item.kind.takes_several)
        return not finding.kind.startswith(FIRST) or hidden < (shares.get(finding.level) or 0.0)

    return [finding for finding in read_findings(rows) if is_sure(finding)]


def state_claim(
    finding: FirmFinding, questionnaire: Questionnaire, by: str, language: Language
) -> Fact:
    """Return a finding's claim, without its numbers; `by`: the grouping variable."""
    item = questionnaire.item(finding.item)
    labels = item.labels(language)
    codes = item.shown_codes if finding.level == item.first_level else (finding.level,)
    named: Value = Listed(tuple(labels[code] for code in codes), "or")
    asked: Value = item.label.text(language)
    if finding.kind not in GAPS:
        levels = quote_labels([labels[code] for code in codes])
        return Fact(CLAIMS[finding.kind], {"item": asked, "levels": levels, "label": named})
    variable = questionnaire.grouping(by)
    did = state_answer(item, codes, language)
    values: dict[str, Value] = {"level": named, "did": did, "by": variable.label.text(language)}
    for side, place in (("higher", 0), ("lower", 1)):
        groups = list(dict.fromkeys(pair[place] for pair in finding.pairs))
        values[side] = name_within(variable, groups, language)
    return Fact("language.labelled", {"label": asked, "what": Fact(GAPS[finding.kind], values)})


def name_choice(finding: FirmFinding, dimension: str, choice: str, language: Language) -> str:
    """Return the name of a choice of a finding's variants."""
    if finding.kind in GAPS and (dimension, choice) == ("test", OTHER):
        return text("charts.firmness.test.holm", language)
    return text(NAMES[dimension, choice], language)


def state_firmness(finding: FirmFinding, register: Register) -> Iterator[Fact]:
    """Yield facts on a finding's variants: number that hold, choices that fail, number unjudged."""
    ids = {name: finding.id.with_part(name) for name in (HOLDS, VARIANTS, UNTOLD)}
    values: dict[str, Value] = {name: register.name_value(figure) for name, figure in ids.items()}
    holds, variants = register.number(ids[HOLDS]), register.number(ids[VARIANTS])
    common = find_common(finding.variants)
    if holds == variants:
        yield Fact("report.firmness.all", values)
    elif common:
        choice_names = [
            [name_choice(finding, name, choice, register.language) for choice in chosen]
            for name, chosen in common.items()
        ]
        listed = Listed(tuple(Listed(tuple(names), "or") for names in choice_names), "comma")
        yield Fact("report.firmness.where", {**values, "choices": listed})
    else:
        yield Fact("report.firmness.some", values)
    if register.number(ids[UNTOLD]):
        yield Fact("report.firmness.untold", values)


def describe_firmness(wave: WavePart) -> str:
    """Return the chapter on robustness: a sentence for each finding, a picture for each question.

    Findings of questions without a picture follow in lists, by the sentence they share. Without
    findings, a sentence that none is published; "" where the settings ask for no variants.
    """
    register, language = wave.register, wave.language
    all_findings = list_findings(register.rows, wave.questionnaire)
    findings = [finding for finding in all_findings if finding.item in wave.items]
    if not findings:
        return wave.word("report.firmness.hidden") if wave.settings["wave"].get(FIRMNESS) else ""
    parts = [wave.word("report.firmness")]
    for dimension, (choice, key) in VARIANT_NOTES.items():
        if any((finding.variants[dimension] == choice).any() for finding in findings):
            parts.append(wave.word(key))
    pictured = list_pictured(findings)
    claims_by_state: dict[str, list[str]] = {}
    for item in wave.items:
        for finding in (finding for finding in findings if finding.item == item):
            claim_text = tell(state_claim(finding, wave.questionnaire, wave.by, language), language)
            claim = plain(f"{claim_text.rstrip('.')}.")
            facts = [*state_firmness(finding, register)]
            state = " ".join(map(register.write_fact, facts))
            if item in pictured:
                parts.append(f"{claim} {state}")
            else:
                words = " ".join(tell(fact, language) for fact in facts)
                claims_by_state.setdefault(words, [state]).append(claim)
        if item in pictured:
            asked = wave.questionnaire.item(item).label.text(language)
            caption = wave.tell("report.firmness.caption", item=asked)
            parts.append(wave.chart(f"{item}-{FIRMNESS}", caption))
    for state, *claims in claims_by_state.values():
        parts += [state, write_list(claims)]
    return paragraphs(parts)


def draw_firmness(
    findings: Sequence[FirmFinding], figures: DrawnFigures, questionnaire: Questionnaire, by: str
) -> Picture:
    """Return the picture of a question's findings, one curve each."""
    language = figures.language
    curves, table = [], []
    for finding in findings:
        title = tell(state_claim(finding, questionnaire, by, language), language)
        names = {
            dimension: {
                choice: name_choice(finding, dimension, choice, language)
                for choice in (OWN, *CHOICES[dimension])
                if (finding.variants[dimension] == choice).any()
            }
            for dimension in CHOICES
            if finding.variants[dimension].nunique() > 1
        }
        variants = []
        for row in finding.variants.to_dict("records"):
            figure = figures.get(row["id"])
            assert figure is not None
            chosen = {dimension: row[dimension] for dimension in names}
            variants.append(DrawnVariant(figure, row["state"] == HOLDS, chosen))
            choices_text = " · ".join(
                names[dimension][choice] for dimension, choice in chosen.items()
            )
            table.append((figure, choices_text, title))
        curves.append(Curve(title, variants, names, AGAINST.get(finding.kind)))
    states = {variant.holds for curve in curves for variant in curve.variants}
    keys = [
        LegendKey(word(key, language), "accent" if holds else "second", "circle", holds)
        for holds, key in STATES.items()
        if holds in states
    ]
    return Picture(
        questionnaire.item(findings[0].item).label.text(language),
        [Fact("charts.firmness.alt"), *closing(simulated=figures.simulated)],
        language,
        curves,
        simulated=figures.simulated,
        subtitle=word("charts.firmness.subtitle", language),
        keys=keys,
        table=table_of(table),
    )
