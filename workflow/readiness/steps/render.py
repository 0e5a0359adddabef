"""Render: the report of a run in one language, as HTML page and PDF; every digit is registered."""

import json
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from readiness.charts.palette import stylesheet
from readiness.charts.sheet import crop
from readiness.config import StrictModel, read_yaml
from readiness.forensics.judging.structure import Structure, parse_structure
from readiness.ground.errors import RenderError
from readiness.ground.facts import Fact
from readiness.ground.files import write_atomically
from readiness.ground.tables import read_text_table
from readiness.language import own_name, tell, text
from readiness.provenance.results_folder import PROVENANCE
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.questionnaire.labels import Language
from readiness.questionnaire.text import strip_markup
from readiness.questionnaire.units import unit_text
from readiness.register.figures import read_register
from readiness.rendering import checks, finish, numbers, qmd
from readiness.rendering.render import render
from readiness.reporting import particulars, planned
from readiness.reporting.blocks import brief_name, plain
from readiness.reporting.parts import Register
from readiness.reporting.passports import Passports
from readiness.reporting.sources import state_sources
from readiness.reporting.standing import Standing
from readiness.running.step import Job, log

if TYPE_CHECKING:
    # The cells of a report import it: a change of what pages say is one of this step.
    from readiness.reporting import report as report

# The digits that a page may show without an entry in the register, and why.
ALLOWED = (
    re.compile(r"\b20\d\d\b"),  # years, and the names of datasets and waves that hold one
    re.compile(r"@\d+\b"),  # the version of a dataset, dataset@version
    re.compile(r"\bRR[1-6]\b"),  # response rates by AAPOR's names
)


class RenderSettings(StrictModel):
    """The language, and what the cells are told of the run: `kind`, `run`, `title`, ...

    `languages`: those in which there is this report; `name`: that of its files, without ending;
    `downloads`: files that it leads to, what each is and its address.
    """

    language: Language
    part: dict[str, Any]
    standing: Standing = Standing()
    languages: list[Language] = Field(default_factory=list)
    name: str = "report"
    downloads: list[tuple[str, str]] = Field(default_factory=list)

    @property
    def title(self) -> str:
        """The run's title."""
        return str(self.part["title"])


@dataclass(frozen=True)
class PageSource:
    """What a report is made of.

    `resources`: the files that the cells read, by their name in the folder where they run; `words`:
    texts from outside (outlets, the questionnaire's answers), the digits of which are no results;
    `content`: what the cells are told of it.
    """

    register: Register
    resources: dict[str, Path]
    words: set[str]
    provenance: set[str]
    content: dict[str, Any]
    questionnaire: Questionnaire | None = None
    structure: Structure | None = None


OF_WAVE = ("questionnaire", "choices", "contrasts", "steps")
OF_STUDY = ("claims", "structure", "verdicts")
# What is read beside the figures and the charts, which are found beside their record.
TABLES = (*OF_STUDY, *OF_WAVE)
INPUTS = ("source", "figures", "charts", "prose*", *(f"{role}?" for role in TABLES))
SETTINGS = RenderSettings
# The document of the brief, which is the same for every run.
BRIEF = Path(qmd.__file__).with_name("brief.qmd")


def _make_part(job: Job[RenderSettings]) -> PageSource:
    told, language = job.settings.part, job.settings.language
    register = Register(read_register(job["figures"]), language)
    read = {"figures": job["figures"], "charts": job["charts"].parent}
    read |= {role: path for role in TABLES for path in job.inputs[role]}
    files = {role: path.as_posix() for role, path in read.items()}
    resources = {path.as_posix(): path for path in (*read.values(), *job.inputs["prose"])}
    words, standing = {told["title"], *_list_authors(told)}, job.settings.standing
    known = {
        *(*register.datasets, *register.lineage, str(told["run"])),
        *(said for _, said in particulars.list_statements(told.get("study", {}), language)),
        *map(standing.pull, register.datasets),
        *(standing.publication, standing.released, tell(standing.state, language)),
    }
    if change := told.get("wave", {}).get("change"):
        words.add(str(change["from"]))
    if outcome := planned.outcome_of(told):
        known |= planned.list_texts(outcome, str(told["run"]), register.by_id.values(), language)
    part = PageSource(register, resources, words, known, {**told, "files": files})
    if (claims_file := job.get("claims")) is None:
        questionnaire = load_questionnaire(job["questionnaire"])
        part.words.update(labels(questionnaire, language))
        return replace(part, questionnaire=questionnaire)
    claims = read_text_table(claims_file, "the claims")
    outlets = set(claims["outlet"])
    # A publisher's name may hold a digit, as an outlet's may.
    part.words.update(claims["attributed_to"])
    structure = parse_structure(read_yaml(job["structure"]))
    named = [*structure.publishers.values()]
    for item in structure.items.values():
        named.append(item.label)
        named += item.categories.values() if isinstance(item.categories, dict) else ()
    part.words.update(outlets, (label[language] for label in named))
    verdicts = json.loads(job["verdicts"].read_text("utf-8"))
    part.provenance.update(outlets, (verdict["id"] for verdict in verdicts))
    counted = (state_sources(claims, one.claims) for one in structure.sets)
    part.provenance.update(tell(fact, language) for fact in counted)
    part.provenance.add(told.get("about", ""))
    return replace(part, structure=structure)


