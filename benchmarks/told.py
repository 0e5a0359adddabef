"""What the pages of real surveys say, confirmed from the raw answers by other code.

It shares nothing with the program's estimates and sentences.

    .venv/bin/python benchmarks/told.py [SURVEY ...] [--data ../shared/microdata]
        [--others FOLDER] [--keep FOLDER] [--sentences] [--write]

The six files of `../shared/microdata` are decided as `benchmarks/corpus.py` decides; the others as
`told_surveys.yaml` says, from a folder of theirs. Each becomes a project, is computed up to the
report and the brief of each language, and both pages are read: headline, main points, findings,
alternative texts, titles and captions, rows of charts with their numbers of answers, notes, tests.
Each sentence that states a number, an order, a comparison or that nothing differs is confirmed,
false, or not read. Each answer counts once: none of these surveys is weighted.

A word of the code is an id, a column's name that has a label, a placeholder, None or nan in a text
that is not set as code. With `--keep`, projects are kept, and used again where they are.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import numpy as np
import pandas as pd
import yaml
from scipy import stats

import corpus
from measurements import MEASUREMENTS, write_section
from page_bases import count_shares, list_bare_shares, read_rows
from reading_back import (
    Answers,
    Asked,
    Claim,
    doubt,
    name_questions,
    questions_of,
    read_codes,
    read_sentence,
    tidy,
)
from told_page import Said, read_page

HERE = Path(__file__).parent
SURVEYS = yaml.safe_load((HERE / "told_surveys.yaml").read_text("utf-8"))
PATTERNS = yaml.safe_load((HERE / "told_patterns.yaml").read_text("utf-8"))
CONFIRMED, FALSE, NOT_READ, EXPLAINS = "confirmed", "false", "not read", "explains"
SHARES, BARE = "shares in tables", "bare"
HEADING = "What pages say, against the raw answers"
QUOTES = '["“”«»‘’]'
# A share may miss a printed whole per cent by rounding alone.
ROUNDING = 0.5001


@dataclass(frozen=True)
class Survey:
    """A survey as it is told: `decided` is how `corpus.py` makes its project."""

    name: str
    decided: corpus.Survey
    data: Path
    title: Mapping[str, str]
    languages: Sequence[str] = ("en",)

    @property
    def folder(self) -> str:
        """Where a project has the survey's results."""
        return f"results/waves/{self.decided.wave}/report"


def list_surveys(data: Path, others: Path | None) -> dict[str, Survey]:
    """The surveys by name; those of `told_surveys.yaml` only where their folder is known."""
    found = {
        name: Survey(name, one, data, SURVEYS["titles"][one.wave])
        for name, one in corpus.SURVEYS.items()
    }
    for name, own in SURVEYS["surveys"].items() if others else ():
        settings = f"    estimate: {{by: {own['group']}}}\n"
        settings += f"    compare: {{items: {json.dumps(own['compare'])}}}\n"
        decided = corpus.Survey(
            name,
            own["file"],
            tuple(own.get("options", ())),
            settings=settings,
            group=own["group"],
            headers=own.get("headers", 1),
            named=True,
        )
        assert others is not None
        found[name] = Survey(name, decided, others, own["title"], own.get("languages", ["en"]))
    return found


def settle(office: Path, survey: Survey) -> None:
    """Put the title in, and the labels of the languages beside English."""
    wave, beside = survey.decided.wave, [each for each in survey.languages if each != "en"]
    config, path = (
        office / "config.yaml",
        office / f"data/questionnaires/{survey.decided.wave}-1.yaml",
    )
    title = json.dumps(dict(survey.title), ensure_ascii=False)
    told = re.sub(
        r"(?m)^    title: \{.*\}$", f"    title: {title}", config.read_text("utf-8"), count=1
    )
    config.write_text(told, "utf-8")
    document = yaml.safe_load(path.read_text("utf-8"))
    if document["title"] == survey.title:
        return
    document["title"] = dict(survey.title)
    for item in document["items"] if beside else ():
        asked = item.get("label", {}).get("en", item["column"])
        item["label"] = {"en": asked, **{each: SURVEYS["texts"][asked][each] for each in beside}}
        for option in item.get("categories", []):
            option |= {each: SURVEYS["texts"][option["text"]][each] for each in beside}
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000)
    path.write_text(text, "utf-8")
    print(f"{wave}: settled", file=sys.stderr)


def make_pages(office: Path, survey: Survey) -> None:
    """Make the survey's project, where it is not there, and compute its pages."""
    if not (office / "config.yaml").exists():
        walk = corpus.begin(office, survey.data, survey.decided)
        walk.edit()
    walk = corpus.Walk(office, survey.decided, survey.data)
    settle(office, survey)
    pages = [f"{survey.folder}/{language}/report.html" for language in survey.languages]
    walk.call("run", "--cores", "1", "--", *pages)


