"""Changes of what the seal states, and of the tables that say what went in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from readiness.lineage import canonical_json
from readiness.publications.seal import sha256
from tampering import reseal
from tampering.model import CHANGED, DIFFERS, MISSING, Kind, broken, contradicts, differs, of_a_wave
from tampering.sealed import HEX
from tampering.tree import Change, Made, Rows, Target, as_csv, other_digit

SEAL = "seal.json"
Record = dict[str, Any]


def written(target: Target, record: Record) -> None:
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, indent=1) + "\n"
    target.tree.write(target.name(SEAL), text.encode("utf-8", "surrogatepass"))


def stated(what: str, edit: Callable[[Record], object]) -> Change:
    """Change what the seal states and leave its digest as it is."""

    def change(target: Target) -> Made:
        record = json.loads(target.text(SEAL))
        edit(record)
        written(target, record)
        return Made(f"seal.json: {what}", (f"{SEAL}: ",))

    return change


def twice(target: Target) -> Made:
    """A key twice: one value for people, another one for the program."""
    text = target.text(SEAL)
    target.tree.write(target.name(SEAL), text.replace("{\n", '{\n "numbers": 1,\n', 1))
    return Made("seal.json: a key twice", (f"{SEAL}: ",))


def zeros(record: Record) -> None:
    record["code"] = dict.fromkeys(record["code"], "0" * 64)


def other_datasets(record: Record) -> None:
    record["datasets"] = {name: {**hashes, "sha256": "0" * 64}
                          for name, hashes in record["datasets"].items()}  # fmt: skip


AS_IT_LIES = (
    ("seal-numbers", "how many numbers there are", lambda r: r.update(numbers=1)),
    ("seal-lock", "the hash of the lock", lambda r: r.update(lock="0" * 64)),
    ("seal-code", "the code of the steps", zeros),
    ("seal-datasets", "a dataset's hash", other_datasets),
    ("seal-format", "the number of its format", lambda r: r.update(format=99)),
    ("seal-superseding", "what it supersedes", lambda r: r.update(supersedes={"id": "x"})),
    ("seal-key-more", "a statement more", lambda r: r.update(approved=True)),
    ("seal-key-gone", "a statement less", lambda r: r.pop("lineage")),
    ("seal-files-gone", "no files at all", lambda r: r.update(files={})),
    ("seal-type", "a list in the place of a table", lambda r: r.update(files=[])),
    ("seal-surrogate", "half a character", lambda r: r.update(reviewer="\ud800")),
)


def values(edit: Callable[[list[str]], list[str]]) -> Change:
    """`values.csv` otherwise, sealed again."""

    def change(target: Target) -> Made:
        lines = edit(target.text("values.csv").splitlines(keepends=True))
        target.tree.write(target.name("values.csv"), "".join(lines))
        reseal.sealed_as(target, {})
        return Made("values.csv: otherwise", ("values.csv",))

    return change


RowsEdit = Callable[[Target, Rows], tuple[str, str]]
"""Changes rows; what it did, and the place that must be named ("": the table itself)."""


def sealed_table(name: str, edit: RowsEdit) -> Change:
    """A table of what went in, otherwise, sealed again."""

    def change(target: Target) -> Made:
        rows = target.table(name)
        columns = list(rows[0])
        what, place = edit(target, rows)
        target.tree.write(target.name(name), as_csv(rows, columns))
        reseal.sealed_as(target, {})
        return Made(f"{name}: {what}", (place or name,))

    return change


def named(row: Mapping[str, str]) -> str:
    """Where the archive of the code holds what a row of a table says."""
    return f"code.tar.xz: audit.states.folder {row.get('path') or 'data/versions.csv'}"


def cell(column: str, edit: Callable[[Target, str], str]) -> RowsEdit:
    def change(target: Target, rows: Rows) -> tuple[str, str]:
        row = target.draw.choice(rows)
        row[column] = edit(target, row[column])
        return column, named(row)

    return change


def hash_digit(target: Target, text: str) -> str:
    return other_digit(target.draw, text, HEX)


def count(target: Target, text: str) -> str:
    return other_digit(target.draw, text, "123456789")


def said(target: Target, text: str) -> str:
    return f"{text} (approved)"


def dropped(target: Target, rows: Rows) -> tuple[str, str]:
    row = rows.pop(target.draw.randrange(len(rows)))
    place = "audit.states.unsealed" if "path" in row else named(row)
    return f"{row.get('path') or row['dataset']} gone", place


def shuffled(target: Target, rows: Rows) -> tuple[str, str]:
    rows.reverse()
    return "its rows in another order", ""


def foreign(target: Target, rows: Rows) -> tuple[str, str]:
    """An input that no step has read."""
    path = "data/margins/canteen-1.csv" if not target.wave else "data/claims/menus-2023-1.yaml"
    rows.append({"path": path, "sha256": sha256(target.tree.read(path))})
    return f"{path}, which no step has read", f"code.tar.xz: audit.states.folder {path}"


def outside(target: Target, rows: Rows) -> tuple[str, str]:
    rows.append({"path": "data/../../outside.csv", "sha256": "0" * 64})
    return "a path that leads out of the tree", ""


def beside(name: str, content: str) -> Change:
    """A file more under `lineage/`, sealed."""

    def change(target: Target) -> Made:
        target.tree.write(target.name(name), content)
        reseal.sealed_as(target, {})
        return Made(f"{name}: added", (name,))

    return change


def provenance(step: str, edit: Callable[[Record], object], place: str = "") -> Change:
    """A record that states another thing, its own digest and the seal made to fit."""

    def change(target: Target) -> Made:
        name = f"lineage/{step}.json"
        record = json.loads(target.text(name))
        edit(record)
        rest = {key: value for key, value in record.items() if key != "digest"}
        record["digest"] = sha256(canonical_json(rest).encode())
        text = json.dumps(record, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
        target.tree.write(target.name(name), text)
        reseal.sealed_as(target, {})
        return Made(f"{name}: otherwise", (place or name,))

    return change


def step_gone(target: Target) -> Made:
    name = target.draw.choice([n for n in target.files() if n.startswith("lineage/restore")])
    target.tree.remove(target.name(name))
    reseal.sealed_as(target, {})
    return Made(f"{name}: removed", ("audit.states.no_parent",))


def attack(edit: Callable[[list[str]], list[str]]) -> Change:
    def change(target: Target) -> Made:
        lines = edit(target.text("attack.csv").splitlines(keepends=True))
        target.tree.write(target.name("attack.csv"), "".join(lines))
        reseal.sealed_as(target, {})
        return Made("attack.csv: otherwise", ("attack.csv",))

    return change


def environment(key: str) -> Change:
    """`environment.json` that says another thing, sealed again."""

    def change(target: Target) -> Made:
        record = json.loads(target.text("environment.json"))
        if key == "packages":
            record["packages"]["invented"] = "1.0"
        else:
            record[key] = "9.9.9"
        text = json.dumps(record, sort_keys=True, indent=1) + "\n"
        reseal.reseal(target, {"environment.json": text.encode()})
        place = "invented" if key == "packages" else key
        return Made(f"environment.json: {key}", (f"environment: {place}",))

    return change


FILE = "the file"
SAYS = "`seal.json`: "
FROZEN = "frozen"
DATASET, INPUT = "`dataset@version`, the archive", "the file that went in, the archive"
ALSO = (DIFFERS, MISSING)

KINDS: tuple[Kind, ...] = (
    *(broken(name, f"{SAYS}{says}", FILE, stated(says, edit)) for name, says, edit in AS_IT_LIES),
    broken("seal-key-twice", f"{SAYS}a statement twice", FILE, twice),
)  # fmt: skip
RESEALED: tuple[Kind, ...] = (
    *(Kind(f"resealed-environment-{key}", f"`environment.json`: {says}", 2, CHANGED, (0, 0, 0, 0),
           "what changed, with both", environment(key))
      for key, says in (("python", "the version of Python"), ("machine", "the processor"),
                        ("packages", "a package that there is not"))),
    contradicts("resealed-datasets-rows", "`datasets.csv`: how many rows a version has", DATASET,
                sealed_table("datasets.csv", cell("rows", count)), also=ALSO),
    contradicts("resealed-datasets-size", "`datasets.csv`: how many bytes a version has", DATASET,
                sealed_table("datasets.csv", cell("bytes", count)), also=ALSO),
    contradicts("resealed-datasets-hash", "`datasets.csv`: a hash", DATASET,
                sealed_table("datasets.csv", cell("sha256", hash_digit)), also=ALSO),
    contradicts("resealed-datasets-note", "`datasets.csv`: the note", DATASET,
                sealed_table("datasets.csv", cell("note", said)), also=ALSO),
    contradicts("resealed-inputs-hash", "`inputs.csv`: a hash", INPUT,
                sealed_table("inputs.csv", cell("sha256", hash_digit)), also=ALSO),
    Kind("resealed-inputs-outside", "`inputs.csv`: a path that leads out of the tree", 1,
         "NOT CHECKED", (0, 2, 2, 2), FILE, sealed_table("inputs.csv", outside)),
    contradicts("resealed-values-gone", "`values.csv`: a row removed", FILE,
                values(lambda lines: lines[:-1])),
    contradicts("resealed-values-header", "`values.csv`: its header alone", FILE,
                values(lambda lines: lines[:1])),
    contradicts("resealed-values-more", "`values.csv`: a row more", FILE,
                values(lambda lines: [*lines, f"more,{'0' * 64}\n"])),
    contradicts("resealed-datasets-gone", "`datasets.csv`: a version less", FILE,
                sealed_table("datasets.csv", dropped), fits=of_a_wave),
    contradicts("resealed-inputs-more", "`inputs.csv`: a file that no step has read", FILE,
                sealed_table("inputs.csv", foreign)),
    contradicts("resealed-lineage-gone", "a record removed", FILE, step_gone),
    contradicts("resealed-lineage-report", "the outputs in the record of a report", FILE,
                provenance("report-en", lambda r: r["outputs"].update({"report.pdf": "0" * 64}))),
    contradicts("resealed-lineage-data", "the datasets in the record of `register`", FILE,
                provenance("register", lambda r: r["datasets"].append("invented@1"),
                        "audit.states.datasets")),
    differs("resealed-attack-header", "`attack.csv`: its header alone (`--code frozen`)", 3, FILE,
            attack(lambda lines: lines[:1]), fits=of_a_wave, code=FROZEN),
    differs("resealed-attack-twice", "`attack.csv`: a row twice (`--code frozen`)", 3, FILE,
            attack(lambda lines: [*lines, lines[-1]]), fits=of_a_wave, code=FROZEN),
    contradicts("resealed-inputs-gone", "`inputs.csv`: a row less", "the record that read it",
                sealed_table("inputs.csv", dropped), fits=of_a_wave),
)  # fmt: skip
