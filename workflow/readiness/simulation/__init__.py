"""A wave whose truth is known: what the shipped example is made of and tests measure against.

Everything is invented (`scenario`), from a seed fixed before anything was estimated. Nothing is
fitted to a published percentage. docs/simulated-wave.md describes it.
"""

from readiness.simulation.files import write
from readiness.simulation.population import make_population, population_truth
from readiness.simulation.scenario import CLOSES, OPENS, SEED
from readiness.simulation.simulate import Simulation, simulate
from readiness.simulation.wave import redraw

__all__ = [
    "CLOSES",
    "OPENS",
    "SEED",
    "Simulation",
    "make_population",
    "population_truth",
    "redraw",
    "simulate",
    "write",
]
