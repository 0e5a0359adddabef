"""The page for the data protection officer: one sheet on what a wave's numbers could give away.

What was hidden and why, against whom, what remains possible, how much was lost, which personal data
there were, and who signed for it. Made of counts alone: nothing of a respondent is on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.ground.facts import Fact, Listed, Quantity, Term
from readiness.language import Language, tell, text
from readiness.language.numbers import whole
from readiness.rendering.numbers import render_page
from readiness.reporting.particulars import CALLED, PERSONAL, list_statements

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
    lost = found.withheld / found.numbers if found.numbers else 0.0
    share = Quantity.of(lost, "share", 1)
    hidden = [
        Fact("site.dpo.hidden", {"n": found.withheld, "of": found.numbers, "share": share}),
        *(Fact(REASONS[reason], {"n": n}) for reason, n in found.reasons.items() if n),
    ]
    knows = Listed(tuple(Term(KNOWING[reader]) for reader in found.readers), "comma")
    against = [
        Fact(READERS[found.reader]),
        Fact("site.dpo.rules", {"least": found.minimum, "width": found.width}),
        *[Fact("site.dpo.knows", {"knows": knows})] * bool(found.readers),
    ]
    attack, given = found.attack, found.attack["given_away"]
    possible = [
        Fact("site.dpo.attacked", {"n": attack["attacked"], "held": attack["held"]}),
        Fact("site.dpo.given_away", {"n": given}) if given else Fact("site.dpo.none_given_away"),
        *[Fact("site.dpo.before", {"n": attack["before"]})] * bool(attack["before"]),
        Fact("site.dpo.not_covered"),
    ]
    personal = [
        *[Fact("site.dpo.simulated")] * found.simulated,
        Fact("site.dpo.apart", {"n": found.apart}),
        Fact("site.dpo.pseudonyms" if found.pseudonyms else "site.dpo.no_pseudonyms"),
        *[Fact("site.dpo.seen", {"n": found.seen})] * bool(found.seen),
    ]
    return render_page(
        "readiness.site",
        "dpo.html",
        "dpo.css",
        language,
        heading=tell(Fact("site.dpo.title", {"title": title}), language),
        found=found,
        number=lambda count: whole(count, language),
        hidden=[tell(fact, language) for fact in hidden],
        against=[tell(fact, language) for fact in against],
        possible=[tell(fact, language) for fact in possible],
        personal=[tell(fact, language) for fact in personal],
        stated=[
            (text(CALLED[key], language), said)
            for key, said in list_statements(found.study, language, PERSONAL)
        ],
    )
