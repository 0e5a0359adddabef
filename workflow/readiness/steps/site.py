"""Site: today's reports, the publications and the guides as plain files that open anywhere."""

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from readiness.charts import palette
from readiness.config import StrictModel
from readiness.datasets.versions import read_versions
from readiness.ground.errors import DataError
from readiness.ground.frames import list_rows
from readiness.language import Language, text
from readiness.publications.chain import REGISTER
from readiness.publications.citing import Citation, read_citation
from readiness.publications.closing import read_verdicts
from readiness.publications.ledger import CHARTS, FOLDER, REPORT, TABLES
from readiness.publications.log import read_seals
from readiness.publications.reproduce import tally
from readiness.publications.seal import LEDGER
from readiness.register.disclosure_risk import read_attack, refuse_given_away
from readiness.register.figures import read_register
from readiness.register.published import gives_row
from readiness.running.step import Job, log
from readiness.site import pages
from readiness.site.pages import (
    Dataset,
    File,
    Guide,
    Published,
    ReportEntry,
    Shown,
    below,
    guide,
)
from readiness.site.two_numbers import two_numbers_page

# Folders of a run that readers get.
READER_FOLDERS = (REPORT, CHARTS, TABLES)
# Further files, with which readers check and cite a publication.
SEALED = ("figures.csv", "seal.json", "CITATION.cff", "report.html", "report.pdf")
DOCS = Path("docs")


class SiteSettings(StrictModel):
    """Settings: languages, the site's title in each, reports and publications.

    `withdrawn`: reason and successor of withdrawn publications that are not here.
    """

    languages: list[str]
    title: dict[str, str]
    reports: list[dict[str, Any]]
    publications: list[dict[str, Any]]
    withdrawn: dict[str, tuple[str, str]]


INPUTS = ("verdicts*", "attacks*")
SETTINGS = SiteSettings


# Files to be copied into the site, by path within the site.
Copies = dict[PurePosixPath, Path]
# Drawings of pages as files of their own, by path within the site.
Drawings = dict[PurePosixPath, bytes]
PICTURES = PurePosixPath("pictures")


def _copy(copies: Copies, files: Mapping[PurePosixPath, Path]) -> list[File]:
    """Add the files that exist to the copies; return those that the index names."""
    present = {place: path for place, path in files.items() if path.is_file()}
    copies |= present
    return [file for place in present if (file := File.at(place))]


def run(job: Job[SiteSettings]) -> None:
    """Write `index.html`, a page for each language, and all files that the pages link to."""
    job.public = True
    settings = job.settings
    for path in job.inputs["attacks"]:
        # Readers get pages, workbooks and tables from the site.
        refuse_given_away(str(path.parent.parent), read_attack(path))
    copies: Copies = {}
    drawings: Drawings = {}
    verdicts = read_verdicts(job.inputs["verdicts"])
    publications = [
        _copy_publication(entry, copies, verdicts, drawings) for entry in settings.publications
    ]
    # The log has no successor that is a draft; the seals have.
    superseded_ids = {
        (seal["supersedes"] or {}).get("id") for seal in read_seals(Path.cwd()).values()
    }
    latest = [
        publication for publication in publications if publication.identity not in superseded_ids
    ]
    site = pages.Site(
        settings.languages,
        {lang: settings.title.get(lang) or text("site.title", lang) for lang in settings.languages},
        [
            _copy_report(entry, copies, settings.languages, latest, drawings)
            for entry in settings.reports
        ],
        publications,
        [
            Published(name, files=[], withdrawn=reason, successor=successor)
            for name, (reason, successor) in settings.withdrawn.items()
        ],
        [
            Dataset(
                version,
                [
                    publication.identity
                    for publication in publications
                    if version.name in publication.datasets
                ],
            )
            for version in read_versions(Path.cwd()).values()
        ],
        _gather_guides(copies),
    )
    _write(site, copies, drawings, job)
    job.reads = {str(place): path for place, path in copies.items()}
    for role, name in (("verdicts", "verdicts"), ("attacks", "attack")):
        job.reads |= {f"{path.parent.parent.name}/{name}": path for path in job.inputs[role]}
    site_files = {job.out / name for name in (*job.names, "lineage.json")}
    for path in sorted(job.out.rglob("*"), reverse=True):
        if path.is_file() and path not in site_files and not path.name.startswith("."):
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    log.info("site: %d files", len(job.names))


def _write(site: pages.Site, copies: Copies, drawings: Drawings, job: Job[SiteSettings]) -> None:
    """Write all pages and copies of the site."""
    job.file(pages.INDEX, pages.index_page(site, site.start, at_root=True))
    job.file(pages.TWO_NUMBERS, two_numbers_page())
    for language in site.languages:
        job.file(f"{language}/{pages.INDEX}", pages.index_page(site, language))
    for publication in (*site.publications, *site.gone):
        home = f"{pages.STATUS}/{publication.identity}"
        job.file(f"{home}.html", pages.status_page(site, publication))
        if publication.is_citable:
            job.file(f"{home}.bib", publication.citation.bibtex)
            job.file(f"{home}.ris", publication.citation.ris)
    for place, drawing in drawings.items():
        job.file(str(place), drawing)
    for page in site.guides:
        job.file(f"{pages.GUIDES}/{page.name}.html", pages.guide_page(site, page))
    reports = {PurePosixPath(report.run): report for report in site.reports}
    for place, path in copies.items():
        content, report = path.read_bytes(), reports.get(place.parents[-2])
        if place.suffix == ".html" and report:
            html, depth = content.decode("utf-8"), len(place.parts) - 1
            content = pages.mark_run(html, site, report, place.parts[2], depth).encode()
        job.file(str(place), content)


