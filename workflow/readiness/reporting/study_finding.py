"""Finding of a study: the fairest sentences that its verdicts support, as facts.

The arithmetic chooses the sentence: figures go together and on how many people, they go together on
none, or nothing can be said. The innocent reading comes first.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from readiness.forensics.judging.verdict import facts_of, name, numbers_of
from readiness.ground.facts import Fact, Listed, NamedNumber, Printed, Term, TranslatedText, Value
from readiness.ground.figure_id import claim_id, verdict_id
from readiness.reporting.parts import StudyPart


@dataclass(frozen=True)
class JudgedClaim:
    """Verdict of a study, prepared for sentences of the report.

    `kind`: kind of its first sentence. `values`: its numbers, and the conditions `assumed`.
    `items`: the label of each of its questions, in order.
    """

    id: str
    kind: str
    facts: tuple[Fact, ...]
    values: Mapping[str, Value]
    items: tuple[Value, ...]

    @property
    def sentences(self) -> tuple[Fact, ...]:
        """Sentences of the verdict, each number under its id in the register."""
        return tuple(_name_fact_numbers(fact, self.id) for fact in self.facts)

    def has(self, *names: str) -> bool:
        """Return whether the verdict states all of these values."""
        return set(names) <= self.values.keys()

    def take_values(self, *names: str, **renamed: str) -> dict[str, Value]:
        """Return some of the values, under their own names or under new ones."""
        pairs = {**{name: name for name in names}, **renamed}
        return {new: self.values[name] for new, name in pairs.items()}

    def number(self, name: str) -> str:
        """Return the id of one of the verdict's numbers in the register."""
        return verdict_id(self.id, name)


def find_verdict(study: StudyPart, *identities: str) -> JudgedClaim | None:
    """Return the first of these verdicts that the study has; None where it has none of them."""
    for verdict_name in identities:
        if verdict_name in study.verdicts:
            facts = facts_of(study.verdicts[verdict_name])
            values: dict[str, Value] = {
                number_name: name(verdict_id(verdict_name, number_name), number)
                for number_name, number in numbers_of(facts).items()
            }
            first = facts[0].values
            if "assumed" in first:
                values["assumed"] = first["assumed"]
            labels = first.get("labels")
            sets = labels.items if isinstance(labels, Listed) else ()
            items = tuple(s.values["item"] for s in sets if isinstance(s, Fact))
            return JudgedClaim(verdict_name, facts[0].kind, facts, values, items)
    return None


def name_numbers(value: Value, verdict_name: str) -> Value:
    """Return a verdict's value with numbers named by their ids in the register."""
    match value:
        case NamedNumber(own, number):
            return NamedNumber(verdict_id(verdict_name, own), number)
        case Listed(items, link):
            return Listed(tuple(name_numbers(item, verdict_name) for item in items), link)
        case Fact():
            return _name_fact_numbers(value, verdict_name)
        case _:
            return value


def _name_fact_numbers(fact: Fact, verdict_name: str) -> Fact:
    return Fact(
        fact.kind,
        {
            value_name: name_numbers(inner, verdict_name)
            for value_name, inner in fact.values.items()
        },
    )


HEADLINES = {
    "forensics.weighted": "study.headline.weighted",
    "forensics.joint.never": "study.headline.never",
    "forensics.bases.never": "study.headline.never_alone",
}
FITS = ("forensics.base.fits", "forensics.base.apportioned")
# Verdicts on figures that are no shares of the reported number of answers.
MISFITS = ("forensics.base.other", "forensics.base.none")
# Established sentence by the kind of the verdict: catalogue key, then names of values.
ESTABLISHED = {
    "forensics.joint.reconciled": ("study.sure.none_up_to", "n_max", "first"),
    "forensics.joint.apart": ("study.sure.none_up_to", "n_max", "first"),
    "forensics.joint.apart_all": ("study.sure.none_up_to", "n_max", "first"),
    "forensics.joint.possible": ("study.sure.possible", "bases", "n_max"),
    "forensics.joint.unbounded": ("study.sure.unbounded", "first"),
    "forensics.joint.unbounded_all": ("study.sure.unbounded", "first"),
    "forensics.joint.never": ("study.sure.never", "assumed", "limit"),
    "forensics.bases.list": ("study.sure.list", "assumed", "bases", "n_max"),
    "forensics.bases.many": ("study.sure.many", "assumed", "smallest"),
    "forensics.bases.later": ("study.sure.later", "assumed", "n_max", "smallest"),
    "forensics.bases.never": ("study.sure.never_alone", "assumed"),
    "forensics.weighted": ("study.sure.weighted",),
}
# Simple explanation by the kind of the verdict; figures possible as printed need none.
SIMPLE = {
    "forensics.joint.reconciled": ("study.simple.missing", "missing", "reconciled", "n_max"),
    "forensics.joint.apart": ("study.simple.apart",),
    "forensics.joint.apart_all": ("study.simple.apart",),
    "forensics.joint.never": ("study.simple.apart",),
    "forensics.joint.unbounded": ("study.simple.unbounded", "missing", "first_missing"),
    "forensics.bases.later": ("study.simple.later",),
    "forensics.bases.never": ("study.simple.never_alone",),
    "forensics.weighted": ("study.simple.weighted",),
}
# Sentences on a reported number of people that may not count answers.
TOTALS = (
    "forensics.total.perhaps_sent",
    "forensics.total.perhaps_fewer",
    "forensics.total.sent_or_answered",
    "forensics.total.one_source",
)


