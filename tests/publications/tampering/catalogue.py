"""Every kind of single change, in the order of the table."""

from __future__ import annotations

from tampering import data, resealed, sealed, today
from tampering.model import Kind

GROUPS: dict[str, tuple[Kind, ...]] = {
    "What is sealed": sealed.KINDS,
    "The data and the other inputs": data.KINDS,
    "Today's configuration, lock and code": today.KINDS,
    "Sealed anew by someone who knows how": resealed.KINDS,
}
KINDS: tuple[Kind, ...] = tuple(kind for kinds in GROUPS.values() for kind in kinds)
