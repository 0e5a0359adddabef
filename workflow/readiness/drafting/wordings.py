"""Words that surveys share: scales, "don't know", names of columns; the words are data, by
language.

The files in the folder beside this module hold the words; another language is another file.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain, pairwise, zip_longest
from pathlib import Path
from typing import Any

from readiness.ground.safe_yaml import TextLoader, read_yaml_text
from readiness.questionnaire import match_key

FOLDER = Path(__file__).parent / "wordings"
# Roles of columns that are no questions. `OF_EXPORT` are keys of the section `export`.
OF_EXPORT = ("timestamp", "started", "duration", "respondent", "invitation")
ROLES = (*OF_EXPORT, "complete", "weight", "personal", "ignored")
# Largest number of words in a header that names the interviewer; questions are longer.
SHORT = 5
SPECIALS = ("dont_know", "refused", "not_asked", "blank")
# Language of a draft whose texts show none: that of the program's own comments.
UNTOLD = "en"
# An option with the number that a list puts before it.
_LISTED = re.compile(r"\d{1,3}\s*(?:[.):=](?:\s+|(?=\D))|[-–—]\s*(?=[^\d\s]))(.+)", re.DOTALL)
_COUNTED = re.compile(r"\d{1,3} ([^\W\d_].*)", re.DOTALL)
_NUMBERED = re.compile(r"(.*\S)\s*\(\d{1,3}\)", re.DOTALL)
_CODE = re.compile(r"^\(?-?\d{1,4}\s*[.):=-]\s*(?=\D)")
# Brackets with text, as they occur before or after an option.
_BRACKETS = r"(?:\[[^]]{1,40}\]|\([^)]{1,40}\))"
_ASIDE = re.compile(rf"^\s*{_BRACKETS}\s*(?=\S)|(?<=\S)\s*{_BRACKETS}$")
# A frequency in numbers: a single number, or a range.
_TIMES_EACH = re.compile(r"\d+(?:\W+(?:\w{1,3} )?\d+)?\+?")
_LEAD = re.compile(r"^[^\W\d_]+, ")
_NAMED = re.compile(r"(?:.*\()?[^\W\d_]+\d\w*\)?")
# A number, or hour and minutes; with a multiplier (`300k`, `1M`, `50 GB`), or am and pm.
_NUMBER = re.compile(
    r"(\d{1,2}:\d\d(?::\d\d)?(?![\d:])|\d+(?:[.,]\d+)*)(?:(\s?[kmgt]b|[km]|\s?[ap]m)(?![^\W\d_]))?"
)
_WORD = re.compile(r"[^\W\d_]+")
# Largest number of letters that a plural adds.
_ENDING = 3
# Seconds per unit, in the order of the files.
_SECONDS = (1, 60, 3600, 86_400, 604_800, 2_629_800, 31_557_600)
_TIMES = {"k": 1e3, "m": 1e6, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12}
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{2,3})*[.,]\d{3}")
# Letters by which a language can be told from the other languages with a file of words.
_LETTERS = {"ar": re.compile(r"[\u0600-\u06ff]")}
# Letters of Persian, Urdu or Kurdish among these.
_PERSIAN = re.compile("[\u067e\u0686\u0698\u06a9\u06af\u06cc\u06d2]")
# Letters of the other languages with a file of words.
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def _make_keys(texts: Iterable[str]) -> frozenset[str]:
    """Return the match keys of texts."""
    return frozenset(match_key(text) for text in texts)


@cache
def _read_files() -> dict[str, dict[str, Any]]:
    """Return the content of the words' files, by language."""
    paths = sorted(FOLDER.glob("*.yaml"))
    return {path.stem: read_yaml_text(path.read_bytes(), TextLoader) for path in paths}


@cache
def _read_scales() -> tuple[dict[str, int], ...]:
    """Return the known scales of all languages: level by match key, 0 for the lowest."""
    scales = (map(_make_keys, s) for data in _read_files().values() for s in data["scales"])
    return tuple({word: k for k, words in enumerate(s) for word in words} for s in scales)


@cache
def _read_degrees() -> tuple[dict[str, int], ...]:
    """Return the scales of degrees ("very", "quite"), which have "" as the level of a bare word.

    "Confident" stands for itself among "very confident" and the like.
    """
    return tuple(scale for scale in _read_scales() if "" in scale)


