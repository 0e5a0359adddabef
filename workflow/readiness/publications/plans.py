"""The plan of a wave as data, sealed before its answers: what is asked of whom, and how judged.

`publications/plans/<wave>/<number>.json`; the first is the plan, each later one an amendment with
its reason. The log of publications has an entry of each, `plans/<wave>/<number>` under the SHA-256
of the file, so that none can be changed, left out or put before what was there. A plan states how
`data/versions.csv` stood: that register only grows, so a plan before the answers is seen to be one.
Nothing else proves when it was made; the day is that of the clock of whoever sealed it.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness.config import WaveSettings, load_config
from readiness.datasets.versions import VERSIONS, Version, read_versions
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.facts import Fact
from readiness.ground.files import read_file, write_atomically
from readiness.ground.safe_yaml import TextLoader, read_yaml_text
from readiness.ground.tables import read_bytes, read_rows
from readiness.provenance.digests import readable_json
from readiness.publications.ledger import CONFIG, FOLDER, PLANS, read_datasets, read_inputs
from readiness.publications.log import LOG, Log, open_log, read_log
from readiness.publications.outcomes import AuditFinding, Outcome
from readiness.publications.program import ARCHIVE, read_archive
from readiness.publications.seal import CHANGED, sha256
from readiness.questionnaire import expand
from readiness.register.planned import ORDER, PlanEntry, PlanOutcome, compare_plans

FORMAT = 1
# The steps whose code a plan names, by the name of their module: what makes the numbers and pages.
STEPS = (
    *("restore", "validate", "derive", "weight", "estimate", "compare", "register-wave"),
    *("draw-wave", "tables", "render"),
)
REPORT = Path("report.qmd")
_BLOCK = re.compile(r"^(?!\s*#).*?\breport\.(\w+)\(([^)\n]*)\)", re.M)
# Note in a row of `data/versions.csv` that names the plan in force at that time.
_NOTED = re.compile(r"plan ([a-z0-9-]+/[1-9][0-9]*) ([0-9a-f]{16})")


@dataclass(frozen=True)
class SealedPlan:
    """A plan of a wave or an amendment: number (from 1), day, reason, state of the register.

    `registered`: rows, bytes and SHA-256 of `data/versions.csv`, and the versions of the answers in
    it. `plan` is the result of `describe_wave`; `digest` the SHA-256 of the file.
    """

    wave: str
    number: int
    day: str
    reason: str
    registered: Mapping[str, Any]
    plan: Mapping[str, Any]
    digest: str = ""

    @property
    def id(self) -> str:
        """Name of the plan in the log."""
        return f"{PLANS}/{self.wave}/{self.number}"

    @property
    def entry(self) -> PlanEntry:
        """Number, day and reason for display."""
        return PlanEntry(self.number, self.day, self.reason, bool(self.registered["answers"]))

    def as_text(self) -> str:
        """Return the text of the plan's file (canonical JSON)."""
        fields = {name: value for name, value in vars(self).items() if name != "digest"}
        return readable_json({"format": FORMAT, **fields})


def _list_blocks(report: str) -> list[str]:
    """Return the blocks of a report's text: each by its name and what it is asked for."""
    blocks = []
    for name, what in _BLOCK.findall(report):
        is_named_alone = name == "block"
        blocks.append(what.strip("\"'") if is_named_alone else f"{name} {what}".strip())
    return blocks


def describe_wave(
    section: WaveSettings,
    read: Callable[[Path], bytes],
    code: Mapping[str, str],
    drawn: Version | None,
) -> dict[str, Any]:
    """Return the plan of a wave as plain values: settings, questions, margins, code, report.

    `read` gives the bytes of a file of the project; `code` has the hash of each step, `drawn` is
    the version of the sample, None where it is not registered. ConfigError or DataError where a
    file cannot be read.
    """
    section_values = section.model_dump(mode="json", by_alias=True, exclude_none=True)
    for key in ("estimate", "compare"):
        section_values[key]["items"] = {item: item for item in section_values[key]["items"]}
    content = read(Path(f"data/questionnaires/{section.questionnaire}.yaml"))
    questionnaire = expand(read_yaml_text(content.decode("utf-8-sig"), TextLoader))
    files = {"asked": sha256(content), "report": sha256(read(REPORT))}
    tree = {
        **section_values,
        "derive": section_values["derive"] or {},
        "items": questionnaire.pop("items"),
        "frame": questionnaire.pop("frame", []),
        "asked": questionnaire,
        "code": {step: code[step] for step in STEPS if code.get(step)},
        "report": _list_blocks(read(REPORT).decode()),
    }
    if section.weight and section.weight.margins:
        path = Path(f"data/margins/{section.weight.margins}.csv")
        content = read(path)
        files["margins"] = sha256(content)
        head, rows = read_rows(path, "the file of margins", content)
        tree["margins"] = {}
        for _, cells in rows:
            row = dict(zip(head, cells, strict=True))
            tree["margins"].setdefault(row["variable"], {})[row["category"]] = row.get("total", "")
    if section.corrections:
        content = read(Path(f"data/corrections/{section.corrections}.csv"))
        files["corrections"] = sha256(content)
    if drawn is not None:
        tree["drawn"] = {"rows": drawn.rows, "sha256": drawn.sha256, "note": drawn.note}
    return {name: _map_named(value) for name, value in {**tree, "files": files}.items()}


