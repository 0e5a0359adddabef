"""The page for the data protection officer: what a wave's release hides, and what it could tell."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pandas as pd

from readiness.config import Section, parse_json
from readiness.language import Language
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.register.figures import read_register
from readiness.running.step import Outputs, add_step_arguments, log
from readiness.site.dpo import REASONS, Protection, dpo_page
from readiness.tables import read_text_table
from readiness.validation.separating import PERSONAL_DATA, set_apart

TABLES = ("figures", "attack", "verdict", "issues", "questionnaire")
LONGEST = 10
"""Groups in the table: a sheet has no room for more."""


class DpoPages(Section):
    """What is told beside the tables: the wave's title by language, and what was stated."""

    languages: list[str]
    titles: dict[str, str]
    simulated: bool
    pseudonyms: bool
    reader: str
    privacy: dict[str, Any]
    signed_off_by: str


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, *TABLES)


def run(arguments: argparse.Namespace) -> int:
    """Write `dpo-<language>.html` in each language."""
    settings = parse_json(DpoPages, arguments.settings)
    inputs: dict[str, Path] = {name: getattr(arguments, name) for name in TABLES}
    questionnaire = load_questionnaire(inputs["questionnaire"])
    tables = {
        "figures": read_register(inputs["figures"]),
        "attack": read_text_table(inputs["attack"], "the attack"),
        "issues": read_text_table(inputs["issues"], "the issues"),
    }
    verdict = json.loads(inputs["verdict"].read_text("utf-8"))
    beside = inputs["figures"].with_name("disclosure.json")
    withheld = json.loads(beside.read_text("utf-8")) if beside.exists() else {}
    inputs |= {"disclosure": beside} if beside.exists() else {}
    outputs = Outputs("dpo", arguments.out)
    for language in settings.languages:
        found = protection(settings, questionnaire, tables, verdict, withheld, language)
        title = settings.titles.get(language) or next(iter(settings.titles.values()))
        outputs.file(f"dpo-{language}.html", dpo_page(found, title, language))
    outputs.finish(code=arguments.code, settings=settings.model_dump(), inputs=inputs)
    log.info("page for the data protection officer: %s", ", ".join(settings.languages))
    return 0


def protection(
    settings: DpoPages,
    questionnaire: Questionnaire,
    tables: dict[str, pd.DataFrame],
    verdict: dict[str, Any],
    withheld: dict[str, Any],
    language: Language,
) -> Protection:
    """What the page tells, of the register, the attack, the issues and what suppression left.

    `withheld` is `disclosure.json`, empty where the register came without one.
    """
    figures, attacked = tables["figures"], tables["attack"]
    estimates = figures[figures["kind"] == "estimate"]
    gone = int((estimates["suppressed"] != "").sum())
    readers = attacked["reader"].unique().tolist() if len(attacked) else []
    groups = withheld.get("by_group", {})
    most = sorted(groups, key=lambda name: (-groups[name]["withheld"], name))[:LONGEST]
    return Protection(
        numbers=int(withheld.get("numbers", len(estimates))),
        withheld=sum(int(withheld.get(reason, 0)) for reason in REASONS) or gone,
        reasons={reason: int(withheld.get(reason, 0)) for reason in REASONS},
        by_group=tuple(
            (_label(questionnaire, name, language), groups[name]["withheld"], groups[name]["of"])
            for name in most
        ),
        reader=str(withheld.get("reader", settings.reader)),
        minimum=int(verdict["minimum"]),
        width=int(verdict["width"]),
        optimal=withheld.get("optimal"),
        attack=verdict,
        readers=tuple(sorted(readers)),
        apart=len(set_apart(questionnaire)),
        seen=int((tables["issues"]["rule"] == PERSONAL_DATA).sum()),
        pseudonyms=settings.pseudonyms,
        simulated=settings.simulated,
        datasets=" ".join(sorted({n for cell in figures["dataset"] for n in cell.split()})),
        privacy=settings.privacy,
        signed_off_by=settings.signed_off_by,
    )


def _label(questionnaire: Questionnaire, group: str, language: Language) -> str:
    """What a group is called: that of a further variable is `variable:code`."""
    name, colon, code = group.rpartition(":")
    for variable in questionnaire.groupings:
        labels = {c.code: c.labels for c in variable.categories}
        if (not colon or variable.id == name) and code in labels:
            return labels[code].get(language, code)
    return group
