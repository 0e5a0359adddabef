"""A fact becomes the sentence of its language, with its numbers as readers there write them."""

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from readiness.ground.errors import RenderError
from readiness.ground.facts import (
    Day,
    Fact,
    Listed,
    NamedNumber,
    Printed,
    Quantity,
    Term,
    TranslatedText,
    decode,
    encode,
)
from readiness.language import LANGUAGES, Markup, catalogue, show, tell, telling, text
from readiness.language.catalogue import isolate, isolate_runs, typeset

MESSAGES = {
    "fr": """
msgid "small.seen"
msgstr "{n:small.person} sur {base} : {share} % « {what} » !"

msgid "small.person"
msgid_plural "small.person"
msgstr[0] "{n} personne"
msgstr[1] "{n} de personnes"
msgstr[2] "{n} personnes"
""",
    "en": """
msgid "small.seen"
msgstr "{n:small.person} of {base}: {share}% “{what}”!"

msgid "small.person"
msgid_plural "small.person"
msgstr[0] "one person"
msgstr[1] "{n} people"
""",
    "ar": """
msgid "small.seen"
msgstr "{n:small.person} من {base}: {share}% «{what}» في report.html"

msgid "small.person"
msgid_plural "small.person"
msgstr[0] "لا أحد"
msgstr[1] "شخص واحد"
msgstr[2] "شخصان"
msgstr[3] "{n} أشخاص"
msgstr[4] "{n} شخصا"
msgstr[5] "{n} شخص"
""",
}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A domain `small` beside the real ones."""
    folder = tmp_path / "catalogues"
    shutil.copytree(catalogue.FOLDER, folder)
    for language, messages in MESSAGES.items():
        head = (folder / language / "language.po").read_text("utf-8").split("\n\n")[0]
        (folder / language / "small.po").write_text(head + "\n" + messages, "utf-8")
    monkeypatch.setattr(catalogue, "FOLDER", folder)


def seen(n: int, what: str = "oui") -> Fact:
    return Fact("small.seen", {"n": n, "base": 1234, "share": Fraction(2, 3), "what": what})


@pytest.mark.usefixtures("small")
def test_a_sentence_counts_and_is_set_as_its_language_wants() -> None:
    assert tell(seen(1), "fr") == (
        "1 personne sur 1\u202f234\u00a0: 66,7\u202f% «\u00a0oui\u00a0»\u202f!"
    )
    assert tell(seen(0), "fr").startswith("0 personne ")
    assert tell(seen(2), "fr").startswith("2 personnes ")
    assert tell(seen(1), "en") == "one person of 1,234: 66.7% “oui”!"
    assert tell(seen(2), "en").startswith("2 people of")
    starts = {n: tell(seen(n), "ar").split(" من ")[0] for n in (0, 1, 2, 3, 11, 100)}
    assert starts == {
        0: "لا أحد",
        1: "شخص واحد",
        2: "شخصان",
        3: "3 أشخاص",
        11: "11 شخصا",
        100: "100 شخص",
    }
    assert "«\u2066oui\u2069» في \u2066report.html\u2069" in tell(seen(3), "ar")


@pytest.mark.usefixtures("small")
def test_marks_and_markup_go_around_the_values() -> None:
    html = Markup(plain=lambda t: t.replace("!", "&#33;"), name=lambda t: t.replace("<", "&lt;"))
    said = tell(seen(2, "<b>"), "en", lambda name, t: f"[{name}|{t}]", html)
    assert said == "[n|2] people of [base|1,234]: [share|66.7]% “[what|&lt;b>]”&#33;"


@pytest.mark.usefixtures("small")
def test_a_number_with_a_name_of_its_own_keeps_it() -> None:
    values = dict(seen(0).values) | {"n": NamedNumber("people", 2)}
    values["what"] = Listed(
        (NamedNumber("a", Printed("67")), NamedNumber("b", Printed("33"))), "slash"
    )
    said = tell(Fact("small.seen", values), "en", lambda name, t: f"[{name}|{t}]")
    assert said == "[people|2] people of [base|1,234]: [share|66.7]% “[a|67] / [b|33]”!"


@pytest.mark.usefixtures("small")
def test_what_is_missing_is_named() -> None:
    with pytest.raises(RenderError, match=r"needs 'base'"):
        tell(Fact("small.seen", {"n": 1}), "fr")
    with pytest.raises(RenderError, match=r"no text 'small\.other'"):
        text("small.other", "fr")
    with pytest.raises(RenderError, match=r"no texts for 'other'"):
        text("other.one", "fr")
    with pytest.raises(RenderError, match="no label in 'fr'; there is en"):
        show(TranslatedText({"en": "x"}), "fr")


VALUES = [
    (3, "3", "3", "3"),
    (Fraction(1, 4), "25", "25", "25"),
    (Fraction(1, 8), "12,5", "12.5", "12,5"),
    (Printed("67.50"), "67,50", "67.50", "67,50"),
    (Printed("n/a"), "n/a", "n/a", "n/a"),
    (Quantity("0.673", "share", 1), "67,3\u202f%", "67.3%", "67,3\u200e%\u200e"),
    (Quantity.of(0.0004, "p", 3), "p\u00a0<\u00a00,001", "p\u00a0<\u00a00.001", None),
    (Day("2024-03-05"), "5 mars 2024", "March 5, 2024", "5 مارس 2024"),
    (Listed((1, 2, 3), "or"), "1, 2 ou 3", "1, 2 or 3", "1، 2 أو 3"),
    (Listed(("a", "b"), "comma"), "a, b", "a, b", "\u2066a\u2069، \u2066b\u2069"),
    (Listed((Printed("67"), Printed("33")), "slash"), "67 / 33", "67 / 33", "67 / 33"),
    (NamedNumber("first", Listed((1, 2), "or")), "1 ou 2", "1 or 2", "1 أو 2"),
    (TranslatedText({"fr": "f", "en": "e", "ar": "ع"}), "f", "e", "ع"),
    (Term("language.name"), "Français", "English", "العربية"),
]


@pytest.mark.parametrize(("value", "fr", "en", "ar"), VALUES)
def test_values_are_shown_in_each_language(value: object, fr: str, en: str, ar: str | None) -> None:
    assert show(value, "fr") == fr  # type: ignore[arg-type]
    assert show(value, "en") == en  # type: ignore[arg-type]
    assert ar is None or show(value, "ar") == ar  # type: ignore[arg-type]


def test_a_fact_goes_through_a_file_unchanged() -> None:
    fact = Fact("small.seen", {f"v{k}": value for k, (value, *_) in enumerate(VALUES)})  # type: ignore[misc]
    assert decode(encode(fact)) == fact
    for wrong in (True, 1.5, None, {"shares": "1/2"}, {"quantity": 1}, ["x"]):
        with pytest.raises(ValueError, match="not a value"):
            decode(wrong)


def test_only_what_could_be_put_in_another_order_is_isolated() -> None:
    kept = ("67,3", "1.234", "\u200e\u22121,25", "نعم", "")
    assert [isolate(t, "ar") for t in kept] == list(kept)
    assert isolate("2024-03-05", "ar") == "\u20662024-03-05\u2069"
    assert isolate("هيئة HACA", "ar") == "\u2068هيئة HACA\u2069"
    assert isolate("نعم", "fr") == "\u2068نعم\u2069"
    assert isolate("oui", "fr") == "oui"
    assert isolate_runs("افتح `a b` ثم [x](http://a.b) {name} HTML", "ar") == (
        "افتح \u2066`a b`\u2069 ثم [x](http://a.b) {name} HTML"
    )


def test_french_spaces_come_in_only_where_a_space_is() -> None:
    assert typeset("a ; b ! c ? 5 % : « d » http://x?y", "fr") == (
        "a\u202f; b\u202f! c\u202f? 5\u202f%\u00a0: «\u00a0d\u00a0» http://x?y"
    )
    assert typeset("a ; b", "en") == "a ; b"
    assert telling.text("language.comma", "fr") == ", "


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_is_followed_by_no_colon(language: str) -> None:
    asked, named = (
        tell(Fact("language.labelled", {"label": label, "what": "52"}), language)
        for label in ("A?", "A")
    )
    assert ":" in named and ":" not in asked and asked.endswith(" 52")
    # A sentence behind it begins as one; a name stays as it is written.
    yes = Fact("language.labelled", {"label": "b", "what": "c"})
    said = tell(Fact("language.labelled", {"label": "A?", "what": yes}), language)
    assert ("b" in said) == (language == "ar")
    assert "b" in tell(Fact("language.labelled", {"label": "A?", "what": "b"}), language)
    plain, point, colon, dots = (
        tell(Fact("language.labelled", {"label": label, "what": "b"}), language)
        for label in ("A", "A.", "A:", "A...")
    )
    assert plain == point == colon and "..." in dots
