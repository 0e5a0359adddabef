"""Changes by someone who seals the publication again, so that every hash agrees."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable

from readiness.lineage import Lineage
from readiness.publications.program import ARCHIVE
from readiness.publications.seal import SEAL
from tampering import reseal
from tampering.model import (
    BROKEN,
    CHANGED,
    DIFFERS,
    NOT_CHECKED,
    ROUNDED,
    Kind,
    contradicts,
    differs,
    of_a_wave,
    unseen,
)
from tampering.sealed import HEX, another_mode, another_version, digit, numbered
from tampering.today import CODE, edited
from tampering.told import NAMELESS
from tampering.tree import Change, Made, Rows, Target, copies, other_digit


def leading(target: Target, text: str) -> str:
    """Another first digit that counts."""
    match = re.search(r"[1-9]", text)
    k = match.start() if match else text.index("0")
    return text[:k] + other_digit(target.draw, text[k]) + text[k + 1 :]


def number(edit: Callable[[Target, dict[str, str]], str], column: str = "value") -> Change:
    """Change a row of the ledger and seal again."""

    def change(target: Target) -> Made:
        rows = target.ledger()
        row = target.draw.choice([r for r in rows if numbered(r) and r[column]])
        what = edit(target, row)
        reseal.ledger(target, rows)
        return Made(f"{row['id']}: {what}", (f"{DIFFERS} {row['id']} ",))

    return change


def beside(target: Target) -> Made:
    """A column more, which says another thing of one number."""
    rows = target.ledger()
    row = target.draw.choice(rows)
    for other in rows:
        other["corrected"] = "0.99" if other is row else ""
    reseal.ledger(target, rows)
    return Made(
        f"{row['id']}: a column more",
        ("figures.csv: audit.states.ledger_columns",),
        (f"DIFFERS {row['id']} ",),
    )


def nameless(target: Target, table: Rows) -> str:
    """A number whose row names none."""
    row = {**target.draw.choice(table), "id": ""}
    table.append(row)
    return NAMELESS


def cell(column: str, edit: Callable[[Target, str], str]) -> Change:
    def change(target: Target, row: dict[str, str]) -> str:
        before, row[column] = row[column], edit(target, row[column])
        return f"{column} {before[:20]} -> {row[column][:20]}"

    return number(change, column)


def rows(edit: Callable[[Target, Rows], str]) -> Change:
    def change(target: Target) -> Made:
        table = target.ledger()
        identity = edit(target, table)
        reseal.ledger(target, table)
        return Made(f"{edit.__name__} {identity}", (f"DIFFERS {identity} ",))

    return change


def row_removed(target: Target, table: Rows) -> str:
    return table.pop(target.draw.randrange(len(table)))["id"]


def row_added(target: Target, table: Rows) -> str:
    row = dict(target.draw.choice(table))
    row["id"] += ".added"
    table.append(row)
    return row["id"]


def row_twice(target: Target, table: Rows) -> str:
    """The same number twice, the wrong one first: who looks a number up may take either."""
    k = target.draw.choice([k for k, row in enumerate(table) if numbered(row)])
    wrong = dict(table[k])
    wrong["value"] = digit(target, wrong["value"])
    table.insert(k, wrong)
    return wrong["id"]


def simulated(target: Target) -> Made:
    table = target.ledger()
    for row in table:
        row["simulated"] = "false" if row["simulated"] == "true" else "true"
    reseal.ledger(target, table)
    return Made("simulated: the other way round", ("simulated",))


def config(target: Target) -> Made:
    """A setting of the frozen configuration that moves numbers."""
    text = target.text("config.yaml")
    other = text.replace("level: 0.95", "level: 0.9")
    own = reseal.archive(target, {"config.yaml": other.encode()})
    reseal.reseal(target, {"config.yaml": other.encode(), ARCHIVE: own})
    return Made(
        "config.yaml: level 0.95 -> 0.9",
        ("DIFFERS ", "audit.step.estimate ", "audit.cause.settings level"),
    )


def answers(target: Target) -> Made:
    """The data with a row less, in every copy; the numbers as they were."""
    (version,) = [v for v in target.versions() if not v.dataset.endswith("-sample")]
    content = target.tree.read(copies(version)["store store"])
    cut = content.rstrip(b"\n").rfind(b"\n") + 1
    reseal.data(target, version, content[:cut])
    return Made(f"{version.name}: its last row removed, everywhere", ("DIFFERS ",))


def statement(**other: object) -> Change:
    """Another statement in the record of a step, and its hash wherever it is named."""

    def change(target: Target) -> Made:
        step = target.draw.choice(["validate", "weight", "estimate"] if target.wave else ["judge"])
        reseal.reseal(target, *reseal.provenance(target, step, **other))
        return Made(f"lineage/{step}.json: {', '.join(other)}", (step,))

    return change


def source(target: Target) -> Made:
    """A record that names another file than the step has read, and its hash wherever it is."""
    step = "weight" if target.wave else "judge"
    before = json.loads(target.text(f"lineage/{step}.json"))
    role = target.draw.choice(sorted(before["inputs"].keys() - before["parents"].keys()))
    inputs = {**before["inputs"], role: "0" * 64}
    reseal.reseal(target, *reseal.provenance(target, step, inputs=inputs))
    return Made(f"lineage/{step}.json: another {role}", (f"lineage/{step}.json",))


def stated(target: Target) -> Made:
    """Another hash of a step's code in the seal alone."""
    code = json.loads(target.text(SEAL))["code"]
    step = target.draw.choice(sorted(code))
    reseal.sealed_as(target, {}, code={**code, step: "0" * 64})
    return Made(f"seal.json: the code of {step}", (SEAL,))


