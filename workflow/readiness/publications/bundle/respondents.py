"""Who answered, by code: which files of a bundle would name a respondent?

Answers that must not leave are named by more than their own bytes: a correction names the person
whose answer it corrects, a sample everybody who was invited, and an archive may hold either again.
So the codes are read out of the answers, and every file is searched for them, however packed.
"""

import bz2
import csv
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from readiness.bounded import read_yaml_text
from readiness.datasets.store import find_object
from readiness.datasets.versions import Version
from readiness.errors import ConfigError, DataError
from readiness.files import LARGEST, read_file
from readiness.publications.ledger import CONFIG
from readiness.questionnaire import load_questionnaire
from readiness.questionnaire.text import match_key
from readiness.tables import read_rows

# The columns that hold codes in the tables of this project.
OWN_NAMES = ("respondent", "token")
# Bytes of a table of answers.
MOST = 8 * LARGEST
# Characters from which a code is told from any other word; of digits alone, `PLAIN_DIGITS`.
PLAIN = 6
PLAIN_DIGITS = 10
# How those are called who came without a code: by the moment of their answers.
OPEN_LINK = re.compile(r"open-\d{8}t\d{6}")
# How many archives may lie in each other.
DEEPEST = 4
# What of a wave has a row for each person.
ROLES = ("answers", "sample")
CORRECTIONS = "data/corrections/"


@dataclass(frozen=True)
class Respondents:
    """The codes of people. `words` are found in any text, `short` in a column of `columns` alone:
    a code such as 12 stands in every file."""

    words: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()

    def named_in(self, name: str, content: bytes) -> str:
        """Where a file names one of them: its name, with those of the archives around; "" for
        nowhere. DataError for an archive that cannot be looked into."""
        if not (self.words or self.short):
            return ""
        for place, part in _parts(name, content, 0):
            if self._names_anyone(f"{place}\n".encode() + part) or self._in_table(part):
                return place
        return ""

    def _names_anyone(self, content: bytes) -> bool:
        text = _text(content).casefold()
        words = set(re.findall(r"[^\W_]+", text))
        if not words.isdisjoint(self.words) or OPEN_LINK.search(text):
            return True
        # Of a code with a hyphen or a dot in it the first part is looked for before the whole.
        composed = (word for word in self.words if not word.isalnum())
        parts = ((word, re.search(r"[^\W_]+", word)) for word in composed)
        return any(first and first[0] in words and word in text for word, first in parts)

    def _in_table(self, content: bytes) -> bool:
        if not self.short:
            return False
        try:
            head, *rows = csv.reader(io.StringIO(_text(content), newline=""))
        except (ValueError, csv.Error):
            return False
        places = [k for k, cell in enumerate(head) if match_key(cell) in self.columns]
        cells = (row[k].strip().casefold() for row in rows for k in places if k < len(row))
        return any(cell in self.short for cell in cells)


def _text(content: bytes) -> str:
    # A spreadsheet's UTF-16 is the same letters with zeros between.
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return (content[2:] if marked else content).replace(b"\0", b"").decode("utf-8-sig", "replace")


def respondents(
    root: Path, folders: Iterable[Path], versions: Mapping[str, Version], hidden: Iterable[Version]
) -> Respondents:
    """The people in the `hidden` dataset versions that waves of these publications rest on.

    `versions` are all that the publications name. DataError when hidden bytes are not here or no
    column holds codes: then nobody can tell which files name them.
    """
    gone = {version.name for version in hidden}
    codes: set[str] = set()
    columns = set(OWN_NAMES)
    for wave in (wave for folder in folders for wave in _waves(folder)):
        named = _datasets(wave)
        if not gone & set(named.values()):
            continue
        path = root / f"data/questionnaires/{wave['questionnaire']}.yaml"
        export = load_questionnaire(path).export
        own = (export.invitation, export.respondent)
        columns |= {match_key(header) for header in own if header}
        if wave.get("corrections"):
            path = root / CORRECTIONS / f"{wave['corrections']}.csv"
            codes |= _column(path, read_file(path), columns)
        for name in gone & set(named.values()):
            if not versions[name].is_erased:
                codes |= _codes(root, versions[name], columns, export.ignored)
        codes -= _words(root, versions.get(named.get("sample", "")), codes, columns)
    words = {code for code in codes if _is_plain(code)}
    return Respondents(frozenset(words), frozenset(codes - words), frozenset(columns))


