"""Changes of what the seal states, and of the tables and records that say what went in."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from readiness.provenance.digests import canonical_json
from readiness.provenance.records import Lineage
from readiness.publications.program import ARCHIVE
from readiness.publications.seal import SEAL, sha256
from tampering.reseal import pack_archive, replace_data, reseal, restate, seal_as
from tampering.tree import Change, Made, Rows, Target, as_csv, change_digit, change_hash, copies

Record = dict[str, Any]
ZEROS = "0" * 64


def write_record(record: Record) -> bytes:
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, indent=1) + "\n"
    return text.encode("utf-8", "surrogatepass")


# The seal, its digest as it was.


def edit_seal(edit: Callable[[Target, Record], object], said: str = "") -> Change:
    """Change what the seal states and leave its digest as it is."""

    def change(target: Target) -> Made:
        record = json.loads(target.text(SEAL))
        edit(target, record)
        target.tree.write(target.name(SEAL), write_record(record))
        return Made(f"{SEAL}: otherwise", (f"{SEAL}: {said}",))

    return change


def state(**facts: Any) -> Change:
    return edit_seal(lambda target, record: record.update(facts))


def spoil_digest(target: Target, seal: Record) -> None:
    seal["digest"] = change_hash(target, seal["digest"])


def spoil_file(target: Target, seal: Record) -> None:
    name = target.draw.choice(sorted(seal["files"]))
    seal["files"][name] = change_hash(target, seal["files"][name])


def spoil_run(target: Target, seal: Record) -> None:
    seal["run"] += "-1"


def spoil_words(target: Target, seal: Record) -> None:
    seal[target.draw.choice(["reviewer", "erratum"])] += " and another"


def spoil_code(target: Target, seal: Record) -> None:
    seal["code"] = dict.fromkeys(seal["code"], ZEROS)


def spoil_datasets(target: Target, seal: Record) -> None:
    for hashes in seal["datasets"].values():
        hashes["sha256"] = ZEROS


def lay_out_anew(target: Target) -> Made:
    text = json.dumps(json.loads(target.text(SEAL)), ensure_ascii=False, indent=2)
    target.tree.write(target.name(SEAL), text)
    return Made(f"{SEAL}: the same record, laid out in another way", (f"{SEAL}: ",))


def state_twice(target: Target) -> Made:
    """A key twice: one value for people, another one for the program."""
    text = target.text(SEAL)
    target.tree.write(target.name(SEAL), text.replace("{\n", '{\n "numbers": 1,\n', 1))
    return Made(f"{SEAL}: a key twice", (f"{SEAL}: ",))


# The seal, its digest made again.


def restate_seal(name: str, value: Callable[[Any], Any]) -> Change:
    """Another statement of the seal."""

    def change(target: Target) -> Made:
        seal_as(target, edit=lambda facts: facts.update({name: value(facts[name])}))
        beside = ("requirements.lock",) if name == "lock" else ()
        return Made(f"{SEAL}: {name}", (f"{SEAL}: audit.states.folder {name}", *beside))

    return change


def restate_code(target: Target) -> Made:
    """Another hash of a step's code in the seal alone."""
    step = target.draw.choice(sorted(json.loads(target.text(SEAL))["code"]))
    seal_as(target, edit=lambda facts: facts["code"].update({step: ZEROS}))
    return Made(f"{SEAL}: the code of {step}", (SEAL,))


# Tables, sealed again.


def edit_lines(name: str, edit: Callable[[list[str]], list[str]]) -> Change:
    """A table otherwise, line by line."""

    def change(target: Target) -> Made:
        lines = edit(target.text(name).splitlines(keepends=True))
        seal_as(target, {name: "".join(lines)})
        return Made(f"{name}: otherwise", (name,))

    return change


def zero_digests(lines: list[str]) -> list[str]:
    return [re.sub(r",[0-9a-f]{16}\n", f",{'0' * 16}\n", line) for line in lines]


def edit_rows(name: str, edit: Callable[[Target, Rows], str]) -> Change:
    """The rows of a table of what went in, otherwise; the edit gives the place that is named."""

    def change(target: Target) -> Made:
        rows = target.table(name)
        columns = list(rows[0])
        place = edit(target, rows)
        seal_as(target, {name: as_csv(rows, columns)})
        return Made(f"{name}: {place}", (place or name,))

    return change


def name_archived(row: Mapping[str, str]) -> str:
    """Where the archive of the code holds what a row of a table says."""
    return f"code.tar.xz: audit.states.folder {row.get('path') or 'data/versions.csv'}"


def edit_cell(column: str, edit: Callable[[Target, str], str]) -> Callable[[Target, Rows], str]:
    def change(target: Target, rows: Rows) -> str:
        row = target.draw.choice(rows)
        row[column] = edit(target, row[column])
        return name_archived(row)

    return change


