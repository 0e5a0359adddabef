"""What a report may use: numbers by id, sentences of verdicts, tables and charts.

A number in the report is a span with its id, `[67,3 %]{.n data-id="run/id"}`, so that the check
after rendering can hold every digit of the page against the register. Nothing is computed here.

The cells run in a folder that the render step fills: `results/<run>/` has the tables of a run,
`results/<run>/charts` its pictures. A report shows a study, a wave, or both. What a simulated wave
shows is marked as simulated here, in every caption, so that no document can forget it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from readiness.errors import RenderError
from readiness.forensics.judging.verdict import facts_of
from readiness.forensics.reporting import told
from readiness.questionnaire import Questionnaire
from readiness.questionnaire.model import Language
from readiness.reporting.selection import PARAGRAPH
from readiness.reporting.shown import (
    NBSP,
    Register,
    ShownStudy,
    ShownWave,
    open_study,
    open_wave,
    plain,
)

# A verdict's template has the percent sign behind the number; on the page they are one.
_UNIT_OUTSIDE = re.compile(r"\[([^\]]*)\]\{([^}]*)\}([\u00a0\u202f ]?%)")
EMPTY = "–"


@dataclass(frozen=True)
class Report:
    """The study, the wave, or both that a report shows.

    Whatever needs the one that is not shown raises RenderError.
    """

    language: Language
    shown_study: ShownStudy | None
    shown_wave: ShownWave | None

    @classmethod
    def open(cls) -> Report:
        """The report's material, from the folder that READINESS_RESULTS names."""
        folder = Path(os.environ.get("READINESS_RESULTS", "results"))
        settings = json.loads((folder / "report.json").read_text("utf-8"))
        language = settings["language"]
        of_kind = {part["kind"]: part for part in settings["parts"]}
        study, wave = of_kind.get("study"), of_kind.get("wave")
        return cls(
            language,
            open_study(folder / study["run"], study, language) if study else None,
            open_wave(folder / wave["run"], wave, language) if wave else None,
        )

    @property
    def _study(self) -> ShownStudy:
        if self.shown_study is None:
            raise RenderError("this report shows no study.")
        return self.shown_study

    @property
    def _wave(self) -> ShownWave:
        if self.shown_wave is None:
            raise RenderError("this report shows no wave.")
        return self.shown_wave

    @property
    def study(self) -> Register:
        """The study's figures."""
        return self._study.register

    @property
    def wave(self) -> Register:
        """The wave's figures."""
        return self._wave.register

    @property
    def questionnaire(self) -> Questionnaire:
        """What the wave asked."""
        return self._wave.questionnaire

    @property
    def choices(self) -> dict[str, str]:
        """Why which test leads, by item."""
        return self._wave.choices

    @property
    def shown(self) -> list[ShownStudy | ShownWave]:
        """What is shown, the study first."""
        return [part for part in (self.shown_study, self.shown_wave) if part is not None]

    def title(self, which: Literal["study", "wave"]) -> Markdown:
        """The title that the configuration gives the study or the wave."""
        return Markdown(plain((self._study if which == "study" else self._wave).title))

    def datasets(self) -> Markdown:
        """The dataset versions behind the report, without what was published before a revision."""
        names = [name for part in self.shown for name in part.register.current_datasets]
        return Markdown(", ".join(f"[{name}]{{.prov}}" for name in names) or EMPTY)

    def _marked(self, caption: str) -> str:
        """A caption of the wave's, which says so when its answers are simulated."""
        return f"{caption} {SIMULATED}" if self.wave.simulated else caption

    def number(self, identity: str) -> Markdown:
        """The number of an id of either run: `wave:preparation.low.all`, `study:claim...`."""
        which, _, rest = identity.partition(":")
        return Markdown((self.wave if which == "wave" else self.study).span(rest))

    def interval(self, identity: str) -> Markdown:
        """The two ends of an interval, or a dash where the selection of respondents allows none."""
        if not self.wave.has(f"{identity}.lower"):
            return Markdown(EMPTY)
        ends = [self.wave.span(f"{identity}.{end}") for end in ("lower", "upper")]
        return Markdown(" à ".join(ends))

    def verdict(self, identity: str) -> Markdown:
        """A verdict's sentence, each of its numbers traceable."""
        verdicts = self._study.verdicts
        if identity not in verdicts:
            raise RenderError(f"no verdict {identity!r}; there are {', '.join(verdicts)}.")
        verdict = verdicts[identity]
        facts = facts_of(verdict)

        def mark(name: str, text: str) -> str:
            return f'[{plain(text)}]{{.n data-id="{self.study.run}/verdict.{identity}.{name}"}}'

        said = told(facts, self.language, mark)
        return Markdown(
            _UNIT_OUTSIDE.sub(lambda m: f"[{m[1]}{m[3].replace(' ', NBSP)}]{{{m[2]}}}", said)
        )

    def verdict_list(self, *prefixes: str) -> None:
        """Print the verdicts whose ids begin with one of the prefixes, as a list."""
        for identity in self._study.verdicts:
            if identity.startswith(prefixes):
                print(f"- {self.verdict(identity)}")

    def summary(self) -> Markdown:
        """The verdicts that make one fair paragraph."""
        verdicts = self._study.verdicts
        told = [identity for identity, verdict in verdicts.items() if verdict["summary"]]
        return Markdown(" ".join(self.verdict(identity) for identity in told))

    def sample(self) -> Markdown:
        """What the report says of the sample: the words that its selection allows."""
        return Markdown(PARAGRAPH[self._wave.selection])

    def groups(self, item: str) -> dict[str, str]:
        """The groups of an item: code to label, the total first, experts last where they answer."""
        labels = self.questionnaire.frame_variable(self._wave.by).labels(self.language)
        experts = {"expert": EXPERTS} if self.wave.has(f"{item}.n.expert") else {}
        return {"all": "**Ensemble**", **labels, **experts}

    @property
    def group_label(self) -> str:
        """What the groups are: the profession."""
        return self.questionnaire.frame_variable(self._wave.by).label.text(self.language)

    def chart(
        self, folder: str, name: str, label: str, caption: str, *, narrow: bool = True
    ) -> None:
        """Print a chart of `charts/<folder>/<name>.svg`, with a narrow one for telephones."""
        home = f"results/{(self.wave if folder == 'wave' else self.study).run}/charts"
        text = Path(f"{home}/{name}.txt")
        alt = text.read_text("utf-8").strip().replace('"', "'") if text.exists() else caption
        print(f"::: {{#{label}}}\n")
        print(f'![]({home}/{name}.svg){{.wide fig-alt="{alt}"}}\n')
        if narrow:
            print('::: {.content-visible when-format="html"}\n')
            print(f'![]({home}/{name}-narrow.svg){{.narrow fig-alt="{alt}"}}\n')
            print(":::\n")
        print(f"{self._marked(caption) if folder == 'wave' else caption}\n\n:::\n")

    def table(
        self,
        header: Sequence[str],
        rows: Iterable[Sequence[object]],
        label: str,
        caption: str,
        *,
        words: Sequence[int] = (0,),
        of: Literal["study", "wave"] = "wave",
    ) -> None:
        """Print a Markdown table: numbers to the right, the columns `words` to the left."""
        print("| " + " | ".join(header) + " |")
        print("|" + "|".join(":--" if i in words else "--:" for i in range(len(header))) + "|")
        for row in rows:
            print("| " + " | ".join(str(cell) for cell in row) + " |")
        caption = self._marked(caption) if of == "wave" else caption
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
        claims, items = self._study.claims, self._study.items
        printed = claims[claims["unit"] != "text"]
        rows = []
        for key, same in printed.groupby(
            ["item", "category", "value", "attributed_to"], sort=False
        ):
            item, category, whose = str(key[0]), str(key[1]), str(key[3])
            outlets = dict(zip(same["outlet"], same["source"], strict=True))
            rows.append(
                [
                    f"{items.get(item, item)} : {CATEGORIES.get(category, category)}",
                    self.study.span(f"claim.{same['claim_id'].iloc[0]}"),
                    "presse" if whose == "press" else whose,
                    ", ".join(f"[[{plain(o)}]{{.prov}}]({url})" for o, url in outlets.items()),
                ]
            )
        header = ["Question et réponse", "Imprimé", "Chiffre de", "Sources"]
        self.table(header, rows, label, caption, words=(0, 2, 3), of="study")

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
        for part in self.shown:
            names, marks = (
                ", ".join(f"[{text}]{{.prov}}" for text in texts) or EMPTY
                for texts in (part.register.datasets, part.register.lineage)
            )
            print(f"**{plain(part.title)}**\n\n- données : {names}\n- lignage : {marks}\n")


class Markdown(str):
    """Text that a notebook shows as Markdown and that a cell can print."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)


SIMULATED = "(données simulées)"
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
