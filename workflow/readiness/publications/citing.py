"""How a publication is cited: as its own CITATION.cff says, in words, for BibTeX and for RIS; and
which number a citation means, so that whoever has one can walk it back.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from readiness.ground.errors import DataError
from readiness.ground.files import read_file
from readiness.ground.printable import one_line
from readiness.ground.safe_yaml import read_yaml_text
from readiness.language import strip_marks


@dataclass(frozen=True)
class Citation:
    """What a publication's CITATION.cff says of it; `license` is "" where it names none. Without
    one nobody is named as its author.
    """

    identity: str
    title: str
    abstract: str
    license: str
    authors: tuple[dict[str, str], ...]
    date: str

    @property
    def names(self) -> list[str]:
        """Its authors, a person by family name first."""
        return [
            a.get("name") or ", ".join(a[k] for k in ("family-names", "given-names") if a.get(k))
            for a in self.authors
        ]

    @property
    def text(self) -> str:
        """It in one line."""
        date = f" ({self.date})" if self.date else ""
        return f"{'; '.join(self.names) or self.identity}{date}. {self.title}."

    @property
    def bibtex(self) -> str:
        """It as an entry of BibTeX."""
        told = {"author": " and ".join(f"{{{_escape_tex(name)}}}" for name in self.names)}
        told |= {"title": _escape_tex(self.title), "year": self.date[:4], "date": self.date}
        lines = [f"  {key} = {{{said}}},\n" for key, said in told.items() if said]
        return f"@misc{{{self.identity},\n{''.join(lines)}}}\n"

    @property
    def ris(self) -> str:
        """It as a record of RIS."""
        told = [("TY", "DATA"), ("ID", self.identity), *(("AU", name) for name in self.names)]
        told += [("TI", self.title), ("PY", self.date[:4]), ("DA", self.date.replace("-", "/"))]
        lines = [f"{tag}  - {one_line(said)}\n" for tag, said in told if said]
        return f"{''.join(lines)}ER  - \n"


def _escape_tex(text: str) -> str:
    """A text from outside with nothing in it that TeX would act on."""
    plain = re.sub(r"[\\{}~^]", " ", one_line(text))
    return re.sub(r"([%&#_$])", r"\\\1", plain)


def read_citation(folder: Path) -> Citation:
    """The citation of the publication in `folder`; DataError when it is none."""
    path = folder / "CITATION.cff"
    if not path.exists():
        return Citation(folder.name, folder.name, "", "", (), "")
    try:
        record: dict[str, Any] = read_yaml_text(read_file(path))
        return Citation(
            folder.name,
            str(record["title"]),
            str(record["abstract"]),
            str(record.get("license") or record.get("license-url", "")),
            tuple({key: str(cell) for key, cell in a.items()} for a in record["authors"]),
            str(record.get("date-released", "")),
        )
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        raise DataError(f"{path} is not a valid citation file. Restore it with git.") from None


def find_cited(text: str, publications: Iterable[str]) -> str:
    """What a citation, as a page prints it, is of: PUBLICATION/ID or a publication; else itself."""
    known = "|".join(map(re.escape, publications))
    plain = strip_marks(text)
    number = re.search(rf"(?:^|\. )((?:{known})/[^:]+?)\s*:", plain)
    found = number or re.search(rf"\(({known})[,،)]", plain)
    return found[1] if known and found else text
