"""Markdown blocks of a report, and the author's texts around them.

The author's texts stand before a block, after it, or in place of it: `reports/<study or
wave>/<language>/<place>-before.md`, `<place>-after.md` or `<place>.md`, where `place` is a block's
name (`summary`, `item-<id>`, ...). They are Markdown. A number is written as in the document, ``
`{python} n("<id>")` ``, and comes from the register; nothing else is run.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from readiness.ground.errors import RenderError
from readiness.language import Language, text
from readiness.language.catalogue import setting

EMPTY = "–"
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~^@$&])")
# Marker that makes a line a list item: `1. `, `(a) `, `- `.
_LISTED = re.compile(r"^(\(?\w{1,9})?([.):+-])(?=\s)")
_SET = re.compile(r"(?<!\\)(['\".-])")
# Most signs of a word that no line breaks.
MOST_TOGETHER = 24
_LINES = re.compile("[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


class Markdown(str):
    """Text that a document shows as Markdown and that a cell can print."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)


def plain(text: str) -> str:
    """Return a text on one line, escaped for Markdown."""
    return _LISTED.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", _LINES.sub(" ", text)))


def quote_exactly(text: str) -> str:
    """Return a text as a span in which no renderer changes quotation marks or dashes."""
    return "[" + _SET.sub(r"\\\1", plain(text)) + "]{.prov .said}"


def write_name(text: str) -> str:
    """The name of something as Markdown; one word with a hyphen (`tic-maroc.com`) ends no line."""
    is_word = "-" in text and not any(sign.isspace() or sign.isdigit() for sign in text)
    # A longer word would be wider than the screen of a telephone.
    return quote_exactly(text) if is_word and len(text) <= MOST_TOGETHER else plain(text)


def label(*parts: str) -> str:
    """Return the label of a table, a figure or a section, made of names: `tbl-wave-item`."""
    return "-".join(re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts)


# Class of a heading whose section is closed until a reader opens it.
FOLDED = "folded"


def heading(level: int, title: str, name: str, kind: str = "") -> str:
    """Write a heading that links can name; `kind`: a class of its section."""
    return f"{'#' * level} {title} {{#{name}{f' .{kind}' if kind else ''}}}"


def note(kind: str, title: str, body: str) -> str:
    """Write a callout box; `kind`: `note`, `warning` or `important`."""
    return f"::: {{.callout-{kind}}}\n## {title}\n\n{body}\n:::"


def write_list(lines: Iterable[str]) -> str:
    """Write a list, one item a line."""
    return "\n".join(f"- {line}" for line in lines)


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    name: str,
    caption: str,
    words: Sequence[int] = (0,),
    kind: str = "",
    marks: Sequence[str] = (),
) -> str:
    """Write a table: numbers to the right, the columns `words` to the left.

    The first cell of a row names it. `kind`: `banner` (wide, of numbers: on a telephone its first
    column stays in view), `stack` (of sentences: on a telephone each row is a card), or "".
    `marks`, none or one for each row: `main` (the headline), `total`, `base` (base of the shares),
    `k1` to `k9` (rows that `write_filtered` chooses), or "".
    """
    sides = (":--" if i in words else "--:" for i in range(len(header)))
    lines, table_rows = [f"| {' | '.join(header)} |", f"|{'|'.join(sides)}|"], [*map(list, rows)]
    for row, mark in zip(table_rows, marks, strict=bool(marks)) if marks else ():
        row[0] = (f"[]{{.row .{mark}}}" if mark else "") + row[0]
    lines += [f"| {' | '.join(row)} |" for row in table_rows]
    if not kind:
        return "\n".join([*lines, "", f": {caption} {{#{name}}}"])
    return "\n".join([f"::: {{#{name} .{kind}}}", *lines, "", caption, ":::"])


def block(kind: str, body: str) -> str:
    """Return a section marked up in the style `kind`.

    `kind`: `headline` (the finding, as the title of the whole document), `lead` (the sentences
    below the headline), `finding` (what a block's numbers say), ...
    """
    return f"::: {{.{kind}}}\n{body}\n:::"


def mark(kind: str, text: str) -> str:
    """Return a text marked up in the style `kind`.

    `kind`: `ci` (interval below a number in its cell), `letter` (letter of a column, or letters of
    the columns that a share significantly exceeds), `small` (less prominent).
    """
    return f"[{text}]{{.{kind}}}"


def write_numbered(kind: str, lines: Iterable[str]) -> str:
    """Write a numbered list; `kind`: `brief` (main points) or `ask` (questions to a publisher)."""
    return block(kind, "\n".join(f"{k}. {line}" for k, line in enumerate(lines, 1)))


def write_filtered(labels: Sequence[str], table: str) -> str:
    """Write a table whose rows a reader can choose.

    The first label shows all rows, the next labels those marked k1, k2, ...
    """
    return f"::: {{.filter}}\n{write_list(labels)}\n\n{table}\n:::"


