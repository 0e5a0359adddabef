"""Detect the encoding of a text.

A byte-order mark and UTF-8 identify themselves. An 8-bit encoding does not: the same bytes are
different letters in each. The expected headers and options decide first, then which letters occur
next to each other. Where neither decides, nothing is guessed.
"""

import codecs
import re
from collections.abc import Collection
from pathlib import Path

from readiness.ground.errors import DataError
from readiness.questionnaire import match_key

# Byte-order marks; UTF-32 first, whose mark begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings tried where the questionnaire's words can decide, in order of frequency in spreadsheets.
EIGHT_BIT = (
    *("cp1252", "cp1256", "mac_roman", "cp1250", "cp1251"),
    *("cp1253", "cp1254", "cp1255", "cp1257", "cp850"),
)
_NAMES = {
    "utf-8-sig": "UTF-8",
    "utf-8": "UTF-8",
    **dict.fromkeys(("utf-16", "utf-16-le", "utf-16-be"), "UTF-16"),
    "utf-32": "UTF-32",
    "cp1250": "Windows-1250",
    "cp1252": "Windows-1252",
    "cp1254": "Windows-1254",
    "cp1256": "Windows-1256",
}
_SAMPLE = 1 << 18
_APART = {
    byte
    for byte in range(0x80, 0x100)
    if bytes([byte]).decode("cp1252", "replace") != bytes([byte]).decode("cp1256", "replace")
}
_ARABIC = f"[{chr(0x620)}-{chr(0x64A)}{chr(0x66E)}-{chr(0x6D3)}]"
_ARABIC_WORD = re.compile(f"{_ARABIC}{{2,}}")
# Characters inside words that reveal a DOS or Mac encoding read as Windows.
_SIGN_IN_WORD = re.compile(
    r"[A-Za-z][\u0192\u201a\u201e\u2020-\u2022\u2026\u02c6\u02dc\u2030\u2039\u203a][A-Za-z]|[a-z]\u00ca"
)
_LATIN = f"{chr(0xC0)}-{chr(0x24F)}"
# Accented letters next to plain small ones, and apostrophes between them.
_SMALL = f"{chr(0xE0)}-{chr(0xF6)}{chr(0xF8)}-{chr(0xFF)}{chr(0x153)}"
_SMALL_IN_WORD = re.compile(f"(?<=[a-z])[{_SMALL}{chr(0x2019)}\xa0]|[{_SMALL}](?=[a-z])")
# Traces of Polish read as Western (raised digits within words, signs beside capitals) and of Czech
# (two vowels that no Western language combines).
_POLISH = re.compile("[A-Za-z][\u00b3\u00b9][a-z]|[\u00a3\u00af][A-Z]|[A-Z]\u00af")
_CZECH = "\u00ec\u00f8"
# Traces of Turkish: letters of Icelandic without Icelandic vowels.
_VOWELS = "".join(map(chr, (0xE1, 0xE3, 0xE6, 0xED, 0xF3, 0xFA)))
_TURKISH = re.compile(f"[^{_VOWELS}]*[\u00de\u00f0\u00fe][^{_VOWELS}]*")
_LETTER_IN_WORD = re.compile(f"(?<=[A-Za-z])[{_LATIN}{chr(0x2019)}]|[{_LATIN}](?=[A-Za-z])")


