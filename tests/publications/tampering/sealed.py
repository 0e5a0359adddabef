"""Changes of what is sealed: the ledger, the tables, charts and pages, the seal itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase

from tampering.model import Kind, broken, differs, of_a_wave
from tampering.tree import Change, Made, Rows, Target, as_csv, other_byte, other_digit

CHANGED = "audit.seal.changed"
LEDGER = "figures.csv"
HEX = "0123456789abcdef"
Edit = Callable[[Target, dict[str, str]], None]


def numbered(row: dict[str, str]) -> bool:
    return any(character.isdigit() for character in row["value"])


def cell(column: str, edit: Callable[[Target, str], str], *, named: bool = True) -> Change:
    """Change one cell of the ledger, in a row where it is not empty."""

    def change(target: Target) -> Made:
        rows = target.ledger()
        k = target.draw.choice([k for k, r in enumerate(rows) if r[column] and numbered(r)])
        before = rows[k][column]
        rows[k][column] = edit(target, before)
        target.tree.write(target.name(LEDGER), as_csv(rows))
        number = rows[k]["id"]
        places = (f"{LEDGER}: {number}: {CHANGED}",) if named else ()
        return Made(
            f"{LEDGER}: {number}: {column} {before[:20]} -> {rows[k][column][:20]}",
            (f"{LEDGER}: {CHANGED}", *places),
        )

    return change


def digit(target: Target, text: str) -> str:
    return other_digit(target.draw, text)


def another_word(target: Target, word: str) -> str:
    return word[::-1] + "x"


def another_mode(target: Target, mode: str) -> str:
    return "half_up" if mode != "half_up" else "half_even"


def another_version(target: Target, cell: str) -> str:
    name, _, version = cell.split()[0].partition("@")
    return f"{name}@{int(version) + 1}"


def rows_change(edit: Callable[[Target, Rows], tuple[str, str]]) -> Change:
    """Change the rows of the ledger; the edit says what it did and what is named."""

    def change(target: Target) -> Made:
        rows = target.ledger()
        what, named = edit(target, rows)
        target.tree.write(target.name(LEDGER), as_csv(rows))
        return Made(f"{LEDGER}: {what}", (f"{LEDGER}: {CHANGED}", *([named] if named else [])))

    return change


def drop(target: Target, rows: Rows) -> tuple[str, str]:
    row = rows.pop(target.draw.randrange(len(rows)))
    return f"row {row['id']} removed", f"{LEDGER}: {row['id']}: audit.seal.number_gone"


def add(target: Target, rows: Rows) -> tuple[str, str]:
    row = dict(target.draw.choice(rows))
    row["id"] += ".added"
    rows.insert(target.draw.randrange(len(rows)), row)
    return f"row {row['id']} added", f"{LEDGER}: {row['id']}: audit.number.new"


def swap(target: Target, rows: Rows) -> tuple[str, str]:
    k = target.draw.randrange(len(rows) - 1)
    rows[k], rows[k + 1] = rows[k + 1], rows[k]
    return f"rows {k} and {k + 1} change places", ""


def byte(*patterns: str) -> Change:
    """Change one byte of a file whose name fits one of the patterns."""

    def change(target: Target) -> Made:
        names = [n for n in target.files() if any(fnmatchcase(n, p) for p in patterns)]
        name = target.draw.choice(names)
        content, k = other_byte(target.draw, target.tree.read(target.name(name)))
        target.tree.write(target.name(name), content)
        return Made(f"{name}: byte {k}", (f"{name}: {CHANGED}",))

    return change


def within(file: str, pattern: str, edit: Callable[[Target, str], str]) -> Change:
    """Change one occurrence of a pattern's first group in a text file."""

    def change(target: Target) -> Made:
        (name,) = [n for n in target.files() if fnmatchcase(n, file)]
        text = target.text(name)
        match = target.draw.choice(list(re.finditer(pattern, text)))
        new = edit(target, match[1])
        target.tree.write(target.name(name), text[: match.start(1)] + new + text[match.end(1) :])
        return Made(f"{name}: {match[1][:30]} -> {new[:30]}", (f"{name}: {CHANGED}",))

    return change


