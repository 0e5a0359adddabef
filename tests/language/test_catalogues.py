"""Every text for readers stands in the catalogues, in every language, once, and is used."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from catalogues import (
    KEY,
    MODULES,
    PACKAGE,
    TEMPLATES,
    asked,
    built_keys,
    counted,
    declared_keys,
    forms,
    messages,
    module_name,
    names,
    nodes,
    plurals,
    read,
    texts,
    whole_keys,
)

from readiness.language.catalogue import FIRST, FOLDER, LANGUAGES, WHOLE, locale
from readiness.rendering.checks import has_digit
from readiness.reporting.blocks import KEYS as AROUND
from readiness.steps.render import ALLOWED

# What a language sets only where it needs it.
OPTIONAL = {
    f"language.{name}"
    for name in (
        "narrow_before",
        "fixed_before",
        "fixed_after",
        "core",
        "plural_alone",
        "and_between",
    )
}
# Texts that look like keys and are names of a configuration.
NO_KEYS = {"report.title"}
# The same of texts that are built: ids of a register.
NO_PATTERNS = {r"weighting\.target\.[a-z0-9_.]+\.[a-z0-9_.]+"}


def test_every_language_has_every_key() -> None:
    every = {key for language in LANGUAGES for key in messages(language)} - OPTIONAL
    for language in WHOLE:
        assert every - messages(language).keys() == set(), language


def test_a_core_is_small_and_tells_what_its_mark_says() -> None:
    """At most 400 messages: the settings of the language, what stands around every report, ..."""
    needed = {*(key for key in messages("en") if key.startswith("language.")), *AROUND} - OPTIONAL
    for language in set(LANGUAGES) - set(WHOLE):
        assert len(messages(language)) <= 400 and needed <= messages(language).keys(), language
        assert f"[{FIRST}]" in forms(messages(language)["language.core"])[0]
    assert not any("language.core" in messages(language) for language in WHOLE)


def test_a_key_stands_in_the_file_of_its_domain_once() -> None:
    for path in [path for language in LANGUAGES for path in (FOLDER / language).glob("*.po")]:
        keys = re.findall(r'^msgid "(.+)"$', path.read_text("utf-8"), re.M)
        assert {key for key in keys if keys.count(key) > 1} == set(), path
        assert {key for key in keys if not key.startswith(f"{path.stem}.")} == set(), path
        assert [key for key in keys if not KEY.fullmatch(key)] == [], path


def test_every_key_that_is_asked_for_is_there() -> None:
    known = set(messages("en"))
    missing = {key: sorted(where) for key, where in asked().items() if key not in known | NO_KEYS}
    assert missing == {}


def test_every_key_that_is_there_is_asked_for() -> None:
    own = {key for key in messages("en") if key.startswith("language.")}
    assert set(messages("en")) - asked().keys() - own == set()


def test_keys_that_are_built_are_declared() -> None:
    """In a constant of the module: else nobody would see that one is missing."""
    wrong = {}
    for path in MODULES:
        declared = declared_keys(path)
        for pattern in set(built_keys(path)) - NO_PATTERNS:
            if not any(re.fullmatch(pattern, key) for key in declared):
                wrong[module_name(path)] = pattern
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_is_filled_and_counts_as_its_language_does(language: str) -> None:
    for path in sorted((FOLDER / language).glob("*.po")):
        domain = path.stem
        rule, catalogue = f"nplurals={len(plurals(language))};", read(language, domain)
        counts = any(not isinstance(message.id, str) for message in catalogue)
        said = path.read_text("utf-8").count(rule)
        assert said == counts, (domain, rule)
    for key, message in messages(language).items():
        assert not message.fuzzy, key
        if not key.startswith("language."):
            assert all(text.strip() == text != "" for text in forms(message)), key
        if not isinstance(message.id, str):
            assert message.id == (key, key)
            assert len(forms(message)) == len(plurals(language)), key


def test_the_forms_are_those_of_cldr() -> None:
    """A form's place in a file is the place of its category: 2 in Arabic takes the third."""
    at = {
        lang: [plurals(lang).index(locale(lang).plural_form(n)) for n in (0, 1, 2, 5, 11, 100)]
        for lang in ("fr", "en", "ar")
    }
    assert at == {"fr": [0, 0, 2, 2, 2, 2], "en": [1, 0, 1, 1, 1, 1], "ar": [0, 1, 2, 3, 4, 5]}


