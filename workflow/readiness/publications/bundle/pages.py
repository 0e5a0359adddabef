"""The README at the top of a bundle, and the sentences that its description shares with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup

from readiness.bounded import read_yaml_text
from readiness.datasets.versions import Version
from readiness.errors import DataError
from readiness.facts import Day, Fact, Listed, Term
from readiness.files import read_file
from readiness.language import LANGUAGES, Language
from readiness.language.catalogue import direction
from readiness.language.numbers import whole
from readiness.publications.bundle.contents import Contents
from readiness.publications.documents import in_order, languages_of, pages_of
from readiness.publications.ledger import FOLDER
from readiness.publications.presenting.writing import Writing, markdown, render
from readiness.terminal import one_line

README = "README.md"
# Stands where a date is demanded and none is known; the description and the README say so.
UNKNOWN_DATE = "1970-01-01"


@dataclass(frozen=True)
class Citation:
    """What a publication's CITATION.cff says of it; `license` is "" where it names none. Without
    one nobody is named as its author."""

    title: str
    abstract: str
    license: str
    authors: tuple[dict[str, str], ...]
    date: str


def read_citation(folder: Path) -> Citation:
    """The citation of the publication in `folder`; DataError when it is none."""
    path = folder / "CITATION.cff"
    if not path.exists():
        return Citation(folder.name, "", "", (), "")
    try:
        record: dict[str, Any] = read_yaml_text(read_file(path))
        return Citation(
            str(record["title"]),
            str(record["abstract"]),
            str(record.get("license", "")),
            tuple({key: str(cell) for key, cell in a.items()} for a in record["authors"]),
            str(record.get("date-released", "")),
        )
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        raise DataError(f"{path}: not a citation. Restore it with git.") from None


def left_out(version: Version) -> Fact:
    """Why a dataset version is not in the bundle, and what follows from that."""
    if version.is_erased:
        verdict = Term("verdict.outcome.erased")
        kind, more = "bundle.erased", {"said": version.note}
    else:
        verdict = Term("verdict.outcome.restricted")
        kind, more = "bundle.restricted", {}
    return Fact(kind, {"name": version.name, "verdict": verdict, **more})


def describe_withheld(names: Iterable[str]) -> Fact:
    """Which files are not in the bundle because they name people."""
    verdict = Term("verdict.outcome.restricted")
    return Fact("bundle.withheld", {"names": Listed(tuple(names), "comma"), "verdict": verdict})


def gaps(contents: Contents) -> Iterator[Fact]:
    """All that is not in the bundle."""
    yield from map(left_out, contents.left_out)
    if contents.withheld:
        yield describe_withheld(contents.withheld)


def describe_date(date: str) -> Fact:
    """The date of publication; what must be said of it when none is known."""
    if date:
        return Fact("bundle.published_on", {"day": Day(date)})
    return Fact("bundle.no_date", {"day": UNKNOWN_DATE})


def readme(root: Path, contents: Contents, date: str = "") -> str:
    """README.md of the bundle, once in each language of the publication."""
    folder = root / FOLDER / contents.identity
    languages = in_order(languages_of(folder) or LANGUAGES)
    return "".join(
        _readme(folder, contents, date, language, first=language == languages[0])
        for language in languages
    )


def _readme(folder: Path, contents: Contents, date: str, language: Language, *, first: bool) -> str:
    writing = Writing(language, markdown(language))
    form = writing.form
    return render(
        "bundle.md",
        form,
        t=writing.text,
        first=first,
        direction=direction(language),
        identity=contents.identity,
        title=read_citation(folder).title,
        dated=writing.tell(describe_date(date)),
        gaps=[writing.tell(fact) for fact in gaps(contents)],
        others=[f"{FOLDER}/{name}/" for name in contents.publications[1:]],
        objects=sorted(contents.objects.items()),
        left_out=contents.left_out,
        pages=[name for name in pages_of(folder) if name.endswith(".html")],
        # A block of code has no escapes.
        code=lambda text: Markup(one_line(text)),
        name=form.name,
        quoted=form.quoted,
        whole=lambda number: form.number(whole(number, language)),
        listed=writing.list_items,
    )
