"""Draw: on how many people a study's published figures can rest, in one language."""

from readiness.charts.bases import grid_chart
from readiness.charts.picture import files_of
from readiness.config import StrictModel, read_yaml
from readiness.forensics.judging.structure import parse_structure
from readiness.ground.tables import read_text_table
from readiness.language import Language
from readiness.reporting.standing import Standing
from readiness.running.step import Job


class DrawStudy(StrictModel):
    """Settings of the charts."""

    language: Language
    standing: Standing


INPUTS = ("claims", "structure")
SETTINGS = DrawStudy


def run(job: Job[DrawStudy]) -> None:
    """Write each chart as SVG, wide and narrow, as PNG, with alternative text and numbers."""
    job.public = True
    claims = read_text_table(job["claims"], "the register of claims")
    structure, language = parse_structure(read_yaml(job["structure"])), job.settings.language
    charts = {"bases": grid_chart(claims, structure, language)}
    standing_line = job.settings.standing.line(language, simulated=False)
    for name, content in files_of(charts, standing_line):
        job.file(name, content)
    job.remove_others()
