"""Every verdict in one table, which a reader can reduce to those of one kind without a script."""

from __future__ import annotations

from readiness.forensics.judging.verdict import Status
from readiness.forensics.reporting import STATUS
from readiness.language import show, text
from readiness.reporting.blocks import paragraphs
from readiness.reporting.markdown import filtered, fold, label, plain, table
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
    made = table(
        [text(key, study.language) for key in COLUMNS],
        rows,
        label("tbl", study.run, "verdicts"),
        text("study.caption.verdicts", study.language),
        (0, 1, 2),
        kind="stack",
        marks=[marks[verdict["status"]] for verdict in verdicts.values()],
    )
    every = text("study.verdicts.all", study.language)
    return paragraphs(
        [
            text("study.verdicts.note", study.language),
            fold(
                text("study.title.table", study.language),
                filtered([every, *words.values()], made),
            ),
        ]
    )
