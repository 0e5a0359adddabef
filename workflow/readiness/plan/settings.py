"""Settings of each step beside its files: the part of the configuration that it depends on.

Derived variables are checked against the questionnaire and added to its outline. A report has a
name, items, chapters and languages. The charts of a run follow from its items, by their kinds.
Chart names contain a hyphen after the item's id, which has none: no two charts of a run share a
name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from readiness.config import DerivedVariable, Disclosure, StudySettings, WaveSettings
from readiness.ground.errors import ConfigError
from readiness.ground.printable import quote_cell
from readiness.language import LANGUAGES, WHOLE
from readiness.plan.checks import Asked, document_of, read_outline
from readiness.plan.runs import PlannedRun, input_files
from readiness.publications.ledger import TIDY, in_order
from readiness.questionnaire import KINDS, OF_TABLES, QuestionKind, expand, group_rows
from readiness.questionnaire.kinds import SINGLE
from readiness.questionnaire.labels import WRITTEN_IN


def asked_of(root: Path, run: PlannedRun) -> Asked:
    """Return the outline of a wave's questionnaire, with its derived variables."""
    return with_derived(read_outline(root, input_files(run.wave)["questionnaire"]), run)


def with_items(root: Path, run: PlannedRun) -> PlannedRun:
    """Return a run whose wave lists the items to estimate.

    A wave that names no items gets all items that can be estimated.
    """
    wave = run.section
    if not isinstance(wave, WaveSettings) or wave.estimate.items:
        return run
    if not (root / input_files(wave)["questionnaire"]).is_file():
        return run  # the plan reports it, with the key
    outline, weights = asked_of(root, run), wave.weight and wave.weight.given
    weight_items = (
        {weights.weight, *weights.drawn_by, *weights.match_columns(outline.kinds)}
        if weights
        else set()
    )
    left_out = outline.personal | weight_items
    # Within the domain, the items that choose the domain have the chosen answers only.
    left_out |= {*(wave.estimate.where or ())}
    items = [
        name for name, kind in outline.kinds.items() if kind.is_estimated and name not in left_out
    ]
    estimate = wave.estimate.model_copy(update={"items": items})
    return replace(run, section=wave.model_copy(update={"estimate": estimate}))


def variables_of(root: Path, run: PlannedRun) -> tuple[str, ...]:
    """Return the variables whose categories form groups of a wave, the compared one first."""
    return run.wave.estimate.variables(asked_of(root, run).known_variables(run.wave))


def with_derived(found: Asked, run: PlannedRun) -> Asked:
    """Return the outline with a run's derived variables. Raises ConfigError for an impossible
    one.
    """
    for variable in run.wave.derive:
        place = f"{run.key}.derive.{variable.id}"
        if variable.id in {**found.kinds, **found.frame, **dict.fromkeys(OF_TABLES, "")}:
            raise ConfigError(f"{place} is already an id in {found.path}. Choose another id.")
        known = {**found.codes, **found.known_variables(run.wave)}
        for name in variable.sources:
            _check_source(place, name, variable, found, known)
        for condition in variable.conditions:
            for code in condition.of or ():
                _check_code(place, condition.item, code, known)
            levels, n_levels = condition.top or condition.low or 0, len(known[condition.item])
            if levels >= n_levels:
                raise ConfigError(
                    f"{place}: {levels} levels of {condition.item}, which has {n_levels}; expected "
                    "fewer."
                )
        for category in variable.recode.categories if variable.recode else ():
            for code in category.of:
                _check_code(place, variable.sources[0], code, known)
        kinds, codes = (
            {**found.kinds, variable.id: KINDS[variable.kind]},
            {**found.codes, variable.id: variable.codes},
        )
        found = replace(found, kinds=kinds, codes=codes)
    return found


