"""Check a plan before any step runs: questionnaires in outline, waiting waves, refusals.

The user waits for these checks, and they need only the kinds and codes of a questionnaire.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from readiness.config import (
    STRATUM,
    Config,
    GivenWeights,
    ReportSettings,
    StudySettings,
    WaveSettings,
    read_yaml,
)
from readiness.datasets.pointers import check_pointer
from readiness.datasets.versions import Version
from readiness.ground.duplicates import find_repeated
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.files import read_file
from readiness.ground.printable import quote_cell
from readiness.ground.tables import read_bytes, read_rows
from readiness.language import LANGUAGES
from readiness.plan.runs import PUBLICATIONS, PlannedRun, files_before, input_files
from readiness.publications.plans import (
    STEPS,
    describe_wave,
    judge_plans,
    list_plan_files,
    read_plans,
)
from readiness.questionnaire import KINDS, TOTAL, QuestionKind, expand
from readiness.questionnaire.kinds import BLOCKS
from readiness.questionnaire.writing import CHECK, open_decisions

# Notations of true in a questionnaire, in lower case.
TRUE = ("true", "yes", "on", "1", "y", "t")


@dataclass(frozen=True)
class Asked:
    """The parts of a questionnaire that a plan needs.

    `kinds`, `codes`: kind and codes of answers of each item. `frame`: codes of each frame variable.
    `group_item`: item that defines the groups. `apart`: groups that are not weighted. `personal`:
    items with personal data. `grids`: grid of each item that is a row of a table.
    """

    path: Path
    kinds: dict[str, QuestionKind]
    codes: dict[str, list[str]]
    frame: dict[str, list[str]]
    group_item: str = ""
    apart: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    grids: Mapping[str, str] = field(default_factory=dict)

    def known_variables(self, wave: WaveSettings) -> dict[str, list[str]]:
        """Return the frame variables known of respondents: none without a sample."""
        return self.frame if wave.sample else {}

    def groupings(self, wave: WaveSettings) -> dict[str, list[str]]:
        """Return the codes by variable that can form groups; unweighted groups are left out."""
        item_codes = {
            name: [code for code in codes if name != self.group_item or code not in self.apart]
            for name, codes in self.codes.items()
            if self.kinds[name].takes_one and name not in self.personal
        }
        return {**item_codes, **self.known_variables(wave)}


def document_of(root: Path, path: Path) -> Any:
    """Return a YAML document as text scalars, parsed once; callers must not change it.

    Raises ConfigError as `read_yaml`.
    """
    try:
        content = read_file(root / path)
    except OSError:
        content = b""  # read_yaml raises the error
    return _parse_text(root / path, sha256(content).digest())


@lru_cache(maxsize=64)
def _parse_text(path: Path, digest: bytes) -> Any:
    return read_yaml(path, as_text=True)


def read_outline(root: Path, path: Path) -> Asked:
    """Return the outline of a questionnaire. Raises ConfigError for a draft or a bad document."""
    document = document_of(root, path)
    if isinstance(document, dict) and str(document.get("draft", "")).lower() in TRUE:
        n = open_decisions((root / path).read_text("utf-8-sig"))
        raise ConfigError(
            f"{path} is a draft with {n} open decisions, marked `# {CHECK.strip()}`. Settle them, "
            "then delete the line `draft: true`."
        )
    try:
        document = expand(document)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    try:
        items = document["items"]
        kinds = {str(item["id"]): KINDS[str(item["kind"])] for item in items}
        codes = {str(item["id"]): _codes(item.get("categories") or ()) for item in items}
        frame = {str(v["id"]): _codes(v["categories"]) for v in document.get("frame") or ()}
        apart = frozenset(map(str, (document.get("groups") or {}).get("apart") or ()))
        personal = frozenset(i["id"] for i in items if str(i.get("personal", "")).lower() in TRUE)
        blocks = document.get("grids") or ()
        tables = {block["id"] for block in blocks if BLOCKS[str(block["kind"])].is_table}
        grids = {str(i["id"]): str(i["grid"]) for i in items if i.get("grid") in tables}
    except (AttributeError, KeyError, TypeError):
        raise ConfigError(
            f"{path} is not a valid questionnaire. `readiness questionnaire {path.stem}` lists "
            "the faults."
        ) from None
    if "" in kinds or "" in frame:
        raise ConfigError(f"{path}: an item or frame variable has no id. Give each one an id.")
    group_item = str(document.get("group_item") or "")
    return Asked(path, kinds, codes, frame, group_item, apart, personal, grids)


def _codes(categories: Sequence[Mapping[str, str]]) -> list[str]:
    return [str(category["code"]) for category in categories]


def check_report(root: Path, where: str, config: Config) -> None:
    """Raise ConfigError unless the report shows runs of its own configuration."""
    names = [*config.studies, *config.waves]
    if unknown := [name for name in config.report.show or () if name not in names]:
        raise ConfigError(
            f"{where}: report.show: no study or wave is called {unknown[0]!r}. Choose from "
            f"{', '.join(names) or 'none'}."
        )
    if not names:
        raise ConfigError(f"{where}: report: nothing to show. Add a study or a wave.")


def check_languages(where: str, report: ReportSettings, lacks: Mapping[str, Sequence[str]]) -> None:
    """Raise ConfigError for a language without catalogue or labels, or where no language is
    complete.

    `lacks`: the places without a label, by language.
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
                f"{_some(lacks[language])}. Add them, or remove the language."
            )
    if all(lacks.values()):
        nearest = min(lacks, key=lambda language: len(lacks[language]))
        raise ConfigError(
            f"{where}: report: no language has all labels; {nearest} lacks "
            f"{_some(lacks[nearest])}. Add them."
        )


