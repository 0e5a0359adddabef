"""Render the pages of the site from templates and catalogues.

The index lists reports, publications with their last check, and versions of data; the guides are
the Markdown pages of `docs/`.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from readiness.datasets.versions import Version, pull_line
from readiness.ground.facts import Day, Fact
from readiness.language import LANGUAGES, Language, direction, own_name, tell, text
from readiness.language.numbers import whole
from readiness.pages.content_policy import hashes
from readiness.pages.templates import stylesheet
from readiness.publications.citing import Citation
from readiness.publications.log import state_of
from readiness.publications.reproduce import Tally
from readiness.rendering.numbers import render_template
from readiness.reporting.standing import nature_of

_READER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True)
class Guide:
    """A guide from `docs/`.

    `name`: name of the file without its ending. `body`: the text as HTML.
    """

    name: str
    title: str
    body: Markup

    @property
    def language(self) -> Language:
        """Language of the text: `fr` for `auditing.fr`, else English."""
        language = self.name.rpartition(".")[2]
        return language if language in LANGUAGES else "en"

    @property
    def direction(self) -> str:
        """Direction of the text, `ltr` or `rtl`."""
        return direction(self.language)


def guide(name: str, source: str, guides: Collection[str], files: Collection[str]) -> Guide:
    """Return the guide of a Markdown text.

    `guides` are the names of all guides and `files` those of pictures beside them: links to these
    stay links, links to other files of the project become text. HTML in the text is escaped.
    """
    tokens, title = _READER.parse(source), name
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            parts = (t for t in inline.children or () if t.type in ("text", "code_inline"))
            heading = "".join(part.content for part in parts)
            # Links between the guides spell ids of headings in this way.
            token.attrSet(
                "id", re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip())
            )
            title = heading if token.tag == "h1" else title
        if token.type == "table_open":
            token.attrSet("class", "plain")
    for token in tokens:
        # The page's security policy allows no inline style.
        style = token.attrs.pop("style", "") if token.type in ("th_open", "td_open") else ""
        if str(style).endswith("right"):
            token.attrSet("class", "end")
        if token.children:
            token.children = _link_parts(token.children, guides, files)
    return Guide(name, title, Markup(_READER.renderer.render(tokens, _READER.options, {})))


def _link_parts(
    children: list[Token], guides: Collection[str], files: Collection[str]
) -> list[Token]:
    kept, dropped = [], 0
    for token in children:
        if token.type == "link_open":
            if (target := _find_target(str(token.attrGet("href") or ""), guides, files)) is None:
                dropped += 1
                continue
            token.attrSet("href", target)
        elif token.type == "link_close" and dropped:
            dropped -= 1
            continue
        elif token.type == "image" and str(token.attrGet("src")) not in files:
            continue
        kept.append(token)
    return kept


def _find_target(href: str, guides: Collection[str], files: Collection[str]) -> str | None:
    path, mark, anchor = href.partition("#")
    if not path or _OUTSIDE.match(path):
        return href if not path or path.startswith("https:") else None
    if path.endswith(".md") and path[:-3] in guides:
        return f"{path[:-3]}.html{mark}{anchor}"
    return path if path in files else None


# Kind of a file for readers, by its ending.
KINDS = {
    **{".html": "page", ".pdf": "paper", ".xlsx": "workbook"},
    **{".csv": "table", ".json": "seal", ".cff": "citation"},
}
# Name of the table that describes the numbers; the index omits it.
CODEBOOK = "codebook"
# Name of the page and the table of all numbers.
NUMBERS = "numbers"


# Order of the files in the index.
ORDER = ("page", "paper", NUMBERS, "workbook", "table", "seal", "citation")


@dataclass(frozen=True)
class File:
    """A file of the site: `path` from the site's root, `kind` of `KINDS` or `numbers`."""

    path: PurePosixPath
    kind: str

    @classmethod
    def at(cls, path: PurePosixPath) -> "File | None":
        """Return the file at a path; None for a file that the index does not list."""
        kind = KINDS.get(path.suffix, "")
        if not kind or path.stem == CODEBOOK:
            return None
        return cls(path, NUMBERS if path.stem == NUMBERS and kind == "page" else kind)


@dataclass(frozen=True)
class Shown:
    """Main finding of a report in one language, and the chart of the finding.

    `picture`: path of the chart from the site's root. `alternative`: alternative text of the chart.
    `narrow`: path of the chart for telephones. Paths are None for a report without a chart.
    """

    finding: str
    picture: PurePosixPath | None = None
    alternative: str = ""
    narrow: PurePosixPath | None = None


