"""Seal the numbers and the report of a run as a publication, which every later run checks again.

A publication is a draft until --release; after that it never changes. You can freeze a draft again
as often as you like: `readiness freeze ID` uses the configuration of the draft. To correct a
release, freeze a new publication with --supersedes; its erratum.csv lists each number that changed,
and why.

Drafts and releases need a reviewer if numbers are marked for review: nobody or everybody gave the
answer, or the degrees of freedom are few. A release of real answers must also state who asked whom,
how and when (`study` of the wave). The command lists all missing information before it renders
anything. A withdrawn publication stays in the log, and its id cannot be used again.

Examples:
  readiness freeze libraries-r1 --wave libraries      a draft
  readiness freeze libraries-r1 --release             the same, for good
  readiness freeze libraries-r2 --wave libraries --supersedes libraries-r1 --erratum "Late answers"
  readiness freeze libraries-r1 --withdraw "Wrong frame" --successor libraries-r2
"""

import argparse
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from unicodedata import category

from readiness.commands.run import FinishedRun, check_cores, run_snakemake
from readiness.commands.starting.office import list_own_rules
from readiness.config import StudySettings, WaveSettings
from readiness.datasets.store import check_in_default_remote
from readiness.datasets.versions import find_version
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.locks import holding
from readiness.ground.patterns import NAME
from readiness.plan import Plan, PlannedRun, input_files, load_plan
from readiness.plan.checks import list_plans
from readiness.provenance.results_folder import PROVENANCE
from readiness.publications.chain import ATTACKED, REGISTER
from readiness.publications.erratum import KIND_PREFIX, KINDS
from readiness.publications.freeze import (
    freeze,
    refuse_released,
    refuse_strangers,
    refuse_unpublishable,
)
from readiness.publications.ledger import FOLDER, PLANS, folder_of_step, steps_shown
from readiness.publications.log import withdraw
from readiness.publications.material import PublicationMaterial
from readiness.publications.placing import resume
from readiness.publications.seal import read_seal
from readiness.register.disclosure_risk import ATTACK, findings, read_attack
from readiness.rendering.checks import find_unchecked
from readiness.reporting.particulars import DISCLOSED, PERSONAL, RIGHTS
from readiness.running.aside import keeping_pages, keeping_site

