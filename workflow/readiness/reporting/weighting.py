"""What a document says of a wave's weights: what was done, what it cost, what margins are left."""

from __future__ import annotations

from collections.abc import Iterator

from readiness.analysis.weighting import UNKNOWN
from readiness.facts import Fact, Listed, Value
from readiness.language import text
from readiness.questionnaire.model import FrameVariable
from readiness.register.rows.weighting import (
    OF_PRECISION,
    UNWEIGHTED,
    WEIGHTS,
    numbers_of,
    step_name,
)
from readiness.reporting.blocks import paragraphs
from readiness.reporting.markdown import label, table
from readiness.reporting.shown import ShownWave
from readiness.survey.weighting.margins import JOINED

MARGINS = tuple(f"report.column.{name}" for name in ("margin", "target", "raked", "trimmed"))
NO_ANSWER = "weighting.unknown"
KEYS = MARGINS
ALONE = {
    "weighting.step.jackknife": "weighting.step.jackknife.alone",
    "weighting.step.groups": "weighting.step.groups.alone",
}
"""What is said of standard errors where there are no weights to be made again."""


def weighting(wave: ShownWave) -> str:
    """The block of the weights; "" where nothing is known of them."""
    register = wave.register
    told = " ".join(register.told(fact) for fact in _steps(wave))
    if _unweighted(wave) or not register.has(f"{WEIGHTS}.n"):
        return told
    ends = {end: register.named(f"{WEIGHTS}.{end}") for end in ("minimum", "maximum")}
    cost = [Fact("report.weighting.range", ends)]
    if wave.selection.intervals:
        parts = {name: register.named(f"{WEIGHTS}.{name}") for name in ("kish_deff", "n_eff", "n")}
        cost.insert(0, Fact("report.weighting.effect", parts))
    return paragraphs(
        [
            told,
            " ".join(register.told(fact) for fact in cost),
            wave.chart("weights", wave.caption(_caption(wave))),
            _margins(wave),
        ]
    )


def _steps(wave: ShownWave) -> Iterator[Fact]:
    """What was done, in order, in the reader's words and with the register's numbers."""
    for fact in wave.steps:
        if step_name(fact) not in OF_PRECISION or wave.selection.intervals:
            ids = numbers_of(fact)
            values = {
                name: wave.register.named(ids[name]) if name in ids else _in_words(wave, fact, name)
                for name in fact.values
            }
            kind = ALONE.get(fact.kind, fact.kind) if _unweighted(wave) else fact.kind
            yield Fact(kind, values)


def _unweighted(wave: ShownWave) -> bool:
    return any(step_name(fact) == UNWEIGHTED for fact in wave.steps)


def _categories(wave: ShownWave, variable: FrameVariable) -> Iterator[tuple[str, Value]]:
    """The categories of a margin, those that were merged as one, with what they are called."""
    start = f"{WEIGHTS}.target.{variable.id}."
    labels = {**variable.labels(wave.language), UNKNOWN: text(NO_ANSWER, wave.language)}
    order = {code: place for place, code in enumerate(labels)}
    ids = [str(i) for i in wave.register.rows["id"] if str(i).startswith(start)]
    found = {i.removeprefix(start): i.removeprefix(start).split(JOINED) for i in ids}
    for code, parts in sorted(found.items(), key=lambda pair: [order.get(c, 0) for c in pair[1]]):
        names = tuple(labels.get(part, part) for part in parts)
        yield code, names[0] if len(names) == 1 else Listed(names)


def _in_words(wave: ShownWave, fact: Fact, name: str) -> Value:
    """A value of a step, its codes by their labels."""
    value = fact.values[name]
    known = {v.id: v for v in wave.questionnaire.groupings}
    if name == "variable" and value in known:
        return known[str(value)].label.text(wave.language)
    if not isinstance(value, Listed):
        return value
    if name == "variables":
        return Listed(tuple(known[str(v)].label.text(wave.language) for v in value.items), "comma")
    labels = _labels_of(wave, fact, [str(code) for code in value.items])
    return Listed(tuple(labels.get(str(code), str(code)) for code in value.items), value.link)


def _labels_of(wave: ShownWave, fact: Fact, codes: list[str]) -> dict[str, str]:
    """The labels of categories: of the step's variable; strata are a variable that has them all."""
    own = str(fact.values.get("variable", ""))
    frame = wave.questionnaire.frame
    for variable in wave.questionnaire.groupings if own else frame:
        if variable.id == own or (not own and set(codes) <= set(variable.codes)):
            return {**variable.labels(wave.language), UNKNOWN: text(NO_ANSWER, wave.language)}
    return {}


def _caption(wave: ShownWave) -> str:
    """The kind of the picture's caption: gaps are drawn where there are any."""
    return "report.caption.weights" if _moved(wave) else "report.caption.weights_alone"


def _margins(wave: ShownWave) -> str:
    """Each margin's target and what is left of the gap after raking, and after trimming; "" where
    every category meets its own target, as the steps say."""
    register, rows = wave.register, []
    moved = _moved(wave)
    merged = any(step_name(fact) in ("merged", "declared") for fact in wave.steps)
    if not moved and not merged:
        return ""
    for variable in wave.questionnaire.groupings:
        for code, name in _categories(wave, variable):
            gap = f"{WEIGHTS}.gap.{variable.id}.{code}"
            ids = [f"{WEIGHTS}.target.{variable.id}.{code}", f"{gap}.raked"]
            margin = wave.tell(
                "report.margin", variable=variable.label.text(wave.language), category=name
            )
            rows.append([margin, *map(register.span, [*ids, *([gap] if moved else [])])])
    if not rows:
        return ""
    columns = MARGINS if moved else MARGINS[:-1]
    header = [text(name, wave.language) for name in columns]
    kind = "report.caption.margins" if moved else "report.caption.margins_raked"
    return table(header, rows, label("tbl", wave.run, "margins"), wave.caption(kind))


def _moved(wave: ShownWave) -> bool:
    """Whether trimming moved the margins: what was only kept within limits meets them."""
    return any(step_name(fact) == "trimmed" for fact in wave.steps)