@dataclass(frozen=True)
class ReportEntry:
    """A current report.

    `title`, `files`, `shown`: title, files and main finding by language. `published`: publication
    in force of the run; None for a run that was not published. `moved`: number of published numbers
    that differ now.
    """

    run: str
    title: Mapping[str, str]
    simulated: bool
    selection: str
    files: Mapping[str, Sequence[File]]
    shown: Mapping[str, Shown]
    published: "Published | None"
    moved: int

    @property
    def nature(self) -> str:
        """Catalogue key of the nature of the data."""
        return nature_of(self.selection, simulated=self.simulated)

    @property
    def status(self) -> Fact:
        """Status of the page: a current run, alone, equal to its publication, or different."""
        if self.published is None:
            return Fact("site.today.alone")
        name = self.published.identity
        if not self.moved:
            return Fact("site.today.same", {"name": name})
        return Fact("site.today.moved", {"name": name, "n": self.moved})


NOT_CITED = Citation("", "", "", "", (), "")


@dataclass(frozen=True)
class Published:
    """A publication, and the result of recomputing it with current code.

    `run`: the wave or study; `shown`: main finding by language; `released`: day of release;
    `withdrawn`: reason for withdrawal, "" without one; `check`: result of the recomputation, or
    None. `title` and `files` are empty for a publication that is not in the project.
    """

    identity: str
    files: Sequence[File]
    run: str = ""
    title: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, Shown] = field(default_factory=dict)
    simulated: bool = False
    selection: str = ""
    draft: bool = False
    released: str = ""
    successor: str = ""
    withdrawn: str = ""
    datasets: Sequence[str] = ()
    citation: Citation = NOT_CITED
    check: Tally | None = None

    @property
    def nature(self) -> str:
        """Catalogue key of the nature of the data."""
        return nature_of(self.selection, simulated=self.simulated)

    @property
    def state(self) -> Fact:
        """Current status of the publication."""
        events = {"successor": self.successor, "withdrawn": self.withdrawn}
        return state_of(self.identity, draft=self.draft, **events)

    @property
    def rank(self) -> tuple[bool, bool, bool, str]:
        """Sort key of the list: publications in force first."""
        return bool(self.withdrawn), bool(self.successor), self.draft, self.identity

    @property
    def is_citable(self) -> bool:
        """True for a publication that may be cited, even if it was superseded."""
        return not (self.draft or self.withdrawn)

    @property
    def is_in_force(self) -> bool:
        """True for a publication that may be cited and was not superseded."""
        return self.is_citable and not self.successor


@dataclass(frozen=True)
class Dataset:
    """A dataset version, and the ids of the publications that use the version."""

    version: Version
    used_by: Sequence[str]


def choose_files(files: Sequence[File], language: str) -> Iterator[tuple[str, PurePosixPath]]:
    """Yield one file of each kind, in a fixed order, preferring the language; charts are left
    out.
    """
    without_charts = [file for file in files if "charts" not in file.path.parts]
    for kind in ORDER:
        if paths := [file.path for file in without_charts if file.kind == kind]:
            yield kind, min(paths, key=lambda path: (language not in path.parts, path))


def below(folder: Path, home: PurePosixPath) -> Iterator[tuple[PurePosixPath, Path]]:
    """Yield path on the site and source of every file below a folder, without provenance
    records.
    """
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.name != "lineage.json" and not path.name.startswith("."):
            yield home / path.relative_to(folder).as_posix(), path


FOLDER = Path(__file__).resolve().parent / "templates"
INDEX = "index.html"
# Elements of a report's page that the site's copy replaces: by a link to the index, and the run's
# name in the line on top by a link to the released edition.
PLACE = '<span class="brand">readiness</span>'
RUN_PLACE = '<span class="prov word">{}</span>'
GUIDES = PurePosixPath("guides")
# The page that checks percentages on a phone.
TWO_NUMBERS = "two-numbers.html"
STATUS = PurePosixPath("publications/status")
# Description of each audit level.
LEVELS = tuple(f"verdict.level.{name}.looks_at" for name in ("seal", "data", "numbers", "report"))
COLUMNS = (
    *(f"site.column.{name}" for name in ("version", "content", "rows", "hash")),
    "site.publications",
)
# Labels of the kinds of files.
FILES = (
    "site.file.page",
    *(f"report.rendering.origin.{name}" for name in ("paper", "numbers", "workbook", "tidy")),
    *("site.file.seal", "site.file.citation"),
)

# Guides by group of readers, in reading order; guides that are not listed are for developers.
READERS = {
    "site.guides.readers": (
        *("auditing", "journalist", "forensics", "tampering", "publication", "methods"),
        *("statsmodels", "disclosure"),
    ),
    "site.guides.offices": (
        *("first-use", "any-csv", "adding-a-survey", "questionnaire", "privacy", "tools"),
        *("quarto", "commands", "languages", "simulated-wave", "survey-for-r-users"),
    ),
}
OTHER_READERS = "site.guides.developers"