LOCK = Path("results/.freeze.lock")
# Longest id in characters: file systems take 255 bytes for a name, and files are named after it.
LONGEST_ID = 100
# Id of a number, or its beginning.
NUMBER = r"[a-z0-9_-]+(?:\.[A-Za-z0-9_ -]+)*"
# Unicode categories of control characters, surrogates, line ends and paragraph ends.
UNSAYABLE = {"Cc", "Cs", "Zl", "Zp"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add = parser.add_argument
    add("id", metavar="ID", help="id of the publication: lower-case letters, digits and hyphens")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--wave", metavar="NAME", help="wave to publish, as named in config.yaml")
    source.add_argument("--study", metavar="NAME", help="study to publish, as named in config.yaml")
    add(
        "--release",
        action="store_true",
        help="make this publication final; it can never be changed again",
    )
    add("--reviewer", metavar="NAME", help="who reviewed the numbers marked for review")
    add(
        "--cores",
        default="all",
        metavar="N",
        help="number of processor cores to use (default: all)",
    )
    add = parser.add_argument_group("correct an earlier publication").add_argument
    add("--supersedes", metavar="ID", help="earlier publication that this one replaces")
    add(
        "--erratum",
        metavar="TEXT",
        action="append",
        help="why numbers changed; PREFIX=TEXT is the reason for ids that begin with PREFIX, "
        f"kind:KIND=TEXT for one kind of change: {', '.join(KINDS)} (repeatable)",
    )
    add = parser.add_argument_group("withdraw a release").add_argument
    add("--withdraw", metavar="TEXT", help="reason why this release is withdrawn")
    add("--successor", metavar="ID", help="publication to use instead of the withdrawn one")


def run(arguments: argparse.Namespace) -> int:
    """Seal a run as a publication, or withdraw a release; return 0."""
    root = Path.cwd()
    _check(arguments)
    # Two freezes at once would write into one scratch folder.
    busy = f"another freeze is at work in {root}. Wait until it has ended, then freeze again."
    with holding(root / LOCK, busy):
        if completed := resume(root):
            _say_sealed(completed, read_seal(root / FOLDER / completed)["numbers"], released=True)
            if completed == arguments.id and arguments.release:
                return 0
        if arguments.withdraw:
            withdraw(root, arguments.id, arguments.withdraw.strip(), arguments.successor or "")
            print(
                f"publications/{arguments.id}: withdrawn, and the log says why. Now commit it; the "
                "folder may be removed."
            )
            return 0
        plan = load_plan(root)
        with keeping_site(root):
            return _freeze(plan, _choose_run(plan, arguments), arguments)


def _freeze(plan: Plan, chosen: PlannedRun, arguments: argparse.Namespace) -> int:
    """Compute, check and seal a run; print what is missing or remarkable."""
    root, languages = plan.root, plan.languages_of(chosen.folder)
    refuse_released(root, arguments.id)
    refuse_strangers(root)
    material = _gather_material(plan, chosen, languages, arguments)
    # Refuse an unfit predecessor before anything is computed.
    material.find_supersession()
    check_in_default_remote(root, *material.versions)
    results = Path("results") / chosen.folder
    is_wave = isinstance(chosen.section, WaveSettings)
    config_option = ["--config", f"sealed={material.identity}/{material.released}"]

    def compute(steps: Sequence[str]) -> FinishedRun:
        targets = [f"{results / folder_of_step(step)}/{PROVENANCE}" for step in steps]
        return run_snakemake(root, arguments.cores, [*targets, *config_option], "freeze")

    computed_steps = [REGISTER, ATTACKED] if is_wave else [REGISTER]
    compute(computed_steps)
    # Refuse before rendering, which takes the most time.
    refuse_unpublishable(material)
    page_steps = steps_shown(languages)
    languages_named = ", ".join(languages)
    print(f"Rendering the report ({languages_named}), then proving it.", flush=True)
    pages = [results / folder_of_step(step) for step in page_steps] if not chosen.frozen else []
    with keeping_pages(root, pages):
        compute([*computed_steps, *page_steps]).warn("freeze")
        if arguments.release:
            _refuse_unchecked(root / results, languages)
        count = freeze(material)
    if (material.folder / ATTACK).exists():
        attacked = read_attack(material.folder / ATTACK)
        print(f"Disclosure-risk check: {findings(attacked)}. Details: {material.folder / ATTACK}")
    real = isinstance(chosen.section, WaveSettings) and not chosen.section.simulated
    if real and chosen.privacy.signed_off_by is None:
        print(
            "Nobody has signed off the page for the data protection officer "
            f"({results}/disclosure): privacy.signed_off_by names who does."
        )
    for who, missing in list_gaps(chosen.section).items():
        print(f"{chosen.key}.study: not stated, and wanted by {who}: {', '.join(missing)}.")
    if own_rules := list_own_rules(root):
        print(f"Snakefile: rules of your own, part of no publication: {', '.join(own_rules)}.")
    _say_sealed(arguments.id, count, released=arguments.release)
    return 0


def _refuse_unchecked(results: Path, languages: Sequence[str]) -> None:
    """Raise ConfigError where a report shows output of the author's own code cells.

    `results`: the folder of the run. The page marks such output (`rendering/qmd.py`).
    """
    for page in sorted(
        path for language in languages for path in results.glob(f"report/{language}/*.html")
    ):
        if unchecked := find_unchecked(page.read_text("utf-8")):
            raise ConfigError(
                f"{page}: a code cell of report.qmd prints numbers that are not in the register: "
                f"“{unchecked[0][:120]}…”.\nA release may show only registered numbers. Remove "
                "the cell, or print its numbers with n(...)."
            )


def _say_sealed(publication_id: str, count: int, *, released: bool) -> None:
    draft = "sealed, as a draft. --release makes it final."
    state = "sealed and released. Now commit it." if released else draft
    print(f"publications/{publication_id}: {count} figures {state}")


def list_gaps(section: WaveSettings | StudySettings) -> dict[str, list[str]]:
    """Return missing statements on a survey, by the standard or law that asks for them."""
    stated = set(section.stated)
    cited = ("authors", "licence")
    wanted = {"AAPOR's disclosure": DISCLOSED, "CITATION.cff": cited, "a data editor (AEA)": RIGHTS}
    if isinstance(section, WaveSettings):
        stated |= {"invited"} if section.sample else set()
        wanted |= {} if section.simulated else {"law 09-08 (Morocco) and the GDPR": PERSONAL}
    gaps = {who: [key for key in keys if key not in stated] for who, keys in wanted.items()}
    return {who: missing for who, missing in gaps.items() if missing}


def _check(arguments: argparse.Namespace) -> None:
    """Check the arguments.

    Raises ConfigError for options that exclude or need one another, and for an id or a text that no
    folder or page can hold.
    """
    if arguments.id == PLANS:
        raise ConfigError(f"{PLANS}: this name is reserved for sealed plans. Choose another id.")
    if not re.fullmatch(NAME, arguments.id) or len(arguments.id) > LONGEST_ID:
        raise ConfigError(
            f"{_shorten(arguments.id)}: not a valid id. Use lower-case letters, digits and "
            f"hyphens, at most {LONGEST_ID} characters."
        )
    check_cores(arguments.cores)
    sealing_options = ("wave", "study", "release", "supersedes", "erratum", "reviewer")
    if arguments.withdraw and any(getattr(arguments, name) for name in sealing_options):
        raise ConfigError("--withdraw can be combined only with --successor.")
    if arguments.successor and not arguments.withdraw:
        raise ConfigError("--successor needs --withdraw TEXT.")
    if arguments.successor and not re.fullmatch(NAME, arguments.successor):
        raise ConfigError(f"--successor {_shorten(arguments.successor)}: not an id.")
    for name in ("supersedes", "erratum", "reviewer", "withdraw"):
        values = getattr(arguments, name)
        for text in values if isinstance(values, list) else [values]:
            # Empty, or with characters that no page shows.
            if text is not None and (not text.strip() or UNSAYABLE & set(map(category, text))):
                raise ConfigError(f"--{name} {_shorten(text)}: expected one line of text.")


def _shorten(text: str) -> str:
    return repr(text) if len(text) <= LONGEST_ID else f"{text[:20]!r}..."


def _choose_run(plan: Plan, arguments: argparse.Namespace) -> PlannedRun:
    """Return the run to publish: the wave or study named, else the draft's own."""
    named = {"waves": arguments.wave, "studies": arguments.study, "publications": arguments.id}
    folder = next(f"{kind}/{name}" for kind, name in named.items() if name)
    if folder in plan.runs:
        chosen = plan.runs[folder]
        before = plan.before(folder).get("before", "")
        if before.startswith("results/"):
            name = Path(before).parts[2]
            raise ConfigError(
                f"{chosen.key}.change.from: {name} is an unpublished wave whose numbers may still "
                f"change. Freeze it (readiness freeze ID --wave {name}), then name that "
                "publication: from: ID"
            )
        return chosen
    if not (arguments.wave or arguments.study):
        raise ConfigError(
            f"{folder}: no draft has this name. Say what to publish: --wave NAME or --study NAME."
        )
    raise ConfigError(f"{folder}: no such wave or study. Choose one of {', '.join(plan.runs)}.")


def _gather_material(
    plan: Plan, chosen: PlannedRun, languages: Sequence[str], arguments: argparse.Namespace
) -> PublicationMaterial:
    """Return the material of a publication, with the options of its last freeze."""
    root = plan.root
    # Options of the draft's last freeze still hold, unless given again.
    draft_words = _read_draft_words(root, arguments.id)
    supersedes = (arguments.supersedes or draft_words.get("supersedes") or "").strip()
    erratum, reasons = _read_errata(arguments.erratum or [])
    if arguments.erratum and not supersedes:
        raise ConfigError("--erratum needs --supersedes ID, the publication to correct.")
    if not arguments.erratum:
        erratum = draft_words.get("erratum", "")
    versions = [find_version(root, name) for name in chosen.datasets]
    # Earlier releases decide what must be suppressed.
    earlier = plan.earlier(chosen.folder) if isinstance(chosen.section, WaveSettings) else []
    return PublicationMaterial(
        root=root,
        identity=arguments.id,
        run=chosen.folder,
        name=chosen.name,
        section=chosen.section,
        versions=versions,
        files={
            **input_files(chosen.section),
            **{role: Path(path) for role, path in plan.before(chosen.folder).items()},
            **{f"plan-{path.stem}": path for path in list_plans(root, chosen)},
            **{f"earlier-{Path(path).parent.name}": Path(path) for path in earlier},
        },
        supersedes=supersedes,
        erratum=erratum,
        reasons=reasons,
        reviewer=(arguments.reviewer or draft_words.get("reviewer") or "").strip(),
        released=date.today().isoformat() if arguments.release else "",
        languages=languages,
        privacy=chosen.privacy,
    )


def _read_errata(errata: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Split `--erratum` into a general text, and reasons by id, beginning of ids or kind."""
    general: list[str] = []
    single: dict[str, str] = {}
    for text in errata:
        name, equals, reason = text.partition("=")
        if equals and re.fullmatch(NUMBER, name.removeprefix(KIND_PREFIX)) and reason.strip():
            single[name] = reason.strip()
        else:
            general.append(text.strip())
    return " ".join(general), single


def _read_draft_words(root: Path, publication_id: str) -> dict[str, str]:
    """Read the superseded publication, erratum and reviewer from a draft's seal."""
    try:
        sealed = read_seal(root / "publications" / publication_id)
    except DataError:
        return {}
    words = {name: str(sealed.get(name) or "") for name in ("erratum", "reviewer")}
    older = sealed.get("supersedes")
    return {**words, "supersedes": str(older["id"]) if isinstance(older, dict) else ""}
