"""Real surveys from their files to released and audited publications, as an analyst would.

    .venv/bin/python benchmarks/corpus.py [SURVEY ...] [--data ../shared/microdata] [--cores 2]

Professionals on artificial intelligence in medicine (codes, two codebooks, grids, routing), men in
the United States (boxes over columns, a published cross table, weights), a poll (three weights) and
three small waves of one changing questionnaire. For each: the commands and the lines that were
edited, what stopped, the faults that it is known to have, the findings of its report and how many
of them its raw answers confirm, the counts that its publication gives away, seconds; then what its
publisher printed, computed with its weights. A project lies in a temporary folder, with the
packages of the environment that runs this.
"""

from __future__ import annotations

import argparse
import csv
import difflib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
# Who looked at the figures that the standards mark for review.
REVIEWER = "the analyst"
# Faults of all questions together.
ALL = "*"
SETTLED = ("draft: true\n", "")


@dataclass(frozen=True)
class Survey:
    """One survey: its file, how `new` is told of it, what is decided, what it is known for.

    Attributes:
        questions: what stands in the drafted questionnaire, and what instead; `settings` are
            lines that the wave gets.
        known: how many faults validation must find, by rule and item (`ALL`: of all items).
        group: the question whose answers are the groups; headers: lines of names in the file.
        named: whether respondents have names of theirs, and need a key for their pseudonyms.
    """

    wave: str
    file: str
    options: tuple[str, ...] = ()
    selection: str = "opt-in"
    questions: tuple[tuple[str, str], ...] = ()
    settings: str = ""
    known: Mapping[tuple[str, str], int] = field(default_factory=dict)
    group: str = ""
    headers: int = 1
    named: bool = False


FIOCRUZ = Survey(
    "ai-survey",
    "fiocruz/ai_survey_data.csv",
    (
        *("--labels", "fiocruz/ai_survey_questions.csv"),
        *("--labels", "fiocruz/ai_survey_answers.csv"),
    ),
    questions=(
        ("title: {en: ai survey}", "title: {en: AI in diagnostic medicine}"),
        # Likely soon, likely later, unlikely: the order of the codes is one of time.
        ("id: q2_1\n    kind: single", "id: q2_1\n    kind: ordinal"),
        *(
            (
                f"id: {grid}\n    kind: grid\n    each: single",
                f"id: {grid}\n    kind: grid\n    each: ordinal",
            )
            for grid in ("q3", "q4")
        ),
        # "Why do you believe it is hampered by ...?" is asked of those who chose that: the few
        # others who answered it were not asked, which a draft cannot decide.
        *(
            (
                f"id: {item}\n    kind: single",
                f"id: {item}\n    asked_if: [{{item: q5_1, one_of: [{chosen}]}}]\n    kind: single",
            )
            for item, chosen in (
                ("q6_1", "the_difficulty_of"),
                ("q7_1", "ethical_or_regulatory_issues"),
                ("q8_1", "lack_of_improvement_in_medical"),
            )
        ),
    ),
    settings="    derive:\n"
    "      - id: outlook\n"
    "        label: {en: Expectations of AI}\n"
    "        scale: {items: [q3_1, q3_2, q3_3, q3_4, q3_5, q3_6, q3_7]}\n"
    "    compare: {items: [q2_1, q3_1]}\n"
    "    estimate: {by: q1_1}\n",
    # Answers of people who were not asked, one answer to every row of a grid, rows that repeat (of
    # whole interviews, and of broken-off ones), a single case; routed, and no answer (7 together).
    known={
        ("routed_out", "q6_1"): 7,
        ("routed_out", "q7_1"): 3,
        ("routed_out", "q8_1"): 2,
        ("straight_line", "q3_1"): 377,
        ("same_content", ""): 19,
        ("same_few_answers", ""): 58,
        ("one_case", "q11_1"): 1,
        ("routed_blank", ALL): 7,
    },
    group="q1_1",
)
SURVEYS = {
    "fiocruz": FIOCRUZ,
    "masculinity": Survey(
        "masculinity",
        "masculinity/raw-responses.csv",
        settings="    estimate: {by: age3}\n    compare: {items: [q0001, q0005, q0017, q0018]}\n",
        group="age3",
        named=True,
    ),
    "poll": Survey(
        "poll",
        "poll-az02/elections-poll-az02-1.csv",
        settings="    estimate: {by: gender}\n    compare: {items: [approve, women, feminism]}\n",
        group="gender",
    ),
    **{
        f"ambassadors-{year}": Survey(
            f"ambassadors-{year}", f"ambassadors/{name}.csv", selection="census", headers=2
        )
        for year, name in (("2019", "2019_H2"), ("2020", "2020_H1"), ("2021", "2021"))
    },
}


