"""Audits to show: of the ledgers that ship, as they are and after every kind of harm."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pandas as pd
from released_tree import FIRST, SECOND, STUDY, released_root
from resealing import add_tombstone, set_status

from readiness.datasets.versions import RESTRICTED
from readiness.ground.facts import Fact, Listed
from readiness.publications import reproduce
from readiness.publications.audit.audit import audit
from readiness.publications.audit.model import Audit, Changes
from readiness.publications.audit.numbers import (
    SAME,
    Rerun,
    compare_recomputed,
    in_another_environment,
    ledger_rows,
)
from readiness.publications.chain import Divergence, frozen_chain
from readiness.publications.log import Correction
from readiness.publications.outcomes import AuditFinding, Outcome
from readiness.publications.presenting.page import Subject, read_subject
from readiness.publications.seal import CHANGED, LEDGER
from readiness.register.figures import read_register

OTHERS = tuple(
    Fact("audit.change.version", {"name": name, "old": old, "new": new})
    for name, old, new in (("python", "3.12.3", "3.13.1"), ("numpy", "2.4.1", "2.4.3"))
)
CHANGES = Changes(("weight", "estimate"), True, ("waves/canteen-2025.weight",), OTHERS)
REPORT = (
    AuditFinding("report.html", Outcome.DIFFERS, Fact("audit.input.other")),
    AuditFinding("charts/a.svg", Outcome.REPRODUCED, SAME),
    AuditFinding(
        "report.pdf", Outcome.NOT_CHECKED, Fact("audit.unreadable", {"said": "Permission denied"})
    ),
    AuditFinding("tables/estimates.csv", Outcome.REPRODUCED, SAME),
)


def subject(identity: str) -> Subject:
    return read_subject(released_root(), identity)


def tree(target: Path) -> Path:
    """What an audit of the data reads of the project, to be harmed."""
    for folder in ("publications", "data"):
        shutil.copytree(released_root() / folder, target / folder)
    for path in (target / "data/raw").rglob("*.csv"):
        path.unlink()
    (target / ".dvc").mkdir()
    shutil.copyfile(released_root() / ".dvc/config", target / ".dvc/config")
    return target


def rerun(identity: str, edit: Callable[[pd.DataFrame], None] = lambda table: None) -> Rerun:
    """A rerun whose numbers are the published ones, or what `edit` makes of them."""
    folder = released_root() / "publications" / identity
    table = read_register(folder / LEDGER)
    edit(table)
    return Rerun(table, frozen_chain(folder), {})


def harm(table: pd.DataFrame) -> None:
    """A number of every kind of difference."""
    shares = table.index[(table["kind"] == "estimate") & (table["suppressed"] == "")]
    for k in shares[:7]:
        row = table.loc[k]
        value = format(float(row["value"]) * 0.97, ".12g")
        table.loc[k, "value"] = value
    for k in shares[10:14]:
        table.loc[k, "value"] = format(float(table.loc[k, "value"]) + 1e-9, ".12g")
    table.loc[shares[15], "se"] = "0.05"
    table.loc[shares[17], "value"] = format(float(table.loc[shares[17], "value"]) + 0.2, ".12g")
    table.loc[shares[19], "id"] = "a.new.number"


def at_level_2(
    identity: str,
    edit: Callable[[pd.DataFrame], None] = lambda table: None,
    *,
    level: int = 2,
    seal: Sequence[AuditFinding] = (),
    changes: Changes = Changes(),  # noqa: B008
) -> Audit:
    """The audit whose rerun gave what `edit` makes of the published numbers."""
    folder = released_root() / "publications" / identity
    first = audit(released_root(), identity, 1, changes=changes)
    numbers = compare_recomputed(
        ledger_rows(folder), rerun(identity, edit), frozen_chain(folder), changes.environment, seal
    )
    return replace(first, level=level, numbers=tuple(numbers), seal=tuple(seal))


def held() -> list[Audit]:
    """All that ships, every number as published."""
    return [at_level_2(STUDY), at_level_2(FIRST), at_level_2(SECOND)]


def differing() -> Audit:
    """Everything that can differ, at level 3."""
    found = at_level_2(SECOND, harm, level=3, changes=CHANGES)
    causes = (
        Fact("audit.cause.roles", {"roles": Listed(("margins",))}),
        Fact("audit.cause.settings", {"keys": Listed(("trim",))}),
        Fact("verdict.page.column.code"),
    )
    said = Fact("audit.note.superseded", {"other": "r-9"})
    note = Fact("language.labelled", {"label": said, "what": "a typo"})
    return replace(
        found, report=REPORT, divergence=Divergence("weight", causes).fact, notes=(note,)
    )


def under_lock() -> Audit:
    """Its own code, in another environment."""
    found = at_level_2(SECOND, harm, changes=CHANGES)
    return replace(found, numbers=tuple(in_another_environment(found.numbers, OTHERS)))


def later() -> Audit:
    """Today's code computes a number more, and one that a successor has named as corrected."""
    folder = released_root() / "publications" / SECOND
    rows = {row["id"]: row for row in ledger_rows(folder)}
    wrong = next(name for name, row in rows.items() if row["kind"] == "estimate" and row["value"])

    def edit(table: pd.DataFrame) -> None:
        table.loc[table["id"] == wrong, "value"] = "0.5"
        new = {"id": "a.new.number", "kind": "later", "statistic": "share of those who came later"}
        table.loc[len(table)] = {**table.iloc[0].to_dict(), **new}

    errata = {
        wrong: Correction(wrong, rows[wrong]["value"], "0.5", "an answer was coded twice", "r-9")
    }
    came_later = frozenset([("later", "share of those who came later")])
    with mock.patch.object(reproduce, "LATER_STATISTICS", came_later):
        numbers = compare_recomputed(
            list(rows.values()),
            rerun(SECOND, edit),
            frozen_chain(folder),
            (),
            (),
            today=True,
            errata=errata,
        )
    first = audit(released_root(), SECOND, 1, changes=Changes())
    report = (AuditFinding("report", Outcome.NOT_COMPARED, Fact("audit.page.other_build")),)
    return replace(first, level=3, numbers=tuple(numbers), report=report)


