"""A finished run and what its publication is to be: its configuration, and the pages of its folder.

The README has the sections that the data editor of the American Economic Association asks for, once
in each language of the publication; the CODECHECK file is the author's part of version 1.0 of that
specification, the citation follows the Citation File Format 1.2. None of them says anything in the
authors' name that the authors did not write.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import yaml
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from readiness.config import NOT_KNOWN, Privacy, StudySettings, WaveSettings
from readiness.datasets.versions import ERASED, RESTRICTED, Version
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.facts import Fact, Term
from readiness.language import Language, join_texts
from readiness.language.numbers import whole
from readiness.layout import version
from readiness.provenance.results_folder import PROVENANCE
from readiness.publications.chain import ATTACKED, read_chain, refuse_stale
from readiness.publications.ledger import FOLDER, find_publication, in_order
from readiness.publications.log import open_log, read_seals
from readiness.publications.outcomes import describe_finding, told_plainly
from readiness.publications.presenting.writing import Writing, markdown
from readiness.publications.seal import DRAFT, RELEASED, check_seal
from readiness.register.disclosure_risk import (
    ATTACK,
    left_behind,
    not_attacked,
    read_attack,
    refuse_given_away,
    small_groups,
)
from readiness.reporting.particulars import (
    CALLED,
    DISCLOSED,
    NOTED,
    RIGHTS,
    list_statements,
    name_author,
)


@dataclass(frozen=True)
class PublicationMaterial:
    """A finished run, and what its publication is to be.

    `run` is its folder below `results` and `name` its name in the configuration; `files` are the
    inputs that no step made, by role, from the project's root. `erratum` says why numbers of what
    it supersedes moved, `reasons` why single ones did, by their id or its beginning; `languages`
    are those of its report. `released`: the day of its release, "" of a draft.
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
    released: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)
    languages: Sequence[str] = ()
    privacy: Privacy = field(default_factory=Privacy)

    @property
    def config(self) -> str:
        """The configuration that is frozen with it."""
        own = {"publication": self.identity, "released": self.released}
        if not self.released:
            own = {"status": DRAFT, "publication": self.identity}
        return frozen_config(self.name, self.section, self.languages, self.privacy, own)

    @property
    def status(self) -> str:
        """What its seal says that it is."""
        return RELEASED if self.released else DRAFT

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
    own: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The configuration of one run, alone, with a report of its own, as YAML: in its `languages`,
    all that can be told when empty. `own`: what it says of itself.
    """
    kinds, personal = "studies", {}
    if isinstance(section, WaveSettings):
        # What moves its numbers, and of real answers who signed and which key.
        stated = privacy or Privacy()
        kept = Privacy.model_validate(stated.looked_for) if section.simulated else stated
        kinds, personal = "waves", kept.model_dump(mode="json", exclude_defaults=True)
    content: dict[str, Any] = {
        "report": {**({"languages": list(languages)} if languages else {}), **own},
        **({"privacy": personal} if personal else {}),
        kinds: {name: section.model_dump(mode="json", by_alias=True, exclude_none=True)},
    }
    head = "# Frozen with the publication; never edited. Paths are from the project's root.\n"
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


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
    identity: str, run: Path, least: int, figures: pd.DataFrame, attacked: Path
) -> None:
    """Refuse what must not be published: what gives people away, or shows a base below `least`."""
    table = read_attack(attacked / ATTACK)
    refuse_given_away(identity, table)
    faults = sorted([*small_groups(figures, least), *left_behind(figures)])
    unseen = not_attacked(figures, table)
    faults += [f"{name}: is withheld, and was not attacked." for name in unseen]
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise DataError(
            f"{identity}: {faults[0]}{more} The minimum is figures.minimum_base.\n"
            "Publish fewer groups or coarser margins; where the register was changed by hand, "
            f"delete {run} and freeze again."
        )


# What a release of answers that are not simulated states beside its dates, or why nobody knows it.
WANTED = ("sponsor", "population", "mode")


def refuse_unstated(material: PublicationMaterial, figures: pd.DataFrame) -> None:
    """ConfigError with all that people have yet to say of a wave, and where they write it.

    Of a release whose answers are not simulated who asked whom, how and when, or `not known: why`;
    of figures marked for review who reviewed them (`figures`: the register, as text).
    """
    section = material.section
    if not isinstance(section, WaveSettings):
        return
    lines = []
    if material.released and not section.simulated:
        unstated = [*_list_unstated(material.name, section)]
        if unstated and material.run.startswith(f"{FOLDER}/"):
            unstated.append(f"then --wave {material.name}: a draft keeps what it was made with")
        lines += unstated
    review = figures[(figures["reliability"] == "review") & (figures["suppressed"] == "")]
    if len(review) and not material.reviewer:
        first = review["id"].iloc[0]
        lines.append(
            f"--reviewer NAME: figures marked for review: {len(review)}, the first {first}"
        )
    if lines:
        listed = "".join(f"\n  {line}" for line in lines)
        raise ConfigError(
            f"{material.identity}: nothing is rendered or sealed before this is said:{listed}"
        )


def _list_unstated(name: str, section: WaveSettings) -> Iterator[str]:
    """What of a wave is neither stated nor said to be not known: what to type, a line each."""
    stated, asked = section.stated, type(section.study).model_fields
    missing = [key for key in WANTED if not _is_said(stated.get(key))]
    for key in missing:
        yield f'config.yaml: waves.{name}.study.{key}: "{str(asked[key].description).upper()}"'
    days = {"opens": section.validate_.opens, "closes": section.validate_.closes}
    undated = [] if _is_said(section.study.fieldwork) else [k for k, day in days.items() if not day]
    for key in undated:
        yield f'config.yaml: waves.{name}.validate.{key}: "YYYY-MM-DD"'
    if missing or undated:
        key = missing[0] if missing else "fieldwork"
        dates = " (of both days: study.fieldwork)" if missing and undated else ""
        yield f'of what nobody knows, why: waves.{name}.study.{key}: "not known: WHY"{dates}'


def _is_said(texts: Mapping[str, str] | None) -> bool:
    """Whether something is stated, or why nobody knows it."""
    bare = NOT_KNOWN.rstrip(":")
    said = [text.strip().casefold().rstrip(" .:") for text in (texts or {}).values()]
    return bool(said) and bare not in said


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
    others = {name: seal for name, seal in seals.items() if name != identity}
    follows = {name: (seal["supersedes"] or {}).get("id") for name, seal in others.items()}
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


# What the status of a dataset version says to a reader; the others are kept.
ACCESS = {RESTRICTED: "publication.access.restricted", ERASED: "publication.access.erased"}


@dataclass(frozen=True)
class Facts(PublicationMaterial):
    """What the pages tell of a publication beside what it is made of.

    `scripts`: names of those that compute it again without this program; `pages`: names of the
    reports; `erratum_table` is whether `erratum.csv` names each number of what it
    supersedes that moved; `counts`: how many were `invited` and `answered`, where it is known.
    """

    numbers: int = 0
    judged: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    pages: Sequence[str] = ()
    erratum_table: bool = False
    scripts: Sequence[str] = ()

    @property
    def first(self) -> Language:
        """The language of what there is once."""
        return in_order(self.languages)[0]


def _write_title(facts: Facts, language: Language) -> Fact:
    titles = facts.section.title
    title = titles.get(language) or next(iter(titles.values()), facts.identity)
    named = Fact("publication.title", {"text_title": title, "text_name": facts.identity})
    if facts.released:
        return named
    label = Term("report.rendering.status.draft")
    return Fact("language.labelled", {"label": label, "what": named})


def _describe(facts: Facts) -> Iterator[Fact]:
    if isinstance(facts.section, StudySettings):
        yield Fact("publication.what_study", {"n": facts.numbers, "judged": facts.judged})
        return
    if facts.section.simulated:
        yield Fact("site.dpo.simulated")
    yield Fact("publication.what_wave", {"n": facts.numbers})


def readme(facts: Facts) -> str:
    """README.md, in the sections of the AEA data editor's template."""
    return "".join(_write_readme(facts, language) for language in in_order(facts.languages))


