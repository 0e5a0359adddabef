"""Refuse an export whose coded answers are too large for the steps after validation."""

import numpy as np
import pandas as pd

from readiness.ground.errors import DataError
from readiness.ground.tables import LARGEST


def count_bytes(answers: pd.DataFrame) -> int:
    """Return the size in bytes of a table of text as a CSV file without quotes around cells."""
    # A separator or a line end follows each cell.
    size = answers.size + sum(len(str(name).encode()) + 1 for name in answers)
    for name in answers:
        # Encode each distinct text once: most columns have few.
        places, texts = pd.factorize(answers[name])
        lengths = np.array([len(text.encode()) for text in texts], dtype=np.int64)
        size += int(lengths[places].sum())
    return size


def refuse_large_answers(answers: pd.DataFrame, source: object, most: int = LARGEST) -> None:
    """Raise DataError if coded answers take more than `most` bytes as a file.

    `answers`: a table of text, as `validate` returns it. The later steps read no more than `most`
    bytes; the check comes first, so that no step computes in vain.
    """
    if (size := count_bytes(answers)) > most:
        raise DataError(
            f"{source}: its {len(answers):,} coded answers take {size:,} bytes, and at most "
            f"{most:,} bytes ({most / 2**30:g} GiB) can be analysed. Divide the export into waves, "
            "or remove questions that you do not analyse from the questionnaire."
        )
