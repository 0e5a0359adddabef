"""Broken settings, claims, ledgers and registers through every reader: a message, or what it says.

Beside benchmarks/fuzz_data.py, which has the answers. Each case is drawn from a seed: one file that
ships (configuration, questionnaire, design of any CSV, register of claims and its structure,
ledger, seal, record, table of a publication, register of versions, pointer), harmed in its bytes,
text or structure, and read as the program reads it, up to what is computed from it. What is
refused is refused by an error of the program's own, of one or two lines and nothing that steers a
terminal, within 10 s of the processor; and every table is, written and read again, the same table.

    .venv/bin/python benchmarks/fuzz_files.py                       # 20,000 cases
    .venv/bin/python benchmarks/fuzz_files.py --cases 1 --from 381  # one of them again

One line a fault, then a tally; exit code 1 when there was one.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

# One BLAS thread: it is the same at every core count.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / part) for part in ("workflow", "tests", "tests/publications")]

import yaml  # noqa: E402
from released_tree import released_root  # noqa: E402

from bounded import unprintable  # noqa: E402
from fuzzing import run  # noqa: E402
from harm import STRANGE, harm_file, list_places  # noqa: E402
from readiness.analysis.any_csv.results import estimate_all  # noqa: E402
from readiness.analysis.any_csv.sample import make_sample  # noqa: E402
from readiness.analysis.selection import Selection  # noqa: E402
from readiness.commands.estimate_files import read_settings  # noqa: E402
from readiness.config import read_yaml  # noqa: E402
from readiness.datasets.pointers import read_pointer  # noqa: E402
from readiness.datasets.store import find_object  # noqa: E402
from readiness.datasets.versions import find_version, read_versions  # noqa: E402
from readiness.forensics.judging.structure import parse_structure, read_claims  # noqa: E402
from readiness.forensics.judging.study import judge  # noqa: E402
from readiness.ground.errors import ReadinessError  # noqa: E402
from readiness.ground.printable import printable  # noqa: E402
from readiness.ground.tables import read_text_table, to_csv  # noqa: E402
from readiness.plan import load_plan  # noqa: E402
from readiness.provenance.records import read_lineage  # noqa: E402
from readiness.publications.audit.numbers import ledger_rows  # noqa: E402
from readiness.publications.ledger import read_datasets, read_inputs  # noqa: E402
from readiness.publications.log import check_log, read_log  # noqa: E402
from readiness.publications.seal import check_seal  # noqa: E402
from readiness.questionnaire import load_questionnaire  # noqa: E402
from readiness.readers import read_export  # noqa: E402
from readiness.register.disclosure_risk import read_attack  # noqa: E402
from readiness.register.figures import read_register  # noqa: E402

SECONDS = 10
Draw = random.Random
WAVE = "publications/canteen-r2"
EXAMPLE = Path("tests/commands/any_csv")


class FaultError(Exception):
    """Something that must hold does not."""


class HangError(BaseException):
    """A reader that takes longer than it may."""


_given: list[Path] = []


def use(root: Path) -> None:
    """Harm the files of this tree, one at a time; it has publications."""
    _given[:] = [root]


@cache
def tree() -> Path:
    """What the readers read, in which one file at a time is harmed."""
    folder = _given[0] if _given else released_root()
    for name in ("library.csv", "library.yaml", "visitors.yaml"):
        (folder / EXAMPLE).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / EXAMPLE / name, folder / EXAMPLE / name)
    return folder


# How the program reads each file, up to what is computed from it -------------------------------
def _config(path: Path) -> None:
    plan = load_plan(tree())
    _ = [plan.runs, plan.config]


@cache
def _export() -> bytes:
    sources = [p for p in (tree() / "data/store").rglob("*") if p.is_file()]
    return next(c for c in (p.read_bytes() for p in sources) if b"Timestamp" in c[:20])


def _questionnaire(path: Path) -> None:
    questionnaire = load_questionnaire(path)
    rows = read_export(Path("export.csv"), questionnaire, _export())
    if not len(rows):
        raise FaultError("no row of the export is read")


def _design(path: Path) -> None:
    survey = read_settings(path)
    frame = read_text_table(path.parent / "library.csv", "the table of answers")
    estimate_all(make_sample(frame, survey, "library.csv"), Selection.PURPOSIVE)


@cache
def claims() -> Path:
    """The register of claims that the structure is about, in the store."""
    return find_object(tree(), find_version(tree(), "menus-2023-claims@1"))


def _structure(path: Path) -> None:
    table = read_text_table(claims(), "the register of claims")
    structure = parse_structure(read_yaml(path))
    read_claims(table, structure)
    judge(table, structure)


def _claims(path: Path) -> None:
    table = read_text_table(path, "the register of claims")
    read_again(table)
    structure = parse_structure(read_yaml(tree() / "data/claims/menus-2023-1.yaml"))
    read_claims(table, structure)
    judge(table, structure)


def _ledger(path: Path) -> None:
    ledger_rows(path.parent)
    check_seal(path.parent)
    figures = read_register(path)
    read_again(figures)


def _table(path: Path) -> None:
    read_again(read_text_table(path, "the table"))


def _attack(path: Path) -> None:
    read_attack(path)


def _sealed(path: Path) -> None:
    check_seal(path.parent)
    read_datasets(path.parent)
    read_inputs(path.parent)


def _log(path: Path) -> None:
    check_log(read_log(tree()))


def read_again(frame: Any) -> None:
    """A table, written and read again, is the same table."""
    text = to_csv(frame)
    again = read_text_table(Path("again.csv"), "the table", text.encode())
    if to_csv(again) != text:
        raise FaultError("a table is another one when it is written and read again")


Reader = Callable[[Path], object]


@dataclass(frozen=True)
class Source:
    """Files that are harmed, how each is read, and how often one of them is drawn."""

    pattern: str
    read: Reader
    weight: int


SOURCES = {
    "config": Source("config.yaml", _config, 4),
    "questionnaire": Source("data/questionnaires/*.yaml", _questionnaire, 4),
    "design": Source(f"{EXAMPLE}/*.yaml", _design, 3),
    "structure": Source("data/claims/*.yaml", _structure, 2),
    "claims": Source("", _claims, 2),
    "ledger": Source("publications/*/figures.csv", _ledger, 2),
    "attack": Source(f"{WAVE}/attack.csv", _attack, 1),
    "tables": Source("publications/*/tables/*/*.csv", _table, 2),
    "seal": Source("publications/*/seal.json", _sealed, 2),
    "sealed": Source("publications/*/[divs]*s.csv", _sealed, 2),
    "log": Source("publications/index.json", _log, 1),
    "provenance record": Source("publications/*/lineage/*.json", read_lineage, 2),
    "versions": Source("data/versions.csv", lambda _: read_versions(tree()), 2),
    "pointer": Source("data/raw/*/*.dvc", read_pointer, 2),
}


@cache
def files(kind: str) -> list[Path]:
    pattern = SOURCES[kind].pattern
    return sorted(tree().glob(pattern)) if pattern else [claims()]


def _structural(draw: Draw, content: bytes) -> bytes:
    """YAML with another value, or none, anywhere in it."""
    record = yaml.safe_load(content)
    for _ in range(draw.choice((1, 1, 2, 3))):
        place = draw.choice(list_places(record)[1:])
        node = record
        with suppress(KeyError, IndexError, TypeError):
            for key in place[:-1]:
                node = node[key]
            how = draw.choice(("value", "value", "gone", "twice", "number"))
            if how == "gone":
                del node[place[-1]]
            elif how == "twice" and isinstance(node, list):
                node.append(node[place[-1]])
            elif how == "number":
                node[place[-1]] = draw.choice((0, -1, 10**30, 1e12, 1e-300, float("inf"), 0.5, 2))
            else:
                node[place[-1]] = draw.choice(STRANGE)
    return yaml.safe_dump(record, allow_unicode=True, sort_keys=False).encode(
        "utf-8", "surrogatepass"
    )


@contextmanager
def bounded() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise HangError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def shoot(seed: int, number: int) -> tuple[str, str, str]:
    """One case: its kind, how it ended (`read`, `refused` or `fault`), and what was said."""
    draw = random.Random(f"{seed} {number}")
    kind = draw.choices(list(SOURCES), [source.weight for source in SOURCES.values()])[0]
    path = draw.choice(files(kind))
    before = path.read_bytes()
    if path.suffix == ".yaml" and draw.random() < 0.6:
        content = _structural(draw, before)
    else:
        content = before
        for _ in range(draw.choice((1, 1, 2))):
            # An object of the store has no ending.
            content = harm_file(draw, path.name if path.suffix else "claims.csv", content)[1]
    path.write_bytes(content)
    where = path.relative_to(tree()).as_posix()
    try:
        with bounded():
            SOURCES[kind].read(path)
    except ReadinessError as error:
        said = str(error)
        if bad := unprintable(printable(said)):
            return kind, "fault", f"{where}: {bad}"
        if not said.strip() or said.count("\n") > 1 or len(said) > 2000:
            return kind, "fault", f"{where}: {len(said)} letters in {said.count(chr(10)) + 1} lines"
        return kind, "refused", said
    except FaultError as error:
        return kind, "fault", f"{where}: {error}"
    except HangError:
        return kind, "fault", f"{where}: took more than {SECONDS} s"
    except Exception:
        return kind, "fault", f"{where}: {traceback.format_exc()}"
    finally:
        path.write_bytes(before)
    return kind, "read", ""


if __name__ == "__main__":
    sys.exit(run(__doc__, SOURCES, shoot))
