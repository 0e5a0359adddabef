"""All writers by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from readers.writers import tables, tools
from readers.writers.interviews import Interview

# What the same interviews look like: ending of the file name, and its writer.
EXPORTS: dict[str, tuple[str, Callable[[Sequence[Interview]], bytes]]] = {
    "google, French": ("csv", tools.google_french),
    "google, AM and PM with a zone": ("csv", tools.google_zone),
    "google, workbook": ("xlsx", tools.google_workbook),
    "kobo, names, groups, spread": ("csv", tools.kobo_names),
    "kobo, names, joined": ("csv", tools.kobo_joined),
    "kobo, labels, workbook": ("xlsx", tools.kobo_labels),
    "odk central": ("csv", tools.odk_central),
    "limesurvey, codes": ("csv", tools.limesurvey_codes),
    "limesurvey, full": ("csv", tools.limesurvey_full),
    "limesurvey, code and text": ("csv", tools.limesurvey_both),
    "qualtrics, texts": ("csv", tools.qualtrics_texts),
    "qualtrics, split": ("csv", tools.qualtrics_split),
    "qualtrics, values": ("tsv", tools.qualtrics_values),
    "spss": ("sav", tables.spss),
    "plain, codes": ("csv", tables.plain_values),
    "plain, texts": ("txt", tables.plain_texts),
    "plain, workbook": ("xlsx", tables.plain_workbook),
}
