"""Personal data at the edge of a step: keys, what is kept apart, the sample."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from readiness.config import Privacy, StrictModel
from readiness.files import KEY_NAME, PRIVATE, write_atomically
from readiness.privacy import Detectors, names_people, with_pseudonyms
from readiness.readers import SAMPLE_COLUMNS, read_sample
from readiness.running.pseudonym_key import key_for
from readiness.running.step import log
from readiness.tables import read_text_table, to_csv

if TYPE_CHECKING:
    import pandas as pd

    from readiness.questionnaire import Questionnaire
    from readiness.validation.separating import Apart


class Pseudonyms(StrictModel):
    """Whose key makes the pseudonyms of the respondents: see `key_for`."""

    dataset: str
    sealed: str


def key_of(
    wanted: Pseudonyms | None, questionnaire: Questionnaire, export: Path
) -> tuple[bytes | None, str]:
    """The key of a wave's respondents and its name, None where nobody has to be given a pseudonym;
    ConfigError where one is needed and missing.
    """
    columns = questionnaire.export
    personal = [item.id for item in questionnaire.items if item.personal]
    if wanted is None or not names_people(columns.invitation, columns.respondent, personal):
        return None, ""
    return key_for(Path.cwd(), wanted.dataset, wanted.sealed, export)


def detectors_of(privacy: Privacy) -> tuple[Detectors, dict[str, Any]]:
    """What is looked for in free text, and how the record of a step tells it."""
    detectors = Detectors(tuple(privacy.telephone), tuple(privacy.identity))
    return detectors, {name: each for name, each in privacy.looked_for.items() if each}


def keep_apart(run: Path, apart: Apart, key: str) -> None:
    """Write what is kept apart below `run`/private, for its owner's eyes.

    The name of the key stands there too: a record of provenance is the same with any key.
    """
    folder = run / PRIVATE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    write_atomically(folder / "answers.csv", to_csv(apart.answers), private=True)
    write_atomically(folder / "personal-data.csv", to_csv(apart.seen), private=True)
    write_atomically(folder / KEY_NAME, key, private=True)
    if n := len(apart.seen):
        log.warning("personal data in %d cells: %s", n, folder / "personal-data.csv")


def frame_of(sample: Path | None, questionnaire: Questionnaire, key: bytes | None) -> pd.DataFrame:
    """The sample as later steps read it: what they use of it alone, under pseudonyms."""
    import pandas as pd

    if sample is None:
        return pd.DataFrame(columns=["token"])
    read = read_text_table(sample, "sample")
    wanted = (*SAMPLE_COLUMNS, *(v.id for v in questionnaire.frame), "disposition")
    # The text of each number as it came: written again it would lose digits.
    frame = read[[name for name in wanted if name in read.columns]].copy()
    frame["token"] = read_sample(sample, questionnaire)["token"].to_numpy()
    return frame if key is None else with_pseudonyms(frame, ["token"], key)