def labels(questionnaire: Questionnaire, language: Language) -> set[str]:
    """The questionnaire's own words ("2 à 9 personnes"): its digits are not results."""
    words = {grid.column for grid in questionnaire.grids}
    words.update(grid.label.text(language) for grid in questionnaire.grids)
    words.update(questionnaire.title.root.values())
    for variable in questionnaire.frame:
        words.update({variable.label.text(language), *variable.labels(language).values()})
    for grouping in questionnaire.groupings:
        words.update(each for group in grouping.categories for each in group.plural.values())
    for item in questionnaire.items:
        words.update({item.label.text(language), *item.labels(language).values()})
        # As they were asked, in the questionnaire's own language.
        words.update({item.column, strip_markup(item.column)})
        words.update(category.text for category in item.categories)
        words.update(each for category in item.categories for each in category.said.values())
        if item.range is not None:
            words.add(unit_text(item.range, language))
    return words


def metadata_of(part: PageSource, settings: RenderSettings, name: str = "") -> dict[str, Any]:
    """What a page's frame is told: titles, that it is a draft or simulated, its other languages.

    `name`: that of its files, where it is not the report's.

    The renderer reads each text as Markdown: those from outside are escaped.
    """
    language, simulated = settings.language, part.register.is_simulated
    title = _name_subject(part, settings)
    told: dict[str, Any] = {
        "title": plain(title),
        "pagetitle": plain(title),
        "revises": part.register.revises,
        "simulated": simulated,
        "menu": menu(settings, f"{name or settings.name}.html"),
        "menu-name": text("report.rendering.languages", language),
    }
    if authors := _list_authors(settings.part):
        told["author"] = [plain(name) for name in authors]
    if settings.standing.publication and not settings.standing.released:
        told["kicker"] = text("report.rendering.draft", language)
    if simulated:
        said = Fact("report.rendering.title_simulated", {"title": title})
        told |= {
            "pagetitle": plain(tell(said, language)),
            "ribbon": text("report.rendering.ribbon", language),
            "ribbon-name": text("report.simulated.title", language),
        }
    return told


def _name_subject(part: PageSource, settings: RenderSettings) -> str:
    """Return what a report is about: the questionnaire's title before the run's, where it has one
    in the language that the run's does not say.
    """
    known = part.questionnaire.title.root if part.questionnaire else {}
    subject = known.get(settings.language, "")
    return settings.title if subject in settings.title else f"{subject} · {settings.title}"


def _list_authors(told: dict[str, Any]) -> list[str]:
    authors = told.get("study", {}).get("authors", ())
    return [particulars.name_author(author["name"]) for author in authors]


def menu(settings: RenderSettings, page: str) -> list[dict[str, Any]]:
    """A page in each language: address from here, the language's name; none for one language."""
    return [
        {
            "href": page if name == settings.language else f"../{name}/{page}",
            "lang": name,
            "name": own_name(name),
            "current": name == settings.language,
        }
        for name in (settings.languages if len(settings.languages) > 1 else [])
    ]


# What a renderer sets otherwise: quotation marks, dashes, points of suspension.
_SET = {
    "'": "['\u2018\u2019]",
    '"': "['\"\u201c\u201d]",
    "-": "[-\u2013\u2014]+",
    ".": "[.\u2026]+",
}


