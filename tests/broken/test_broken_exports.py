"""Each broken export is refused in the words that stand beside it, whatever its name says."""

from pathlib import Path

import pytest
import yaml
from broken_exports import FILES, QUESTIONNAIRE, WHOLE

from readiness.ground.errors import ConfigError, DataError
from readiness.readers import read_export

MESSAGES: dict[str, str] = yaml.safe_load(
    Path(__file__).with_name("messages.yaml").read_text("utf-8")
)


@pytest.mark.parametrize("name", FILES)
def test_a_broken_export_is_refused_in_these_words(name: str) -> None:
    with pytest.raises(DataError) as caught:
        read_export(Path("answers.csv"), QUESTIONNAIRE, FILES[name])
    said = str(caught.value)
    assert said == MESSAGES[name]
    assert said.startswith("answers.csv") and said.count("\n") <= 1


def test_there_are_eighty_and_each_has_its_words() -> None:
    assert list(MESSAGES) == list(FILES)
    assert len(FILES) >= 80
    assert len(read_export(Path("answers.csv"), QUESTIONNAIRE, WHOLE)) == 3


@pytest.mark.parametrize(
    ("settings", "kind", "said"),
    [
        ({"tool": "papyrus"}, ConfigError, "tool 'papyrus' is not known; expected one of google"),
        (
            {"tool": "spss"},
            DataError,
            "not an SPSS file, although the questionnaire says `tool: spss`",
        ),
        ({"encoding": "klingon"}, DataError, "encoding 'klingon' is not known; expected utf-8, "),
        ({"encoding": "ascii"}, DataError, "not ascii (byte 55). The file may be truncated"),
        ({"encoding": "hex"}, DataError, "answers.csv: cannot be read as hex."),
    ],
)
def test_what_the_questionnaire_says_of_an_export_is_judged(
    settings: dict[str, str], kind: type[Exception], said: str
) -> None:
    export = QUESTIONNAIRE.export.model_copy(update=settings)
    questionnaire = QUESTIONNAIRE.model_copy(update={"export": export})
    with pytest.raises(kind) as caught:
        read_export(Path("answers.csv"), questionnaire, WHOLE)
    assert said in str(caught.value)