def _write_readme(facts: Facts, language: Language) -> str:
    writing, section = Writing(language, markdown(language)), facts.section
    wave = section if isinstance(section, WaveSettings) else None
    return writing.render(
        "publication.md",
        f=facts,
        first=language == facts.first,
        title=writing.tell(_write_title(facts, language)),
        what=[writing.tell(fact) for fact in _describe(facts)],
        inputs=sorted({path.as_posix() for path in facts.files.values()}),
        kept=sum(version.status not in ACCESS for version in facts.versions),
        versions=[
            (v, writing.text(ACCESS.get(v.status, "publication.access.kept"), store="data/store"))
            for v in facts.versions
        ],
        wave=wave is not None,
        version=version(),
        rights=_list_stated(facts, writing, RIGHTS),
        noted=_list_stated(facts, writing, NOTED),
        # Of the tests that draw by chance.
        seed=wave.compare.seed if wave and wave.compare.items else None,
    )


def codecheck(facts: Facts, outputs: Sequence[str]) -> str:
    """codecheck.yml: what an independent checker is asked to make again.

    The specification wants the document marker in the first line, and the checker's name, report
    and certificate once there is a check: an author's file leaves them out.
    """
    language = facts.first
    papers = [name for name in facts.pages if name.endswith(".pdf")]
    reference = min(papers, key=lambda name: f"/{language}/" not in name, default="")
    record: dict[str, Any] = {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": {
            "title": told_plainly(_write_title(facts, language), language),
            "authors": [
                {"name": name_author(one.name), **({"ORCID": one.orcid} if one.orcid else {})}
                for one in facts.section.study.authors
            ],
            "reference": f"publications/{facts.identity}/{reference}",
        },
        "manifest": [
            {"file": name, "comment": told_plainly(comment, language)}
            for name, comment in _list_manifest(facts, outputs)
        ],
    }
    fields = "codechecker, report, summary, check_time, certificate"
    notes = (
        Fact("publication.check_again", {"command": f"readiness audit {facts.identity} --level 3"}),
        Fact("publication.checker_adds", {"fields": fields}),
    )
    head = "".join(f"# {told_plainly(note, language)}\n" for note in notes)
    return f"---\n{head}" + yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=100)


