"""The pages of the site, from templates and the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from markupsafe import Markup, escape

from readiness.facts import Fact
from readiness.language import Language, direction, own_name, tell, text
from readiness.language.numbers import whole
from readiness.rendering.policy import hashes
from readiness.rendering.styles import stylesheet
from readiness.site.contents import ORDER, Dataset, Published, Reported, named
from readiness.site.guides import Guide
from readiness.templating import environment

FOLDER = Path(__file__).resolve().parent / "templates"
INDEX = "index.html"
PLACE = '<span class="brand">readiness</span>'
"""What of a report's page leads back to the index in the site's copy of it."""
GUIDES = PurePosixPath("guides")
LEVELS = tuple(f"site.level.{level}" for level in ("0", "1", "2", "3"))
"""What an audit of each level looks at."""
COLUMNS = (
    *(f"site.column.{name}" for name in ("version", "content", "rows", "hash")),
    "site.publications",
)
FILES = (
    "site.file.page",
    "rendering.origin.paper",
    "rendering.origin.numbers",
    "rendering.origin.workbook",
    "rendering.origin.tidy",
    "site.file.seal",
    "site.file.citation",
)
"""What the files of a report or of a publication are called."""

COMMANDS = "make setup\n.venv/bin/readiness audit --level 2\n.venv/bin/readiness which ID"
"""How a reader checks, and walks back from one number."""


@dataclass(frozen=True)
class Site:
    """What the pages show. `title`: of the site, by language; `start`: the language that opens;
    `withdrawn`: of each publication that was withdrawn why, and its successor ("" for none)."""

    languages: Sequence[Language]
    title: dict[str, str]
    reports: Sequence[Reported]
    publications: Sequence[Published]
    withdrawn: Mapping[str, tuple[str, str]]
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
    root = "" if at_root else "../"
    return _page(
        "index.html", site, language, root,
        reports=site.reports, publications=_newest_first(site.publications),
        datasets=site.datasets, guides=site.guides, levels=LEVELS, columns=COLUMNS,
        called=dict(zip(ORDER, FILES, strict=True)), commands=COMMANDS,
    )  # fmt: skip


def guide_page(site: Site, guide: Guide) -> str:
    """A guide's page: the guides are in English, what leads back in a language of the site."""
    language = "en" if "en" in site.languages else site.start
    return _page("guide.html", site, language, "../", guide=guide)


def with_way_back(page: str, site: Site, language: Language, depth: int) -> str:
    """A report's page that leads back to the index in its language; `depth`: folders above it."""
    href = f"{'../' * depth}{language}/{INDEX}"
    link = Markup('<a class="brand" href="{}">{}</a>').format(href, site.title[language])
    return page.replace(PLACE, link, 1)


def _newest_first(publications: Sequence[Published]) -> list[Published]:
    """Those that are in force first."""
    return sorted(publications, key=lambda one: (bool(one.successor), one.draft, one.identity))


def _values(site: Site, language: Language, root: str) -> dict[str, Any]:
    def said(kind: str, **values: Any) -> str:
        return tell(Fact(kind, values), language)

    return {
        "site": site, "language": language, "direction": direction(language), "root": root,
        "t": partial(text, language=language), "say": said, "own_name": own_name,
        "number": lambda n: whole(n, language),
        "title": site.title[language], "named": partial(named, language=language),
    }  # fmt: skip


def _page(name: str, site: Site, language: Language, root: str, **values: Any) -> str:
    css = stylesheet("readiness.site", "site.css")
    return (
        environment(FOLDER, escape)
        .get_template(name)
        .render(_values(site, language, root), style=Markup(css), policy=policy(css), **values)
    )