def _some(places: Sequence[str]) -> str:
    more = f" (and {len(places) - 5} more)" if len(places) > 5 else ""
    return ", ".join(places[:5]) + more


# Kinds of items that a step accepts, by section of the configuration.
WORKED_ON = {
    "estimate": [kind for kind in KINDS.values() if kind.is_estimated],
    "compare": [kind for kind in KINDS.values() if kind.takes_options],
}


def check_wave(root: Path, where: str, wave: WaveSettings, questionnaire: Asked) -> None:
    """Check a wave's items, groups, weights and margins against its questionnaire.

    Raises ConfigError naming the key; DataError for a bad file of margins.
    """
    path, known = questionnaire.path, questionnaire.groupings(wave)
    for key, names in (("estimate", wave.estimate.items), ("compare", wave.compare.items)):
        for name in names:
            if (kind := questionnaire.kinds.get(name)) is None:
                rows = [item for item, grid in questionnaire.grids.items() if grid == name]
                hint = f" It is a grid; name its rows: {', '.join(rows)}." if rows else ""
                raise ConfigError(
                    f"{where}.{key}.items: {path} has no item {quote_cell(name)}.{hint}"
                )
            if kind not in WORKED_ON[key]:
                raise ConfigError(
                    f"{where}.{key}.items: {name} is a {quote_cell(kind.name)} item of {path}; "
                    f"expected {' or '.join(map(str, WORKED_ON[key]))}. Remove it from the list."
                )
            if name in questionnaire.personal:
                raise ConfigError(
                    f"{where}.{key}.items: {name} is personal data in {path}. Remove it from the "
                    "list."
                )
    if others := [name for name in wave.show or () if name not in wave.estimate.items]:
        raise ConfigError(
            f"{where}.show: {quote_cell(others[0])} is not estimated; expected one of "
            f"{', '.join(wave.estimate.items)}."
        )
    _check_groups(where, wave, questionnaire)
    _check_domain(f"{where}.estimate.where", wave, questionnaire)
    if wave.weight is None:
        return
    if wave.weight.given:
        _check_given(f"{where}.weight.given", wave.weight.given, questionnaire)
    _check_collapse(f"{where}.weight.collapse", wave.weight.collapse, path, known)
    if wave.weight.margins:
        _check_margins(root, Path(f"data/margins/{wave.weight.margins}.csv"), path, known)


