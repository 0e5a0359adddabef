"""Grids, rankings and scales, what is missing, and what an old file goes on meaning."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from project_copy import ROOT
from readiness.ground.errors import ConfigError
from readiness.ground.safe_yaml import TextLoader, read_yaml_text
from readiness.plan.checks import read_outline
from readiness.questionnaire import Questionnaire, expand, questionnaire_of
from readiness.questionnaire.units import unit_text

TEXT = Path(__file__).with_name("forms.yaml").read_text("utf-8")
CODE = "categories: [{code: a, text: A}"


def document(text: str = TEXT) -> dict[str, Any]:
    return dict(read_yaml_text(text, TextLoader))


def read(text: str = TEXT) -> Questionnaire:
    return questionnaire_of(document(text), "forms-1.yaml")


def test_a_grid_is_one_item_a_row() -> None:
    questionnaire = read()
    first, second = questionnaire.item("views_1"), questionnaire.item("harm")
    assert (first.kind.name, first.column) == ("ordinal", "How far do you agree? [It helps]")
    assert first.codes == second.codes == ("no", "yes")
    assert second.label.root == {"en": "It harms", "fr": "Cela nuit"}
    assert second.row is not None and second.row.value == "SQ002" and second.asked_if
    grid = questionnaire.grid("views")
    assert (grid.variable, grid.column) == ("Q3", "How far do you agree?")
    assert {i.id for i in questionnaire.items if i.grid == "views"} == {"views_1", "harm"}
    ticks = questionnaire.item("ticks_1")
    assert (ticks.kind.name, ticks.column) == ("multi", "When? - Morning")
    assert [c.exclusive for c in ticks.categories] == [False, True]
    twin = read(TEXT.replace("text: Time", "text: It harms")).item
    assert twin("harm").label.root == {"en": "Views [It harms]", "fr": "Cela nuit"}


def test_a_ranking_is_the_ranks_of_each_option() -> None:
    item = read().item("order_time")
    assert (item.kind.name, item.column) == ("ordinal", "Rank these [Time]")
    assert item.codes == ("rank_1", "rank_2", "unranked")
    assert item.labels("fr")["unranked"] == "Non classé"
    assert item.headline == "low" and item.shown_codes == ("rank_1",)
    whole = read(
        TEXT.replace("    ranks: 2\n    unranked: {en: Not ranked, fr: Non classé}\n", "")
    ).item("order_time")
    assert whole.codes == ("rank_1", "rank_2", "rank_3")
    assert read(TEXT.replace("    ranks: 2\n", "")).item("order_time").codes[-1] == "unranked"


@pytest.mark.parametrize("unranked", ["Not ranked", "[Not ranked]"])
def test_options_that_were_not_ranked_are_named_by_language(unranked: str) -> None:
    """A text or a list of texts would be the label of no language."""
    text = TEXT.replace("{en: Not ranked, fr: Non classé}", unranked)
    with pytest.raises(ConfigError, match=r"unranked: .*expected its label by language"):
        read(text)


def test_a_scale_is_numbers_with_named_ends() -> None:
    item = read().item("trust")
    assert item.codes == ("m1", "p0", "p1", "p2", "p3") and item.kind.name == "ordinal"
    assert list(item.labels("en").values()) == ["-1 (none)", "0", "1", "2", "3 (full)"]
    assert item.labels("fr")["m1"] == "-1 (aucune)"
    assert [c.text for c in item.categories] == ["-1", "0", "1", "2", "3"]
    assert item.levels_of == {"top": ("p2", "p3")}


def test_what_is_ordinary_stays_as_it_is() -> None:
    """The shipped questionnaire, which sealed publications have, expands to itself."""
    path = ROOT / "data/questionnaires/ai-readiness-1.yaml"
    shipped = document(path.read_text("utf-8"))
    assert expand(shipped) == shipped
    once = expand(document())
    assert expand(once) == once


def test_the_plan_sees_the_same_items(tmp_path: Any) -> None:
    (tmp_path / "q.yaml").write_text(TEXT, "utf-8")
    light, whole = read_outline(tmp_path, tmp_path / "q.yaml"), read()
    assert light.kinds == {item.id: item.kind for item in whole.items}
    assert light.codes == {i.id: list(i.codes) for i in whole.items} and light.frame == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("- It helps\n", "- {id: r}\n", "item views, rows: expected"),
        ("- It helps\n", "- {text: It helps, fr: [a]}\n", "item views_1, label, fr: Input"),
        ("value: SQ002", "valu: SQ002", "rows, valu: unknown key; did you mean `value`?"),
        ("{question} - {row}", "{question}", "item ticks, header: '{question}' has no {row}"),
        ("each: multi", "each: date", "item ticks, each: 'date'; expected single, ordinal"),
        ("ranks: 2", "ranks: 9", "item order, ranks: 9; expected 2 to the number"),
        ("ranks: 2", "ranks: two", "item order, ranks: 'two'; expected a whole number"),
        ("{code: pay, text: Pay", "{text: Pay", "item order, categories 'Pay': needs its code"),
        ("low: -1, high: 3", "low: 3, high: 3", "item trust, scale: low (3) must be below high"),
        ("low: -1, high: 3", "low: 0, high: 999999", "by 100 at most"),
        ("low: -1, high: 3", "from: 1", "item trust, scale: expected high"),
        ("top: [2, 3]", "top: [1, 2]", "item trust: boxes, top: the highest levels"),
        ("{id: harm,", "{id: v1,", "id 'v1' is given twice"),
        ("{id: harm,", "{id: views,", "grids: id 'views' is given twice"),
        (CODE, CODE.replace("A}", "A, exclusive: yes}"), "exclusive: only for a multi item"),
        (CODE, CODE.replace("A}", "A, specify: v1}"), "specify: 'v1' is no text item"),
        (CODE, CODE.replace("A}", "A, value: 1}, {code: c, text: C, value: '1'}"), "value '1' is"),
        (CODE, f"missing: [{{text: b, means: refused}}]\n    {CODE}", "text 'b' is given twice"),
        (CODE, f"missing: [{{value: 9, means: gone}}]\n    {CODE}", "missing no. 1, means"),
        (CODE, f"grid: views\n    {CODE}", "grid, row: both or none"),
        ("- It helps\n", '- "\\0\\u202E"\n', "at least 1 item after validation"),
        ("- It helps\n", '- "\\u200B"\n', "no visible character"),
    ],
)
def test_a_wrong_form_is_told_where(old: str, new: str, expected: str) -> None:
    assert old in TEXT
    with pytest.raises(ConfigError) as caught:
        read(TEXT.replace(old, new, 1))
    assert expected in str(caught.value) and "\n" not in str(caught.value)
    assert str(caught.value).startswith("forms-1.yaml: ")


def test_the_least_that_a_file_can_say() -> None:
    """A label is the exported question, a header the id, a range any number."""
    text = "name: least\nversion: '1'\ntitle: {fr: Peu}\nitems:\n  - {id: age, kind: number}\n"
    item = read(text).item("age")
    assert (item.column, item.label.root) == ("age", {"fr": "age"})
    assert item.range is not None and item.range.bounds == (float("-inf"), float("inf"))
    assert (
        unit_text(item.range, "en") == "units as reported by respondents"
        and item.range.written_unit == ""
    )


def test_missing_codes_are_kept_apart() -> None:
    data = yaml.safe_load(TEXT)
    data["items"] = [
        {
            "id": "age",
            "kind": "number",
            "range": {"low": 0, "high": "99.5", "decimals": 1},
            "missing": [{"value": "-9", "means": "refused"}, {"text": "N/A", "means": "not_asked"}],
        }
    ]
    item = questionnaire_of(data, "q").item("age")
    assert [entry.special for entry in item.missing] == ["_refused", "_not_asked"]
    assert item.missing[0].text == "-9" and item.range is not None
    assert item.range.bounds == (0, 99.5)