def group_guides(guides: Sequence[Guide], language: Language) -> dict[str, list[Guide]]:
    """Return the guides by the catalogue key of their readers, in reading order.

    Each guide once: in `language` where it was translated, else in English.
    """
    by_name = {guide.name: guide for guide in guides}
    translated = {name: by_name.get(f"{name}.{language}", guide) for name, guide in by_name.items()}
    groups = {
        key: [translated[name] for name in names if name in by_name]
        for key, names in READERS.items()
    }
    listed_names = {name for names in READERS.values() for name in names}
    groups[OTHER_READERS] = [
        translated[name]
        for name, guide in by_name.items()
        if name not in listed_names and not name.endswith(f".{guide.language}")
    ]
    return {key: found for key, found in groups.items() if found}


# Commands that check a publication and trace one number.
COMMANDS = "make setup\n.venv/bin/readiness audit --level 2\n.venv/bin/readiness which ID"


@dataclass(frozen=True)
class Site:
    """Content of the site's pages.

    `title`: of the site, by language; `gone`: withdrawn publications that are not in the project.
    """

    languages: Sequence[Language]
    title: dict[str, str]
    reports: Sequence[ReportEntry]
    publications: Sequence[Published]
    gone: Sequence[Published]
    datasets: Sequence[Dataset]
    guides: Sequence[Guide]

    @property
    def start(self) -> Language:
        """Language of the page that opens first."""
        return self.languages[0]


def policy(css: str) -> str:
    """Return the security policy of a page: its own style and pictures, nothing else."""
    return (
        f"default-src 'none'; style-src {hashes([css])}; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'"
    )


def index_page(site: Site, language: Language, *, at_root: bool = False) -> str:
    """Return the index in a language; `at_root`: for the site's root folder."""
    ranked = sorted(site.publications, key=lambda one: one.rank)
    return _make_page(
        "index.html",
        site,
        language,
        "" if at_root else "../",
        reports=site.reports,
        in_force=[one for one in ranked if one.is_in_force],
        others=[one for one in ranked if not one.is_in_force],
        datasets=site.datasets,
        guides=group_guides(site.guides, language),
        levels=LEVELS,
        columns=COLUMNS,
        commands=COMMANDS,
        two_numbers=TWO_NUMBERS,
    )


def status_page(site: Site, one: Published) -> str:
    """Return the page on a publication's current status, in each language; nothing of it is
    sealed.
    """
    root = "../" * len(STATUS.parts)
    known = {other.identity for other in (*site.publications, *site.gone)}
    versions = {dataset.version.name: dataset.version for dataset in site.datasets}
    commands = [
        f"readiness audit {one.identity} --level 3",
        f"readiness which {one.identity}",
        *(pull_line(name, versions[name].md5) for name in one.datasets if name in versions),
    ]
    values: dict[str, Any] = {"one": one, "known": known, "commands": "\n".join(commands)}
    parts = [
        _make_page("status.html", site, language, root, **values) for language in site.languages
    ]
    return _make_page("statuses.html", site, site.start, root, one=one, parts=map(Markup, parts))


def guide_page(site: Site, guide: Guide) -> str:
    """Return the page of a guide; navigation is in the guide's language if the site has it."""
    languages = [guide.language, "en", site.start]
    language = next(each for each in languages if each in site.languages)
    return _make_page("guide.html", site, language, "../", guide=guide)


def mark_run(page: str, site: Site, report: ReportEntry, language: Language, depth: int) -> str:
    """Add links to a report's page: to the index, to other reports, and to the released edition.

    `depth`: number of folders above the page.
    """
    up = "../" * depth
    index = f"{up}{language}/{INDEX}"
    home = Markup('<a class="brand" href="{}">{}</a> ').format(index, text("site.home", language))
    links = []
    for one in site.reports:
        if one.run != report.run and language in one.files:
            _, path = next(choose_files(one.files[language], language))
            links.append((f"{up}{path}", one.title[language]))
    links.append((f"{index}#check", text("site.check", language)))
    further_links = Markup(" ").join(
        Markup('<a class="further" href="{}">{}</a>').format(*link) for link in links
    )
    page = page.replace(PLACE, home + further_links, 1)
    if report.published is None:
        return page
    _, path = next(choose_files(report.published.files, language))
    cited = Markup('<a href="{}{}">{}</a>').format(up, path, tell(report.status, language))
    # Replace the run's name, where the page says what may be cited, by a link to the released
    # edition.
    return page.replace(RUN_PLACE.format(report.run), cited, 1)


def _make_page(name: str, site: Site, language: Language, root: str, **values: Any) -> str:
    css = stylesheet("readiness.site", "site.css")
    return render_template(
        FOLDER,
        name,
        language,
        css,
        site=site,
        root=root,
        say=lambda kind, **own: tell(Fact(kind, own), language),
        tell=partial(tell, language=language),
        own_name=own_name,
        on_index=name == INDEX,
        status=STATUS,
        day=Day,
        called=dict(zip(ORDER, FILES, strict=True)),
        number=lambda n: whole(n, language),
        title=site.title[language],
        named=partial(choose_files, language=language),
        policy=policy(css),
        **values,
    )