def _check_given(where: str, given: GivenWeights, questionnaire: Asked) -> None:
    kinds, path = questionnaire.kinds, questionnaire.path
    for name in (given.weight, *given.match_columns(kinds)):
        if name not in kinds or not kinds[name].is_number:
            raise ConfigError(f"{where}: {path} has no numeric item {quote_cell(name)}.")
    for name in given.drawn_by:
        if name not in kinds or not (kinds[name].is_number or kinds[name].takes_one):
            raise ConfigError(
                f"{where}: {path} has no single-answer or numeric item {quote_cell(name)}."
            )


def _check_groups(where: str, wave: WaveSettings, questionnaire: Asked) -> None:
    path, known = questionnaire.path, questionnaire.groupings(wave)
    for name in wave.estimate.variables(()):
        if name in questionnaire.frame and name not in known:
            raise ConfigError(
                f"{where}.estimate.by: {quote_cell(name)} is a variable of the sample, and the "
                "wave has no sample. Name a single-answer item, or add `sample`."
            )
        if name not in known:
            raise ConfigError(
                f"{where}.estimate.by: {quote_cell(name)} is neither a frame variable of {path} "
                f"nor a single-answer item; expected {', '.join(known)}."
            )
        if TOTAL in known[name]:
            raise ConfigError(
                f"{where}.estimate.by: {quote_cell(name)} has a category {TOTAL!r}, which is "
                "reserved for the total. Give it another code in a new version of the "
                "questionnaire."
            )
    compared = wave.estimate.compared_variable
    if wave.compare.items and not compared:
        raise ConfigError(f"{where}.compare.items: no groups to compare. Add estimate.by.")
    if compared in wave.compare.items:
        raise ConfigError(
            f"{where}.compare.items: {compared} defines the groups (estimate.by) and cannot be "
            "compared itself. Remove it."
        )


def _check_domain(where: str, wave: WaveSettings, questionnaire: Asked) -> None:
    """Check `estimate.where`: known answers to items with one answer, none of personal data.

    Raises ConfigError naming the key.
    """
    path, kinds = questionnaire.path, questionnaire.kinds
    for name, codes in (wave.estimate.where or {}).items():
        if name in questionnaire.frame and name not in kinds:
            raise ConfigError(
                f"{where}: {quote_cell(name)} is a frame variable of {path}; derive an item of it "
                "(derive: recode), and name that."
            )
        if name not in kinds or not kinds[name].takes_one:
            raise ConfigError(f"{where}: {path} has no item {quote_cell(name)} with one answer.")
        if name in questionnaire.personal:
            raise ConfigError(f"{where}: {name} is personal data in {path}. Remove it.")
        known = questionnaire.codes[name]
        if unknown := [code for code in codes if code not in known]:
            raise ConfigError(
                f"{where}.{name}: {path} has no answer {quote_cell(unknown[0])}; expected one of "
                f"{', '.join(known)}."
            )
        for key, items in (("estimate", wave.estimate.items), ("compare", wave.compare.items)):
            if name in items:
                raise ConfigError(
                    f"{where}: {name} selects the respondents, so it cannot be one of the "
                    f"questions. Remove it from {key}.items."
                )