def read_raw(survey: Survey) -> pd.DataFrame:
    """The file's cells as text, under the names that a questionnaire gives its columns."""
    path = survey.data / survey.decided.file
    if path.suffix == ".sav":
        import pyreadstat

        table, _ = pyreadstat.read_sav(path)
        return table.map(_as_text)
    if path.suffix == ".dta":
        return pd.read_stata(path, convert_categoricals=False).map(_as_text)
    if path.suffix == ".xlsx":
        return pd.read_excel(path, dtype=object).map(_as_text)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_bytes().decode("cp1252", "replace")
    raw = pd.read_csv(pd.io.common.StringIO(text), dtype=str, keep_default_na=False, header=None)
    names, last = raw.iloc[0].tolist(), ""
    for at, below in enumerate(raw.iloc[1] if survey.decided.headers == 2 else ()):
        last = names[at] or last
        plain = not below or below.endswith("Response")
        names[at] = last if plain else f"{last} [{below}]"
    times: Counter[str] = Counter()
    for at, name in enumerate(names):
        # A name that stands there again is counted.
        times[tidy(name)] += 1
        if (count := times[tidy(name)]) > 1:
            names[at] = f"{name} ({count})"
    return raw.iloc[survey.decided.headers :].reset_index(drop=True).set_axis(names, axis=1)


def _as_text(cell: object) -> str:
    if cell is None or cell != cell:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


@dataclass
class Told:
    """A survey's questionnaire and raw answers, as one language names them."""

    language: str
    document: Mapping[str, Any]
    answers: Answers
    rows: int
    by: str
    compared: Sequence[str] = ()
    # By question, those whose cell says that they were not asked.
    passed_over: Mapping[str, pd.Series] = field(default_factory=dict)
    # The answers to the questions of a derived scale, as places.
    scales: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    # Options with marks of quotation, which `answers` has without.
    quoted: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.anchors = {name.replace("_", "-"): name for name in self.answers.asked}
        self.grids: dict[str, list[str]] = {}
        for name, one in self.answers.asked.items():
            if one.grid:
                self.grids.setdefault(one.grid, []).append(name)
        self.anchors |= {grid.replace("_", "-"): rows[0] for grid, rows in self.grids.items()}
        titles = {
            tidy(item.get("label", {}).get(self.language, item.get("column", item["id"]))): item
            for item in self.document["items"]
        }
        labels = [*titles, *(tidy(o.labels[self.language]) for o in self.asked.values())]
        labels += [tidy(name) for one in self.asked.values() for name in one.options[self.language]]
        self.columns = {tidy(item.get("column", "")).rstrip(".") for item in self.document["items"]}
        # A page sets the marks of a quotation within a question or an option as it can.
        marks = "[\"'“”«»‘’]"
        named = {*titles, *self.quoted}
        self.quoting = [
            # The blank behind a mark belongs to the name, but for one at its end.
            (
                re.compile(
                    re.sub(QUOTES, lambda _: f"{marks} ?", re.escape(each[:-1]))
                    + (marks if re.fullmatch(QUOTES, each[-1]) else re.escape(each[-1]))
                ),
                _bare(each),
            )
            for each in sorted(named, key=lambda name: (-len(name), name))
            if re.search(QUOTES, each)
        ]
        self.titles: dict[str, Mapping[str, Any]] = {
            **{
                _bare(tidy(own.labels[self.language])): {"id": name}
                for name, own in self.asked.items()
            },
            **{_bare(label).rstrip("."): item for label, item in titles.items()},
        }
        # What holds the end of a sentence, longest first: no sentence ends within.
        labels += self.titles
        ends = {label.rstrip(".") for label in labels if re.search(r"[!?؟:]|\..", label)}
        self.whole = sorted(ends, key=len, reverse=True)

    def unquote(self, text: str) -> str:
        """A text whose labels hold no marks of quotation."""
        for pattern, bare in self.quoting:
            text = pattern.sub(bare.replace("\\", r"\\"), text)
        return text

    @property
    def asked(self) -> Mapping[str, Asked]:
        """The questions by id."""
        return self.answers.asked

    def options(self, item: str) -> dict[str, str]:
        """The codes of a question's options by label, in the questionnaire's order."""
        own = self.asked[item].options[self.language]
        return {tidy(label).rstrip("."): code for label, code in own.items()}

    def groups(self) -> dict[str, str]:
        """The codes of the groups by label."""
        own = self.answers.groups[self.language]
        return {tidy(name).rstrip("."): code for name, code in own.items()}

    def share(self, item: str, codes: Iterable[str], group: str | None = None) -> tuple[float, int]:
        """Per cent of those who answered who gave one of some answers; how many answered."""
        given, chosen = self.asked[item].codes, set(codes)
        here = given.notna()
        if group is not None:
            assert self.answers.group is not None
            here &= self.answers.group.eq(group)
        count = int(here.sum())
        if not count:
            return float("nan"), 0
        hit = given[here].map(lambda c: bool((c if isinstance(c, frozenset) else {c}) & chosen))
        return 100 * float(hit.mean()), count

    def count_asked(self, item: str) -> int:
        """How many were asked a question: those who gave the answers on which it depends."""
        asked = pd.Series(True, index=self.answers.weight.index)
        for gate in questions_of(self.document).get(item, {}).get("asked_if", []):
            chosen = set(gate["one_of"])
            before = self.asked[gate["item"]].codes
            leads = before.map(
                lambda c, chosen=chosen: bool((c if isinstance(c, frozenset) else {c}) & chosen)
            )
            asked &= leads | (before.isna() & self.asked[item].codes.notna())
        if item in self.passed_over:
            asked &= ~self.passed_over[item]
        return int(asked.sum())

    def list(self, text: str, known: Mapping[str, str]) -> list[str]:
        """The codes that a list of names stands for. KeyError for a name that nobody knows."""
        rest, found = text, {}
        for name in sorted(known, key=len, reverse=True):
            here = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)\.?|(?<=و){re.escape(name)}")
            found |= {at.start(): known[name] for at in here.finditer(rest)}
            rest = here.sub(lambda at: "\0" * len(at[0]), rest)
        if not found or not re.fullmatch(r"(?:\b(?:and|or|et|ou|أو|و)\b|و|[\s\0,،“”«»])*", rest):
            raise KeyError(text)
        return [found[at] for at in sorted(found)]


