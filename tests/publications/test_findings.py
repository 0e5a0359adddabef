"""What an audit finds is told in every language, and by its kind for other programs."""

from __future__ import annotations

from collections.abc import Iterator

import audited
import pytest

from readiness.facts import Fact, decode
from readiness.language import LANGUAGES, tell
from readiness.language.rounding import ROUNDINGS
from readiness.publications.audit.again import ANOTHER_BUILD, OTHER_OUTPUTS
from readiness.publications.audit.model import Audit
from readiness.publications.chain import Divergence
from readiness.publications.outcomes import error_fact, rounding_rule


@pytest.fixture(scope="module")
def audits(tmp_path_factory: pytest.TempPathFactory) -> list[Audit]:
    """Every kind of harm."""
    folder = tmp_path_factory.mktemp("findings")
    made = [audited.differing(), audited.under_lock(), audited.later(), audited.broken()]
    return [*made, audited.damaged(folder), *audited.without_data(folder).values()]


def facts(audit: Audit) -> Iterator[Fact]:
    """All that one audit tells of."""
    for one in (*audit.seal, *audit.signatures, *audit.data, *audit.report):
        yield one.fact
        if isinstance(one.place, Fact):
            yield one.place
    yield from (number.fact for number in audit.numbers if number.fact)
    yield from (rule for number in audit.numbers if (rule := rounding_rule(vars(number))))
    yield from audit.notes
    yield from audit.changes.environment
    if audit.divergence:
        yield audit.divergence


def test_every_finding_is_told_in_every_language(audits: list[Audit]) -> None:
    """Only what another program or an analyst wrote is as it was written."""
    found = {fact for audit in audits for fact in facts(audit)}
    assert len({fact.kind for fact in found}) > 30
    # An error says itself what to do: here that of a pointer which was made none.
    errors = [str(fact.values["said"]) for fact in found if fact.kind == "audit.error"]
    assert len(errors) == 1 and "expected a DVC pointer" in errors[0]
    for fact in found:
        told = [tell(fact, language) for language in LANGUAGES]
        assert all(told)
        # A foreign sentence may be all of it, and so may a name with its versions.
        if fact.kind.partition(".")[2].split(".")[0] not in ("error", "change"):
            assert len(set(told)) == len(LANGUAGES), told


def test_a_record_holds_the_kind_and_the_values_beside_the_english(audits: list[Audit]) -> None:
    for audit in audits:
        record = audit.as_record()
        for name in ("seal", "data", "report", "numbers"):
            for one, found in zip(record[name], getattr(audit, name), strict=True):
                fact = decode(one["fact"]) if one["fact"] else None
                assert fact == found.fact
                assert one["detail"] == (tell(found.fact, "en") if found.fact else "")
        assert decode(record["divergence"]["fact"] or "") == (audit.divergence or "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chain_that_diverges_without_a_change_is_told(language: str) -> None:
    step = Divergence("register", ()).named
    told = {tell(Fact(kind, {"step": step}), language) for kind in (ANOTHER_BUILD, OTHER_OUTPUTS)}
    assert len(told) == 2 and all("register" in text for text in told)


def test_a_number_without_a_rounding_rule_has_none() -> None:
    for digits, rounding in (("", "half_even"), ("1", ""), ("1", "<b>"), ("10" * 40, "half_up")):
        assert rounding_rule({"digits": digits, "rounding": rounding}) is None
    for name in ROUNDINGS:
        rule = rounding_rule({"digits": "1", "rounding": name})
        assert rule is not None and all(tell(rule, language) for language in LANGUAGES)


def test_what_a_program_says_is_shown_and_never_read() -> None:
    """A value that looks like a place for a value stays as it is."""
    for language in LANGUAGES:
        assert "{said} {n}" in tell(error_fact("{said} {n}"), language)
