"""A simulated wave with planted secrets: run, frozen, bundled, and not one of them left the house.

    python benchmarks/planted_secrets.py [--keep FOLDER]

Secrets (names, telephone numbers, addresses, identity papers, free text, codes) stand where
respondents and samples put them: in open answers, in cells whose option nobody offered, in a
personal question, in columns that are not read, in the sample's own columns, in the codes of
invitations; and rare combinations of answers, each of one person alone. Then every file that is
meant for release, every log and every provenance record is searched for them, as they are, in any
case, within archives, workbooks and streams of PDFs, and in base64. Exit code 1 where one is found.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import csv
import io
import re
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from project_copy import Project, copy_project

WAVE = "offices-2025"
SEED = 20250707
PEOPLE = {"north": 400, "south": 600}
DRAWN = {"north": 60, "south": 90}
# `semaphore` is the answer of one person alone.
USES = ("daily", "weekly", "rarely", "semaphore")
AREAS = ("letters", "sums", "maps")
FIRST = ("Rita", "Omar", "Salma", "Youssef", "Nadia", "Karim", "Ilham", "Driss", "Hiba", "Anas")
LAST = ("Zemmouri", "Quatrefages", "Oubaydallah", "Xhelili", "Wintergerst", "Tazrouti")
# Folders of results that have a row a respondent, or are for the office itself.
INTERNAL = (
    "inputs",
    "private",
    "validate",
    "derive",
    "weight",
    "disclosure",
    "attack",
    "estimate",
    "compare",
    "faults",
)


@dataclass
class Secrets:
    """The planted texts, by where they were put."""

    by_place: dict[str, list[str]] = field(default_factory=dict)

    def plant(self, place: str, secret: str) -> str:
        """Note a secret; what it is."""
        self.by_place.setdefault(place, []).append(secret)
        return secret

    @property
    def all(self) -> list[str]:
        """Each of them."""
        return [secret for planted in self.by_place.values() for secret in planted]


def _names(rng: np.random.Generator) -> Iterator[str]:
    pairs = [f"{first} {last}" for first in FIRST for last in LAST]
    yield from rng.permutation(pairs).tolist()


def _number(rng: np.random.Generator) -> str:
    return "06" + "".join(str(d) for d in rng.integers(0, 10, 8))


def questionnaire(text: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What was asked; `text` replaces labels and headers by their name."""
    said = dict(text or {})

    def told(name: str, plain: str) -> str:
        return said.get(name, plain)

    def option(item: str, code: str) -> dict[str, Any]:
        name = told(f"{item}.{code}", code.capitalize())
        return {"code": code, "text": name, "labels": {"en": name}}

    def item(
        name: str, kind: str, column: str, codes: Sequence[str] = (), **more: Any
    ) -> dict[str, Any]:
        found: dict[str, Any] = {
            "id": name,
            "kind": kind,
            "column": told(f"{name}.column", column),
            "label": {"en": told(f"{name}.label", column)},
            "source": told(f"{name}.source", "made for a test"),
            "status": "inferred",
            **more,
        }
        return found | ({"categories": [option(name, c) for c in codes]} if codes else {})

    areas = [
        {
            "code": area,
            "text": told(f"region.{area}", area.capitalize()),
            "labels": {"en": told(f"region.{area}", area.capitalize())},
        }
        for area in PEOPLE
    ]
    return {
        "name": "offices",
        "version": "1",
        "language": "en",
        "title": {"en": told("title", "Offices")},
        "export": {
            "timestamp": "Timestamp",
            "invitation": "Code",
            "marker": "Simulated",
            "marked": "yes",
            "ignored": ["E-mail", "Phone", told("ignored", "Notes")],
        },
        "frame": [
            {"id": "region", "label": {"en": told("region.label", "Region")}, "categories": areas}
        ],
        "items": [
            item("use", "ordinal", "How often?", USES, boxes={"low": [USES[0]]}),
            item("areas", "multi", "For what?", AREAS, blank_means="none"),
            item(
                "years",
                "number",
                "Since how many years?",
                range={
                    "low": 0,
                    "high": 60,
                    "unit": {"en": told("years.unit", "years")},
                    "language": "en",
                },
            ),
            item("who", "text", "Who are you?", personal=True),
            item("said", "text", "Anything else?"),
        ],
    }