def joint_of(study: StudyPart) -> JudgedClaim | None:
    """Return the verdict on the sets that the study is about; None where there is none."""
    shared = study.lead
    return find_verdict(study, f"joint.{shared.id}", f"bases.{shared.id}") if shared else None


def every_of(study: StudyPart) -> JudgedClaim | None:
    """Return the verdict on the number of people from which on every number fits; None without."""
    return find_verdict(study, f"every.{study.lead.id}") if study.lead else None


def headline(study: StudyPart, joint: JudgedClaim | None, every: JudgedClaim | None) -> Fact:
    """Return the headline: on how many people the figures can rest."""
    name = study.structure.subject
    subject: dict[str, Value] = {"subject": TranslatedText(name) if name else Term("study.subject")}
    checked = _find_reported(study)
    if checked and joint is None:
        misfit = any(verdict.kind in MISFITS for verdict in checked)
        return Fact("study.headline.misfits" if misfit else "study.headline.based", subject)
    if checked:
        subject = {"subject": Term("study.subject.others")}
    if every is not None:
        if not every.has("silent") and _is_same(every.values["least"], every.values["every"]):
            return Fact("study.headline.any", subject | every.take_values("every"))
        if _find_answered(study) is not None:
            return Fact("study.headline.compatible.total", subject)
        return Fact("study.headline.compatible.unknown", subject | every.take_values("least"))
    if joint is None:
        return Fact("study.headline.nothing", subject)
    if joint.kind in HEADLINES:
        return Fact(HEADLINES[joint.kind], subject)
    if joint.has("reconciled"):
        values = joint.take_values("missing", "reconciled", "n_max")
        return Fact("study.headline.reconciled", subject | values)
    for least in ("first", "smallest"):
        if joint.has(least):
            return Fact("study.headline.first", subject | joint.take_values(least=least))
    return Fact("study.headline.list", subject | joint.take_values("bases", "n_max"))


def _is_same(first: Value, second: Value) -> bool:
    return (
        isinstance(first, NamedNumber)
        and isinstance(second, NamedNumber)
        and first.value == second.value
    )


def state_lead(study: StudyPart, joint: JudgedClaim | None) -> tuple[Fact, ...]:
    """Return what was published, then on how many people, as far as somebody printed a number."""
    if joint is None or study.lead is None:
        return ()
    figures = []
    for set_id in study.lead.sets:
        claim_set = study.structure.set_named(set_id)
        printed = tuple(_quote_claim(study, claim_set.item, claim) for claim in claim_set.claims)
        values: dict[str, Value] = {"item": study.item(claim_set.item), "figures": Listed(printed)}
        figures.append(Fact("study.figures", values))
    published = Fact("study.lead.figures", {"figures": Listed(tuple(figures))})
    if people := _find_answered(study):
        published = Fact("study.lead.answered", {**published.values, "total": people})
    return published, *state_total(study)


def _quote_claim(study: StudyPart, item: str, claim: str) -> Fact:
    row = study.claim(claim)
    figure = NamedNumber(claim_id(claim), Printed(str(row["value"])))
    answer = study.answer(item, str(row["category"]))
    return Fact("study.printed", {"figure": figure, "answer": answer})


def state_total(study: StudyPart) -> tuple[Fact, ...]:
    """Return what a printed number of people may count.

    Nothing where a source says that it counts answers.
    """
    if any(total.counts == "answered" for total in study.structure.totals):
        return ()
    total = find_verdict(study, "total.base")
    if total is None:
        return ()
    doubts = tuple(fact for fact in total.sentences if fact.kind in TOTALS)
    every = every_of(study)
    if every is None or not total.has("total") or may_fit(total.values["total"], every):
        return doubts
    values = total.take_values("total")
    if every.has("missing", "every_missing"):
        return *doubts, Fact("study.lead.misfit", values | every.take_values("missing"))
    return *doubts, Fact("study.lead.misfit_all", values)


