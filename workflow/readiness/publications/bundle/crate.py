"""Write the machine-readable description of a bundle: RO-Crate 1.1, profile Workflow Run Crate 0.5.

Each publication has one CreateAction for its run; the inputs and outputs of each step are in the
provenance records. Runs are recorded without a clock, so actions have no times.

Sources: https://w3id.org/ro/crate/1.1, https://w3id.org/ro/wfrun/workflow/0.5,
https://w3id.org/workflowhub/workflow-ro-crate/1.0.
"""

from __future__ import annotations

import io
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from readiness.config import StudySettings, WaveSettings, load_config
from readiness.ground.errors import DataError
from readiness.language import FIRST, LANGUAGES
from readiness.provenance.digests import readable_json
from readiness.publications import ledger
from readiness.publications.bundle.contents import (
    README,
    UNKNOWN_DATE,
    Contents,
    describe_date,
    left_out,
    readme,
)
from readiness.publications.citation import name_licence
from readiness.publications.citing import read_citation
from readiness.publications.outcome_texts import told_plainly
from readiness.publications.program import ARCHIVE
from readiness.publications.seal import LEDGER, read_seal, sha256
from readiness.reporting.particulars import RIGHTS, list_statements

if TYPE_CHECKING:
    from rocrate.model.entity import Entity
    from rocrate.rocrate import ROCrate


DESCRIPTION = ledger.DESCRIPTION.name
WORKFLOW = "Snakefile"
WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    WORKFLOW_CRATE: ("Workflow RO-Crate", "1.0"),
}
LANGUAGE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
SNAKEMAKE = "https://snakemake.readthedocs.io"

FORMATS = {
    **dict.fromkeys((".cff", ".dvc", ".yaml", ".yml"), "application/yaml"),
    **{f".{name}": f"application/{name}" for name in ("json", "jsonl", "pdf", "toml")},
    **{f".{name}": f"text/{name}" for name in ("csv", "html")},
    ".md": "text/markdown",
    ".png": "image/png",
    ".py": "text/x-python",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".xz": "application/x-xz",
}
TEXT = "text/plain"


def crate_text(root: Path, contents: Contents, files: Mapping[str, bytes]) -> str:
    """Return the text of `ro-crate-metadata.json` for the files of a bundle."""
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version="1.1")
    crate.metadata.extra_contexts.append("https://w3id.org/ro/terms/workflow-run/context")
    _Description(root, contents, files, crate).write()
    record = crate.metadata.generate()
    graph = sorted(record["@graph"], key=lambda entity: str(entity["@id"]))
    record["@graph"] = [
        {key: _simplify(value) for key, value in entity.items()} for entity in graph
    ]
    return readable_json(record)


