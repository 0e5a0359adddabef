"""README.md of a publication.

It has the sections that the data editor of the American Economic Association asks for, once in each
language of the publication, and says nothing in the authors' name that they did not write.
"""

from collections.abc import Sequence

from readiness.config import WaveSettings
from readiness.datasets.versions import ERASED, RESTRICTED
from readiness.language import Language, join_texts
from readiness.language.numbers import whole
from readiness.program.layout import version
from readiness.publications.description import Facts, describe_content, write_title
from readiness.publications.ledger import in_order
from readiness.publications.presenting.writing import Writing, markdown
from readiness.reporting.particulars import (
    CALLED,
    DISCLOSED,
    NOTED,
    RIGHTS,
    list_statements,
)

# Catalogue keys for dataset versions that readers cannot get; all others are kept.
ACCESS = {RESTRICTED: "publication.access.restricted", ERASED: "publication.access.erased"}


def readme(facts: Facts) -> str:
    """Return the text of README.md, in each language of the publication."""
    return "".join(_write_readme(facts, language) for language in in_order(facts.languages))


def _write_readme(facts: Facts, language: Language) -> str:
    writing, section = Writing(language, markdown(language)), facts.section
    wave = section if isinstance(section, WaveSettings) else None
    return writing.render(
        "publication.md",
        f=facts,
        first=language == facts.first,
        title=writing.tell(write_title(facts, language)),
        what=[writing.tell(fact) for fact in describe_content(facts)],
        inputs=sorted({path.as_posix() for path in facts.files.values()}),
        kept=sum(version.status not in ACCESS for version in facts.versions),
        versions=[
            (v, writing.text(ACCESS.get(v.status, "publication.access.kept"), store="data/store"))
            for v in facts.versions
        ],
        wave=wave is not None,
        version=version(),
        rights=_list_stated(facts, writing, RIGHTS),
        noted=_list_stated(facts, writing, NOTED),
        # Seed of the permutation tests.
        seed=wave.compare.seed if wave and wave.compare.items else None,
    )


def _list_stated(facts: Facts, writing: Writing, keys: Sequence[str]) -> list[str]:
    """Return a line for each stated key, then one line that lists the missing ones."""
    language = writing.language
    stated_texts = dict(list_statements(facts.section.stated, language, keys))
    stated_texts |= {key: whole(n, language) for key, n in facts.counts.items()}
    lines = [(CALLED[key], stated_texts[key]) for key in keys if key in stated_texts]
    missing_keys = [key for key in (*DISCLOSED, *RIGHTS) if key in keys and key not in stated_texts]
    if missing := [str(writing.text(CALLED[key])) for key in missing_keys]:
        lines.append(("report.study.missing", join_texts(missing, "comma", language)))
    return [
        writing.text(
            "language.labelled", label=writing.text(label_key), what=writing.form.quoted(text)
        )
        for label_key, text in lines
    ]