def may_fit(total: Value, every: JudgedClaim) -> bool:
    """Return whether a number of people is among those that fit, with or without missing answers.

    True also where the verdict does not list all that fit: nothing is denied that was not tried.
    """
    n = _read_count(total)
    for suffix in ("", "_missing"):
        if not every.has(f"every{suffix}"):
            continue
        if n is None or n >= (_read_count(every.values[f"every{suffix}"]) or 0):
            return True
        if every.has(f"fits{suffix}"):
            fits = every.values[f"fits{suffix}"]
            listed = fits.value if isinstance(fits, NamedNumber) else fits
            if not isinstance(listed, Listed) or n in listed.items:
                return True
        elif every.has(f"first{suffix}") and n >= _read_least(every, suffix):
            return True
    return False


def _read_least(every: JudgedClaim, suffix: str) -> int:
    return _read_count(every.values[f"first{suffix}"]) or 0


def _read_count(value: Value) -> int | None:
    return value.value if isinstance(value, NamedNumber) and isinstance(value.value, int) else None


def state_conditions(joint: JudgedClaim | None) -> tuple[Fact, ...]:
    """Return the conditions on which all sentences of the first screen rest."""
    if joint is None or not joint.has("assumed"):
        return ()
    return (Fact("study.lead.assumed", joint.take_values("assumed")),)


def _find_answered(study: StudyPart) -> NamedNumber | None:
    for total in reversed(study.structure.totals):
        if total.counts == "answered" and not total.sets:
            return NamedNumber(claim_id(total.claim), int(study.claim(total.claim)["value"]))
    return None


def _choose_sentence(
    sentences: dict[str, tuple[str, ...]], joint: JudgedClaim | None
) -> Fact | None:
    if joint is None or joint.kind not in sentences:
        return None
    key, *names = sentences[joint.kind]
    return Fact(key, joint.take_values(*names))


def _find_reported(study: StudyPart) -> list[JudgedClaim]:
    names = study.structure.reported
    return [verdict for name in names if (verdict := find_verdict(study, f"total.base.{name}"))]


def state_established(study: StudyPart, joint: JudgedClaim | None) -> tuple[Fact, ...]:
    """Return the established sentences: on figures without a base, then on figures with one."""
    checked = _find_reported(study)
    misfits = [verdict.sentences[0] for verdict in checked if verdict.kind in MISFITS]
    if not misfits and checked and all(v.kind in FITS for v in checked):
        misfits = [Fact("study.sure.based")]
    searched = _choose_sentence(ESTABLISHED, joint)
    return (*filter(None, [searched]), *misfits) or (Fact("study.sure.nothing"),)


def state_simple(study: StudyPart, joint: JudgedClaim | None) -> tuple[Fact, ...]:
    """Return the simple explanation of the figures."""
    if joint is None and study.structure.reported:
        misfit = any(verdict.kind in MISFITS for verdict in _find_reported(study))
        return (Fact("study.simple.misfits" if misfit else "study.simple.none"),)
    explanation = _choose_sentence(SIMPLE, joint)
    if joint is not None and joint.has("first", "first_missing"):
        # A missing answer explains nothing where the figures need no fewer people with it.
        explanation = (
            None if _is_same(joint.values["first"], joint.values["first_missing"]) else explanation
        )
    return (explanation or Fact("study.simple.none" if joint else "study.open.answers"),)


def state_unknown(study: StudyPart) -> tuple[Fact, ...]:
    """Return whether the number of answers is known: for all sets of figures, some, or none."""
    if answered := [total for total in study.structure.totals if total.counts == "answered"]:
        based = {name for total in answered for name in total.sets}
        if all(claim_set.id in based for claim_set in study.structure.sets):
            return (Fact("study.open.based"),)
        return (Fact("study.open.rest" if based else "study.open.each"),)
    return (Fact("study.open.answers"),)


def list_gaps(study: StudyPart) -> tuple[str, ...]:
    """Return what the study's authors do not know, without gaps that concern a printed total."""
    totals = {total.claim for total in study.structure.totals}
    return tuple(
        study.verdict(f"unknown.{gap.id}")
        for gap in study.structure.unknown
        if not totals & set(gap.claims)
    )
