"""Types of numpy arrays, for signatures."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
# Array of texts, with None or NaN for a missing text.
TextArray: TypeAlias = npt.NDArray[np.object_]
