"""Seal the figures of a finished run as a publication.

The files are assembled in memory, written to a scratch folder, recomputed there, and renamed: a
publication is never half-written and never edited afterwards.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd

from readiness.analysis.recomputing import BROKEN_OFF, RECOMPUTE, recompute_script
from readiness.analysis.recomputing_in_r import RECOMPUTE_R, recompute_in_r
from readiness.config import WaveSettings, load_config
from readiness.datasets.versions import open_data
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.facts import of_domain
from readiness.ground.figure_id import quality_id
from readiness.ground.tables import read_rows, read_text_table, to_csv
from readiness.language import tell
from readiness.privacy.pseudonyms import FROM_DATA
from readiness.program.layout import version
from readiness.provenance.digests import sha256_of
from readiness.provenance.results_folder import KEY_NAME, PRIVATE, PROVENANCE
from readiness.publications import ledger, program
from readiness.publications.audit.audit import audit
from readiness.publications.audit.model import NUMBERS, REPORT, Changes, Terms
from readiness.publications.chain import REGISTER, read_chain, refuse_stale, step_folders
from readiness.publications.citation import citation
from readiness.publications.codecheck import codecheck
from readiness.publications.description import Facts
from readiness.publications.erratum import count_reasons, erratum_table
from readiness.publications.fitness import attacked_folder, refuse_unfit
from readiness.publications.log import ERRATUM, LOG, open_log
from readiness.publications.material import PublicationMaterial
from readiness.publications.outcome_texts import describe_finding
from readiness.publications.outcomes import Outcome
from readiness.publications.placing import put_in_place
from readiness.publications.readme import readme
from readiness.publications.seal import (
    DRAFT,
    LEDGER,
    SEAL,
    VALUES,
    make_seal,
    read_seal,
    values_table,
)
from readiness.publications.unstated import refuse_unstated
from readiness.questionnaire import TOTAL, load_questionnaire
from readiness.register.disclosure_risk import ATTACK
from readiness.register.figures import read_register
from readiness.register.published import round_register
from readiness.validation.coding import BY_ROW


def refuse_released(root: Path, publication_id: str) -> None:
    """Raise ConfigError unless the id is unused or belongs to a draft."""
    folder = root / ledger.FOLDER / publication_id
    log = open_log(root)
    if publication_id in log.withdrawn:
        raise ConfigError(
            f"publications/{publication_id} was withdrawn, and an id cannot be reused. "
            "Choose another id."
        )
    if publication_id not in log.latest:
        with suppress(DataError):
            if not folder.exists() or read_seal(folder)["status"] == DRAFT:
                return
            raise ConfigError(
                f"publications/{publication_id} is sealed as released, but {LOG} does not list it. "
                "Restore the log with git, or delete the folder and freeze again."
            )
    raise ConfigError(
        f"publications/{publication_id} is released and cannot be changed. Choose another id and "
        f"add --supersedes {publication_id}."
    )


def refuse_strangers(root: Path) -> None:
    """Raise DataError for the first file that Python could load but that no hash covers."""
    for path in program.strangers(root):
        raise DataError(
            f"{path} could be loaded as code, but files of this type are not part of the sealed "
            "code. Remove the file."
        )


def with_key(material: PublicationMaterial) -> PublicationMaterial:
    """Return the material with the id of the pseudonym key in its configuration.

    A study and a wave without a key are returned unchanged. Raises ConfigError where a publication
    of other answers used the same key: both tables together would show who answered twice.
    """
    path = material.root / "results" / material.run / PRIVATE / KEY_NAME
    key_id = path.read_text("utf-8") if path.is_file() else ""
    if not isinstance(material.section, WaveSettings) or key_id in ("", FROM_DATA):
        return material
    answers = material.section.answers
    for other in ledger.publication_ids(material.root):
        config = load_config(material.root / ledger.FOLDER / other / ledger.CONFIG)
        shared_by = [w.answers for w in config.waves.values() if config.privacy.key == key_id]
        if other == material.identity or shared_by in ([], [answers]):
            continue
        raise ConfigError(
            f"{material.identity}: the key {key_id} made the pseudonyms of {other}, which rests on "
            f"{shared_by[0]}. Each release needs its own key. Remove the key of {answers}, then "
            f"readiness data key {answers}, delete results/{material.run}, and freeze again."
        )
    return replace(material, privacy=material.privacy.model_copy(update={"key": key_id}))


def refuse_named(material: PublicationMaterial) -> None:
    """Raise DataError where the corrections of a wave name respondents.

    Only real or restricted answers are checked; open simulated answers name respondents anyway.
    """
    assert isinstance(material.section, WaveSettings)
    answers = next(v for v in material.versions if v.name == material.section.answers)
    hidden = answers.is_restricted or not material.section.simulated
    if hidden and "corrections" in material.files:
        refuse_names_in(material.root, material.files["corrections"])


def refuse_names_in(root: Path, path: Path) -> None:
    """Raise DataError for the first correction in a file that names a respondent, not a row."""
    header, rows = read_rows(root / path, "corrections")
    at = header.index("respondent")
    for row, cells in rows:
        if not cells[at].strip().startswith(BY_ROW):
            raise DataError(
                f"{path}, row {row}: this correction names a respondent, and a publication "
                f"contains this file. Name the row of the export instead ({BY_ROW}17), in a new "
                "version of the file."
            )


def _write_scripts(
    material: PublicationMaterial, folders: Mapping[str, Path], figures: pd.DataFrame
) -> dict[str, str]:
    """Return the scripts that recompute a wave's numbers without this program, by file name."""
    if not isinstance(material.section, WaveSettings):
        return {}
    questionnaire = load_questionnaire(material.root / material.files["questionnaire"])
    derived = folders.get("derive")
    coded = load_questionnaire(derived / "questionnaire.yaml") if derived else questionnaire
    published = figures.loc[figures["kind"] == "estimate", "item"]
    script_texts = {
        RECOMPUTE_R: recompute_in_r(material.identity, material.section, coded, published)
    }
    steps = read_text_table(folders["weight"] / "steps.csv", "the steps of the weighting")
    script = recompute_script(
        material.identity,
        material.section,
        questionnaire,
        open_data(material.versions),
        [of_domain(fact, "weighting") for fact in steps["fact"]],
        broken_off=bool(figures["id"].eq(BROKEN_OFF).any()),
    )
    return script_texts if script is None else {**script_texts, RECOMPUTE: script}