def fact(name: str, other: Callable[[object], object]) -> Change:
    """Another statement of the seal."""

    def change(target: Target) -> Made:
        reseal.sealed_as(target, {}, **{name: other(json.loads(target.text(SEAL))[name])})
        beside = ("requirements.lock",) if name == "lock" else ()
        return Made(f"seal.json: {name}", (f"{SEAL}: audit.states.folder {name}", *beside))

    return change


def digests(target: Target) -> Made:
    """`values.csv` that says nothing of any number."""
    text = re.sub(r",[0-9a-f]{16}\n", f",{'0' * 16}\n", target.text("values.csv"))
    reseal.sealed_as(target, {"values.csv": text.encode()})
    return Made("values.csv: zeroed", ("values.csv: ",))


def header(target: Target) -> Made:
    """A column of the ledger that has a name and no cell."""
    table = target.ledger()
    for row in table:
        row["checked by the court of auditors"] = ""
    reseal.ledger(target, table)
    return Made("figures.csv: a header more", ("figures.csv: audit.states.ledger_columns",))


def contradicting(name: str, column: int) -> Change:
    """A second row of a table, of the same thing, with another hash."""

    def change(target: Target) -> Made:
        text = target.text(name)
        row = list(csv.reader(io.StringIO(text, newline="")))[1]
        row[column] = "0" * len(row[column])
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerow(row)
        reseal.sealed_as(target, {name: (text + buffer.getvalue()).encode()})
        return Made(f"{name}: a second row of {row[0]}", (f"{name}: audit.states.times ",))

    return change


def beside_provenances(target: Target) -> Made:
    """A file of another kind in the folder of the records."""
    name = target.draw.choice(["lineage/corrected.csv", "lineage/more/weight.json", "lineage/a.py"])
    reseal.sealed_as(target, {name: b"99 %\n"})
    return Made(f"{name}: added", (name,))


def false_provenance(target: Target) -> Made:
    """The record of a step that never was."""
    before = json.loads(target.text("lineage/register.json"))
    origin = {k: before[k] for k in ("code", "inputs", "outputs", "parents", "settings")}
    false = Lineage(step="review", datasets=tuple(before["datasets"]), **origin)
    reseal.reseal(target, {"lineage/review.json": false.as_json().encode()})
    return Made("lineage/review.json: added", ("lineage/review.json", "review"))


def register(**other: dict[str, str]) -> Change:
    """Another statement in the record of the register, and its hash wherever it is named."""

    def change(target: Target) -> Made:
        before = json.loads(target.text("lineage/register.json"))
        whole = {name: {**before[name], **more} for name, more in other.items()}
        reseal.reseal(target, *reseal.provenance(target, "register", **whole))
        return Made(f"lineage/register.json: {', '.join(other)}", ("lineage/register.json",))

    return change


def environment(target: Target) -> Made:
    text = target.text("environment.json")
    match = re.search(r'"numpy": "(\d)', text)
    assert match
    other = text[: match.start(1)] + "9" + text[match.end(1) :]
    reseal.reseal(target, {"environment.json": other.encode()})
    return Made("environment.json: another numpy", ("environment: numpy: ",))


def page_of(target: Target, ending: str) -> str:
    """The report in a language, as page or PDF."""
    return target.draw.choice([n for n in target.files() if n.endswith(ending) and "/report" in n])


