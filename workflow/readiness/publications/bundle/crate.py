"""The description of a bundle for machines: RO-Crate 1.1, profile Workflow Run Crate 0.5.

One CreateAction for the run behind each publication; what each step of it read and left its
provenance records say. No clock is known, so no action has times.

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


DESCRIPTION = "ro-crate-metadata.json"
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
    """`ro-crate-metadata.json` for the files of a bundle."""
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version="1.1")
    crate.metadata.extra_contexts.append("https://w3id.org/ro/terms/workflow-run/context")
    _Description(root, contents, files, crate).write()
    record = crate.metadata.generate()
    graph = sorted(record["@graph"], key=lambda entity: str(entity["@id"]))
    record["@graph"] = [{key: _simplify(value) for key, value in e.items()} for e in graph]
    return readable_json(record)


class _Description:
    def __init__(
        self, root: Path, contents: Contents, files: Mapping[str, bytes], crate: ROCrate
    ) -> None:
        self.root, self.contents, self.crate = root, contents, crate
        self.hashes = {name: sha256(content) for name, content in files.items()}
        self.sizes = {name: len(content) for name, content in files.items()}
        self.entities: dict[str, Entity] = {}
        folder = root / ledger.FOLDER / contents.identity
        self.citation = read_citation(folder)
        config = load_config(folder / ledger.CONFIG)
        own: list[WaveSettings | StudySettings] = [*config.waves.values(), *config.studies.values()]
        language = ledger.in_order(ledger.languages_of(folder) or LANGUAGES)[0]
        self.stated = dict(list_statements(own[0].stated, language, RIGHTS))
        try:
            project = tomllib.loads(files.get("pyproject.toml", b"").decode())
            self.version = str(project["project"]["version"])
        except (ValueError, KeyError, TypeError):
            raise DataError(
                "pyproject.toml: the version of the project is missing. Restore the file with git."
            ) from None

    def write(self) -> None:
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
        # What may be done with data and figures is one thing, what with the program another.
        workflow["license"] = self.entities.get("LICENSE", self._add_license(""))
        self._describe_root(authors, license_, workflow)

    def _add(self, identifier: str, /, **properties: Any) -> Entity:
        """An entity that is no file; the one there is when it was added before."""
        from rocrate.model import ContextEntity

        if (present := self.crate.get(identifier)) is not None:
            return present
        own = {"@type": properties.pop("kind"), **properties}
        return self.crate.add(ContextEntity(self.crate, identifier, properties=own))

    def _describe_root(self, authors: Sequence[Entity], license_: Entity, workflow: Entity) -> None:
        identity, root = self.contents.identity, self.crate.root_dataset
        date = self.contents.date
        said = (
            self.citation.abstract,
            f"A project in which `readiness audit {identity} --level 3` checks every number.",
            *(told_plainly(left_out(version), FIRST) for version in self.contents.left_out),
            "" if date else told_plainly(describe_date(date), FIRST),
        )
        self._state_rights(root, license_)
        profiles = [
            self._add(uri, kind="CreativeWork", name=name, version=version)
            for uri, (name, version) in PROFILES.items()
        ]
        for key, value in {
            "name": f"Bundle of the publication {identity}: {self.citation.title}",
            "description": " ".join(part for part in said if part),
            "datePublished": date or UNKNOWN_DATE,
            **({"author": list(authors), "publisher": authors[0]} if authors else {}),
            "identifier": str(read_seal(self.root / ledger.FOLDER / identity)["digest"]),
            "mainEntity": workflow,
            "mentions": [self._run(name, workflow, authors) for name in self.contents.publications],
            "conformsTo": profiles,
        }.items():
            root[key] = value
        profiled = ("https://w3id.org/ro/crate/1.1", WORKFLOW_CRATE)
        self.crate.metadata["conformsTo"] = [{"@id": name} for name in profiled]

    def _add_authors(self) -> Iterator[Entity]:
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
        if not name:
            return self._add(
                "#no-license",
                kind="CreativeWork",
                name="no license stated",
                description="Nobody stated a license.",
            )
        known = name_licence(name)
        spdx = f"https://spdx.org/licenses/{known.get('license')}"
        return self._add(
            known.get("license-url", spdx if "license" in known else "#license"),
            kind="CreativeWork",
            name=known.get("license", name),
            description="The license of the data and the figures.",
        )

    def _state_rights(self, entity: Entity, license_: Entity) -> None:
        """Put what is stated of the data to the whole, or to a dataset in it."""
        entity["license"] = license_
        # The crate's context has no word for a notice of rights alone.
        said = [self.stated[key].rstrip(".") for key in ("access", "rights") if key in self.stated]
        if said:
            entity["conditionsOfAccess"] = ". ".join(said)

    def _add_file(self, name: str) -> Entity:
        version = self.contents.objects.get(name)
        kind = "text/csv" if version else FORMATS.get(PurePosixPath(name).suffix, TEXT)
        properties: dict[str, Any] = {
            "name": version.name if version else name,
            "contentSize": str(self.sizes[name]),
            "sha256": self.hashes[name],
            "encodingFormat": kind,
        }
        if version:
            what = f"Dataset version {version.name}, {version.rows} rows"
            properties["description"] = f"{what}: {version.note}" if version.note else what
        return self.crate.add_file(dest_path=name, properties=properties)

    def _add_workflow(self) -> Entity:
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

    def _run(self, identity: str, workflow: Entity, authors: Sequence[Entity]) -> Entity:
        own = f"{ledger.FOLDER}/{identity}/"
        published = [
            entity
            for name, entity in self.entities.items()
            if name.startswith((f"{own}{ledger.CHARTS}/", f"{own}{ledger.REPORT}/"))
            or name == own + LEDGER
        ]
        return self._add(
            f"#run/{identity}",
            kind="CreateAction",
            name=f"The run behind {identity}",
            description=f"As configured in {own}{ledger.CONFIG}, with the code in {own}{ARCHIVE}.",
            instrument=workflow,
            agent=list(authors),
            result=published,
            object=[self.entities[own + ledger.CONFIG], *self._add_inputs(identity)],
        )

    def _add_by_hash(self, digest: str, name: str, places: Mapping[str, str]) -> Entity:
        """The file with these bytes, or what can be said of one that is not in the bundle."""
        if digest in places:
            return self.entities[places[digest]]
        about = {
            "name": name,
            "description": "Not in the bundle: an audit at level 2 makes it again.",
        }
        for version in self.contents.left_out:
            if version.sha256 == digest:
                said = told_plainly(left_out(version), FIRST)
                about = {"name": f"dataset {version.name}", "description": said}
                about["conditionsOfAccess"] = version.status
        return self._add(f"#sha256/{digest}", kind="CreativeWork", sha256=digest, **about)

    def _add_inputs(self, identity: str) -> Iterator[Entity]:
        folder, own = self.root / ledger.FOLDER / identity, f"{ledger.FOLDER}/{identity}/"
        order = sorted(
            self.hashes,
            key=lambda name: (not name.startswith(own), not name.startswith("data/"), name),
        )
        # The first one counts.
        places = {self.hashes[name]: name for name in reversed(order)}
        for dataset in ledger.read_datasets(folder):
            yield self._add_by_hash(dataset.version.sha256, dataset.version.name, places)
        for path, digest in ledger.read_inputs(folder).items():
            yield self._add_by_hash(digest, path.as_posix(), places)


def _simplify(value: Any) -> Any:
    """A list of one as that one; references sorted, for the order in them says nothing."""
    if not isinstance(value, list):
        return value
    if len(value) == 1:
        return value[0]
    references = all(isinstance(item, dict) for item in value)
    return sorted(value, key=lambda item: str(item["@id"])) if references else value


def bundle(root: Path, contents: Contents) -> bytes:
    """The zip of these contents with its README and its description as a research object,
    uncompressed: the same bytes for the same tree, on any machine.
    """
    files = dict(contents.files)
    files[README] = readme(root, contents).encode()
    files[DESCRIPTION] = crate_text(root, contents, files).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(name)  # of 1980, wherever it is made
            member.create_system = 3  # Unix
            member.external_attr = 0o100644 << 16
            archive.writestr(member, content)
    return buffer.getvalue()
