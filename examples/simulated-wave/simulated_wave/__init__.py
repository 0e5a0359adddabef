"""A wave whose truth is known: what the shipped example is made of and tests measure against.

Everything is invented (`scenario`), from a seed fixed before anything was estimated. Nothing is
fitted to a published percentage. docs/simulated-wave.md describes it.
"""

from simulated_wave.files import write
from simulated_wave.population import make_population, population_truth
from simulated_wave.scenario import CLOSES, OPENS, SEED
from simulated_wave.simulate import Simulation, simulate
from simulated_wave.wave import redraw

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