def _list_manifest(facts: Facts, outputs: Sequence[str]) -> Iterator[tuple[str, Fact]]:
    for name in outputs:
        folder = name.partition("/")[0]
        if name in facts.pages:
            paper = name.endswith(".pdf")
            yield name, Fact("publication.file.paper" if paper else "verdict.level.report")
        elif name == "figures.csv":
            yield name, Fact("publication.file.ledger")
        elif folder == "charts":
            words = name.endswith(".txt")
            yield name, Fact("publication.file.chart_words" if words else "publication.file.chart")
        elif folder == "tables":
            yield name, Fact("publication.file.table", {"ledger": "figures.csv"})


def citation(facts: Facts) -> str:
    """CITATION.cff of the publication; it is dated when it is released, by who has a clock."""
    language, study = facts.first, facts.section.study
    authors = []
    for one in study.authors:
        family, _, given = one.name.partition(", ")
        named = {"family-names": family, "given-names": given} if given else {"name": family}
        own = {"orcid": f"https://orcid.org/{one.orcid}"} if one.orcid else {}
        authors.append({**named, **own})
    record: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": told_plainly(Fact("publication.cite"), language),
        "title": told_plainly(_write_title(facts, language), language),
        "type": "dataset",
        "version": facts.identity,
        **({"date-released": facts.released} if facts.released else {}),
        **name_licence(study.licence or ""),
        "authors": authors,
        "abstract": " ".join(told_plainly(fact, language) for fact in _describe(facts)),
    }
    return yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=100)


def name_licence(licence: str) -> dict[str, str]:
    """A licence as the Citation File Format has one: by its address, or its SPDX identifier."""
    if licence.startswith("https://"):
        return {"license-url": licence}
    try:
        known = str(canonicalize_license_expression(licence))
    except InvalidLicenseExpression:
        return {}
    return {} if " " in known or known.startswith("LicenseRef-") else {"license": known}


def _list_stated(facts: Facts, writing: Writing, keys: Sequence[str]) -> list[str]:
    """What of `keys` is stated or known, a line each, then what is not, in one."""
    language = writing.language
    said = dict(list_statements(facts.section.stated, language, keys))
    said |= {key: whole(n, language) for key, n in facts.counts.items()}
    lines = [(CALLED[key], said[key]) for key in keys if key in said]
    asked = [key for key in (*DISCLOSED, *RIGHTS) if key in keys and key not in said]
    if missing := [str(writing.text(CALLED[key])) for key in asked]:
        lines.append(("report.study.missing", join_texts(missing, "comma", language)))
    return [
        writing.text("language.labelled", label=writing.text(key), what=writing.form.quoted(text))
        for key, text in lines
    ]