def hash_digit(target: Target, text: str) -> str:
    return other_digit(target.draw, text, HEX)


def in_seal(edit: Callable[[Target, dict], str]) -> Change:  # type: ignore[type-arg]
    """Change what the seal states and leave its digest as it is."""

    def change(target: Target) -> Made:
        seal = json.loads(target.text("seal.json"))
        what = edit(target, seal)
        text = json.dumps(seal, sort_keys=True, ensure_ascii=False, indent=1) + "\n"
        target.tree.write(target.name("seal.json"), text)
        return Made(f"seal.json: {what}", ("seal.json: audit.seal.rewritten",))

    return change


def _digest(target: Target, seal: dict) -> str:  # type: ignore[type-arg]
    seal["digest"] = hash_digit(target, seal["digest"])
    return "a digit of the digest"


def _file(target: Target, seal: dict) -> str:  # type: ignore[type-arg]
    name = target.draw.choice(sorted(seal["files"]))
    seal["files"][name] = hash_digit(target, seal["files"][name])
    return f"a digit of the hash of {name}"


def _run(target: Target, seal: dict) -> str:  # type: ignore[type-arg]
    seal["run"] += "-1"
    return "the run"


def _said(target: Target, seal: dict) -> str:  # type: ignore[type-arg]
    name = target.draw.choice(["reviewer", "erratum"])
    seal[name] += " and another"
    return f"the {name}"


def laid_out_anew(target: Target) -> Made:
    text = json.dumps(json.loads(target.text("seal.json")), ensure_ascii=False, indent=2)
    target.tree.write(target.name("seal.json"), text)
    return Made("seal.json: the same record, laid out in another way", ("seal.json: ",))


def of_another(target: Target) -> Made:
    others = [p for p in target.tree.files("publications") if p.endswith("/seal.json")]
    other = target.draw.choice([p for p in others if not p.startswith(f"{target.identity}/")])
    target.tree.write(target.name("seal.json"), target.tree.read(f"publications/{other}"))
    whose = f"audit.seal.of_another {other.partition('/')[0]}"
    return Made(f"seal.json of {other}", (whose,))


def removed(target: Target) -> Made:
    name = target.draw.choice([name for name in target.files() if name != "seal.json"])
    target.tree.remove(target.name(name))
    return Made(f"{name} removed", (f"{name}: audit.seal.removed",))


def seal_removed(target: Target) -> Made:
    target.tree.remove(target.name("seal.json"))
    return Made("seal.json removed", ("seal.json: audit.seal.missing",))


def added(target: Target) -> Made:
    name = target.draw.choice(["notes.txt", "charts/more.svg", ".hidden", "tables/x/y.csv"])
    target.tree.write(target.name(name), "x\n")
    return Made(f"{name} added", (f"{name}: audit.seal.added",))


def swapped(target: Target) -> Made:
    names = [name for name in target.files() if name != "seal.json"]
    first, second = target.draw.sample(names, 2)
    one, two = (target.tree.read(target.name(name)) for name in (first, second))
    target.tree.write(target.name(first), two)
    target.tree.write(target.name(second), one)
    return Made(
        f"{first} and {second} change places",
        (f"{first}: audit.seal.bytes_of {second}", f"{second}: audit.seal.bytes_of {first}"),
    )


def emptied(target: Target) -> Made:
    names = [name for name in target.files() if name != "seal.json"]
    name = target.draw.choice([n for n in names if target.tree.read(target.name(n))])
    target.tree.write(target.name(name), b"")
    return Made(f"{name} emptied", (f"{name}: {CHANGED}",))


def linked(target: Target) -> Made:
    name = target.draw.choice(target.files())
    target.tree.write("aside", target.tree.read(target.name(name)))
    target.tree.link(target.name(name), target.tree.root / "aside")
    return Made(f"{name} is a link to the same bytes", (f"{name}: audit.seal.no_file",))


def no_signature(target: Target) -> Made:
    target.tree.write(target.name("attestation.jsonl"), "{}\n")
    return Made("attestation.jsonl added", ("attestation.jsonl",))


PAGE = "report/en/report*.html"

