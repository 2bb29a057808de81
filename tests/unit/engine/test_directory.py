"""The directory in force: what is told of it while the store is away, and afterwards."""

from typing import Never, cast

import pytest

from calls.errors import StoreFault
from engine.directory import CurrentDirectory
from whitelist.index import Directory
from whitelist.keeping import ChangesSince, EntryStore, Loaded


class Store:
    """Holds nothing, in its first version; it can be away."""

    away = False

    async def load(self) -> Loaded:
        return Loaded(directory=Directory.of(()), version=1)

    async def changes_since(self, version: int) -> ChangesSince:
        if self.away:
            raise StoreFault("sql_away", "The database is away.")
        return ChangesSince(version=version, changed=(), removed=())

    def __getattr__(self, name: str) -> Never:
        raise AssertionError(name)


async def test_it_is_well_again_once_the_store_is_back_also_where_nothing_has_changed() -> None:
    current, store = CurrentDirectory(), Store()
    await current.read(cast("EntryStore", store))
    assert current.fault == ""
    store.away = True
    with pytest.raises(StoreFault):
        await current.read(cast("EntryStore", store))
    assert current.fault == "The database is away."
    store.away = False
    await current.read(cast("EntryStore", store))
    assert current.fault == ""
