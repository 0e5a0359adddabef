"""A block: what a document says of one thing, under a name by which its author can reach it.

The author's own texts stand before a block, after it, or in place of it: `reports/<study or
wave>/<language>/<place>-before.md`, `<place>-after.md` or `<place>.md`, where `place` is a block's
name (`summary`, `item-<id>`, ...). They are Markdown. A number is written as in the document,
`` `{python} n("<id>")` ``, and comes from the register like every other; nothing else is run.
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
# What makes a list of a line that begins with it: `1. `, `(a) `, `- `.
_LISTED = re.compile(r"^(\(?\w{1,9})?([.):+-])(?=\s)")
_SET = re.compile(r"(?<!\\)(['\".-])")
_LINES = re.compile("[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


class Markdown(str):
    """Text that a document shows as Markdown and that a cell can print."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)


def plain(text: str) -> str:
    """The text with nothing in it that Markdown would read as markup, on one line."""
    return _LISTED.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", _LINES.sub(" ", text)))


def quote_exactly(text: str) -> str:
    """The text as a part of its own, in which no renderer sets quotation marks or dashes anew."""
    return "[" + _SET.sub(r"\\\1", plain(text)) + "]{.prov .said}"


def label(*parts: str) -> str:
    """The label of a table, a figure or a section, from names: `tbl-wave-item`."""
    return "-".join(re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts)


# The class of a heading whose section is closed until a reader opens it.
FOLDED = "folded"


def heading(level: int, title: str, name: str, kind: str = "") -> str:
    """Write a heading that links can name; `kind`: a class of its section."""
    return f"{'#' * level} {title} {{#{name}{f' .{kind}' if kind else ''}}}"


def note(kind: str, title: str, body: str) -> str:
    """A box: `note` or `warning`."""
    return f"::: {{.callout-{kind}}}\n## {title}\n\n{body}\n:::"


def write_list(lines: Iterable[str]) -> str:
    """A list of sentences, one a line."""
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
    """A table: numbers to the right, the columns `words` to the left; the first cell names its row.

    kind: `banner` (wide, of numbers: on a telephone its first column stays), `stack` (of sentences:
    there each row is a card), or none. marks, one a row where there are any: `main` (the headline),
    `total`, `base` (what the shares are of), `k1` to `k9` (what `filtered` chooses by), or none.
    """
    sides = (":--" if i in words else "--:" for i in range(len(header)))
    lines, told = [f"| {' | '.join(header)} |", f"|{'|'.join(sides)}|"], [*map(list, rows)]
    for row, mark in zip(told, marks, strict=bool(marks)) if marks else ():
        row[0] = (f"[]{{.row .{mark}}}" if mark else "") + row[0]
    lines += [f"| {' | '.join(row)} |" for row in told]
    if not kind:
        return "\n".join([*lines, "", f": {caption} {{#{name}}}"])
    return "\n".join([f"::: {{#{name} .{kind}}}", *lines, "", caption, ":::"])


def block(kind: str, body: str) -> str:
    """A part of the page of its own look: `headline` (the finding, as the title of the whole
    document), `lead` (the sentences below it), `finding` (what a block's numbers say), ...
    """
    return f"::: {{.{kind}}}\n{body}\n:::"


def mark(kind: str, text: str) -> str:
    """A text of its own look: `ci` (the interval below a number in its cell), `letter` (of a
    column, or of those that a share is above), `small` (of less weight).
    """
    return f"[{text}]{{.{kind}}}"


def write_numbered(kind: str, lines: Iterable[str]) -> str:
    """Numbered sentences: `brief` (what matters most), `ask` (questions to somebody)."""
    return block(kind, "\n".join(f"{k}. {line}" for k, line in enumerate(lines, 1)))


def write_filtered(labels: Sequence[str], table: str) -> str:
    """A table of which a reader chooses rows: the first label shows all, the others k1, k2, ..."""
    return f"::: {{.filter}}\n{write_list(labels)}\n\n{table}\n:::"


