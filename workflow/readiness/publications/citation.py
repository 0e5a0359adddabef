"""CITATION.cff of a publication, in the Citation File Format 1.2."""

from typing import Any

import yaml
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from readiness.ground.facts import Fact
from readiness.publications.description import Facts, describe_content, write_title
from readiness.publications.outcome_texts import told_plainly


def citation(facts: Facts) -> str:
    """CITATION.cff of the publication; it is dated when it is released, by who has a clock."""
    language, study = facts.first, facts.section.study
    authors = []
    for one in study.authors:
        family, _, given = one.name.partition(", ")
        named = {"family-names": family, "given-names": given} if given else {"name": family}
        own = {"orcid": f"https://orcid.org/{one.orcid}"} if one.orcid else {}
        authors.append({**named, **own})
    record: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": told_plainly(Fact("publication.cite"), language),
        "title": told_plainly(write_title(facts, language), language),
        "type": "dataset",
        "version": facts.identity,
        **({"date-released": facts.released} if facts.released else {}),
        **name_licence(study.licence or ""),
        "authors": authors,
        "abstract": " ".join(told_plainly(fact, language) for fact in describe_content(facts)),
    }
    return yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=100)


def name_licence(licence: str) -> dict[str, str]:
    """A licence as the Citation File Format has one: by its address, or its SPDX identifier."""
    if licence.startswith("https://"):
        return {"license-url": licence}
    try:
        known = str(canonicalize_license_expression(licence))
    except InvalidLicenseExpression:
        return {}
    return {} if " " in known or known.startswith("LicenseRef-") else {"license": known}
