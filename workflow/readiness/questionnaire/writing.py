"""A questionnaire as the YAML file that a person edits, with comments where there is to decide.

A document may hold the key `#` in any mapping: its text is written as a comment above that mapping.
So a draft says what nobody but the analyst can decide, and the file goes on being a questionnaire.
A draft also proposes ids of items and codes of options, from texts of any script.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import yaml

from readiness.ground.patterns import ITEM
from readiness.questionnaire.items import OF_TABLES, RESERVED, TOTAL
from readiness.questionnaire.text import match_key, strip_markup

# How long a proposed name is at most; it is cut between words.
LONGEST = 30
# A text of which its code says all: letters, digits, and what stands between words.
_PLAIN = re.compile(r"[\w\s.,;:'\u2019()/-]+")


def item_id(text: str, taken: Collection[str] = ()) -> str:
    """An id for an item or a grid, none of `taken`; `q1` where no letter is left."""
    return _name_uniquely(strip_markup(text), "q", {*taken, *OF_TABLES})


def option_code(text: str, taken: Collection[str] = ()) -> str:
    """A code for an option, none of `taken` nor reserved; `c1` where no letter is left."""
    return _name_uniquely(text, "c", {*taken, *RESERVED, TOTAL})


def option_codes(texts: Sequence[str], given: Sequence[str] = ()) -> list[str]:
    """A code for each option, none of which is another's or could be taken for another's text.

    `given`: codes that are settled, "" for the others. "C++" leaves `c` to the option "C", and "<5"
    leaves `c5` to "5".
    """
    given = given or [""] * len(texts)
    keys = [match_key(text) for text in texts]
    plain = [bool(_make_slug(text)) and _PLAIN.fullmatch(text) is not None for text in texts]
    own = [option_code(text) if said else "" for text, said in zip(texts, plain, strict=True)]
    codes: list[str] = []
    for at, text in enumerate(texts):
        others = {key for k, key in enumerate(keys) if k != at}
        # Of several that are written plainly the first has the code.
        left = {*own} - {own[at]}
        codes.append(given[at] or option_code(text, {*codes, *given, *others, *left}))
    return codes


def form_name(text: str) -> str:
    """A name for a questionnaire or a wave: lower-case letters, digits, hyphens, a letter first."""
    name = _make_slug(text).replace("_", "-")
    return name if name[:1].isalpha() else f"survey-{name}".rstrip("-")


def _make_slug(text: str) -> str:
    if re.fullmatch(ITEM, text):
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    words = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    cut = words[: LONGEST + 1].rpartition("_")[0] or words[:LONGEST]
    return words if len(words) <= LONGEST else cut


def _name_uniquely(text: str, letter: str, taken: Collection[str]) -> str:
    slug = _make_slug(text)
    # Where nothing of the text is left the letter is numbered from 1.
    joint, number = ("_", 1) if slug else ("", 0)
    slug = slug if slug[:1].isalpha() else letter + slug
    name = slug
    while name in taken or number == 0:
        number += 1
        name = f"{slug}{joint}{number}"
    return name


COMMENT = "#"
# How a comment begins that marks a decision of the analyst.
CHECK = "check: "
# How one begins that says what the evidence decided: nothing is asked.
DECIDED = "decided: "
_LISTED = ("categories", "rows", "missing", "asked_if", "frame")


def without_comments(node: Any) -> Any:
    """The document alone, as `questionnaire_of` takes it."""
    if isinstance(node, Mapping):
        return {k: without_comments(v) for k, v in node.items() if k != COMMENT}
    return [without_comments(child) for child in node] if isinstance(node, list | tuple) else node


def open_decisions(text: str) -> int:
    """How many decisions the text of a questionnaire still marks as open."""
    return sum(line.strip().startswith(f"# {CHECK.strip()}") for line in text.splitlines())


def write(document: Mapping[str, Any]) -> str:
    """The document as YAML, its keys as they stand; options that items have alike stand once."""
    shared = _find_shared_lists(document.get("items", ()))
    lines = list(_write_comment(document, ""))
    for key, value in document.items():
        if key not in ("items", COMMENT):
            lines += _write_entry(key, value, "", {})
    lines.append("items:")
    for item in document.get("items", ()):
        written = (_write_entry(k, v, "    ", shared) for k, v in item.items() if k != COMMENT)
        entry = [*chain.from_iterable(written)]
        dashed = [f"  - {line[4:]}" for line in entry[:1]]
        lines += ["", *_write_comment(item, "  "), *dashed, *entry[1:]]
    return "\n".join(lines) + "\n"


def _write_comment(mapping: Mapping[str, Any], indent: str) -> Iterator[str]:
    for line in str(mapping.get(COMMENT, "")).splitlines():
        plain = "".join(sign if sign.isprintable() else " " for sign in line)
        yield f"{indent}# {' '.join(plain.split())}".rstrip()


def _write_entry(key: str, value: Any, indent: str, shared: dict[str, str]) -> Iterator[str]:
    if key not in _LISTED or not isinstance(value, list | tuple) or not value:
        yield f"{indent}{key}: {_write_flow(value)}"
        return
    anchor = shared.get(_write_flow(value), "")
    if anchor.startswith("*"):
        yield f"{indent}{key}: {anchor}"
        return
    if anchor:
        shared[_write_flow(value)] = f"*{anchor[1:]}"
    yield f"{indent}{key}:{' ' * bool(anchor)}{anchor}"
    for each in value:
        if isinstance(each, Mapping):
            yield from _write_comment(each, f"{indent}  ")
        yield f"{indent}  - {_write_flow(each)}"


def _find_shared_lists(items: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The lists of categories that more than one item has, each with the anchor of its first."""
    owners: dict[str, list[str]] = {}
    for item in items:
        if item.get("categories"):
            written = _write_flow(item["categories"])
            owners.setdefault(written, []).append(str(item.get("id", "options")))
    return {written: f"&{own[0]}" for written, own in owners.items() if len(own) > 1}


def _write_flow(value: Any) -> str:
    plain = [without_comments(value)]
    text = yaml.safe_dump(
        plain, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**9
    )
    return str(text).strip()[1:-1]
