"""A document: the report of a configuration or of one run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from readiness.config import Wave
from readiness.lineage import canonical_json
from readiness.plan.runs import Run


@dataclass(frozen=True)
class Document:
    """A report: the Quarto document, its language, and the runs that it shows."""

    root: Path
    source: str
    language: str
    study: Run | None
    wave: Run | None
    draft: bool = False

    @property
    def settings(self) -> str:
        """The settings of the step that renders it, as canonical JSON."""

        def title(run: Run) -> str:
            return dict[str, str](run.section.title.items()).get(self.language, run.name)

        study = {"title": title(self.study)} if self.study else None
        wave: dict[str, str] | None = None
        if self.wave and isinstance(self.wave.section, Wave):
            by, selection = self.wave.section.estimate.by, self.wave.section.selection
            wave = {"title": title(self.wave), "by": by, "selection": selection}
        said = {"draft": True} if self.draft else {}
        return canonical_json({"language": self.language, "study": study, "wave": wave, **said})

    def check(self) -> None:
        """Raise RenderError, with file and line, when it includes what is not there."""
        _ = self.chapters

    @cached_property
    def chapters(self) -> list[str]:
        """The files that it includes; RenderError, with file and line, where it cannot."""
        from readiness.rendering.qmd import parse

        folder = Path(self.source).parent
        return [str(folder / name) for name in parse(self.root / self.source).chapters]
