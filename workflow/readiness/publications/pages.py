"""The pages of a publication for whoever opens its folder: README, codecheck.yml, CITATION.cff.

The README has the sections that the data editor of the American Economic Association asks for, once
in each language of the publication; the CODECHECK file is the author's part of version 1.0 of that
specification, the citation follows the Citation File Format 1.2. None of them says anything in the
authors' name that the authors did not write.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from markupsafe import Markup

from readiness.config import StudySettings, WaveSettings
from readiness.datasets.versions import ERASED, RESTRICTED
from readiness.facts import Fact
from readiness.language import Language
from readiness.language.catalogue import direction
from readiness.language.numbers import whole
from readiness.publications.ledger import in_order
from readiness.publications.material import PublicationMaterial
from readiness.publications.outcomes import told_plainly
from readiness.publications.presenting.writing import Writing, markdown, render
from readiness.publications.seal import DRAFT
from readiness.reporting.blocks import list_statements
from readiness.terminal import one_line

# What the status of a dataset version says to a reader; the others are kept.
ACCESS = {
    RESTRICTED: "publication.access.restricted",
    ERASED: "publication.access.erased",
}


@dataclass(frozen=True)
class Facts(PublicationMaterial):
    """What the pages tell of a publication beside what it is made of.

    `recompute_lines` are those of the script that computes it again, 0 without one; `pages` are the
    names of its reports; `erratum_table` is whether `erratum.csv` names each number
    of what it supersedes that moved; `licence` is the one that the authors' own CITATION.cff
    names, "" where it names none; without one there are no `authors`.
    """

    numbers: int = 0
    judged: int = 0
    authors: Sequence[Mapping[str, str]] = ()
    pages: Sequence[str] = ()
    licence: str = ""
    erratum_table: bool = False
    recompute_lines: int = 0

    @property
    def draft(self) -> bool:
        """Whether it may be frozen again."""
        return self.status == DRAFT

    @property
    def inputs(self) -> list[str]:
        """The files that went in beside the datasets."""
        return sorted({path.as_posix() for path in self.files.values()})

    @property
    def is_simulated(self) -> bool:
        """Whether no real person gave the answers."""
        return isinstance(self.section, WaveSettings) and self.section.simulated

    @property
    def languages_in_order(self) -> list[Language]:
        """The languages as its pages stand below each other."""
        return in_order(self.languages)

    @property
    def first(self) -> Language:
        """The language of what there is once."""
        return self.languages_in_order[0]


def _title(facts: Facts, language: Language) -> Fact:
    """The title with the id; of a draft it says so."""
    titles = facts.section.title
    title = titles.get(language) or next(iter(titles.values()), facts.identity)
    kind = "publication.title_draft" if facts.draft else "publication.title"
    return Fact(kind, {"text_title": title, "text_name": facts.identity})


def _what(facts: Facts) -> Iterator[Fact]:
    if isinstance(facts.section, StudySettings):
        yield Fact("publication.what_study", {"n": facts.numbers, "judged": facts.judged})
        return
    if facts.is_simulated:
        yield Fact("dpo.simulated")
    yield Fact("publication.what_wave", {"n": facts.numbers})


def readme(facts: Facts) -> str:
    """README.md, in the sections of the AEA data editor's template."""
    return "".join(_readme(facts, language) for language in facts.languages_in_order)


def _readme(facts: Facts, language: Language) -> str:
    writing = Writing(language, markdown(language))
    form = writing.form
    kept = [version for version in facts.versions if version.status not in ACCESS]
    wave = isinstance(facts.section, WaveSettings)
    seed = None
    if isinstance(facts.section, WaveSettings) and facts.section.compare.items:
        seed = facts.section.compare.seed  # of the tests that draw by chance
    return render(
        "publication.md",
        form,
        t=writing.text,
        f=facts,
        first=language == facts.first,
        direction=direction(language),
        title=writing.tell(_title(facts, language)),
        what=[writing.tell(fact) for fact in _what(facts)],
        kept=len(kept),
        versions=[
            (v, writing.text(ACCESS.get(v.status, "publication.access.kept"), store="data/store"))
            for v in facts.versions
        ],
        wave=wave,
        privacy=[
            (writing.text("language.labelled", label=writing.text(key), what=form.quoted(said)))
            for key, said in list_statements(facts.privacy_statements, language)
        ],
        seed=seed,
        # A block of code has no escapes.
        code=lambda text: Markup(one_line(text)),
        name=form.name,
        quoted=form.quoted,
        whole=lambda number: form.number(whole(number, language)),
        listed=writing.list_items,
    )


def codecheck(facts: Facts, outputs: Sequence[str]) -> str:
    """codecheck.yml: what an independent checker is asked to make again.

    The specification wants the document marker in the first line, and the checker's name, report
    and certificate once there is a check: an author's file leaves them out.
    """
    language = facts.first
    papers = [name for name in facts.pages if name.endswith(".pdf")]
    reference = min(papers, key=lambda name: f"/{language}/" not in name, default="")
    record: dict[str, Any] = {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": {
            "title": told_plainly(_title(facts, language), language),
            "authors": [{"name": _name_author(author)} for author in facts.authors],
            "reference": f"publications/{facts.identity}/{reference}",
        },
        "manifest": [
            {"file": name, "comment": told_plainly(comment, language)}
            for name, comment in _manifest(facts, outputs)
        ],
    }
    command = f"readiness audit {facts.identity} --level 3"
    fields = "codechecker, report, summary, check_time, certificate"
    notes = (
        Fact("publication.check_again", {"command": command}),
        Fact("publication.checker_adds", {"fields": fields}),
    )
    head = "".join(f"# {told_plainly(note, language)}\n" for note in notes)
    return f"---\n{head}" + yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=100)


def _name_author(author: Mapping[str, str]) -> str:
    """An author as CITATION.cff has one: an entity, or a person by the parts of a name."""
    parts = ("given-names", "name-particle", "family-names", "name-suffix")
    return author.get("name") or " ".join(author[part] for part in parts if author.get(part))


def _manifest(facts: Facts, outputs: Sequence[str]) -> Iterator[tuple[str, Fact]]:
    for name in outputs:
        folder = name.partition("/")[0]
        if name in facts.pages:
            paper = name.endswith(".pdf")
            yield name, Fact("publication.file.paper" if paper else "verdict.level.report")
        elif name == "figures.csv":
            yield name, Fact("publication.file.ledger")
        elif folder == "charts":
            words = name.endswith(".txt")
            yield name, Fact("publication.file.chart_words" if words else "publication.file.chart")
        elif folder == "tables":
            yield name, Fact("publication.file.table", {"ledger": "figures.csv"})


def citation(facts: Facts) -> str:
    """CITATION.cff of the publication."""
    language = facts.first
    record: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": told_plainly(Fact("publication.cite"), language),
        "title": told_plainly(_title(facts, language), language),
        "type": "dataset",
        "version": facts.identity,
        **({"license": facts.licence} if facts.licence else {}),
        "authors": [dict(author) for author in facts.authors],
        "abstract": " ".join(told_plainly(fact, language) for fact in _what(facts)),
    }
    return yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=100)
