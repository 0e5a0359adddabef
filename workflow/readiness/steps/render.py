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
    # Report cells import `report`: listed here so that the step's code hash covers the module.
    from readiness.reporting import report as report

# Digits that a page may show without an entry in the register, and why.
ALLOWED = (
    re.compile(r"\b20\d\d\b"),  # years, and the names of datasets and waves that hold one
    re.compile(r"@\d+\b"),  # the version of a dataset, dataset@version
    re.compile(r"\bRR[1-6]\b"),  # response rates by AAPOR's names
)


class RenderSettings(StrictModel):
    """Settings: the language, and facts on the run for the cells: `kind`, `run`, `title`, ...

    `languages`: languages of this report; `name`: base name of its files; `downloads`: files that
    it links to, kind and address of each.
    """

    language: Language
    part: dict[str, Any]
    standing: Standing = Standing()
    languages: list[Language] = Field(default_factory=list)
    name: str = "report"
    downloads: list[tuple[str, str]] = Field(default_factory=list)

    @property
    def title(self) -> str:
        """Title of the run."""
        return str(self.part["title"])


@dataclass(frozen=True)
class PageSource:
    """Material of a report.

    `resources`: files that the cells read, by name in the folder where they run; `words`: texts
    from outside (outlets, the questionnaire's answers), whose digits are no results; `content`:
    settings for the cells.
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
# Input tables, beside figures and charts.
TABLES = (*OF_STUDY, *OF_WAVE)
INPUTS = ("source", "figures", "charts", "prose*", *(f"{role}?" for role in TABLES))
SETTINGS = RenderSettings
# Source of the brief, the same for every run.
BRIEF = Path(qmd.__file__).with_name("brief.qmd")


def _make_part(job: Job[RenderSettings]) -> PageSource:
    """Return the material of a report, read from the step's inputs."""
    part_settings, language = job.settings.part, job.settings.language
    register = Register(read_register(job["figures"]), language)
    paths = {"figures": job["figures"], "charts": job["charts"].parent}
    paths |= {role: path for role in TABLES for path in job.inputs[role]}
    files = {role: path.as_posix() for role, path in paths.items()}
    resources = {path.as_posix(): path for path in (*paths.values(), *job.inputs["prose"])}
    words, standing = {part_settings["title"], *_list_authors(part_settings)}, job.settings.standing
    provenance = {
        *(*register.datasets, *register.lineage, str(part_settings["run"])),
        *(
            statement
            for _, statement in particulars.list_statements(
                part_settings.get("study", {}), language
            )
        ),
        *map(standing.pull, register.datasets),
        *(standing.publication, standing.released, tell(standing.state, language)),
    }
    if change := part_settings.get("wave", {}).get("change"):
        words.add(str(change["from"]))
    if outcome := planned.outcome_of(part_settings):
        provenance |= planned.list_texts(
            outcome, str(part_settings["run"]), register.by_id.values(), language
        )
    part = PageSource(register, resources, words, provenance, {**part_settings, "files": files})
    if (claims_file := job.get("claims")) is None:
        questionnaire = load_questionnaire(job["questionnaire"])
        part.words.update(labels(questionnaire, language))
        return replace(part, questionnaire=questionnaire)
    claims = read_text_table(claims_file, "the claims")
    outlets = set(claims["outlet"])
    # A publisher's name may contain a digit, as an outlet's may.
    part.words.update(claims["attributed_to"])
    structure = parse_structure(read_yaml(job["structure"]))
    translated = [*structure.publishers.values()]
    for item in structure.items.values():
        translated.append(item.label)
        translated += item.categories.values() if isinstance(item.categories, dict) else ()
    part.words.update(outlets, (label[language] for label in translated))
    verdicts = json.loads(job["verdicts"].read_text("utf-8"))
    part.provenance.update(outlets, (verdict["id"] for verdict in verdicts))
    source_counts = (state_sources(claims, claim_set.claims) for claim_set in structure.sets)
    part.provenance.update(tell(fact, language) for fact in source_counts)
    part.provenance.add(part_settings.get("about", ""))
    return replace(part, structure=structure)


