"""Whether a published digest of an unpublished table gives a count back: the dictionary attack.

Small unweighted surveys (`disclosure_surveys`) go through the workflow's own steps. The attacker
has every record and the register, and is given all of each unpublished table but one withheld count
(or one answer): he writes the table with each value that it can have, the true one among them, and
compares its digest, under each key that an outsider can make, with all that are published.

    .venv/bin/python benchmarks/digests.py          # 10 surveys; exit code 1 when a count is found
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(Path(__file__).parent)]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from disclosure_surveys import compute, survey, take, write  # noqa: E402
from readiness.ground.tables import read_text_table, to_csv  # noqa: E402
from readiness.provenance.digests import make_key  # noqa: E402
from readiness.provenance.results_folder import PROVENANCE  # noqa: E402
from readiness.register.figures import share_id  # noqa: E402

SURVEYS = 10
# Opt-in polls, without weights.
SEEDS = range(2, 3 * SURVEYS + 2, 3)


@dataclass(frozen=True)
class Tried:
    """What the attack on one survey found: `digests` that are published, `tables` that were tried,
    withheld `counts` and answers that were looked for, and how many were `found`.
    """

    digests: int
    tables: int
    counts: int
    found: int


def attack_digests(seed: int) -> Tried:
    """The attack on the records of one survey."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        root, made = Path(folder), survey(seed)
        run = write(made, root)
        found = compute(made, run, root, 1, np.ones(len(made.persons), dtype=bool))
        figures = take("register-wave", run, root, found, root / "1") / "figures.csv"
        found |= {"figures": [figures]}
        found |= {"attack": [take("attack", run, root, found, root / "1") / "attack.csv"]}
        records = [path.read_text("utf-8") for path in sorted(root.rglob(PROVENANCE))]
        told = {*re.findall(r"[0-9a-f]{12,64}", "\n".join([*records, figures.read_text("utf-8")]))}
        register = read_text_table(figures, "the register")
        hidden = {*register.loc[register["suppressed"] != "", "id"]}
        keys = list(_make_keys(root, figures))
        tables = counts = recovered = 0
        for tried in _list_tables(found, hidden):
            digests = [digest for table in tried for digest in _digest(table, keys)]
            tables, counts = tables + len(tried), counts + 1
            recovered += any(told & {digest, digest[:12]} for digest in digests)
        return Tried(len(told), tables, counts, recovered)


def _make_keys(root: Path, figures: Path) -> Iterator[bytes]:
    """Keys that an outsider can make: none, and of the hashes that `versions.csv` has of the raw
    data, and of what is released.
    """
    yield b""
    (raw,) = root.glob("results/inputs/*-answers/1/data.csv")
    for name in ("md5", "sha256"):
        digest = hashlib.new(name, raw.read_bytes())
        yield from (digest.digest(), digest.hexdigest().encode())
        yield from (make_key(digest.digest()), make_key(digest.hexdigest().encode()))
    yield make_key(figures.read_bytes())


def _digest(table: bytes, keys: Iterable[bytes]) -> Iterator[str]:
    """The digests of a table, plain and keyed."""
    yield from (hashlib.new(name, table).hexdigest() for name in ("sha256", "md5"))
    yield from (hmac.digest(key, table, "sha256").hex() for key in keys)


def _list_tables(found: dict[str, list[Path]], hidden: set[str]) -> Iterator[list[bytes]]:
    """For each number that is looked for, an unpublished table with all values that it can have."""
    estimates = read_text_table(found["estimates"][0], "the estimates")
    for place, row in enumerate(estimates.to_dict("records")):
        if share_id(row["item"], row["level"], row["group"], row["base"]) in hidden:
            counts = map(str, range(int(row["n"]) + 1))
            yield _write(found["estimates"][0], estimates, place, "count", counts)
    answers = read_text_table(found["answers"][0], "the answers")
    for column in answers.columns[-2:]:
        yield _write(found["answers"][0], answers, 0, column, answers[column].unique())


def _write(
    path: Path, table: pd.DataFrame, row: int, column: str, values: Iterable[str]
) -> list[bytes]:
    """The bytes of a table with each value in one place; one of them is what the step wrote."""
    every = list(values)
    own = pd.concat([table.iloc[[row]]] * len(every)).assign(**{column: every})
    lines, tables = path.read_bytes().splitlines(keepends=True), []
    for line in to_csv(own).encode().splitlines(keepends=True)[1:]:
        lines[row + 1] = line
        tables.append(b"".join(lines))
    assert path.read_bytes() in tables
    return tables


def main() -> int:
    """Attack each survey; a line each, then all."""
    every = []
    for seed in SEEDS:
        every.append(attack_digests(seed))
        print(seed, every[-1], flush=True)
    total = pd.DataFrame([vars(each) for each in every]).sum()
    print(f"{len(every)} surveys: {total.to_dict()}")
    return int(total["found"] > 0)


if __name__ == "__main__":
    sys.exit(main())
