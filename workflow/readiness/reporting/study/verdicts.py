"""Every verdict in one table, which a reader can reduce to those of one kind without a script."""

from __future__ import annotations

from readiness.forensics.judging.verdict import Status
from readiness.forensics.reporting import STATUS
from readiness.language import show
from readiness.reporting.blocks import paragraphs
from readiness.reporting.markdown import filtered, fold, plain
from readiness.reporting.shown import ShownStudy

COLUMNS = ("page.verdict", "study.column.sentence", "numbers.id")
KEYS = COLUMNS


def verdicts_block(study: ShownStudy) -> str:
    """The table of all verdicts with what chooses among them; nothing where there are none."""
    verdicts = study.verdicts
    if not verdicts:
        return ""
    there = {verdict["status"] for verdict in verdicts.values()}
    statuses = [status for status in Status if str(status) in there]
    words = {str(status): show(STATUS[status], study.language) for status in statuses}
    marks = {status: f"k{place}" for place, status in enumerate(words, 1)}
    rows = [
        [words[verdict["status"]], study.verdict(name), f"[{plain(name)}]{{.prov}}"]
        for name, verdict in verdicts.items()
    ]
    made = study.table(
        "verdicts",
        COLUMNS,
        rows,
        study.word("study.caption.verdicts"),
        words=(0, 1, 2),
        kind="stack",
        marks=[marks[verdict["status"]] for verdict in verdicts.values()],
    )
    chosen = filtered([study.word("study.verdicts.all"), *words.values()], made)
    note, title = study.word("study.verdicts.note"), study.word("study.title.table")
    return paragraphs([note, fold(title, chosen)])
