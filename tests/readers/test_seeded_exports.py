"""Four hundred seeded exports, drafted and read: right, or refused with the reason; nobody lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from readers.drafted import draft
from readers.seeded.exports import EVERY, SeededExport, make_export
from readers.seeded.surveys import Asked
from readers.seeded.tools import LAYOUTS
from readiness.ground.errors import ReadinessError
from readiness.questionnaire import Item, Questionnaire
from readiness.readers import read_export
from readiness.validation import LARGEST_LOSS, Validated, first_reading, losses, refuse_mass_loss

# Of the exports every ninth is read in every run: of each layout one at least.
SLICE = 9
# Share of the exports that may be refused, with the reason.
REFUSED = 0.05


def same(text: object) -> str:
    """A text as it is compared here."""
    return " ".join(str(text).split()).casefold()


def count_given(result: Validated, asked: Questionnaire) -> dict[str, dict[str, int]]:
    """By item, how many gave each answer, under every name that the answer has."""
    found: dict[str, dict[str, int]] = {}
    for item in asked.items:
        said = result.answers[item.columns[0]].value_counts()
        counts = {same(text): int(n) for text, n in said.items() if not str(text).startswith("_")}
        if item.categories:
            counts = {}
        for place, category in enumerate(item.categories):
            if item.kind.takes_several:
                n = int((result.answers[item.columns[place]] == "1").sum())
            else:
                n = int(said.get(category.code, 0))
            for name in filter(None, (category.text, category.value, category.column)):
                counts[same(name)] = n
        found[item.id] = counts
    return found


def numbers(counts: Mapping[str, int]) -> Counter[float] | None:
    """Counts by number; None where a text is none."""
    made: Counter[float] = Counter()
    for text, n in counts.items():
        if not text.replace(".", "", 1).isdigit():
            return None
        made[float(text)] += n
    return +made


def may_be_typed(asked: Asked) -> bool:
    """Whether words may stand in place of the last option, for all that the cells say: what one
    person alone chose may have been typed.
    """
    once = 1 in Counter(filter(None, asked.answers)).values()
    return asked.kind == "one" and (any(asked.typed) or once)


def fits(asked: Asked, shown: Mapping[tuple[str, str], str], counts: Mapping[str, int]) -> bool:
    """Whether counts are those of the answers that were given to a question."""
    given = [one for a in asked.answers for one in (a if asked.kind == "many" else (a,)) if one]
    truth = Counter(given)
    if asked.options:
        told = asked.options[:-1] if may_be_typed(asked) else asked.options
        names = {o: (same(shown.get((asked.code, o), o)), same(o)) for o in told if truth[o] > 1}
        return all(
            n in {counts.get(name) for name in names[o]} for o, n in truth.items() if o in names
        )
    if asked.kind in ("number", "cost", "grade"):
        return numbers(counts) == numbers(truth)
    if asked.kind in ("day", "consent"):
        return counts == {same(text): n for text, n in truth.items()}
    return sum(counts.values()) == sum(truth.values())


def name_options(asked: Asked, item: Item, shown: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """The option behind each code; the last one is left out where words may stand in its place."""
    told = asked.options[:-1] if may_be_typed(asked) else asked.options
    names = {same(name): o for o in told for name in (o, shown.get((asked.code, o), o))}
    return {
        c.code: names[same(name)]
        for c in item.categories
        for name in (c.text, c.value, c.column)
        if same(name) in names
    }


def judge(export: SeededExport, folder: Path) -> tuple[str, str]:
    """`right`, `part` (whole, but less than it could be), `wrong` or `refused`, and why."""
    path = folder / f"export.{export.ending}"
    path.write_bytes(export.content)
    try:
        asked = draft(path, export.content)
        result = first_reading(read_export(path, asked, export.content), asked)
    except ReadinessError as error:
        return "refused", str(error)
    wrong, part = [], []
    heads = [str(head) for heads, _ in export.made.columns for head in heads]
    if max(len(head.split()) for head in heads) > 3 and asked.language != export.survey.language:
        part.append(f"language {asked.language}")
    if result.count("kept") != len(export.survey) or result.count("empty_row") > export.empty:
        wrong.append(f"{result.count('kept')} kept of {len(export.survey)}")
    try:
        refuse_mass_loss(result, path, LARGEST_LOSS)
    except ReadinessError as error:
        wrong.append(f"its own draft refuses it: {error}")
    lost = {loss.item for loss in losses(result)}
    sums = result.reconciliation
    given = sums[sums["part"] == "answers"].set_index("item")["n"].to_dict()
    wholes = sums["part"].isin(["rows", "answers"])
    parts = sums[~wholes].groupby("item")["n"].sum()
    if not parts.eq(sums[wholes].set_index("item")["n"], fill_value=0).all():
        wrong.append("sums that do not close")
    free, closed = count_given(result, asked), []
    # A text fits wherever as many answered: what is told apart goes first.
    for question in sorted(export.survey.questions, key=lambda q: q.kind in ("text", "name")):
        hit = next((i for i, c in free.items() if fits(question, export.made.shown, c)), None)
        if hit is not None:
            del free[hit]
            closed += [(question, asked.item(hit))] if question.closed else []
        elif question.kind not in ("text", "name"):
            # Every answer is there, in an item of another kind: nothing is lost.
            n = sum(bool(a) for a in question.answers)
            alike = [i for i in free if given[i] == n and i not in lost]
            # A number that was read as another one is not there.
            misread = question.kind == "number" and any(asked.item(i).kind.is_number for i in alike)
            whole = bool(alike) and not misread
            (part if whole else wrong).append(f"{question.code} {question.kind} {question.text}")
    for one, other in pairwise(closed):
        known = [name_options(*each, export.made.shown) for each in (one, other)]
        cells = [
            result.answers[i.columns[0]].map(k)
            for (_, i), k in zip((one, other), known, strict=True)
        ]
        found = Counter(zip(*cells, strict=True))
        truth = Counter(zip(one[0].answers, other[0].answers, strict=True))
        if any(
            found[p] != n
            for p, n in truth.items()
            if p[0] in known[0].values() and p[1] in known[1].values()
        ):
            wrong.append(f"{one[0].code} and {other[0].code} are not of the same people")
    names = {same(q.text) for q in export.survey.questions if q.kind == "name"}
    if names & {same(i.label.root[asked.language]) for i in asked.items}:
        wrong.append("who somebody is became an item")
    return "wrong" if wrong else "part" if part else "right", "; ".join([*wrong, *part])


def test_seeded_exports_are_right_or_refused(tmp_path: Path, thorough: bool) -> None:
    seeds = range(0, EVERY, 1 if thorough else SLICE)
    outcomes: dict[str, list[str]] = {}
    never_right = set(LAYOUTS)
    for seed in seeds:
        export = make_export(seed)
        outcome, why = judge(export, tmp_path)
        said = f"{seed}, {export.name}, {export.survey.language}, {export.traps}: {why}"
        outcomes.setdefault(outcome, []).append(said)
        never_right -= {export.name} if outcome == "right" else set()
    told = "\n".join(
        said for name in ("wrong", "part", "refused") for said in outcomes.get(name, [])
    )
    assert "wrong" not in outcomes and not never_right, told
    assert len(outcomes.get("refused", [])) <= REFUSED * len(seeds), told
    assert len(outcomes.get("right", [])) >= (1 - 2 * REFUSED) * len(seeds), told
