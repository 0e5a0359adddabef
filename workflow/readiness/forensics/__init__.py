"""What published percentages can and cannot mean, in exact integers.

Pure functions on strings, integers and data frames; no files, no configuration.
"""

from readiness.forensics.arithmetic.bases import (
    ALL_CONVENTIONS,
    NEAREST,
    Convention,
    FigureSet,
    SetKind,
    bases,
    figure_set,
    joint_bases,
    joint_witness,
    smallest_joint_base,
)
from readiness.forensics.arithmetic.figures import Figure, Rounding, parse_figure
from readiness.forensics.judging.claims import Claim, Fault, check_register, read_register
from readiness.forensics.judging.structure import Structure, parse_structure
from readiness.forensics.judging.study import Axis, axis_data, judge, read_study, robustness
from readiness.forensics.judging.verdict import Nature, Number, Status, Verdict, numbers_of
from readiness.forensics.reporting import told

__all__ = [
    "ALL_CONVENTIONS",
    "NEAREST",
    "Axis",
    "Claim",
    "Convention",
    "Fault",
    "Figure",
    "FigureSet",
    "Nature",
    "Number",
    "Rounding",
    "SetKind",
    "Status",
    "Structure",
    "Verdict",
    "axis_data",
    "bases",
    "check_register",
    "figure_set",
    "joint_bases",
    "joint_witness",
    "judge",
    "numbers_of",
    "parse_figure",
    "parse_structure",
    "read_register",
    "read_study",
    "robustness",
    "smallest_joint_base",
    "told",
]
