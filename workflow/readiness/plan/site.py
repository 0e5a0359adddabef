"""What the site shows, as the settings of the step that makes it."""

from __future__ import annotations

from typing import Any

from readiness.config import Wave
from readiness.lineage import canonical_json
from readiness.plan.documents import page_name
from readiness.plan.plan import Plan
from readiness.plan.runs import Run
from readiness.publications.log import read_log


def site_settings(plan: Plan) -> str:
    """The settings of the step `site`, as canonical JSON."""
    latest = read_log(plan.root).latest
    publications = []
    for identity in plan.publications:
        entry = latest.get(identity)
        publications.append(
            {
                "id": identity,
                **_titled(plan.runs[f"publications/{identity}"]),
                "draft": identity in plan.drafts,
                "successor": entry.superseded_by if entry else "",
            }
        )
    return canonical_json(
        {
            "languages": list(plan.languages),
            "title": plan.config.report.title or {},
            "reports": [
                {"folder": run.folder, "page": page_name(run), **_titled(run)} for run in plan.shown
            ],
            "publications": publications,
            "withdrawn": {
                name: [entry.withdrawn, entry.superseded_by]
                for name, entry in read_log(plan.root).withdrawn.items()
            },
        }
    )


def _titled(run: Run) -> dict[str, Any]:
    section = run.section
    return {
        "run": run.name,
        "title": section.title,
        "simulated": isinstance(section, Wave) and section.simulated,
        "datasets": list(run.datasets),
    }
