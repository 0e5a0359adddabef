"""The script with which a person computes a wave's headline numbers again, without this program.

It is text: what the configuration and the questionnaire say, written as constants, in a fixed body
of pandas and scipy that a statistician reads in ten minutes. What it leaves out it names in its
first lines.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from readiness.analysis.comparing import list_family
from readiness.config import WaveSettings
from readiness.facts import Fact
from readiness.questionnaire import Item, Questionnaire

RECOMPUTE = "recompute.py"
# The register's number of interviews that ended before their end, where there were any.
BROKEN_OFF = "quality.issues.broken_off"
# A person reads it: no more lines.
MOST_LINES = 150
# The steps of a weighting that the script takes, by the last part of their kind.
TAKEN = {"raked", "inside", "bounded", "moved", "jackknife", "unweighted"}
# What is between at-signs is written in (`recompute_script`).
BODY = r'''"""Compute the headline numbers of @ID@ again: pandas and scipy, nothing of the program.

    dvc pull @POINTERS@
    python publications/@ID@/recompute.py    (in the project's folder, or with its path behind)

Covers who is kept, the weights and their jackknife, each headline number of all and by group with
its base and standard error, and whether groups differ. Does not cover: @LEFT@.
"""
import re, sys
from itertools import product
from pathlib import Path
from unicodedata import normalize
import numpy as np
import pandas as pd
from scipy import stats

@SETTINGS@
def read(path):
    return pd.read_csv(Path(*sys.argv[1:2], path), dtype=str, na_filter=False, encoding="utf-8-sig")
def plain(text):  # without what tools change: marks, case, spaces, apostrophes, dashes, quotes
    text = re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", normalize("NFKC", text))
    text = re.sub("[`\u00b4\u2018\u2019\u02bc]", "'", re.sub("[\u2010-\u2014\u2212]", "-", text))
    return " ".join(re.sub("[\u00ab\u00bb\u201c\u201d]", '"', text).split()).casefold()

# 1. Who is kept: sent in the days of the survey, invited, the first or last answer of one person.
people = read(ANSWERS).rename(columns=plain)
if TIMESTAMP:
    sent = pd.to_datetime(people[plain(TIMESTAMP)], format="mixed", dayfirst=True, errors="coerce")
    people = people.loc[sent[(sent >= FIRST) & (sent < BEFORE)].sort_values(kind="stable").index]
if SAMPLE:
    people["token"] = people[plain(INVITATION)].str.replace(r"\s", "", regex=True).str.upper()
    people = people.drop_duplicates("token", keep=KEEP).merge(read(SAMPLE), on="token")
else:
    alone = {"token": "", "stratum": "", "base_weight": 1, "stratum_population": np.inf}
    people = people.reset_index(drop=True).assign(**alone)

# 2. What they said, as codes: texts of the form, corrections on file, no question not asked.
fixed = read(CORRECTIONS) if CORRECTIONS else pd.DataFrame(columns=["respondent", "item", "to"])
codes, unasked = {}, {}
for name, (column, kind, options, asked_if, *_) in ITEMS.items():
    said, known = people[plain(column)].map(plain), {plain(t): code for t, code in options.items()}
    if kind == "number":
        number = pd.to_numeric(said, errors="coerce")
        codes[name] = number.where(number.between(options["least"], options["most"]))
    elif kind == "multi":  # what an empty cell means, the form says
        ticks = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))))
        none = set() if "" in known else None
        codes[name] = said.map(lambda text: {known[t] for t in ticks.findall(text) if t} or none)
    else:
        codes[name] = said.map(known)
    for row in fixed[fixed["item"] == name].itertuples():
        right = float(row.to) if kind == "number" else row.to
        codes[name] = codes[name].mask(people["token"] == row.respondent, right)
    unasked[name] = pd.Series(False, index=people.index)
    for other, ways in asked_if:
        met = codes[other].map(lambda c: bool((c if isinstance(c, set) else {c}) & set(ways)))
        unasked[name] |= unasked[other] | (codes[other].notna() & ~met)
    codes[name] = codes[name].mask(unasked[name])

# 3. Weights: base weights raked to the margins, the factors of raking within their limits.
margins = read(MARGINS) if MARGINS else pd.DataFrame(columns=["variable", "category", "total"])
cells = [(people[v].eq(c).to_numpy(), float(total)) for v, c, total in margins.to_numpy()[:, :3]]
def rake(base):  # each column of base weights, shape (people, columns)
    if not cells: return base
    mean = sum(total for _, total in cells) / margins["variable"].nunique() / base.sum(axis=0)
    factor = np.ones_like(base)
    for here, total in cells * 150:  # sweeps
        now = np.clip(factor[here], LIMITS[0] * mean, LIMITS[1] * mean) * base[here]
        factor[here] *= total / now.sum(axis=0)
    return base * np.clip(factor, LIMITS[0] * mean, LIMITS[1] * mean)

# The jackknife: each person left out once, the others of the stratum raised, raked again.
base, stratum = people["base_weight"].to_numpy(float)[:, None], people["stratum"].to_numpy()
size = people.groupby("stratum")["token"].transform("size").to_numpy(float)
left_out = np.where(stratum[:, None] == stratum, size / (size - 1), 1.0) * (1 - np.eye(len(base)))
weight, replicates = rake(base), rake(base * left_out)
left, unseen = (size - 1) / size, 1 - size / people["stratum_population"].to_numpy(float)

# 4. Each headline number of all and by group: as published, as computed here.
ours = read(Path(__file__).resolve().with_name("figures.csv")).set_index("id").to_dict("index")
made, different = {}, []
def compare(figure, said, own, off=0.0):  # equal to half the last digit that is published
    same = abs(float(said) - own) <= 0.5001 * 10.0 ** -len(said.partition(".")[2]) + off
    different.extend([] if same else [figure])
    print(f"{figure:58} {said:>9} {own:11.4f}{'' if same else '  DIFFERENT'}")
numbers = [(n, l, c) for n, (*_, told) in ITEMS.items() for l, c in told.items()]
groups = {g: (codes[BY] if BY in codes else people[BY]).eq(g).to_numpy() for g in GROUPS}
groups["all"] = np.ones(len(people), bool)
for (name, level, chosen), group in product(numbers, groups):
    here, value = groups[group] & codes[name].notna().to_numpy(), codes[name]
    if level != "mean":
        value = value.map(lambda c: bool((c if isinstance(c, set) else {c}) & set(chosen)))
    value, w, again = value[here].to_numpy(float), weight[here, 0], replicates[here]
    if here.any():
        own, again = (value * w).sum() / w.sum(), (value[:, None] * again).sum(0) / again.sum(0)
        made[name, level, group] = own, again - again.mean(), here.sum(), len(set(stratum[here]))
        se = np.sqrt((left * unseen * (again - again.mean()) ** 2).sum())
        figure, numbers_of = f"{name}.{level}.{group}", {"value": own, "n": here.sum(), "se": se}
        for column, number in numbers_of.items():
            if said := ours.get(figure, {}).get(column):
                compare(f"{figure} {column}", said, number)

# 5. Do groups differ in it? The largest of all pairs' differences, if nothing differed (max-t).
def limit(share, error, upper):  # Korn-Graubard
    p, se, n, df = share
    t = stats.t.isf(error / 2, n - 1) / stats.t.isf(error / 2, df)
    n = n if se == 0 or p in (0, 1) else min(n, p * (1 - p) / se**2 * t**2)
    a, b, end = n * p + upper, n * (1 - p) + 1 - upper, 1 - error / 2 if upper else error / 2
    return float(upper) if min(a, b) <= 0 else stats.beta.ppf(end, a, b)
for name, (rows, levels) in TESTS.items():  # the rows of its grid share the error
    least = []
    for level in levels:
        found = (made.get((name, level, group)) for group in GROUPS)
        known = [each for each in found if each and each[2] > max(each[3], 1)]
        V = np.array([again for _, again, *_ in known])
        V, (a, b), p_values = (V * left) @ V.T, np.triu_indices(len(V), 1), []
        shares = [(p, V[k, k] ** 0.5, n, n - strata) for k, (p, _, n, strata) in enumerate(known)]
        for i, j in zip(a, b):  # the error at which the limit of the difference (MOVER) touches 0
            i, j = sorted((i, j), key=lambda k: shares[k][0])
            (p, se_i, *_), (q, se_j, *_), ends = shares[i], shares[j], [np.log(1e-9), 0.0]
            r = V[i, j] / (se_i * se_j) if se_i * se_j else 0.0
            for _ in range(50):
                error = np.exp(sum(ends) / 2)
                up, down = limit(shares[i], error, 1) - p, q - limit(shares[j], error, 0)
                beyond = (q - p) ** 2 > up**2 + down**2 - 2 * r * up * down
                ends[int(beyond)] = sum(ends) / 2
            p_values.append(error)
        joint = V[np.ix_(b, b)] - V[np.ix_(b, a)] - V[np.ix_(a, b)] + V[np.ix_(a, a)]
        draws = np.random.default_rng(1).multivariate_normal(np.zeros(len(joint)), joint, 50_000)
        largest = np.abs(draws / np.sqrt(np.diag(joint))).max(axis=1)
        reached = largest >= stats.norm.isf(min(p_values) / 2)
        least.append(min(1, rows * len(levels) * max(reached.mean(), min(p_values))))
    figure, chance = f"{name}.test.contrasts_max_t.p", 4 * (2 * rows * min(least) / 50_000) ** 0.5
    if said := ours.get(figure, {}).get("value"):  # to three digits, of as many draws
        compare(figure, said, min(least), 0.0005 + chance)
sys.exit(f"different: {', '.join(different)}" if different else print("No difference."))
'''


def recompute_script(
    identity: str,
    wave: WaveSettings,
    questionnaire: Questionnaire,
    data: Mapping[str, str],
    steps: Collection[Fact],
    *,
    broken_off: bool,
) -> str | None:
    """The script of a publication; None where it could not make the numbers.

    `data`: the paths of the dataset versions that anybody may have, by name, from the project's
    root. It takes a plain CSV of one row a submission, and a weighting that raking alone makes,
    with a jackknife (`steps`, what was done). Where somebody `broken_off`, an empty cell that means
    "none" may be a question that was not reached: such questions are left out.
    """
    done = {fact.kind.rpartition(".")[2] for fact in steps}
    export = questionnaire.export
    plain = not (export.tool or export.encoding or export.header_rows or export.respondent)
    spread = any(c.column for item in questionnaire.items for c in item.categories)
    kept = wave.validate_.duplicates != "most_answered"
    needed = [name for name in (wave.answers, wave.sample) if name]
    if spread or not (plain and kept and "jackknife" in done <= TAKEN and data.keys() >= {*needed}):
        return None
    data = {name: data[name] for name in needed}
    derived = {one.id for one in wave.derive}
    by = next(iter(wave.estimate.variables(v.id for v in questionnaire.frame)), "")
    if by not in {v.id for v in questionnaire.groupings if v.id not in derived}:
        by = ""
    tested = dict(_list_tests(wave, questionnaire)) if by else {}
    told = [
        item
        for item in _choose_told(wave, questionnaire)
        if not (broken_off and item.blank_means == "none")
    ]
    if not told:
        return None
    script = ""
    while not script or (script.count("\n") > MOST_LINES and len(told) > 1):
        # What has no room is left out, from the last question on, and named.
        told = told[:-1] if script else told
        names = {item.id for item in told} | ({by} & {item.id for item in questionnaire.items})
        constants = {
            "ANSWERS, SAMPLE": (data[wave.answers], data.get(wave.sample or "", "")),
            "MARGINS, CORRECTIONS": (
                _name_file("margins", wave.weight.margins if wave.weight else None),
                _name_file("corrections", wave.corrections),
            ),
            "TIMESTAMP, FIRST, BEFORE": _find_days(wave, questionnaire),
            "INVITATION, KEEP, LIMITS": (
                export.invitation or "",
                wave.validate_.duplicates,
                tuple(wave.weight.trim) if wave.weight else (),
            ),
            "BY, GROUPS": (by, questionnaire.grouping(by).codes if by else ()),
            "TESTS": {name: tested[name] for item in told if (name := item.id) in tested},
        }
        items = _describe_items(questionnaire, names, told)
        written = [f"{name} = {_write(value)}" for name, value in constants.items()]
        written += ["ITEMS = {  # column, kind, options, asked if, numbers"]
        written += [f"    {name!r}: {value!r}," for name, value in items]
        script = BODY
        for name, text in {
            "ID": identity,
            "POINTERS": " ".join(f"{path}.dvc" for path in data.values()),
            "LEFT": _tell_left(wave, told, tested),
            "SETTINGS": "\n".join([*written, "}"]),
        }.items():
            script = script.replace(f"@{name}@", text)
    return script


def _write(value: Any) -> str:
    """A constant as a person would write it; of several at once, without brackets."""
    return repr(value)[1:-1] if isinstance(value, tuple) else repr(value)


def _name_file(kind: str, name: str | None) -> str:
    return f"data/{kind}/{name}.csv" if name else ""


def _find_days(wave: WaveSettings, questionnaire: Questionnaire) -> tuple[str, str, str]:
    """The column of the moment, the first day that counts, the first that no longer does."""
    opens, closes = wave.validate_.opens, wave.validate_.closes
    if not (opens or closes):
        return "", "", ""
    end = date.fromisoformat(closes) + timedelta(days=1) if closes else date(2200, 1, 1)
    return questionnaire.export.timestamp or "", opens or "1900-01-01", str(end)


def _choose_told(wave: WaveSettings, questionnaire: Questionnaire) -> list[Item]:
    asked = {i.id: i for i in questionnaire.items if not i.derived_from and i.kind != "text"}
    return [asked[name] for name in wave.show or wave.estimate.items if name in asked]


def _list_tests(
    wave: WaveSettings, questionnaire: Questionnaire
) -> Iterator[tuple[str, tuple[int, tuple[str, ...]]]]:
    """Item, the rows of its grid, and the levels by which groups are compared."""
    named = {*wave.estimate.items, *wave.compare.items}
    beside = list_family(questionnaire, [i.id for i in questionnaire.items if i.id in named])
    for item in _choose_told(wave, questionnaire):
        if item.id in wave.compare.items and item.kind in ("ordinal", "single"):
            levels = item.codes[:1] if len(item.codes) == 2 else item.codes
            levels = levels if item.kind == "single" else (item.first_level,)
            yield item.id, (len(beside[item.id]), levels)


def _describe_items(
    questionnaire: Questionnaire, names: Collection[str], told: Collection[Item]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each item and those that decide on it: column, kind, options, routing, what is told of it.

    The last is by level the codes that it adds up, of the items `told`.
    """
    routes: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    wanted = set(names)
    for item in reversed(questionnaire.items):
        if item.id not in wanted:
            continue
        # Who is weighted is of the group that is asked, whatever was ticked.
        everyone = set(questionnaire.weighted_groups)
        routes[item.id] = [
            (each.item, each.one_of)
            for each in item.asked_if
            if each.item != questionnaire.group_item or not everyone <= set(each.one_of)
        ]
        wanted |= {other for other, _ in routes[item.id]}
    for item in questionnaire.items:
        if item.id not in wanted:
            continue
        options: dict[str, Any] = {c.value or c.text: c.code for c in item.categories}
        if item.range is not None:
            options = {"least": item.range.low, "most": item.range.high}
        if item.blank_means == "none":
            options[""] = "none"
        levels: dict[str, tuple[str, ...]] = {}
        if item in told:
            several = item.kind == "multi" or (item.kind == "single" and len(item.codes) > 2)
            levels = {c: (c,) for c in item.codes} if several else {}
            levels = levels or {item.first_level: item.shown_codes}
        yield item.id, (item.column, item.kind, options, routes[item.id], levels)


def _tell_left(wave: WaveSettings, told: Sequence[Item], tested: Mapping[str, Any]) -> str:
    """What the script does not cover, in English as the script is."""
    names = [item.id for item in told]
    left = ["what is withheld", "intervals", "nonresponse"]
    untested = [name for name in names if name in wave.compare.items and name not in tested]
    left += [f"the test of {name}" for name in untested]
    more = [name for name in wave.show or wave.estimate.items if name not in names]
    left += [*more[:5], *([f"{len(more) - 5} more"] if len(more) > 5 else [])]
    return ", ".join(left)
