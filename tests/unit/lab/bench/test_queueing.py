"""app_queue and Zhida in turns."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from lab.bench.causes import Followed
from lab.bench.queueing import FREED, Burst, in_turns
from lab.bench.traffic import Line


def an_exchange(tried: list[Line], *, queue: Followed, zhida: Followed) -> AbstractAsyncContextManager[Burst]:
    """The seats stay for all bursts."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Burst]:
        async def burst(line: Line) -> Followed:
            tried.append(line)
            return queue if line is Line.QUEUE else zhida

        yield burst

    return opened()


async def test_the_two_take_turns_and_their_bursts_count_together() -> None:
    tried: list[Line] = []
    row = await in_turns(FREED, an_exchange(tried, queue=Followed((0.5, 0.6), 1), zhida=Followed((0.004,), 0)), rounds=3)
    assert tried == [Line.QUEUE, Line.ZHIDA] * 3
    assert (row.queue.count, row.queue.missing, row.queue.p50_ms) == (6, 3, 500)
    assert (row.zhida.count, row.zhida.missing, row.zhida.max_ms) == (3, 0, 4)