def check_change(
    root: Path,
    where: str,
    wave: WaveSettings,
    asked: Asked,
    waves: Mapping[str, WaveSettings],
    published: Mapping[str, Mapping[str, WaveSettings]],
) -> None:
    """Check that the wave of comparison exists, is earlier, and asked the mapped questions alike.

    `waves`: those of the wave's own configuration; `published`: those of each publication. Raises
    ConfigError naming the key.
    """
    assert wave.change is not None
    before, name = files_before(wave, waves), wave.change.from_
    path, chain = Path(before["asked_before"]), [name]
    while (later := waves.get(chain[-1])) and later.change and chain[-1] not in chain[:-1]:
        chain.append(later.change.from_)
    if chain[-1] in chain[:-1]:
        raise ConfigError(f"{where}.change.from: {name} is a later wave. Name an earlier one.")
    if name not in waves and not (root / before["before"]).is_file():
        outline = ", ".join(sorted({*waves, *published}))
        raise ConfigError(
            f"{where}.change.from: no wave or publication {quote_cell(name)}. Choose one of "
            f"{outline}."
        )
    earlier_waves = [waves[name]] if name in waves else [*published.get(name, {}).values()]
    for earlier_wave in earlier_waves:
        if name not in waves and earlier_wave.questionnaire != path.stem:
            raise ConfigError(
                f"{where}.change.questionnaire: {path.stem}, but {name} used another "
                f"questionnaire. Write `questionnaire: {earlier_wave.questionnaire}`."
            )
    if not (root / path).is_file():
        raise ConfigError(f"{where}.change.questionnaire: {path} not found.")
    then, mapped = read_outline(root, path), wave.change.map
    derived = {one.id: one for earlier_wave in earlier_waves for one in earlier_wave.derive}
    if not earlier_waves:
        # A rerun has no configuration of the earlier wave. Take this wave's derived variables for
        # the earlier ones: the first run already checked that they agree.
        derived = {mapped.get(one.id, one.id): one for one in wave.derive}
    then = replace(
        then,
        kinds={**{old: KINDS[one.kind] for old, one in derived.items()}, **then.kinds},
        codes={**{old: one.codes for old, one in derived.items()}, **then.codes},
    )
    for one in wave.derive:
        earlier_variable = derived.get(one.id, one)
        if (
            one.id not in mapped
            and one.model_copy(update={"label": earlier_variable.label}) != earlier_variable
        ):
            raise ConfigError(
                f"{where}.derive.{one.id}: {name} defines it differently. Give it another id, or "
                f"state that the two are the same (`change.map: {{{one.id}: {one.id}}}`)."
            )
    for now, old in mapped.items():
        pair = ((now, asked), (old, then))
        if unknown := [(outline.path, item) for item, outline in pair if item not in outline.kinds]:
            raise ConfigError(
                f"{where}.change.map: {unknown[0][0]} has no item {quote_cell(unknown[0][1])}."
            )
        if (asked.kinds[now], asked.codes[now]) != (then.kinds[old], then.codes[old]):
            raise ConfigError(
                f"{where}.change.map: {now} and {old} have different types or codes of answers. "
                "Recode them alike (derive), or remove the pair."
            )


def _check_collapse(
    where: str,
    collapse: Mapping[str, Sequence[Sequence[str]]],
    path: Path,
    variables: Mapping[str, Sequence[str]],
) -> None:
    """Check that merged categories exist and are merged once.

    Strata are checked later, because only the sample names them.
    """
    for variable, merges in collapse.items():
        merged = [code for merge in merges for code in merge]
        if repeated := find_repeated(merged):
            raise ConfigError(f"{where}.{variable}: {quote_cell(repeated[0])} is merged twice.")
        if variable == STRATUM:
            continue
        if (known := variables.get(variable)) is None:
            raise ConfigError(
                f"{where}: {quote_cell(variable)} is neither a frame variable of {path} nor a "
                f"single-answer item; expected {', '.join([*variables, STRATUM])}."
            )
        if unknown := [code for code in merged if code not in known]:
            raise ConfigError(
                f"{where}.{variable}: {quote_cell(unknown[0])} is not in {path}; expected one of "
                f"{', '.join(sorted(known))}."
            )


def _check_margins(
    root: Path, margins: Path, path: Path, variables: Mapping[str, Sequence[str]]
) -> None:
    what = "the file of margins"
    header, rows = read_rows(margins, what, read_bytes(root / margins, what))
    if "variable" not in header or "category" not in header:
        raise DataError(
            f"{margins}: expected the columns `variable`, `category` and `total`, but found "
            f"{quote_cell(', '.join(header))}."
        )
    positions = header.index("variable"), header.index("category")
    for row, cells in rows:
        variable, category = (cells[k] for k in positions)
        if category not in variables.get(variable, ()):
            expected = sorted(variables.get(variable, variables))
            raise ConfigError(
                f"{margins} row {row}: {quote_cell(variable)} = {quote_cell(category)} is not in "
                f"{path}; expected one of {', '.join(expected)}."
            )