def as_set(word: str) -> re.Pattern[str]:
    """The pattern of a text from outside, as a renderer may have set it, or within a sentence."""
    signs = re.findall(r"-+|\.+|\s+|.", word)
    pieces = (_SET.get(s[0]) or (r"\s+" if s.isspace() else re.escape(s)) for s in signs)
    return re.compile("".join(pieces), re.IGNORECASE)


def _check_page(source: Path, html: str, part: PageSource, engine: str) -> None:
    words = {word for word in part.words if checks.has_digit(word)}
    # A colon takes the place of the point or colon that a question ends in.
    words |= {word.rstrip(" .:") for word in words if " " in word}
    allowed, known = [*ALLOWED, *map(as_set, sorted(words))], {engine, *part.provenance}
    problems = checks.check_numbers(html, part.register.spans(), allowed, known)
    problems += checks.check_self_contained(html)
    if problems:
        for problem in problems:
            log.error("%s", problem)
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise RenderError(f"{source}: {problems[0]}{more}\nGive it an id of the register.")


def run(job: Job[RenderSettings]) -> None:
    """Write page, PDF and the brief of both; RenderError for a number that is not registered."""
    job.public = True
    settings, part = job.settings, _make_part(job)
    # A wave and the publication of it leave one record: it names their files alike.
    own, alike = f"{job.out.parents[1].as_posix()}/", f"results/{settings.part['run']}/"
    files = {role: name.replace(own, alike) for role, name in part.content["files"].items()}
    job.record = {**settings.model_dump(), "part": {**part.content, "files": files}}
    by, plan = next(iter(part.content.get("variables", ())), ""), planned.outcome_of(part.content)
    named = (settings.title, settings.standing, part.questionnaire, part.structure, by)
    passports, page = Passports(part.register, *named, plan=plan), f"{settings.name}.html"
    _write_document(job, part, passports, job["source"], settings.name)
    _write_document(job, part, passports, BRIEF, brief_name(settings.name), brief=True)
    ribbon = (
        text("report.rendering.ribbon", settings.language) if part.register.is_simulated else ""
    )
    listed = menu(settings, numbers.PAGE)
    job.file(numbers.PAGE, numbers.numbers_page(passports, listed, page, ribbon))
    read = {name.replace(own, alike): path for name, path in part.resources.items()}
    job.reads = {
        **{n: path / PROVENANCE if path.is_dir() else path for n, path in read.items()},
        **{n: job["source"].parent / n for n in qmd.parse(job["source"]).chapters},
        "source": job["source"],
    }
    if keys := qmd.parse(job["source"]).left_to_quarto:
        log.info(
            "%s: left to quarto render, for its look alone: %s", job["source"], ", ".join(keys)
        )


def _write_document(
    job: Job[RenderSettings],
    part: PageSource,
    passports: Passports,
    source: Path,
    name: str,
    *,
    brief: bool = False,
) -> None:
    """Write page and paper of a document whose every number was found in the register."""
    told = {**job.settings.model_dump(), "part": part.content, "brief": brief}
    metadata = {**metadata_of(part, job.settings, name), "short": brief}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        # A report says title, ribbon, signs and standing beside a picture.
        for path in job["charts"].parent.iterdir():
            content = path.read_bytes()
            cropped = crop(content.decode()).encode() if path.suffix == ".svg" else content
            write_atomically(scratch / "charts" / path.name, cropped)
        write_atomically(scratch / "report.json", json.dumps(told, ensure_ascii=False))
        made = render(
            source,
            scratch / "made",
            resources={
                **part.resources,
                job["charts"].parent.as_posix(): scratch / "charts",
                "report.json": scratch / "report.json",
            },
            metadata=metadata,
            language=job.settings.language,
        )
        assert made.html is not None and made.pdf is not None
        html, pdf = made.html.read_text("utf-8"), made.pdf.read_bytes()
    _check_page(source, html, part, made.engine)
    # What is released is saved and sent around by itself.
    alone = bool(job.settings.standing.released)
    page = finish.finish_page(html, passports, style=stylesheet(), alone=alone)
    job.file(f"{name}.html", page)
    job.file(f"{name}.pdf", pdf)
    log.info("%s rendered by %s", name, made.engine)