KINDS: tuple[Kind, ...] = (
    broken("value", "ledger: a digit of a value", "`figures.csv` and the number",
           cell("value", digit)),
    broken("digits", "ledger: the number of decimals", "`figures.csv` and the number",
           cell("digits", digit)),
    broken("rounding", "ledger: the rounding mode", "`figures.csv` and the number",
           cell("rounding", another_mode)),
    broken("precision", "ledger: a standard error", "`figures.csv` and the number",
           cell("se", digit), fits=of_a_wave),
    broken("dataset", "ledger: a dataset version", "`figures.csv` and the number",
           cell("dataset", another_version)),
    broken("lineage", "ledger: a lineage hash", "`figures.csv`",
           cell("lineage", hash_digit, named=False)),
    broken("row-removed", "ledger: a row removed", "`figures.csv` and the number",
           rows_change(drop)),
    broken("row-added", "ledger: a row added", "`figures.csv` and the number", rows_change(add)),
    broken("rows-swapped", "ledger: two rows change places", "`figures.csv`", rows_change(swap)),
    broken("values", "`values.csv`: a digit of a digest", "the file",
           within("values.csv", r",([0-9a-f]{64})\n", hash_digit)),
    broken("seal-digest", "`seal.json`: its digest", "the file", in_seal(_digest)),
    broken("seal-file", "`seal.json`: the hash of a file", "the file", in_seal(_file)),
    broken("seal-run", "`seal.json`: the run", "the file", in_seal(_run)),
    broken("seal-said", "`seal.json`: the reviewer or the erratum", "the file", in_seal(_said)),
    broken("seal-layout", "`seal.json`: laid out in another way", "the file", laid_out_anew),
    broken("seal-byte", "`seal.json`: a byte", "the file",
           lambda target: Made(byte("seal.json")(target).what, ("seal.json: ",))),
    broken("seal-removed", "`seal.json` removed", "the file", seal_removed),
    broken("seal-of-another", "`seal.json` of another publication", "the file, and whose it is",
           of_another),
    broken("table", "a byte of a figure table", "the file", byte("tables/*")),
    broken("chart", "a byte of a chart (SVG)", "the file", byte("*.svg")),
    broken("alternative-text", "a byte of a chart's alternative text", "the file",
           byte("charts/*.txt")),
    broken("report-number", "a number on the report", "the file",
           within(PAGE, r">[^<>]*?([0-9]+[.,]?[0-9]*)[^<>]*<", digit)),
    broken("report-text", "a word on the report", "the file",
           within(PAGE, r">[^<>]*?\b([a-z]{4,12})\b[^<>]*<", another_word)),
    broken("report-pdf", "a byte of its PDF", "the file", byte("report/*.pdf")),
    broken("config", "a byte of the frozen `config.yaml`", "the file", byte("config.yaml")),
    broken("datasets-hash", "`datasets.csv`: a digit of a SHA-256", "the file",
           within("datasets.csv", r",([0-9a-f]{64}),", hash_digit)),
    broken("datasets-pointer", "`datasets.csv`: the text of a pointer", "the file",
           within("datasets.csv", r"md5: '?([0-9a-f]{32})", hash_digit)),
    broken("inputs", "`inputs.csv`: a digit of a SHA-256", "the file",
           within("inputs.csv", r",([0-9a-f]{64})\n", hash_digit)),
    broken("record", "a byte of a lineage record", "the file", byte("lineage/*.json")),
    broken("environment", "a byte of `environment.json`", "the file", byte("environment.json")),
    broken("pages", "a byte of README, CITATION.cff or codecheck.yml", "the file",
           byte("README.md", "CITATION.cff", "codecheck.yml")),
    broken("attack", "a byte of `attack.csv`", "the file", byte("attack.csv"), fits=of_a_wave),
    broken("archive", "a byte of `code.tar.xz`", "the file", byte("code.tar.xz")),
    broken("removed", "a file removed", "the file", removed),
    broken("added", "a file added", "the file", added),
    broken("swapped", "two files change places", "both files", swapped),
    broken("emptied", "a file emptied", "the file", emptied),
    broken("linked", "a file replaced by a link to its bytes", "the file", linked),
    differs("no-signature", "a line that is no signature (`attestation.jsonl`)", 0, "the file",
            no_signature),
)  # fmt: skip
