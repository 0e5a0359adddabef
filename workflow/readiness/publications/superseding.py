"""Check that a publication may supersede another one (`--supersedes`)."""

from pathlib import Path

from readiness.ground.errors import ConfigError, DataError
from readiness.publications.ledger import FOLDER, find_publication
from readiness.publications.log import open_log, read_seals
from readiness.publications.outcome_texts import name_fault
from readiness.publications.seal import DRAFT, check_seal


def find_superseded(
    root: Path, publication_id: str, before: str, *, status: str = DRAFT, erratum: str = ""
) -> dict[str, str] | None:
    """Return id and seal digest of the publication `before` that `publication_id` supersedes.

    Returns None when `before` is "". For a withdrawn publication without a folder, the key `seal`
    (SHA-256 in the log) replaces `digest`. Raises ConfigError when `before` is unknown, is
    superseded by another publication, descends from `publication_id`, is a draft though `status` is
    not, or was withdrawn and removed and `erratum` is empty; DataError when its seal or the log is
    broken.
    """
    if not before:
        return None
    withdrawn = open_log(root).withdrawn.get(before)
    if withdrawn and not (root / FOLDER / before).exists():
        if not erratum:
            raise ConfigError(
                f"--supersedes {before}: that publication was withdrawn, and its numbers are not "
                "in this folder. Say what is corrected with --erratum TEXT."
            )
        return {"id": before, "seal": withdrawn.seal}
    folder = find_publication(root, before)
    if broken := check_seal(folder):
        raise DataError(
            f"{before}: {name_fault(broken[0])}. Only a valid publication can be superseded. "
            "Restore it with git."
        )
    seals = read_seals(root)
    if seals[before]["status"] == DRAFT != status:
        raise ConfigError(
            f"--supersedes {before}: that publication is a draft. Release it first, or name a "
            "released publication."
        )
    others = {name: seal for name, seal in seals.items() if name != publication_id}
    follows = {name: (seal["supersedes"] or {}).get("id") for name, seal in others.items()}
    for name, older in follows.items():
        if older == before:
            raise ConfigError(
                f"--supersedes {before}: {name} already supersedes it. Name the latest publication."
            )
    older = before
    while older:
        if older == publication_id:
            raise ConfigError(
                f"--supersedes {before}: {publication_id} would supersede itself. Name an earlier "
                "publication."
            )
        older = follows.get(older)
    return {"id": before, "digest": seals[before]["digest"]}
