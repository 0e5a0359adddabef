"""What surveys write alike: scales, "don't know", names of columns; words are data, by language.

The files beside this module hold them; a language more is a file more.
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
# What a column can be that is no question: what `export` names by one column, and the others.
OF_EXPORT = ("timestamp", "started", "duration", "respondent", "invitation")
ROLES = (*OF_EXPORT, "complete", "weight", "personal", "ignored")
# Words of a header at most that names who asked: a question about them is longer.
SHORT = 5
SPECIALS = ("dont_know", "refused", "not_asked", "blank")
# The language of a draft whose texts tell none: that of what the program says beside them.
UNTOLD = "en"
# How a form lists its options, and what it lists.
_LISTED = re.compile(r"\d{1,3}\s*(?:[.):=](?:\s+|(?=\D))|[-–—]\s*(?=[^\d\s]))(.+)", re.DOTALL)
_COUNTED = re.compile(r"\d{1,3} ([^\W\d_].*)", re.DOTALL)
_NUMBERED = re.compile(r"(.*\S)\s*\(\d{1,3}\)", re.DOTALL)
_CODE = re.compile(r"^\(?-?\d{1,4}\s*[.):=-]\s*(?=\D)")
# What stands in brackets before a text, or behind it.
_BRACKETS = r"(?:\[[^]]{1,40}\]|\([^)]{1,40}\))"
_ASIDE = re.compile(rf"^\s*{_BRACKETS}\s*(?=\S)|(?<=\S)\s*{_BRACKETS}$")
# How often, in numbers: one, or from one to another.
_TIMES_EACH = re.compile(r"\d+(?:\W+(?:\w{1,3} )?\d+)?\+?")
_LEAD = re.compile(r"^[^\W\d_]+, ")
_NAMED = re.compile(r"(?:.*\()?[^\W\d_]+\d\w*\)?")
# A number, an hour and its minutes; what multiplies it (`300k`, `1M`, `50 GB`), or am and pm.
_NUMBER = re.compile(
    r"(\d{1,2}:\d\d(?::\d\d)?(?![\d:])|\d+(?:[.,]\d+)*)(?:(\s?[kmgt]b|[km]|\s?[ap]m)(?![^\W\d_]))?"
)
_WORD = re.compile(r"[^\W\d_]+")
# Letters that a plural has more, at most.
_ENDING = 3
# Seconds of the units, in the order of the files.
_SECONDS = (1, 60, 3600, 86_400, 604_800, 2_629_800, 31_557_600)
_TIMES = {"k": 1e3, "m": 1e6, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12}
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{2,3})*[.,]\d{3}")
# Letters that tell a language by themselves, among those that there are words of.
_LETTERS = {"ar": re.compile(r"[\u0600-\u06ff]")}
# Letters among these of Persian, Urdu, Kurdish.
_PERSIAN = re.compile("[\u067e\u0686\u0698\u06a9\u06af\u06cc\u06d2]")
# Those of all others that there are words of.
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def _make_keys(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(match_key(text) for text in texts)


@cache
def _read_files() -> dict[str, dict[str, Any]]:
    paths = sorted(FOLDER.glob("*.yaml"))
    return {path.stem: read_yaml_text(path.read_bytes(), TextLoader) for path in paths}


@cache
def _read_scales() -> tuple[dict[str, int], ...]:
    """The known scales of all languages: the level, from low to high, of each text of one."""
    scales = (map(_make_keys, s) for data in _read_files().values() for s in data["scales"])
    return tuple({word: k for k, words in enumerate(s) for word in words} for s in scales)


@cache
def _read_degrees() -> tuple[dict[str, int], ...]:
    """The levels of scales on which a word may stand by itself ("confident"), beside degrees of it
    ("very confident"): their files have "" where it stands.
    """
    return tuple(scale for scale in _read_scales() if "" in scale)


@cache
def _find_meaning(name: str) -> frozenset[str]:
    """What says in any language what one key of the files is for."""
    return _make_keys(
        text
        for data in _read_files().values()
        for text in data.get(name, data["columns"].get(name, ()))
    )


def guess_language(texts: Iterable[str]) -> tuple[str, bool]:
    """The language of texts, by its letters or its commonest words; "" where nothing tells.

    And whether that is sure: ten of its words at least, and twice as many as of any other.
    """
    said = " ".join(texts)
    letters = len(re.findall(r"[^\W\d_]", said))
    for language, pattern in _LETTERS.items():
        if letters and 2 * len(pattern.findall(said)) > letters:
            return language, not _PERSIAN.search(said)
    if 2 * len(_LATIN.findall(said)) < letters:
        return "", False
    spoken = [match_key(word) for word in re.findall(r"[^\W\d_]+", said)]
    known = {language: _make_keys(data["words"]) for language, data in _read_files().items()}
    score = {language: sum(word in words for word in spoken) for language, words in known.items()}
    several = {language: len(words.intersection(spoken)) for language, words in known.items()}
    best = max(score, key=lambda language: (several[language], score[language], language))
    # One word may be a name, or the code of an answer.
    if several[best] < 2:
        return "", False
    second = max(n for language, n in score.items() if language != best)
    return best, score[best] >= max(10, 2 * second)


def order_scale(texts: Sequence[str]) -> list[int] | None:
    """The places of the texts from low to high on a known scale; None where they are on none.

    Of "No, not at all rude" and "Yes, very rude" the words tell that they do not share; the level
    "" of a scale is what they share alone: "important", below "very important". "Neutral" may stand
    between texts that share a word.
    """
    bare = [match[1] for text in texts if (match := _NUMBERED.fullmatch(text))]
    texts = bare if len(bare) == len(texts) else _strip_numbers(texts)
    whole = [match_key(text.replace("_", " ")) for text in texts]
    words = [_LEAD.sub("", key, count=1).split() for key in whole]
    alone = set(chain(*_read_degrees())) - {""}
    told = [each for key, each in zip(whole, words, strict=True) if key not in alone]
    shared = set(told[0]).intersection(*told[1:]) if len(told) > 1 else set()
    left = [" ".join(word for word in each if word not in shared) for each in words]
    asides = [re.sub(r"\s*\(\w[^)]*\)", "", key) for key in whole]  # "satisfecho(a)"
    halves = ([key.split("/")[at].strip() for key in whole] for at in (0, -1))  # in two languages
    counted = [_TIMES_EACH.sub("#", key) for key in whole]  # "2-3 times a week"
    numbers = [int(found[0]) if (found := re.search(r"\d+", key)) else 0 for key in whole]
    for keys in (whole, asides, left, *halves, counted):
        for scale in _read_scales():
            if all(key in scale for key in keys):
                pairs = zip(keys, numbers, strict=True)
                known = [(scale[key], n * (keys is counted)) for key, n in pairs]
                if len(set(known)) == len(keys) > 1:
                    return sorted(range(len(keys)), key=known.__getitem__)
    return _order_sides(whole)


def _order_sides(keys: Sequence[str]) -> list[int] | None:
    """The same of "very clear", "neither", "unclear", "very unclear": degrees of one word."""
    for degree in _read_degrees() if len(keys) > 2 else ():
        begun = [max((w for w in degree if k.startswith(f"{w} ".lstrip())), key=len) for k in keys]
        pairs = [
            ("" if is_middle(key) else key[len(word) :].strip(), degree[word])
            for key, word in zip(keys, begun, strict=True)
        ]
        sides = sorted({stem for stem, _ in pairs} - {""}, key=len)
        if len(sides) == 2 and sides[1].endswith(sides[0]):
            sign = dict(zip(("", *sides), (0, 1, -1), strict=True))
            value = [sign[stem] * level for stem, level in pairs]
            if len(set(value)) == len(value):
                return sorted(range(len(keys)), key=value.__getitem__)
    return None


def find_stray(texts: Sequence[str]) -> tuple[int, list[int]] | None:
    """The place of the one text beside a scale or bands ("I did not use it"), and those of the
    levels, low to high; None where there are fewer than three, or more texts beside them.
    """
    found = []
    for at in range(len(texts) if len(texts) > 3 else 0):
        left = [*texts[:at], *texts[at + 1 :]]
        if order := order_scale(left) or order_numbers(left):
            found.append((at, [k + (k >= at) for k in order]))
    return found[0] if len(found) == 1 else None


def find_twins(texts: Iterable[str]) -> list[list[str]]:
    """The texts that somebody may have typed with and without their accents."""
    bare: dict[str, list[str]] = {}
    for text in texts:
        signs = unicodedata.normalize("NFD", match_key(text))
        plain = "".join(sign for sign in signs if not unicodedata.combining(sign))
        bare.setdefault(plain, []).append(text)
    return [alike for alike in bare.values() if len(alike) > 1]


def order_numbers(texts: Sequence[str]) -> list[int] | None:
    """The same of bands of numbers (`less than 5`, `5 to 9`, `10 or more`), by their ends."""
    texts = _strip_numbers(texts)
    # What stands before a number is no unit of it: of "18 to 34", "to" is no terabyte.
    said = [set(re.findall(r"[^\W\d_]+\b(?!\s*\d)", match_key(text))) for text in texts]
    units = [unit for unit in _read_units() if unit.isdisjoint(_TIMES)]
    told = [[not unit.isdisjoint(words) for words in said] for unit in units]
    # MW2 and TR96H3 are names; hours a day are in each text.
    if 2 * sum(map(bool, map(_NAMED.fullmatch, texts))) > len(texts):
        return None
    mixed = [at for at, of in enumerate(told) if any(of) and not all(of)]
    sizes = {word: _SECONDS[at] for at in mixed for word in units[at]} if len(mixed) > 1 else {}
    if sizes and sum(any(map(str.isdigit, text)) for text in texts) < 2:
        return None
    keys = [*map(match_key, texts)]
    numbers = [_read_spans(key, sizes) if sizes else _read_numbers(key) for key in keys]
    # Numbers alone are no bands; one text may say in words that there is none, beside real bands.
    bare = all(re.fullmatch(r"[\d.,\s%]+", text) for text in texts)
    if bare or (not all(numbers) and max(map(len, numbers), default=0) < 2):
        return None
    pairs = [*zip(numbers, keys, strict=True)]
    counted = {word for own, key in pairs if own for word in _WORD.findall(key)}
    found = [own or _read_words(key, counted) for own, key in pairs]
    if numbers.count([]) > 1 or not all(1 <= len(own) <= 2 for own in found):
        return None
    if any(own[0] < own[-1] for own in found):
        return None  # numbers are read from the last: feet and inches are no band
    ends = [(min(own), max(own)) for own in found]
    if len(ends) < 3 or len(set(ends)) < len(ends):
        return None
    return sorted(range(len(ends)), key=ends.__getitem__)


def _strip_numbers(texts: Sequence[str]) -> Sequence[str]:
    """Options without the numbers under which a form lists them, where each has one."""
    for pattern in (_LISTED, _COUNTED):
        left = [match[1] for text in texts if (match := pattern.fullmatch(text))]
        # "1 Year" counts years, "1 BSc Economics" does not.
        begin = {text[:3].casefold() for text in left}
        unlike = len(begin) > 1 and all(text[0].isupper() for text in left)
        if len(left) == len(texts) and (pattern is _LISTED or unlike):
            return left
    return texts


@cache
def _read_units() -> tuple[frozenset[str], ...]:
    languages = [data["units"] for data in _read_files().values()]
    return tuple(_make_keys(chain(*words)) for words in zip_longest(*languages, fillvalue=()))


def _read_spans(text: str, sizes: Mapping[str, int]) -> list[float]:
    """The numbers of a text in one unit: of `6 months to 1 year` and `less than a year`, too.

    Of what is no span ("5 times a week", "once a year") they run the wrong way.
    """
    words = ["", *re.findall(r"\d+(?:[.,]\d+)?|[^\W\d_]+", text), "", ""]
    # "An" is a year in French, and none before an hour.
    known = _find_meaning("one") | _find_meaning("articles")
    ones = [
        word in known and (word not in sizes or after in sizes)
        for word, after in pairwise([*words, ""])
    ]
    found, size = list[float](), 0
    for at in range(len(words) - 3, 0, -1):
        before, word, after, then = words[at - 1 : at + 3]
        size = size if ones[at] else sizes.get(word, size)
        if word[0].isdigit() and (after in sizes or after[:1].isdigit() or then[:1].isdigit()):
            found.append(size * _read_value(word))
        elif ones[at] and after in sizes and sum(ones) == 1 and before not in sizes:
            found.append(float(size))
        elif word[0].isdigit() or (ones[at] and not re.search(r"\d", text)):
            return [0.0, 1.0]
    return found


def _read_numbers(text: str) -> list[float]:
    """The numbers of a text; the k of `10 to 50k` holds for both, of `500 to 1k` for the second."""
    found: list[float] = []
    times, half = 1.0, ""
    for number, letter in reversed(_NUMBER.findall(text)):
        times = _TIMES.get(letter.strip(), times)
        half = letter.strip() if letter.endswith(("am", "pm")) else half
        value = _read_value(number) * times
        value = value % 12 + 12 * (half == "pm") if half else value
        if not letter and found and value > found[-1]:
            value /= min(times, 1e3)
        found.append(value)
    return found


def _read_words(key: str, counted: Collection[str]) -> list[float]:
    """The number of a text in words that begins bands: none, or less than one.

    An article is a number before a unit, before what is `counted` in the other texts ("less than a
    dollar" below "1 to 5 dollars") and at the end ("moins d'un"), and none in "a secret".
    """
    if key in _find_meaning("zero"):
        return [0.0]
    words = _WORD.findall(key)
    if _find_meaning("one").intersection(words):
        return [1.0]
    known = frozenset().union(*_read_units())
    for at, word in enumerate(words):
        if word in _find_meaning("articles"):
            # An adjective may stand between: "a full year".
            after = words[at + 1 : at + 3]
            if not after or any(each in known or _is_counted(each, counted) for each in after):
                return [1.0]
    return []


def _is_counted(word: str, counted: Collection[str]) -> bool:
    """Whether a word is among those, or has an ending more there: child, children."""
    return any(each.startswith(word) and len(each) <= len(word) + _ENDING for each in counted)


def _read_value(number: str) -> float:
    """A number as people write it, with thousands told apart by a point or comma."""
    if _THOUSANDS.fullmatch(number) or number.count(",") + number.count(".") > 1:
        return float(re.sub("[.,]", "", number))
    whole, _, part = re.sub("[,:]", ".", number).partition(".")
    return float(f"{whole}.{part.replace('.', '')}")


def find_role(header: str) -> str:
    """What a column of that header is beside a question; "" where nothing says so."""
    key = match_key(header.rstrip(" :*"))
    if match_key(_ASIDE.sub("", header.rstrip(" :*"))) in _find_meaning("personal"):
        return "personal"
    return next((role for role in ROLES if key in _find_meaning(role)), "")


def names_weight(header: str) -> bool:
    """Whether the name of a column holds the word for a weight: `pweight`, `final_weight`."""
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
    """Whether a question is who asked, or who answers and where to find them.

    `various`: most answers differ, as names and numbers of people do; "Do you have a telephone?"
    is about nobody. A single word for a name counts at the end: "Name one thing ..." asks for none.
    """
    said = _space_words(_ASIDE.sub("", header.rstrip(" :*")))
    words = {
        kind: map(_space_words, _find_meaning(kind)) for kind in ("askers", "names", "contacts")
    }
    if language := guess_language([header])[0]:
        # "Nombre" is a name in Spanish and a number in French.
        words["names"] = map(_space_words, _read_files()[language]["names"])
    # A word is found anywhere in the name of a column: `surname_head`.
    inside = " " not in header.strip()
    named = any(
        word in said if inside or len(word.split()) > 1 else said.endswith(word)
        for word in words["names"]
    )
    if any(word in said for word in words["askers"]) and (named or len(said.split()) <= SHORT):
        return True
    return various and (named or any(word in said for word in words["contacts"]))


@lru_cache(10**5)
def find_special(text: str) -> str:
    """`dont_know`, `refused`, `not_asked` or `blank` where a text is known to mean it; else "".

    What interviewers are told beside an answer stands in brackets: `[DO NOT READ] Refused`,
    `Refused (VOL.)`. A code may stand before it, too: `99. Refused`.
    """
    if "/" in text:
        # "Not sure / Don't know" says one thing twice, "Not answered/refused" says two.
        meanings = [find_special(part.strip()) for part in text.split("/")]
        if all(meanings):
            return meanings[0]
    keys = _list_readings(text)
    for name in SPECIALS:
        if keys & _list_special(name) or any(key.startswith(_list_begun(name)) for key in keys):
            return name
    return ""


def is_unsure(text: str) -> bool:
    """Whether a text says that who answers has no view ("I'm not sure", "No opinion").

    It is one of the answers that a form offers, and counts among them until somebody decides
    otherwise. What only interviewers see (`[DO NOT READ] Not sure`) is offered to nobody.
    """
    parts = [text, *(text.split("/") if "/" in text else ())]
    said = (part.strip().rstrip(" .").replace("_", " ") for part in parts)
    keys = {match_key(each) for own in said for each in (own, _CODE.sub("", own))}
    return bool(keys & _find_meaning("unsure")) and find_special(text) == "dont_know"


def _list_readings(text: str) -> set[str]:
    """The match keys of a text, without what stands in brackets or before it."""
    written = [
        each.rstrip(" .")
        for said in (text, text.replace(" / ", "/"), text.replace("_t_", "t_").replace("_", " "))
        for each in (said, _ASIDE.sub("", said))
    ]
    return {match_key(each) for own in written for each in (own, _CODE.sub("", own))}


def is_half(text: str) -> bool:
    """Whether it says one of two things: that there is no answer ("Don't know/It depends")."""
    said = text.split("/")
    return len(said) > 1 and any(map(find_special, said))


@cache
def _list_special(name: str) -> frozenset[str]:
    """What says a meaning in any language; who is unsure does not know."""
    return _find_meaning(name) | (_find_meaning("unsure") if name == "dont_know" else frozenset())


@cache
def _list_begun(name: str) -> tuple[str, ...]:
    """What the file has with three points: "Not asked in ..." is known by how it begins."""
    return tuple(said.rstrip(".") for said in _find_meaning(name) if said.endswith("..."))


def find_meaning(label: str) -> str:
    """What a label says of a value that is declared missing ("Refused to say"), else `blank`."""
    said = _space_words(label)
    for name in SPECIALS:
        if any(_space_words(words) in said for words in _list_special(name)):
            return name
    return "blank"


def _space_words(text: str) -> str:
    """The words of a text between single spaces, so that one is found in another as a whole."""
    words = re.findall(r"[^\W_]+", match_key(text))
    return f" {' '.join(words)} "


def is_other(text: str) -> bool:
    """Whether an option stands for what is not listed, whatever is said of it in brackets."""
    return not _find_meaning("other").isdisjoint(map(match_key, (text, _ASIDE.sub("", text))))


def name_word(key: str, language: str) -> str:
    """What a language calls an option that no export names: `other`, `unranked`; else English."""
    data = _read_files().get(language) or _read_files()[UNTOLD]
    return str(data[key][0]).capitalize()


def is_middle(text: str) -> bool:
    """Whether a level lies between the two sides of a scale, by its first word."""
    return next(iter(match_key(text).split()), "") in _find_meaning("middle")


def tells_sum(text: str) -> bool:
    """Whether the first cell of a row says that sums of the rows above stand in it."""
    return match_key(text.rstrip(" :")) in _find_meaning("sums")


def tells_completion(counts: Mapping[str, int]) -> bool:
    """Whether a column tells who came to the end: in words, by a sign, or in per cent.

    `counts`: how often each text occurs. Most people come to the end: per cents are mostly 100.
    """
    keys = {match_key(text): n for text, n in counts.items()}
    if all(key in _find_meaning("completion") for key in keys):
        return True
    per_cent = all(re.fullmatch(r"\d{1,2}|100", key) for key in keys)
    return per_cent and 2 * keys.get("100", 0) > sum(keys.values())


def is_none(text: str) -> bool:
    """Whether an option says that no other one applies."""
    return match_key(text) in _find_meaning("none_of_these")