def picture(wide: str, narrow: str, alternative: str, name: str, caption: str) -> str:
    """A chart, with a narrow drawing of it for telephones."""
    # In an attribute entities are read, a backslash escapes, and a quotation mark ends it.
    alt = " ".join(alternative.split()).replace('"', "'")
    alt = alt.replace("\\", "\\\\").replace("&", "&amp;")
    drawn = f'![]({wide}){{.wide fig-alt="{alt}"}}'
    small = (
        f'::: {{.content-visible when-format="html"}}\n\n![]({narrow}){{.narrow fig-alt="{alt}"}}'
    )
    return "\n\n".join([f"::: {{#{name}}}", drawn, small, ":::", caption, ":::"])


def status(parts: Iterable[tuple[str, str]]) -> str:
    """One line of what this is: each text with its kind (`of`, `simu`, `valid`, `old`, none)."""
    told = [f"[{text}]{{.tag .{kind}}}" if kind else f"[{text}]{{.part}}" for kind, text in parts]
    return block("status", " ".join(told))


def three(texts: Iterable[tuple[str, str, str]]) -> str:
    """What is sure, what is simple, what is open: kind (`sure`, `plain`, `open`), title, text."""
    told = [f"::: {{.card .{kind}}}\n**{title}**\n\n{body}\n:::" for kind, title, body in texts]
    return "\n".join([":::: {.three}", *told, "::::"])


def glossary(pairs: Iterable[tuple[str, str]]) -> str:
    """Terms, each with its text."""
    return block("gloss", "\n\n".join(f"{term}\n\n:   {said}" for term, said in pairs))


def fold(summary: str, body: str) -> str:
    """What a reader opens: its summary in one line, then all the rest. On paper it is open."""
    return f"::::: {{.fold}}\n{summary}\n\n{body}\n:::::"


def later(summary: str, body: str) -> str:
    """What a telephone keeps closed below one line; a wide window and paper show it as it is."""
    return f"::::::: {{.later}}\n{summary}\n\n{body}\n:::::::"


def actions(links: Iterable[tuple[str, str]]) -> str:
    """Links to files, each with its text: on the page alone."""
    return block("actions", write_list(f"[{said}]({address})" for said, address in links))


@dataclass(frozen=True)
class ReportBlock:
    """`place` names it, `title` is its heading (none where empty), `body` makes its Markdown.

    `later`: who reads on a telephone asks for it; `folded`: who reads it anywhere. `within`: it is
    a part of the block before it.
    """

    place: str
    title: str
    body: Callable[[], str]
    later: bool = False
    within: bool = False
    folded: bool = False


def brief_name(name: str) -> str:
    """Return the name of the files of the brief beside a report of a name, without ending."""
    return name.replace("report", "brief")


def paragraphs(parts: Iterable[str]) -> str:
    """Paragraphs, without those that are empty."""
    return "\n\n".join(part for part in parts if part)


_NUMBER = re.compile(r"`\{python\} n\([\"']([^\"'`]+)[\"']\)`")
_WHERE = ("-before", "-after", "")


@dataclass(frozen=True)
class Prose:
    """The texts of one run in the language of the report; `folder` need not be there."""

    folder: Path

    def around(self, place: str, body: str, number: Callable[[str], str]) -> str:
        """A block with what its author puts before it and after it, or in its place."""
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
        """Raise RenderError for a text of a block that there is not."""
        known = list(places)
        allowed = {f"{place}{where}" for place in known for where in _WHERE}
        for path in sorted(self.folder.glob("*.md")):
            if path.stem not in allowed:
                raise RenderError(
                    f"{path.name}: there is no such block; there are {', '.join(known)}, each with "
                    "-before or -after behind it, or as it is."
                )


# What whoever lays out a document adds to it.
KEYS = tuple(
    f"report.rendering.{name}"
    for name in (
        *("toc", "skip", "embedded", "boxes", "fig", "tbl", "sec", "label", "cue"),
        *("note", "tip", "warning", "important", "caution", "own", "own_text"),
    )
)


@cache
def words_for(language: Language) -> dict[str, str]:
    """The words in a language, by the last part of their keys; RenderError where it has none.

    `fig`, `tbl` and `sec` hold `{n}`, the number; `label` holds `{label}`, one of the first two.
    Also the signs around which the language has spaces that end no line, as `language.po` has them.
    """
    words = {key.rpartition(".")[2]: text(key, language) for key in KEYS}
    spaces = ("narrow_before", "fixed_before", "fixed_after")
    return words | {name: signs for name in spaces if (signs := setting(name, language))}
