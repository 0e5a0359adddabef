"""The pages of the site, from templates and the catalogue: what it has (reports, publications with
their last check, versions of data), and the guides, which are the Markdown pages of `docs/`.
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
    """A guide: the name of its file without ending, its title, its text as HTML."""

    name: str
    title: str
    body: Markup

    @property
    def language(self) -> Language:
        """The language of its text: that of `auditing.fr`, or English."""
        language = self.name.rpartition(".")[2]
        return language if language in LANGUAGES else "en"

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return direction(self.language)


def guide(name: str, source: str, guides: Collection[str], files: Collection[str]) -> Guide:
    """The guide that a Markdown text is.

    `guides` are the names of all guides and `files` those of pictures beside them: links to them
    hold in the site, links to other files of the project are text. Markup in it is shown.
    """
    tokens, title = _READER.parse(source), name
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            parts = (t for t in inline.children or () if t.type in ("text", "code_inline"))
            said = "".join(part.content for part in parts)
            # As the links between the guides spell it.
            token.attrSet("id", re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", said.lower()).strip()))
            title = said if token.tag == "h1" else title
        if token.type == "table_open":
            token.attrSet("class", "plain")
    for token in tokens:
        # The page's policy lets no style stand in an element.
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


# What a file is to a reader, by its ending.
KINDS = {
    **{".html": "page", ".pdf": "paper", ".xlsx": "workbook"},
    **{".csv": "table", ".json": "seal", ".cff": "citation"},
}
# What explains the table of numbers lies beside it.
CODEBOOK = "codebook"
# The page and the table of all numbers have this name.
NUMBERS = "numbers"


# The order in which files are offered.
ORDER = ("page", "paper", NUMBERS, "workbook", "table", "seal", "citation")


@dataclass(frozen=True)
class File:
    """A file of the site: `path` from the site's root, `kind` of `KINDS` or `numbers`."""

    path: PurePosixPath
    kind: str

    @classmethod
    def at(cls, path: PurePosixPath) -> "File | None":
        """The file at a path, where it is one that the index names."""
        kind = KINDS.get(path.suffix, "")
        if not kind or path.stem == CODEBOOK:
            return None
        return cls(path, NUMBERS if path.stem == NUMBERS and kind == "page" else kind)


@dataclass(frozen=True)
class Shown:
    """What a report's page says first, in one language: the finding, and its picture from the root
    of the site with the alternative text, None where it has none.
    """

    finding: str
    picture: PurePosixPath | None = None
    alternative: str = ""


@dataclass(frozen=True)
class ReportEntry:
    """A report of today: what it is about, and its files by language.

    `shown`: what the page itself says first, by language. `published`: the publication
    of the same run that counts, None where there is none; `moved`: how many of its numbers are
    other ones today.
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
        """The key of what it is of."""
        return nature_of(self.selection, simulated=self.simulated)

    @property
    def status(self) -> Fact:
        """What the page is: a run of today, and whether it says what was published."""
        if self.published is None:
            return Fact("site.today.alone")
        name = self.published.identity
        if not self.moved:
            return Fact("site.today.same", {"name": name})
        return Fact("site.today.moved", {"name": name, "n": self.moved})


NOT_CITED = Citation("", "", "", "", (), "")


@dataclass(frozen=True)
class Published:
    """A publication, and what computing it again with today's code found.

    `run` is the wave or study that it published; `shown` what its page says first, by language;
    `released` when, and `withdrawn` why, "" where it
    was not; `check`: what computing it again gave, None where it was not. Of one that is not here
    `title` and `files` are empty.
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
        """The key of what it is of."""
        return nature_of(self.selection, simulated=self.simulated)

    @property
    def state(self) -> Fact:
        """What it is now."""
        own = {"successor": self.successor, "withdrawn": self.withdrawn}
        return state_of(self.identity, draft=self.draft, **own)

    @property
    def rank(self) -> tuple[bool, bool, bool, str]:
        """Its place in the list: first what is in force."""
        return bool(self.withdrawn), bool(self.successor), self.draft, self.identity

    @property
    def is_citable(self) -> bool:
        """Whether it may be cited, be it as the one that was superseded."""
        return not (self.draft or self.withdrawn)

    @property
    def is_in_force(self) -> bool:
        """Whether it is the one to read."""
        return self.is_citable and not self.successor


@dataclass(frozen=True)
class Dataset:
    """A version of the data, and the publications that rest on it."""

    version: Version
    used_by: Sequence[str]


def choose_files(files: Sequence[File], language: str) -> Iterator[tuple[str, PurePosixPath]]:
    """One file of each kind, in a fixed order and the language where there is one; no charts."""
    own = [file for file in files if "charts" not in file.path.parts]
    for kind in ORDER:
        if found := [file.path for file in own if file.kind == kind]:
            yield kind, min(found, key=lambda path: (language not in path.parts, path))