def labels(questionnaire: Questionnaire, language: Language) -> set[str]:
    """Return the questionnaire's own words ("2 à 9 personnes"): their digits are no results."""
    words = {grid.column for grid in questionnaire.grids}
    words.update(grid.label.text(language) for grid in questionnaire.grids)
    words.update(questionnaire.title.root.values())
    for variable in questionnaire.frame:
        words.update({variable.label.text(language), *variable.labels(language).values()})
    for grouping in questionnaire.groupings:
        words.update(form for group in grouping.categories for form in group.plural.values())
    for item in questionnaire.items:
        words.update({item.label.text(language), *item.labels(language).values()})
        # Wording of the question in the questionnaire's own language.
        words.update({item.column, strip_markup(item.column)})
        words.update(category.text for category in item.categories)
        words.update(form for category in item.categories for form in category.said.values())
        if item.range is not None:
            words.add(unit_text(item.range, language))
    return words


def metadata_of(part: PageSource, settings: RenderSettings, name: str = "") -> dict[str, Any]:
    """Return the metadata of a page: titles, draft or simulated, its other languages.

    `name`: base name of its files, where it is not the report's. The renderer reads each text as
    Markdown: texts from outside are escaped.
    """
    language, simulated = settings.language, part.register.is_simulated
    title = _name_subject(part, settings)
    metadata: dict[str, Any] = {
        "title": plain(title),
        "pagetitle": plain(title),
        "revises": part.register.revises,
        "simulated": simulated,
        "menu": menu(settings, f"{name or settings.name}.html"),
        "menu-name": text("report.rendering.languages", language),
    }
    if authors := _list_authors(settings.part):
        metadata["author"] = [plain(name) for name in authors]
    if settings.standing.publication and not settings.standing.released:
        metadata["kicker"] = text("report.rendering.draft", language)
    if simulated:
        simulated_title = Fact("report.rendering.title_simulated", {"title": title})
        metadata |= {
            "pagetitle": plain(tell(simulated_title, language)),
            "ribbon": text("report.rendering.ribbon", language),
            "ribbon-name": text("report.simulated.title", language),
        }
    return metadata


def _name_subject(part: PageSource, settings: RenderSettings) -> str:
    """Return the title of a report's subject.

    The questionnaire's title before the run's, where it has one in the language that the run's
    title does not contain.
    """
    titles = part.questionnaire.title.root if part.questionnaire else {}
    subject = titles.get(settings.language, "")
    return settings.title if subject in settings.title else f"{subject} · {settings.title}"


def _list_authors(part_settings: dict[str, Any]) -> list[str]:
    authors = part_settings.get("study", {}).get("authors", ())
    return [particulars.name_author(author["name"]) for author in authors]


def menu(settings: RenderSettings, page: str) -> list[dict[str, Any]]:
    """Return the page in each language: relative address, and name of the language.

    Empty for a single language.
    """
    return [
        {
            "href": page if name == settings.language else f"../{name}/{page}",
            "lang": name,
            "name": own_name(name),
            "current": name == settings.language,
        }
        for name in (settings.languages if len(settings.languages) > 1 else [])
    ]


# Signs that a renderer may replace: quotation marks, dashes, points of suspension.
_SET = {
    "'": "['\u2018\u2019]",
    '"': "['\"\u201c\u201d]",
    "-": "[-\u2013\u2014]+",
    ".": "[.\u2026]+",
}


def as_set(word: str) -> re.Pattern[str]:
    """Return a pattern for a text from outside, as a renderer may have set it."""
    signs = re.findall(r"-+|\.+|\s+|.", word)
    pieces = (_SET.get(s[0]) or (r"\s+" if s.isspace() else re.escape(s)) for s in signs)
    return re.compile("".join(pieces), re.IGNORECASE)


