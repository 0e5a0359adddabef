"""Saying an audit's texts in one language and one markup, HTML or Markdown.

Ids, hashes and numbers are isolated, so that they read left to right within Arabic too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from readiness import language as speech
from readiness.facts import Fact
from readiness.publications.audit.glossary import LEVELS, OUTCOMES, VERDICTS, Words
from readiness.publications.audit.model import Audit, Number, Signing
from readiness.publications.audit.words import TEXTS, Value, count, say
from readiness.publications.outcomes import Finding, Outcome, rounding_rule
from readiness.publications.presenting.summary import computed
from readiness.terminal import one_line, printable

SIGNINGS = {
    Signing.UNSIGNED: "unsigned",
    Signing.UNCHECKED: "unchecked_signer",
    Signing.OTHERS: "other_signer",
    Signing.WRONG: "wrong_signer",
    Signing.SIGNED: "signed",
}
Write = Callable[[str], str]


@dataclass(frozen=True)
class Markup:
    """How each kind of text is written: `plain` words, a `number`, a `name` (id, hash, file),
    something `said` in English, something `quoted` in any language, a verdict's `tag` (its sign,
    its name, its tone)."""

    plain: Write
    number: Write
    name: Write
    said: Write
    quoted: Write
    tag: Callable[[str, str, str], str]


def _html(text: str) -> str:
    return escape(printable(text), quote=True)


def _html_tag(sign: str, name: str, tone: str) -> str:
    return f'<span class="tag {tone}"><span aria-hidden="true">{sign}</span> {name}</span>'


HTML = Markup(
    plain=_html,
    number=lambda text: f'<bdi dir="ltr">{_html(text)}</bdi>',
    name=lambda text: f'<code dir="ltr">{_html(text)}</code>',
    said=lambda text: f'<bdi lang="en" dir="ltr">{_html(text)}</bdi>',
    quoted=lambda text: f"<bdi>{_html(text)}</bdi>",
    tag=_html_tag,
)

_SPACES = re.compile(r"[\t\n\r ]+")
_LTR, _FIRST_STRONG, _POP = "\u2066", "\u2068", "\u2069"


def _markdown(text: str) -> str:
    """Text that Markdown leaves as it is, on one line."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", printable(_SPACES.sub(" ", text)))


def _code_span(text: str) -> str:
    """A code span, also in a cell of a table; a backtick cannot stand in one."""
    return "`" + printable(_SPACES.sub(" ", text)).replace("`", "'").replace("|", "\\|") + "`"


def markdown(language: str) -> Markup:
    """Markdown; in Arabic with Unicode's isolates around what is written left to right."""
    ltr, auto, pop = (_LTR, _FIRST_STRONG, _POP) if language == "ar" else ("", "", "")
    return Markup(
        plain=_markdown,
        number=lambda text: f"{ltr}{one_line(text)}{pop}",
        name=lambda text: f"{ltr}{_code_span(text)}{pop}" if text.strip() else "",
        said=lambda text: f"{ltr}{_markdown(text)}{pop}",
        quoted=lambda text: f"{auto}{_markdown(text)}{pop}",
        tag=lambda sign, name, _: f"{sign} **{name}**",
    )


@dataclass(frozen=True)
class Voice:
    """One language in one markup; every method gives text that is safe in it."""

    language: str
    markup: Markup

    def text(self, name: str, **values: Value) -> str:
        """A text of `words`."""

        def fill(_: str, value: Value) -> str:
            return self.number(value) if isinstance(value, int) else self.markup.plain(value)

        return say(TEXTS[name], self.language, self.markup.plain, fill, **values)

    def around(self, name: str, inner: str) -> str:
        """A text of `words` around something that is already written in the markup."""
        return say(TEXTS[name], self.language, self.markup.plain, lambda *_: inner, what="")

    def words(self, words: Mapping[str, str]) -> str:
        """Words by language."""
        return say(words, self.language, self.markup.plain, lambda *_: "")

    def known(self, words: Mapping[str, Words], key: str) -> str:
        """The words for a key, or the key itself where there are none."""
        return self.words(words[key]) if key in words else self.markup.name(key)

    def number(self, number: int) -> str:
        """A whole number."""
        return self.markup.number(count(number, self.language))

    def names(self, names: str) -> str:
        """Names that stand in one text with blanks between."""
        return " ".join(map(self.markup.name, names.split()))

    def message(self, fact: Fact | None) -> str:
        """What was found, as a sentence; "" for nothing."""
        if fact is None:
            return ""
        markup = speech.Markup(plain=self.markup.plain, name=self.markup.name)
        return speech.tell(fact, self.language, markup=markup)

    def place(self, finding: Finding) -> str:
        """Where something was found: a file, or a copy of a dataset."""
        place = finding.place
        return self.message(place) if isinstance(place, Fact) else self.markup.name(place)

    def changed(self, what: str | Fact) -> str:
        """One thing that changed since the seal: a name, or a sentence."""
        return self.message(what) if isinstance(what, Fact) else self.markup.name(what)

    def outcome(self, outcome: Outcome) -> str:
        """The verdict on a number or a file."""
        meaning = OUTCOMES[outcome]
        return self.markup.tag(meaning.sign, self.words(meaning.name), meaning.tone)

    def verdict(self, exit_code: int) -> str:
        """The verdict on a publication, or on one level of its audit."""
        name, sign, tone = VERDICTS[exit_code]
        return self.markup.tag(sign, self.words(name), tone)

    def first_line(self, audit: Audit) -> str:
        """The verdict, and whose the publication is."""
        return f"{self.verdict(audit.exit_code)} {self.text(SIGNINGS[audit.signing])}"

    def token(self, name: Words) -> str:
        """A verdict as the program's other outputs name it, where the language has another word."""
        return "" if self.language == "en" else f" {self.markup.name(name['en'])}"

    def rule(self, number: Number) -> str:
        """The rounding rule of a number; a dash where it has none."""
        return self.message(rounding_rule(vars(number))) or "–"

    @property
    def comma(self) -> str:
        """What stands between the items of a list."""
        return "، " if self.language == "ar" else ", "

    @property
    def colon(self) -> str:
        """A colon, with the space that the language puts before it."""
        return "\u00a0:" if self.language == "fr" else ":"

    def level(self, audit: Audit) -> str:
        """The audit's level, and whose code computed."""
        name = LEVELS[audit.level][0][self.language]
        ran = f"code_{audit.code}" if computed(audit) else "no_code"
        return f"{self.text('run', level=audit.level, what=name)} {self.text(ran)}"
