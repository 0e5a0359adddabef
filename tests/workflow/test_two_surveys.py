"""Two waves and two studies that share nothing live in one project, each reported in any language.

The second ones are data alone (`tests/libraries`): no line of the program and no shared word of
the report is touched.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from project_copy import ROOT, Project
from tiny_project import add_data

LIBRARIES = ROOT / "tests/libraries"
WAVE, STUDY, PUBLISHER = "libraries-2025", "reading-2023", "Reading Observatory"
TOLD = ("satisfaction", "channel", "devices", "loans", "old_town", "harbour", "hills", "volunteer")
# In a language of which the program has the core alone.
PAGES = (f"waves/{WAVE}", f"studies/{STUDY}")


@pytest.fixture
def both(fresh: Project) -> Project:
    """A project with the tiny and the second survey, reports of the second ones made."""
    project = fresh
    add_data(project.root, LIBRARIES)
    config = yaml.safe_load(project.read("config.yaml"))
    for kind, runs in yaml.safe_load((LIBRARIES / "config.yaml").read_text("utf-8")).items():
        config[kind] |= runs
    (project.root / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    project.make(*map(path_of, PAGES))
    return project


def labels(node: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """What is asked and answered in a document, by its id or code, with its texts."""
    if isinstance(node, dict):
        for key, child in node.items():
            if key in ("label", "labels") and isinstance(child, dict):
                yield str(node.get("id", node.get("code"))), child
            yield from labels(child)
    for child in node if isinstance(node, list) else ():
        yield from labels(child)


def path_of(run: str) -> str:
    name = "report-simulated" if run.startswith("waves/") else "report"
    return f"results/{run}/report/es/{name}.html"


def words(html: str) -> str:
    """What a reader sees, marks of direction left out."""
    text = re.sub(r"(?s)<(style|script).*?</\1>|<[^>]+>", " ", html)
    return re.sub(r"[\u2066-\u2069\u200e\u200f]", "", text)


def test_each_is_told_in_its_own_words_in_any_language(both: Project) -> None:
    asked = dict(labels(yaml.safe_load(both.read("data/questionnaires/libraries-1.yaml"))))
    claimed = yaml.safe_load(both.read(f"data/claims/{STUDY}-1.yaml"))["items"]
    for run in PAGES:
        html = both.read(path_of(run))
        assert 'lang="es"' in html
        shown = words(html)
        for other in ("Canteen", "canteen", "Menu Observatory", "Fruit"):
            assert other not in shown, other
        if run.startswith("waves"):
            told = [asked[code]["es"] for code in TOLD]
        else:
            told = [PUBLISHER, claimed["reading"]["label"]["es"]]
        assert [text for text in told if text not in shown] == [], run
    # Respondents who were chosen bear neither intervals nor tests.
    figures = both.read(f"results/waves/{WAVE}/register/figures.csv")
    ids = {line.split(",")[0] for line in figures.splitlines()}
    ends = [i for i in ids if i.endswith((".lower", ".upper", ".p"))]
    # What those who left a question empty could have said is no matter of chance.
    assert ends and all(".worst." in i for i in ends)
    assert not [i for i in ids if i.startswith(("quality.response_rate", "response.rr"))]
    text = words(both.read(path_of(PAGES[0])))
    for word in ("confianza", "al azar", "tasa de respuesta", "valor p", "p <", "p ="):
        assert word not in text, word
