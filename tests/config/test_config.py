"""The typed configuration, and the pages that are generated from it."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project_copy import ROOT
from readiness.config import Config, load_config, read_yaml
from readiness.config.documents import GUIDE, guide
from readiness.ground.errors import ConfigError
from readiness.questionnaire import load_questionnaire

SHIPPED = (ROOT / "config.yaml").read_text("utf-8")


def load(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.yaml"
    path.write_text(text, "utf-8")
    return load_config(path)


def test_the_guide_is_as_it_would_be_written() -> None:
    newly = "run `python -m readiness.config.documents`"
    assert (ROOT / GUIDE).read_text("utf-8") == guide(), newly


def test_the_guide_has_every_key_of_the_shipped_configuration() -> None:
    listed = set(re.findall(r"^\| `(\w+)` \|", guide(), re.M))
    config = read_yaml(ROOT / "config.yaml")
    used = {"report", "studies", "waves"}
    for section in (config["report"], *config["studies"].values(), *config["waves"].values()):
        for key, value in section.items():
            used.add(key)
            if isinstance(value, dict) and key not in ("title", "about"):
                used |= set(value)
    assert used <= listed


def test_every_key_is_known_and_explained() -> None:
    schema = Config.model_json_schema(by_alias=True)
    assert schema["additionalProperties"] is False
    for name, section in schema["$defs"].items():
        assert section["additionalProperties"] is False, name
        for key, value in section["properties"].items():
            assert value.get("description") or "$ref" in value, f"{name}.{key} is not explained"


def test_shipped_and_frozen_configurations_are_valid() -> None:
    assert load_config(ROOT / "config.yaml").waves
    for path in sorted((ROOT / "publications").glob("*/config.yaml")):
        config = load_config(path)
        assert len(config.waves) + len(config.studies) == 1
        assert config.report.show in (None, [*config.studies, *config.waves])
        several = config.report.show is None  # since a publication has a page a language
        assert config.report.languages == (["fr", "ar", "en"] if several else ["fr"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed:", "sed:", r"compare\.sed: unknown key; did you mean `seed`\?"),
        ("waves:", "wave:", r"wave: unknown key; did you mean `waves`\?"),
        ("    weight:", "    paint:", r"paint: unknown key; known: title, .*weight"),
        ("seed: 20260301", 'seed: "1"', r"compare\.seed: got '1'; expected a valid integer"),
        ("by: profession", "level: high", r"estimate\.level: got 'high'; expected a valid number"),
        ("simulated: true", "simulated: yes please", r"simulated: got 'yes please'"),
        ('closes: "2026-03-31"', "closes: 2026-03-31", r"closes: got .*\(put it in quotes\)"),
        ("seed: 20260301", "adjust: Holm", r"adjust: got 'Holm'; expected 'holm', 'BH'"),
        ("en: Simulated wave", "En: Simulated wave", r"title\.En: got 'En'; expected the code of"),
        ("  simulated-2026:", "  haca-2024:", "haca-2024 is a study and a wave"),
        ("  simulated-2026:", "  Simulated 2026:", r"a name of at most 100 lower-case letters"),
        (
            "compare:\n      items: [prep",
            "compare:\n      items: [use_ai, prep",
            r"each once; use_ai is repeated",
        ),
        ("languages: [fr, ar, en]", "languages: []", r"at least 1 item"),
        ("{margins: simulated-2026-1}", "{trim: [4.0, 0.2]}", r"trim: got \[4\.0, 0\.2\]; exp"),
        ("{margins: simulated-2026-1}", "", r"weight: got None; expected a section, or none"),
        ("{margins: simulated-2026-1}", "{trim: [0.2, .inf]}", r"trim\.1: .*finite"),
        ("seed: 20260301", f"seed: {10**30}", r"seed: .*less than or equal to"),
        ("seed: 20260301", "seed: 1e12", r"seed: .*valid integer"),
        ("simulated-2026@2", "simulated-2026", r"answers: got 'simulated-2026'; expected a data"),
    ],
)
def test_a_fault_is_one_line_with_the_key_and_what_was_expected(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in SHIPPED
    with pytest.raises(ConfigError, match=message) as caught:
        load(tmp_path, SHIPPED.replace(old, new))
    assert "\n" not in str(caught.value)
    assert "config.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty; expected the sections"),
        (b"- a\n- b\n", "expected the sections"),
        (b"# \xe9\n", "not UTF-8"),
        (b"report: {a: 1\n", "line 2"),
        (b"report:\n\twave: x\n", "line 2"),
        (b"waves: {}\nwaves: {}\n", "waves is given twice"),
        (b"waves: &a {x: *a}\n", "config.yaml"),
    ],
)
def test_what_is_no_configuration_is_said_with_its_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        load_config(path)


YAML_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("abc:-#'\"{}[]\n &*!", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["waves", "report", "studies", "x", "title"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(YAML_VALUES)
def test_any_content_is_a_configuration_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    try:
        assert isinstance(load_config(path), Config)
    except ConfigError as error:
        assert "\n" not in str(error)


# --- YAML that is none, or no value of its kind ---------------------------------------------------
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("opens: 2026-02-31", ("line 2, column 8", "no date")),
        ("seed: !!int x", ("line 2, column 7", "no int")),
        ("level: !!float ?x", ("line 2", "no float")),
        ("seed: 1" + "0" * 5000, ("line 2", "no int")),
        ("a: !!timestamp soon", ("line 2",)),
        ("a: !!binary \u00e9", ("line 2",)),
        ("a: !!python/object:os.system {}", ("line 2",)),
        ("b: " + "[" * 2000 + "]" * 2000, ("line 2", "nesting")),
        ("a: &a [*a, *a]", ("line 2", "too long")),
        ("a: [1\n", ("line",)),
        ("? [x]\n: 1", ("line 2",)),
        ("a: \x07", ("line 2",)),
    ],
)
@pytest.mark.parametrize("name", ["config.yaml", "questionnaire.yaml"])
def test_yaml_of_any_kind_is_refused_with_its_line(
    tmp_path: Path, name: str, text: str, words: tuple[str, ...]
) -> None:
    path = tmp_path / name
    path.write_text(f"first: 1\n{text}\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_questionnaire(path) if name == "questionnaire.yaml" else load_config(path)
    told = str(caught.value)
    assert str(path) in told and len(told.splitlines()) == 1 and len(told) < 600
    if name == "config.yaml":
        for word in words:
            assert word in told, told
