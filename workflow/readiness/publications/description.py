"""Title and content of a publication, as its README and metadata files state them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from readiness.config import StudySettings
from readiness.ground.facts import Fact, Term
from readiness.language import Language
from readiness.publications.ledger import in_order
from readiness.publications.material import PublicationMaterial


@dataclass(frozen=True)
class Facts(PublicationMaterial):
    """Material of a publication and the facts that its README and metadata files state.

    `numbers`: rows of the register; `judged`: how many of these are claims; `scripts`: file names
    of the scripts that recompute the numbers without this program; `pages`: file names of the
    reports; `errata`: each reason of its `erratum.csv` with how many numbers have it; `counts`:
    numbers of people `invited` and `answered`, where the register has them.
    """

    numbers: int = 0
    judged: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    pages: Sequence[str] = ()
    errata: Sequence[tuple[str, int]] = ()
    scripts: Sequence[str] = ()

    @property
    def first(self) -> Language:
        """Language of files that exist in one language only."""
        return in_order(self.languages)[0]


def write_title(facts: Facts, language: Language) -> Fact:
    """Return the title and id of a publication; the title of a draft is marked as such."""
    titles = facts.section.title
    title = titles.get(language) or next(iter(titles.values()), facts.identity)
    named = Fact("publication.title", {"text_title": title, "text_name": facts.identity})
    if facts.released:
        return named
    label = Term("report.rendering.status.draft")
    return Fact("language.labelled", {"label": label, "what": named})


def describe_content(facts: Facts) -> Iterator[Fact]:
    """Yield sentences about the content of a publication: simulated data, number of figures."""
    if isinstance(facts.section, StudySettings):
        yield Fact("publication.what_study", {"n": facts.numbers, "judged": facts.judged})
        return
    if facts.section.simulated:
        yield Fact("site.dpo.simulated")
    yield Fact("publication.what_wave", {"n": facts.numbers})
