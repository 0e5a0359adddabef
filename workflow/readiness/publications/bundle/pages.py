"""The README at the top of a bundle, and the words that its description shares with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from readiness.bounded import read_yaml_text
from readiness.datasets.versions import Version
from readiness.errors import DataError
from readiness.files import read_file
from readiness.publications.bundle.contents import Contents
from readiness.publications.ledger import FOLDER

README = "README.md"
UNKNOWN_DATE = "1970-01-01"
"""Stands where a date is demanded and none is known; the description and the README say so."""


@dataclass(frozen=True)
class Citation:
    """What a publication's CITATION.cff says of it."""

    title: str
    abstract: str
    license: str
    authors: tuple[dict[str, str], ...]
    date: str


def read_citation(folder: Path) -> Citation:
    """The citation of the publication in `folder`; DataError when it is none."""
    path = folder / "CITATION.cff"
    try:
        record: dict[str, Any] = read_yaml_text(read_file(path))
        return Citation(
            str(record["title"]), str(record["abstract"]), str(record["license"]),
            tuple({key: str(cell) for key, cell in a.items()} for a in record["authors"]),
            str(record.get("date-released", "")),
        )  # fmt: skip
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        raise DataError(f"{path}: not a citation. Restore it with git.") from None


def left_out_text(left_out: Iterable[Version]) -> str:
    """What is not in the bundle and what follows from that, in sentences; "" when all is in it."""
    sentences = []
    for version in left_out:
        if version.erased:
            sentences.append(
                f"Dataset {version.name} was erased ({version.note}): only its hashes remain, and "
                "an audit says DATA ERASED of the numbers that rest on it."
            )
        else:
            sentences.append(
                f"Dataset {version.name} is restricted and was left out: whoever may have it asks "
                "the publisher; without it an audit says DATA RESTRICTED of the numbers that rest "
                "on it."
            )
    return " ".join(sentences)


def withheld_text(withheld: Iterable[str]) -> str:
    """Which files are not in the bundle because they name people, in one sentence; "" for none."""
    names = ", ".join(withheld)
    return names and (
        f"Left out because they name respondents of these data: {names}; of what a seal or a table "
        "of inputs lists among them, an audit says DATA RESTRICTED, and the frozen code is not run."
    )


def date_text(date: str) -> str:
    """What must be said of a date of publication that is not known; "" when it is."""
    return (
        ""
        if date
        else f"No date of publication was given: {UNKNOWN_DATE} stands where the format wants one."
    )


def _data(contents: Contents) -> str:
    rows = [
        f"| `{version.name}` | {version.rows} | `{version.sha256}` | `{place}` |"
        for place, version in sorted(contents.objects.items())
    ]
    rows += [
        f"| `{version.name}` | {version.rows} | `{version.sha256}` | **not in the bundle: "
        f"{version.status}** |"
        for version in contents.left_out
    ]
    return "| dataset version | rows | SHA-256 | where |\n|---|---|---|---|\n" + "\n".join(rows)


def _gaps_in_other_languages(contents: Contents) -> str:
    names = ", ".join(f"`{version.name}`" for version in contents.left_out)
    return (
        f">\n> **Français.** Ce paquet ne contient pas les données {names}, d'accès restreint ou "
        "effacées : les chiffres qui en dépendent ne peuvent pas y être recalculés.\n>\n"
        f'> <div dir="rtl"><strong>العربية.</strong> لا تتضمن هذه الحزمة البيانات {names}، وهي '
        "مقيدة الاطلاع أو محذوفة: لا يمكن هنا إعادة حساب الأرقام المبنية عليها.</div>\n"
    ) + _withheld_in_other_languages(contents)


def _withheld_in_other_languages(contents: Contents) -> str:
    names = ", ".join(f"`{name}`" for name in contents.withheld)
    return names and (
        f">\n> **Français.** N'y sont pas non plus, car ils nomment des répondants : {names}.\n>\n"
        f'> <div dir="rtl"><strong>العربية.</strong> ولا تتضمن كذلك، لأنها تسمّي مستجيبين: {names}.'
        "</div>\n"
    )


def readme(root: Path, contents: Contents, date: str = "") -> str:
    """README.md of the bundle."""
    identity = contents.identity
    citation = read_citation(root / FOLDER / identity)
    gaps = f"{left_out_text(contents.left_out)} {withheld_text(contents.withheld)}".strip()
    warning = f"\n> **Not everything is here.** {gaps}\n{_gaps_in_other_languages(contents)}"
    dated = f"Published {date}." if date else date_text(date)
    others = "".join(
        f"\n`publications/{name}/` is here because this publication revises or supersedes it.\n"
        for name in contents.publications[1:]
    )
    return f"""# Bundle of the publication {identity}

{citation.title}.
{dated}
{warning if gaps else ""}
This folder is a project of its own: the published figures under their seal, the code, the settings
and the data that made them. Nothing here needs a network or git, only Python with the packages of
`requirements.lock`.
{others}
## Audit it

With a program of your own (`pip install .` in a tree that you trust), which runs nothing of this
folder:

```
readiness audit . {identity} --level 3
```

Or, where you trust this folder, make the environment here (this alone needs the network):

```
make setup
.venv/bin/readiness audit {identity} --level 3
```

Level 0 checks the seal, 1 the data, 2 every number, 3 charts, tables and report. The exit code is 0
when all of it holds, 1 when something differs, 2 when something could not be checked, 3 when the
seal is broken. `docs/auditing.md` explains each verdict, `docs/bundles.md` what a bundle is.

**Français.** L'audit recalcule chaque chiffre publié à partir des données de ce dossier, sans
réseau : exécuter la commande ci-dessus. Code 0 : tout concorde.

<div dir="rtl">

**العربية.** يعيد التدقيق حساب كل رقم منشور انطلاقا من بيانات هذا المجلد، دون شبكة: نفّذ الأمر أعلاه.
الرمز 0 يعني أن كل شيء مطابق.

</div>

## Data

{_data(contents)}

## Where things are

| path | what |
|---|---|
| `publications/{identity}/` | the publication as it was sealed; begin with its `report.html` |
| `publications/{identity}/code.tar` | the code that made it, as a project of its own |
| `data/store/` | the datasets, each under its MD5 |
| `data/` (the rest) | DVC pointers, register of versions, questionnaires, margins, claims |
| `Snakefile`, `workflow/`, `reports/`, `profiles/` | the code when the bundle was made |
| `config.yaml` | the configuration of the publication |
| `ro-crate-metadata.json` | the same for machines (RO-Crate 1.1, Provenance Run Crate 0.5) |
"""