def test_placeholders_are_the_same_in_every_language() -> None:
    """The forms of none, one and two may do without: "no answer", "the only number"."""
    for key, message in messages("en").items():
        counts = not isinstance(message.id, str)
        expected = set().union(*(names(text) for text in forms(message)))
        for language in LANGUAGES:
            if key not in messages(language):
                continue
            other = messages(language)[key]
            assert isinstance(other.id, str) is not counts, (key, language)
            tags = plurals(language) if counts else ("other",)
            for tag, text in zip(tags, forms(other), strict=True):
                lacking = expected - names(text)
                assert names(text) <= expected, (key, language, names(text) - expected)
                assert not lacking or tag in ("zero", "one", "two"), (key, language, lacking)


def test_what_counts_inside_a_sentence_counts() -> None:
    for language in LANGUAGES:
        for key, message in messages(language).items():
            for inner in {inner for text in forms(message) for inner in counted(text)}:
                assert inner in messages(language), (key, inner)
                assert not isinstance(messages(language)[inner].id, str), (key, inner)


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_safe_and_set_nothing_by_hand(language: str) -> None:
    """No markup of HTML, no direction marks, no spaces that the language room sets itself."""
    for key, message in messages(language).items():
        for text in forms(message):
            assert not re.search("[<>&\u00a0\u202f\u2009\u200e\u200f\u2066-\u2069]", text), key
            if language != "fr":
                assert "  " not in text, key


# Domains of messages that stand on the pages of a report, where every digit has to be a number of
# the register. The columns of numbers.csv are described in its codebook only.
ON_PAGES = ("report", "participation", "weighting", "study", "tables")
OFF_PAGES = "tables.column."


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_of_a_page_has_a_digit_of_its_own(language: str) -> None:
    """A digit in such a message would stop the rendering: "it would be 1" is "it would be one"."""
    found = {}
    for key, message in messages(language).items():
        if key.split(".")[0] in ON_PAGES and not key.startswith(OFF_PAGES):
            for said in forms(message):
                left = re.sub(r"\{[^}]*\}", "", said)
                for allowed in ALLOWED:
                    left = allowed.sub("", left)
                if has_digit(left):
                    found[key] = said
    assert found == {}


# --- no text for readers in code ------------------------------------------------------------------
FOREIGN = re.compile("[àâäçéèêëîïôöùûüÿœæÀÂÇÉÈÊËÎÏÔÖÙÛÜŒÆ«»\u0620-\u064a]")
# Modules whose letters are data, with what they are.
DATA = {
    "readiness.scanning.pdf_text": "a word that fonts draw as one glyph",
    "readiness.language.catalogue": "the letters of a Latin run",
    "readiness.readers.moments": "words between a day and its time",
    "readiness.readers.tools.words": "what survey tools write for yes and no, morning and evening",
}


def speaking() -> dict[str, str]:
    """Modules with a French or Arabic text, or with texts by language, and the first of these."""
    found: dict[str, str] = {}
    for path in MODULES:
        for said in texts(path):
            if FOREIGN.search(said.value):
                found.setdefault(module_name(path), said.value[:60])
        for node in nodes(path):
            if isinstance(node, ast.Dict):
                keys = {k.value for k in node.keys if isinstance(k, ast.Constant)}
                if len(keys & set(LANGUAGES)) > 1:
                    found.setdefault(module_name(path), ast.unparse(node)[:60])
    return found


def test_no_text_for_readers_stands_in_code() -> None:
    assert {m: t for m, t in speaking().items() if m not in DATA} == {}


MARKUP = re.compile(
    r"```.*?```|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<style.*?</style>|<[^>]*>", re.DOTALL
)


def test_templates_hold_no_words() -> None:
    """What is left of one without its markup, expressions and commands to type is no sentence."""
    for path in TEMPLATES:
        if path.suffix in (".html", ".md") and PACKAGE in path.parents:
            left = MARKUP.sub(" ", path.read_text("utf-8"))
            assert re.findall(r"[^\W\d_]{3,} [^\W\d_]{3,}", left) == [], path


def test_the_scan_of_the_code_sees_what_it_looks_for() -> None:
    from catalogues import is_key

    assert is_key("language.name") and not is_key("language.po") and not is_key("other.name")
    assert any(whole_keys(path) for path in MODULES)