def drop_row(target: Target, rows: Rows) -> str:
    row = rows.pop(target.draw.randrange(len(rows)))
    return "audit.states.unsealed" if "path" in row else name_archived(row)


def contradict(name: str) -> Callable[[Target, Rows], str]:
    """A second row of the same thing, with another hash."""

    def change(target: Target, rows: Rows) -> str:
        rows.append({**rows[0], "sha256": ZEROS})
        return f"{name}: audit.states.times "

    return change


def add_input(target: Target, rows: Rows) -> str:
    """An input that no step has read."""
    path = "data/margins/canteen-1.csv" if not target.wave else "data/claims/menus-2023-1.yaml"
    rows.append({"path": path, "sha256": sha256(target.tree.read(path))})
    return f"code.tar.xz: audit.states.folder {path}"


def lead_out(target: Target, rows: Rows) -> str:
    rows.append({"path": "data/../../outside.csv", "sha256": ZEROS})
    return ""


# Records of steps, sealed again.


def edit_step(edit: Callable[[Target, Record], Record], *steps: str) -> Change:
    """Another statement in the record of a step, and its hash wherever it is named.

    It is the record that is named; or, of any step whose code makes numbers, the step.
    """

    def change(target: Target) -> Made:
        possible = steps or ("validate", "weight", "estimate", "judge")
        step = target.draw.choice([s for s in possible if target.has(f"lineage/{s}.json")])
        name = f"lineage/{step}.json"
        reseal(target, *restate(target, step, **edit(target, json.loads(target.text(name)))))
        return Made(f"{name}: otherwise", (name if steps else step,))

    return change


def replace_source(target: Target, record: Record) -> Record:
    """Another file than the step has read, of no other step's making."""
    role = target.draw.choice(sorted(record["inputs"].keys() - record["parents"].keys()))
    return {"inputs": {**record["inputs"], role: ZEROS}}


def edit_step_alone(step: str, edit: Callable[[Record], object], place: str = "") -> Change:
    """A record that states another thing; its own digest and the seal are made to fit."""

    def change(target: Target) -> Made:
        name = f"lineage/{step}.json"
        record = json.loads(target.text(name))
        edit(record)
        rest = {key: value for key, value in record.items() if key != "digest"}
        record["digest"] = sha256(canonical_json(rest).encode())
        seal_as(target, {name: write_record(record)})
        return Made(f"{name}: otherwise", (place or name,))

    return change


def remove_step(target: Target) -> Made:
    name = target.draw.choice([n for n in target.files() if n.startswith("lineage/restore")])
    target.tree.remove(target.name(name))
    seal_as(target)
    return Made(f"{name}: removed", ("audit.states.no_parent",))


def add_beside_steps(target: Target) -> Made:
    """A file of another kind in the folder of the records."""
    name = target.draw.choice(["lineage/corrected.csv", "lineage/more/weight.json", "lineage/a.py"])
    seal_as(target, {name: b"99 %\n"})
    return Made(f"{name}: added", (name,))


def invent_step(target: Target) -> Made:
    """The record of a step that never was."""
    before = json.loads(target.text("lineage/register.json"))
    origin = {k: before[k] for k in ("code", "inputs", "outputs", "parents", "settings")}
    false = Lineage(step="review", datasets=tuple(before["datasets"]), **origin)
    reseal(target, {"lineage/review.json": false.as_json().encode()})
    return Made("lineage/review.json: added", ("lineage/review.json", "review"))


# What else was recorded, sealed again.


def edit_environment(key: str, name: str, value: str) -> Change:
    """`environment.json` that says another thing; `name` is what is told."""

    def change(target: Target) -> Made:
        record = json.loads(target.text("environment.json"))
        (record["packages"] if key == "packages" else record)[name] = value
        reseal(target, {"environment.json": write_record(record)})
        return Made(f"environment.json: {name}", (f"environment: {name}",))

    return change


def edit_config(target: Target) -> Made:
    """A setting of the frozen configuration that moves numbers."""
    other = target.text("config.yaml").replace("level: 0.95", "level: 0.9").encode()
    reseal(target, {"config.yaml": other, ARCHIVE: pack_archive(target, {"config.yaml": other})})
    told = ("DIFFERS ", "audit.step.estimate ", "audit.cause.settings level")
    return Made("config.yaml: level 0.95 -> 0.9", told)


def edit_answers(target: Target) -> Made:
    """The data with a row less, in every copy; the numbers as they were."""
    (version,) = [v for v in target.versions() if not v.dataset.endswith("-sample")]
    content = target.tree.read(copies(version)["store store"])
    replace_data(target, version, content[: content.rstrip(b"\n").rfind(b"\n") + 1])
    return Made(f"{version.name}: its last row removed, everywhere", ("DIFFERS ",))