def broken() -> Audit:
    """One number of the ledger and one file changed after the seal, and the chain not remade."""
    seal = [
        AuditFinding("README.md", Outcome.BROKEN, CHANGED),
        AuditFinding(LEDGER, Outcome.BROKEN, CHANGED),
        AuditFinding(f"{LEDGER}: meal.hot.hill", Outcome.BROKEN, CHANGED),
    ]
    return at_level_2(SECOND, harm, seal=seal)


def without_data(folder: Path) -> dict[Outcome, Audit]:
    """Real audits, at level 2, of a tree whose store is empty: missing, restricted, erased."""
    root = tree(folder / "tree")
    shutil.rmtree(root / "data/store")
    found = {Outcome.MISSING: audit(root, STUDY, 2, changes=Changes())}
    versions = root / "data/versions.csv"
    set_status(versions, ["menus-2023-claims@1"], RESTRICTED)
    found[Outcome.RESTRICTED] = audit(root, STUDY, 2, changes=Changes())
    set_status(versions, ["menus-2023-claims@1"], "open")
    add_tombstone(versions, "menus-2023-claims@1")
    found[Outcome.ERASED] = audit(root, STUDY, 2, changes=Changes())
    return found


def damaged(folder: Path) -> Audit:
    """A real audit, at level 1, of a tree in which one thing of every kind was changed."""
    root = tree(folder / "damaged")
    home = root / "publications" / STUDY
    (home / "report/en/report.html").write_text("other", "utf-8")
    (home / "added.txt").write_text("x", "utf-8")
    (home / "README.md").unlink()
    lines = (home / LEDGER).read_text("utf-8").splitlines()
    (home / LEDGER).write_text("\n".join([*lines[:5], *lines[6:]]) + "\n", "utf-8")
    (store,) = [p for p in (root / "data/store").rglob("*") if p.is_file() and _holds_claims(p)]
    store.chmod(0o644)
    store.write_bytes(store.read_bytes()[:-1])
    (root / "data/raw/menus-2023-claims/1.csv").write_text("x\n", "utf-8")
    (root / "data/raw/menus-2023-claims/1.csv.dvc").write_text("outs: []\n", "utf-8")
    (root / "data/claims/menus-2023-1.yaml").unlink()
    return audit(root, STUDY, 1, changes=Changes())


def _holds_claims(path: Path) -> bool:
    version = next(v for v in subject(STUDY).datasets)
    return path.parent.name + path.name == version.md5
