"""What the tests of an engine's parts share."""

from pathlib import Path

import pytest

from engine.recordings_heard import RecordingsOfApi
from tests.unit.engine.tapes import House, NobodyLive, in_bucket


@pytest.fixture(params=["folder", "bucket"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    s3 = in_bucket(request.getfixturevalue("s3")) if request.param == "bucket" else None
    house = House(tmp_path, s3)
    house.api = RecordingsOfApi(stores=house.stores, records=house, waiting=NobodyLive(), clock=house)  # type: ignore[arg-type]
    return house
