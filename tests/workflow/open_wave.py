"""A wave by an open link, alone in its project: no sample, codes, days, margins, corrections.

Simulated, and it says so. Its groups are the answers to one of its questions; a top-2 box, a recode
and a scale are computed of others. Some of those who answer break off, and one country has a single
respondent.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator

import numpy as np
import yaml

from project_copy import Project

WAVE, DATASET, QUESTIONNAIRE = "readers-2025", "readers-2025", "readers-1"
SEED = 20250202
COUNTRIES = {"north": 0.5, "south": 0.3, "east": 0.2}
LEVELS = ("never", "rarely", "often", "always")
TOOLS = ("search", "chat", "translate")
TRUST = ("trust_news", "trust_labels", "doubts")


def _option(code: str) -> dict[str, str]:
    return {"code": code, "text": code.capitalize()}


def _item(code: str, kind: str, column: str, options: tuple[str, ...] = (), **more: object) -> dict:  # type: ignore[type-arg]
    found = {"id": code, "kind": kind, "column": column, **more}
    return found | ({"categories": [_option(c) for c in options]} if options else {})


def questionnaire() -> dict[str, object]:
    """What was asked, in English alone."""
    return {
        "name": "readers", "version": "1", "language": "en",
        "title": {"en": "Readers of news"},
        "export": {"timestamp": "Timestamp", "marker": "Simulated", "marked": "yes"},
        "items": [
            _item("country", "single", "Where do you live?", (*COUNTRIES, "west")),
            _item("use", "ordinal", "How often do you use it?", LEVELS,
                  boxes={"top": ["often", "always"]}),
            *(_item(code, "ordinal", f"How far: {code}?", LEVELS) for code in TRUST),
            _item("tools", "multi", "Which tools?", TOOLS, blank_means="none"),
            _item("age", "number", "How old are you?", range={"low": 15, "high": 99}),
        ],
    }  # fmt: skip


def answers(rng: np.random.Generator) -> Iterator[dict[str, str]]:
    """240 who answered, one in twelve of them only the first question."""
    for k in range(240):
        country = str(rng.choice(list(COUNTRIES), p=list(COUNTRIES.values())))
        country = "west" if k == 100 else country
        lean = {"north": 0.2, "south": 0.5}.get(country, 0.35) + rng.normal(0, 0.2)
        places = 4 * lean + rng.normal(0, 0.5, 4)
        places[3] = 3 - places[3]
        said = [LEVELS[round(float(np.clip(place, 0, 3)))].capitalize() for place in places]
        row = {
            "Timestamp": f"{1 + k % 27:02d}/02/2025 10:{k % 60:02d}:{k // 60:02d}",
            "Where do you live?": country.capitalize(),
            "How often do you use it?": said[0],
            **{f"How far: {code}?": said[place] for place, code in enumerate(TRUST, 1)},
            "Which tools?": ", ".join(t.capitalize() for t in TOOLS if rng.random() < 0.4),
            "How old are you?": str(int(rng.integers(16, 80))),
            "Simulated": "yes",
        }
        kept = ("Timestamp", "Where do you live?", "Simulated") if k % 12 == 5 else row
        yield {name: cell if name in kept else "" for name, cell in row.items()}


def wave() -> dict[str, object]:
    """Its section: what an open link has, and no more."""
    return {
        "title": {"en": "Readers 2025"}, "simulated": True, "selection": "opt-in",
        "answers": f"{DATASET}@1", "questionnaire": QUESTIONNAIRE,
        "derive": [
            {"id": "heavy", "label": {"en": "Uses it often"}, "any": [{"item": "use", "top": 2}]},
            {"id": "half", "label": {"en": "Half of the country"}, "recode": {
                "item": "country", "categories": [
                    {"code": "upper", "label": {"en": "Upper half"}, "of": ["north", "east"]},
                    {"code": "lower", "label": {"en": "Lower half"}, "of": ["south", "west"]}]}},
            {"id": "trust", "label": {"en": "Trust"}, "scale": {
                "items": list(TRUST), "reverse": ["doubts"]}},
            {"id": "ages", "label": {"en": "Age group"}, "bands": {"item": "age", "categories": [
                {"code": "young", "label": {"en": "Under 35"}, "below": 35},
                {"code": "older", "label": {"en": "35 and over"}, "at_least": 35}]}},
        ],
        "estimate": {"by": ["country", "ages"],
                     "items": ["use", "heavy", "tools", "trust"]},
        "compare": {"items": ["use", "heavy"]},
    }  # fmt: skip


def make_alone(project: Project) -> None:
    """Leave nothing in the project but this wave, put there as an analyst would."""
    root = project.root
    for folder in ("publications", "reports", "data/claims", "data/margins", "data/corrections"):
        shutil.rmtree(root / folder, ignore_errors=True)
    for folder in ("data/questionnaires", "data/raw", "data/store"):
        shutil.rmtree(root / folder, ignore_errors=True)
        (root / folder).mkdir(parents=True)
    header = project.read("data/versions.csv").splitlines()[0]
    (root / "data/versions.csv").write_text(header + "\n", "utf-8")
    text = yaml.safe_dump(questionnaire(), allow_unicode=True)
    (root / f"data/questionnaires/{QUESTIONNAIRE}.yaml").write_text(text, "utf-8")
    export = root.parent / "export.csv"
    rows = list(answers(np.random.default_rng(SEED)))
    with export.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    config = {"report": {"languages": ["en"]}, "waves": {WAVE: wave()}}
    (root / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    added = project.readiness(
        "data", "add", str(export), "--dataset", DATASET, "--as", "1",
        "--questionnaire", QUESTIONNAIRE, "--note", "simulated",
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
