"""A run as another processor would make it: each number that a step writes, moved by 1e-12.

Every non-integer number in a table, an array or a JSON file is multiplied by 1 + 1e-12 u, u drawn
from [-1, 1] by a seed, as the file is moved into its place: far more than kernels of BLAS or vector
instructions do. The sealed code of the first publications orders respondents by weight, so there
equal numbers are moved alike, as on any one processor; today's code is given a draw for each.

The hook is written into the scratch copy of the project that a rerun makes; the program knows
nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from readiness.publications import scratch

SEED = 20260301
HOOK = """
import csv, io, json, os, random, re, zlib

_REPLACE = os.replace
_NUMBER = re.compile(r"-?\\d+(\\.\\d+)?(e[+-]?\\d+)?", re.A)
_PRINTED = {"figure", "printed", "list"}  # texts that somebody printed, and lists of them


def _moved(value, draw):
    if float(value).is_integer():
        return value
    if EQUAL_STAY_EQUAL:  # as the same operations on the same numbers give
        draw = random.Random(f"{SEED} {value!r}")
    return float(value) * (1 + 1e-12 * draw.uniform(-1, 1))


def _cell(text, draw):
    if not _NUMBER.fullmatch(text) or float(text).is_integer():
        return text
    return format(_moved(float(text), draw), ".12g")


def _table(text, draw):
    rows = list(csv.reader(io.StringIO(text, newline="")))
    unit = rows[0].index("unit") if "unit" in rows[0] else None
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\\n")
    writer.writerow(rows[0])
    for row in rows[1:]:
        printed = unit is not None and row[unit] in _PRINTED
        writer.writerow(
            cell if printed or head.startswith("display") else _cell(cell, draw)
            for head, cell in zip(rows[0], row, strict=True)
        )
    return target.getvalue()


def _tree(value, draw):
    if isinstance(value, float):
        return _moved(value, draw)
    if isinstance(value, list):
        return [_tree(item, draw) for item in value]
    if isinstance(value, dict):
        return {key: _tree(item, draw) for key, item in value.items()}
    return value


def _arrays(content, draw):
    import numpy as np

    with np.load(io.BytesIO(content)) as stored:
        arrays = dict(stored)
    noise = np.random.default_rng(draw.randrange(2**32))
    for name, array in arrays.items():
        if array.dtype.kind == "f":
            if EQUAL_STAY_EQUAL:
                distinct, place = np.unique(array, return_inverse=True)
                moved = distinct * (1 + 1e-12 * noise.uniform(-1, 1, distinct.shape))
                moved = moved[place].reshape(array.shape)
            else:
                moved = array * (1 + 1e-12 * noise.uniform(-1, 1, array.shape))
            arrays[name] = np.where(array == np.round(array), array, moved)
    target = io.BytesIO()
    np.savez(target, **arrays)
    return target.getvalue()


def _replace(source, target, **more):
    name = os.fspath(target)
    draw = random.Random(SEED + zlib.crc32("/".join(name.split("/")[-2:]).encode()))
    # What a step makes of data; the data themselves are nobody's sum.
    if "results/" in name and "/inputs/" not in name and not name.endswith("lineage.json"):
        with open(source, "rb") as file:
            content = file.read()
        if name.endswith(".csv"):
            content = _table(content.decode(), draw).encode()
        elif name.endswith(".json"):
            content = json.dumps(_tree(json.loads(content), draw), ensure_ascii=False).encode()
        elif name.endswith(".npz"):
            content = _arrays(content, draw)
        with open(source, "wb") as file:
            file.write(content)
    return _REPLACE(source, target, **more)


os.replace = _replace
"""


def hook(seed: int, *, equal_stay_equal: bool) -> str:
    """The code of the hook."""
    return f"SEED = {seed}\nEQUAL_STAY_EQUAL = {equal_stay_equal}\n{HOOK}"


def perturb(project: Path, seed: int = SEED) -> None:
    """Write the hook into a project: into its program, or beside an older one, which loads it."""
    program = project / "workflow/readiness/__main__.py"
    rules = (project / "workflow/rules/common.smk").read_text("utf-8")
    if "PYTHONPATH" in rules:
        # Sealed code stays as it is: no hash of it may move.
        (project / "workflow/sitecustomize.py").write_text(
            hook(seed, equal_stay_equal=True), "utf-8"
        )
        return
    text = program.read_text("utf-8")
    start = "\nimport sys\n"
    assert text.count(start) == 1
    moved = hook(seed, equal_stay_equal=False)
    program.write_text(text.replace(start, f"{start}\n{moved}\n"), "utf-8")


@contextmanager
def perturbed_runs(seed: int = SEED) -> Iterator[None]:
    """Within it, every run in a scratch folder is perturbed."""
    fill = scratch._fill

    def filled(folder: Path, code: Path | Mapping[str, bytes], objects: Any) -> None:
        fill(folder, code, objects)
        perturb(folder, seed)

    with patch.object(scratch, "_fill", filled):
        yield
