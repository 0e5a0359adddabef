"""Kinds of questions: what follows from each, and that every table by kind names every kind."""

import importlib
from typing import Any

import pytest

from made_questionnaire import document, question
from project_copy import ROOT
from readiness.ground.errors import ConfigError
from readiness.questionnaire import KINDS, Item, QuestionKind, questionnaire_of
from readiness.questionnaire.kinds import BLOCKS, BlockKind
from readiness.questionnaire.versions import KIND_LABELS
from readiness.reporting.item import CAPTION_BY_FORM
from readiness.steps.draw_wave import DRAW_BY_FORM

PACKAGE = ROOT / "workflow" / "readiness"
OPTIONS = {"poor": "Poor", "fair": "Fair", "good": "Good"}
# The tables that there are at least: else a search that finds none would pass.
KNOWN = {
    "readiness.questionnaire.load.EXPAND_BY_KIND",
    "readiness.validation.cells.READ_BY_KIND",
    "readiness.validation.labelled.MEASURE_BY_KIND",
}


def find_tables() -> dict[str, dict[Any, Any]]:
    """Every table of the package whose keys are kinds, by the name of its module and its own."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if "questionnaire.kinds import" not in path.read_text("utf-8"):
            continue
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        module = importlib.import_module(".".join(parts))
        for name, value in vars(module).items():
            keys = [*value] if isinstance(value, dict) else []
            if keys and isinstance(keys[0], QuestionKind | BlockKind):
                found[f"{module.__name__}.{name}"] = value
    return found


def test_every_table_by_kind_names_every_kind_and_is_in_the_docs() -> None:
    tables = find_tables()
    assert tables.keys() >= KNOWN
    listed = (ROOT / "docs/architecture.md").read_text("utf-8").partition("## A new kind of")[2]
    for name, table in tables.items():
        kinds = KINDS if isinstance(next(iter(table)), QuestionKind) else BLOCKS
        assert {*table} == {*kinds.values()}, name
        assert f"`{name.rpartition('.')[2]}`" in listed, name
    assert KIND_LABELS.keys() == KINDS.keys()


def test_every_form_of_a_kind_is_drawn_and_captioned() -> None:
    forms = {form for kind in KINDS.values() for form in (*kind.forms, *kind.forms_of_two)}
    assert DRAW_BY_FORM.keys() == CAPTION_BY_FORM.keys() == forms


def make_item(kind: str) -> Item:
    """The only item of a questionnaire, with three categories where its kind takes any."""
    more: dict[str, Any] = {"blank_means": "skipped"} if KINDS[kind].takes_several else {}
    options = OPTIONS if KINDS[kind].takes_options else None
    asked = document("kinds", question("q", kind, options=options, **more))
    return questionnaire_of(asked, "q").item("q")


@pytest.mark.parametrize(
    ("kind", "columns", "forms", "levels"),
    [
        ("single", ("q",), ("levels",), ("poor", "fair", "good")),
        ("ordinal", ("q",), ("levels", "intervals"), ("low",)),
        ("multi", ("q.poor", "q.fair", "q.good"), ("options",), ("poor", "fair", "good")),
        ("number", ("q",), ("means",), ("mean",)),
    ],
)
def test_an_item_is_coded_drawn_and_summed_up_by_its_kind(
    kind: str, columns: tuple[str, ...], forms: tuple[str, ...], levels: tuple[str, ...]
) -> None:
    item = make_item(kind)
    assert (item.columns, item.forms, item.summary_levels) == (columns, forms, levels)


def test_one_answer_of_two_says_all() -> None:
    two = dict([*OPTIONS.items()][:2])
    asked = questionnaire_of(document("kinds", question("q", "single", options=two)), "q")
    assert asked.item("q").forms == ("intervals",)
    assert asked.item("q").summary_levels == ("poor",)


def test_each_kind_has_one_way_to_be_answered() -> None:
    for kind in KINDS.values():
        ways = (kind.takes_options, kind.is_number, kind.is_date, kind.is_free_text)
        assert sum(ways) == 1, kind.name
        assert kind.is_estimated == bool(kind.forms), kind.name


def test_answers_of_one_option_define_groups() -> None:
    names = [kind.name for kind in KINDS.values() if kind.takes_one]
    items = [question(f"q_{name}", name, options=OPTIONS) for name in names]
    more = question("q_multi", "multi", options=OPTIONS, blank_means="skipped")
    asked = questionnaire_of(document("kinds", *items, more, question("q_number", "number")), "q")
    assert [group.id for group in asked.groupings] == ["q_single", "q_ordinal"]
    assert [group.ordered for group in asked.groupings] == [False, True]


def test_a_file_names_a_kind_and_a_dump_writes_the_name_again() -> None:
    for name in KINDS:
        item = make_item(name)
        assert item.kind is KINDS[name] and item.model_dump()["kind"] == name
        assert Item.model_validate({**item.model_dump(), "kind": item.kind}) == item


def test_a_kind_that_nobody_knows_is_refused_with_those_that_are() -> None:
    said = r"item q, kind: Input should be 'single', 'ordinal', .* or 'text', got 'sinlge'\."
    with pytest.raises(ConfigError, match=said):
        questionnaire_of(document("kinds", question("q", "sinlge")), "q")
