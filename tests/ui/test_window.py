"""probe"""

from pathlib import Path
import pytest
from tests.support.journey import workstation, first_run, words_in

pytestmark = [pytest.mark.gui]


def test_first(qapp, tmp_path: Path):
    with workstation(tmp_path) as rig:
        code = first_run(rig)
        assert rig.station.open
        for p in ("trackings", "import", "settings", "sync", "customers"):
            rig.open(p)
        print(rig.place.actions.unhandled())