def approve(target: Target, text: str) -> str:
    return f"{text} (approved)"


def change_count(target: Target, text: str) -> str:
    return change_digit(target, text, "123456789")


CHANGES: dict[str, Change] = {
    "seal-digest": edit_seal(spoil_digest, "audit.seal.rewritten"),
    "seal-file": edit_seal(spoil_file, "audit.seal.rewritten"),
    "seal-run": edit_seal(spoil_run, "audit.seal.rewritten"),
    "seal-said": edit_seal(spoil_words, "audit.seal.rewritten"),
    "seal-layout": lay_out_anew,
    "seal-numbers": state(numbers=1),
    "seal-lock": state(lock=ZEROS),
    "seal-code": edit_seal(spoil_code),
    "seal-datasets": edit_seal(spoil_datasets),
    "seal-format": state(format=99),
    "seal-superseding": state(supersedes={"id": "x"}),
    "seal-key-more": state(approved=True),
    "seal-key-gone": edit_seal(lambda target, record: record.pop("lineage")),
    "seal-files-gone": state(files={}),
    "seal-type": state(files=[]),
    "seal-surrogate": state(reviewer="\ud800"),
    "seal-key-twice": state_twice,
    "resealed-numbers": restate_seal("numbers", lambda number: 1),
    "resealed-package": restate_seal("program", lambda hashes: {**hashes, "package": ZEROS}),
    "resealed-lock": restate_seal("lock", lambda digest: ZEROS),
    "resealed-seal-datasets": restate_seal("datasets", lambda datasets: {}),
    "resealed-seal-lineage": restate_seal("lineage", lambda digest: ZEROS),
    "resealed-reviewer": restate_seal("reviewer", lambda name: "The Court of Auditors"),
    "resealed-stated": restate_code,
    "resealed-values": edit_lines("values.csv", zero_digests),
    "resealed-values-gone": edit_lines("values.csv", lambda lines: lines[:-1]),
    "resealed-values-header": edit_lines("values.csv", lambda lines: lines[:1]),
    "resealed-values-more": edit_lines("values.csv", lambda lines: [*lines, f"more,{ZEROS}\n"]),
    "resealed-attack": edit_lines("attack.csv", lambda lines: lines[:-1]),
    "resealed-attack-header": edit_lines("attack.csv", lambda lines: lines[1:]),
    "resealed-attack-twice": edit_lines("attack.csv", lambda lines: [*lines, lines[-1]]),
    "resealed-datasets": edit_rows("datasets.csv", contradict("datasets.csv")),
    "resealed-datasets-rows": edit_rows("datasets.csv", edit_cell("rows", change_count)),
    "resealed-datasets-size": edit_rows("datasets.csv", edit_cell("bytes", change_count)),
    "resealed-datasets-hash": edit_rows("datasets.csv", edit_cell("sha256", change_hash)),
    "resealed-datasets-note": edit_rows("datasets.csv", edit_cell("note", approve)),
    "resealed-datasets-gone": edit_rows("datasets.csv", drop_row),
    "resealed-inputs": edit_rows("inputs.csv", contradict("inputs.csv")),
    "resealed-inputs-hash": edit_rows("inputs.csv", edit_cell("sha256", change_hash)),
    "resealed-inputs-outside": edit_rows("inputs.csv", lead_out),
    "resealed-inputs-more": edit_rows("inputs.csv", add_input),
    "resealed-inputs-gone": edit_rows("inputs.csv", drop_row),
    "resealed-code-hash": edit_step(lambda *_: {"code": ZEROS}),
    "resealed-settings": edit_step(lambda *_: {"settings": {"level": 0.99}}),
    "resealed-source": edit_step(replace_source, "weight", "judge"),
    "resealed-register": edit_step(
        lambda target, record: {"outputs": {**record["outputs"], "more.csv": ZEROS}}, "register"
    ),
    "resealed-register-inputs": edit_step(
        lambda target, record: {"inputs": {**record["inputs"], "more": ZEROS}}, "register"
    ),
    "resealed-beside-records": add_beside_steps,
    "resealed-false-record": invent_step,
    "resealed-lineage-gone": remove_step,
    "resealed-lineage-report": edit_step_alone(
        "report-en", lambda record: record["outputs"].update({"report.pdf": ZEROS})
    ),
    "resealed-lineage-data": edit_step_alone(
        "register", lambda record: record["datasets"].append("invented@1"), "audit.states.datasets"
    ),
    "resealed-environment": edit_environment("packages", "numpy", "9.9.9"),
    "resealed-environment-python": edit_environment("", "python", "9.9.9"),
    "resealed-environment-machine": edit_environment("", "machine", "9.9.9"),
    "resealed-environment-packages": edit_environment("packages", "invented", "1.0"),
    "resealed-config": edit_config,
    "resealed-data": edit_answers,
}
