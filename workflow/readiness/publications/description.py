"""What the pages of a publication's folder state of it: its title and what it holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from readiness.config import StudySettings
from readiness.ground.facts import Fact, Term
from readiness.language import Language
from readiness.publications.ledger import in_order
from readiness.publications.material import PublicationMaterial


@dataclass(frozen=True)
class Facts(PublicationMaterial):
    """What the pages tell of a publication beside what it is made of.

    `scripts`: names of those that compute it again without this program; `pages`: names of the
    reports; `erratum_table` is whether `erratum.csv` names each number of what it
    supersedes that moved; `counts`: how many were `invited` and `answered`, where it is known.
    """

    numbers: int = 0
    judged: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    pages: Sequence[str] = ()
    erratum_table: bool = False
    scripts: Sequence[str] = ()

    @property
    def first(self) -> Language:
        """The language of what there is once."""
        return in_order(self.languages)[0]


def write_title(facts: Facts, language: Language) -> Fact:
    """Return the title of a publication, which says of a draft that it is one."""
    titles = facts.section.title
    title = titles.get(language) or next(iter(titles.values()), facts.identity)
    named = Fact("publication.title", {"text_title": title, "text_name": facts.identity})
    if facts.released:
        return named
    label = Term("report.rendering.status.draft")
    return Fact("language.labelled", {"label": label, "what": named})


def describe_content(facts: Facts) -> Iterator[Fact]:
    """Yield what a publication holds, a sentence each."""
    if isinstance(facts.section, StudySettings):
        yield Fact("publication.what_study", {"n": facts.numbers, "judged": facts.judged})
        return
    if facts.section.simulated:
        yield Fact("site.dpo.simulated")
    yield Fact("publication.what_wave", {"n": facts.numbers})
