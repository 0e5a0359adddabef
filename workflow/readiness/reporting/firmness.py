"""How firm the findings are: what each claims, in how many variants it holds, where it fails."""

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

# What each choice is called, by its dimension; a gap has another test than a share.
NAMES = {
    (name, choice): f"charts.firmness.{name}.{choice}"
    for name, found in CHOICES.items()
    for choice in (OWN, *found)
}
KEPT = {True: "charts.firmness.holds", False: "charts.firmness.fails"}
# What is claimed of a share, and the amount that it is told against; of gaps 0.
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
# What is said of a question that others are than the report asks.
OTHERS = {
    "base": (COUNTED, "report.firmness.counted"),
    "groups": (MERGED, "report.firmness.merged"),
}


def list_findings(rows: pd.DataFrame, questionnaire: Questionnaire) -> list[FirmFinding]:
    """The findings that a register tells, but a first answer that a withheld one may exceed."""
    values = dict(zip(rows["id"], rows["value"], strict=True))

    def is_sure(found: FirmFinding) -> bool:
        item = questionnaire.item(found.item)
        ids = {code: share_id(item.id, code, TOTAL, ANSWERED) for code in item.codes}
        shares = {code: number(values.get(identity)) for code, identity in ids.items()}
        hidden = bound_hidden_share(shares.values(), exclusive=not item.kind.takes_several)
        return not found.kind.startswith(FIRST) or hidden < (shares.get(found.level) or 0.0)

    return [found for found in read_findings(rows) if is_sure(found)]


def state_claim(
    finding: FirmFinding, questionnaire: Questionnaire, by: str, language: Language
) -> Fact:
    """What a finding claims, without its numbers; `by`: the variable of the groups."""
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
    """What a choice of a finding's variants is called."""
    if finding.kind in GAPS and (dimension, choice) == ("test", OTHER):
        return text("charts.firmness.test.holm", language)
    return text(NAMES[dimension, choice], language)


def state_firmness(finding: FirmFinding, register: Register) -> Iterator[Fact]:
    """In how many of its variants a finding holds, where it fails, how many are not told."""
    ids = {name: finding.id.with_part(name) for name in (HOLDS, VARIANTS, UNTOLD)}
    values: dict[str, Value] = {name: register.name_value(own) for name, own in ids.items()}
    holds, variants = register.number(ids[HOLDS]), register.number(ids[VARIANTS])
    common = find_common(finding.variants)
    if holds == variants:
        yield Fact("report.firmness.all", values)
    elif common:
        named = [
            [name_choice(finding, name, choice, register.language) for choice in chosen]
            for name, chosen in common.items()
        ]
        listed = Listed(tuple(Listed(tuple(names), "or") for names in named), "comma")
        yield Fact("report.firmness.where", {**values, "choices": listed})
    else:
        yield Fact("report.firmness.some", values)
    if register.number(ids[UNTOLD]):
        yield Fact("report.firmness.untold", values)


def describe_firmness(wave: WavePart) -> str:
    """The chapter: a sentence a finding and a picture a question, then the findings that hold in
    their only other variant, in a list; "" where no variant is told.
    """
    register, language = wave.register, wave.language
    told = list_findings(register.rows, wave.questionnaire)
    found = [one for one in told if one.item in wave.items]
    if not found:
        return wave.word("report.firmness.hidden") if wave.settings["wave"].get(FIRMNESS) else ""
    parts = [wave.word("report.firmness")]
    for dimension, (choice, key) in OTHERS.items():
        if any((one.variants[dimension] == choice).any() for one in found):
            parts.append(wave.word(key))
    pictured = list_pictured(found)
    alike: dict[str, list[str]] = {}
    for item in wave.items:
        for one in (one for one in found if one.item == item):
            said = tell(state_claim(one, wave.questionnaire, wave.by, language), language)
            claim = plain(f"{said.rstrip('.')}.")
            facts = [*state_firmness(one, register)]
            state = " ".join(map(register.write_fact, facts))
            if item in pictured:
                parts.append(f"{claim} {state}")
            else:
                words = " ".join(tell(fact, language) for fact in facts)
                alike.setdefault(words, [state]).append(claim)
        if item in pictured:
            asked = wave.questionnaire.item(item).label.text(language)
            caption = wave.tell("report.firmness.caption", item=asked)
            parts.append(wave.chart(f"{item}-{FIRMNESS}", caption))
    for state, *claims in alike.values():
        parts += [state, write_list(claims)]
    return paragraphs(parts)


def draw_firmness(
    found: Sequence[FirmFinding], figures: DrawnFigures, questionnaire: Questionnaire, by: str
) -> Picture:
    """The picture of the findings of a question, a curve each."""
    language = figures.language
    curves, table = [], []
    for one in found:
        title = tell(state_claim(one, questionnaire, by, language), language)
        names = {
            dimension: {
                choice: name_choice(one, dimension, choice, language)
                for choice in (OWN, *CHOICES[dimension])
                if (one.variants[dimension] == choice).any()
            }
            for dimension in CHOICES
            if one.variants[dimension].nunique() > 1
        }
        variants = []
        for row in one.variants.to_dict("records"):
            figure = figures.get(row["id"])
            assert figure is not None
            chosen = {dimension: row[dimension] for dimension in names}
            variants.append(DrawnVariant(figure, row["state"] == HOLDS, chosen))
            said = " · ".join(names[dimension][choice] for dimension, choice in chosen.items())
            table.append((figure, said, title))
        curves.append(Curve(title, variants, names, AGAINST.get(one.kind)))
    kept = {variant.holds for curve in curves for variant in curve.variants}
    keys = [
        LegendKey(word(key, language), "accent" if holds else "second", "circle", holds)
        for holds, key in KEPT.items()
        if holds in kept
    ]
    return Picture(
        questionnaire.item(found[0].item).label.text(language),
        [Fact("charts.firmness.alt"), *closing(simulated=figures.simulated)],
        language,
        curves,
        simulated=figures.simulated,
        subtitle=word("charts.firmness.subtitle", language),
        keys=keys,
        table=table_of(table),
    )
