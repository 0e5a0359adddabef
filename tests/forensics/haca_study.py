"""HACA's published figures, as the repository holds them: the engine's first real case."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml

from readiness.forensics.arithmetic.bases import FigureSet, SetKind
from readiness.forensics.arithmetic.figures import parse_figure
from readiness.forensics.judging.structure import Structure, parse_structure
from readiness.forensics.judging.study import judge
from readiness.forensics.judging.verdict import Verdict
from readiness.language.catalogue import strip_marks
from readiness.reporting.verdicts import render_verdict

ROOT = Path(__file__).parents[2]


def haca_claims(version: str) -> pd.DataFrame:
    """The register from wherever the checkout has it: pulled, restored, or in the store."""
    places = [
        ROOT / "data" / "raw" / "haca-2024-claims" / f"{version}.csv",
        ROOT / "results" / "inputs" / "haca-2024-claims" / f"{version}.csv",
    ]
    pointer = places[0].with_suffix(".csv.dvc")
    if pointer.exists():
        md5 = str(yaml.safe_load(pointer.read_text("utf-8"))["outs"][0]["md5"])
        places.append(ROOT / "data" / "store" / "files" / "md5" / md5[:2] / md5[2:])
    for place in places:
        if place.exists():
            return pd.read_csv(place, dtype=str, keep_default_na=False)
    pytest.skip(f"haca-2024-claims@{version} is not restored here")


def haca_structure(version: str) -> Structure:
    """How a version of the claims hangs together; that of the second as config.yaml has it."""
    name = {"1": "haca-2024-1", "2": "haca-2024-6"}[version]
    text = (ROOT / "data" / "claims" / f"{name}.yaml").read_text("utf-8")
    return parse_structure(yaml.safe_load(text))


def sentence(verdict: Verdict, language: str = "en") -> str:
    """What a verdict says, without the marks of direction around its names."""
    return strip_marks(render_verdict(verdict.facts, language))


@cache
def haca_verdicts(version: str) -> dict[str, Verdict]:
    """The verdicts on a version of HACA's claims, by id; computed once."""
    found = judge(haca_claims(version), haca_structure(version))
    by_id = {v.id: v for v in found}
    assert len(by_id) == len(found)
    return by_id


def figure_set(texts: list[str], kind: SetKind | str = SetKind.EXCLUSIVE) -> FigureSet:
    """A set of figures as printed: `figure_set(["67", "33"], "exhaustive")`."""
    return FigureSet(tuple(parse_figure(text) for text in texts), SetKind(kind))