def _check_source(
    place: str, name: str, one: DerivedVariable, found: Asked, known: dict[str, list[str]]
) -> None:
    """Check that a source of a derived variable is known of respondents and of a suitable kind."""
    if name in found.frame and name not in known:
        raise ConfigError(
            f"{place}: {quote_cell(name)} is a variable of the sample, and the wave has no "
            "sample. Add `sample` to the wave."
        )
    if name not in known:
        raise ConfigError(f"{place}: {found.path} has no item {quote_cell(name)}.")
    if name in found.personal:
        raise ConfigError(
            f"{place}: {quote_cell(name)} is personal data and cannot be used to compute numbers."
        )
    # A frame variable counts as a single-answer item.
    kind = found.kinds.get(name, SINGLE)
    expected = [candidate for candidate in KINDS.values() if _serves(candidate, one)]
    if kind not in expected:
        raise ConfigError(
            f"{place}: {name} is a {quote_cell(kind.name)} item; "
            f"expected {' or '.join(map(str, expected))}."
        )


def _serves(kind: QuestionKind, one: DerivedVariable) -> bool:
    """Return whether a derived variable can be computed from items of a kind."""
    if one.bands:
        return kind.is_number
    if one.scale:
        return kind.is_ordered or kind.is_number
    return kind.takes_options if one.conditions else kind.takes_one


def _check_code(place: str, item: str, code: str, known: dict[str, list[str]]) -> None:
    if code not in known[item]:
        raise ConfigError(
            f"{place}: {item} has no answer {quote_cell(code)}; expected one of "
            f"{', '.join(known[item])}."
        )


def chapters_of(root: Path) -> list[str]:
    """Return the files that the report includes. Raises RenderError, with file and line, on
    failure.
    """
    from readiness.rendering.qmd import parse

    return list(parse(root / SHIPPED).chapters)


def page_name(run: PlannedRun) -> str:
    """Return the name of a run's report files; it says "simulated" where the wave is simulated."""
    simulated = isinstance(run.section, WaveSettings) and run.section.simulated
    return "report-simulated" if simulated else "report"


def told_items(root: Path, run: PlannedRun) -> list[str]:
    """Return the items of a wave's report, in its order.

    Without `show`: the estimated ones, in the questionnaire's order, derived ones last.
    """
    estimated = run.wave.estimate.items
    return [*(run.wave.show or (i for i in asked_of(root, run).kinds if i in estimated))]


def ordered_items(root: Path, run: PlannedRun) -> list[str]:
    """Return the items of a wave's report in the order of its questions, compared ones first."""
    reported = told_items(root, run)
    compared = [name for name in run.wave.compare.items if name in reported]
    return list(dict.fromkeys([*compared, *reported]))


def missing_labels(root: Path, run: PlannedRun, language: str, *, stated: bool) -> list[str]:
    """Return the places of a run that have no text in a language; [] if a report can be written.

    `stated`: the configuration names the language. A questionnaire without a title in this language
    is then quoted in its own language.
    """
    missing = [] if language in run.section.title else [f"{run.key}.title"]
    role = "questionnaire" if isinstance(run.section, WaveSettings) else "structure"
    path = input_files(run.section)[role]
    document = document_of(root, path)
    if isinstance(run.section, WaveSettings):
        missing += [
            f"{run.key}.derive.{place}"
            for variable in run.section.derive
            for place, labels in variable.own_labels.items()
            if language not in labels
        ]
        if stated and isinstance(document, dict) and language not in document.get("title", ()):
            return []
        document = expand(document)
    language_asked = (
        document.get("language", WRITTEN_IN) if isinstance(document, dict) else WRITTEN_IN
    )
    return missing + [
        f"{path}: {place}" for place in _list_without(document, language, language_asked, "")
    ]


def _list_without(node: Any, language: str, own: str, place: str) -> Iterator[str]:
    """Yield the places of a questionnaire or a claims structure without a text in a language.

    `own`: language of the exported texts.
    """
    if isinstance(node, list):
        for number, child in enumerate(node, 1):
            name = child.get("id", child.get("code")) if isinstance(child, dict) else None
            yield from _list_without(child, language, own, f"{place}.{name or number}".strip("."))
    elif isinstance(node, dict):
        if "text" in node and language not in {own, *node, *node.get("labels", ())}:
            yield place
        for key, child in node.items():
            inner = f"{place}.{key}".strip(".")
            if key in ("categories", "publishers") and isinstance(child, dict):
                yield from (f"{inner}.{k}" for k, texts in child.items() if language not in texts)
            elif key == "missing":
                continue  # missing codes of the export: no reader sees them
            elif key in ("label", "statement", "unit", "title") and isinstance(child, dict):
                if language not in child:
                    yield inner
            else:
                yield from _list_without(child, language, own, inner)


