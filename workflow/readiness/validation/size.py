"""Refuse an export whose coded answers are larger than the steps after validation read."""

import numpy as np
import pandas as pd

from readiness.ground.errors import DataError
from readiness.ground.tables import LARGEST


def count_bytes(answers: pd.DataFrame) -> int:
    """Return how many bytes a table of text takes as a CSV file, without quotes around cells."""
    # A separator or a line end follows each cell.
    size = answers.size + sum(len(str(name).encode()) + 1 for name in answers)
    for name in answers:
        # Most columns have few texts, each of many people.
        places, texts = pd.factorize(answers[name])
        lengths = np.array([len(text.encode()) for text in texts], dtype=np.int64)
        size += int(lengths[places].sum())
    return size


def refuse_large_answers(answers: pd.DataFrame, source: object, most: int = LARGEST) -> None:
    """Raise DataError with the number where coded answers take more than `most` bytes.

    `answers`: as validation leaves them, all text. The steps after it read them as a file, of which
    `most` bytes are the bound; nothing is computed before that is known.
    """
    if (size := count_bytes(answers)) > most:
        raise DataError(
            f"{source}: its {len(answers):,} coded answers take {size:,} bytes, and at most "
            f"{most:,} bytes ({most / 2**30:g} GiB) can be analysed. Divide the export into waves, "
            "or leave out of the questionnaire what is not analysed."
        )