def tables(
    secrets: Secrets, form: Mapping[str, Any], said: Iterable[str] = ()
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The export and the sample of the wave, secrets planted; `said`: further open answers."""
    rng = np.random.default_rng(SEED)
    names, open_answers = _names(rng), list(said)
    columns = {item["id"]: item["column"] for item in form["items"]}
    texts = {
        i["id"]: {c["code"]: c["text"] for c in i.get("categories", ())} for i in form["items"]
    }
    sample, export = [], []
    number = 0
    for region, drawn in DRAWN.items():
        for k in range(drawn):
            code = f"{region[:1].upper()}{k:03d}ZKQ{number:03d}"
            if number % 15 == 0:
                secrets.plant("invitation", code)
            person = {
                "token": code,
                "stratum": region,
                "region": region,
                "stratum_population": str(PEOPLE[region]),
                "stratum_drawn": str(drawn),
                "base_weight": f"{PEOPLE[region] / drawn:.10f}",
                "simulated": "yes",
                "full_name": secrets.plant("sample", next(names)) if number % 15 == 1 else "",
            }
            sample.append(person)
            number += 1
    answered = [person for person in sample if rng.random() < 0.8]
    for place, person in enumerate(answered):
        use = USES[3] if place == 5 else USES[int(rng.integers(0, 3))]
        chosen = [a for a in AREAS if rng.random() < 0.5]
        cells = {
            "Timestamp": f"{1 + place % 27:02d}/03/2025 10:{place % 60:02d}:00",
            "Code": person["token"],
            columns["use"]: texts["use"][use],
            columns["areas"]: ", ".join(texts["areas"][a] for a in chosen),
            columns["years"]: str(int(rng.integers(0, 40))),
            columns["who"]: "",
            columns["said"]: open_answers.pop() if open_answers else "",
            "E-mail": "",
            "Phone": "",
            form["export"]["ignored"][2]: "",
            "Simulated": "yes",
        }
        mail = next(names).lower().replace(" ", ".") + "@mail.example" if place % 12 == 2 else ""
        if mail:
            cells["E-mail"] = secrets.plant("ignored", mail)
        if place % 12 == 3:
            cells["Phone"] = secrets.plant("ignored", _number(rng))
        if place % 12 == 4:
            cells[columns["who"]] = secrets.plant("personal", f"Office of {next(names)}")
        if place % 12 == 6:
            told = secrets.plant("open", f"my boss {next(names)}") + ", call "
            cells[columns["said"]] = told + secrets.plant("open", _number(rng))
        if place % 40 == 8:
            cells[columns["use"]] = secrets.plant("option", f"only when {next(names)} asks")
        if place % 40 == 9:
            cells[columns["years"]] = secrets.plant(
                "option", f"BK{int(rng.integers(100_000, 1_000_000))}"
            )
        export.append(cells)
    return export, sample


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def make_project(
    root: Path,
    secrets: Secrets,
    text: Mapping[str, str] | None = None,
    said: Iterable[str] = (),
) -> Project:
    """A project with this wave alone, its data restricted and in a remote of their own.

    `text` are texts of the questionnaire and the configuration by their name, `said` further open
    answers.
    """
    project = copy_project(root)
    for publication in (root / "publications").glob("*/"):
        for path in sorted(publication.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        publication.rmdir()
    (root / "publications/index.json").unlink()
    form = questionnaire(text)
    export, sample = tables(secrets, form, said)
    name = "data/questionnaires/offices-1.yaml"
    (root / name).write_text(yaml.safe_dump(form, allow_unicode=True), "utf-8")
    told = dict(text or {})
    margins = [
        {
            "variable": "region",
            "category": region,
            "total": str(total),
            "status": "scenario",
            "note": told.get("margins.note", "simulated"),
        }
        for region, total in PEOPLE.items()
    ]
    _write(root / "data/margins/offices-1.csv", margins)
    years = form["items"][2]["column"]
    row, corrected = next((k, r) for k, r in enumerate(export, 2) if r[years].isdigit())
    # The row of the export names nobody; a publication holds this file.
    correction = {
        "respondent": f"row-{row}",
        "item": "years",
        "from": corrected[years],
        "to": "7",
        "reason": told.get("reason", "checked"),
        "reviewer": told.get("reviewer", "a reviewer"),
    }
    _write(root / "data/corrections/offices-1.csv", [correction])
    private = root.parent / "private"
    private.mkdir()
    project.call(".venv/bin/python", "-m", "dvc", "remote", "add", "-q", "-d", "own", str(private))
    for dataset, rows in ((WAVE, export), (f"{WAVE}-sample", sample)):
        path = _write(root.parent / f"{dataset}.csv", rows)
        note = told.get("note", "simulated")
        added = project.readiness(
            "data",
            "add",
            str(path),
            "--dataset",
            dataset,
            "--as",
            "1",
            "--restricted",
            "--note",
            note,
        )
        if added.returncode:
            raise SystemExit(added.stderr)
    config = {
        "report": {"title": {"en": told.get("report", "Offices")}, "languages": ["en"]},
        "privacy": {"telephone": ["0[5-8]########"], "identity": ["@@######"]},
        "waves": {
            WAVE: {
                "title": {"en": told.get("wave", "Offices 2025")},
                "simulated": True,
                "selection": "probability",
                "answers": f"{WAVE}@1",
                "sample": f"{WAVE}-sample@1",
                "questionnaire": "offices-1",
                "corrections": "offices-1",
                "validate": {"opens": "2025-03-01", "closes": "2025-03-31", "largest_loss": 0.5},
                "weight": {"margins": "offices-1"},
                "estimate": {"by": "region", "items": ["use", "areas", "years"]},
                "compare": {"items": ["use"], "seed": 1},
            }
        },
    }
    (root / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    return project


# The search.


def parts(name: str, content: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """A file and whatever is packed in it: archives, workbooks, streams of a PDF, base64."""
    yield name, content
    if depth > 5:
        return
    for inner, part in _packed(content):
        yield from parts(f"{name} > {inner}", part, depth + 1)
    for run in re.findall(rb"[A-Za-z0-9+/_-]{24,}={0,2}", content):
        with_plus = run.translate(bytes.maketrans(b"-_", b"+/"))
        for cut in range(4):
            try:
                decoded = base64.b64decode(with_plus[: (len(with_plus) - cut) // 4 * 4])
            except binascii.Error:
                continue
            yield f"{name} > base64", decoded
            break


def _packed(content: bytes) -> list[tuple[str, bytes]]:
    try:
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return [(n, archive.read(n)) for n in archive.namelist() if not n.endswith("/")]
        if content[257:262] == b"ustar":
            with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                files = [member for member in tar if member.isfile()]
                return [(m.name, tar.extractfile(m).read()) for m in files]  # type: ignore[union-attr]
        if content[:2] == b"\x1f\x8b":
            return [("gzip", zlib.decompressobj(31).decompress(content))]
        if content[:4] == b"%PDF":
            streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
            return [(f"stream {k}", _inflated(stream)) for k, stream in enumerate(streams)]
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, OSError):
        pass
    return []


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return b""


def found_in(files: Iterable[Path], secrets: Sequence[str]) -> list[str]:
    """Which secrets stand in which file, each as `file: secret`."""
    wanted = {s: s.casefold().encode() for s in secrets}
    # In UTF-16, as spreadsheets and PDFs write text, there is a zero between any two letters.
    found = []
    for path in files:
        for name, part in parts(str(path), path.read_bytes()):
            plain = part.lower()
            wide = plain.replace(b"\0", b"")
            found += [f"{name}: {s}" for s, raw in wanted.items() if raw in plain or raw in wide]
    return found


def rare_answers(results: Path) -> list[str]:
    """The ids of released numbers that show how many gave the answer of one person alone."""
    found = []
    for path in sorted(results.glob("waves/*/register/figures.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["level"] != USES[3] or row["kind"] != "estimate" or row["suppressed"]:
                    continue
                found += [row["id"]] if float(row["value"] or 0) > 0 else []
    return found


def for_release(root: Path) -> list[Path]:
    """The files of a project that leave it: the site, publications, what stands beside a report,
    and bundles; and its logs and provenance records, which are handed on when something fails.
    """
    results = root / "results"
    files = []
    for path in sorted(results.rglob("*")):
        step = set(path.relative_to(results).parts[:-1]) & set(INTERNAL)
        if path.is_file() and (not step or path.name == "lineage.json"):
            files.append(path)
    files += sorted(p for p in (root / "publications").rglob("*") if p.is_file())
    files += sorted((root / ".snakemake").rglob("*.log"))
    files += sorted(root.glob("*.zip"))
    return files


def main() -> int:
    """Plant, run, freeze, bundle, search."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, help="a new folder for the project")
    folder = parser.parse_args().keep or Path(tempfile.mkdtemp(prefix="planted-"))
    folder.mkdir(parents=True, exist_ok=True)
    secrets = Secrets()
    project = make_project(folder / "project", secrets)
    for command in (
        ("run",),
        ("freeze", "offices-r1", "--wave", WAVE, "--reviewer", "nobody", "--release"),
        ("bundle", "offices-r1", "--to", "offices.zip", "--without-restricted"),
    ):
        result = project.readiness(*command)
        (project.root / "results/logs" / f"{command[0]}.out").write_text(
            result.stdout + result.stderr, "utf-8"
        )
        if result.returncode:
            sys.exit(f"{' '.join(command)}: {result.stderr[-2000:]}")
    files = for_release(project.root)
    found = found_in(files, secrets.all) + rare_answers(project.root / "results")
    print(
        f"{len(secrets.all)} secrets in {len(secrets.by_place)} places: "
        f"{', '.join(f'{place} {len(v)}' for place, v in secrets.by_place.items())}"
    )
    print(f"{len(files)} files searched, {len(found)} secrets found")
    for line in found:
        print(f"  {line}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
