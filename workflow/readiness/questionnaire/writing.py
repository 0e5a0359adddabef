"""Write a questionnaire as the YAML file that a person edits, with comments at open decisions.

Any mapping of a document may have the key `#`, whose text is written as a comment above the
mapping. Drafts mark the analyst's open decisions with such comments, so the file stays a valid
questionnaire. This module also proposes ids of items and codes of options, from texts of any
script.
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

# Longest proposed name in characters; longer names are cut between words.
LONGEST = 30
# A text from which a code drops nothing but spaces and common punctuation.
_PLAIN = re.compile(r"[\w\s.,;:'\u2019()/-]+")


def item_id(text: str, taken: Collection[str] = ()) -> str:
    """Return an id for an item or a grid, which is none of `taken`.

    `q1`, `q2`, ... for a text without Latin letters or digits.
    """
    return _name_uniquely(strip_markup(text), "q", {*taken, *OF_TABLES})


def option_code(text: str, taken: Collection[str] = ()) -> str:
    """Return a code for an option, which is neither reserved nor one of `taken`.

    `c1`, `c2`, ... for a text without Latin letters or digits.
    """
    return _name_uniquely(text, "c", {*taken, *RESERVED, TOTAL})


def option_codes(texts: Sequence[str], given: Sequence[str] = ()) -> list[str]:
    """Return a code for each option, distinct from other codes and from texts of other options.

    `given`: codes that are settled, "" for options without a code. "C++" does not get the code `c`
    if another option is "C", and "<5" does not get `c5` if another option is "5".
    """
    given = given or [""] * len(texts)
    keys = [match_key(text) for text in texts]
    plain = [bool(_make_slug(text)) and _PLAIN.fullmatch(text) is not None for text in texts]
    plain_codes = [
        option_code(text) if is_plain else "" for text, is_plain in zip(texts, plain, strict=True)
    ]
    codes: list[str] = []
    for at, text in enumerate(texts):
        other_keys = {key for k, key in enumerate(keys) if k != at}
        # Reserve the codes of other plain texts. Of several plain texts with one code, the first
        # gets the code.
        codes_reserved = {*plain_codes} - {plain_codes[at]}
        codes.append(given[at] or option_code(text, {*codes, *given, *other_keys, *codes_reserved}))
    return codes


def form_name(text: str) -> str:
    """Return a name for a questionnaire or a wave.

    The name has lower-case letters, digits and hyphens, and begins with a letter.
    """
    name = _make_slug(text).replace("_", "-")
    return name if name[:1].isalpha() else f"survey-{name}".rstrip("-")


def _make_slug(text: str) -> str:
    """Return a text in lower-case ASCII letters, digits and `_`, cut to `LONGEST`; may be empty."""
    if re.fullmatch(ITEM, text):
        return text
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    words = re.sub(r"[^a-z0-9]+", "_", ascii_text.lower()).strip("_")
    cut_between_words = words[: LONGEST + 1].rpartition("_")[0] or words[:LONGEST]
    return words if len(words) <= LONGEST else cut_between_words


def _name_uniquely(text: str, letter: str, taken: Collection[str]) -> str:
    """Return a name made from a text and not in `taken`; a number is added where needed."""
    slug = _make_slug(text)
    # A text that leaves no characters gets the letter and a number: q1, q2, ...
    separator, number = ("_", 1) if slug else ("", 0)
    slug = slug if slug[:1].isalpha() else letter + slug
    name = slug
    while name in taken or number == 0:
        number += 1
        name = f"{slug}{separator}{number}"
    return name


COMMENT = "#"
# Beginning of a comment that marks a decision of the analyst.
CHECK = "check: "
# Beginning of a comment about a decision that the data settled; nothing is left to decide.
DECIDED = "decided: "
_LISTED = ("categories", "rows", "missing", "asked_if", "frame")


def without_comments(node: Any) -> Any:
    """Return a document without the keys `#`, as `questionnaire_of` expects."""
    if isinstance(node, Mapping):
        return {k: without_comments(v) for k, v in node.items() if k != COMMENT}
    return [without_comments(child) for child in node] if isinstance(node, list | tuple) else node


def open_decisions(text: str) -> int:
    """Return the number of decisions that a questionnaire's text still marks as open."""
    return sum(line.strip().startswith(f"# {CHECK.strip()}") for line in text.splitlines())


def write(document: Mapping[str, Any]) -> str:
    """Return a document as YAML, with keys in the document's order.

    A list of options that several items share is written once, with an anchor.
    """
    shared = _find_shared_lists(document.get("items", ()))
    lines = list(_write_comment(document, ""))
    for key, value in document.items():
        if key not in ("items", COMMENT):
            lines += _write_entry(key, value, "", {})
    lines.append("items:")
    for item in document.get("items", ()):
        entry_lines = (_write_entry(k, v, "    ", shared) for k, v in item.items() if k != COMMENT)
        entry = [*chain.from_iterable(entry_lines)]
        dashed = [f"  - {line[4:]}" for line in entry[:1]]
        lines += ["", *_write_comment(item, "  "), *dashed, *entry[1:]]
    return "\n".join(lines) + "\n"


def _write_comment(mapping: Mapping[str, Any], indent: str) -> Iterator[str]:
    """Yield the lines of a mapping's comment, without characters that do not print."""
    for line in str(mapping.get(COMMENT, "")).splitlines():
        plain = "".join(character if character.isprintable() else " " for character in line)
        yield f"{indent}# {' '.join(plain.split())}".rstrip()


def _write_entry(key: str, value: Any, indent: str, shared: dict[str, str]) -> Iterator[str]:
    """Yield the lines of one key and its value.

    `shared`: anchor of each shared list, by the list's text. The first time, a shared list is
    written with its anchor (`&name`), and `shared` is updated; later, a reference (`*name`) is
    written.
    """
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
    for element in value:
        if isinstance(element, Mapping):
            yield from _write_comment(element, f"{indent}  ")
        yield f"{indent}  - {_write_flow(element)}"


def _find_shared_lists(items: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the anchor of each list of categories in use by several items, by its text."""
    owners: dict[str, list[str]] = {}
    for item in items:
        if item.get("categories"):
            list_text = _write_flow(item["categories"])
            owners.setdefault(list_text, []).append(str(item.get("id", "options")))
    return {
        list_text: f"&{owner_ids[0]}"
        for list_text, owner_ids in owners.items()
        if len(owner_ids) > 1
    }


def _write_flow(value: Any) -> str:
    """Return a value as YAML in one line."""
    plain = [without_comments(value)]
    text = yaml.safe_dump(
        plain, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**9
    )
    return str(text).strip()[1:-1]
