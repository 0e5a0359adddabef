"""The few words that a renderer adds to a page, from the catalogues."""

from __future__ import annotations

import re
from functools import cache

from readiness.language import LANGUAGES, Language, text
from readiness.language.catalogue import setting

KEYS = (
    "rendering.toc", "rendering.skip", "rendering.embedded", "rendering.fig", "rendering.tbl",
    "rendering.sec", "rendering.label", "rendering.note", "rendering.tip", "rendering.warning",
    "rendering.important", "rendering.caution", "rendering.cue",
)  # fmt: skip
SPACES = ("narrow_before", "fixed_before", "fixed_after")
_SPACE = r"[\s\u00a0\u202f]"


@cache
def words_for(language: Language) -> dict[str, str]:
    """The words in a language, by the last part of their keys; RenderError where it has none.

    `fig`, `tbl` and `sec` hold `{n}`, the number; `label` holds `{label}`, one of the first two.
    Also the signs around which the language has spaces that end no line, as `language.po` has them.
    """
    words = {key.partition(".")[2]: text(key, language) for key in KEYS}
    spaces = {name: setting(name, language) for name in SPACES}
    return {**words, **{name: signs for name, signs in spaces.items() if signs}}


@cache
def numbered(*names: str, label: bool = False) -> tuple[re.Pattern[str], ...]:
    """What says a number of these names in any language: `Figure 3`, its number as `number`.

    `label`: as it opens a caption, at the beginning of a text. Else: as a whole text.
    """
    patterns = []
    for language in LANGUAGES:
        words = words_for(language)
        for name in names:
            said = words["label"].replace("{label}", words[name]) if label else words[name]
            before, _, after = said.partition("{n}")
            pattern = rf"{_spaced(before)}(?P<number>\d+(?:\.\d+)*){_spaced(after)}"
            patterns.append(rf"^\s*{pattern}" if label else rf"^{pattern}$")
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in dict.fromkeys(patterns))


def _spaced(text: str) -> str:
    """A pattern of a text in which every space may be one that does not break."""
    return re.sub(r"(?:\\ |\u00a0|\u202f)+", lambda _: _SPACE, re.escape(text))