def _gather_facts(
    material: PublicationMaterial, figures: pd.DataFrame, files: Mapping[str, bytes]
) -> Facts:
    pages = [name for name in sorted(files) if name.endswith(ledger.PAGES)]
    page_languages = material.languages or sorted({name.split("/")[1] for name in pages})
    return Facts(
        **{**vars(material), "languages": page_languages},
        numbers=len(figures),
        judged=int((figures["kind"] == "claim").sum()),
        errata=count_reasons(files[ERRATUM].decode()) if ERRATUM in files else (),
        scripts=[name for name in (RECOMPUTE_R, RECOMPUTE) if name in files],
        pages=pages,
        counts={
            key: int(value)
            for key in ("invited", "answered")
            for value in figures.loc[figures["id"] == quality_id(key, TOTAL), "value"]
        },
    )


def refuse_unpublishable(material: PublicationMaterial) -> None:
    """Check, before rendering, that a computed register can be sealed.

    Raises ConfigError and DataError as `freeze` does for the register and the pseudonym key.
    """
    root = material.root
    step_paths = step_folders(root / "results", material.run, [v.name for v in material.versions])
    computed = {
        step: folder
        for step, folder in step_paths.items()
        if step.partition("-")[0] not in ledger.SHOWN
    }
    _check_register(material, computed)
    with_key(material)


def _locate_inputs(material: PublicationMaterial) -> dict[str, Path]:
    """Return the path of each input file that no step wrote, by role."""
    return {role: material.root / path for role, path in material.files.items()}


def _check_register(
    material: PublicationMaterial, folders: Mapping[str, Path]
) -> tuple[pd.DataFrame, Path | None, str | None]:
    """Check that a register may be published; `folders` are those of its run's steps.

    Returns the register as text, the folder of the attack on it (None of a study) and the table of
    the erratum (None where the publication supersedes none that is here).
    """
    root, section = material.root, material.section
    figures = read_register(folders[REGISTER] / LEDGER)
    refuse_unstated(material, figures)
    attacked = None
    if isinstance(section, WaveSettings):
        run, least = root / "results" / material.run, section.figures.minimum_base
        attacked = attacked_folder(root / "results", run, folders, _locate_inputs(material))
        refuse_unfit(material.identity, run, least, figures, attacked)
        refuse_named(material)
    erratum = None
    if (root / ledger.FOLDER / material.supersedes / LEDGER).is_file():
        before = read_register(ledger.find_publication(root, material.supersedes) / LEDGER)
        erratum = erratum_table(before, figures, material.erratum, material.reasons)
    return figures, attacked, erratum