def judge_plans(plans: Sequence[SealedPlan], tree: Mapping[str, Any]) -> PlanOutcome:
    """Compare a wave's plans (one or more) with its present `tree` and list the deviations."""
    deviations = compare_plans([one.plan for one in plans], tree)
    return PlanOutcome(tuple(one.entry for one in plans), tuple(deviations))


def _map_named(node: Any) -> Any:
    """Turn each list of mappings with `id` or `code` into a mapping by id, and keep the order."""
    if isinstance(node, Mapping):
        return {str(name): _map_named(value) for name, value in node.items()}
    if not node or not isinstance(node, list):
        return node
    if not all(isinstance(one, Mapping) and ("id" in one or "code" in one) for one in node):
        return node
    names = [one.get("id", one.get("code")) for one in node]
    other_fields = [{k: v for k, v in one.items() if k not in ("id", "code")} for one in node]
    return {**dict(zip(names, map(_map_named, other_fields), strict=True)), ORDER: names}


def read_plan(content: bytes, where: str) -> SealedPlan:
    """Parse a plan. Raises DataError, naming `where`, when the plan is invalid or was rewritten."""
    try:
        fields = json.loads(content.decode("utf-8"))
        if fields.pop("format") != FORMAT:
            raise ValueError
        plan = SealedPlan(**fields, digest=sha256(content))
        texts = (plan.wave, plan.day, plan.reason, plan.plan["answers"])
        has_register = {"rows", "bytes", "sha256", "answers"} <= plan.registered.keys()
        is_canonical = plan.as_text().encode() == content and isinstance(plan.number, int)
        if not (is_canonical and has_register and all(isinstance(text, str) for text in texts)):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(f"{where} is not a sealed plan. Restore it with git.") from None
    return plan


def list_plan_files(root: Path, wave: str, publication: str = "") -> list[Path]:
    """Return the plan files of a wave, or those of `publication` when given, from the root."""
    if publication:
        inputs = read_inputs(root / FOLDER / publication)
        return [path for path in inputs if path.parts[:2] == (FOLDER.name, PLANS)]
    return [path.relative_to(root) for path in (root / FOLDER / PLANS / wave).glob("*.json")]


def read_plans(root: Path, paths: Iterable[Path]) -> list[SealedPlan]:
    """Read plans, sorted by number.

    Raises DataError where a plan is damaged or differs from the log. Without a log, as in the
    project of a rerun, plans are not compared.
    """
    log = read_log(root)
    read_so_far = []
    for path in paths:
        plan = read_plan(read_bytes(root / path, "the plan"), str(path))
        entry = log.latest.get(plan.id)
        if not log.missing and (entry is None or entry.seal != plan.digest):
            raise DataError(
                f"{path} was changed after it was sealed. Restore it and {LOG} with git."
            )
        read_so_far.append(plan)
    return sorted(read_so_far, key=lambda plan: plan.number)


def seal_plan(
    root: Path, wave: str, dataset: str, plan: Mapping[str, Any], **said: str
) -> SealedPlan:
    """Write a plan of a wave, add it to the log, and return the plan; `said`: `day` and `reason`.

    Raises ConfigError when the first plan comes after a version of `dataset` (the answers), or an
    amendment has no reason or no difference; DataError when the log or an earlier plan is damaged.
    Nothing is written on an error.
    """
    log = open_log(root)
    before = read_plans(root, list_plan_files(root, wave))
    registered = describe_register(root, dataset)
    if before and not said["reason"]:
        raise ConfigError(
            f"{wave}: plan {before[-1].number} is sealed. To change it, seal an amendment and say "
            'why: --seal --reason "...".'
        )
    if registered["answers"] and not before:
        raise ConfigError(
            f"waves.{wave}.answers: {registered['answers'][0]} is already registered, and a plan "
            "must be sealed before the answers. Seal the next wave's plan before its answers are "
            "added."
        )
    if before and before[-1].plan == json.loads(json.dumps(plan)):
        raise ConfigError(
            f"{wave}: the plan is the same as plan {before[-1].number}, so there is nothing to "
            "seal."
        )
    sealed_plan = SealedPlan(wave, len(before) + 1, plan=plan, registered=registered, **said)
    content = sealed_plan.as_text().encode()
    write_atomically(root / FOLDER / f"{sealed_plan.id}.json", content)
    write_atomically(root / LOG, log.after(sealed_plan.id, sha256(content)).as_text())
    return read_plan(content, sealed_plan.id)