def byte_of(ending: str) -> Change:
    """One byte of a page, a chart or a table: it shows another thing, or nothing at all."""

    def change(target: Target) -> Made:
        names = [n for n in target.files() if n.endswith(ending) and n.count("/") == 2]
        name = target.draw.choice(names)
        content = bytearray(target.tree.read(target.name(name)))
        at = target.draw.randrange(len(content))
        content[at] ^= 1
        reseal.reseal(target, {name: bytes(content)})
        return Made(f"{name}: byte {at}", (name,))

    return change


def attack(target: Target) -> Made:
    text = target.text("attack.csv")
    reseal.reseal(target, {"attack.csv": text[: text.rstrip().rfind("\n") + 1].encode()})
    return Made("attack.csv: its last row removed", ("attack.csv",))


def further(target: Target) -> Made:
    name = target.draw.choice(["corrected.html", "tables/corrected.csv", "charts/corrected.svg"])
    reseal.reseal(target, {name: b"99 %\n"})
    return Made(f"{name}: added", (name,))


def report_script(target: Target) -> Made:
    """A page that says another thing once it is opened, and an environment that is said to be
    another one: then nobody compares pages, and the audit says so."""
    name = page_of(target, ".html")
    script = "<script>document.body.innerHTML = '99 %'</script></body>"
    other = re.sub(r'"python": "3', '"python": "9', target.text("environment.json"))
    changed = target.text(name).replace("</body>", script)
    reseal.reseal(target, {name: changed.encode(), "environment.json": other.encode()})
    return Made(f"{name}: a script", ("environment: python",))


def page(target: Target) -> Made:
    name = target.draw.choice(["README.md", "CITATION.cff", "codecheck.yml"])
    reseal.reseal(target, {name: target.tree.read(target.name(name)) + b"\n# more\n"})
    return Made(f"{name}: a line more")


def code(moves: bool) -> Change:
    """Other code in the archive, of a step that numbers come from."""

    def change(target: Target) -> Made:
        steps = [c for c in CODE if c.fits(target) and c.step not in ("draw", "report", "restore")]
        step = target.draw.choice(steps)
        path = f"workflow/readiness/{step.file}"
        text = edited(reseal.archived(target, path), step, "moves" if moves else "refactored")
        reseal.reseal(target, {ARCHIVE: reseal.archive(target, {path: text.encode()})})
        return Made(f"{ARCHIVE}: {path}", (f"{ARCHIVE}: audit.stated.code ", step.step))

    return change


FROZEN = "frozen"
NUMBER = "the number"