def _copy_report(
    entry: dict[str, Any],
    copies: Copies,
    languages: Sequence[Language],
    publications: Sequence[Published],
    drawings: Drawings,
) -> ReportEntry:
    """Copy a report of today; return its entry, with how many published numbers moved."""
    results, home = Path("results") / entry["folder"], PurePosixPath(entry["run"])
    files: dict[str, list[File]] = {}
    first_screens: dict[str, Shown] = {}
    for language in languages:
        files_below = (
            below(results / name / language, home / name / language) for name in READER_FOLDERS
        )
        files[language] = _copy(copies, dict(chain(*files_below)))
        page = results / REPORT / language / f"{entry['page']}.html"
        first_screens[language] = _read_first(page, home, results, drawings)
    candidates = [p for p in publications if p.run == entry["run"]]
    published, moved = (
        min(
            candidates,
            key=lambda publication: (publication.draft, publication.identity),
            default=None,
        ),
        0,
    )
    if published:
        ledger = list_rows(read_register(FOLDER / published.identity / LEDGER))
        current_rows = {
            row["id"]: row for row in list_rows(read_register(results / REGISTER / LEDGER))
        }
        moved = sum(
            r["id"] not in current_rows or not gives_row(r, current_rows[r["id"]]) for r in ledger
        )
    return ReportEntry(
        run=entry["run"],
        title=entry["title"],
        simulated=entry["simulated"],
        selection=entry["selection"],
        files=files,
        shown=first_screens,
        published=published,
        moved=moved,
    )


def _read_first(page: Path, home: PurePosixPath, folder: Path, drawings: Drawings) -> Shown:
    """Return a report page's headline, or its first main point, and its first chart.

    The chart is below `folder`, and in the site below `home`. Its drawing for telephones, which the
    page alone has, is added to `drawings`.
    """
    tree = LexborHTMLParser(page.read_text("utf-8"))
    headed = tree.css_first("#title-block-header > p.title") is not None
    node = tree.css_first("h1") if headed else tree.css_first(".brief li") or tree.css_first("h1")
    finding = " ".join(node.text(deep=True).split()) if node is not None else ""
    link = tree.css_first('.actions [href$=".svg"], .actions [data-file$=".svg"]')
    if link is None:
        return Shown(finding)
    # `../../charts/en/name.svg`, relative to the folder of the page.
    address = link.attributes.get("href") or link.attributes.get("data-file") or ""
    place = PurePosixPath(*PurePosixPath(address).parts[2:])
    words = (folder / place).with_suffix(".txt")
    if not (folder / place).is_file() or not words.is_file():
        return Shown(finding)
    alternative = " ".join(words.read_text("utf-8").split())
    drawn = tree.css_first("svg.narrow")
    if drawn is None:
        return Shown(finding, home / place, alternative)
    narrow = PICTURES / home.name / page.parent.name / f"{place.stem}.svg"
    drawings[narrow] = _write_drawing(drawn.html or "")
    return Shown(finding, home / place, alternative, narrow)


def _write_drawing(element: str) -> bytes:
    """Return the drawing of a page as a file of its own, with the colours that the page gave it."""
    # An HTML element has no namespace, and a name for the one sign that XML does not know.
    drawing = element.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    start = drawing.index(">") + 1
    style = f"<style>:root{{--sans:sans-serif}}{palette.stylesheet()}</style>"
    return (drawing[:start] + style + drawing[start:]).replace("&nbsp;", "\u00a0").encode()


def _copy_publication(
    entry: dict[str, Any], copies: Copies, verdicts: dict[str, Any], drawings: Drawings
) -> Published:
    """Copy a publication; return its entry."""
    publication_id = entry["id"]
    folder, home = FOLDER / publication_id, PurePosixPath(str(FOLDER)) / publication_id
    files_below = chain(*(below(folder / name, home / name) for name in READER_FOLDERS))
    files = _copy(copies, {**dict(files_below), **{home / name: folder / name for name in SEALED}})
    try:
        citation = read_citation(folder)
    except DataError:  # its audit reports it
        citation = Citation(publication_id, publication_id, "", "", (), "")
    check = tally(verdicts[publication_id]) if publication_id in verdicts else None
    properties = {name: value for name, value in entry.items() if name != "id"}
    pages = {path.parent.name: path for path in folder.glob(f"{REPORT}/*/report*.html")}
    first_screens = {
        language: _read_first(path, home, folder, drawings) for language, path in pages.items()
    }
    return Published(
        publication_id,
        files=files,
        citation=citation,
        check=check,
        shown=first_screens,
        **properties,
    )


def _gather_guides(copies: Copies) -> list[Guide]:
    sources = sorted(DOCS.glob("*.md"))
    pictures = sorted(p for p in DOCS.rglob("*") if p.suffix in (".svg", ".png") and p.is_file())
    names, pictures_by_name = (
        [p.stem for p in sources],
        {p.relative_to(DOCS).as_posix(): p for p in pictures},
    )
    copies |= {pages.GUIDES / name: path for name, path in pictures_by_name.items()}
    return [guide(p.stem, p.read_text("utf-8"), names, pictures_by_name) for p in sources]