@cache
def _find_meaning(name: str) -> frozenset[str]:
    """Return the match keys that all languages list under one key of the files."""
    return _make_keys(
        text
        for data in _read_files().values()
        for text in data.get(name, data["columns"].get(name, ()))
    )


def guess_language(texts: Iterable[str]) -> tuple[str, bool]:
    """Return the language of texts, and True if the language is certain.

    Letters or common words decide; "" where they show no language. A language is certain if at
    least ten of its words occur, and twice as many as of any other language; Arabic, if no letter
    of Persian, Urdu or Kurdish occurs.
    """
    joined_texts = " ".join(texts)
    letters = len(re.findall(r"[^\W\d_]", joined_texts))
    for language, pattern in _LETTERS.items():
        if letters and 2 * len(pattern.findall(joined_texts)) > letters:
            return language, not _PERSIAN.search(joined_texts)
    if 2 * len(_LATIN.findall(joined_texts)) < letters:
        return "", False
    text_words = [match_key(word) for word in re.findall(r"[^\W\d_]+", joined_texts)]
    words_by_language = {
        language: _make_keys(data["words"]) for language, data in _read_files().items()
    }
    score = {
        language: sum(word in words for word in text_words)
        for language, words in words_by_language.items()
    }
    distinct_words = {
        language: len(words.intersection(text_words))
        for language, words in words_by_language.items()
    }
    best_language = max(
        score, key=lambda language: (distinct_words[language], score[language], language)
    )
    # A single word may be a name, or the code of an answer.
    if distinct_words[best_language] < 2:
        return "", False
    second_score = max(n for language, n in score.items() if language != best_language)
    return best_language, score[best_language] >= max(10, 2 * second_score)


def order_scale(texts: Sequence[str]) -> list[int] | None:
    """Return the positions of texts from low to high on a known scale; None for other texts.

    Of "No, not at all rude" and "Yes, very rude" only the words count that they do not share; the
    level "" of a scale is the shared word alone: "important", below "very important". "Neutral" may
    stand between texts that share a word.
    """
    without_numbers = [match[1] for text in texts if (match := _NUMBERED.fullmatch(text))]
    texts = without_numbers if len(without_numbers) == len(texts) else _strip_numbers(texts)
    whole = [match_key(text.replace("_", " ")) for text in texts]
    words = [_LEAD.sub("", key, count=1).split() for key in whole]
    degree_words = set(chain(*_read_degrees())) - {""}
    long_texts = [
        text_words for key, text_words in zip(whole, words, strict=True) if key not in degree_words
    ]
    shared = set(long_texts[0]).intersection(*long_texts[1:]) if len(long_texts) > 1 else set()
    distinct_parts = [
        " ".join(word for word in text_words if word not in shared) for text_words in words
    ]
    asides = [re.sub(r"\s*\(\w[^)]*\)", "", key) for key in whole]  # "satisfecho(a)"
    halves = ([key.split("/")[at].strip() for key in whole] for at in (0, -1))  # in two languages
    counted = [_TIMES_EACH.sub("#", key) for key in whole]  # "2-3 times a week"
    first_numbers = [re.search(r"\d+", key) for key in whole]
    numbers = [int(match[0]) if match else 0 for match in first_numbers]
    for keys in (whole, asides, distinct_parts, *halves, counted):
        for scale in _read_scales():
            if all(key in scale for key in keys):
                pairs = zip(keys, numbers, strict=True)
                levels = [(scale[key], n * (keys is counted)) for key, n in pairs]
                if len(set(levels)) == len(keys) > 1:
                    return sorted(range(len(keys)), key=levels.__getitem__)
    return _order_sides(whole)


