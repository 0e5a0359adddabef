"""What a report may use: numbers by id, verdicts, blocks of each study and wave that it shows.

A number in the report is a span with its id, `[67,3 %]{.n data-id="run/id"}`, so that the check
after rendering can compare every digit of the page with the register. Nothing is computed here.

The cells run in a folder that the render step fills: `report.json` says the language and the
parts, and each part has a folder of its run's name, with its tables, `charts/` and the author's own
texts in `prose/`. What a simulated wave shows is marked as simulated by its blocks, in every
caption, so that no document can forget it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from readiness.errors import RenderError
from readiness.language import Language, joined, text
from readiness.reporting.blocks import Block, paragraphs, section
from readiness.reporting.markdown import EMPTY, Markdown, heading, label, note
from readiness.reporting.shown import Part, ShownStudy, ShownWave, open_part
from readiness.reporting.study import study_blocks, study_summary
from readiness.reporting.wave import wave_blocks, wave_summary

SUMMARY = "summary"
"""The place of a part's share of the summary."""


@dataclass(frozen=True)
class Report:
    """The studies and waves that a report shows, in order, in one language."""

    language: Language
    parts: tuple[Part, ...]

    @classmethod
    def open(cls) -> Report:
        """The report's material, from the folder that READINESS_RESULTS names."""
        folder = Path(os.environ.get("READINESS_RESULTS", "results"))
        settings = json.loads((folder / "report.json").read_text("utf-8"))
        language = settings["language"]
        parts = [open_part(folder, part, language) for part in settings["parts"]]
        for part in parts:
            part.prose.check([SUMMARY, *(block.place for block in blocks_of(part))])
        return cls(language, tuple(parts))

    # For a whole document.

    def summary(self) -> None:
        """Print the summary: each part in short."""
        parts = [
            part.prose.around(SUMMARY, _in_short(part), part.register.span) for part in self.parts
        ]
        self._print(heading(1, self._word("report.title.summary"), "sec-summary"), *parts)

    def reading(self) -> None:
        """Print how the report is to be read, and which dataset versions it rests on."""
        names = [name for part in self.parts for name in part.register.current_datasets]
        data = self._provenance(dict.fromkeys(names))
        body = f"{self._word('report.reading')}\n\n{self._word('report.reading.data')} {data}"
        self._print(note("note", self._word("report.title.reading"), body))

    def chapters(self) -> None:
        """Print every part: a chapter each, or its blocks alone where there is one part."""
        several = len(self.parts) > 1
        for part in self.parts:
            title = [heading(1, part.title, label("sec", part.run))] if several else []
            level = 2 if several else 1
            self._print(*title, *(section(part, block, level) for block in blocks_of(part)))

    def origin(self) -> None:
        """Print which dataset versions the numbers rest on, and what made the page."""
        self._print(heading(1, self._word("report.title.origin"), "sec-origin"), *self._origins())
        engine = f"[{os.environ['READINESS_ENGINE']}]{{.prov}}"
        self._print(f"{self._word('report.origin.engine')} {engine}")

    def _origins(self) -> Iterator[str]:
        for part in self.parts:
            data, lineage = (
                self._provenance(names) for names in (part.register.datasets, part.register.lineage)
            )
            yield (
                f"**{part.title}**\n\n- {self._word('report.origin.data')} {data}\n"
                f"- {self._word('report.origin.lineage')} {lineage}"
            )

    def _provenance(self, names: Iterable[str]) -> str:
        """Dataset versions or lineage, each marked as such."""
        return joined([f"[{name}]{{.prov}}" for name in names], "comma", self.language) or EMPTY

    # For an author who lays out a document piece by piece.

    def part(self, run: str) -> Part:
        """A study or wave by its name; RenderError when the report does not show it."""
        for part in self.parts:
            if part.run == run:
                return part
        raise RenderError(
            f"this report does not show {run!r}; it shows {', '.join(p.run for p in self.parts)}."
        )

    def block(self, name: str, level: int = 2) -> None:
        """Print one block, `run/place`, with its heading at a level."""
        part, place = self._found(name)
        for block in blocks_of(part):
            if block.place == place:
                return self._print(section(part, block, level))
        places = ", ".join(block.place for block in blocks_of(part))
        raise RenderError(f"{part.run} has no block {place!r}; there are {places}.")

    def number(self, name: str) -> Markdown:
        """A number by `run/id`."""
        part, identity = self._found(name)
        return Markdown(part.register.span(identity))

    def verdict(self, name: str) -> Markdown:
        """A verdict by `run/id`, each of its numbers traceable."""
        part, identity = self._found(name)
        if not isinstance(part, ShownStudy):
            raise RenderError(f"{part.run} is a wave: it has no verdicts.")
        return Markdown(part.verdict(identity))

    def _found(self, name: str) -> tuple[Part, str]:
        run, slash, rest = name.partition("/")
        if not slash:
            raise RenderError(f"{name!r}: expected the name of a study or wave, a slash, and more.")
        return self.part(run), rest

    def _word(self, key: str) -> str:
        return text(key, self.language)

    def _print(self, *parts: str) -> None:
        print(paragraphs(parts) + "\n")


def blocks_of(part: Part) -> list[Block]:
    """The blocks of a study or a wave, in order."""
    if isinstance(part, ShownWave):
        return wave_blocks(part)
    assert isinstance(part, ShownStudy)
    return study_blocks(part)


def _in_short(part: Part) -> str:
    if isinstance(part, ShownWave):
        return wave_summary(part)
    assert isinstance(part, ShownStudy)
    return study_summary(part)
