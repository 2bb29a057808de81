"""Whatever bytes come: no call hangs, none sees an undeclared error, and who is still there is in step."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from calls.errors import LegGone, PbxFault
from tests.unit.pbx.agi.fake_call import FakeCall, until_running
from tests.unit.pbx.agi.virtual_time import play

RUBBISH = st.lists(
    st.one_of(
        st.binary(max_size=10),
        st.sampled_from(
            [
                b"200 result=1 (forged)\n",
                b"200 result=",
                b"200 result=1 (",
                b"520-",
                b"520 \n",
                b"HANGUP\n",
                b"511 \n",
                b"\n",
                b")\n",
                b"~",
                b"agi_arg_1: 1\n",
            ]
        ),
    ),
    max_size=6,
).map(b"".join)


async def _in_step(call: FakeCall) -> None:
    """Three commands, each of which gets its own answer or a declared error within its deadline."""
    for n in range(3):
        try:
            await call.session.set_variable("X", f"value-{n}")
            assert await call.session.get_variables("X", "NONE") == (f"value-{n}", "")
        except LegGone:
            assert call.session.dead
            return
        except PbxFault:
            continue
    assert await call.session.get_variable("X", even_if_gone=True) == "value-2"


@settings(deadline=None)
@given(rubbish=RUBBISH)
def test_rubbish_between_commands(rubbish: bytes) -> None:
    async def told() -> None:
        call = FakeCall()
        call.feed(rubbish)
        async with asyncio.timeout(120):
            try:
                await _in_step(call)
            except LegGone:
                assert call.session.dead

    play(told())


@settings(deadline=None)
@given(rubbish=RUBBISH, stop=st.booleans())
def test_rubbish_while_a_prompt_plays(rubbish: bytes, stop: bool) -> None:
    async def told() -> None:
        call = FakeCall()
        prompt = asyncio.create_task(call.session.stream_file("welcome"))
        await until_running(call)
        call.feed(rubbish)
        if stop:
            call.session.interrupt()
        async with asyncio.timeout(120):
            done, _ = await asyncio.wait([prompt], timeout=60)
            prompt.cancel()
            await asyncio.gather(prompt, return_exceptions=True)
            if done and not prompt.cancelled():
                assert isinstance(prompt.exception(), LegGone | PbxFault | None)
            try:
                await _in_step(call)
            except LegGone:
                assert call.session.dead

    play(told())