def _order_sides(keys: Sequence[str]) -> list[int] | None:
    """Return the places of degrees of a word and of its opposite, low to high; None for other
    texts.

    "Very clear", "neither", "unclear", "very unclear".
    """
    for degree in _read_degrees() if len(keys) > 2 else ():
        beginnings = [
            max((w for w in degree if k.startswith(f"{w} ".lstrip())), key=len) for k in keys
        ]
        pairs = [
            ("" if is_middle(key) else key[len(word) :].strip(), degree[word])
            for key, word in zip(keys, beginnings, strict=True)
        ]
        sides = sorted({stem for stem, _ in pairs} - {""}, key=len)
        if len(sides) == 2 and sides[1].endswith(sides[0]):
            sign = dict(zip(("", *sides), (0, 1, -1), strict=True))
            signed_levels = [sign[stem] * level for stem, level in pairs]
            if len(set(signed_levels)) == len(signed_levels):
                return sorted(range(len(keys)), key=signed_levels.__getitem__)
    return None


def find_stray(texts: Sequence[str]) -> tuple[int, list[int]] | None:
    """Return the position of the only text that is no level of a scale, and the levels' positions.

    Levels (of a scale, or bands of numbers) are in order from low to high. A text such as "I did
    not use it" is no level. None for fewer than three levels, and for several other texts.
    """
    candidates = []
    for at in range(len(texts) if len(texts) > 3 else 0):
        other_texts = [*texts[:at], *texts[at + 1 :]]
        if order := order_scale(other_texts) or order_numbers(other_texts):
            candidates.append((at, [k + (k >= at) for k in order]))
    return candidates[0] if len(candidates) == 1 else None


def find_twins(texts: Iterable[str]) -> list[list[str]]:
    """Return the groups of texts that differ by accents alone."""
    texts_without_accents: dict[str, list[str]] = {}
    for text in texts:
        decomposed = unicodedata.normalize("NFD", match_key(text))
        plain = "".join(
            character for character in decomposed if not unicodedata.combining(character)
        )
        texts_without_accents.setdefault(plain, []).append(text)
    return [alike for alike in texts_without_accents.values() if len(alike) > 1]


def order_numbers(texts: Sequence[str]) -> list[int] | None:
    """Return the places of bands of numbers, low to high by their ends; None for other texts.

    Bands such as `less than 5`, `5 to 9`, `10 or more`.
    """
    ends = _read_ends(texts)
    return sorted(range(len(ends)), key=ends.__getitem__) if ends else None


def count_open_bands(texts: Sequence[str]) -> int:
    """Return how many of the lowest and highest texts are open bands, 0 to 2.

    An open band has one number, which touches the nearest closed band: `less than 5` below
    `5 to 9`, `20 or more` above `10 to 19`.
    """
    ends = sorted(_read_ends(texts) or ())
    if len(ends) < 3:
        return 0
    (lowest, second), (last_but_one, highest) = ends[:2], ends[-2:]
    return sum(
        single[0] == single[1] and closed[0] < closed[1] and 0 <= gap <= 1
        for single, closed, gap in (
            (lowest, second, second[0] - lowest[1]),
            (highest, last_but_one, highest[0] - last_but_one[1]),
        )
    )


def _read_ends(texts: Sequence[str]) -> list[tuple[float, float]] | None:
    """Return the lower and upper number of each band, in the order of the texts.

    None where the texts are no bands: fewer than three, names, or numbers alone.
    """
    texts = _strip_numbers(texts)
    # A unit follows its number: in "18 to 34", "to" is not a unit (a terabyte in French).
    words_by_text = [set(re.findall(r"[^\W\d_]+\b(?!\s*\d)", match_key(text))) for text in texts]
    units = [unit for unit in _read_units() if unit.isdisjoint(_TIMES)]
    has_unit = [[not unit.isdisjoint(words) for words in words_by_text] for unit in units]
    # MW2 and TR96H3 are names; a unit in all texts ("hours a day") does not distinguish them.
    if 2 * sum(map(bool, map(_NAMED.fullmatch, texts))) > len(texts):
        return None
    mixed = [at for at, of in enumerate(has_unit) if any(of) and not all(of)]
    sizes = {word: _SECONDS[at] for at in mixed for word in units[at]} if len(mixed) > 1 else {}
    if sizes and sum(any(map(str.isdigit, text)) for text in texts) < 2:
        return None
    keys = [*map(match_key, texts)]
    numbers = [_read_spans(key, sizes) if sizes else _read_numbers(key) for key in keys]
    # Numbers alone are no bands; beside real bands one text may state the number in words.
    are_numbers_alone = all(re.fullmatch(r"[\d.,\s%]+", text) for text in texts)
    if are_numbers_alone or (not all(numbers) and max(map(len, numbers), default=0) < 2):
        return None
    pairs = [*zip(numbers, keys, strict=True)]
    counted = {word for text_numbers, key in pairs if text_numbers for word in _WORD.findall(key)}
    numbers_or_words = [text_numbers or _read_words(key, counted) for text_numbers, key in pairs]
    if numbers.count([]) > 1 or not all(
        1 <= len(text_numbers) <= 2 for text_numbers in numbers_or_words
    ):
        return None
    if any(text_numbers[0] < text_numbers[-1] for text_numbers in numbers_or_words):
        return None  # numbers are read from the last: feet and inches are no band
    ends = [(min(text_numbers), max(text_numbers)) for text_numbers in numbers_or_words]
    if len(ends) < 3 or len(set(ends)) < len(ends):
        return None
    return ends


