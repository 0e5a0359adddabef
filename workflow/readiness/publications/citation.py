"""CITATION.cff of a publication, in the Citation File Format 1.2."""

from typing import Any

import yaml
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from readiness.ground.facts import Fact
from readiness.publications.description import Facts, describe_content, write_title
from readiness.publications.outcome_texts import told_plainly


def citation(facts: Facts) -> str:
    """Return the text of CITATION.cff; it has a date where `facts.released` has one."""
    language, study = facts.first, facts.section.study
    authors = []
    for one in study.authors:
        family, _, given = one.name.partition(", ")
        name_fields = {"family-names": family, "given-names": given} if given else {"name": family}
        orcid_field = {"orcid": f"https://orcid.org/{one.orcid}"} if one.orcid else {}
        authors.append({**name_fields, **orcid_field})
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
    """Return the licence field of CITATION.cff: `license-url` or `license` (one SPDX identifier).

    Returns {} for any other text.
    """
    if licence.startswith("https://"):
        return {"license-url": licence}
    try:
        spdx_expression = str(canonicalize_license_expression(licence))
    except InvalidLicenseExpression:
        return {}
    return (
        {}
        if " " in spdx_expression or spdx_expression.startswith("LicenseRef-")
        else {"license": spdx_expression}
    )
