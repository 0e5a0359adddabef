"""Print the parts of a report: blocks of a study or wave, verdicts, numbers by id.

A number in the report is a span with its id, `[67,3 %]{.n data-id="run/id"}`, so that the check
after rendering can compare every digit of the page with the register. Nothing is computed here. The
cells run in the project itself, or in a folder of copies whose `report.json` names the run. Blocks
of a simulated wave are marked as simulated in every caption.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from readiness.ground.errors import RenderError
from readiness.ground.facts import Fact, Listed, Value
from readiness.language import Markup, direction, join_texts, tell, text
from readiness.language.catalogue import setting
from readiness.provenance.records import read_lineage
from readiness.provenance.results_folder import PROVENANCE
from readiness.reporting.blocks import (
    EMPTY,
    FOLDED,
    Markdown,
    ReportBlock,
    actions,
    brief_name,
    fold,
    glossary,
    heading,
    label,
    later,
    note,
    paragraphs,
    plain,
    quote_exactly,
    status,
)
from readiness.reporting.item import write_legend
from readiness.reporting.particulars import RIGHTS, list_rows, name_author, note_block
from readiness.reporting.parts import ReportPart, StudyPart, WavePart, open_part
from readiness.reporting.planned import outcome_of, sum_up
from readiness.reporting.standing import Standing, nature_of
from readiness.reporting.study import BLOCKS, study_blocks, study_brief, study_summary
from readiness.reporting.wave import PLACES, wave_blocks, wave_brief, wave_summary

# Catalogue keys for the names of the files beside the report.
DOWNLOADS = {
    "workbook": "report.rendering.origin.workbook",
    "tidy": "report.rendering.origin.tidy",
    "codebook": "report.rendering.origin.codebook",
}
# Place of the author's texts around the summary.
SUMMARY = "summary"


@dataclass(frozen=True)
class ReportPage:
    """Report of one study or wave, in one language."""

    part: StudyPart | WavePart
    standing: Standing
    name: str = "report"
    downloads: tuple[tuple[str, str], ...] = ()
    shown: set[str] = field(default_factory=set)
    is_brief: bool = False

    @classmethod
    def open(cls, run: str = "", lang: str = "") -> "ReportPage":
        """Open the material of a report: `report.json` here, else the record of an earlier render.

        `run`, `lang`: the report's run and language, "" for the first there is. Raises RenderError
        where no such report was rendered.
        """
        settings_file = Path("report.json")
        if settings_file.is_file():
            settings = json.loads(settings_file.read_text("utf-8"))
        else:
            record = _find_record(run, lang)
            settings = _read_settings(record)
            checked_page = record.with_name(f"{settings['name']}.html")
            print(write_preamble(settings, checked_page.as_posix()))
        part = open_part(settings["part"], settings["language"])
        part.prose.check([SUMMARY, *(block.place for block in blocks_of(part))])
        downloads = tuple((kind, address) for kind, address in settings.get("downloads", ()))
        standing = Standing.model_validate(settings["standing"])
        name_and_downloads = settings.get("name", "report"), downloads
        return cls(part, standing, *name_and_downloads, is_brief=bool(settings.get("brief")))

    def summary(self) -> None:
        """Print the status line, then the headline finding, its picture and the main points."""
        part = self.part
        short = wave_summary(part) if isinstance(part, WavePart) else study_summary(part)
        body = part.prose.around(SUMMARY, short, part.register.span)
        self._print(status(self._state()), body)

    def brief(self) -> None:
        """Print the report on two pages: findings with pictures, method, citation."""
        part = self.part
        body = wave_brief(part) if isinstance(part, WavePart) else study_brief(part)
        lines = [*self._write_citation(self._mark_provenance(part.register.current_datasets))]
        self._print(status(self._state()), body, glossary(lines))

    def reading(self) -> None:
        """Print, folded, the legend of signs, letters and brackets; nothing for a study."""
        if isinstance(self.part, WavePart):
            self._print(fold(self.part.word("report.title.reading"), write_legend(self.part)))

    def block(self, place: str, level: int = 1) -> None:
        """Print one block by its place, with its heading at a level.

        Prints nothing where the place belongs to a wave and this is a study, or the other way
        round. Raises RenderError where there is no such place.
        """
        blocks = {block.place: block for block in blocks_of(self.part)}
        if place not in blocks and place not in (*BLOCKS, *PLACES):
            places = ", ".join(blocks)
            raise RenderError(f"{self.part.run} has no block {place!r}; there are {places}.")
        if place in blocks:
            self.shown.add(place)
            self._print(section(self.part, blocks[place], level))

    def items(self, *names: str, level: int = 1) -> None:
        """Print the blocks of some items of a wave; without names, of all that were not printed.

        Prints nothing for a study.
        """
        if not isinstance(self.part, WavePart):
            return
        for name in names:
            self.block(f"item-{name}", level)
        for block in () if names else blocks_of(self.part):
            if block.place.startswith(("item-", "grid-")) and block.place not in self.shown:
                self.block(block.place, level + block.within)

    def rest(self) -> None:
        """Print each block that was not printed, folded, behind one heading."""
        blocks = [block for block in blocks_of(self.part) if block.place not in self.shown]
        self.shown.update(block.place for block in blocks)
        sections = [section(self.part, replace(block, folded=True), 2) for block in blocks]
        if any(sections):
            self._print(heading(1, self.part.word("report.title.know"), "sec-know"), *sections)

    def origin(self) -> None:
        """Print the sources of the numbers, the files to download, and how to cite."""
        register, word = self.part.register, self.part.word
        data, lineage = map(self._mark_provenance, (register.datasets, register.lineage))
        pulls = (f"[{self.standing.pull(name)}]{{.prov}}" for name in register.datasets)
        engine = f"[{os.environ.get('READINESS_ENGINE', 'Quarto')}]{{.prov}}"
        lines = [
            (word("report.reading.data"), data),
            *((word("numbers.pull"), pull) for pull in pulls),
            (word("report.origin.lineage"), lineage),
            *self._write_citation(data),
            *self._write_recompute(),
            *list_rows(self.part, RIGHTS, RIGHTS),
            (word("report.origin.engine"), engine),
        ]
        files = [
            (word("report.rendering.origin.paper"), f"{self.name}.pdf"),
            (word("report.rendering.origin.brief"), f"{brief_name(self.name)}.pdf"),
            (word("report.rendering.origin.numbers"), "numbers.html"),
            *((word(DOWNLOADS[kind]), where) for kind, where in self.downloads),
        ]
        title = heading(1, word("report.title.origin"), "sec-origin")
        self._print(title, word("report.reading"), actions(files), glossary(lines))

    def _state(self) -> list[tuple[str, str]]:
        """Return the entries of the status line, each with its look."""
        part, simulated = self.part, self.part.is_simulated
        nature = nature_of(self.standing.selection, simulated=simulated)
        now, here = self.standing.now(part.language), f"[{part.run}]{{.prov}}"
        texts = [f"[{part.word('report.standing.now')}]({now})" if now else here]
        if outcome := outcome_of(part.settings):
            outcome_text = quote_exactly(tell(sum_up(outcome), part.language))
            texts.append(f"[{outcome_text}](#{label('sec', part.run, 'plan')})")
        texts += [f"[{part.word(key)}]({address})" for key, address in self._list_pages()]
        if core_note := setting("core", part.language):
            texts.append(plain(core_note))
        return [
            ("simu" if simulated else "of", part.word(nature)),
            ("valid" if self.standing.released else "old", self._write_state()),
            *(("", text) for text in texts),
        ]

    def _list_pages(self) -> list[tuple[str, str]]:
        """List the links of the status line: the other page, and how to cite."""
        report, brief = (f"{name}.html" for name in (self.name, brief_name(self.name)))
        if self.is_brief:
            return [("report.rendering.status.report", report)]
        # A preview is not to be cited: it offers its files alone.
        released = bool(self.standing.released)
        offer = "report.rendering.status.cite" if released else "report.rendering.status.download"
        return [("report.rendering.status.brief", brief), (offer, "#sec-origin")]

    def _write_state(self) -> str:
        return f"[{plain(tell(self.standing.state, self.part.language))}]{{.prov}}"

    def _write_citation(self, data: str) -> Iterator[tuple[str, str]]:
        """Yield the line on how to cite; for a draft or a run of today, its state."""
        stated = self.part.settings.get("study", {})
        names = tuple(name_author(author["name"]) for author in stated.get("authors", ()))
        cited: dict[str, Value] = {
            "authors": Listed(names, "comma"),
            "title": str(self.part.settings["title"]),
            **{name: name for name in ("name", "day", "data")},
        }
        name_spans = {
            "name": f"[{self.standing.publication}]{{.prov}}",
            "day": f"[{self.standing.released}]{{.prov}}",
            "data": data,
        }
        citation, markup = self._write_state(), Markup(name=plain)
        if self.standing.released:
            fact = Fact("report.rendering.origin.cited", cited)
            citation = tell(fact, self.part.language, name_spans.get, markup) if names else ""
        if citation:
            yield self.part.word("numbers.cite"), citation

    def _write_recompute(self) -> Iterator[tuple[str, str]]:
        if self.standing.publication and "wave" in self.part.settings:
            instruction = plain(self.part.word("report.rendering.status.recompute"))
            yield self.part.word("report.origin.recompute"), f"[{instruction}]{{.prov}}"

    def _mark_provenance(self, names: Iterable[str]) -> str:
        marked = [f"[{name}]{{.prov}}" for name in names]
        return join_texts(marked, "comma", self.part.language) or EMPTY

    def number(self, figure_id: str) -> Markdown:
        """Return a number by its id, as Markdown."""
        return Markdown(self.part.register.span(figure_id))

    def _print(self, *parts: str) -> None:
        print(paragraphs(parts) + "\n")


def _find_record(run: str, lang: str) -> Path:
    """Return the provenance record of the report of `run` in `lang`, "" for the first there is.

    Raises RenderError where no such report was made.
    """
    records = sorted(Path("results").glob(f"[sw]*/{run or '*'}/report/{lang or '*'}/{PROVENANCE}"))
    if not records:
        raise RenderError(
            f"results: no report of {run or 'any run'}{lang and f' in {lang}'} was made. Run "
            "`make` (or `snakemake --cores 2`), then name one: -P run=NAME -P lang=fr"
        )
    return records[0]


def _read_settings(record: Path) -> dict[str, Any]:
    """Return the settings of the render step, with its files named from the project's folder."""
    settings = dict(read_lineage(record).settings)
    part, run_folder = settings["part"], f"{record.parents[2].as_posix()}/"
    recorded_folder = f"results/{part['run']}/"
    files = {
        role: name.replace(recorded_folder, run_folder) for role, name in part["files"].items()
    }
    return {**settings, "part": {**part, "files": files}}