def _strip_numbers(texts: Sequence[str]) -> Sequence[str]:
    """Remove the list numbers before options, if every option has such a number."""
    for pattern in (_LISTED, _COUNTED):
        bare_texts = [match[1] for text in texts if (match := pattern.fullmatch(text))]
        # "1 Year" counts years, "1 BSc Economics" does not.
        beginnings = {text[:3].casefold() for text in bare_texts}
        are_different = len(beginnings) > 1 and all(text[0].isupper() for text in bare_texts)
        if len(bare_texts) == len(texts) and (pattern is _LISTED or are_different):
            return bare_texts
    return texts


@cache
def _read_units() -> tuple[frozenset[str], ...]:
    """Return the words for each unit in all languages, units of time first, as in `_SECONDS`."""
    languages = [data["units"] for data in _read_files().values()]
    return tuple(_make_keys(chain(*words)) for words in zip_longest(*languages, fillvalue=()))


def _read_spans(text: str, sizes: Mapping[str, int]) -> list[float]:
    """Return the numbers of a span of time in one unit, the last number first.

    Reads `6 months to 1 year`, and `less than a year`. For a text that is no span ("5 times a
    week", "once a year") the result is [0, 1], whose order shows that the text is no band.
    """
    words = ["", *re.findall(r"\d+(?:[.,]\d+)?|[^\W\d_]+", text), "", ""]
    # "An" is a year in French, and no year before an hour.
    words_for_one = _find_meaning("one") | _find_meaning("articles")
    ones = [
        word in words_for_one and (word not in sizes or after in sizes)
        for word, after in pairwise([*words, ""])
    ]
    numbers, size = list[float](), 0
    for at in range(len(words) - 3, 0, -1):
        before, word, after, then = words[at - 1 : at + 3]
        size = size if ones[at] else sizes.get(word, size)
        if word[0].isdigit() and (after in sizes or after[:1].isdigit() or then[:1].isdigit()):
            numbers.append(size * _read_value(word))
        elif ones[at] and after in sizes and sum(ones) == 1 and before not in sizes:
            numbers.append(float(size))
        elif word[0].isdigit() or (ones[at] and not re.search(r"\d", text)):
            return [0.0, 1.0]
    return numbers


def _read_numbers(text: str) -> list[float]:
    """Return the numbers of a text, the last first.

    The k of `10 to 50k` multiplies both numbers, that of `500 to 1k` the second.
    """
    numbers: list[float] = []
    multiplier, half_day = 1.0, ""
    for number, suffix in reversed(_NUMBER.findall(text)):
        multiplier = _TIMES.get(suffix.strip(), multiplier)
        half_day = suffix.strip() if suffix.endswith(("am", "pm")) else half_day
        value = _read_value(number) * multiplier
        value = value % 12 + 12 * (half_day == "pm") if half_day else value
        if not suffix and numbers and value > numbers[-1]:
            value /= min(multiplier, 1e3)
        numbers.append(value)
    return numbers


def _read_words(key: str, counted: Collection[str]) -> list[float]:
    """Return the number that a text states in words, as [0] or [1]; [] where it states none.

    An article means one before a unit, before a word that is `counted` in the other texts ("less
    than a dollar" below "1 to 5 dollars") and at the end ("moins d'un"), but not in "a secret".
    """
    if key in _find_meaning("zero"):
        return [0.0]
    words = _WORD.findall(key)
    if _find_meaning("one").intersection(words):
        return [1.0]
    unit_words = frozenset().union(*_read_units())
    for at, word in enumerate(words):
        if word in _find_meaning("articles"):
            # An adjective may stand between: "a full year".
            after = words[at + 1 : at + 3]
            if not after or any(
                word_after in unit_words or _is_counted(word_after, counted) for word_after in after
            ):
                return [1.0]
    return []