BASES, GRID = "bases", "grid"
CHANGE, FIRMNESS = "change", "firmness"


class Planned(NamedTuple):
    """A chart of a report: name of its files, form, and item ("" for no item)."""

    name: str
    form: str
    item: str = ""


def charts_of(root: Path, run: PlannedRun) -> tuple[Planned, ...]:
    """Return the charts of a run, in the order of its report."""
    wave = run.section
    if not isinstance(wave, WaveSettings):
        return (Planned(BASES, BASES),)
    questionnaire = asked_of(root, run)
    items, charts, rows = told_items(root, run), list[Planned](), []
    for item in items:
        kind, codes = questionnaire.kinds[item], questionnaire.codes[item]
        rows.append((item, questionnaire.grids.get(item, ""), kind, codes))
        # Without groups one picture says all.
        most = 1 if wave.estimate.compared_variable in ("", item) else None
        forms = kind.list_forms(len(codes))[:most]
        charts += [Planned(f"{item}-{form}", form, item) for form in forms]
    charts += [Planned(f"{GRID}-{grid}", GRID) for grid in group_rows(rows)]
    if wave.firmness:
        charts += [Planned(f"{item}-{FIRMNESS}", FIRMNESS, item) for item in items]
    further_names = ["participation", "nonresponse", *([CHANGE] if wave.change else [])]
    return (*charts, *(Planned(name, name) for name in further_names))


# Report document for any studies and waves, in any language.
SHIPPED = "report.qmd"
WORKBOOK = "tables"
Told = dict[str, Any]


def workbook_name(run: PlannedRun) -> str:
    """Return the name of a run's workbook, without file ending.

    The name says "simulated" where the wave is simulated.
    """
    return page_name(run).replace("report", WORKBOOK)


def told_of_answers(root: Path, run: PlannedRun, step: str) -> Told:
    """Return the settings of a step that computes the numbers of a wave."""
    wave = run.wave
    simulated, selection = {"simulated": wave.simulated}, {"selection": wave.selection}
    # One confidence level for all intervals of a wave.
    level, base = {"level": wave.estimate.level}, {"minimum_base": wave.figures.minimum_base}
    where = {"where": wave.estimate.where}
    derived = {"derive": [one.model_dump(exclude_none=True) for one in wave.derive]}
    match step:
        case "validate":
            # A publication may name no key: numbers do not depend on a key, so a rerun needs none.
            key = run.privacy.key or ("none" if run.frozen else "")
            whose = {"pseudonyms": {"dataset": wave.answers, "sealed": key}}
            privacy = {"privacy": run.privacy.looked_for, **({} if wave.simulated else whose)}
            return {**wave.validate_.model_dump(), **simulated, **privacy}
        case "derive":
            return derived
        case "weight":
            return {"weight": wave.weight.model_dump() if wave.weight else None, **selection}
        case "estimate":
            return {**wave.estimate.model_dump(), **derived, **selection, **base}
        case "compare":
            items = dict.fromkeys([*wave.estimate.items, *wave.compare.items])
            by = {"contrasted": list(items), "by": variables_of(root, run)}
            return {**wave.compare.model_dump(), **level, **selection, **by, **where}
        case "firmness":
            settings = ("weight", "estimate", "compare", "figures", "selection")
            return {
                "dimensions": wave.firmness,
                "items": told_items(root, run),
                "by": wave.estimate.compared_variable,
                **wave.model_dump(include={*settings}),
                "weight": wave.weight.model_dump() if wave.weight else None,
            }
        case "register-wave":
            return {
                "run": run.name,
                "figures": wave.figures.model_dump(),
                "disclosure": protection_of(wave),
                "by": wave.estimate.by,
                **where,
                **({"change": wave.change.model_dump(by_alias=True)} if wave.change else {}),
                **simulated,
                **level,
                **selection,
            }
        case _:  # attack
            by = {"by": variables_of(root, run)}
            return {"disclosure": protection_of(wave), **base, **by, **where}


def protection_of(wave: WaveSettings) -> Told:
    """Return the disclosure settings of a wave."""
    return (wave.disclosure or Disclosure()).model_dump(exclude_none=True)


