"""A draft as YAML that is a questionnaire, and names of any script."""

from typing import Any

import pytest

from readiness.ground.errors import ConfigError
from readiness.ground.safe_yaml import TextLoader, read_yaml_text
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.questionnaire.writing import form_name, item_id, option_code, write


def read(document: dict[str, Any]) -> tuple[Questionnaire, str]:
    text = write(document)
    return questionnaire_of(read_yaml_text(text, TextLoader), "draft"), text


def test_names_of_any_script() -> None:
    assert item_id("Âge (années)") == "age_annees" and item_id("group") == "group_2"
    assert [option_code("نعم", {"c1"}), option_code("2+"), option_code("Low")] == [
        "c2",
        "c2",
        "low_2",
    ]
    assert (
        option_code("a " * 40) == "a_" * 14 + "a" and form_name("Enquête 2027 !") == "enquete-2027"
    )


def test_no_item_is_called_as_a_column_of_the_programs_own_tables() -> None:
    item = {"kind": "number", "column": "Your weight?"}
    document = {"name": "q", "version": "1", "language": "en", "title": {"en": "Q"}}
    assert read({**document, "items": [{**item, "id": item_id("weight")}]})[0].item("weight_2")
    with pytest.raises(ConfigError, match=r"'weight' is a column .* such as weight_2"):
        read({**document, "items": [{**item, "id": "weight"}]})
    place = {"id": "stratum", "label": {"en": "S"}, "categories": [{"code": "a", "text": "a"}]}
    with pytest.raises(ConfigError, match=r"'stratum' is a column .* such as stratum_2"):
        read({**document, "frame": [place], "items": [{**item, "id": "hours"}]})


def test_a_file_named_by_its_year_names_a_wave() -> None:
    assert (form_name("2021"), form_name("2019_H2"), form_name("؟")) == (
        "survey-2021",
        "survey-2019-h2",
        "survey",
    )


def test_what_is_written_is_read_as_it_was() -> None:
    """Texts that YAML takes for something else, options that items share, comments over lines."""
    categories = [{"code": "yes", "text": "yes", "value": "1"}, {"code": "no", "text": "no: # x"}]
    document = {
        "#": "two\nlines\x07",
        "name": "q",
        "version": "1",
        "language": "en",
        "title": {"en": "'Q' – نعم"},
        "items": [
            {"id": "a", "kind": "single", "column": "Why?, {x}", "categories": categories},
            {"#": "decide", "id": "b", "kind": "single", "categories": [*categories]},
        ],
    }
    questionnaire, text = read(document)
    assert text.startswith("# two\n# lines\nname: q\n") and "\n  # decide\n  - id: b\n" in text
    assert text.count("no: # x") == 1 and "categories: *a" in text
    assert questionnaire.item("b").codes == ("yes", "no")
    assert questionnaire.item("a").column == "Why?, {x}"
