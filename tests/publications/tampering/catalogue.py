"""Every kind of single change, in the order of the table."""

from __future__ import annotations

from tampering import (
    columns,
    data,
    folder,
    machine,
    resealed,
    sealed,
    signatures,
    statements,
    today,
)
from tampering.model import Kind

GROUPS: dict[str, tuple[Kind, ...]] = {
    "What is sealed": sealed.KINDS + columns.KINDS + statements.KINDS,
    "The folder, and publications as a whole": folder.KINDS,
    "Signatures (`readiness verify`)": signatures.KINDS,
    "The data and the other inputs": data.KINDS,
    "Today's configuration, lock and code": today.KINDS,
    "On the auditor's machine": machine.KINDS,
    "Sealed again by someone who knows how": (
        resealed.KINDS + columns.RESEALED + statements.RESEALED + machine.RESEALED
    ),
}
KINDS: tuple[Kind, ...] = tuple(kind for kinds in GROUPS.values() for kind in kinds)