def _check_page(source: Path, html: str, part: PageSource, engine: str) -> None:
    """Raise RenderError for a number of a page that is not registered."""
    words = {word for word in part.words if checks.has_digit(word)}
    # A colon may take the place of the full stop or colon that ends a question.
    words |= {word.rstrip(" .:") for word in words if " " in word}
    allowed, provenance = [*ALLOWED, *map(as_set, sorted(words))], {engine, *part.provenance}
    problems = checks.check_numbers(html, part.register.spans(), allowed, provenance)
    problems += checks.check_self_contained(html)
    if problems:
        for problem in problems:
            log.error("%s", problem)
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise RenderError(f"{source}: {problems[0]}{more}\nGive it an id of the register.")


def run(job: Job[RenderSettings]) -> None:
    """Write page and PDF of the report and of the brief, and the page of all numbers.

    Raises RenderError for a number that is not registered.
    """
    job.public = True
    settings, part = job.settings, _make_part(job)
    # The records of a wave and of its publication must be equal, so both use the same paths.
    run_folder, shared_folder = (
        f"{job.out.parents[1].as_posix()}/",
        f"results/{settings.part['run']}/",
    )
    files = {
        role: name.replace(run_folder, shared_folder)
        for role, name in part.content["files"].items()
    }
    job.record = {**settings.model_dump(), "part": {**part.content, "files": files}}
    by, plan = next(iter(part.content.get("variables", ())), ""), planned.outcome_of(part.content)
    passport_settings = (settings.title, settings.standing, part.questionnaire, part.structure, by)
    has_domain = bool(part.content.get("wave", {}).get("estimate", {}).get("where"))
    passports = Passports(part.register, *passport_settings, plan=plan, has_domain=has_domain)
    page = f"{settings.name}.html"
    _write_document(job, part, passports, job["source"], settings.name)
    _write_document(job, part, passports, BRIEF, brief_name(settings.name), brief=True)
    ribbon = (
        text("report.rendering.ribbon", settings.language) if part.register.is_simulated else ""
    )
    pages = menu(settings, numbers.PAGE)
    job.file(numbers.PAGE, numbers.numbers_page(passports, pages, page, ribbon))
    paths_by_name = {
        name.replace(run_folder, shared_folder): path for name, path in part.resources.items()
    }
    job.reads = {
        **{n: path / PROVENANCE if path.is_dir() else path for n, path in paths_by_name.items()},
        **{n: job["source"].parent / n for n in qmd.parse(job["source"]).chapters},
        "source": job["source"],
    }
    if keys := qmd.parse(job["source"]).left_to_quarto:
        log.info(
            "%s: options of the look, left to quarto render: %s", job["source"], ", ".join(keys)
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
    cell_settings = {**job.settings.model_dump(), "part": part.content, "brief": brief}
    metadata = {**metadata_of(part, job.settings, name), "short": brief}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        # A report shows title, ribbon, signs and standing beside a picture.
        for path in job["charts"].parent.iterdir():
            content = path.read_bytes()
            cropped = crop(content.decode()).encode() if path.suffix == ".svg" else content
            write_atomically(scratch / "charts" / path.name, cropped)
        write_atomically(scratch / "report.json", json.dumps(cell_settings, ensure_ascii=False))
        rendering = render(
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
        assert rendering.html is not None and rendering.pdf is not None
        html, pdf = rendering.html.read_text("utf-8"), rendering.pdf.read_bytes()
    _check_page(source, html, part, rendering.engine)
    # A released page is saved and sent around by itself.
    is_released = bool(job.settings.standing.released)
    page = finish.finish_page(html, passports, style=stylesheet(), alone=is_released)
    job.file(f"{name}.html", page)
    job.file(f"{name}.pdf", pdf)
    log.info("%s rendered by %s", name, rendering.engine)