def _bare(label: str) -> str:
    """A label without marks of quotation."""
    return re.sub(rf"{QUOTES} ?", "", label)


def make_told(office: Path, survey: Survey, language: str) -> Told:
    """Read the project's questionnaire and the survey's raw file."""
    path = office / f"data/questionnaires/{survey.decided.wave}-1.yaml"
    document = yaml.safe_load(path.read_text("utf-8"))
    settings = yaml.safe_load((office / "config.yaml").read_text("utf-8"))["waves"]
    wave = settings[survey.decided.wave]
    raw = read_raw(survey)
    codes = read_codes(raw, document)
    orders = {
        name: [option["code"] for option in one.get("categories", [])]
        for name, one in questions_of(document).items()
    }
    scales: dict[str, pd.DataFrame] = {}
    by, groups = survey.decided.group, {}
    for own in wave.get("derive", []):
        # The mean of places on a scale, of those who answered all of its questions.
        if "scale" in own:
            places = [
                codes[name].map({option: k + 1 for k, option in enumerate(orders[name])})
                for name in own["scale"]["items"]
            ]
            codes[own["id"]] = pd.concat(places, axis=1).mean(axis=1, skipna=False)
            scales[own["id"]] = pd.concat(places, axis=1).dropna()
    if by:
        [item] = [one for one in document["items"] if one["id"] == by]
        named = {}
        for option in item["categories"]:
            label = option.get(language, option["text"])
            for called in (label, option.get("plural", {}).get(language, label)):
                named[called] = option["code"]
        groups = {language: named}
    asked = name_questions(document, codes, (language,))
    for own in wave.get("derive", []):
        if own["id"] in scales:
            asked[own["id"]] = Asked(own["label"], {language: {}}, codes[own["id"]])
    options = [tidy(name) for one in asked.values() for name in one.options[language]]
    quoted = sorted({name for name in options if re.search('["“”«»]', name)})
    for name, one in asked.items():
        if set(map(tidy, one.options[language])) & set(quoted):
            bare = {_bare(tidy(text)): code for text, code in one.options[language].items()}
            asked[name] = replace(one, options={language: bare})
    answers = Answers(
        asked,
        pd.Series(1.0, index=raw.index),
        codes.get(by),
        groups or {language: {}},
    )
    compared = wave.get("compare", {}).get("items", [])
    cells = raw.map(tidy).rename(columns=lambda name: tidy(str(name)))
    passed_over = {}
    for name, one in questions_of(document).items():
        texts = [m["text"] for m in one.get("missing", []) if m.get("means") == "not_asked"]
        if texts and tidy(one["column"]) in cells:
            passed_over[name] = cells[tidy(one["column"])].isin([tidy(text) for text in texts])
    seen = (passed_over, scales, quoted)
    return Told(language, document, answers, len(raw), by, compared, *seen)


@dataclass(frozen=True)
class Verdict:
    """What became of a sentence: confirmed, false, not read, or one that claims nothing."""

    said: Said
    sentence: str
    verdict: str
    why: str = ""


def split(text: str, whole: Sequence[str]) -> list[str]:
    """The sentences of a text; none ends within a label."""
    masked, kept = text, []
    for label in whole:
        if label in masked:
            masked = masked.replace(label, f"\ue000{len(kept)}\ue001")
            kept.append(label)
    # A label that ends with a question mark also ends its sentence.
    ends = r"(?<=[.؟])(?<! p\.) (?=[^a-z0-9(/])|(?<=\ue001) (?=[A-ZÀ-Ü]|القيم واردة)"
    parts = re.split(ends, masked)
    return [re.sub("\ue000(\\d+)\ue001", lambda m: kept[int(m[1])], part) for part in parts]


