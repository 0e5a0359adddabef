"""Write facts in one language and one markup, HTML or Markdown.

Texts from outside are escaped here and isolated, so that ids, hashes and numbers read left to right
within Arabic too. Results are `markupsafe.Markup`, which templates leave unescaped.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from markupsafe import Markup

from readiness.ground.facts import Fact, Listed, TranslatedText, Value
from readiness.ground.printable import one_line, printable
from readiness.language import Language, direction, tell, text
from readiness.language.catalogue import FIRST_STRONG, LEFT_TO_RIGHT, POP
from readiness.language.numbers import whole
from readiness.pages.templates import environment, stylesheet
from readiness.publications.audit.model import Audit
from readiness.publications.outcomes import Outcome
from readiness.publications.presenting import summary_terms

FOLDER = Path(__file__).resolve().parent / "templates"
Write = Callable[[str], Markup]

# Prefixes of the names of a fact's values that hold English prose (a program's error, an analyst's
# note), or a quotation in any language. Other texts are names: of a file, a number, a hash.
FOREIGN, QUOTED = "said", "text"
_FIRST, _LAST = 0xE000, 0xF8FF
# A private character between isolates marks the place of a text from outside. The mark is isolated
# like a text, and the text itself is not isolated a second time.
_HELD = re.compile(f"({FIRST_STRONG}[{chr(_FIRST)}-{chr(_LAST)}]{POP})")
_SPACES = re.compile(r"[\t\n\r ]+")


@dataclass(frozen=True)
class TextForm:
    """Functions that write each kind of text in a markup.

    `ours`: texts of the catalogues. `plain`: other text from outside. `number`. `name`: an id, hash
    or file. `said`: English prose. `quoted`: prose in any language. `tag`: the label of a verdict,
    from its sign, name and tone.
    """

    ours: Write
    plain: Write
    number: Write
    name: Write
    said: Write
    quoted: Write
    tag: Callable[[str, str, str], Markup]


@cache
def html() -> TextForm:
    """Return the form of HTML, for text and for attributes in quotes."""

    def plain(text: str) -> Markup:
        return Markup(escape(printable(text)))

    def wrapped(before: str, after: str) -> Write:
        return lambda text: Markup(before) + plain(text) + Markup(after)

    return TextForm(
        ours=lambda text: Markup(escape(text)),
        plain=plain,
        number=wrapped('<bdi dir="ltr">', "</bdi>"),
        name=wrapped('<code dir="ltr">', "</code>"),
        said=wrapped('<bdi lang="en" dir="ltr">', "</bdi>"),
        quoted=wrapped("<bdi>", "</bdi>"),
        tag=lambda sign, name, tone: Markup(
            '<span class="tag {}"><span aria-hidden="true">{}</span> {}</span>'
        ).format(tone, sign, name),
    )


@cache
def markdown(language: Language) -> TextForm:
    """Return the form of Markdown; Arabic gets Unicode isolates around left-to-right text."""
    # Left-to-right languages need no isolates.
    right_to_left = direction(language) == "rtl"
    ltr, auto, pop = (LEFT_TO_RIGHT, FIRST_STRONG, POP) if right_to_left else ("", "", "")

    def escaped(text: str) -> str:
        return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", text)

    def plain(text: str) -> Markup:
        return Markup(escaped(printable(_SPACES.sub(" ", text))))

    def name(text: str) -> Markup:
        # Replace backticks, which end a code span, and escape bars, which end a table cell.
        code = printable(_SPACES.sub(" ", text)).replace("`", "'").replace("|", "\\|")
        return Markup(f"{ltr}`{code}`{pop}" if text.strip() else "")

    return TextForm(
        ours=lambda text: Markup(escaped(text)),
        plain=plain,
        number=lambda text: Markup(f"{ltr}{escaped(one_line(text))}{pop}" if text else ""),
        name=name,
        said=lambda text: Markup(f"{ltr}{plain(text)}{pop}"),
        quoted=lambda text: Markup(f"{auto}{plain(text)}{pop}"),
        tag=lambda sign, name, _: Markup(f"{sign} **{name}**"),
    )


@dataclass(frozen=True)
class Writing:
    """Writes facts in a language and a markup; results are safe in that markup."""

    language: Language
    form: TextForm

    def tell(self, fact: Fact) -> Markup:
        """Return the sentence of a fact; values that are markup already stay as they are."""
        outside_texts: list[Markup] = []
        sentence = tell(self._set_aside_texts(fact, outside_texts), self.language)
        return Markup("").join(
            self._write_held(piece, outside_texts) if position % 2 else self.form.ours(piece)
            for position, piece in enumerate(_HELD.split(sentence))
        )

    def text(self, key: str, **values: Value) -> Markup:
        """Return the text of a key, with its placeholders filled."""
        return self.tell(Fact(key, values))

    def _write_held(self, mark: str, outside_texts: Sequence[Markup]) -> Markup:
        """Return the outside text represented by a mark."""
        place = ord(mark[1]) - _FIRST
        return outside_texts[place] if place < len(outside_texts) else self.form.plain(mark)

    def _set_aside_texts(self, fact: Fact, outside_texts: list[Markup]) -> Fact:
        """Return the fact with marks for the texts from outside, which `outside_texts` collects.

        The catalogue's sentence is made with the marks, so no text from outside can change it.
        """
        return Fact(
            fact.kind,
            {name: self._mark(name, value, outside_texts) for name, value in fact.values.items()},
        )

    def _mark(self, name: str, value: Value, outside_texts: list[Markup]) -> Value:
        """Return a value with a mark in place of each text from outside."""
        match value:
            case Fact():
                return self._set_aside_texts(value, outside_texts)
            case Listed(items, link):
                return Listed(tuple(self._mark(name, item, outside_texts) for item in items), link)
            case TranslatedText(texts) if self.language in texts:
                outside_texts.append(self.form.quoted(texts[self.language]))
            case Markup():
                outside_texts.append(value)
            case str():
                quoted = self.form.quoted if name.startswith(QUOTED) else self.form.name
                write = self.form.said if name.startswith(FOREIGN) else quoted
                outside_texts.append(write(value))
            case _:
                return value
        return f"{FIRST_STRONG}{chr(_FIRST + len(outside_texts) - 1)}{POP}"

    def names(self, names: str) -> Markup:
        """Return blank-separated names, each as a name."""
        return Markup(" ").join(map(self.form.name, names.split()))

    def list_items(self, items: Iterable[str | Fact]) -> Markup:
        """Return several names, separated by the language's commas."""
        return self.form.ours(text("language.comma", self.language)).join(
            map(self.write_name, items)
        )

    def outcome(self, outcome: Outcome) -> Markup:
        """Return a label for the outcome of checking a number or a file."""
        sign, tone = summary_terms.SIGNS[outcome]
        return self.form.tag(sign, self.text(summary_terms.OUTCOMES[outcome]), tone)

    def verdict(self, exit_code: int) -> Markup:
        """Return a label for the verdict on a publication or on a level of an audit."""
        sign, tone = summary_terms.TONES[exit_code]
        return self.form.tag(sign, self.text(summary_terms.VERDICTS[exit_code]), tone)

    def first_line(self, audit: Audit) -> Markup:
        """Return the verdict, and the state of the signatures."""
        return Markup(
            f"{self.verdict(audit.exit_code)} {self.text(summary_terms.SIGNINGS[audit.signing])}"
        )

    def level(self, audit: Audit) -> Markup:
        """Return the audit's level, and whose code computed the numbers."""
        computed = summary_terms.has_numbers(audit)
        code = self.text(summary_terms.CODE if computed else "verdict.says.no_code")
        return Markup(f"{self.tell(summary_terms.ran(audit))} {code}")

    def say_changed(self) -> Markup:
        """Return a label for code or an environment that differs from the sealed one."""
        return self.form.tag("Δ", self.text(summary_terms.CHANGED), summary_terms.OPEN)

    def write_name(self, name: str | Fact) -> Markup:
        """Return a file or key as a name; a described place, such as a copy, as a sentence."""
        return self.tell(name) if isinstance(name, Fact) else self.form.name(name)

    def render(self, template: str, /, **values: Any) -> str:
        """Return the text of a template of `templates/`; a missing value is an error."""
        shared_values = {
            "t": self.text,
            "direction": direction(self.language),
            "name": self.form.name,
            "quoted": self.form.quoted,
            "whole": lambda number: self.form.number(whole(number, self.language)),
            "listed": self.list_items,
            # Blocks of code have no escapes.
            "code": lambda text: Markup(one_line(text)),
        }
        return (
            environment(FOLDER, self.form.plain)
            .get_template(template)
            .render({**shared_values, **values})
        )


def style() -> str:
    """Return the report's style sheet with the additions for the pages of an audit."""
    return stylesheet("readiness.publications.presenting", "page.css")
