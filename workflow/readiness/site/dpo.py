"""Render the page for the data protection officer: disclosure risks of a wave's numbers.

Suppressed numbers and reasons, assumed attackers, remaining risks, information loss, personal data
found, and the person who signed off. The page is made of counts alone: no respondent's content.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.ground.facts import Fact, Listed, Quantity, Term
from readiness.language import Language, tell, text
from readiness.language.numbers import whole
from readiness.rendering.numbers import render_page
from readiness.reporting.particulars import CALLED, PERSONAL, list_statements

# Intended readers of a release.
READERS = {r: f"site.dpo.reader.{r}" for r in ("public", "researchers", "internal")}
# Assumed knowledge of each attacker.
KNOWING = {
    what: f"site.dpo.knows.{what}" for what in ("publication", "releases", "frame", "answers")
}
# Reasons for suppression.
REASONS = {why: f"site.dpo.reason.{why}" for why in ("primary", "complementary", "reliability")}


@dataclass(frozen=True)
class Protection:
    """Counts on the disclosure control of a wave.

    `numbers`, `withheld`: numbers that could be released, and those suppressed. `reasons`:
    suppressed numbers by `REASONS`. `by_group`: groups with the largest loss: label, suppressed,
    total. `reader`: intended readers of the release, by `READERS`; `minimum` and `width`: smallest
    number of people that may be known, and least distance of the lowest and highest possible one.
    `attack`: counts of the verdict: `attacked`, `held`, `given_away`, `before`. `readers`: assumed
    knowledge of attackers, by `KNOWING`. `apart`: items with protected answers; `seen`: cells
    flagged as personal data.
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
    """Return the page in a language; `title`: the wave's title."""
    suppressed_share = found.withheld / found.numbers if found.numbers else 0.0
    share = Quantity.of(suppressed_share, "share", 1)
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
    attack, disclosed = found.attack, found.attack["given_away"]
    possible = [
        Fact("site.dpo.attacked", {"n": attack["attacked"], "held": attack["held"]}),
        Fact("site.dpo.given_away", {"n": disclosed})
        if disclosed
        else Fact("site.dpo.none_given_away"),
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