def write_preamble(settings: Mapping[str, Any], checked_page: str) -> str:
    """Return the Markdown that opens a page rendered with Quarto directly.

    Sets the title, the language and the direction of the text, styles the report's blocks, and
    names the page that was checked. `settings`: those of the render step. `checked_page`: path of
    the page that `make` wrote.
    """
    language, part = settings["language"], settings["part"]
    metadata = {
        "title": part["title"],
        "pagetitle": part["title"],
        "lang": language,
        "dir": direction(language),
    }
    style = Path(__file__).with_name("quarto.css").read_text("utf-8")
    preview = Fact("report.quarto.preview", {"page": quote_exactly(checked_page)})
    return paragraphs(
        [
            f"---\n{yaml.safe_dump(metadata, allow_unicode=True, sort_keys=False)}---",
            f"```{{=html}}\n<style>\n{style}</style>\n```",
            note("important", text("report.quarto.title", language), tell(preview, language)),
        ]
    )


def section(part: ReportPart, block: ReportBlock, level: int) -> str:
    """Return a block with its heading and the author's texts; "" where all of them are empty."""
    body = part.prose.around(block.place, block.body(), part.register.span)
    if not body:
        return ""
    if not block.title:
        return body
    name = label("sec", part.run, block.place)
    if block.folded:
        return f"{heading(level, block.title, name, FOLDED)}\n\n{body}"
    if block.later:
        body = later(text("report.later", part.language), body)
    return f"{heading(level, block.title, name)}\n\n{body}"


def blocks_of(part: StudyPart | WavePart) -> list[ReportBlock]:
    """Return the blocks of a study or a wave in order, the methodological note last."""
    blocks = wave_blocks(part) if isinstance(part, WavePart) else study_blocks(part)
    return [*blocks, note_block(part)]