def picture(wide: str, narrow: str, alternative: str, name: str, caption: str) -> str:
    """Write a chart, with a narrow version for telephones."""
    # Attributes read entities and backslashes, and end at a quotation mark.
    alt = " ".join(alternative.split()).replace('"', "'")
    alt = alt.replace("\\", "\\\\").replace("&", "&amp;")
    wide_image = f'![]({wide}){{.wide fig-alt="{alt}"}}'
    narrow_image = (
        f'::: {{.content-visible when-format="html"}}\n\n![]({narrow}){{.narrow fig-alt="{alt}"}}'
    )
    return "\n\n".join([f"::: {{#{name}}}", wide_image, narrow_image, ":::", caption, ":::"])


def status(parts: Iterable[tuple[str, str]]) -> str:
    """Write the status line: each text with its kind (`of`, `simu`, `valid`, `old`, or "")."""
    tags = [f"[{text}]{{.tag .{kind}}}" if kind else f"[{text}]{{.part}}" for kind, text in parts]
    return block("status", " ".join(tags))


def three(texts: Iterable[tuple[str, str, str]]) -> str:
    """Write three cards: kind (`sure`, `plain`, `open`), title and text of each."""
    cards = [f"::: {{.card .{kind}}}\n**{title}**\n\n{body}\n:::" for kind, title, body in texts]
    return "\n".join([":::: {.three}", *cards, "::::"])


def glossary(pairs: Iterable[tuple[str, str]]) -> str:
    """Write a list of terms, each with its text."""
    return block("gloss", "\n\n".join(f"{term}\n\n:   {definition}" for term, definition in pairs))


def fold(summary: str, body: str) -> str:
    """Write a section that a reader can open below its summary; on paper the section is open."""
    return f"::::: {{.fold}}\n{summary}\n\n{body}\n:::::"


def later(summary: str, body: str) -> str:
    """Write a section that telephones show closed below its summary.

    A wide window and paper show it open.
    """
    return f"::::::: {{.later}}\n{summary}\n\n{body}\n:::::::"


def actions(links: Iterable[tuple[str, str]]) -> str:
    """Write links to files, each with its text; paper leaves them out."""
    return block("actions", write_list(f"[{link_text}]({address})" for link_text, address in links))


@dataclass(frozen=True)
class ReportBlock:
    """Named part of a report, which its author can place.

    `place`: the name; `title`: the heading, "" for none; `body`: makes the Markdown. `later`:
    closed at first on telephones; `folded`: closed at first everywhere. `within`: part of the block
    before it.
    """

    place: str
    title: str
    body: Callable[[], str]
    later: bool = False
    within: bool = False
    folded: bool = False


def brief_name(name: str) -> str:
    """Return the base name of the brief's files beside a report of a name."""
    return name.replace("report", "brief")


def paragraphs(parts: Iterable[str]) -> str:
    """Join the parts that are not empty as paragraphs."""
    return "\n\n".join(part for part in parts if part)


_NUMBER = re.compile(r"`\{python\} n\([\"']([^\"'`]+)[\"']\)`")
_WHERE = ("-before", "-after", "")


@dataclass(frozen=True)
class Prose:
    """The author's texts on one run, in the language of the report.

    `folder` need not exist.
    """

    folder: Path

    def around(self, place: str, body: str, number: Callable[[str], str]) -> str:
        """Return a block between the author's texts, or the author's text in its place."""
        before, after, instead = (self._write_text(f"{place}{where}", number) for where in _WHERE)
        return paragraphs((before, instead or body, after))

    def _write_text(self, name: str, number: Callable[[str], str]) -> str:
        try:
            text = (self.folder / f"{name}.md").read_text("utf-8").strip()
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError as error:
            raise RenderError(f"{name}.md: not UTF-8 (byte {error.start}).") from None
        return _NUMBER.sub(lambda match: number(match[1]), text)

    def check(self, places: Iterable[str]) -> None:
        """Check that each text of the author belongs to a block.

        Raises RenderError for a text of a block that does not exist.
        """
        names = list(places)
        allowed = {f"{place}{where}" for place in names for where in _WHERE}
        for path in sorted(self.folder.glob("*.md")):
            if path.stem not in allowed:
                raise RenderError(
                    f"{path.name}: no block has this name. Name the file after a block, with or "
                    f"without -before or -after: {', '.join(names)}."
                )


# Catalogue keys of the words that the layout of a document adds.
KEYS = tuple(
    f"report.rendering.{name}"
    for name in (
        *("toc", "skip", "embedded", "boxes", "fig", "tbl", "sec", "label", "cue"),
        *("note", "tip", "warning", "important", "caution", "own", "own_text"),
    )
)


@cache
def words_for(language: Language) -> dict[str, str]:
    """Return the layout's words in a language, by the last part of their keys.

    `fig`, `tbl` and `sec` contain `{n}`, the number; `label` contains `{label}`, one of both.
    Also the signs beside which the language sets spaces that end no line (`language.po`).
    """
    words = {key.rpartition(".")[2]: text(key, language) for key in KEYS}
    spaces = ("narrow_before", "fixed_before", "fixed_after")
    return words | {name: signs for name in spaces if (signs := setting(name, language))}