def _is_counted(word: str, counted: Collection[str]) -> bool:
    """Return whether a word, or its plural, is among `counted`: child, children."""
    return any(
        counted_word.startswith(word) and len(counted_word) <= len(word) + _ENDING
        for counted_word in counted
    )


def _read_value(number: str) -> float:
    """Return the value of a typed number: "1,250" and "1.250" are 1250, "2,5" and "2:5" are 2.5."""
    if _THOUSANDS.fullmatch(number) or number.count(",") + number.count(".") > 1:
        return float(re.sub("[.,]", "", number))
    whole_part, _, decimals = re.sub("[,:]", ".", number).partition(".")
    return float(f"{whole_part}.{decimals.replace('.', '')}")


def find_role(header: str) -> str:
    """Return the role (one of `ROLES`) that the header of a column suggests; "" for none."""
    key = match_key(header.rstrip(" :*"))
    if match_key(_ASIDE.sub("", header.rstrip(" :*"))) in _find_meaning("personal"):
        return "personal"
    return next((role for role in ROLES if key in _find_meaning(role)), "")


def names_weight(header: str) -> bool:
    """Return whether a column's name holds a word for a weight: `pweight`, `final_weight`."""
    key = match_key(header)
    return " " not in key and any(
        len(word) > SHORT - 1 and word in key for word in _find_meaning("weight")
    )


def names_sensitive(question: str) -> bool:
    """Return whether a question names what many rather keep to themselves, in any language.

    Health, religion, political opinion, trade unions, origin, sexual life and offences: the special
    categories of the GDPR, articles 9 and 10.
    """
    return _names_any(question, "sensitive")


def names_group(question: str) -> bool:
    """Return whether a short question asks what respondents are often compared by."""
    short = len(question.split()) <= 2 * SHORT
    return short and _names_any(question, "compared")


def _names_any(question: str, key: str) -> bool:
    """Return whether words of a question begin with a text that the files list under `key`."""
    words = re.findall(r"\w+", match_key(question))
    return any(
        words[at : at + len(sought) - 1] == sought[:-1]
        and at + len(sought) <= len(words)
        and words[at + len(sought) - 1].startswith(sought[-1])
        for sought in map(str.split, _find_meaning(key))
        for at in range(len(words))
    )


def asks_who(header: str, *, various: bool) -> bool:
    """Return whether a question names the interviewer, or asks for a name or an address.

    `various`: whether most answers differ, as names do; "Do you have a telephone?" asks for no
    personal data. A single word for a name counts at the end: "Name one thing ..." asks for none.
    """
    header_words = _space_words(_ASIDE.sub("", header.rstrip(" :*")))
    words = {
        kind: map(_space_words, _find_meaning(kind)) for kind in ("askers", "names", "contacts")
    }
    if language := guess_language([header])[0]:
        # "Nombre" is a name in Spanish and a number in French.
        words["names"] = map(_space_words, _read_files()[language]["names"])
    # In a name without spaces, the word may be anywhere: `surname_head`.
    is_column_name = " " not in header.strip()
    has_name_word = any(
        word in header_words
        if is_column_name or len(word.split()) > 1
        else header_words.endswith(word)
        for word in words["names"]
    )
    if any(word in header_words for word in words["askers"]) and (
        has_name_word or len(header_words.split()) <= SHORT
    ):
        return True
    return various and (has_name_word or any(word in header_words for word in words["contacts"]))


@lru_cache(10**5)
def find_special(text: str) -> str:
    """Return the meaning of a missing text: `dont_know`, `refused`, `not_asked`, `blank`; else "".

    Instructions to interviewers stand in brackets: `[DO NOT READ] Refused`, `Refused (VOL.)`. A
    code may precede the text: `99. Refused`.
    """
    if "/" in text:
        # "Not sure / Don't know" has one meaning, "Not answered/refused" has two.
        meanings = [find_special(part.strip()) for part in text.split("/")]
        if all(meanings):
            return meanings[0]
    keys = _list_readings(text)
    for name in SPECIALS:
        if keys & _list_special(name) or any(key.startswith(_list_begun(name)) for key in keys):
            return name
    return ""


