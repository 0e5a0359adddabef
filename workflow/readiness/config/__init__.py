"""`config.yaml`, typed: the one file an analyst edits.

The model is the only description of the configuration: `config/README.md` is written from it.
"""

from readiness.config.derived import NO, YES, Condition, DerivedVariable
from readiness.config.model import Config, ReportSettings, StudySettings, WaveSettings
from readiness.config.reading import explain, load_config, parse, parse_json, read_yaml
from readiness.config.sections import (
    LARGEST_SEED,
    NOT_KNOWN,
    PERMUTATIONS,
    SHARE_INTERVAL,
    STRATUM,
    Change,
    Compare,
    Disclosure,
    Estimate,
    FigureRules,
    GivenWeights,
    Particulars,
    Privacy,
    Replication,
    SelectionName,
    StrictModel,
    Validate,
    Weight,
    why_not_known,
)
