"""Write codecheck.yml of a publication: the author's part of CODECHECK 1.0."""

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from readiness.ground.facts import Fact
from readiness.publications.description import Facts, write_title
from readiness.publications.outcome_texts import told_plainly
from readiness.reporting.particulars import (
    name_author,
)


def codecheck(facts: Facts, outputs: Sequence[str]) -> str:
    """Return the text of codecheck.yml: the files that an independent checker is to reproduce.

    `outputs` are the names of the publication's files. The specification wants `---` as the first
    line. The checker adds name, report and certificate, so they are left out here.
    """
    language = facts.first
    papers = [name for name in facts.pages if name.endswith(".pdf")]
    reference = min(papers, key=lambda name: f"/{language}/" not in name, default="")
    record: dict[str, Any] = {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": {
            "title": told_plainly(write_title(facts, language), language),
            "authors": [
                {"name": name_author(one.name), **({"ORCID": one.orcid} if one.orcid else {})}
                for one in facts.section.study.authors
            ],
            "reference": f"publications/{facts.identity}/{reference}",
        },
        "manifest": [
            {"file": name, "comment": told_plainly(comment, language)}
            for name, comment in _list_manifest(facts, outputs)
        ],
    }
    fields = "codechecker, report, summary, check_time, certificate"
    notes = (
        Fact("publication.check_again", {"command": f"readiness audit {facts.identity} --level 3"}),
        Fact("publication.checker_adds", {"fields": fields}),
    )
    head = "".join(f"# {told_plainly(note, language)}\n" for note in notes)
    return f"---\n{head}" + yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=100)


def _list_manifest(facts: Facts, outputs: Sequence[str]) -> Iterator[tuple[str, Fact]]:
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