@dataclass
class Walk:
    """A project on its way: the commands that were given, the lines that were edited."""

    folder: Path
    survey: Survey
    data: Path
    commands: list[str] = field(default_factory=list)
    edited: int = 0

    def call(self, *arguments: str) -> str:
        """Run `readiness ...` in the project; what it printed. RuntimeError when it fails."""
        self.commands.append(f"readiness {' '.join(arguments)}")
        done = subprocess.run(
            [str(self.folder / ".venv/bin/readiness"), *arguments],
            cwd=self.folder,
            env={**os.environ, "READINESS_KEYS": str(self.folder.parent / "keys")},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{self.commands[-1]}: exit {done.returncode}\n{done.stderr}")
        return done.stdout

    @property
    def questionnaire(self) -> Path:
        """The file of the drafted questionnaire."""
        return self.folder / f"data/questionnaires/{self.survey.wave}-1.yaml"

    def edit(self) -> None:
        """Put in what the analyst decides."""
        begin = f"    questionnaire: {self.survey.wave}-1\n"
        edits = [(self.questionnaire, *pair) for pair in (SETTLED, *self.survey.questions)]
        edits.append((self.folder / "config.yaml", begin, begin + self.survey.settings))
        for path, old, new in edits:
            text = path.read_text("utf-8")
            if text.count(old) != 1:
                raise RuntimeError(f"{path.name}: {old!r} stands there {text.count(old)} times")
            path.write_text(text.replace(old, new), "utf-8")
            lines = difflib.ndiff(old.splitlines(), new.splitlines())
            self.edited += sum(line.startswith(("+ ", "- ")) for line in lines)


def begin(folder: Path, data: Path, survey: Survey = FIOCRUZ) -> Walk:
    """A project of its own with the survey as its wave, and its environment."""
    from project_copy import set_up_office

    walk = Walk(folder, survey, data)
    options = [str(data / o) if o.endswith(".csv") else o for o in survey.options]
    told = ["--wave", survey.wave, "--language", "en", "--selection", survey.selection]
    command = ["new", str(folder), "--from", str(data / survey.file), *told, *options]
    walk.commands.append(f"readiness {' '.join(command)}")
    subprocess.run(
        [sys.executable, "-m", "readiness", *command],
        check=True,
        capture_output=True,
        env={"PYTHONPATH": str(ROOT / "workflow"), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    set_up_office(folder)
    if survey.named:
        walk.call("data", "key", f"{survey.wave}@1")
    return walk


def missing_faults(walk: Walk) -> list[str]:
    """What of the survey's known faults was not found, or not as often."""
    issues = walk.folder / f"results/waves/{walk.survey.wave}/validate/issues.csv"
    rows = csv.DictReader(issues.read_text("utf-8").splitlines())
    found = Counter(
        pair for row in rows for pair in ((row["rule"], row["item"]), (row["rule"], ALL))
    )
    return [
        f"{rule} {item}: {found[rule, item]}, not {count}"
        for (rule, item), count in walk.survey.known.items()
        if found[rule, item] != count
    ]


def read_back(walk: Walk) -> tuple[int, list[str]]:
    """How many findings the report has, and those that the raw answers do not confirm."""
    from reading_back import Answers, doubt, name_questions, read_claims, read_codes

    survey = walk.survey
    file = (walk.data / survey.file).read_bytes()
    text = file.decode("utf-8", "replace")
    raw = pd.read_csv(pd.io.common.StringIO(text), dtype=str, keep_default_na=False, header=None)
    names = raw.iloc[0].tolist()
    if survey.headers == 2:
        last = ""
        for at, below in enumerate(raw.iloc[1]):
            last = names[at] or last
            plain = not below or below.endswith("Response")
            names[at] = last if plain else f"{last} [{below}]"
    raw = raw.iloc[survey.headers :].reset_index(drop=True).set_axis(names, axis=1)
    asked = yaml.safe_load(walk.questionnaire.read_text("utf-8"))
    codes = read_codes(raw, asked)
    groups = {}
    if survey.group:
        (by,) = [item for item in asked["items"] if item["id"] == survey.group]
        groups = {"en": {each["text"]: each["code"] for each in by["categories"]}}
    answers = Answers(
        name_questions(asked, codes, ("en",)),
        pd.Series(1.0, index=raw.index),
        codes.get(survey.group),
        groups,
    )
    page = walk.folder / f"results/waves/{survey.wave}/report/en/report.html"
    claims = list(read_claims(page.read_text("utf-8"), "en", answers.asked))
    wrong = [f"{c.item}: {c.text} ({why})" for c in claims if (why := doubt(c, answers, "en"))]
    return len(claims), wrong


def run_survey(name: str, data: Path, cores: str) -> int:
    """Walk the whole way and print what it took; how much is not as it must be."""
    survey, began = SURVEYS[name], time.perf_counter()
    publication, wrong = f"{survey.wave}-r1", []
    with tempfile.TemporaryDirectory() as folder:
        try:
            walk = begin(Path(folder) / "office", data, survey)
            walk.edit()
            walk.call("run", "--cores", cores)
            frozen = walk.call("freeze", publication, "--wave", survey.wave, "--reviewer", REVIEWER)
            walk.call("freeze", publication, "--release", "--reviewer", REVIEWER)
            said = walk.call("audit", publication, "--level", "2")
        except (RuntimeError, subprocess.CalledProcessError) as error:
            print(f"{name}: STOPPED after {time.perf_counter() - began:.0f} s: {error}")
            return 1
        wrong += missing_faults(walk) + ([] if "VALID" in said else [said])
        written, doubted = read_back(walk)
        given = next((line for line in frozen.splitlines() if "given away" in line), "")
    print(
        f"{name}: {len(walk.commands)} commands, {walk.edited} edited lines, "
        f"{len(survey.known)} kinds of known faults, {written} findings, "
        f"{written - len(doubted)} confirmed, {time.perf_counter() - began:.0f} s\n  {given}"
    )
    for line in [*wrong, *doubted]:
        print(f"  NOT AS KNOWN: {line}")
    return len(wrong) + len(doubted)


def estimate(file: Path, design: Mapping[str, object], by: str = "") -> pd.DataFrame:
    """What `readiness estimate` gives of a file: share by item, answer and group."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "design.yaml", Path(folder) / "out.csv"
        path.write_text(json.dumps(design), "utf-8")
        command = ["estimate", str(file), str(path), "--csv", str(out)]
        subprocess.run(
            [sys.executable, "-m", "readiness", *command, *(["--by", by] if by else [])],
            check=True,
            capture_output=True,
            env={"PYTHONPATH": str(ROOT / "workflow"), "PATH": "/usr/bin:/bin"},
        )
        return pd.read_csv(out, dtype=str, keep_default_na=False)


def round_half_up(share: object) -> int:
    """A share as a whole per cent, a half up."""
    return int((Decimal(str(share)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def check_poll(data: Path) -> tuple[int, int]:
    """Of the shares that are known for three weights, how many come out, and how many there are."""
    known = {
        "final_weight": ("50.30", "39.42", "10.28"),
        "w_LV": ("49.94", "38.63", "11.43"),
        "w_RV": ("49.86", "35.33", "14.82"),
    }
    parties, same = ("Dem", "Rep", "Und"), 0
    for weight, shares in known.items():
        items = {"response": {"categories": list(parties)}}
        design = {"selection": "opt-in", "weights": weight, "items": items}
        own = estimate(data / SURVEYS["poll"].file, design).set_index("level")["estimate"]
        same += sum(
            f"{100 * float(own[party]):.2f}" == share
            for party, share in zip(parties, shares, strict=True)
        )
    return same, 9


def check_cross_table(data: Path) -> tuple[int, int]:
    """The same of the table that was published of the men, five questions of ten columns."""
    printed = pd.read_csv(
        data / "masculinity/masculinity-survey.csv", header=None, dtype=str, keep_default_na=False
    )
    groups = {
        "age3": ("18 - 34", "35 - 64", "65 and up"),
        "race2": ("White", "Non-white"),
        "kids": ("Has children", "No children"),
        "orientation": ("Straight", "Gay/Bisexual"),
    }
    columns = [("", "all"), *((by, group) for by, names in groups.items() for group in names)]
    # Where the rows of each question begin in the printed table, by the column of its answers.
    stands = {
        "q0001": "In general, how masculine",
        "q0002": "How important is it to you that others",
        "q0005": "Do you think that society puts pressure",
        "q0007_0001": "Ask a friend for professional advice",
        "q0007_0002": "Ask a friend for personal advice",
    }
    wanted: dict[str, list[list[str]]] = {}
    for item, begin in stands.items():
        at = int(printed.index[printed[0].str.startswith(begin)][0]) + 1
        rows = printed.iloc[at:, 1:]
        until = next((k for k, label in enumerate(rows[1]) if not label), len(rows))
        wanted[item] = rows.iloc[:until].to_numpy().tolist()
    items = {item: {"categories": [row[0] for row in rows]} for item, rows in wanted.items()}
    design = {"selection": "opt-in", "weights": "weight", "items": items}
    shares: dict[tuple[str, str, str, str], str] = {}
    for by in ("", *groups):
        file = data / SURVEYS["masculinity"].file
        for row in estimate(file, {**design, **({"by": by} if by else {})}).to_dict("records"):
            shares[by if row["group"] != "all" else "", row["group"], row["item"], row["level"]] = (
                row["estimate"]
            )
    cells = [
        (shares.get((by, group, item, row[0])), cell)
        for item, rows in wanted.items()
        for row in rows
        for (by, group), cell in zip(columns, row[1:], strict=False)
        if cell
    ]
    same = sum(own is not None and f"{round_half_up(own)}%" == cell for own, cell in cells)
    return same, len(cells)


def main(arguments: Sequence[str] | None = None) -> int:
    """Walk with each survey; 1 where something is not as it is known to be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("surveys", nargs="*", metavar="SURVEY", help=", ".join(SURVEYS))
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/microdata")
    parser.add_argument("--cores", default="2")
    given = parser.parse_args(arguments)
    wrong = 0
    for name, check in (("poll", check_poll), ("masculinity", check_cross_table)):
        if not given.surveys or name in given.surveys:
            same, cells = check(given.data)
            print(f"{name}: {same} of {cells} published numbers come out")
            wrong += cells - same
    for name in given.surveys or SURVEYS:
        wrong += run_survey(name, given.data, given.cores)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