# How native editors write it, and how it was written: what must stand somewhere, and nowhere.
EDITED = (
    ("en", "are compatible", "can go together"),
    (
        "en",
        "How many people answered each question",
        "[Oo]n how many answers each figure rests was",
    ),
    ("en", "Only one outlet reports it", "by one source alone|Only one source"),
    ("en", "The report will not build with a number", "stops the making"),
    ("en", "Questions for", "What one would ask"),
    ("en", r"drawn at random, \{power\}% would pass", "[Aa]rbitrary figures|random figures"),
    ("en", "a finding, not an accusation", "a fact and no accusation"),
    ("en", r"\{gap\} more \(\{lower\} to \{upper\}\)", r"a gap of \{gap\}|is more frequent"),
    ("en", r"a response rate of \{rate\}", None),
    ("en", "how many nonrespondents were eligible", "the silent|not computable"),
    ("en", r"No letter for \{groups\}", "Without a letter"),
    ("en", "Select a number underlined with dots to see", "underlined with dots opens"),
    ("en", "Charitable reading first, literal reading second", "The fair reading first"),
    ("en", "could be, for example,", None),
    ("en", r"numbers up to \{n_max\} were tried", r"\(up to \{n_max\}\)"),
    ("en", "one question per row|One row per figure", "one question a row|One row a figure"),
    ("en", "made no difference: even without them", "The limits changed nothing"),
    ("fr", r"recherche limitée à \{n_max\}", r"\(jusqu’à \{n_max\}\)"),
    ("fr", "Sélectionnez un nombre souligné en pointillé", "souligné de points s’ouvre"),
    ("ar", r"لم تُجرَّب الأعداد التي تفوق \{n_max\}", r"\(إلى حدود \{n_max\}\)"),
    ("ar", "قد تكون مثلًا", None),
    ("fr", "combien de non-répondants", "silencieux"),
    ("fr", r"soit un écart de \{gap\} \(\{lower\} à", r"est plus fréquent|peut tenir au hasard"),
    ("fr", "Questions à l’auteur", "Ce que l’on demanderait"),
    ("fr", r", par \{by\}", "selon :"),
    ("ar", r"أي بفارق \{gap\} \(من \{lower\} إلى \{upper\}\)", r"يتكرر|أكثر بـ\{gap\}"),
    ("ar", "تركه أحد المشاركين في الاستطلاع دون جواب", "لم يجب عنه شخص"),
    ("ar", "لا يمكن لأي مجموعة من", "فلا يعطي هذه الأرقام كلها"),
    ("ar", "لا تُعتمد نتائجها", "لا يُستشهد بها نتيجة"),
    ("ar", "لا يعني هذا أن الأرقام خاطئة", "لا شيء هنا يقول"),
)


@pytest.mark.parametrize(("language", "now", "before"), EDITED)
def test_sentences_are_as_a_native_editor_writes_them(
    language: str, now: str, before: str | None
) -> None:
    said = "\n".join(form for message in messages(language).values() for form in forms(message))
    said = re.sub("[\u00a0\u202f]", " ", said)
    assert re.search(now, said)
    assert before is None or not re.search(before, said)


GLOSSARY = yaml.safe_load(Path(__file__).with_name("glossary.yaml").read_text("utf-8"))
# The domains of what readers read; what an office reads of its own data is not among them.
FOR_READERS = ("report", "charts", "tables", "study", "site", "participation", "numbers")
OF_OFFICES = "site.dpo."


def test_the_glossary_has_sixty_terms_in_each_whole_language() -> None:
    assert len(GLOSSARY) >= 60
    for language in ("en", "fr"):
        assert all(language in term["use"] for term in GLOSSARY.values())
    assert sum("ar" in term["use"] for term in GLOSSARY.values()) >= 59


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_thing_has_one_word(language: str) -> None:
    told = {key: "\n".join(forms(message)) for key, message in messages(language).items()}
    every = re.sub("[\u00a0\u202f]", " ", "\n".join(told.values()))
    shown = {
        key: re.sub(r"\{[^}]*\}", "", re.sub("[\u00a0\u202f]", " ", said))
        for key, said in told.items()
        if key.partition(".")[0] in FOR_READERS and not key.startswith(OF_OFFICES)
    }
    assert shown or language not in WHOLE
    for name, term in GLOSSARY.items():
        if wanted := term["use"].get(language):
            assert re.search(wanted, every), (name, wanted)
        if refused := term.get("not", {}).get(language):
            assert [key for key, said in shown.items() if re.search(refused, said)] == [], name
