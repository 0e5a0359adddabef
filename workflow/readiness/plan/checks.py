"""What a plan refuses before any step runs, each in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from readiness.config import STRATUM, Config, Report, Wave, read_yaml
from readiness.errors import ConfigError, DataError
from readiness.language import LANGUAGES
from readiness.questionnaire.expansion import expand
from readiness.tables import read_bytes, read_rows
from readiness.terminal import quoted


def check_report(root: Path, where: str, config: Config) -> None:
    """The report shows runs of its own configuration, by a document of the project's own."""
    names = [*config.studies, *config.waves]
    for name in config.report.show or ():
        if name not in names:
            raise ConfigError(
                f"{where}: report.show: no study or wave {name!r}; there are "
                f"{', '.join(names) or 'none'}."
            )
    if not names:
        raise ConfigError(f"{where}: report: nothing to show; add a study or a wave.")
    document = config.report.source
    try:
        # What is rendered runs: it is the project's own, also behind a link.
        inside = (root / document).resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        raise ConfigError(
            f"{where}: report.source: {quoted(document)} is no file of the project; expected a "
            "path below its root."
        )


def check_languages(where: str, report: Report, lacks: Mapping[str, Sequence[str]]) -> None:
    """Refuse a language without texts, or one in which something shown has no label.

    `lacks` says of each language what has none.
    """
    for language in report.languages or ():
        if language not in LANGUAGES:
            raise ConfigError(
                f"{where}: report.languages: no texts in {language!r}; there are "
                f"{', '.join(LANGUAGES)}. Add its catalogue."
            )
        if lacks[language]:
            raise ConfigError(
                f"{where}: report.languages: {language} needs labels that are missing: "
                f"{_some(lacks[language])}. Add them, or take the language out."
            )
    if all(lacks.values()):
        nearest = min(lacks, key=lambda language: len(lacks[language]))
        raise ConfigError(
            f"{where}: report: all labels are there in no language; {nearest} lacks "
            f"{_some(lacks[nearest])}."
        )


def _some(places: Sequence[str]) -> str:
    more = f" (and {len(places) - 5} more)" if len(places) > 5 else ""
    return ", ".join(places[:5]) + more


KINDS = {
    "estimate": ("single", "ordinal", "multi", "number"),
    "compare": ("single", "ordinal", "multi"),
}
"""The kinds of items that a step can work on."""


@dataclass(frozen=True)
class Asked:
    """What a plan has to know of a questionnaire.

    The kind of each item and its number of answers, and the codes of frame variables.
    """

    path: Path
    kinds: dict[str, str]
    answers: dict[str, int]
    frame: dict[str, set[str]]


def asked(root: Path, path: Path) -> Asked:
    """A questionnaire read lightly, every scalar as text: the Snakefile waits for it."""
    document = read_yaml(root / path, as_text=True)
    try:
        document = expand(document)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    try:
        kinds = {str(item["id"]): str(item["kind"]) for item in document["items"]}
        answers = {str(i["id"]): len(i.get("categories") or ()) for i in document["items"]}
        frame = {
            str(v["id"]): {str(c["code"]) for c in v["categories"]}
            for v in document.get("frame") or ()
        }
    except (AttributeError, KeyError, TypeError):
        raise ConfigError(
            f"{path}: not a questionnaire; expected items, and a frame if any."
        ) from None
    if "" in kinds or "" in frame:
        raise ConfigError(f"{path}: an item or frame variable without an id; each needs one.")
    return Asked(path, kinds, answers, frame)


def check_wave(root: Path, where: str, wave: Wave, questionnaire: Asked) -> None:
    """Items, groups and margins against the questionnaire."""
    path, frame = questionnaire.path, questionnaire.frame
    for key, names in (("estimate", wave.estimate.items), ("compare", wave.compare.items)):
        for name in names:
            kind = questionnaire.kinds.get(name)
            if kind is None:
                raise ConfigError(f"{where}.{key}.items: {path} has no item {quoted(name)}.")
            if kind not in KINDS[key]:
                raise ConfigError(
                    f"{where}.{key}.items: {name} is a {quoted(kind)} item of {path}; "
                    f"expected {' or '.join(KINDS[key])}. Take it out."
                )
    for key, told in (("items", wave.document.items or ()), ("titles", wave.document.titles)):
        for name in told:
            if name not in wave.estimate.items:
                raise ConfigError(
                    f"{where}.document.{key}: {quoted(name)} is not estimated; expected one of "
                    f"{', '.join(wave.estimate.items)}."
                )
    for name in wave.estimate.variables((), 1):
        if name not in frame:
            raise ConfigError(
                f"{where}.estimate.by: {quoted(name)} is no frame variable of {path}; "
                f"it has {', '.join(frame)}."
            )
    blocks, groups = wave.compare.blocks, wave.estimate.compared
    if blocks is not None and (blocks not in frame or blocks == groups):
        raise ConfigError(
            f"{where}.compare.blocks: {quoted(blocks)}; expected a frame variable of {path}, and "
            f"not the groups: {', '.join(name for name in frame if name != groups)}."
        )
    _check_collapse(f"{where}.weight.collapse", wave.weight.collapse, questionnaire)
    if wave.weight.margins:
        _check_margins(root, Path(f"data/margins/{wave.weight.margins}.csv"), questionnaire)


def _check_collapse(
    where: str, collapse: Mapping[str, Sequence[Sequence[str]]], questionnaire: Asked
) -> None:
    """Declared merges are of categories of the frame, each in one merge; strata are data."""
    for variable, merges in collapse.items():
        merged = [code for merge in merges for code in merge]
        if repeated := sorted({code for code in merged if merged.count(code) > 1}):
            raise ConfigError(f"{where}.{variable}: {quoted(repeated[0])} is merged twice.")
        if variable == STRATUM:
            continue
        known = questionnaire.frame.get(variable)
        if known is None:
            raise ConfigError(
                f"{where}: {quoted(variable)} is no frame variable of {questionnaire.path}; "
                f"expected {', '.join([*questionnaire.frame, STRATUM])}."
            )
        for code in merged:
            if code not in known:
                raise ConfigError(
                    f"{where}.{variable}: {quoted(code)} is not in {questionnaire.path}; expected "
                    f"one of {', '.join(sorted(known))}."
                )


def _check_margins(root: Path, margins: Path, questionnaire: Asked) -> None:
    """The margins are of variables and categories of the questionnaire."""
    header, rows = read_rows(
        margins, "the file of margins", read_bytes(root / margins, "the file of margins")
    )
    if "variable" not in header or "category" not in header:
        raise DataError(
            f"{margins}: expected the columns variable, category and total, and has "
            f"{quoted(', '.join(header))}."
        )
    at = header.index("variable"), header.index("category")
    for row, cells in rows:
        variable, category = (cells[k] for k in at)
        if category not in questionnaire.frame.get(variable, set()):
            expected = sorted(questionnaire.frame.get(variable, questionnaire.frame))
            raise ConfigError(
                f"{margins} row {row}: {quoted(variable)} = {quoted(category)} is not in "
                f"{questionnaire.path}; expected one of {', '.join(expected)}."
            )
