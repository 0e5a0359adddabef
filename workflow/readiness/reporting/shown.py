"""What a report shows: the register of a study or of a wave, and what is read beside it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from readiness.errors import RenderError
from readiness.facts import from_json
from readiness.language import tell
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.questionnaire.model import Language
from readiness.register.display import shown
from readiness.register.figures import read_register
from readiness.tables import read_text_table

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~^@$])")
NBSP = "\u00a0"
_PERCENT = ("%", f"{NBSP}%", "\u202f%")


def plain(text: str) -> str:
    """The text with nothing in it that Markdown would read as markup."""
    return _MARKUP.sub(r"\\\1", text)


@dataclass(frozen=True)
class Register:
    """The figures of one run, shown in one language."""

    rows: pd.DataFrame
    language: Language

    @property
    def run(self) -> str:
        """The run's name, the first part of every id in the report."""
        return str(self.rows["run"].iloc[0])

    def row(self, identity: str) -> dict[str, Any]:
        """The row of an id; RenderError when there is none."""
        found = self.rows[self.rows["id"] == identity]
        if found.empty:
            raise RenderError(f"{self.run}: no figure {identity!r} in the register.")
        return {str(key): value for key, value in found.iloc[0].items()}

    def has(self, identity: str) -> bool:
        """Whether the register holds the id."""
        return bool((self.rows["id"] == identity).any())

    def span(self, identity: str) -> str:
        """The number as the check after rendering expects it."""
        text = shown(self.row(identity), self.language)
        return f'[{plain(text)}]{{.n data-id="{self.run}/{identity}"}}'

    def spans(self) -> dict[str, set[str]]:
        """Every `run/id` with the texts that the report may show for it."""
        texts = {}
        for row in self.rows.to_dict("records"):
            text = shown(row, self.language)
            texts[f"{self.run}/{row['id']}"] = {text}
            if row["kind"] == "verdict":
                texts[f"{self.run}/{row['id']}"] |= {f"{text}{sign}" for sign in _PERCENT}
        return texts

    @property
    def simulated(self) -> bool:
        """Whether no real person gave the answers behind it."""
        return bool((self.rows["simulated"] == "true").any())

    @property
    def revises(self) -> bool:
        """Whether it shows how numbers moved since an earlier publication."""
        return bool(self._revision.any())

    @property
    def _revision(self) -> pd.Series[bool]:
        return self.rows["id"].str.startswith("revision.")

    @property
    def datasets(self) -> list[str]:
        """The dataset versions behind any of its numbers, sorted."""
        return sorted({name for cell in self.rows["dataset"] for name in cell.split()})

    @property
    def current_datasets(self) -> list[str]:
        """The same for the numbers themselves, without how they moved since an earlier one."""
        return replace(self, rows=self.rows[~self._revision]).datasets

    @property
    def lineage(self) -> list[str]:
        """The lineage hashes behind any of its numbers, sorted, as the report shows them."""
        return sorted({value[:16] for cell in self.rows["lineage"] for value in cell.split()})


@dataclass(frozen=True)
class ShownStudy:
    """A study's figures, what they can mean, and who printed them."""

    register: Register
    title: str
    verdicts: dict[str, dict[str, Any]]
    claims: pd.DataFrame
    items: dict[str, str]


@dataclass(frozen=True)
class ShownWave:
    """A wave's figures, why which test leads, and what was asked of whom."""

    register: Register
    title: str
    choices: dict[str, str]
    questionnaire: Questionnaire
    by: str
    selection: str


def open_study(folder: Path, settings: dict[str, Any], language: Language) -> ShownStudy:
    """The study whose files the render step put into `folder`."""
    verdicts = json.loads((folder / "verdicts.json").read_text("utf-8"))
    return ShownStudy(
        register=Register(read_register(folder / "figures.csv"), language),
        title=settings["title"],
        verdicts={verdict["id"]: verdict for verdict in verdicts},
        claims=read_text_table(folder / "claims.csv", "the claims"),
        items=settings["items"],
    )


def open_wave(folder: Path, settings: dict[str, Any], language: Language) -> ShownWave:
    """The wave whose files the render step put into `folder`."""
    choices = read_text_table(folder / "choices.csv", "the choices of tests")
    return ShownWave(
        register=Register(read_register(folder / "figures.csv"), language),
        title=settings["title"],
        choices={
            item: tell(from_json(fact), language)
            for item, fact in zip(choices["item"], choices["fact"], strict=True)
        },
        questionnaire=load_questionnaire(folder / settings["questionnaire"]),
        by=settings["by"],
        selection=settings["selection"],
    )
