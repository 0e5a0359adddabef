"""A block: what a document says of one thing, under a name by which its author can reach it.

The author's own texts stand before a block, after it, or in place of it: `reports/<study or
wave>/<language>/<place>-before.md`, `<place>-after.md` or `<place>.md`, where `place` is a block's
name (`summary`, `item-<id>`, ...). They are Markdown. A number is written as in the document,
`` `{python} n("<id>")` ``, and comes from the register like every other; nothing else is run.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from readiness.errors import RenderError
from readiness.language import Language, text
from readiness.language.catalogue import setting


@dataclass(frozen=True)
class ReportBlock:
    """`place` names it, `title` is its heading (none where empty), `body` makes its Markdown.

    `later`: who reads on a telephone asks for it. `within`: it is a part of the block before it.
    """

    place: str
    title: str
    body: Callable[[], str]
    later: bool = False
    within: bool = False


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
        *("note", "tip", "warning", "important", "caution"),
    )
)
SPACES = ("narrow_before", "fixed_before", "fixed_after")


@cache
def words_for(language: Language) -> dict[str, str]:
    """The words in a language, by the last part of their keys; RenderError where it has none.

    `fig`, `tbl` and `sec` hold `{n}`, the number; `label` holds `{label}`, one of the first two.
    Also the signs around which the language has spaces that end no line, as `language.po` has them.
    """
    words = {key.rpartition(".")[2]: text(key, language) for key in KEYS}
    spaces = {name: setting(name, language) for name in SPACES}
    return {**words, **{name: signs for name, signs in spaces.items() if signs}}
