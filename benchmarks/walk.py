"""From a real survey's files to a released and audited publication, as an analyst would.

    .venv/bin/python benchmarks/walk.py --data ../shared/microdata/fiocruz [--cores 2]

A survey of professionals on artificial intelligence in diagnostic medicine: an export of codes and
two codebooks, no moments, no sample, one language. Each command and each edited line is counted,
and the faults that the survey is known to have are looked for. The project lies in a temporary
folder, with the packages of the environment that runs this. Prints what it took.
"""

from __future__ import annotations

import argparse
import csv
import difflib
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
WAVE = "ai-survey"
QUESTIONNAIRE = f"data/questionnaires/{WAVE}-1.yaml"
PUBLICATION = f"{WAVE}-r1"
# Who looked at the figures that the standards mark for review.
REVIEWER = "the analyst"
# What the analyst decides: the file, what stands there, and what instead.
EDITS = (
    (QUESTIONNAIRE, "draft: true\n", ""),
    (QUESTIONNAIRE, "title: {en: ai survey}", "title: {en: AI in diagnostic medicine}"),
    # Likely soon, likely later, unlikely: the order of the codes is one of time.
    (QUESTIONNAIRE, "id: q2_1\n    kind: single", "id: q2_1\n    kind: ordinal"),
    *(
        (
            QUESTIONNAIRE,
            f"id: {grid}\n    kind: grid\n    each: single",
            f"id: {grid}\n    kind: grid\n    each: ordinal",
        )
        for grid in ("q3", "q4")
    ),
    # "Why do you believe it is hampered by ...?" is asked of those who chose that: the few others
    # who answered it were not asked, which a draft cannot decide.
    *(
        (
            QUESTIONNAIRE,
            f"id: {item}\n    kind: single",
            f"id: {item}\n    asked_if: [{{item: q5_1, one_of: [{chosen}]}}]\n    kind: single",
        )
        for item, chosen in (
            ("q6_1", "the_difficulty_of"),
            ("q7_1", "ethical_or_regulatory_issues"),
            ("q8_1", "lack_of_improvement_in_medical"),
        )
    ),
    ("config.yaml", 'title: {en: "ai survey"}', "title: {en: AI in diagnostic medicine}"),
    (
        "config.yaml",
        "    questionnaire: ai-survey-1\n",
        "    questionnaire: ai-survey-1\n"
        "    derive:\n"
        "      - id: outlook\n"
        "        label: {en: Expectations of AI}\n"
        "        scale: {items: [q3_1, q3_2, q3_3, q3_4, q3_5, q3_6, q3_7]}\n"
        "    compare: {items: [q2_1, q3_1]}\n"
        "    estimate: {by: q1_1}\n",
    ),
)
# Faults of the survey, by rule and item: answers of people who were not asked, one answer to every
# row of a grid, rows that repeat (of whole interviews, and of broken-off ones), a single case.
KNOWN = {
    ("routed_out", "q6_1"): 7,
    ("routed_out", "q7_1"): 3,
    ("routed_out", "q8_1"): 2,
    ("straight_line", "q3_1"): 377,
    ("same_content", ""): 19,
    ("same_few_answers", ""): 58,
    ("one_case", "q11_1"): 1,
}
# People who were routed to one of the questions after the fifth, and have no answer to it.
UNANSWERED = 7


@dataclass
class Walk:
    """A project on its way: the commands that were given, the lines that were edited."""

    folder: Path
    commands: list[str] = field(default_factory=list)
    edited: int = 0

    def call(self, *arguments: str) -> str:
        """Run `readiness ...` in the project; what it printed. CalledProcessError when it fails."""
        self.commands.append(f"readiness {' '.join(arguments)}")
        done = subprocess.run(
            [str(self.folder / ".venv/bin/readiness"), *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{self.commands[-1]}: exit {done.returncode}\n{done.stderr}")
        return done.stdout

    def edit(self) -> None:
        """Put in what the analyst decides."""
        before = {name: self.text(name) for name, _, _ in EDITS}
        for name, old, new in EDITS:
            text = self.text(name)
            if text.count(old) != 1:
                raise RuntimeError(f"{name}: {old!r} stands there {text.count(old)} times")
            (self.folder / name).write_text(text.replace(old, new), "utf-8")
        for name, text in before.items():
            lines = difflib.ndiff(text.splitlines(), self.text(name).splitlines())
            self.edited += sum(line.startswith(("+ ", "- ")) for line in lines)

    def text(self, name: str) -> str:
        """A file of the project."""
        return (self.folder / name).read_text("utf-8")


def begin(folder: Path, data: Path) -> Walk:
    """A project of its own with the survey as its wave, and its environment."""
    from project_copy import add_environment

    files = {name: str(data / f"ai_survey_{name}.csv") for name in ("data", "questions", "answers")}
    labels = ["--labels", files["questions"], "--labels", files["answers"]]
    walk = Walk(folder)
    command = [
        "new",
        str(folder),
        "--from",
        files["data"],
        "--wave",
        WAVE,
        *labels,
        "--language",
        "en",
        "--selection",
        "opt-in",
    ]
    walk.commands.append(f"readiness {' '.join(command)}")
    subprocess.run(
        [sys.executable, "-m", "readiness", *command],
        check=True,
        capture_output=True,
        env={"PYTHONPATH": str(ROOT / "workflow"), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    add_environment(folder)
    return walk


def faults(walk: Walk) -> Counter[tuple[str, str]]:
    """The faults that validation found, by rule and item."""
    lines = walk.text(f"results/waves/{WAVE}/validate/issues.csv").splitlines()
    return Counter((row["rule"], row["item"]) for row in csv.DictReader(lines))


def missing_faults(found: Counter[tuple[str, str]]) -> list[str]:
    """What of the survey's known faults was not found, or not as often."""
    wrong = [
        f"{rule} {item}: {found[rule, item]}, not {count}"
        for (rule, item), count in KNOWN.items()
        if found[rule, item] != count
    ]
    routed = sum(count for (rule, _), count in found.items() if rule == "routed_blank")
    return wrong + ([f"routed without answer: {routed}"] if routed != UNANSWERED else [])


def main(arguments: Sequence[str] | None = None) -> int:
    """Walk the whole way; 1 where something is not as it is known to be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/microdata/fiocruz")
    parser.add_argument("--cores", default="2")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        walk = begin(Path(folder) / "office", given.data)
        walk.edit()
        walk.call("run", "--cores", given.cores)
        walk.call("freeze", PUBLICATION, "--wave", WAVE, "--reviewer", REVIEWER)
        walk.call("freeze", PUBLICATION, "--release", "--reviewer", REVIEWER)
        said = walk.call("audit", PUBLICATION, "--level", "2")
        wrong = missing_faults(faults(walk))
        print("\n".join(walk.commands))
        print(
            f"{len(walk.commands)} commands, {walk.edited} edited lines, "
            f"{time.perf_counter() - began:.0f} s"
        )
        print(said)
        for line in wrong:
            print(f"NOT AS KNOWN: {line}")
    return 1 if wrong or "VALID" not in said else 0


if __name__ == "__main__":
    sys.exit(main())