class _Description:
    """Writes the entities of a bundle's description into an RO-Crate."""

    def __init__(
        self, root: Path, contents: Contents, files: Mapping[str, bytes], crate: ROCrate
    ) -> None:
        self.root = root
        self.contents = contents
        self.crate = crate
        self.hashes = {name: sha256(content) for name, content in files.items()}
        self.sizes = {name: len(content) for name, content in files.items()}
        self.entities: dict[str, Entity] = {}
        folder = root / ledger.FOLDER / contents.identity
        self.citation = read_citation(folder)
        config = load_config(folder / ledger.CONFIG)
        settings: list[WaveSettings | StudySettings] = [
            *config.waves.values(),
            *config.studies.values(),
        ]
        language = ledger.in_order(ledger.languages_of(folder) or LANGUAGES)[0]
        self.stated = dict(list_statements(settings[0].stated, language, RIGHTS))
        try:
            project = tomllib.loads(files.get("pyproject.toml", b"").decode())
            self.version = str(project["project"]["version"])
        except (ValueError, KeyError, TypeError):
            raise DataError(
                "pyproject.toml: the version of the project is missing. Restore the file with git."
            ) from None

    def write(self) -> None:
        """Add all entities: authors, licence, files, workflow, runs, the crate itself."""
        authors = list(self._add_authors())
        license_ = self._add_license(self.stated.get("licence", self.citation.license))
        for name in self.hashes:
            self.entities[name] = self._add_workflow() if name == WORKFLOW else self._add_file(name)
            if name in self.contents.objects:
                self._state_rights(self.entities[name], license_)
        self.entities[README]["about"] = self.crate.root_dataset
        self.entities[README]["description"] = "How to audit the publication in this bundle."
        workflow = self.entities[WORKFLOW]
        if authors:
            workflow["author"] = workflow["creator"] = authors
        # The program's licence differs from the licence of data and figures.
        workflow["license"] = self.entities.get("LICENSE", self._add_license(""))
        self._describe_root(authors, license_, workflow)

    def _add(self, identifier: str, /, **properties: Any) -> Entity:
        """Return the entity of an identifier other than a file, adding a new one if needed."""
        from rocrate.model import ContextEntity

        if (present := self.crate.get(identifier)) is not None:
            return present
        entity_properties = {"@type": properties.pop("kind"), **properties}
        return self.crate.add(ContextEntity(self.crate, identifier, properties=entity_properties))

    def _describe_root(self, authors: Sequence[Entity], license_: Entity, workflow: Entity) -> None:
        """Describe the crate itself: name, date, rights, main workflow, runs."""
        publication_id, root = self.contents.identity, self.crate.root_dataset
        date = self.contents.date
        sentences = (
            self.citation.abstract,
            f"A project in which `readiness audit {publication_id} --level 3` checks every number.",
            *(told_plainly(left_out(version), FIRST) for version in self.contents.left_out),
            "" if date else told_plainly(describe_date(date), FIRST),
        )
        self._state_rights(root, license_)
        profiles = [
            self._add(uri, kind="CreativeWork", name=name, version=version)
            for uri, (name, version) in PROFILES.items()
        ]
        for key, value in {
            "name": f"Bundle of the publication {publication_id}: {self.citation.title}",
            "description": " ".join(sentence for sentence in sentences if sentence),
            "datePublished": date or UNKNOWN_DATE,
            **({"author": list(authors), "publisher": authors[0]} if authors else {}),
            "identifier": str(read_seal(self.root / ledger.FOLDER / publication_id)["digest"]),
            "mainEntity": workflow,
            "mentions": [
                self._add_run(name, workflow, authors) for name in self.contents.publications
            ],
            "conformsTo": profiles,
        }.items():
            root[key] = value
        profiled = ("https://w3id.org/ro/crate/1.1", WORKFLOW_CRATE)
        self.crate.metadata["conformsTo"] = [{"@id": name} for name in profiled]

    def _add_authors(self) -> Iterator[Entity]:
        """Yield an entity for each author of the publication."""
        for number, author in enumerate(self.citation.authors, start=1):
            person = " ".join(
                author[key]
                for key in ("given-names", "name-particle", "family-names")
                if author.get(key)
            )
            identifier = author.get("orcid") or author.get("website") or f"#author-{number}"
            kind = "Person" if person else "Organization"
            yield self._add(identifier, kind=kind, name=person or author.get("name", ""))

    def _add_license(self, name: str) -> Entity:
        """Return the entity of a licence, with the SPDX name if there is one."""
        if not name:
            return self._add(
                "#no-license",
                kind="CreativeWork",
                name="no license stated",
                description="Nobody stated a license.",
            )
        licence = name_licence(name)
        spdx = f"https://spdx.org/licenses/{licence.get('license')}"
        return self._add(
            licence.get("license-url", spdx if "license" in licence else "#license"),
            kind="CreativeWork",
            name=licence.get("license", name),
            description="The license of the data and the figures.",
        )

    def _state_rights(self, entity: Entity, license_: Entity) -> None:
        """Add the licence and the conditions of access to the crate or a dataset."""
        entity["license"] = license_
        # RO-Crate has no property for a notice of rights: add the notice to the access conditions.
        statements = [
            self.stated[key].rstrip(".") for key in ("access", "rights") if key in self.stated
        ]
        if statements:
            entity["conditionsOfAccess"] = ". ".join(statements)

    def _add_file(self, name: str) -> Entity:
        """Return the entity of a file, with size, hash and format."""
        version = self.contents.objects.get(name)
        kind = "text/csv" if version else FORMATS.get(PurePosixPath(name).suffix, TEXT)
        properties: dict[str, Any] = {
            "name": version.name if version else name,
            "contentSize": str(self.sizes[name]),
            "sha256": self.hashes[name],
            "encodingFormat": kind,
        }
        if version:
            dataset_text = f"Dataset version {version.name}, {version.rows} rows"
            properties["description"] = (
                f"{dataset_text}: {version.note}" if version.note else dataset_text
            )
        return self.crate.add_file(dest_path=name, properties=properties)

    def _add_workflow(self) -> Entity:
        """Return the entity of the Snakefile."""
        from rocrate.model import ComputationalWorkflow

        language = self._add(
            LANGUAGE, kind="ComputerLanguage", name="Snakemake", identifier=SNAKEMAKE, url=SNAKEMAKE
        )
        properties = {
            "@type": [*ComputationalWorkflow.TYPES, "HowTo"],
            "name": "readiness: from raw answers to published numbers",
            "description": "Includes workflow/Snakefile and the rules beside it.",
            "version": self.version,
            "contentSize": str(self.sizes[WORKFLOW]),
            "sha256": self.hashes[WORKFLOW],
            "encodingFormat": TEXT,
            "programmingLanguage": language,
        }
        return self.crate.add(
            ComputationalWorkflow(self.crate, dest_path=WORKFLOW, properties=properties)
        )

    def _add_run(self, publication_id: str, workflow: Entity, authors: Sequence[Entity]) -> Entity:
        """Return the CreateAction of a publication's run."""
        prefix = f"{ledger.FOLDER}/{publication_id}/"
        published = [
            entity
            for name, entity in self.entities.items()
            if name.startswith((f"{prefix}{ledger.CHARTS}/", f"{prefix}{ledger.REPORT}/"))
            or name == prefix + LEDGER
        ]
        return self._add(
            f"#run/{publication_id}",
            kind="CreateAction",
            name=f"The run behind {publication_id}",
            description=(
                f"As configured in {prefix}{ledger.CONFIG}, with the code in {prefix}{ARCHIVE}."
            ),
            instrument=workflow,
            agent=list(authors),
            result=published,
            object=[self.entities[prefix + ledger.CONFIG], *self._add_inputs(publication_id)],
        )

    def _add_by_hash(self, digest: str, name: str, places: Mapping[str, str]) -> Entity:
        """Return the entity of a file by hash, or of missing content."""
        if digest in places:
            return self.entities[places[digest]]
        properties = {
            "name": name,
            "description": "Not in the bundle: an audit at level 2 makes it again.",
        }
        for version in self.contents.left_out:
            if version.sha256 == digest:
                absence_text = told_plainly(left_out(version), FIRST)
                properties = {"name": f"dataset {version.name}", "description": absence_text}
                properties["conditionsOfAccess"] = version.status
        return self._add(f"#sha256/{digest}", kind="CreativeWork", sha256=digest, **properties)

    def _add_inputs(self, publication_id: str) -> Iterator[Entity]:
        """Yield the entities of a publication's datasets and input files."""
        folder = self.root / ledger.FOLDER / publication_id
        prefix = f"{ledger.FOLDER}/{publication_id}/"
        order = sorted(
            self.hashes,
            key=lambda name: (not name.startswith(prefix), not name.startswith("data/"), name),
        )
        # Files with equal content: take the first in `order`.
        places = {self.hashes[name]: name for name in reversed(order)}
        for dataset in ledger.read_datasets(folder):
            yield self._add_by_hash(dataset.version.sha256, dataset.version.name, places)
        for path, digest in ledger.read_inputs(folder).items():
            yield self._add_by_hash(digest, path.as_posix(), places)


def _simplify(value: Any) -> Any:
    """Unwrap lists with a single entry, and sort references, whose order has no meaning."""
    if not isinstance(value, list):
        return value
    if len(value) == 1:
        return value[0]
    references = all(isinstance(item, dict) for item in value)
    return sorted(value, key=lambda item: str(item["@id"])) if references else value


def bundle(root: Path, contents: Contents) -> bytes:
    """Return the zip of a bundle, with README and RO-Crate description added.

    Uncompressed, and the same bytes for the same tree on any machine.
    """
    files = dict(contents.files)
    files[README] = readme(root, contents).encode()
    files[DESCRIPTION] = crate_text(root, contents, files).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(name)  # dated 1980, so that the bytes are reproducible
            member.create_system = 3  # Unix
            member.external_attr = 0o100644 << 16
            archive.writestr(member, content)
    return buffer.getvalue()
