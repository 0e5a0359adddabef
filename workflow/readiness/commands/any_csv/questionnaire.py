"""An export with its questionnaire: the answers as codes, and how they are called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from readiness.analysis.any_csv.sample import Words
from readiness.errors import ConfigError, RenderError
from readiness.questionnaire.model import BLANK, Item, Questionnaire

if TYPE_CHECKING:
    import pandas as pd

CLOSED = ("single", "ordinal")


def find_questionnaire(root: Path, name: str) -> Path:
    """The file of a questionnaire: itself, or by its name below data/questionnaires.

    Raises ConfigError where there is neither.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        return path
    below = root / f"data/questionnaires/{name}.yaml"
    if not below.is_file():
        raise ConfigError(
            f"--questionnaire {name}: no file {below.relative_to(root)}; name one, or a YAML file."
        )
    return below


def coded_answers(file: Path, questionnaire: Questionnaire) -> pd.DataFrame:
    """The answers that an export would keep, every cell a code; one column an item or option.

    Raises DataError as `readiness validate` does.
    """
    from readiness.readers import read_export
    from readiness.validation import first_reading

    answers = first_reading(read_export(file, questionnaire), questionnaire).answers
    return answers.astype(str).replace(BLANK, "")


def questions(questionnaire: Questionnaire) -> dict[str, Any]:
    """The keys `items` and `multiple` of a design, as the questionnaire has them."""
    items = {i.id: _question(i) for i in questionnaire.items if i.kind in CLOSED}
    multiple = {
        item.id: {"columns": list(item.columns), "blank_means": "no_answer"}
        for item in questionnaire.items
        if item.kind == "multi"
    }
    return {"items": items, "multiple": multiple}


def _question(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = {"categories": list(item.codes), "ordered": item.kind == "ordinal"}
    if item.kind == "ordinal" and item.headline == "low":
        found["lowest"] = len(item.levels_of["low"])
    return found


def words(questionnaire: Questionnaire, language: str) -> Words:
    """What questions and answers are called in a language.

    Raises ConfigError where the questionnaire lacks it.
    """
    try:
        names = {item.id: item.label.text(language) for item in questionnaire.items}
        answers = {
            item.id: {**item.labels(language), **_by_column(item, language)}
            for item in questionnaire.items
        }
    except RenderError as error:
        raise ConfigError(f"--language {language}: {error}") from None
    return Words(names, answers)


def _by_column(item: Item, language: str) -> dict[str, str]:
    """Of a multiple choice, the label of each option by its column."""
    labels = item.labels(language)
    return {} if item.kind != "multi" else {f"{item.id}.{c}": labels[c] for c in item.codes}
