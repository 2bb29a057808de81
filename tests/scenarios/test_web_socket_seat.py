"""A browser signs in at its seat over a WebSocket; no browser is needed to see what the hotline makes of that."""

from lab.phones.websocket import registered_over_websocket
from tests.scenarios.hotline import Hotline
from tests.scenarios.house import NET

URI = f"ws://{NET}.1:8088/ws"


async def test_a_seat_is_there_while_its_browser_is_and_gone_with_the_closed_tab(hotline: Hotline) -> None:
    async with registered_over_websocket(URI, "9001", "lab-9001"):
        seat = await hotline.seat_is(8001, "ready")
        assert (seat["phone"], seat["devices"]) == ("idle", ["PJSIP/8001", "PJSIP/9001"])
    seat = await hotline.seat_is(8001, "unreachable")
    assert seat["why"] == "8001 and 9001 not registered"


async def test_one_of_its_two_phones_is_enough(hotline: Hotline) -> None:
    desk = await hotline.seat(8001)
    async with registered_over_websocket(URI, "9001", "lab-9001"):
        await desk.stop()
        assert (await hotline.seat_is(8001, "ready"))["phone"] == "idle"
    await hotline.seat_is(8001, "unreachable")