def describe_register(root: Path, dataset: str, until: int | None = None) -> dict[str, Any]:
    """Return rows, bytes, SHA-256 and the versions of `dataset` in `data/versions.csv`.

    Only the first `until` bytes are read; None for all.
    """
    try:
        content = read_file(root / VERSIONS)[:until]
    except FileNotFoundError:
        content = b""
    rows = [*csv.reader(io.StringIO(content.decode("utf-8", "replace"), newline=""))][1:]
    return {
        "rows": len(rows),
        "bytes": len(content),
        "sha256": sha256(content),
        "answers": ["@".join(row[:2]) for row in rows if row[:1] == [dataset]],
    }


def check_plans(root: Path, log: Log, *, own: bool) -> list[AuditFinding]:
    """Return a finding for each contradiction between plans, log and register of versions.

    `own`: this is the project where they were sealed; a bundle holds some rows of the register.
    """
    listed = {
        name: entry.seal for name, entry in log.latest.items() if name.startswith(f"{PLANS}/")
    }
    present_paths = {
        path.relative_to(root / FOLDER).with_suffix("").as_posix(): path
        for path in (root / FOLDER / PLANS).rglob("*")
        if path.is_file()
    }
    faults = [*_compare_listed(listed, present_paths)]
    if not log.fault or log.missing:
        faults += [
            (name, Fact("audit.log.unlisted")) for name in present_paths if name not in listed
        ]
    if own:
        faults += _check_register(root, listed, present_paths)
    return [
        AuditFinding(f"{FOLDER}/{name}.json", Outcome.BROKEN, fact)
        for name, fact in sorted(faults, key=lambda f: f[0])
    ]


def _compare_listed(
    listed: Mapping[str, str], found: Mapping[str, Path]
) -> Iterator[tuple[str, Fact]]:
    numbers: dict[str, int] = {}
    for name, digest in listed.items():
        wave, _, number = name.rpartition("/")
        numbers[wave] = numbers.get(wave, 0) + 1
        if number != str(numbers[wave]):
            yield f"{wave}/{numbers[wave]}", Fact("plan.audit.gap")
            numbers[wave] = int(number) if number.isdecimal() else numbers[wave]
        if name not in found:
            yield name, Fact("audit.seal.removed")
        elif sha256(read_file(found[name])) != digest:
            yield name, CHANGED


def _check_register(
    root: Path, listed: Mapping[str, str], found: Mapping[str, Path]
) -> Iterator[tuple[str, Fact]]:
    for name, path in found.items():
        if name in listed and sha256(read_file(path)) == listed[name]:
            plan = read_plan(read_file(path), name)
            dataset = str(plan.plan["answers"]).partition("@")[0]
            if describe_register(root, dataset, plan.registered["bytes"]) != plan.registered:
                yield name, Fact("plan.audit.register", {"file": str(VERSIONS)})
    try:
        versions: Sequence[Version] = [*read_versions(root).values()]
    except DataError:
        versions = ()  # the audit of the data reports a faulty register
    for version in versions:
        for name, digest in _NOTED.findall(version.note):
            if not listed.get(f"{PLANS}/{name}", "").startswith(digest):
                yield f"{PLANS}/{name}", Fact("plan.audit.noted", {"version": version.name})


def note_plan(root: Path, dataset: str) -> str:
    """Return the note for a new version of `dataset`: the plans in force; "" for none.

    Raises DataError where a plan is damaged.
    """
    notes = []
    for folder in sorted((root / FOLDER / PLANS).glob("*")):
        plans = read_plans(root, list_plan_files(root, folder.name))
        if plans and str(plans[-1].plan["answers"]).startswith(f"{dataset}@"):
            notes.append(f"plan {folder.name}/{plans[-1].number} {plans[-1].digest[:16]}")
    return "; ".join(notes)


def judge_publication(folder: Path, code: Mapping[str, str]) -> PlanOutcome | None:
    """Compare a publication with its sealed plans; None without a plan.

    `code` has the hash of each step. Raises ConfigError or DataError where files are damaged.
    """
    paths = list_plan_files(folder.parents[1], "", folder.name)
    if not paths:
        return None
    [section] = load_config(folder / CONFIG).waves.values()
    files = read_archive(folder / ARCHIVE)
    versions = {d.version.name: d.version for d in read_datasets(folder)}
    plans = sorted((read_plan(files[p.as_posix()], str(p)) for p in paths), key=lambda p: p.number)
    drawn = versions.get(section.sample or "")
    return judge_plans(plans, describe_wave(section, lambda p: files[p.as_posix()], code, drawn))