def is_unsure(text: str) -> bool:
    """Return whether a text says that the respondent has no view ("I'm not sure", "No opinion").

    Forms offer it as an answer, so it counts as one until the analyst decides otherwise. A text
    that only interviewers see (`[DO NOT READ] Not sure`) is offered to nobody.
    """
    parts = [text, *(text.split("/") if "/" in text else ())]
    plain_parts = (part.strip().rstrip(" .").replace("_", " ") for part in parts)
    keys = {
        match_key(variant)
        for plain_part in plain_parts
        for variant in (plain_part, _CODE.sub("", plain_part))
    }
    return bool(keys & _find_meaning("unsure")) and find_special(text) == "dont_know"


def _list_readings(text: str) -> set[str]:
    """Return the match keys of a text as written, without the answer code at its beginning ("1. "),
    without a remark in brackets, and without both.
    """
    written = [
        variant.rstrip(" .")
        for spelling in (
            text,
            text.replace(" / ", "/"),
            text.replace("_t_", "t_").replace("_", " "),
        )
        for variant in (spelling, _ASIDE.sub("", spelling))
    ]
    return {
        match_key(variant)
        for written_text in written
        for variant in (written_text, _CODE.sub("", written_text))
    }


def is_half(text: str) -> bool:
    """Return whether one part of a text is a missing answer ("Don't know/It depends")."""
    parts = text.split("/")
    return len(parts) > 1 and any(map(find_special, parts))


@cache
def _list_special(name: str) -> frozenset[str]:
    """Return the match keys with a missing meaning in any language; unsure counts as don't know."""
    return _find_meaning(name) | (_find_meaning("unsure") if name == "dont_know" else frozenset())


@cache
def _list_begun(name: str) -> tuple[str, ...]:
    """Return the beginnings of missing texts: those that the files end with three points.

    "Not asked in ..." is recognised by its beginning.
    """
    return tuple(
        missing_text.rstrip(".")
        for missing_text in _find_meaning(name)
        if missing_text.endswith("...")
    )


def find_meaning(label: str) -> str:
    """Return the meaning that the label of a declared missing code has, else `blank`."""
    label_words = _space_words(label)
    for name in SPECIALS:
        if any(_space_words(words) in label_words for words in _list_special(name)):
            return name
    return "blank"


def _space_words(text: str) -> str:
    """Return the words of a text with spaces around each, to search for whole words."""
    words = re.findall(r"[^\W_]+", match_key(text))
    return f" {' '.join(words)} "


def is_other(text: str) -> bool:
    """Return True for an option "other", with or without a remark in brackets."""
    return not _find_meaning("other").isdisjoint(map(match_key, (text, _ASIDE.sub("", text))))


def name_word(key: str, language: str) -> str:
    """Return a language's word for an option that no export names: `other`, `unranked`.

    In English where the language has no file.
    """
    data = _read_files().get(language) or _read_files()[UNTOLD]
    return str(data[key][0]).capitalize()


def is_middle(text: str) -> bool:
    """Return whether a level is the middle of a scale, by its first word."""
    return next(iter(match_key(text).split()), "") in _find_meaning("middle")


def tells_sum(text: str) -> bool:
    """Return whether the first cell of a row marks it as the sum of the rows above."""
    return match_key(text.rstrip(" :")) in _find_meaning("sums")


def tells_completion(counts: Mapping[str, int]) -> bool:
    """Return True if a column shows which interviews were completed, in words or in per cent.

    `counts`: number of rows by text. Most people finish: percentages are mostly 100.
    """
    keys = {match_key(text): n for text, n in counts.items()}
    if all(key in _find_meaning("completion") for key in keys):
        return True
    per_cent = all(re.fullmatch(r"\d{1,2}|100", key) for key in keys)
    return per_cent and 2 * keys.get("100", 0) > sum(keys.values())


def is_none(text: str) -> bool:
    """Return whether an option means that no other option applies."""
    return match_key(text) in _find_meaning("none_of_these")
