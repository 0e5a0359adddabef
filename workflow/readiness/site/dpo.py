"""The page for the data protection officer: one sheet on what a wave's numbers could give away.

What was hidden and why, against whom, what remains possible, how much was lost, which personal data
there were, and who signed for it. Made of counts alone: nothing of a respondent is on it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from readiness.facts import Fact, Listed, Quantity, Term
from readiness.language import Language, tell, text
from readiness.language.numbers import whole
from readiness.rendering.numbers import render_template
from readiness.reporting.particulars import CALLED, PERSONAL, list_statements
from readiness.templating import add_policy, stylesheet

FOLDER = Path(__file__).resolve().parent / "templates"
# For whom a release is.
READERS = {r: f"site.dpo.reader.{r}" for r in ("public", "researchers", "internal")}
# What each reader of the attack is taken to know.
KNOWING = {
    what: f"site.dpo.knows.{what}" for what in ("publication", "releases", "frame", "answers")
}
# Why a number is withheld.
REASONS = {why: f"site.dpo.reason.{why}" for why in ("primary", "complementary", "reliability")}


@dataclass(frozen=True)
class Protection:
    """What is told of a wave.

    numbers, withheld: released numbers that could have been told, and those that are not.
    reasons: how many of the withheld, by `REASONS`.
    by_group: the groups that lose most: label, withheld, of how many.
    reader: for whom the release is, by `READERS`; minimum and width: the smallest number of people
        that may be known, and how far apart the least and the greatest possible one must stay.
    optimal: whether no smaller loss does the same; None where nobody asked.
    attack: of the verdict: `attacked`, `held`, `given_away`, `before`.
    readers: what the readers of the attack are taken to know, by `KNOWING`.
    apart: items whose answers are kept apart; seen: cells that were flagged.
    """

    numbers: int
    withheld: int
    reasons: Mapping[str, int]
    by_group: tuple[tuple[str, int, int], ...]
    reader: str
    minimum: int
    width: int
    optimal: bool | None
    attack: Mapping[str, int]
    readers: tuple[str, ...]
    apart: int
    seen: int
    pseudonyms: bool
    simulated: bool
    datasets: str
    study: Mapping[str, Any] = field(default_factory=dict)
    signed_off_by: str = ""


def dpo_page(found: Protection, title: str, language: Language) -> str:
    """The page in a language; `title` is the wave's."""
    page = render_template(
        FOLDER,
        "dpo.html",
        language,
        stylesheet("readiness.site", "dpo.css"),
        heading=tell(Fact("site.dpo.title", {"title": title}), language),
        found=found,
        number=lambda count: whole(count, language),
        hidden=[tell(fact, language) for fact in _tell_hidden(found)],
        against=[tell(fact, language) for fact in _tell_against(found)],
        possible=[tell(fact, language) for fact in _tell_possible(found)],
        personal=[tell(fact, language) for fact in _tell_personal(found)],
        stated=[
            (text(CALLED[key], language), said)
            for key, said in list_statements(found.study, language, PERSONAL)
        ],
    )
    return add_policy(page)


def _tell_hidden(found: Protection) -> Iterator[Fact]:
    lost = found.withheld / found.numbers if found.numbers else 0.0
    yield Fact(
        "site.dpo.hidden",
        {"n": found.withheld, "of": found.numbers, "share": Quantity.of(lost, "share", 1)},
    )
    for reason, count in found.reasons.items():
        if count:
            yield Fact(REASONS[reason], {"n": count})
    if found.optimal is not None and found.reasons.get("complementary"):
        yield Fact("site.dpo.optimal" if found.optimal else "site.dpo.not_optimal")


def _tell_against(found: Protection) -> Iterator[Fact]:
    yield Fact(READERS[found.reader])
    yield Fact("site.dpo.rules", {"least": found.minimum, "width": found.width})
    if found.readers:
        knows = tuple(Term(KNOWING[reader]) for reader in found.readers)
        yield Fact("site.dpo.knows", {"knows": Listed(knows, "comma")})


def _tell_possible(found: Protection) -> Iterator[Fact]:
    attack, given = found.attack, found.attack["given_away"]
    yield Fact("site.dpo.attacked", {"n": attack["attacked"], "held": attack["held"]})
    yield Fact("site.dpo.given_away", {"n": given}) if given else Fact("site.dpo.none_given_away")
    if attack["before"]:
        yield Fact("site.dpo.before", {"n": attack["before"]})
    yield Fact("site.dpo.not_covered")


def _tell_personal(found: Protection) -> Iterator[Fact]:
    if found.simulated:
        yield Fact("site.dpo.simulated")
    yield Fact("site.dpo.apart", {"n": found.apart})
    yield Fact("site.dpo.pseudonyms" if found.pseudonyms else "site.dpo.no_pseudonyms")
    if found.seen:
        yield Fact("site.dpo.seen", {"n": found.seen})