def below(folder: Path, home: PurePosixPath) -> Iterator[tuple[PurePosixPath, Path]]:
    """Every file of a folder by its place below `home` in the site; provenance is left out."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.name != "lineage.json" and not path.name.startswith("."):
            yield home / path.relative_to(folder).as_posix(), path


FOLDER = Path(__file__).resolve().parent / "templates"
INDEX = "index.html"
# What of a report's page leads back to the index in the site's copy of it.
PLACE = '<span class="brand">readiness</span>'
GUIDES = PurePosixPath("guides")
# The page that checks percentages on a phone.
TWO_NUMBERS = "two-numbers.html"
STATUS = PurePosixPath("publications/status")
# What an audit of each level looks at.
LEVELS = tuple(f"verdict.level.{name}.looks_at" for name in ("seal", "data", "numbers", "report"))
COLUMNS = (
    *(f"site.column.{name}" for name in ("version", "content", "rows", "hash")),
    "site.publications",
)
# What the files of a report or of a publication are called.
FILES = (
    "site.file.page",
    *(f"report.rendering.origin.{name}" for name in ("paper", "numbers", "workbook", "tidy")),
    *("site.file.seal", "site.file.citation"),
)

# For whom a guide is, by its name; those of no reader here are for who works on the program.
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
    """Return the guides by the key of what their readers are called, in the order of reading.

    Each once: in the `language` where it was translated, else in English.
    """
    known = {guide.name: guide for guide in guides}
    translated = {name: known.get(f"{name}.{language}", guide) for name, guide in known.items()}
    groups = {
        key: [translated[name] for name in names if name in known] for key, names in READERS.items()
    }
    of_readers = {name for names in READERS.values() for name in names}
    groups[OTHER_READERS] = [
        translated[name]
        for name, guide in known.items()
        if name not in of_readers and not name.endswith(f".{guide.language}")
    ]
    return {key: found for key, found in groups.items() if found}


# How a reader checks, and walks back from one number.
COMMANDS = "make setup\n.venv/bin/readiness audit --level 2\n.venv/bin/readiness which ID"


@dataclass(frozen=True)
class Site:
    """What the pages show. `title`: of the site, by language; `start`: the language that opens;
    `gone`: the publications that were withdrawn and are not here.
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
        """The language whose page opens first."""
        return self.languages[0]


def policy(css: str) -> str:
    """What a page may load: its own style and pictures beside it, nothing else."""
    return (
        f"default-src 'none'; style-src {hashes([css])}; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'"
    )


def index_page(site: Site, language: Language, *, at_root: bool = False) -> str:
    """The index in a language; `at_root`: the same page where the site is opened."""
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
    """What has become of a publication, in each language of the site: nothing of it is sealed."""
    root = "../" * len(STATUS.parts)
    known = {other.identity for other in (*site.publications, *site.gone)}
    versions = {each.version.name: each.version for each in site.datasets}
    commands = [
        f"readiness audit {one.identity} --level 3",
        f"readiness which {one.identity}",
        *(pull_line(name, versions[name].md5) for name in one.datasets if name in versions),
    ]
    told: dict[str, Any] = {"one": one, "known": known, "commands": "\n".join(commands)}
    parts = [_make_page("status.html", site, language, root, **told) for language in site.languages]
    return _make_page("statuses.html", site, site.start, root, one=one, parts=map(Markup, parts))


def guide_page(site: Site, guide: Guide) -> str:
    """A guide's page: the guides are in English, what leads back in a language of the site."""
    language = "en" if "en" in site.languages else site.start
    return _make_page("guide.html", site, language, "../", guide=guide)


def mark_run(page: str, site: Site, report: ReportEntry, language: Language, depth: int) -> str:
    """A page of today's run that says so, and leads to the index in its language, to the other
    reports and to what is published of the run; `depth`: folders above it.
    """
    up = "../" * depth
    index = f"{up}{language}/{INDEX}"
    link = Markup('<a class="brand" href="{}">{}</a> ').format(index, site.title[language])
    ways = []
    for one in site.reports:
        if one.run != report.run and language in one.files:
            _, path = next(choose_files(one.files[language], language))
            ways.append((f"{up}{path}", one.title[language]))
    for name in ("publications", "check"):
        ways.append((f"{index}#{name}", text(f"site.{name}", language)))
    more = Markup(" ").join(Markup('<a href="{}">{}</a>').format(*way) for way in ways)
    status = tell(report.status, language)
    said = Markup("<span>{}</span>").format(status)
    if report.published:
        _, path = next(choose_files(report.published.files, language))
        said = Markup('<a href="{}{}">{}</a>').format(up, path, status)
    return page.replace(PLACE, link + said + Markup(" ") + more, 1)


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
