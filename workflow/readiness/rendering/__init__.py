"""From report.qmd to one page and one paper, and the checks of what they show."""

from readiness.rendering.checks import Problem, check_numbers, check_self_contained
from readiness.rendering.qmd import parse
from readiness.rendering.quarto import find_quarto
from readiness.rendering.render import Rendering, render

__all__ = [
    "Problem",
    "Rendering",
    "check_numbers",
    "check_self_contained",
    "find_quarto",
    "parse",
    "render",
]
