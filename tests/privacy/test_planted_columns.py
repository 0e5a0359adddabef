"""Columns of people under names that survey tools give their own: none is published unasked.

A name proves nothing of a column, neither that a tool added it nor that it is a question. Sixty
columns of addresses, user names, telephones and devices stand under such names in a file.
"""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml

from readers.drafted import draft_of
from readiness.privacy.detecting import Detectors
from readiness.questionnaire.items import Export
from readiness.readers import read_export, read_ignored
from readiness.readers.export import recognise_export
from readiness.validation import first_reading
from readiness.validation.separating import separate

SEED, PEOPLE, COLUMNS = 2050, 60, 60
# A key of pseudonyms, as an office has one.
KEY = bytes(range(32))
# Names that some tool gives a column of its own, as SPSS and Stata can hold them.
NAMES = """
today deviceid imei subscriberid simserial phonenumber username email audit caseid status edits
instancename submitterid submittername formversion start end starttime endtime key instanceid
reviewstate review_status submissiondate isvalidated id submitdate startdate interviewtime token
lastpage startlanguage seed datestamp ipaddr refurl attribute_1 attribute_2 enddate recordeddate
responseid finished distributionchannel ipaddress progress recipientlastname recipientfirstname
recipientemail externaldatareference externalreference locationlatitude locationlongitude
userlanguage responseset resolution q_relevantidduplicate q_recaptchascore q_chl sc0 sc1 q5_do_1
why_text
"""
LAST = ("zemmouri", "quatrefages", "oubaydallah", "xhelili", "wintergerst", "tazrouti")


def _digits(chance: random.Random, n: int) -> str:
    return "".join(str(chance.randrange(10)) for _ in range(n))


def plant(chance: random.Random) -> dict[str, list[str]]:
    """Sixty columns, each of what names people, a secret a row; some are of six people alone."""
    kinds: Sequence[Callable[[], str]] = (
        lambda: f"{chance.choice(LAST)}.{_digits(chance, 5)}@example.org",
        lambda: f"{chance.choice(LAST)}{_digits(chance, 4)}",
        lambda: f"+2126{_digits(chance, 8)}",
        lambda: f"06 {_digits(chance, 2)} {_digits(chance, 2)} {_digits(chance, 4)}",
        lambda: f"35{_digits(chance, 13)}",
        lambda: f"{_digits(chance, 3)}, rue {chance.choice(LAST).title()}, {_digits(chance, 5)}",
    )
    columns = {}
    for place, name in enumerate(chance.sample(NAMES.split(), COLUMNS)):
        # Each kind is that of all respondents, then that of six who asked them.
        make = kinds[place % len(kinds)]
        few = [make() for _ in range(6)]
        columns[name] = [make() if place < COLUMNS / 2 else few[k % 6] for k in range(PEOPLE)]
    return columns


def _csv(columns: Mapping[str, Sequence[str]], *heads: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([list(columns), *heads, *zip(*columns.values(), strict=True)])
    return text.getvalue().encode()


def _moments(hour: int) -> list[str]:
    return [f"2025-03-{k % 28 + 1:02d} {hour:02d}:{k % 60:02d}:00" for k in range(PEOPLE)]


# What each tool writes before the questions, so that its signature is certain.
SIGNED: Mapping[str, Mapping[str, Sequence[str]]] = {
    "plain": {},
    "kobotoolbox": {
        "_uuid": [f"{k:08x}-aaaa-4bbb-8ccc-1234567890ab" for k in range(PEOPLE)],
        "_submission_time": _moments(9),
        "_index": [str(k + 1) for k in range(PEOPLE)],
    },
    "limesurvey": {
        "Response ID": [str(k + 1) for k in range(PEOPLE)],
        "Date submitted": _moments(9),
        "Last page": ["3"] * PEOPLE,
        "Start language": ["en"] * PEOPLE,
    },
    "qualtrics": {
        "StartDate ": _moments(8),
        "EndDate ": _moments(9),
        "Progress ": ["100"] * PEOPLE,
        "Finished ": ["True"] * PEOPLE,
        "RecordedDate ": _moments(9),
        "ResponseId ": [f"R_{k:015d}" for k in range(PEOPLE)],
    },
}
ASKED = {"opinion": ["Good", "Bad", "Fair"] * (PEOPLE // 3)}


def write(kind: str, path: Path, columns: Mapping[str, Sequence[str]]) -> Path:
    """The file with the planted columns; `kind` is its ending, of CSV also the tool that signs."""
    ending, _, tool = kind.partition(" ")
    path = path / f"export.{ending}"
    if ending == "csv":
        path.write_bytes(_csv({**SIGNED[tool], **ASKED, **columns}))
        return path
    frame = pd.DataFrame({**ASKED, **columns})
    for name in frame:
        # Numbers are numbers in such files.
        if all(text.isdigit() for text in frame[name]):
            frame[name] = frame[name].astype(float)
    save = {"sav": pyreadstat.write_sav, "dta": pyreadstat.write_dta}[ending]
    save(frame, str(path))
    return path


@pytest.mark.parametrize("kind", ["sav", "dta", *(f"csv {tool}" for tool in SIGNED)])
def test_no_planted_column_is_published_unasked(kind: str, tmp_path: Path) -> None:
    columns = plant(random.Random(SEED))
    secrets = {text for cells in columns.values() for text in cells}
    path = write(kind, tmp_path, columns)
    # Under names of so many tools only a person can say which one wrote the file.
    tool = kind.partition(" ")[2] or "spss"
    asked, text = draft_of(path, path.read_bytes(), tool)
    if tool not in ("plain", "spss"):
        sheet, reader = recognise_export(path, None, Export(tool=tool))
        assert reader.is_certain(sheet)
    raw = read_export(path, asked)
    result, _ = separate(
        first_reading(raw, asked), raw, read_ignored(path, asked), asked, Detectors(), KEY
    )
    # What leaves the house: the questionnaire, and answers that go on to be counted.
    doubted = re.findall(r"'([^']+)'", "".join(re.findall(r"# check: questions, or.*", text)))
    shown = [item for item in asked.items if not item.personal and not item.kind.is_free_text]
    unasked = [item for item in shown if item.column not in (*ASKED, *doubted)]
    assert not {item.column.casefold() for item in unasked} & {*columns}
    document = yaml.safe_load(text)
    document["items"] = [each for each in document["items"] if each["column"] not in doubted]
    kept = [name for item in asked.items if item.column not in doubted for name in item.columns]
    handed_on = result.answers[[*kept, "respondent"]]
    for written in (yaml.safe_dump(document, allow_unicode=True), handed_on.to_csv()):
        assert not [secret for secret in secrets if secret in written]
    # And nothing is lost in silence: each is a question, named in the draft, or the tool's own.
    assert {item.id for item in asked.items} >= {"opinion"}
