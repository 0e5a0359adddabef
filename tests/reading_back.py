"""What the sentences of a report claim, read off its page and confirmed from the raw answers.

Knows neither facts nor the code that finds them: words of three languages, pandas, scipy.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from scipy import stats

# What is quoted (Q), a list of quoted texts (L), groups (G), a share (S), points (P), a number (N),
# a number of people (C).
PARTS = {
    "Q": r"[“«] ?(?P<{}>.+?) ?[”»]",
    "L": r"(?P<{}>[“«].+[”»])",
    "G": r"(?P<{}>(?:in the groups?|among|dans les? groupes?|chez|في فئ(?:ات|ة|تي)|لدى) .+?)",
    "S": r"(?P<{}>\d[\d.,]*) ?%",
    "P": r"(?P<{}>[+-]?\d[\d.,]*) ?(?:points?|نقطة|نقطتان|نقاط)",
    "N": r"(?P<{}>-?\d[\d., ]*)",
    "C": r"(?P<{}>\d[\d., ]*)",
}
PATTERNS = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
LINKS = (
    r"(?:people in the groups?|les personnes|des groupes?|du groupe|فئ(?:ات|ة|تي)"
    r"|in the groups?|among|dans les? groupes?|chez|في فئ(?:ات|ة|تي)|لدى"
    r"|and|or|et|ou|أو|و|[\s,،“”«»])*"
)


def tidy(text: str) -> str:
    """A text as it is compared: no marks of direction, one kind of space, sign and apostrophe."""
    text = unicodedata.normalize("NFKC", html.unescape(text))
    text = re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", text)
    text = text.replace("\u2212", "-").replace("\u2019", "'").replace("\u064b", "")
    # As a page sets a dash that was typed in two.
    text = text.replace("--", "\u2013")
    return " ".join(text.split())


@dataclass(frozen=True)
class Asked:
    """One question with its raw answers.

    labels: of the question; options: code by label; both by language. codes: a code, a set of them,
    or a number a respondent, NaN where there is no answer. grid: of which it is a row.
    """

    labels: Mapping[str, str]
    options: Mapping[str, Mapping[str, str]]
    codes: pd.Series
    grid: str = ""


@dataclass(frozen=True)
class Answers:
    """The answers to a survey, the weight of each respondent, who is in which group.

    groups: code by what a group is called, by language.
    """

    asked: Mapping[str, Asked]
    weight: pd.Series
    group: pd.Series | None = None
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """A sentence as it was read: of which question, its kind, its parts; what a table shows."""

    item: str
    kind: str
    parts: Mapping[str, str]
    text: str
    shown: frozenset[tuple[str, str]] = frozenset()


def read_sentence(text: str, language: str) -> tuple[str, dict[str, str]] | None:
    """The kind and the parts of a sentence; None where no pattern reads it."""
    said = tidy(text).rstrip(".").strip()
    for kind, written in PATTERNS[language].items():
        # What is sealed keeps the words of its day: a kind has a pattern for each.
        for pattern in [written] if isinstance(written, str) else written:
            if found := re.fullmatch(_expand(pattern), said[:1].lower() + said[1:]):
                return kind, {name: part for name, part in found.groupdict().items() if part}
    return None


def _expand(pattern: str) -> str:
    # A lists quoted answers under the name of a quoted one, B is a limit without its unit, and H
    # the name of groups within a sentence.
    bare = {"A": PARTS["L"], "B": r"(?P<{}>[+-]?\d[\d.,]*)", "H": r"(?P<{}>.+?)"}
    names = {"A": "Q", "B": "S", "H": "G"}
    parts = {**PARTS, **bare}
    return re.sub(
        "([QLGSPNCABH])([1-4])",
        lambda m: parts[m[1]].format(names.get(m[1], m[1]) + m[2]),
        pattern.replace("\u064b", ""),
    )


def read_claims(page: str, language: str, items: Mapping[str, Asked]) -> Iterator[Claim]:
    """Each finding of a page: of a question's block, and of what stands in short above.

    That of a grid is one of its first row.
    """
    grids = {one.grid: name for name, one in reversed(items.items())}
    page = re.sub(r"(?s)<(style|script|svg|template)\b.*?</\1>", "", page)
    for part in re.split("<section ", page)[1:]:
        found = re.match(r'id="sec-.*?-(item|grid)-([\w-]+)"', part)
        item = _find_item(found[2], items if found[1] == "item" else grids) if found else ""
        shown = _read_shown(part)
        for own in re.findall(r"(?s)<div class=\"finding\">.*?</div>(?:\s*<p>.*?</p>)?", part):
            for at, said in enumerate(re.findall("(?s)<p>(.*?)</p>", own)):
                yield from _claim(_text(said), language, item, shown, must=not at)
        if 'class="brief"' in part:
            for line in re.findall(
                "(?s)<li>(.*?)</li>", part.partition('class="brief"')[2].partition("</ol>")[0]
            ):
                said = _text(line)
                named = [
                    n for n, one in items.items() if said.startswith(tidy(one.labels[language]))
                ]
                item = max(named, key=lambda name: len(items[name].labels[language]), default="")
                if item:
                    said = said[len(tidy(items[item].labels[language])) :].lstrip(" :")
                    yield from _claim(said, language, item, None, must=True)


def _read_shown(part: str) -> frozenset[tuple[str, str]]:
    """Which cells of a block's first table show a number: by row and column."""
    first = re.search(
        "(?s)<table.*?</table>", re.sub('(?s)<span class="letter">.*?</span>', "", part)
    )
    rows = [
        [_text(cell) for cell in re.findall("(?s)<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall("(?s)<tr[^>]*>(.*?)</tr>", first[0] if first else "")
    ]
    return frozenset(
        (row[0], column)
        for row in rows[1:]
        for column, cell in zip(rows[0][1:], row[1:], strict=False)
        if cell[:1].isdigit()
    )


def _find_item(place: str, items: Mapping[str, Asked | str]) -> str:
    known = {
        name.replace("_", "-"): of if isinstance(of, str) else name for name, of in items.items()
    }
    return known.get(place, "")


def _text(piece: str) -> str:
    return tidy(re.sub("<[^>]+>", "", piece))


def _claim(
    said: str, language: str, item: str, shown: frozenset[tuple[str, str]] | None, *, must: bool
) -> Iterator[Claim]:
    read = read_sentence(said, language)
    if read is None or not item:
        if must and item:
            raise AssertionError(f"{language}, {item}: nothing reads {said!r}")
        return
    yield Claim(item, *read, said, frozenset() if shown is None else shown)


def questions_of(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The questions of a questionnaire's file by id, each row of a grid as one.

    Of a list put in order, each of its options as one whose answers are its ranks.
    """
    found: dict[str, dict[str, Any]] = {}
    for item in document["items"]:
        for option in item["categories"] if item["kind"] == "ranking" else ():
            levels = [{"code": f"rank_{k + 1}", "text": f"#{k + 1}"} for k in range(_MOST_RANKS)]
            called = item.get("unranked", {}).get(document.get("language", ""), "-")
            levels.append({"code": "unranked", "text": called})
            own = {"kind": "ranked", "row": option, "grid": item["id"], "categories": levels}
            found[f"{item['id']}_{option['code']}"] = {**item, **own}
        if item["kind"] == "ranking":
            continue
        for row in item.get("rows", [None]):
            one = item if row is None else {**item, **row, "kind": item["each"], "label": {}}
            one = one if row is None else {**one, "grid": item["id"]}
            if "scale" in one:
                one = {**one, "categories": _list_points(one["scale"])}
            found[one["id"]] = {**one, "column": one.get("column", one["id"]), "row": row}
    return found


def _list_points(scale: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The points of a scale as options; its ends are called by their number and their label."""
    points = [
        {"code": str(k), "text": str(k), "value": f"{k}.0"}
        for k in range(scale["low"], scale["high"] + 1)
    ]
    for end, name in ((points[0], "low_label"), (points[-1], "high_label")):
        called = {each: f"{end['text']} ({text})" for each, text in scale.get(name, {}).items()}
        end["labels"] = called
    return points


def name_questions(
    document: Mapping[str, Any], codes: Mapping[str, pd.Series], languages: Sequence[str]
) -> dict[str, Asked]:
    """Questions with what they and their answers are called, and the answers."""
    made = {}
    for name, one in questions_of(document).items():
        if name in codes:
            own = one["row"]["text"] if one["row"] else one["column"]
            labels = {each: one.get("label", {}).get(each, own) for each in languages}
            options = {
                each: {
                    option.get(each, option.get("labels", {}).get(each, option["text"])): option[
                        "code"
                    ]
                    for option in one.get("categories", [])
                }
                for each in languages
            }
            made[name] = Asked(labels, options, codes[name], one.get("grid", ""))
    return made


def _has_any(codes: pd.Series, chosen: set[str]) -> pd.Series:
    return codes.map(lambda c: bool((c if isinstance(c, frozenset) else {c}) & chosen))


_MOST_RANKS = 12
BLANK = {"", "na", "n/a", "0", "no", "non", "nein", "لا", "not selected", "false"}


def read_codes(raw: pd.DataFrame, document: Mapping[str, Any]) -> dict[str, pd.Series]:
    """The answers of an export as codes, by question: what is no option is no answer.

    The cells are text; who was not asked has no answer, nor who ticked nothing.
    """
    keys = raw.map(lambda cell: tidy(cell).casefold()).rename(columns=lambda name: tidy(str(name)))
    found: dict[str, pd.Series] = {}
    for name, one in questions_of(document).items():
        options = one.get("categories", [])
        column = keys.get(tidy(one["column"]))
        none = [each[key] for each in one.get("missing", []) for key in each if key != "means"]
        void = {"", *(tidy(str(text)).casefold() for text in none)}
        if one["kind"] == "ranked":
            ranks = [key for key in keys if str(key).startswith(f"{tidy(one['column'])} [Rank")]
            cells = keys[ranks].apply(list, axis=1) if ranks else column.str.split(r"\s*;\s*")
            own = tidy(one["row"]["text"]).casefold()
            found[name] = cells.map(
                lambda cell, own=own: (
                    f"rank_{cell.index(own) + 1}"
                    if own in cell
                    else ("unranked" if any(cell) else np.nan)
                )
            )
            continue
        known = {
            tidy(str(text)).casefold(): option["code"]
            for option in options
            for text in (option["text"], option.get("value", option["text"]))
        }
        if one["kind"] == "multi" and all("column" in option for option in options):
            ticked = {o["code"]: ~keys[tidy(o["column"])].isin(BLANK) for o in options}
            sets = pd.DataFrame(ticked).apply(lambda row: frozenset(row.index[row]), axis=1)
            found[name] = sets.where(sets.map(len) > 0)
        elif one["kind"] == "multi" and column is not None:
            longest = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
            sets = column.str.findall(longest).map(
                lambda texts, known=known: frozenset(known[text] for text in texts)
            )
            for code in [option["code"] for option in options if option.get("other")]:
                # What is left beside the options was typed.
                typed = column.str.replace(longest, "", regex=True).str.contains(r"\w")
                sets = sets.where(~typed, sets.map(lambda codes, code=code: codes | {code}))
            found[name] = sets.where((sets.map(len) > 0) & ~column.isin(void))
        elif one["kind"] == "number" and column is not None:
            numbers = pd.to_numeric(column.str.replace(",", "."), errors="coerce")
            found[name] = numbers.mask(column.isin(void))
        elif options and column is not None:
            # What is typed in place of an option is the one that stands for it.
            other = next((option["code"] for option in options if option.get("other")), np.nan)
            found[name] = column.map(known).where(column.isin(known), other)
            found[name] = found[name].mask(column.isin(void - set(known)))
        else:
            continue
        for gate in one.get("asked_if", []):
            if "one_of" in gate:
                chosen, before = set(gate["one_of"]), found[gate["item"]]
                # An answer below a blank filter counts: nothing says that it was not asked.
                asked = _has_any(before, chosen) | before.isna()
                found[name] = found[name].where(asked)
    return found


def doubt(claim: Claim, answers: Answers, language: str) -> str:
    """Why a claim is not confirmed by the raw answers; "" where it is."""
    try:
        return _Check(claim, answers, language).doubt()
    except KeyError as error:
        return f"nobody knows {error}"


class _Check:
    def __init__(self, claim: Claim, answers: Answers, language: str) -> None:
        self.claim, self.answers, self.language = claim, answers, language
        self.asked, self.parts = answers.asked[claim.item], claim.parts
        own = self.asked.options.get(language, {})
        # Within a sentence, a label loses its full stop.
        self.options = {tidy(label).rstrip("."): code for label, code in own.items()}

    def number(self, name: str) -> tuple[float, float]:
        """A printed number and half of its last digit."""
        text = self.parts[name].replace(" ", "")
        sign = "." if self.language == "en" else ","
        text = text.replace("," if sign == "." else ".", "").replace(sign, ".").rstrip(".")
        return float(text), 0.5001 * 10.0 ** -len(text.partition(".")[2])

    def split(self, text: str, known: Mapping[str, str]) -> list[str]:
        """The codes of the names that a text lists; KeyError where anything else is in it."""
        found, rest = {}, text
        for name in sorted(known, key=len, reverse=True):
            if (
                at := re.search(rf"(?<!\w){re.escape(name)}(?!\w)\.?|(?<=و){re.escape(name)}", rest)
            ) is not None:
                found[name] = at.start()
                rest = rest[: at.start()] + "," * len(at[0]) + rest[at.end() :]
        if not found or not re.fullmatch(LINKS, rest):
            raise KeyError(text)
        return [known[name] for name in sorted(found, key=lambda name: found[name])]

    def mean(self, codes: Sequence[str] | None, group: str | None = None) -> tuple[float, float]:
        """A weighted share in per cent, or a mean, and the effective number of answers."""
        given = self.asked.codes
        here = given.notna()
        if group is not None:
            assert self.answers.group is not None
            here &= self.answers.group.eq(group)
        value, w = given[here], self.answers.weight[here]
        if codes is not None:
            chosen = set(codes)
            value = 100 * value.map(
                lambda c: bool((c if isinstance(c, frozenset) else {c}) & chosen)
            )
        if not len(w):
            raise KeyError(group)
        value = value.astype(float)
        return float((value * w).sum() / w.sum()), float(w.sum() ** 2 / (w**2).sum())

    def doubt(self) -> str:
        return self.doubt_claim() or self.doubt_counts()

    def doubt_counts(self) -> str:
        """Which number of people who answered, of all or of two groups, is not so."""
        given = self.asked.codes.notna()
        if "C2" in self.parts:
            assert self.answers.group is not None
            known = {tidy(name): code for name, code in self.answers.groups[self.language].items()}
            for side in "12":
                [group] = self.split(self.parts[f"G{side}"], known)
                counted = int((given & self.answers.group.eq(group)).sum())
                if wrong := self.differs(f"C{side}", counted):
                    return wrong
        elif "C1" in self.parts:
            return self.differs("C1", int(given.sum()))
        return ""

    def doubt_claim(self) -> str:
        kind, parts = self.claim.kind, self.parts
        if kind in ("majority", "minority", "half", "share", "mean"):
            return self.of_all(kind)
        if kind in ("first", "tied", "shown"):
            return self.order(kind)
        if kind == "rows":
            return self.rows()
        codes = self.split(parts["Q1"], self.options)
        if kind == "gap":
            return self.gap(codes)
        return self.no_gap(codes, differ=kind == "differ")

    def differs(self, name: str, own: float) -> str:
        said, half = self.number(name)
        return f"{name} is {own:.3f}" if abs(said - own) > half else ""

    def of_all(self, kind: str) -> str:
        codes = None if kind == "mean" else self.split(self.parts["Q1"], self.options)
        first = "N" if kind == "mean" else "S"
        own, n = self.mean(codes)
        if wrong := self.differs(f"{first}1", own):
            return wrong
        if "N4" in self.parts:
            low, half, high = self.asked.codes.dropna().astype(float).quantile([0.25, 0.5, 0.75])
            return self.differs("N4", half) or ("inside" if low <= own <= high else "")
        low = high = own
        if f"{first}2" in self.parts:
            low, high = self.number(f"{first}2")[0], self.number(f"{first}3")[0]
            if not low <= self.number(f"{first}1")[0] <= high:
                return "the interval does not hold its number"
            if kind != "mean" and self.answers.weight.nunique() == 1:
                x = own / 100 * n
                ends = stats.beta.ppf(0.025, x, n - x + 1), stats.beta.ppf(0.975, x + 1, n - x)
                if (
                    abs(100 * np.nan_to_num(ends[0]) - low) > 0.1 + 20 / n
                    or abs(100 * np.nan_to_num(ends[1], nan=1) - high) > 0.1 + 20 / n
                ):
                    return f"the interval is {ends}"
        sides = {
            "majority": low > 49.95,
            "minority": high < 50.05,
            "half": low >= 45 and high <= 55,
        }
        return "" if sides.get(kind, True) else f"{kind} of {low} to {high}"

    def order(self, kind: str) -> str:
        share = {code: self.mean([code])[0] for code in self.options.values()}
        name = {code: label for label, code in self.options.items()}
        named = self.split(self.parts["L1" if kind == "tied" else "Q1"], self.options)
        if wrong := self.differs("S1", share[named[0]]):
            return wrong
        above = {code for code, each in share.items() if each > share[named[0]] + 1e-9} - set(named)
        if kind == "shown":
            seen = {code for code in above if name[code] in {row for row, _ in self.claim.shown}}
            return f"{seen} are shown and above" if seen else ""
        if above:
            return f"{above} are above"
        if kind == "tied":
            equal = {code for code, each in share.items() if abs(each - share[named[0]]) < 1e-9}
            return "" if equal == set(named) else f"equal are {equal}"
        if "Q2" not in self.parts:
            return ""
        [second] = self.split(self.parts["Q2"], self.options)
        if "close" in self.parts:
            (p, n), (q, m) = self.mean(named), self.mean([second])
            reach = sum(1.96 * (max(x * (100 - x), 1) / k) ** 0.5 for x, k in ((p, n), (q, m)))
            if p - q > 1.2 * reach:
                return "their intervals are apart"
        higher = [c for c in share if share[c] > share[second] + 1e-9 and c != named[0]]
        return self.differs("S2", share[second]) or (f"{higher} come before" if higher else "")

    def rows(self) -> str:
        """What of the share of a grid's rows is not so."""
        of = {name: one for name, one in self.answers.asked.items() if one.grid == self.asked.grid}
        codes = self.split(self.parts["Q1"], self.options)
        told = {name: replace(self.claim, item=name) for name in of}
        share = {
            name: _Check(claim, self.answers, self.language).mean(codes)[0]
            for name, claim in told.items()
        }
        called = {tidy(one.labels[self.language]): name for name, one in of.items()}
        low, high = (called[self.parts[name]] for name in ("Q2", "Q3"))
        if wrong := self.differs("S1", share[low]) or self.differs("S2", share[high]):
            return wrong
        beyond = {
            name for name, s in share.items() if not share[low] - 0.05 <= s <= share[high] + 0.05
        }
        return f"{beyond} are beyond" if beyond and "some" not in self.parts else ""

    def gap(self, codes: Sequence[str]) -> str:
        known = {tidy(name): code for name, code in self.answers.groups[self.language].items()}
        high, low = (self.split(self.parts[name], known) for name in ("G1", "G2"))
        if "less" in self.parts:
            [a], [b] = high, low
            (p, n), (q, m) = self.mean(codes, a), self.mean(codes, b)
            sure = p < q and _p_value(p, n, q, m) < 0.05
            said = [self.differs(*each) for each in (("S1", p), ("S2", q), ("P1", p - q))]
            return " ".join(said).strip() or ("" if sure else f"{a} is not below {b}")
        for a in high:
            for b in low:
                (p, n), (q, m) = self.mean(codes, a), self.mean(codes, b)
                if p - q <= (20 if "far" in self.parts else 0):
                    return f"{a} {p:.1f}, {b} {q:.1f}"
                if _p_value(p, n, q, m) > 0.05:
                    return f"{a} and {b} may be equal"
                wrong = [
                    self.differs(*each)
                    for each in (("S1", p), ("S2", q), ("P1", p - q))
                    if each[0] in self.parts
                ]
                if any(wrong):
                    return " ".join(wrong)
        return ""

    def no_gap(self, codes: Sequence[str], *, differ: bool) -> str:
        """Whether a gap of the groups whose share is shown is denied."""
        known = self.answers.groups[self.language]
        own = {column for row, column in self.claim.shown if row == self.parts["Q1"]}
        groups = sorted({code for name, code in known.items() if not own or tidy(name) in own})
        told = [self.mean(codes, group) for group in groups if self._many(group)]
        pairs = [_p_value(*a, *b) for k, a in enumerate(told) for b in told[:k]]
        if pairs and min(pairs) * len(pairs) < 0.01:
            return "there is a gap"
        return "nothing differs" if differ and pairs and min(pairs) > 0.2 else ""

    def _many(self, group: str) -> bool:
        assert self.answers.group is not None
        return int((self.answers.group.eq(group) & self.asked.codes.notna()).sum()) >= 30


def _p_value(p: float, n: float, q: float, m: float) -> float:
    """Of a difference of two per cents, of n and m answers, were there none."""
    both = (p * n + q * m) / (n + m)
    error = (max(both * (100 - both), 1) * (1 / n + 1 / m)) ** 0.5
    return float(2 * stats.norm.sf(abs(p - q) / error))
