"""The shipped questionnaire, and what a wrong one is told."""

import json
from pathlib import Path

import pytest
import yaml

from readiness.ground.errors import ConfigError
from readiness.questionnaire import Questionnaire, load_questionnaire, match_key

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "data/questionnaires/ai-readiness-1.yaml").read_text(encoding="utf-8")


def load_changed(tmp_path: Path, old: str, new: str, *, name: str = "ai-readiness-1") -> str:
    """The error that the shipped questionnaire gives once `old` is `new`."""
    assert old in TEXT
    path = tmp_path / f"{name}.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_questionnaire(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message.removeprefix(str(path))


def test_every_text_exists_in_every_language(questionnaire: Questionnaire) -> None:
    languages = ("fr", "en", "ar")
    for item in questionnaire.items:
        assert all(item.label.text(language) for language in languages)
        labels = [item.labels(language) for language in languages]
        assert all(tuple(each) == item.codes and all(each.values()) for each in labels)


GROUPS = "group_item: respondent_group"
SCALE = 'source: "HACA press release, 2024-03-13 (inexistante'


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("blank_means: skipped", "blank_mean: skipped", "did you mean `blank_means`?"),
        ("blank_means: skipped", "blank_mean: skipped", "item use_areas, blank_mean"),
        ("en: Weak, ", "en: '', ", "item preparation, categories weak, labels, en"),
        ("en: Weak, ", "eng: Weak, english: Weak, ", "categories weak, english: unknown key"),
        ("kind: ordinal", "kind: ordinl", "item perception, kind"),
        ("low: 0", "low: sixty", "item experience_years, range, low"),
        ("low: 0", "low: 60", "low (60) must be below high (60)"),
        ("{code: weak, text: Faible", "{code: none, text: Faible", "code 'none' is given twice"),
        ("text: Faible", "text: INEXISTANTE", "text 'inexistante' is given twice"),
        ("{code: weak", "{code: _weak", "item preparation, categories _weak, code"),
        ("id: tools", "id: remark", "id 'remark' is given twice"),
        ("id: tools", "id: profession", "id 'profession' is given twice"),
        ("blank_means: none", "status: documented", "key status is given twice"),
        ('{item: use_ai, one_of: ["yes"]}', '{item: use_a, one_of: ["yes"]}', "'use_a' is not"),
        ('{item: use_ai, one_of: ["yes"]}', "{item: use_ai, one_of: [oui]}", "'oui' is not a cat"),
        ('{item: use_ai, one_of: ["yes"]}', "{item: remark, one_of: [a]}", "listed before it"),
        (GROUPS, "group_item: preparation", "'preparation' must be a single item"),
        (GROUPS, f"{GROUPS}\ngroups: {{weighted: [expert]}}", "under weighted or apart"),
        (GROUPS, "groups: {weighted: [expert]}", "only with a group_item"),
        ('code: expert, text: "Exp', 'code: north, text: "Exp', "'north' means another group"),
        ("{code: weak, text: Faible", "{code: low, text: Faible", "'low' has a meaning of its own"),
        (SCALE, f"boxes: {{low: [weak]}}\n    {SCALE}", "boxes, low: the lowest levels"),
        (SCALE, f"boxes: {{top: [weak, none]}}\n    {SCALE}", "boxes, top: the highest levels"),
        ("blank_means: none", "boxes: {low: [none]}\n    blank_means: none", "only for an ordinal"),
        ("confirms: profession", "confirms: region", "confirms: 'region' is not a frame variable"),
        ("column: Vous répondez en tant que", "column: Horodateur", "column 'horodateur' is given"),
        ("items:\n", "itemz:\n", "itemz: unknown key; did you mean `items`?"),
        ("name: ai-readiness", "name: [", "line "),
    ],
)
def test_a_wrong_questionnaire_is_told_where(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert expected in load_changed(tmp_path, old, new)


def test_unless_told_the_first_group_is_weighted_and_the_two_lowest_levels_are_a_box(
    questionnaire: Questionnaire,
) -> None:
    """What an absent key means in a sealed questionnaire."""
    assert (questionnaire.weighted_groups, questionnaire.groups_apart) == (
        ("professional",),
        ("expert",),
    )
    item = questionnaire.item("preparation")
    assert item.levels_of == {"low": ("none", "weak")} and item.headline == "low"
    assert questionnaire.item("use_ai").levels_of == {}


def test_groups_and_boxes_as_declared(tmp_path: Path) -> None:
    groups = f"{GROUPS}\ngroups: {{weighted: [expert, professional]}}"
    boxes = f"boxes: {{top: [medium, good], low: [none]}}\n    {SCALE}"
    path = tmp_path / "ai-readiness-1.yaml"
    path.write_text(TEXT.replace(GROUPS, groups).replace(SCALE, boxes), encoding="utf-8")
    changed = load_questionnaire(path)
    assert (changed.weighted_groups, changed.groups_apart) == (("expert", "professional"), ())
    item = changed.item("preparation")
    assert (
        item.levels_of == {"top": ("medium", "good"), "low": ("none",)} and item.headline == "top"
    )


def test_file_name_must_be_name_and_version(tmp_path: Path) -> None:
    message = load_changed(tmp_path, 'version: "1"', 'version: "2"')
    assert "Rename the file to ai-readiness-2.yaml" in message


def test_files_that_are_no_questionnaire(tmp_path: Path) -> None:
    path = tmp_path / "q-1.yaml"
    with pytest.raises(ConfigError, match="not found"):
        load_questionnaire(path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="expected the keys `name`"):
        load_questionnaire(path)
    path.write_bytes("name: é".encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_questionnaire(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_questionnaire(tmp_path)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Créateur de contenus", "  CRÉATEUR\u00a0de  contenus "),
        ("Expert, chercheur", "expert, chercheur"),
        ("l'image", "l’image"),
        ("e\u0301tude", "étude"),
    ],
)
def test_same_answer_in_another_spelling(left: str, right: str) -> None:
    assert match_key(left) == match_key(right)


def test_accents_tell_words_apart() -> None:
    assert match_key("modéré") != match_key("modere")


def test_labels_in_any_set_of_languages(tmp_path: Path) -> None:
    """A questionnaire in Spanish: what was exported is the Spanish label, the others are given."""
    data = yaml.safe_load(TEXT)
    data["language"] = "es"
    item = next(item for item in data["items"] if item["id"] == "preparation")
    for category in item["categories"]:
        category["labels"] = {"en": category.pop("en"), "pt-BR": "Fraca"}
        del category["ar"]
    years = next(item for item in data["items"] if item["id"] == "experience_years")
    years["range"]["unit"]["es"] = "años"
    path = tmp_path / "ai-readiness-1.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    read = load_questionnaire(path).item("preparation")
    assert read.labels("es")["weak"] == "Faible" and read.labels("en")["weak"] == "Weak"
    assert read.labels("pt-BR")["weak"] == "Fraca"
    # What was never translated is quoted as it was asked.
    assert read.labels("ar")["weak"] == "Faible"
    assert read.label.text("es") in read.label.root.values()


def test_a_label_beside_the_text_and_one_below_it_mean_the_same(tmp_path: Path) -> None:
    shipped = load_questionnaire(ROOT / "data/questionnaires/ai-readiness-1.yaml")
    data = json.loads(json.dumps(yaml.safe_load(TEXT)))  # an anchor is one object in many places
    for part in (*data["items"], *data["frame"]):
        for category in (*part.get("categories", ()), *filter(None, [part.get("dont_know")])):
            category["labels"] = {k: category.pop(k) for k in ("fr", "en", "ar") if k in category}
    path = tmp_path / "ai-readiness-1.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    assert load_questionnaire(path) == shipped