KINDS: tuple[Kind, ...] = (
    differs("resealed-value", "a value", 2, NUMBER, cell("value", leading)),
    differs("resealed-digits", "the number of decimals", 2, NUMBER, cell("digits", digit)),
    differs("resealed-rounding", "the rounding mode", 2, NUMBER, cell("rounding", another_mode)),
    differs("resealed-precision", "a standard error", 2, NUMBER, cell("se", leading),
            fits=of_a_wave),
    differs("resealed-label", "what a number is about (its statistic)", 2, NUMBER,
            cell("statistic", lambda target, text: text + " (all)")),
    differs("resealed-simulated", "whether the numbers are simulated", 2, "every number",
            simulated),
    differs("resealed-dataset", "the dataset version of a number", 2, NUMBER,
            cell("dataset", another_version)),
    differs("resealed-lineage", "the lineage of a number (`--code frozen`)", 2, NUMBER,
            cell("lineage", lambda target, text: other_digit(target.draw, text, HEX)),
            code=FROZEN),
    # Of today's code it is a number that is computed besides: ADDED SINCE.
    differs("resealed-row-removed", "a number left out (`--code frozen`)", 2, NUMBER,
            rows(row_removed), code=FROZEN),
    differs("resealed-row-added", "a number added", 2, NUMBER, rows(row_added)),
    differs("resealed-row-twice", "a number twice, once wrong", 2, NUMBER, rows(row_twice)),
    differs("resealed-row-nameless", "a number without a name added", 2, "that the row has no id",
            rows(nameless)),
    contradicts("resealed-column", "a column of the ledger added", "the ledger", beside,
                also=(DIFFERS,)),
    contradicts("resealed-header", "a column of the ledger that is only a header", "the ledger",
                header),
    contradicts("resealed-values", "`values.csv` zeroed", "the file", digests),
    contradicts("resealed-inputs", "a contradicting row in `inputs.csv`", "the file",
                contradicting("inputs.csv", 1)),
    contradicts("resealed-datasets", "a contradicting row in `datasets.csv`", "the file",
                contradicting("datasets.csv", 3), also=(DIFFERS,)),
    contradicts("resealed-numbers", "`seal.json`: how many numbers", "the seal",
                fact("numbers", lambda number: 1)),
    contradicts("resealed-package", "`seal.json`: the hash of the package", "the seal",
                fact("program", lambda hashes: {**hashes, "package": "0" * 64})),
    contradicts("resealed-lock", "`seal.json`: the hash of the lock", "the seal",
                fact("lock", lambda digest: "0" * 64), also=(CHANGED,)),
    contradicts("resealed-seal-datasets", "`seal.json`: the datasets", "the seal",
                fact("datasets", lambda datasets: {})),
    contradicts("resealed-seal-lineage", "`seal.json`: the lineage of the register", "the seal",
                fact("lineage", lambda digest: "0" * 64)),
    contradicts("resealed-beside-records", "a file under `lineage/` that is no record",
                "the file", beside_provenances),
    contradicts("resealed-false-record", "a record of a step that never was", "the record",
                false_provenance, also=(CHANGED,)),
    contradicts("resealed-register", "the outputs in the record of `register`", "the record",
                register(outputs={"more.csv": "0" * 64})),
    contradicts("resealed-register-inputs", "the inputs in the record of `register`",
                "the record", register(inputs={"more": "0" * 64})),
    unseen("resealed-reviewer", "`seal.json`: the reviewer or the erratum",
           "nothing recomputes them: the audit lists them as stated, not checked",
           fact("reviewer", lambda name: "The Court of Auditors")),
    differs("resealed-config", "a setting of the frozen `config.yaml`", 2,
            "the numbers; the first step, and the setting", config, fits=of_a_wave, fresh=True,
            also=(CHANGED, ROUNDED)),
    differs("resealed-data", "the data, in every copy, with pointer and register", 2,
            "the numbers", answers, also=(ROUNDED, NOT_CHECKED), fresh=True),
    Kind("resealed-code-hash", "the code hash of a step in its record (`--code frozen`)", 2,
         BROKEN, (0, 0, 3, 3), "`code.tar.xz` and the step", statement(code="0" * 64), code=FROZEN,
         also=(CHANGED,)),
    Kind("resealed-settings", "the settings of a step in its record (`--code frozen`)", 2,
         BROKEN, (0, 0, 3, 3), "the record", statement(settings={"level": 0.99}), code=FROZEN),
    contradicts("resealed-source", "what a step has read, in its record", "the record", source),
    contradicts("resealed-stated", "the code hash of a step in `seal.json` alone", "`seal.json`",
                stated, also=(CHANGED,)),
    Kind("resealed-environment", "`environment.json`", 2, CHANGED, (0, 0, 0, 0),
         "the package, with both versions", environment),
    *(differs(f"resealed-{name}", f"a byte of {what}", 3, "the file", byte_of(ending))
      for name, what, ending in (
          ("chart", "a chart", ".svg"), ("alternative-text", "a chart's alternative text", ".txt"),
          ("table", "a table", ".csv"), ("workbook", "the workbook", ".xlsx"),
          ("report", "the report", ".html"), ("pdf", "its PDF", ".pdf"))),
    differs("resealed-attack", "a row of `attack.csv` (`--code frozen`)", 3, "the file", attack,
            fits=of_a_wave, code=FROZEN),
    differs("resealed-further", "a file added that no run makes (`--code frozen`)", 3, "the file",
            further, code=FROZEN),
    Kind("resealed-script", "a script in the report, beside another Python in `environment.json`",
         2, CHANGED, (0, 0, 0, 0), "the environment; the pages are NOT COMPARED", report_script),
    unseen("resealed-page", "README, CITATION.cff or codecheck.yml",
           "nothing recomputes them: only a signature, or another copy of the seal, tells", page),
    Kind("resealed-code", "the code in `code.tar.xz`, so that numbers move (`--code frozen`)", 2,
         BROKEN, (0, 0, 3, 3), "`code.tar.xz` and the step", code(True), code=FROZEN, fresh=True,
         also=(DIFFERS, NOT_CHECKED, ROUNDED)),
    Kind("resealed-refactoring", "the code in `code.tar.xz`, no number moves (`--code frozen`)", 2,
         BROKEN, (0, 0, 3, 3), "`code.tar.xz` and the step", code(False), code=FROZEN,
         fresh=True),
)  # fmt: skip