Versions = Mapping[str, Version]


def is_draft(root: Path, run: PlannedRun) -> bool:
    """Return True if the questionnaire of a wave is a draft: then nothing is computed."""
    if not isinstance(run.section, WaveSettings):
        return False
    path = input_files(run.section)["questionnaire"]
    if not (root / path).is_file():
        return False  # the plan reports it, with the key
    document = document_of(root, path)
    return isinstance(document, dict) and str(document.get("draft", "")).lower() in TRUE


def explain_waiting(root: Path, run: PlannedRun, versions: Versions) -> str:
    """Return why a run is not computed: a draft questionnaire, or no answers yet; else ""."""
    if is_draft(root, run):
        return "a draft"
    return "" if has_answers(run.section, versions) else f"no answers yet ({run.datasets[0]})"


def has_answers(section: WaveSettings | StudySettings, versions: Versions) -> bool:
    """Return whether any version of a wave's answers is registered; True for a study.

    A single unregistered version may be a misspelt name.
    """
    if not isinstance(section, WaveSettings):
        return True
    dataset = section.answers.partition("@")[0]
    return any(version.dataset == dataset for version in versions.values())


def check_datasets(root: Path, run: PlannedRun, versions: Versions) -> None:
    """Check that a run's dataset versions are registered and not erased.

    Raises ConfigError naming the key; DataError where a pointer is missing or disagrees with
    `data/versions.csv`.
    """
    for key, dataset in run.datasets_by_key.items():
        version = versions.get(dataset)
        if version is None and key == "answers" and not has_answers(run.section, versions):
            raise ConfigError(
                f"{run.key}.answers: no version of {dataset.partition('@')[0]} is registered yet. "
                "Seal the plan (readiness plan "
                f"{run.name} --seal), then add the answers: readiness data add."
            )
        if version is None:
            known = sorted(v.name for v in versions.values())
            of_dataset = [
                name for name in known if name.startswith(dataset.partition("@")[0] + "@")
            ]
            raise ConfigError(
                f"{run.key}.{key}: dataset version {dataset} is not in "
                f"data/versions.csv; it has {', '.join(of_dataset or known)}."
            )
        if version.is_erased and not run.folder.startswith(f"{PUBLICATIONS}/"):
            raise ConfigError(
                f"{run.key}.{key}: {dataset} was erased ({version.note}). Name another version."
            )
        check_pointer(root, version)


def describe_run(
    root: Path, run: PlannedRun, versions: Versions, code: Callable[[str], str]
) -> dict[str, Any]:
    """Return a wave's settings and inputs as a sealed plan states them; `code`: hash of a step."""
    hashes = {step: code(step) for step in STEPS if step != "derive" or run.derives}

    def read(path: Path) -> bytes:
        return read_bytes(root / path, "the wave")

    return describe_wave(run.wave, read, hashes, versions.get(run.wave.sample or ""))


def list_plans(root: Path, run: PlannedRun) -> list[Path]:
    """Return the files of a run's sealed plans, from the project's root; none for a study."""
    if not isinstance(run.section, WaveSettings):
        return []
    return list_plan_files(root, run.name, Path(run.folder).name if run.frozen else "")


def told_of_plan(
    root: Path, run: PlannedRun, versions: Versions, code: Callable[[str], str]
) -> dict[str, Any]:
    """Return the report's settings on the wave's plan and its outcome; empty without a sealed
    plan.
    """
    if not (paths := list_plans(root, run)):
        return {}
    tree = describe_run(root, run, versions, code)
    return {"plan": judge_plans(read_plans(root, paths), tree).as_record()}
