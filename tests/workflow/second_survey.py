"""A second wave and a second study, which share no word with the shipped ones.

A simulated survey of the staff of libraries (other ids, kinds, groups, scales and languages, chosen
by hand and not at random) and a made-up study of another publisher. All of it is data: what a next
office would bring.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import yaml

from project_copy import Project

WAVE, STUDY, PUBLISHER = "libraries-2025", "reading-2023", "Reading Observatory"
SEED = 20250101
BRANCHES = {"old_town": 60, "harbour": 90, "hills": 120}
PEOPLE = {"old_town": 150, "harbour": 300, "hills": 550}
SHIFTS = ("day", "evening")
SATISFACTION = ("poor", "fair", "excellent")
CHANNELS = ("desk", "telephone", "online")
DEVICES = ("scanner", "tablet", "printer")

TEXTS = {
    "title": ("Libraries and their readers", "Las bibliotecas y sus lectores"),
    "branch": ("Branch", "Sede"),
    "old_town": ("Old town", "Casco antiguo"),
    "harbour": ("Harbour", "Puerto"),
    "hills": ("Hills", "Colinas"),
    "shift": ("Shift", "Turno"),
    "day": ("Day", "Día"),
    "evening": ("Evening", "Tarde"),
    "role": ("Role", "Función"),
    "staff": ("Staff", "Personal"),
    "volunteer": ("Volunteers", "Voluntarios"),
    "trainee": ("Trainees", "En prácticas"),
    "satisfaction": ("Satisfaction with the catalogue", "Satisfacción con el catálogo"),
    "poor": ("Poor", "Mala"),
    "fair": ("Fair", "Regular"),
    "excellent": ("Excellent", "Excelente"),
    "no_view": ("No view", "Sin opinión"),
    "channel": ("Main channel", "Canal principal"),
    "desk": ("Desk", "Mostrador"),
    "telephone": ("Telephone", "Teléfono"),
    "online": ("Online", "En línea"),
    "devices": ("Devices at hand", "Equipos disponibles"),
    "scanner": ("Scanner", "Escáner"),
    "tablet": ("Tablet", "Tableta"),
    "printer": ("Printer", "Impresora"),
    "loans": ("Loans a day", "Préstamos al día"),
    "loan": ("loans", "préstamos"),
    "remark": ("Remarks", "Observaciones"),
    "reading": ("reading for pleasure", "lectura por placer"),
    "borrow": ("borrowing", "préstamo"),
}

"""Every text of the two by its code, in English and in a language that the program lacks."""
LABELS = {code: dict(zip(("en", "es"), texts, strict=True)) for code, texts in TEXTS.items()}


def labels(code: str, languages: Sequence[str]) -> dict[str, str]:
    """The label of a code in some languages."""
    return {language: LABELS[code][language] for language in languages}


def questionnaire(languages: Sequence[str]) -> dict[str, object]:
    """The questionnaire: its export is English whatever it can be shown in."""

    def option(code: str) -> dict[str, object]:
        return {"code": code, "text": LABELS[code]["en"], "labels": labels(code, languages)}

    def item(
        code: str, kind: str, column: str, codes: Sequence[str] = (), **more: object
    ) -> dict[str, object]:
        found: dict[str, object] = {
            "id": code, "kind": kind, "column": column, "label": labels(code, languages),
            "source": "made for a test", "status": "inferred", **more,
        }  # fmt: skip
        return found | ({"categories": [option(c) for c in codes]} if codes else {})

    no_view = {"text": "No view", "labels": labels("no_view", languages)}
    return {
        "name": "libraries", "version": "1", "language": "en", "title": labels("title", languages),
        "export": {"timestamp": "Timestamp", "invitation": "Invitation", "marker": "Simulated",
                   "marked": "yes"},
        "group_item": "role",
        "groups": {"weighted": ["staff"], "apart": ["volunteer", "trainee"]},
        "frame": [
            {"id": "branch", "label": labels("branch", languages),
             "categories": [option(code) for code in BRANCHES]},
            {"id": "shift", "label": labels("shift", languages),
             "categories": [option(code) for code in SHIFTS]},
        ],
        "items": [
            item("role", "single", "Your role", ("staff", "volunteer", "trainee")),
            item("satisfaction", "ordinal", "How good is the catalogue?", SATISFACTION,
                 dont_know=no_view, boxes={"top": ["excellent"]}),
            item("channel", "single", "Where do readers find you?", CHANNELS),
            item("devices", "multi", "Which devices are at hand?", DEVICES, blank_means="none"),
            item("loans", "number", "How many loans a day?",
                 range={"low": 0, "high": 400, "unit": labels("loan", languages)}),
            item("remark", "text", "Anything else?"),
        ],
    }  # fmt: skip


def _label_of(code: str) -> str:
    return LABELS[code]["en"]


def sample(rng: np.random.Generator) -> list[dict[str, object]]:
    """The invited: some of each branch, with their shift."""
    rows: list[dict[str, object]] = []
    for branch, drawn in BRANCHES.items():
        rows += [
            {"token": f"{branch[:2].upper()}{k:04d}", "stratum": branch, "branch": branch,
             "shift": str(rng.choice(SHIFTS, p=(0.7, 0.3))), "stratum_population": PEOPLE[branch],
             "stratum_drawn": drawn, "base_weight": f"{PEOPLE[branch] / drawn:.10f}",
             "simulated": "yes"}
            for k in range(drawn)
        ]  # fmt: skip
    return rows


def answers(rng: np.random.Generator, invited: list[dict[str, object]]) -> Iterator[dict[str, str]]:
    """What three in four of them answered, and some who were not invited."""
    told = [(row["token"], row["branch"]) for row in invited if rng.random() < 0.75]
    others = [("", role) for role in ("volunteer", "trainee") for _ in range(12)]
    for k, (token, place) in enumerate([*told, *others]):
        excellent = {"old_town": 0.2, "harbour": 0.35, "hills": 0.6}.get(str(place), 0.4)
        view = rng.choice((*SATISFACTION, "no_view"),
                          p=(0.9 - excellent - 0.1, 0.15, excellent, 0.05))  # fmt: skip
        yield {
            "Timestamp": f"{1 + k % 27:02d}/03/2025 10:{k % 60:02d}:00",
            "Invitation": str(token),
            "Your role": _label_of("staff" if token else str(place)),
            "How good is the catalogue?": _label_of(str(view)),
            "Where do readers find you?": _label_of(str(rng.choice(CHANNELS))),
            "Which devices are at hand?": ", ".join(
                _label_of(code) for code in DEVICES if rng.random() < 0.5
            ),
            "How many loans a day?": str(int(rng.poisson(60))),
            "Anything else?": "",
            "Simulated": "yes",
        }


def structure(languages: Sequence[str]) -> dict[str, object]:
    """How the claims of the second study hang together."""
    return {
        "study": STUDY, "publisher": PUBLISHER, "claims": f"{STUDY}-claims", "version": "1",
        "items": {
            "reading": {"label": labels("reading", languages), "categories": ["often", "never"]},
            "borrow": {"label": labels("borrow", languages), "categories": ["monthly"]},
        },
        "sets": [
            {"id": "reading", "item": "reading", "kind": "exhaustive",
             "claims": ["obs.reading.often", "obs.reading.never"]},
            {"id": "borrow", "item": "borrow", "kind": "exclusive",
             "claims": ["obs.borrow.monthly"]},
        ],
        "shared_bases": [{"id": "both", "sets": ["reading", "borrow"]}],
        "max_missing": 1,
    }  # fmt: skip


def claims() -> Iterator[dict[str, str]]:
    """What the other publisher printed: invented."""
    for name, item, category, value in (
        ("obs.reading.often", "reading", "often", "71"),
        ("obs.reading.never", "reading", "never", "29"),
        ("obs.borrow.monthly", "borrow", "monthly", "43"),
    ):
        yield {
            "claim_id": name, "source": "https://observatory.example", "outlet": PUBLISHER,
            "date": "2023-05-01", "language": "en", "item": item, "category": category,
            "value": value, "unit": "percent", "decimals": "0", "exactness": "printed",
            "rounding": "unknown", "weighted": "unknown", "base_described": "", "wording": "",
            "attributed_to": PUBLISHER, "status": "documented", "note": "invented for a test",
        }  # fmt: skip


def _table(path: Path, rows: list[dict[str, object]] | list[dict[str, str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def add_survey(project: Project, languages: Sequence[str]) -> None:
    """Put the second wave and the second study into a project, as an analyst would."""
    root, rng = project.root, np.random.default_rng(SEED)
    invited = sample(rng)
    outside = root.parent / "exports"
    files = {
        f"{WAVE}-sample": _table(outside / "sample.csv", invited),
        WAVE: _table(outside / "answers.csv", list(answers(rng, invited))),
        f"{STUDY}-claims": _table(outside / "claims.csv", list(claims())),
    }
    margins = [
        {"variable": "branch", "category": branch, "total": str(total), "status": "scenario",
         "note": "simulated"}
        for branch, total in PEOPLE.items()
    ] + [
        {"variable": "shift", "category": shift, "total": total, "status": "scenario",
         "note": "simulated"}
        for shift, total in zip(SHIFTS, ("680", "320"), strict=True)
    ]  # fmt: skip
    _table(root / "data/margins/libraries-1.csv", margins)
    (root / "data/corrections/libraries-1.csv").write_text(
        "respondent,item,from,to,reason,reviewer\n", "utf-8"
    )
    for place, content in (
        (
            f"data/questionnaires/{questionnaire(languages)['name']}-1.yaml",
            questionnaire(languages),
        ),
        (f"data/claims/{STUDY}-1.yaml", structure(languages)),
    ):
        (root / place).write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    for name, path in files.items():
        asked = () if name.endswith("-claims") else ("--questionnaire", "libraries-1")
        added = project.readiness(
            "data", "add", str(path), "--dataset", name, "--as", "1", *asked, "--note", "simulated"
        )
        assert added.returncode == 0, added.stderr
    config = yaml.safe_load(project.read("config.yaml"))
    config["studies"][STUDY] = {
        "title": labels("title", languages),
        "claims": f"{STUDY}-claims@1",
        "structure": f"{STUDY}-1",
    }
    config["waves"][WAVE] = {
        "title": labels("title", languages), "simulated": True, "selection": "purposive",
        "answers": f"{WAVE}@1",
        "sample": f"{WAVE}-sample@1",
        "questionnaire": "libraries-1", "corrections": "libraries-1",
        "validate": {"opens": "2025-03-01", "closes": "2025-03-31"},
        "weight": {"margins": "libraries-1"},
        "estimate": {"by": "branch",
                     "items": ["satisfaction", "channel", "devices", "loans"]},
        "compare": {"items": ["satisfaction", "channel"], "seed": 1},
    }  # fmt: skip
    (root / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
