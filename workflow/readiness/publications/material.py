"""A finished run and what its publication is to be: the configuration that is frozen with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from readiness.config import Privacy, StudySettings, WaveSettings
from readiness.datasets.versions import Version
from readiness.errors import ConfigError, DataError
from readiness.lineage import PROVENANCE
from readiness.publications.chain import ATTACKED, read_chain, refuse_stale
from readiness.publications.ledger import FOLDER, find_publication
from readiness.publications.log import open_log, read_seals
from readiness.publications.outcomes import describe_finding
from readiness.publications.seal import DRAFT, check_seal
from readiness.register.disclosure_risk import (
    ATTACK,
    left_behind,
    not_attacked,
    read_attack,
    refuse_given_away,
    small_groups,
)


@dataclass(frozen=True)
class PublicationMaterial:
    """A finished run, and what its publication is to be.

    `run` is its folder below `results` and `name` its name in the configuration; `files` are the
    inputs that no step made, by role, from the project's root. `erratum` says why numbers of what
    it supersedes moved, `reasons` why single ones did, by their id or its beginning; `languages`
    are those of its report.
    """

    root: Path
    identity: str
    run: str
    name: str
    section: WaveSettings | StudySettings
    versions: Sequence[Version]
    files: Mapping[str, Path]
    supersedes: str = ""
    erratum: str = ""
    reviewer: str = ""
    status: str = DRAFT
    reasons: Mapping[str, str] = field(default_factory=dict)
    languages: Sequence[str] = ()
    privacy: Privacy = field(default_factory=Privacy)

    @property
    def config(self) -> str:
        """The configuration that is frozen with it."""
        draft = self.status == DRAFT
        return frozen_config(self.name, self.section, self.languages, self.privacy, draft=draft)

    @property
    def privacy_statements(self) -> dict[str, Any]:
        """What is stated of personal data: nothing of answers that nobody gave."""
        real = isinstance(self.section, WaveSettings) and not self.section.simulated
        return self.privacy.statements if real else {}

    @property
    def folder(self) -> Path:
        """The publication's folder."""
        return self.root / FOLDER / self.identity

    @property
    def supersession(self) -> dict[str, str] | None:
        """What it supersedes, by id and seal (`superseded`)."""
        return find_superseded(
            self.root, self.identity, self.supersedes, status=self.status, erratum=self.erratum
        )

    @property
    def home(self) -> str:
        """The run's folder below `results` when its frozen configuration is the project's own."""
        return f"{'waves' if isinstance(self.section, WaveSettings) else 'studies'}/{self.name}"


def frozen_config(
    name: str,
    section: WaveSettings | StudySettings,
    languages: Sequence[str] = (),
    privacy: Privacy | None = None,
    *,
    draft: bool = False,
) -> str:
    """The configuration of one run, alone, with a report of its own, as YAML.

    `languages` of the report: all that can be told when empty. `draft`: whether it says that it is
    one.
    """
    kinds = "waves" if isinstance(section, WaveSettings) else "studies"
    said = {"status": DRAFT} if draft else {}
    personal = of_one_run(privacy or Privacy(), section)
    content: dict[str, Any] = {
        "report": {**({"languages": list(languages)} if languages else {}), **said},
        **({"privacy": personal} if personal else {}),
        kinds: {name: section.model_dump(mode="json", by_alias=True, exclude_none=True)},
    }
    head = "# Frozen with the publication; never edited. Paths are from the project's root.\n"
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def of_one_run(privacy: Privacy, section: WaveSettings | StudySettings) -> dict[str, Any]:
    """What of the section `privacy` is frozen with a run: what moves its numbers, and of real
    answers what is stated. Never where a list of names lies."""
    if not isinstance(section, WaveSettings):
        return {}
    kept = privacy if not section.simulated else Privacy.model_validate(privacy.looked_for)
    return kept.model_dump(mode="json", exclude_defaults=True, exclude={"names"})


# --- Whether a wave's figures may be published: what gives respondents away, or wants a review.
def attacked_folder(
    results: Path, run: Path, folders: Mapping[str, Path], files: Mapping[str, Path]
) -> Path:
    """The folder of the attack on a wave's register, in its folder `run` of the `results`.

    DataError where it was not made, or is of another register. `folders` are those of the run's
    steps, `files` the inputs that no step made.
    """
    folder = run / ATTACKED
    if not (folder / PROVENANCE).is_file():
        raise DataError(f"{folder}: not made. Run freeze again.")
    whole = {**folders, ATTACKED: folder}
    refuse_stale(results, whole, read_chain(whole), files)
    return folder


def refuse_unfit(
    identity: str, run: Path, least: int, figures: pd.DataFrame, attacked: Path, reviewer: str
) -> None:
    """Refuse what must not be published: what gives people away, or shows a base below `least`;
    figures for review without a reviewer."""
    table = read_attack(attacked / ATTACK)
    refuse_given_away(identity, table)
    faults = sorted([*small_groups(figures, least), *left_behind(figures)])
    for name in not_attacked(figures, table):
        faults.append(f"{name}: is withheld, and was not attacked.")
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise DataError(
            f"{identity}: {faults[0]}{more} The minimum is figures.minimum_base.\n"
            "Publish fewer groups or coarser margins; where the register was changed by hand, "
            f"delete {run} and freeze again."
        )
    review = figures[(figures["reliability"] == "review") & (figures["suppressed"] == "")]
    if len(review) and not reviewer:
        raise ConfigError(
            f"{identity}: {len(review)} figures are marked for review, the first "
            f"{review['id'].iloc[0]}. Name who reviewed them: --reviewer NAME."
        )


# --- Which publication takes the place of which: what `--supersedes` may name.
def find_superseded(
    root: Path, identity: str, before: str, *, status: str = DRAFT, erratum: str = ""
) -> dict[str, str] | None:
    """The publication `before` that `identity` supersedes, by id and seal; None for "".

    Of one that was withdrawn and whose folder is not here the log knows the seal's SHA-256
    (`seal`). ConfigError when there is none of that name, when it has a successor already (readers
    could not say which one counts) or is one itself, when it is a draft and this is none, or when
    it is not here and `erratum` does not say what is corrected; DataError when its seal is broken.
    """
    if not before:
        return None
    withdrawn = open_log(root).withdrawn.get(before)
    if withdrawn and not (root / FOLDER / before).exists():
        if not erratum:
            raise ConfigError(
                f"--supersedes {before}: was withdrawn, and its numbers are not here; say what is "
                "corrected: --erratum TEXT."
            )
        return {"id": before, "seal": withdrawn.seal}
    folder = find_publication(root, before)
    if broken := check_seal(folder):
        raise DataError(
            f"{folder}: {describe_finding(broken[0], 'en')}: the seal of what --supersedes names "
            "is broken. Restore it with git."
        )
    seals = read_seals(root)
    if seals[before]["status"] == DRAFT != status:
        raise ConfigError(
            f"--supersedes {before}: a draft; release it before what takes its place, or name a "
            "released one."
        )
    follows = {name: (seal["supersedes"] or {}).get("id") for name, seal in seals.items()}
    follows.pop(identity, None)
    for name, older in follows.items():
        if older == before:
            raise ConfigError(
                f"--supersedes {before}: {name} supersedes it already; name the latest one."
            )
    older = before
    while older:
        if older == identity:
            raise ConfigError(
                f"--supersedes {before}: {identity} would supersede itself; name an earlier one."
            )
        older = follows.get(older)
    return {"id": before, "digest": seals[before]["digest"]}
