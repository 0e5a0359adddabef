"""Changes of what a publication says of earlier ones, and of what readers could prove of it.

Each is sealed again, with log and records made to fit.
"""

from collections.abc import Callable

from readiness.publications.log import ERRATUM
from readiness.publications.seal import LEDGER, sha256
from readiness.register.disclosure_risk import ATTACK
from tampering.ledger import is_numbered
from tampering.reseal import reseal, reseal_ledger, seal_as
from tampering.tree import Change, Made, Rows, Target, as_csv, change_first


def forge_earlier_ledger(target: Target) -> Made:
    """A number of the ledger that lies beside, and its hash wherever the publication names it."""
    path = next(name for name in target.inputs() if name.startswith("publications/"))
    before = target.tree.read(path)
    earlier = Target(target.tree, path.split("/")[1], target.draw)
    rows = earlier.ledger()
    row = target.draw.choice([r for r in rows if r["unit"] == "share" and is_numbered(r)])
    row["value"] = change_first(target, row["value"])
    target.tree.write(path, as_csv(rows))
    point_to(target, sha256(before), sha256(target.tree.read(path)))
    said = "audit.earlier.other"
    return Made(f"{path}: {row['id']}", (f"{path}: {said}", f"{ERRATUM}: {said}"))


def point_to(target: Target, old: str, new: str) -> None:
    """Make a publication name another earlier ledger, by its hash, in inputs, records and seal."""
    inputs = target.text("inputs.csv").replace(old, new).encode()
    reseal(target, {"inputs.csv": inputs}, {old: new})


def edit_erratum(edit: Callable[[Target, Rows], str], kind: str) -> Change:
    """The erratum otherwise; the edit says which number it is about, `kind` what is told of it."""

    def change(target: Target) -> Made:
        rows = target.table(ERRATUM)
        number = edit(target, rows)
        seal_as(target, {ERRATUM: as_csv(rows, ["id", "was", "is", "why"])})
        return Made(f"{ERRATUM}: {number}", (f"{ERRATUM}: {number}: audit.{kind}",))

    return change


def drop_correction(target: Target, rows: Rows) -> str:
    return rows.pop(target.draw.randrange(len(rows)))["id"]


def invent_correction(target: Target, rows: Rows) -> str:
    """A number that did not move, said to be corrected."""
    named = {row["id"] for row in rows}
    same = [row for row in target.ledger() if row["id"] not in named and is_numbered(row)]
    row = target.draw.choice([row for row in same if not row["id"].startswith("revision.")] or same)
    rows.append({"id": row["id"], "was": "0.999", "is": row["value"], "why": "a typo"})
    return row["id"]


def restate_correction(column: str, text: str) -> Callable[[Target, Rows], str]:
    def change(target: Target, rows: Rows) -> str:
        row = target.draw.choice(rows)
        row[column] = text
        return row["id"]

    return change


def remove_erratum(target: Target) -> Made:
    target.tree.remove(target.name(ERRATUM))
    seal_as(target)
    return Made(f"{ERRATUM}: removed", (f"{ERRATUM}: audit.states.absent",))


def widen_attack(target: Target) -> Made:
    """Every withheld count said to be known of nobody, between 0 and 999; and one more, of a count
    that is not withheld.
    """
    columns = target.text(ATTACK).splitlines()[0].split(",")
    shown = next(row for row in target.ledger() if row["kind"] == "estimate" and row["level"])
    cell = {name: shown[name] for name in ("id", "item", "level", "group")}
    told = {"counted": "answer", "published": "no", "verdict": "held", "reader": "publication"}
    rows = [*target.table(ATTACK), {**cell, **told, "how": "shares", "knows": ""}]
    rows = [{**row, "lowest": "0", "highest": "999"} for row in rows]
    seal_as(target, {ATTACK: as_csv(rows, columns)})
    return Made(f"{ATTACK}: 0 to 999 everywhere", (f"{ATTACK}: {shown['id']}: audit.number.gone",))


def drop_verdicts(target: Target) -> Made:
    """All verdicts of one kind, so that none of them is left."""
    rows = target.ledger()
    items = sorted({row["item"] for row in rows if row["kind"] == "verdict"})
    item = target.draw.choice(items)
    gone = [row["id"] for row in rows if row["kind"] == "verdict" and row["item"] == item]
    reseal_ledger(target, [row for row in rows if row["id"] not in gone])
    return Made(f"{LEDGER}: without verdicts of {item}", (f"DIFFERS {gone[0]} ",))


def change_claim(column: str) -> Change:
    """A column of a claim that no claim fills: somebody else's figure has no interval of ours."""

    def change(target: Target) -> Made:
        rows = target.ledger()
        row = target.draw.choice([row for row in rows if row["kind"] == "claim"])
        row[column] = "0.01"
        reseal_ledger(target, rows)
        return Made(f"{LEDGER}: {row['id']}: {column}", (f"DIFFERS {row['id']} ",))

    return change


CHANGES: dict[str, Change] = {
    "resealed-earlier-ledger": forge_earlier_ledger,
    "resealed-erratum-gone": remove_erratum,
    "resealed-erratum-less": edit_erratum(drop_correction, "erratum.unnamed"),
    "resealed-erratum-more": edit_erratum(invent_correction, "erratum.unmoved"),
    "resealed-erratum-was": edit_erratum(restate_correction("was", "0.999"), "erratum.other"),
    "resealed-erratum-is": edit_erratum(restate_correction("is", "0.999"), "erratum.other"),
    "resealed-erratum-why": edit_erratum(restate_correction("why", ""), "erratum.no_reason"),
    "resealed-attack-wide": widen_attack,
    "resealed-verdicts-gone": drop_verdicts,
    **{
        f"resealed-claim-{column}": change_claim(column)
        for column in ("se", "lower", "upper", "n_eff", "deff")
    },
}
