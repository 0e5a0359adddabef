"""All numbers of a run as one tidy table, in a language, and what its columns and codes mean.

One row a number, one column a property; codes as in the register, words beside them. The values are
those of the register at its published precision; which run and data a number rests on stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from readiness.analysis.names import variable_of
from readiness.language import Language, tell, text
from readiness.questionnaire import Questionnaire
from readiness.questionnaire.model import MEAN, TOTAL
from readiness.register.display import shown
from readiness.register.protection import DONT_KNOW
from readiness.register.signs import SIGNS, sign
from readiness.reporting import statements

COLUMNS = {
    "id": "tables.column.id",
    "kind": "tables.column.kind",
    "item": "tables.column.item",
    "item_label": "tables.head.question",
    "answer": "tables.column.answer",
    "answer_label": "tables.head.answer",
    "variable": "tables.column.variable",
    "variable_label": "tables.column.variable_label",
    "group": "tables.column.group",
    "group_label": "tables.column.group_label",
    "statistic": "tables.column.statistic",
    "unit": "tables.column.unit",
    "value": "tables.column.value",
    "display": "tables.column.display",
    "sign": "tables.column.sign",
    "suppressed": "tables.column.suppressed",
    "reliability": "tables.column.reliability",
    "lower": "tables.column.lower",
    "upper": "tables.column.upper",
    "se": "tables.column.se",
    "n": "tables.column.n",
    "n_eff": "tables.row.effective",
    "deff": "tables.column.deff",
    "simulated": "tables.column.simulated",
    "note": "questionnaire.page.column.note",
}
"""The columns of `numbers.csv`, and what each is."""
CODEBOOK = ["part", "code", "of", "label", "meaning"]
Labels = Callable[[str, str, str], tuple[str, str, str, str]]
"""Of an item, a level and a group: their labels, and that of the group's variable."""


def tidy(figures: pd.DataFrame, labels: Labels, language: Language) -> pd.DataFrame:
    """`numbers.csv`: the register at its published precision (as text), with words beside codes."""
    records = []
    for row in figures.to_dict("records"):
        variable = variable_of(row["group"])
        item, answer, group, of = labels(row["item"], row["level"], row["group"])
        words = {
            "item_label": item, "answer": row["level"], "answer_label": answer,
            "variable": variable, "variable_label": of, "group_label": group,
            "display": shown(row, language), "sign": sign(row).mark,
        }  # fmt: skip
        records.append([words.get(name, row.get(name, "")) for name in COLUMNS])
    return pd.DataFrame(records, columns=list(COLUMNS))


def wave_labels(questionnaire: Questionnaire, compared: str, language: Language) -> Labels:
    """The labels of a wave's items, answers and groups; "" for what has none."""
    items = {item.id: item for item in questionnaire.items}
    groups = {TOTAL: (text("report.total", language), "")}
    for variable in questionnaire.frame:
        of = variable.label.text(language)
        for code, label in variable.labels(language).items():
            groups[f"{variable.id}:{code}"] = (label, of)
            if variable.id == compared:
                groups[code] = (label, of)
    if questionnaire.group_item:
        apart = questionnaire.item(questionnaire.group_item).labels(language)
        groups |= {code: (apart[code], "") for code in questionnaire.apart}
    words = {MEAN: text("report.column.mean", language)}

    def labels(name: str, level: str, group: str) -> tuple[str, str, str, str]:
        item = items.get(name.partition(":")[0])
        label, of = groups.get(group, ("", ""))
        if item is None:
            return "", "", label, of
        answers = {**words, **item.labels(language)}
        if item.dont_know:
            answers[DONT_KNOW] = item.dont_know.label(language)
        for box, levels in item.levels_of.items():
            answers[box] = " + ".join(answers[code] for code in levels)
        return item.label.text(language), answers.get(level, ""), label, of

    return labels


def codebook(language: Language, rows: Iterator[list[str]]) -> pd.DataFrame:
    """`codebook.csv`: the columns, the signs, and whatever `rows` tell of a run's codes."""
    columns = [["column", name, "", "", text(key, language)] for name, key in COLUMNS.items()]
    signs = [["sign", one.mark, "", "", one.words(language)] for one in SIGNS]
    return pd.DataFrame([*columns, *signs, *rows], columns=CODEBOOK)


def wave_codes(questionnaire: Questionnaire, language: Language) -> Iterator[list[str]]:
    """What was asked, with every answer; the variables, with every group."""
    for item in questionnaire.items:
        asked = tell(statements.asked(questionnaire, item, language), language)
        said = asked if item.derived_from else item.column
        yield ["item", item.id, item.kind, item.label.text(language), said]
        for category in item.categories:
            yield ["answer", category.code, item.id, category.label(language), category.text]
        if item.dont_know:
            label = item.dont_know.label(language)
            yield ["answer", DONT_KNOW, item.id, label, item.dont_know.text]
        for box, levels in item.levels_of.items():
            labels = item.labels(language)
            yield ["answer", box, item.id, " + ".join(labels[code] for code in levels), ""]
    for variable in questionnaire.frame:
        yield ["variable", variable.id, "", variable.label.text(language), ""]
        for category in variable.categories:
            yield ["group", category.code, variable.id, category.label(language), ""]