def decode(
    path: Path, content: bytes, wanted: Collection[str] = (), encoding: str | None = None
) -> tuple[str, str]:
    """Return the text without its byte-order mark, and the name of its encoding.

    `wanted`: match keys of expected texts; `encoding`: declared by the analyst; only a byte-order
    mark overrides it. Raises DataError when the bytes are no text or their encoding cannot be
    decided.
    """
    for mark, name in MARKS:
        if content.startswith(mark):
            return _decode_strictly(path, content, name)
    if encoding is not None:
        return _decode_strictly(path, content, _check_encoding(path, encoding))
    if b"\0" in content[:2]:
        # UTF-16 without a mark: every other byte of plain letters is 0.
        return _decode_strictly(path, content, "utf-16-le" if content[0] else "utf-16-be")
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as error:
        first, line = error.start, content.count(b"\n", 0, error.start) + 1
        if error.reason == "unexpected end of data":
            raise DataError(
                f"{path}, line {line}: the file ends within a character, so it is truncated. "
                "Export it again."
            ) from None
    if b"\0" in content[:_SAMPLE]:
        raise DataError(f"{path}, line {line}: binary data; expected a table (CSV, .xlsx or .sav).")
    if not content[:first].isascii():
        raise DataError(
            f"{path}, line {line}: UTF-8 up to this line, then another encoding (byte {first}). "
            "Were two files joined? Export it again as UTF-8."
        )
    chosen = _choose_by_words(content, wanted) or _choose_by_letters(content)
    if chosen is None:
        raise DataError(
            f"{path}, line {line}: not UTF-8 (byte {first}), and the encoding cannot be "
            "recognised. Export it again as UTF-8, or name the encoding (windows-1252 is Western, "
            "-1250 Central "
            "Europe, -1251 Cyrillic, -1256 Arabic): `new --encoding windows-1252`, or in the "
            "questionnaire, under export: `encoding: windows-1252`."
        )
    return _decode_strictly(path, content, chosen)


def _check_encoding(path: Path, encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise DataError(
            f"{path}: encoding {encoding!r} is not known; expected utf-8, utf-16, windows-1252, "
            "windows-1256 or another name of one."
        ) from None


def _decode_strictly(path: Path, content: bytes, encoding: str) -> tuple[str, str]:
    shown = _NAMES.get(encoding, encoding)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: not {shown} (byte {error.start}). The file may be truncated. Export it again."
        ) from None
    except (LookupError, ValueError, TypeError):  # a codec that returns no text (hex, idna)
        raise DataError(f"{path}: cannot be read as {shown}.") from None
    return text.removeprefix("\ufeff"), shown


def _try_decode(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _choose_by_words(content: bytes, wanted: Collection[str]) -> str | None:
    """Return the encoding in which most expected texts occur; None without any."""
    non_ascii_keys = [key for key in wanted if not key.isascii()]
    scores = dict.fromkeys(EIGHT_BIT, 0)
    for encoding in scores:
        key = match_key(_try_decode(content[:_SAMPLE], encoding) or "")
        scores[encoding] = sum(word in key for word in non_ascii_keys)
    chosen = [encoding for encoding in scores if scores[encoding] == max(scores.values()) > 0]
    # Where several are equal, neighbouring letters decide between them; else the first.
    by_letters = _choose_by_letters(content) if len(chosen) > 1 else None
    return by_letters if by_letters in chosen else next(iter(chosen), None)


def _choose_by_letters(content: bytes) -> str | None:
    """Return the encoding that gives Arabic words or accents inside Latin words; None if
    neither.
    """
    sample = content[:_SAMPLE]
    arabic = _try_decode(sample, "cp1256") or ""
    words = sum(len(word) for word in _ARABIC_WORD.findall(arabic))
    # Accents are the same letters in cp1252 and cp1254 except for capitals and a few more.
    western = _try_decode(content, "cp1252")
    latin = "cp1254" if _TURKISH.fullmatch(western or "") else "cp1252"
    accents = len(_LETTER_IN_WORD.findall((western or "")[:_SAMPLE]))
    high = sum(byte > 0x7F for byte in sample)
    macintosh = len(_SMALL_IN_WORD.findall(content.decode("mac_roman")[:_SAMPLE]))
    is_implausible = western is None or _SIGN_IN_WORD.search(western)
    if macintosh > 0.5 * high and (is_implausible or not accents):
        return "mac_roman"
    if western is not None and is_implausible:
        return None
    if _POLISH.search(western or "") or min(map((western or "").count, _CZECH)) > 2:
        return "cp1250"
    if words > 0.5 * high:
        return "cp1256"
    if western is not None and accents > 0.5 * high:
        return latin
    if western is not None and _try_decode(content, "cp1256") == western:
        return latin
    # Only letters that differ between the encodings decide; those inside Latin words are Western.
    deciding = [at for at, byte in enumerate(sample) if byte in _APART]
    in_words = [at for at in deciding if _LETTER_IN_WORD.match(western or "", at)]
    if western is not None and len(in_words) > 0.5 * len(deciding):
        return latin
    return None