def told_of_pages(run: PlannedRun, step: str) -> Told:
    """Return the settings of a wave's internal pages: faults, and data protection."""
    if step == "faults":
        return {"languages": WHOLE}
    return {
        "languages": WHOLE,
        "simulated": run.wave.simulated,
        "titles": _fill_title(run.wave.title),
        "pseudonyms": not run.wave.simulated,
        "reader": protection_of(run.wave)["preset"],
        "study": run.wave.stated,
        "signed_off_by": run.privacy.signed_off_by or "",
    }


def told_of_charts(root: Path, run: PlannedRun, language: str) -> Told:
    """Return the settings of a run's charts in a language."""
    wave = run.section
    if not isinstance(wave, WaveSettings):
        return {"language": language}
    return {
        "language": language,
        "by": wave.estimate.compared_variable,
        "simulated": wave.simulated,
        "selection": wave.selection,
        "reliable_base": wave.figures.reliable_base,
        "charts": [chart._asdict() for chart in charts_of(root, run)],
    }


def told_of_tables(root: Path, run: PlannedRun, language: str) -> Told:
    """Return the settings of a run's tables in a language."""
    wave = run.section
    settings: Told = {**_name_run(run, language), "language": language, "name": workbook_name(run)}
    settings |= {"study": wave.stated}
    if not isinstance(wave, WaveSettings):
        return settings
    # All estimated items: the items of the report in the report's order, then the others.
    others = (item for item in asked_of(root, run).kinds if item in wave.estimate.items)
    return {
        **settings,
        "selection": wave.selection,
        "where": wave.estimate.where,
        "variables": variables_of(root, run),
        "items": list(dict.fromkeys([*ordered_items(root, run), *others])),
    }


def told_of_report(root: Path, run: PlannedRun, language: str, data: Mapping[str, str]) -> Told:
    """Return the settings of a run's report in a language; `data`: paths of public data by name."""
    wave = run.section
    settings = {**_name_run(run, language), "study": wave.stated}
    if not isinstance(wave, WaveSettings):
        return {**settings, "about": say_in(wave.about, language)} if wave.about else settings
    unread = {"title", "study"}
    return {
        **settings,
        "simulated": wave.simulated,
        "selection": wave.selection,
        "variables": variables_of(root, run),
        "items": ordered_items(root, run),
        "wave": wave.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=unread),
        "data": {n: data[n] for n in (wave.answers, wave.sample) if n and n in data},
    }


def say_in(said: Mapping[str, str] | str, language: str) -> str:
    """Return a text in a language; a single text, or the first one, where that language is
    missing.
    """
    return said if isinstance(said, str) else said.get(language) or next(iter(said.values()))


def _name_run(run: PlannedRun, language: str) -> Told:
    kind = "wave" if isinstance(run.section, WaveSettings) else "study"
    return {"kind": kind, "run": run.name, "title": _fill_title(run.section.title)[language]}


def _fill_title(title: Mapping[str, str]) -> dict[str, str]:
    """Return a title in each language of the program; its first text where one is missing."""
    return {**dict.fromkeys(LANGUAGES, next(iter(title.values()))), **title}


def selection_of(section: WaveSettings | StudySettings) -> str:
    """Return how the respondents of a wave were selected; "" for a study."""
    return section.selection if isinstance(section, WaveSettings) else ""


def told_on_the_site(run: PlannedRun) -> Told:
    """Return a run's name, titles, selection and datasets for the site."""
    wave = run.section
    return {
        "run": run.name,
        "title": _fill_title(wave.title),
        "simulated": isinstance(wave, WaveSettings) and wave.simulated,
        "selection": selection_of(wave),
        "datasets": run.datasets,
    }


def downloads(run: PlannedRun, language: str, languages: Sequence[str]) -> list[tuple[str, str]]:
    """Return kind and address of a run's table files, relative to its report."""
    folder, first = f"../../{WORKBOOK}/{language}", in_order(languages)[0]
    return [
        ("workbook", f"{folder}/{workbook_name(run)}.xlsx"),
        ("tidy", f"../../{WORKBOOK}/{first}/{TIDY}"),
        ("codebook", f"{folder}/codebook.csv"),
    ]