def freeze(material: PublicationMaterial) -> int:
    """Write the publication's folder from a finished run and return its number of figures.

    A release is also added to the log of publications. Raises ConfigError when the id is already
    released, a reviewer or study details are missing, the pseudonym key was used before, the
    superseded publication is unknown, or a changed number has no reason; DataError when a result
    is stale or missing, a recovered cell or small base would be published, a correction names a
    respondent, a file is covered by no hash, or the recomputation differs.
    """
    refuse_released(material.root, material.identity)
    refuse_strangers(material.root)
    root, section = material.root, material.section
    folders = step_folders(root / "results", material.run, [v.name for v in material.versions])
    folders = ledger.in_languages(folders, material.languages)
    for step in (REGISTER, *ledger.steps_shown(material.languages)):
        if step not in folders:
            place = ledger.folder_of_step(step)
            raise DataError(f"results/{material.run}/{place} was not created. Run freeze again.")
    chain = read_chain(folders)
    refuse_stale(root / "results", folders, chain, _locate_inputs(material))
    figures, attack_folder, erratum = _check_register(material, folders)
    material = with_key(material)

    documents = dict(ledger.iterate_documents(folders))
    documents |= {f"lineage/{step}.json": path / PROVENANCE for step, path in folders.items()}
    hashes = {path: sha256_of(root / path) for path in material.files.values()}
    ledger_text = to_csv(round_register(figures))
    texts = {
        LEDGER: ledger_text,
        VALUES: values_table(ledger_text),
        ledger.CONFIG: material.config,
        ledger.DATASETS: ledger.datasets_table(root, material.versions),
        ledger.INPUTS: ledger.inputs_table(hashes),
        program.ENVIRONMENT: program.environment_text(),
    }
    files = {name: path.read_bytes() for name, path in documents.items()}
    files |= {name: text.encode() for name, text in texts.items()}
    # The archive has the project of this run alone, with the authors' own report.
    project = program.assemble(
        root,
        material.config,
        ledger.versions_table(material.versions),
        {v.pointer_path: (root / v.pointer_path).read_text("utf-8") for v in material.versions},
        material.files.values(),
    )
    files[program.ARCHIVE] = program.pack(project)
    if erratum is not None:
        files[ERRATUM] = erratum.encode()
    if attack_folder is not None:
        files[ATTACK] = (attack_folder / ATTACK).read_bytes()
    scripts = _write_scripts(material, folders, figures)
    files |= {name: script.encode() for name, script in scripts.items()}
    facts = _gather_facts(material, figures, files)
    files["README.md"] = readme(facts).encode()
    # Only stated authors are named.
    if section.study.authors:
        files["CITATION.cff"] = citation(facts).encode()
    files["codecheck.yml"] = codecheck(facts, sorted(files)).encode()
    log = open_log(root)
    sealed_facts = {
        "id": material.identity,
        "run": material.home,
        "numbers": files[VALUES].count(b"\n") - 1,
        "lineage": chain[REGISTER].hash,
        "code": {lineage.step: lineage.code for lineage in chain.values()},
        "program": program.program_hashes(project),
        "version": version(),
        "status": material.status,
        "log": log.head,
        "lock": program.lock_hash(),
        "datasets": {v.name: {"md5": v.md5, "sha256": v.sha256} for v in material.versions},
        "supersedes": material.find_supersession(),
        "erratum": material.erratum,
        "reviewer": material.reviewer,
    }
    put_in_place(
        root,
        material.identity,
        {**files, SEAL: make_seal(files, sealed_facts).encode()},
        lambda folder: _prove(material, folder),
        None if material.status == DRAFT else log,
    )
    return len(figures)


def _prove(material: PublicationMaterial, folder: Path) -> None:
    """Recompute the publication in `folder`; raise DataError where the result differs.

    This refuses results of packages that were replaced after the run.
    """
    # With a pseudonym key, pages have hashes of tables that no one without the key can reproduce.
    keyed = ledger.read_settings(folder, "privacy").get("key")
    proof = audit(
        material.root,
        material.identity,
        NUMBERS if keyed else REPORT,
        changes=Changes(recorded_build=True),
        folder=folder,
        # Earlier publications are inputs: their code may differ from today's.
        terms=Terms(earlier=False),
    )
    if proof.exit_code == 0:
        return
    wrong = (
        describe_finding(finding, "en")
        for finding in (*proof.seal, *proof.data, *proof.report)
        if finding.outcome is not Outcome.REPRODUCED
    )
    first = next(wrong, "a number is another one")
    why = tell(proof.divergence, "en") if proof.divergence else first
    raise DataError(
        f"{material.identity}: the files in results/ cannot be reproduced with this program and "
        f"the sealed data ({why}).\nDelete results/{material.run}, then freeze again."
    )
