"""Citations of a publication as text, BibTeX and RIS, and the number that a citation names."""

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
    """Fields of a publication's CITATION.cff; `license` and `date` are "" where it has none."""

    identity: str
    title: str
    abstract: str
    license: str
    authors: tuple[dict[str, str], ...]
    date: str

    @property
    def names(self) -> list[str]:
        """Names of the authors, family name first."""
        return [
            a.get("name") or ", ".join(a[k] for k in ("family-names", "given-names") if a.get(k))
            for a in self.authors
        ]

    @property
    def text(self) -> str:
        """Citation in one line."""
        date = f" ({self.date})" if self.date else ""
        return f"{'; '.join(self.names) or self.identity}{date}. {self.title}."

    @property
    def bibtex(self) -> str:
        """Citation as a BibTeX entry."""
        fields = {"author": " and ".join(f"{{{_escape_tex(name)}}}" for name in self.names)}
        fields |= {"title": _escape_tex(self.title), "year": self.date[:4], "date": self.date}
        lines = [f"  {key} = {{{said}}},\n" for key, said in fields.items() if said]
        return f"@misc{{{self.identity},\n{''.join(lines)}}}\n"

    @property
    def ris(self) -> str:
        """Citation as a RIS record."""
        fields = [("TY", "DATA"), ("ID", self.identity), *(("AU", name) for name in self.names)]
        fields += [("TI", self.title), ("PY", self.date[:4]), ("DA", self.date.replace("-", "/"))]
        lines = [f"{tag}  - {one_line(said)}\n" for tag, said in fields if said]
        return f"{''.join(lines)}ER  - \n"


def _escape_tex(text: str) -> str:
    """Escape or remove all characters that have a meaning in TeX."""
    plain = re.sub(r"[\\{}~^]", " ", one_line(text))
    return re.sub(r"([%&#_$])", r"\\\1", plain)


def read_citation(folder: Path) -> Citation:
    """Read CITATION.cff of a publication; without the file, return the id as title.

    Raises DataError when the file is damaged.
    """
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
    """Return what a citation names: PUBLICATION/ID or PUBLICATION; else `text` unchanged."""
    id_pattern = "|".join(map(re.escape, publications))
    plain = strip_marks(text)
    number = re.search(rf"(?:^|\. )((?:{id_pattern})/[^:]+?)\s*:", plain)
    match = number or re.search(rf"\(({id_pattern})[,،)]", plain)
    return match[1] if id_pattern and match else text
