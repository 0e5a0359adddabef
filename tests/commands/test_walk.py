"""A real survey from its files to its validated answers: a slice of benchmarks/corpus.py."""

import sys

import pytest

from project_copy import ROOT
from readiness.ground.errors import ConfigError
from readiness.plan import load_plan

sys.path.insert(0, str(ROOT / "benchmarks"))
from corpus import FIOCRUZ, Walk, begin, missing_faults

DATA = ROOT.parent / "shared/microdata"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the microdata are not beside the project"
)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    walk = begin(tmp_path_factory.mktemp("walk") / "office", DATA)
    with pytest.raises(ConfigError, match="is a draft with 3 open decisions"):
        load_plan(walk.folder)
    walk.edit()
    walk.call("run", "--cores", "1", "--", f"results/waves/{FIOCRUZ.wave}/validate/issues.csv")
    return walk


def test_few_commands_and_few_lines_bring_it_to_its_known_faults(walk: Walk) -> None:
    assert missing_faults(walk) == []
    # Three commands more make it a released and audited publication.
    assert len(walk.commands) + 4 <= 10
    assert walk.edited <= 60
    assert not list(walk.folder.glob("*.py"))
