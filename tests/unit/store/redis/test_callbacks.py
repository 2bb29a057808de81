"""A number is called back by one at a time, and rests afterwards."""

from dataclasses import replace

from redis.asyncio import Redis

from routing.callbacks import RESTING, CallbackOrder, Cause, Reach
from store.redis.callbacks import RedisCallbackOrders

FAR = 4_000_000_000_000  # later than any rest began
ORDER = CallbackOrder(
    call_id="back-zhida-1.1",
    task_id="c1",
    number="0515-88880001",
    cause=Cause.ASKED,
    by="caller",
    seat_id="",
    arrived_ms=1,
    since_ms=2,
    trunk="carrier",
    dialled="12345",
    group="",
    wait_s=7200.0,
)
OTHER = replace(ORDER, call_id="back-zhida-2.1", cause=Cause.LEFT)


async def test_the_first_has_the_number_and_its_order_is_known_to_every_engine(client: Redis) -> None:
    one, two = RedisCallbackOrders(client, hotline="h"), RedisCallbackOrders(client, hotline="h")
    assert await one.place(ORDER) == ""
    assert await two.place(OTHER) == ORDER.call_id
    assert await two.place(OTHER, though_resting=True) == ORDER.call_id
    assert await two.order(ORDER.call_id) == ORDER
    assert await two.order(OTHER.call_id) is None
    assert await two.holder(ORDER.number) == ORDER.call_id


async def test_after_an_attempt_the_number_rests_but_not_for_a_person(client: Redis) -> None:
    orders = RedisCallbackOrders(client, hotline="h")
    await orders.place(ORDER)
    await orders.over(ORDER, rest_s=600)
    assert await orders.holder(ORDER.number) == ""
    assert await orders.place(OTHER) == RESTING
    assert await orders.held({ORDER.number: OTHER.since_ms, "0515-2": 1}) == {ORDER.number}
    assert await orders.held({ORDER.number: FAR}) == set()
    assert await orders.place(OTHER, though_resting=True) == ""


async def test_who_leaves_anew_is_not_held_up_by_the_rest_of_before(client: Redis) -> None:
    orders = RedisCallbackOrders(client, hotline="h")
    await orders.place(ORDER)
    await orders.over(ORDER, rest_s=600)
    assert await orders.place(replace(OTHER, since_ms=FAR)) == ""


async def test_a_rest_ends_by_itself_and_so_does_a_lease_that_nobody_keeps(client: Redis) -> None:
    orders = RedisCallbackOrders(client, hotline="h")
    await orders.place(ORDER)
    assert 50_000 < await client.pttl("zhida:{h}:calling:" + ORDER.number) <= 60_000
    await orders.over(ORDER, rest_s=600)
    assert 590_000 < await client.pttl("zhida:{h}:calling:" + ORDER.number) <= 600_000


async def test_late_word_of_another_call_back_changes_nothing(client: Redis) -> None:
    orders = RedisCallbackOrders(client, hotline="h")
    await orders.place(ORDER)
    await orders.over(OTHER, rest_s=600)
    await orders.keep(OTHER)
    assert await orders.holder(ORDER.number) == ORDER.call_id


async def test_a_lease_that_redis_lost_is_taken_again_by_who_has_the_call(client: Redis) -> None:
    orders = RedisCallbackOrders(client, hotline="h")
    await orders.place(ORDER)
    await client.flushall()
    await orders.keep(ORDER)
    assert await orders.place(OTHER) == ORDER.call_id


async def test_what_became_of_ringing_him(client: Redis) -> None:
    orders = RedisCallbackOrders(client, hotline="h")
    await orders.place(ORDER)
    assert await orders.reach(ORDER.call_id) == ""
    await orders.note(ORDER.call_id, Reach.REACHED)
    assert await orders.reach(ORDER.call_id) == "reached"
    assert await orders.reach("back-zhida-9.1") == ""
