"""What `report.qmd` may use: numbers by id, sentences of verdicts, tables and charts.

A number in the report is a span with its id, `[67,3 %]{.n data-id="run/id"}`, so that the check
after rendering can hold every digit of the page against the register. Nothing is computed here.

The cells run in a folder that the render step fills: `results/study`, `results/wave` (the tables),
`charts/` (the pictures).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from readiness.errors import RenderError
from readiness.figures.register import read_register
from readiness.figures.selection import PARAGRAPH
from readiness.figures.study_rows import decode
from readiness.forensics.verdict import fill
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.questionnaire.model import Language
from readiness.tables import read_text_table

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~^@$])")
# A verdict's template has the percent sign behind the number; on the page they are one.
_UNIT_OUTSIDE = re.compile(r"\[([^\]]*)\]\{([^}]*)\}([\u00a0\u202f ]?%)")
NBSP = "\u00a0"
_PERCENT = ("%", f"{NBSP}%", "\u202f%")
EMPTY = "–"


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
        text = self.row(identity)[f"display_{self.language}"]
        return f'[{plain(text)}]{{.n data-id="{self.run}/{identity}"}}'

    def spans(self) -> dict[str, set[str]]:
        """Every `run/id` with the texts that the report may show for it."""
        shown = f"display_{self.language}"
        texts = {}
        for row in self.rows.to_dict("records"):
            texts[f"{self.run}/{row['id']}"] = {row[shown]}
            if row["kind"] == "verdict":
                texts[f"{self.run}/{row['id']}"] |= {f"{row[shown]}{sign}" for sign in _PERCENT}
        return texts


@dataclass(frozen=True)
class Report:
    """The registers of the study and of the wave, and what goes with them."""

    study: Register
    wave: Register
    verdicts: dict[str, dict[str, Any]]
    claims: pd.DataFrame
    choices: dict[str, str]
    questionnaire: Questionnaire
    language: Language
    by: str
    items: dict[str, str]
    selection: str

    @classmethod
    def open(cls) -> Report:
        """The report's material, from the folder that READINESS_RESULTS names."""
        folder = Path(os.environ.get("READINESS_RESULTS", "results"))
        settings = json.loads((folder / "report.json").read_text("utf-8"))
        language = settings["language"]
        verdicts = json.loads((folder / "study/verdicts.json").read_text("utf-8"))
        choices = read_text_table(folder / "wave/choices.csv", "the choices of tests")
        return cls(
            study=Register(read_register(folder / "study/figures.csv"), language),
            wave=Register(read_register(folder / "wave/figures.csv"), language),
            verdicts={verdict["id"]: verdict for verdict in verdicts},
            claims=read_text_table(folder / "study/claims.csv", "the claims"),
            choices=dict(zip(choices["item"], choices[language], strict=True)),
            questionnaire=load_questionnaire(folder / "wave" / settings["questionnaire"]),
            language=language,
            by=settings["by"],
            items=settings["items"],
            selection=settings["selection"],
        )

    def number(self, identity: str) -> Markdown:
        """The number of an id of either run: `wave:preparation.low.all`, `study:claim...`."""
        which, _, rest = identity.partition(":")
        return Markdown({"wave": self.wave, "study": self.study}[which].span(rest))

    def interval(self, identity: str) -> Markdown:
        """The two ends of an interval, or a dash where the selection of respondents allows none."""
        if not self.wave.has(f"{identity}.lower"):
            return Markdown(EMPTY)
        ends = [self.wave.span(f"{identity}.{end}") for end in ("lower", "upper")]
        return Markdown(" à ".join(ends))

    def verdict(self, identity: str) -> Markdown:
        """A verdict's sentence, each of its numbers traceable."""
        if identity not in self.verdicts:
            raise RenderError(f"no verdict {identity!r}; there are {', '.join(self.verdicts)}.")
        verdict = self.verdicts[identity]
        numbers = {name: decode(number) for name, number in verdict["numbers"].items()}
        template = verdict["template"][self.language]

        def mark(name: str, text: str) -> str:
            return f'[{plain(text)}]{{.n data-id="{self.study.run}/verdict.{identity}.{name}"}}'

        filled = fill(template, numbers, self.language, mark)
        return Markdown(
            _UNIT_OUTSIDE.sub(lambda m: f"[{m[1]}{m[3].replace(' ', NBSP)}]{{{m[2]}}}", filled)
        )

    def verdict_list(self, *prefixes: str) -> None:
        """Print the verdicts whose ids begin with one of the prefixes, as a list."""
        for identity in self.verdicts:
            if identity.startswith(prefixes):
                print(f"- {self.verdict(identity)}")

    def summary(self) -> Markdown:
        """The verdicts that make one fair paragraph."""
        told = [identity for identity, verdict in self.verdicts.items() if verdict["summary"]]
        return Markdown(" ".join(self.verdict(identity) for identity in told))

    def sample(self) -> Markdown:
        """What the report says of the sample: the words that its selection allows."""
        return Markdown(PARAGRAPH[self.selection])

    def groups(self, item: str) -> dict[str, str]:
        """The groups of an item: code to label, the total first, experts last where they answer."""
        labels = self.questionnaire.frame_variable(self.by).labels(self.language)
        experts = {"expert": EXPERTS} if self.wave.has(f"{item}.n.expert") else {}
        return {"all": "**Ensemble**", **labels, **experts}

    @property
    def group_label(self) -> str:
        """What the groups are: the profession."""
        return self.questionnaire.frame_variable(self.by).label.text(self.language)

    def chart(
        self, folder: str, name: str, label: str, caption: str, *, narrow: bool = True
    ) -> None:
        """Print a chart of `charts/<folder>/<name>.svg`, with a narrow one for telephones."""
        text = Path(f"charts/{folder}/{name}.txt")
        alt = text.read_text("utf-8").strip().replace('"', "'") if text.exists() else caption
        print(f"::: {{#{label}}}\n")
        print(f'![](charts/{folder}/{name}.svg){{.wide fig-alt="{alt}"}}\n')
        if narrow:
            print('::: {.content-visible when-format="html"}\n')
            print(f'![](charts/{folder}/{name}-narrow.svg){{.narrow fig-alt="{alt}"}}\n')
            print(":::\n")
        print(f"{caption}\n\n:::\n")

    def table(
        self,
        header: Sequence[str],
        rows: Iterable[Sequence[object]],
        label: str,
        caption: str,
        *,
        words: Sequence[int] = (0,),
    ) -> None:
        """Print a Markdown table: numbers to the right, the columns `words` to the left."""
        print("| " + " | ".join(header) + " |")
        print("|" + "|".join(":--" if i in words else "--:" for i in range(len(header))) + "|")
        for row in rows:
            print("| " + " | ".join(str(cell) for cell in row) + " |")
        print(f"\n: {caption} {{#{label}}}\n")

    def levels(self, item: str, levels: Sequence[str], label: str, caption: str) -> None:
        """Print the shares of several levels by group, with the number of answers."""
        labels = {**self.questionnaire.item(item).labels(self.language), **SPECIAL_LEVELS}
        rows = [
            [
                name,
                *(self.wave.span(f"{item}.{level}.{group}") for level in levels),
                self.wave.span(f"{item}.n.{group}"),
            ]
            for group, name in self.groups(item).items()
        ]
        header = [self.group_label, *(labels[level] for level in levels), "Réponses"]
        self.table(header, rows, label, caption)

    def share(self, item: str, level: str, label: str, caption: str) -> None:
        """Print one share by group: interval, answers, effective answers, reliability."""
        labels = {**self.questionnaire.item(item).labels(self.language), **SPECIAL_LEVELS}
        rows = []
        for group, name in self.groups(item).items():
            figure = f"{item}.{level}.{group}"
            known = self.wave.has(f"{figure}.lower")
            rows.append(
                [
                    name,
                    self.wave.span(figure),
                    self.interval(figure),
                    self.wave.span(f"{item}.n.{group}"),
                    self.wave.span(f"{figure}.n_eff") if known else EMPTY,
                    RELIABILITY[self.wave.row(figure)["reliability"]],
                ]
            )
        precision = ("Intervalle", "Réponses", "Effectif utile", "Fiabilité")
        header = [self.group_label, labels[level], *precision]
        self.table(header, rows, label, caption, words=(0, 5))

    def options(self, item: str, label: str, caption: str) -> None:
        """Print the options of a multiple-choice item on both of its bases."""
        labels = self.questionnaire.item(item).labels(self.language)
        header = ["Réponse", "Parmi les réponses", "Intervalle", "Parmi les personnes interrogées"]
        rows = [
            [
                name,
                self.wave.span(f"{item}.{code}.all"),
                self.interval(f"{item}.{code}.all"),
                self.wave.span(f"{item}.{code}.all.asked"),
            ]
            for code, name in labels.items()
        ]
        self.table(header, rows, label, caption)

    def contrasts(self, item: str, label: str, caption: str) -> None:
        """Print every pair of groups: difference, interval, adjusted p."""
        groups = {code: name for code, name in self.groups(item).items() if code != "all"}
        rows = []
        for a, first in groups.items():
            for b, second in groups.items():
                figure = f"{item}.contrast.{a}.{b}"
                if self.wave.has(figure):
                    rows.append(
                        [
                            f"{second} – {first}",
                            self.wave.span(figure),
                            self.interval(figure),
                            self.wave.span(f"{figure}.p"),
                        ]
                    )
        self.table(["Paire", "Différence", "Intervalle", "p ajusté"], rows, label, caption)

    def claims_table(self, label: str, caption: str) -> None:
        """Print the published figures: each one once, whose it is, and every outlet that has it."""
        printed = self.claims[self.claims["unit"] != "text"]
        rows = []
        for key, same in printed.groupby(
            ["item", "category", "value", "attributed_to"], sort=False
        ):
            item, category, whose = str(key[0]), str(key[1]), str(key[3])
            outlets = dict(zip(same["outlet"], same["source"], strict=True))
            rows.append(
                [
                    f"{self.items.get(item, item)} : {CATEGORIES.get(category, category)}",
                    self.study.span(f"claim.{same['claim_id'].iloc[0]}"),
                    "presse" if whose == "press" else whose,
                    ", ".join(f"[[{plain(o)}]{{.prov}}]({url})" for o, url in outlets.items()),
                ]
            )
        header = ["Question et réponse", "Imprimé", "Chiffre de", "Sources"]
        self.table(header, rows, label, caption, words=(0, 2, 3))

    def margins_table(self, label: str, caption: str) -> None:
        """Print each margin's target and what is left of the gap after raking and trimming."""
        rows = []
        for variable in self.questionnaire.frame:
            for code, name in variable.labels(self.language).items():
                gap = f"weighting.gap.{variable.id}.{code}"
                if self.wave.has(gap):
                    rows.append(
                        [
                            f"{variable.label.text(self.language)} : {name}",
                            self.wave.span(f"weighting.target.{variable.id}.{code}"),
                            self.wave.span(f"{gap}.raked"),
                            self.wave.span(gap),
                        ]
                    )
        self.table(["Marge", "Cible", "Après calage", "Après écrêtage"], rows, label, caption)

    def revision_table(self, item: str, level: str, label: str, caption: str) -> None:
        """Print how a share moved since the publication that the wave revises."""
        rows = []
        for group, name in self.groups(item).items():
            figure = f"{item}.{level}.{group}"
            if self.wave.has(f"revision.{figure}"):
                before, change = f"revision.{figure}.before", f"revision.{figure}"
                spans = [self.wave.span(i) for i in (before, figure, change)]
                rows.append([name, *spans])
        self.table(["", "Publié d'abord", "Maintenant", "Révision"], rows, label, caption)

    def engine(self) -> Markdown:
        """What renders this page."""
        return Markdown(f"[{os.environ['READINESS_ENGINE']}]{{.prov}}")

    def provenance(self) -> None:
        """Print which dataset versions the numbers rest on, and their lineage."""
        for register in (self.study, self.wave):
            dataset = str(register.rows["dataset"].iloc[0])
            lineage = str(register.rows["lineage"].iloc[0]).split()
            marks = ", ".join(f"[{value[:16]}]{{.prov}}" for value in lineage)
            print(f"- [{dataset}]{{.prov}} ; lignage {marks}")


class Markdown(str):
    """Text that a notebook shows as Markdown and that a cell can print."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)


EXPERTS = "*Experts (non pondéré, hors total)*"
SPECIAL_LEVELS = {"low": "Inexistante ou faible", "dont_know": "Ne sait pas"}
RELIABILITY = {
    "present": "bonne",
    "review": "à revoir",
    "caution": "prudence",
    "suppress": "insuffisante",
    "": EMPTY,
}
CATEGORIES = {
    "weak": "faible",
    "none": "inexistante",
    "not_trained": "non formées",
    "weak_command": "faible maîtrise",
    "not_ready": "pas prêts",
    "respondents": "nombre de destinataires ou de réponses",
    "not_completely": "pas complètement",
    "always_human": "toujours un humain",
    "yes": "oui",
    "no": "non",
    "social": "sociale",
    "technological": "technologique",
    "lower": "oui",
    "saved": "oui",
}
"""The answers of the published figures, in the words of the report."""