class Reader:
    """Judges the texts of one page."""

    def __init__(self, told: Told) -> None:
        self.told = told
        own = PATTERNS[told.language]
        self.patterns = [
            (kind, re.compile(pattern))
            for kind, written in own.items()
            for pattern in ([written] if isinstance(written, str) else written)
        ]
        # Which groups a page shows a number for, by question: the notes name the others.
        self.unshown: dict[str, set[str]] = {}
        # Which pairs of groups its tables compare, by question.
        self.shown_pairs: dict[str, list[tuple[str, str]]] = {}
        self.item = ""

    def judge(self, page: str) -> Iterator[Verdict]:
        """Yield a verdict on each sentence of the page; tables and number boxes are left out."""
        every = list(read_page(page))
        for said in every:
            if said.place == "cell" and " – " in said.text and (item := self.find_item(said)):
                try:
                    pairs = self.pairs_in(said.text)
                except KeyError:
                    continue  # a dash within a label
                self.shown_pairs.setdefault(item, []).extend(pairs)
        texts = [said for said in every if said.place not in UNREAD]
        for said in (replace(each, text=self.told.unquote(each.text)) for each in texts):
            self.item = self.find_item(said)
            yield from self.judge_text(said)

    def find_item(self, said: Said) -> str:
        """The id of the question that a text is about; "" for none."""
        about = said.about.removeprefix("figure-")
        if about in self.told.anchors:
            return self.told.anchors[about]
        parts = about.split("-")
        # A figure is named after the survey, the question, and its form.
        spans = [
            "-".join(parts[start:end])
            for start in range(len(parts))
            for end in range(len(parts), start, -1)
        ]
        known = [span for span in spans if span in self.told.anchors]
        return self.told.anchors[max(known, key=len)] if known else ""

    def judge_text(self, said: Said) -> Iterator[Verdict]:
        """Yield a verdict on each sentence of a text."""
        if said.place in ("headline", "point", "finding"):
            yield self.judge_finding(said, said.text)
        elif said.place == "base":
            yield self.judge_base(said)
        elif said.place == "heading" and self.item and said.about:
            right = said.text.rstrip(".") in self.told.titles
            yield Verdict(
                said, said.text, CONFIRMED if right else FALSE, "" if right else "no title"
            )
        elif said.place == "title":
            yield Verdict(said, said.text, EXPLAINS)
        else:
            whole = said.place == "caption" or re.match(r"\w+ \d+ ?: ", said.text)
            for sentence in [said.text] if whole else split(said.text, self.told.whole):
                yield self.judge_sentence(said, sentence)

    def judge_sentence(self, said: Said, sentence: str) -> Verdict:
        """The verdict on a sentence beside the findings."""
        text = sentence.rstrip(".").strip()
        for kind, pattern in self.patterns:
            if found := pattern.fullmatch(text):
                if kind == "explains":
                    return Verdict(said, sentence, EXPLAINS)
                parts = {name: part for name, part in found.groupdict().items() if part}
                try:
                    why = getattr(self, f"check_{kind}")(**parts)
                except KeyError as error:
                    continue_with = f"nobody knows {error}"
                    if kind == "title":
                        continue
                    return Verdict(said, sentence, FALSE, f"{kind}: {continue_with}")
                return Verdict(
                    said, sentence, FALSE if why else CONFIRMED, f"{kind}: {why}" if why else kind
                )
        finding = self.judge_finding(said, text)
        if finding.verdict != NOT_READ:
            return finding
        if text in self.told.titles or text in self.told.columns:
            return Verdict(said, sentence, EXPLAINS)
        claims = re.search(r"\d|[“«]", text) and not text.startswith(("PNG", "SVG"))
        return Verdict(said, sentence, NOT_READ if claims else EXPLAINS)

    def judge_finding(self, said: Said, text: str) -> Verdict:
        """The verdict on a finding: of the question that it names first, or in whose part it is."""
        item, sentence = self.item, text
        named = [t for t in self.told.titles if text.casefold().startswith(t.casefold())]
        if said.place in ("headline", "point") and named:
            label = max(named, key=len)
            item = self.first_row(self.told.titles[label])
            sentence = text[len(label) :].lstrip(" :")
        read = read_sentence(sentence, self.told.language)
        if read is None or item not in self.told.asked:
            return Verdict(said, text, NOT_READ)
        kind, parts = read
        why = doubt(Claim(item, kind, parts, sentence), self.told.answers, self.told.language)
        return Verdict(said, text, FALSE if why else CONFIRMED, f"{kind}: {why}" if why else kind)

    def first_row(self, item: Mapping[str, Any]) -> str:
        """The question that stands for an item: a grid's first row."""
        rows = self.told.grids.get(item["id"])
        return rows[0] if rows else item["id"]

    def judge_base(self, said: Said) -> Verdict:
        """Whether a row of a chart states how many answered, of all or of a group."""
        name, _, base = said.text.rpartition(": ")
        count = self.number(base.partition("=")[2])
        groups = self.told.groups()
        known = {label: code for label, code in groups.items() if label.endswith(name)}
        if self.item not in self.told.asked:
            return Verdict(said, said.text, NOT_READ)
        rows = self.told.grids.get(self.told.asked[self.item].grid, [])
        fits: set[int] = set()
        if name in groups:
            fits = {self.told.share(self.item, [], groups[name])[1]}
        elif name in TOTALS:
            fits = {self.told.share(self.item, [])[1]}
        else:
            fits |= {self.told.share(self.item, [], code)[1] for code in known.values()}
            fits |= {
                self.told.share(row, [])[1]
                for row in rows
                if tidy(self.told.asked[row].labels[self.told.language]).endswith(name)
            }
            # A row is an answer: its base is that of the question.
            labels = self.told.options(self.item)
            if any(label.endswith(name) for label in labels):
                fits.add(self.told.share(self.item, [])[1])
        if not fits:
            return Verdict(said, said.text, NOT_READ)
        right = count in fits
        return Verdict(
            said, said.text, CONFIRMED if right else FALSE, "base" if right else f"{fits}"
        )

    def number(self, text: str) -> float:
        """A printed number."""
        text = re.sub(r"[\s ]", "", text)
        if self.told.language == "en":
            return float(text.replace(",", ""))
        return float(text.replace(".", "").replace(",", "."))

    # --- what a sentence may be; each check returns what is not so, "" where all is

    def codes(self, text: str) -> list[str]:
        """The codes of the answers that a text quotes."""
        return self.told.list(text, self.told.options(self.item))

    def known_item(self, label: str) -> str:
        """Nothing where the label is that of the question whose part this is in."""
        label = label.rstrip(" :.").strip()
        own = self.told.asked.get(self.item)
        names = set(self.told.titles)
        if own:
            labels = [one.labels[self.told.language] for one in self.told.asked.values()]
            names |= {tidy(label).rstrip(".") for label in labels}
            # A row's picture names its block first.
            names |= {f"{name} ({row})" for name in self.told.titles for row in names if own.grid}
        if label not in names and label.rstrip("?؟ ") not in {n.rstrip("?؟ ") for n in names}:
            raise KeyError(label)
        return ""

    def side(self, item: str, levels: str) -> tuple[str, float]:
        if item:
            self.known_item(item)
        return "", self.told.share(self.item, self.codes(levels))[0]

    def check_more(self, item: str = "", levels: str = "") -> str:
        own = self.side(item, levels)[1]
        return "" if own > 50 else f"{own:.2f} %"

    def check_less(self, item: str = "", levels: str = "") -> str:
        own = self.side(item, levels)[1]
        return "" if own < 50 else f"{own:.2f} %"

    def check_about(self, item: str = "", levels: str = "") -> str:
        own = self.side(item, levels)[1]
        return "" if 45 <= own <= 55 else f"{own:.2f} %"

    def check_most(self, level: str, item: str = "") -> str:
        if item:
            self.known_item(item)
        options = self.told.options(self.item)
        own = self.told.share(self.item, [options[level.rstrip(".")]])[0]
        above = [
            name for name, code in options.items() if self.told.share(self.item, [code])[0] > own
        ]
        return f"{above} above" if above else ""

    def check_title(self, item: str, level: str = "", by: str = "") -> str:
        self.known_item(item)
        if level:
            self.codes(level)
        return ""

    def check_value(self, item: str, levels: str) -> str:
        self.known_item(item)
        self.codes(levels)
        return ""

    def check_value_options(self, item: str) -> str:
        return self.known_item(item)

    def levels_at(self, rows: str, start: int, stop: int) -> str:
        options = list(self.told.options(self.item).values())
        own = options[start:stop]
        return "" if self.codes(rows) == own else f"they are {own}"

    def check_low(self, rows: str) -> str:
        return self.levels_at(rows, 0, len(self.told.options(self.item)) // 2)

    def check_middle(self, rows: str) -> str:
        n = len(self.told.options(self.item))
        return self.levels_at(rows, n // 2, n // 2 + 1)

    def check_high(self, rows: str) -> str:
        n = len(self.told.options(self.item))
        return self.levels_at(rows, n // 2 + n % 2, n)

    def check_stacked(self, rows: str) -> str:
        return self.levels_at(rows, 0, len(self.told.options(self.item)))

    def mean(self, group: str) -> float:
        """The mean of the numbers that a group gave."""
        assert self.told.answers.group is not None
        given = self.told.asked[self.item].codes
        return float(given[self.told.answers.group.eq(group)].astype(float).mean())

    def check_order(self, rows: str) -> str:
        """Rows of groups, of answers, or of a grid: from high to low, or as they are listed."""
        asked, language = self.told.asked, self.told.language
        of_grid = self.told.grids.get(asked[self.item].grid, []) if self.item in asked else []
        ways: list[tuple[dict[str, str], Callable[[str], float]]] = [
            (
                self.told.groups(),
                lambda code: (
                    self.told.share(self.item, self.first, code)[0]
                    if self.told.options(self.item)
                    else self.mean(code)
                ),
            ),
            (
                self.told.options(self.item) if self.item in asked else {},
                lambda code: self.told.share(self.item, [code])[0],
            ),
            (
                {tidy(asked[row].labels[language]): row for row in of_grid},
                lambda row: self.told.share(row, self.first)[0],
            ),
        ]
        for known, value in ways:
            try:
                codes = self.told.list(rows, known)
            except KeyError:
                continue
            if len(codes) != len(set(codes)):
                return "a row twice"
            listed = [code for code in dict.fromkeys(known.values()) if code in codes]
            shares = [value(code) for code in codes]
            falls = all(a >= b - 2 * ROUNDING for a, b in pairwise(shares))
            return "" if codes == listed or falls else f"no order: {shares}"
        raise KeyError(rows)

    @property
    def first(self) -> list[str]:
        """The answers of which the shares of groups are shown."""
        item = next(
            (one for name, one in questions_of(self.told.document).items() if name == self.item), {}
        )
        for members in item.get("boxes", {}).values():
            return list(members)
        codes = [option["code"] for option in item.get("categories", [])]
        return codes[:2] if item.get("kind") == "ordinal" and len(codes) > 2 else codes[:1]

    def check_alpha(self, n: str, m: str) -> str:
        """Cronbach's alpha of a scale's questions, and how many answered all of them."""
        places = self.told.scales[self.item]
        k = places.shape[1]
        own = k / (k - 1) * (1 - places.var().sum() / places.sum(axis=1).var())
        right = abs(own - self.number(n)) <= 0.00501 and self.number(m) == len(places)
        return "" if right else f"{own:.3f} of {len(places)}"

    def check_not_asked(self, n: str, m: str) -> str:
        """Per cent of all who were not asked the question."""
        if self.number(m) != self.told.rows:
            return f"{self.told.rows} rows"
        own = 100 * (1 - self.told.count_asked(self.item) / self.told.rows)
        half = 0.5001 * 10.0 ** -len(re.split("[.,]", n)[1] if re.search("[.,]", n) else "")
        return "" if abs(own - self.number(n)) <= half else f"{own:.3f}"

    def check_least_certain(self, item: str) -> str:
        """No other question lacks the answers of a larger part of those asked."""
        labels = {t.casefold(): one for t, one in self.told.titles.items()}
        own = self.first_row(labels[item.rstrip(" :").casefold()])
        lacks = {}
        for title, one in self.told.titles.items():
            name = self.first_row(one)
            if name in self.told.asked:
                asked = self.told.count_asked(name)
                lacks[title] = 1 - self.told.share(name, [])[1] / asked if asked else 0
        most = max(lacks.values())
        mine = lacks[next(t for t, one in self.told.titles.items() if self.first_row(one) == own)]
        return "" if mine > most - 0.0101 else f"{max(lacks, key=lacks.__getitem__)}: {most:.3f}"

    def check_names(self, rows: str) -> str:
        asked, language = self.told.asked, self.told.language
        grid = self.told.grids.get(asked[self.item].grid, []) if self.item in asked else []
        known = {
            **self.told.groups(),
            **(self.told.options(self.item) if self.item in asked else {}),
            **{tidy(asked[row].labels[language]): row for row in grid},
            **dict.fromkeys(TOTALS, "all"),
        }
        if not self.item:
            known |= dict.fromkeys(self.told.titles, "")
        self.told.list(rows, known)
        return ""

    check_hidden = check_partly = check_few = check_unlettered = check_names

    def check_offered(self, rows: str) -> str:
        own = " / ".join(self.told.options(self.item))
        asked = next(one for n, one in questions_of(self.told.document).items() if n == self.item)
        texts = " / ".join(tidy(option["text"]) for option in asked.get("categories", []))
        right = rows.replace(".", "").startswith((own.replace(".", ""), texts.replace(".", "")))
        return "" if right else f"they are {texts}"

    def check_routed(self, item: str, levels: str) -> str:
        gates = questions_of(self.told.document)[self.item].get("asked_if", [])
        for gate in gates:
            if tidy(self.told.asked[gate["item"]].labels[self.told.language]) == item:
                options = self.told.options(gate["item"])
                codes = self.told.list(levels, options)
                return "" if set(codes) == set(gate["one_of"]) else f"it is {gate['one_of']}"
        raise KeyError(item)

    def check_people(self, n: str) -> str:
        return "" if self.number(n) == self.told.rows else f"{self.told.rows} rows"

    check_received = check_usable = check_usable_only = check_kept = check_jackknife = check_people

    def table(self, item: str | None = None) -> np.ndarray:
        """How many of each group gave each answer."""
        item = item or self.item
        group, given = self.told.answers.group, self.told.asked[item].codes
        assert group is not None
        codes, groups = self.told.options(item).values(), dict.fromkeys(self.told.groups().values())
        hits = [
            [
                int(
                    (
                        (group == g)
                        & given.map(lambda a, c=c: c in a if isinstance(a, frozenset) else a == c)
                    ).sum()
                )
                for c in codes
            ]
            for g in groups
        ]
        table = np.array(hits)
        return table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]

    def p(self) -> float | None:
        """Of Pearson's test that groups answer alike; None for a list of several answers."""
        given = self.told.asked[self.item].codes
        if given.map(lambda a: isinstance(a, frozenset)).any() or self.told.asked[self.item].grid:
            return None
        table = self.table()
        return (
            float(stats.chi2_contingency(table, correction=False)[1])
            if min(table.shape) > 1
            else None
        )

    def check_differ(self, test: str, sign: str, p: str) -> str:
        own = self.p()
        return "" if own is None or own < 0.08 else f"p is {own:.4f}"

    def check_same(self, test: str, sign: str, p: str) -> str:
        own = self.p()
        return "" if own is None or own > 0.02 else f"p is {own:.4f}"

    def check_effect(self, n: str, m: str = "", o: str = "") -> str:
        """Bergsma's correction of Cramér's V (2013)."""
        if self.p() is None:
            return ""
        table = self.table()
        total, (r, c) = table.sum(), table.shape
        phi = stats.chi2_contingency(table, correction=False)[0] / total
        phi = max(0.0, phi - (r - 1) * (c - 1) / (total - 1))
        r_own, c_own = r - (r - 1) ** 2 / (total - 1), c - (c - 1) ** 2 / (total - 1)
        own = (phi / (min(r_own, c_own) - 1)) ** 0.5
        return "" if abs(own - self.number(n)) < 0.02 else f"{own:.3f}"

    def p_pair(self, one: str, other: str, codes: Sequence[str]) -> float:
        (p, n), (q, m) = (self.told.share(self.item, codes, group) for group in (one, other))
        both = (p * n + q * m) / (n + m)
        error = (max(both * (100 - both), 1e-9) * (1 / n + 1 / m)) ** 0.5
        return float(2 * stats.norm.sf(abs(p - q) / error))

    def check_pairs(self, pairs: str) -> str:
        groups = self.told.groups()
        for pair in self.pairs_in(pairs):
            one, other = (groups[name] for name in pair)
            if (p := self.p_pair(one, other, self.first)) > 0.05:
                return f"{pair}: p is {p:.3f}"
        return ""

    def pairs_in(self, text: str) -> list[tuple[str, str]]:
        """The pairs of groups that a text lists."""
        names = sorted(self.told.groups(), key=len, reverse=True)
        name = "|".join(map(re.escape, names))
        found = re.findall(rf"({name}) – ({name})", text)
        rest = re.sub(rf"({name}) – ({name})", "", text)
        if not found or re.sub(r"\b(?:and|et)\b|و|[\s,،]", "", rest):
            raise KeyError(text)
        return found

    def check_no_pairs(self) -> str:
        groups = self.told.groups()
        shown = [(groups[a], groups[b]) for a, b in self.shown_pairs.get(self.item, ())]
        if not shown:
            return "no table of pairs is read"
        pairs = [(self.p_pair(a, b, self.first), a, b) for a, b in shown]
        least = min(pairs)
        return f"{least}" if least[0] * len(pairs) < 0.01 else ""

    check_no_pair_of = check_no_pairs

    def check_counted(self, n: str, m: str) -> str:
        groups = dict.fromkeys(self.told.groups().values())
        here = sum(self.told.share(self.item, [], group)[1] > 0 for group in groups)
        options = len(self.told.options(self.item))
        rows = len(self.told.grids.get(self.told.asked[self.item].grid, [""]))
        sizes = {k * (k - 1) // 2 * each for k in range(2, here + 1) for each in (1, options, rows)}
        own = int(self.number(m))
        return "" if own in sizes and self.number(n) <= own else f"one of {sizes}"

    def check_family(self, n: str) -> str:
        """A question, or a block of rows, is tested once."""
        blocks = {self.told.asked[item].grid or item for item in self.told.compared}
        return "" if self.number(n) == len(blocks) else f"{len(blocks)}"

    def check_chance(self, n: str) -> str:
        blocks = {self.told.asked[item].grid or item for item in self.told.compared}
        expected = 0.05 * len(blocks)
        return "" if abs(expected - self.number(n)) < 0.0501 else f"{expected}"

    def check_groups(self, by: str) -> str:
        return self.known_item(by)

    def check_answers(self, levels: str) -> str:
        options = self.told.options(self.item)
        codes = self.told.list(levels, options)
        column = {code: k for k, code in enumerate(options.values())}
        whole = self.table()
        for code in codes:
            if whole.shape[1] != len(options):
                return ""
            here = whole[:, column[code]]
            own = np.stack([here, whole.sum(axis=1) - here])
            if stats.chi2_contingency(own, correction=False)[1] > 0.08:
                return code
        return ""

    def check_widest(self, item: str, low: str, high: str, n: str, levels: str = "") -> str:
        """Bounds of a share: nobody, or everybody, of those who did not answer gave the answer."""
        label = max((t for t in self.told.titles if item.startswith(t)), key=len, default="")
        if not label:
            raise KeyError(item)
        self.item = self.first_row(self.told.titles[label])
        codes = self.codes(levels or item[len(label) :].lstrip(" :") or "?")
        share, answered = self.told.share(self.item, codes)
        asked = self.told.count_asked(self.item)
        own = (
            share * answered / asked,
            share * answered / asked + 100 * (asked - answered) / asked,
            share,
        )
        said = [self.number(each) for each in (low, high, n)]
        right = all(abs(a - b) <= ROUNDING for a, b in zip(own, said, strict=True))
        return "" if right else f"they are {own}"


# Numbers in tables, in the boxes of numbers and in the provenance are no sentences.
UNREAD = {"cell", "value", "origin", "contents", "status"}
TOTALS = {"All", "Ensemble", "المجموع"}
# An id, a placeholder, or what a program writes for nothing, in a text for readers.
CODE = re.compile(
    r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b|\{[a-z_]+\}|\[en\]"
    r"|\b(?:None(?! (?:of|were))|NaN|nan|null|undefined)\b"
)


def find_code(page: str, told: Told) -> Iterator[str]:
    """Yield each text of the page that has a word of the code, which no label has."""
    labels = {tidy(name) for one in told.asked.values() for name in one.options[told.language]}
    labels |= set(told.titles)
    for item in told.document["items"]:
        labels |= {tidy(str(item.get(key, ""))) for key in ("column", "id_as_asked")}
    asked = " ".join(labels)
    for said in read_page(page):
        for found in CODE.finditer(said.text):
            if said.place != "origin" and found[0] not in asked:
                yield f"{said.place}: {found[0]}: {said.text[:90]}"


def judge_survey(office: Path, survey: Survey, language: str) -> tuple[list[Verdict], list[str]]:
    """The verdicts on a survey's report and brief in a language, and the words of the code."""
    told = make_told(office, survey, language)
    verdicts, code = [], []
    for name in ("report", "brief"):
        page = (office / survey.folder / language / f"{name}.html").read_text("utf-8")
        verdicts += Reader(told).judge(page)
        code += find_code(page, told)
    return verdicts, code


def find_bare(office: Path, survey: Survey, language: str) -> tuple[int, list[str]]:
    """How many shares the report's tables print, and those without their base or their limits."""
    results = (office / survey.folder).parent
    rows = read_rows(results / "register/figures.csv")
    page = (results / f"report/{language}/report.html").read_text("utf-8")
    return count_shares(page, rows), list(list_bare_shares(page, rows))


def describe(rows: Sequence[tuple[str, str, Counter[str], int]]) -> str:
    """The section of docs/measurements.md."""
    total = Counter[str]()
    for *_, count, _ in rows:
        total += count
    lines = [
        f"# {HEADING}",
        "",
        "Written by `benchmarks/told.py`. `readiness new` made each real survey a project. A",
        "program then read its report and its brief, knowing the questionnaire and the raw file.",
        "It shares no code with the estimates or the sentences. A sentence counts if it states a",
        "number, an order, a comparison, a side of one half, or that nothing differs. Titles,",
        "captions, alternative texts and the numbers of answers in charts count too; explanations",
        "of the method do not. Tests are compared with Pearson's, pairs of groups with a z test.",
        "What the checks of the answers found is not read. A question that a file names by its",
        "column alone is called by it, which is no word of the code here. *Bare* are the shares in",
        "the report's tables that have no base in their table, or no limits although the register",
        "has limits for them.",
        "",
        "| survey | language | read | confirmed | false | not read | words of the code "
        "| shares in tables | bare |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for title, language, count, code in [*rows, ("All", "", total, sum(row[3] for row in rows))]:
        read = count[CONFIRMED] + count[FALSE]
        verdicts = (read, count[CONFIRMED], count[FALSE], count[NOT_READ])
        numbers = (*verdicts, code, count[SHARES], count[BARE])
        lines.append(f"| {title} | {language} | {' | '.join(f'{n:,}' for n in numbers)} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell the surveys and read what is told; 1 where a sentence is false or a word is code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("surveys", nargs="*", metavar="SURVEY")
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared/microdata")
    parser.add_argument("--others", type=Path, help="the folder of the files of told_surveys.yaml")
    parser.add_argument("--keep", type=Path, help="where projects are kept and looked for")
    parser.add_argument("--sentences", action="store_true", help="print what is not read")
    parser.add_argument("--write", action="store_true", help="write docs/measurements.md")
    given = parser.parse_args(arguments)
    surveys, faults, rows = list_surveys(given.data, given.others), 0, []
    for name in given.surveys or surveys:
        survey = surveys[name]
        with tempfile.TemporaryDirectory() as folder:
            office = (given.keep or Path(folder)) / name
            if not (given.keep and (office / survey.folder).exists()):
                make_pages(office, survey)
            for language in survey.languages:
                verdicts, code = judge_survey(office, survey, language)
                count = Counter(each.verdict for each in verdicts)
                shares, bare = find_bare(office, survey, language)
                count |= Counter({SHARES: shares, BARE: len(bare)})
                rows.append((survey.title["en"], language, count, len(code)))
                faults += count[FALSE] + len(code) + len(bare)
                print(name, language, dict(count), f"code {len(code)}", flush=True)
                shown = {FALSE, NOT_READ} if given.sentences else {FALSE}
                for each in dict.fromkeys(v for v in verdicts if v.verdict in shown):
                    place = f"{each.said.place} {each.said.about}"
                    print(f"  {each.verdict.upper()} [{place}] {each.sentence} ({each.why})")
                for each in dict.fromkeys(code):
                    print(f"  CODE {each}")
                for each in bare:
                    print(f"  BARE {each}")
    if given.write:
        write_section(MEASUREMENTS, describe(rows))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
