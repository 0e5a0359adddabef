"""Write the script that recomputes a wave's published numbers in R's `survey`.

The body is `recompute_R.txt`, plain R. The constants come from configuration and questionnaire:
groups, answers, boxes, confidence level.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from readiness.analysis.comparing import list_family
from readiness.analysis.selection import Selection
from readiness.config import WaveSettings
from readiness.questionnaire import Item, Questionnaire
from readiness.questionnaire.kinds import NUMBER
from readiness.survey.coding import NO_ANSWER

RECOMPUTE_R = "recompute.R"
BODY = Path(__file__).with_name("recompute_R.txt")
_WIDTH = 100


def recompute_in_r(
    publication_id: str, wave: WaveSettings, questionnaire: Questionnaire, items: Iterable[str]
) -> str:
    """Return the R script of a publication.

    Args:
        publication_id: the publication's id.
        wave: its settings, with the items that it estimates.
        questionnaire: its questions, with the derived items.
        items: ids of the items with published figures.
    """
    variables = wave.estimate.variables(v.id for v in questionnaire.frame)
    by = next(iter(variables), "")
    # The step `compare` forms the same families.
    contrasted = [*dict.fromkeys([*wave.estimate.items, *wave.compare.items])]
    families = list_family(questionnaire, contrasted)
    answers = f"{'derive' if wave.derive else 'validate'}/answers.csv"
    settings: dict[str, Any] = {
        "id": publication_id,
        "answers": answers,
        "by": by,
        "groups": list(questionnaire.grouping(by).codes) if by else [],
        "level": wave.estimate.level,
        "inference": Selection(wave.selection).inference,
        "adjust": wave.compare.adjust,
        "no_answer": list(NO_ANSWER),
        **({"where": wave.estimate.where} if wave.estimate.where else {}),
    }
    published = set(items)
    descriptions = {
        item.id: _describe_item(item, len(families.get(item.id, [item.id])))
        for item in questionnaire.items
        if item.id in published
    }
    script = BODY.read_text("utf-8")
    for place, text in {
        "ID": publication_id,
        "ANSWERS": answers,
        "SETTINGS": ",\n".join(_write_entries(settings)),
        "ITEMS": ",\n".join(_write_entries(descriptions)),
    }.items():
        script = script.replace(f"@{place}@", text)
    return script


def _describe_item(item: Item, family: int) -> dict[str, Any]:
    """Return the description of an item for R; `family`: number of rows of its grid."""
    boxes = {name: list(codes) for name, codes in item.levels_of.items()}
    return {
        # Coded answers of every kind of number are numbers.
        "kind": NUMBER.name if item.kind.is_number else item.kind.name,
        "answers": list(item.codes),
        **({"boxes": boxes} if boxes else {}),
        "family": family,
    }


def _write_entries(values: Mapping[str, Any], indent: int = 2) -> Iterator[str]:
    """Yield each named value of an R list, broken where a line would be too long."""
    for name, value in values.items():
        head = f"{' ' * indent}{name if name.isidentifier() else _quote(name)} = "
        line = head + _write_value(value)
        if len(line) < _WIDTH:
            yield line
        elif isinstance(value, dict):
            inside = ",\n".join(_write_entries(value, indent + 2))
            yield f"{head}list(\n{inside}\n{' ' * indent})"
        else:
            yield head + _write_vector(value, indent)


def _write_value(value: Any) -> str:
    """Return a value in R's syntax, on one line."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            return _quote(value)
        case dict():
            return f"list({', '.join(entry.strip() for entry in _write_entries(value, 0))})"
        case list():
            return f"c({', '.join(map(_quote, value))})" if value else "character(0)"
        case _:
            return repr(value)


def _write_vector(values: Sequence[str], indent: int) -> str:
    """Return a vector of texts in R's syntax, on as many lines as needed."""
    space = " " * (indent + 2)
    lines = [space]
    for place, value in enumerate(values):
        word = _quote(value) + ("," if place < len(values) - 1 else "")
        if len(lines[-1]) + len(word) + 1 > _WIDTH and lines[-1].strip():
            lines.append(space)
        lines[-1] += word if lines[-1] == space else f" {word}"
    return "c(\n" + "\n".join(lines) + f"\n{' ' * indent})"


def _quote(text: str) -> str:
    """Return a text as an R literal, with `U{...}` escapes beyond printable ASCII."""
    return f'"{"".join(map(_escape, text))}"'


def _escape(letter: str) -> str:
    """Return a character as it stands in an R literal."""
    if letter in '"\\':
        return "\\" + letter
    return letter if " " <= letter <= "~" else f"\\U{{{ord(letter):x}}}"