def _words(
    root: Path, sample: Version | None, codes: Collection[str], columns: Collection[str]
) -> set[str]:
    """What people wrote where they had no code ("none"): letters alone, and not in the sample."""
    words = {code for code in codes if not re.search(r"[\d@]", code)}
    try:
        path = find_object(root, sample) if sample and words else None
        return words - _column(path, read_file(path, MOST), columns) if path else set()
    except (DataError, OSError):
        return set()


def _waves(folder: Path) -> list[Mapping[str, Any]]:
    """The waves of a publication's configuration, as far as they name answers and sample."""
    path = folder / CONFIG
    try:
        waves = list((read_yaml_text(read_file(path)).get("waves") or {}).values())
        for wave in waves:
            _datasets(wave)
            if not isinstance(wave["questionnaire"], str):
                raise TypeError
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        raise DataError(f"{path}: cannot be read. Restore it with git.") from None
    return waves


def _datasets(wave: Mapping[str, Any]) -> dict[str, str]:
    """The dataset versions of a wave by their role: its answers, and a sample where it has one."""
    named = {role: wave[role] for role in ROLES if role in wave or role == ROLES[0]}
    if not all(isinstance(name, str) for name in named.values()):
        raise TypeError
    return named


def _codes(
    root: Path, version: Version, columns: Collection[str], ignored: Iterable[str]
) -> set[str]:
    try:
        path = find_object(root, version)
        content = read_file(path, MOST)
    except (DataError, OSError) as error:
        raise DataError(
            f"{version.name}: its bytes are not here ({str(error).splitlines()[0]}), so nobody can "
            "tell which files name a respondent.\nBundle where they are, or --with-restricted."
        ) from None
    # Of the other columns about people (an address, a name) what is no number.
    told = {
        text
        for text in _column(path, content, {match_key(i) for i in ignored})
        if re.search(r"[^\W\d]", text)
    }
    found = _column(path, content, columns)
    if not found:
        raise ConfigError(
            f"{version.name}: no column holds the respondents' codes (looked for "
            f"{', '.join(sorted(columns))}), so nobody can tell which files name a respondent."
        )
    return found | {text for text in told if _is_plain(text)}


def _column(path: Path, content: bytes, columns: Collection[str]) -> set[str]:
    """What stands in the columns of these names, lower-case, without empty cells."""
    header, rows = read_rows(path, "the table", content)
    places = [k for k, cell in enumerate(header) if match_key(cell) in columns]
    return {cells[k].strip().casefold() for _, cells in rows for k in places} - {""}


def _is_plain(code: str) -> bool:
    return len(code) >= (PLAIN_DIGITS if code.isdigit() else PLAIN)


def _parts(name: str, content: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    """A file, and every file in it when it is an archive, however deep."""
    yield name, content
    inside = _inside(name, content)
    for inner, part in inside:
        if depth == DEEPEST:
            raise DataError(f"{name}: archives in archives, too deep to be searched.")
        yield from _parts(f"{name}: {inner}", part, depth + 1)


def _inside(name: str, content: bytes) -> list[tuple[str, bytes]]:
    try:
        if content[257:262] == b"ustar":
            with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                files = [member for member in tar if member.isfile()]
                _refuse_large(name, (member.size for member in files))
                return [(m.name, tar.extractfile(m).read()) for m in files]  # type: ignore[union-attr]
        if content.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = [member for member in archive.infolist() if not member.is_dir()]
                _refuse_large(name, (member.file_size for member in members))
                return [(member.filename, archive.read(member)) for member in members]
        if content.startswith(b"%PDF"):
            streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.S)
            return [(f"stream {k}", _inflate(part, 15)) for k, part in enumerate(streams)]
        if content.startswith(b"\x1f\x8b"):
            return [("content", _inflate(content, 31))]
        if content.startswith(b"BZh"):
            return [("content", bz2.BZ2Decompressor().decompress(content, LARGEST))]
        if content.startswith(b"\xfd7zXZ\0"):
            return [("content", lzma.LZMADecompressor().decompress(content, LARGEST))]
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        RuntimeError,
        NotImplementedError,
        OSError,
        ValueError,
        EOFError,
        lzma.LZMAError,
        zlib.error,
    ):
        raise DataError(f"{name}: an archive that cannot be searched; remove it first.") from None
    return []


def _inflate(content: bytes, bits: int) -> bytes:
    try:
        return zlib.decompressobj(bits).decompress(content, LARGEST)
    except zlib.error:
        if bits == 15:  # a stream of a PDF that is packed otherwise, or not at all
            return content
        raise


def _refuse_large(name: str, sizes: Iterable[int]) -> None:
    if sum(sizes) > 4 * LARGEST:
        raise DataError(f"{name}: too large when unpacked to be searched; remove it first.")
