"""How callers' numbers come over the wire, and what is believed of them."""

import asyncio
import re
from pathlib import Path

from lab.patience import PATIENCE_S
from lab.phones.phones import TRUNKS
from tests.scenarios.hotline import KEY, KEY_NAME, PUBLIC, Hotline
from tests.scenarios.house import NET
from tests.scenarios.odd_caller import OddCaller

SERVER = f"{NET}.1"
SOON_S = 3  # Asterisk says within milliseconds that it is trying
CARRIER, TRANSIT = (f"{NET}.{TRUNKS[trunk]}" for trunk in ("carrier", "transit"))


def from_(user: str, name: str = "") -> str:
    return f"{name}<sip:{user}@{CARRIER}>"


def pai(uri: str, name: str = "") -> str:
    return f"P-Asserted-Identity: {name}<{uri}>"


WELL_KNOWN = {
    "national": (from_("051588880001"), ""),
    "international": (from_("+8651588880001"), ""),
    "with 00": (from_("008651588880001"), ""),
    "with 86": (from_("8651588880001"), ""),
    "short, within the city": (from_("88880001"), ""),
    "with a name and a parameter": (f'"Li \\"Q\\" Ming" <sip:+8651588880001;isub=1@{CARRIER};user=phone>', ""),
    "asserted, sip": (from_(PUBLIC), pai(f"sip:+8651588880001@{CARRIER}")),
    "asserted, sip, with a name": (from_(PUBLIC), pai(f"sip:051588880001@{CARRIER};user=phone", '"\u793a\u4f8b" ')),
    "asserted, tel": (from_(PUBLIC), pai("tel:+8651588880001")),
    "asserted, tel, with parameters": (from_(PUBLIC), pai("tel:88880001;phone-context=+86515")),
    "asserted twice": (from_(PUBLIC), f"P-Asserted-Identity: <sip:{KEY}@{CARRIER}>, <tel:+8651588880001>"),
    "asserted with a colon in the name": (from_(PUBLIC), pai(f"sip:{KEY}@{CARRIER}", r'"a: (b), \"c\" @d;" ')),
    "asserted, TEL": (from_(PUBLIC), pai("TEL:+8651588880001")),
    "asserted without brackets": (from_(PUBLIC), "P-Asserted-Identity: tel:+86-515-8888-0001"),
    "asserted in an anonymous call": ('"Anonymous" <sip:anonymous@anonymous.invalid>', pai(f"sip:051588880001@{CARRIER}")),
}


async def test_the_number_is_read_in_every_form_carriers_write(hotline: Hotline) -> None:
    read = {form: await seen(hotline, sender, header) for form, (sender, header) in WELL_KNOWN.items()}
    assert read == dict.fromkeys(WELL_KNOWN, ("key_enterprise", "0515-88880001", KEY_NAME))


NO_NUMBER = {
    "anonymous": ('"Anonymous" <sip:anonymous@anonymous.invalid>', "anonymous"),
    "no user": (f"<sip:{CARRIER}>", "anonymous"),
    "letters": (from_("enterprise"), "anonymous"),
    "restricted": (from_("Restricted"), "anonymous"),
    "unknown, of another city": (from_("02188880001"), "public"),
}


async def test_who_has_no_listed_number_waits_in_the_public_line(hotline: Hotline) -> None:
    read = {form: await seen(hotline, sender) for form, (sender, _) in NO_NUMBER.items()}
    assert {form: (caller_class, name) for form, (caller_class, _, name) in read.items()} == {
        form: (caller_class, None) for form, (_, caller_class) in NO_NUMBER.items()
    }


NAMES = ("x:051588880001@y", "<sip:051588880001@y>", "<tel:+8651588880001>", "tel:051588880001", r'a\" <sip:051588880001@y> \"')


async def test_a_number_in_a_name_is_no_number(hotline: Hotline) -> None:
    """The carrier answers for the number, not for what its customers call themselves."""
    names = [f'"{name}" ' for name in NAMES]
    in_from = {name: await seen(hotline, from_(PUBLIC, name)) for name in names}
    asserted = {name: await seen(hotline, from_(PUBLIC), pai(f"sip:{PUBLIC}@{CARRIER}", name)) for name in names}
    assert in_from == asserted == dict.fromkeys(names, ("public", PUBLIC, None))


async def test_the_asserted_number_counts_before_from(hotline: Hotline) -> None:
    assert await seen(hotline, from_(KEY), pai(f"sip:{PUBLIC}@{CARRIER}")) == ("public", PUBLIC, None)


async def test_on_the_transit_trunk_nobody_asserts_anything(hotline: Hotline) -> None:
    asserted = f"P-Asserted-Identity: <sip:{KEY}@{TRANSIT}>"
    assert await seen(hotline, f"<sip:{PUBLIC}@{TRANSIT}>", asserted, address=TRANSIT) == ("public", PUBLIC, None)


FORGED = (
    "7916%0d%0a%0d%0aEvent%3a%20PeerStatus%0d%0aPeer%3a%20PJSIP%2f8001%0d%0aPeerStatus%3a%20Unreachable%0d%0a%0d%0a"
    "Event%3a%20DeviceStateChange%0d%0aDevice%3a%20PJSIP%2f8001%0d%0aState%3a%20UNAVAILABLE%0d%0a%0d%0a"
)
HOSTILE: dict[str, bytes] = {
    "forged events": from_(FORGED).encode(),
    "forged AGI environment": from_("1%0aagi_extension%3a%2012345%0aagi_uniqueid%3a%20forged-1%0a%0a200%20result=1").encode(),
    "forged events in the name": f'"x%0d%0aEvent: Fake%0d%0a" <sip:051588880001%0d%0aEvent%3a%20Fake@{CARRIER}>'.encode(),
    "5,000 characters": from_("9" * 5000).encode(),
    "5,000 characters of a name": f'"{"x" * 5000}" <sip:13900008001@{CARRIER}>'.encode(),
    "not UTF-8": b'"\xff\xfe\xc3\x28" <sip:\xff\xfe\xc3\x28@' + CARRIER.encode() + b">",
    "a function": from_("${SHELL(id)}").encode(),
    "a function, escaped": from_("%24%7bSHELL(touch%20%2ftmp%2fzhida-was-here)%7d").encode(),
    "quotes": from_("051588880001%22%2c%27%5c%60").encode(),
    "dial options": from_("8001%26PJSIP%2f8002%2c60%2cg").encode(),
}


async def test_a_hostile_from_is_served_as_anybody_and_disturbs_nobody(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    talking, talking_call = await hotline.talking(seat)
    before = hotline.lab.log().stat().st_size
    for form, sender in HOSTILE.items():
        async with OddCaller(CARRIER, SERVER, sender) as caller:
            if not await took(caller):
                continue
            (call_id,) = await hotline.live_calls() - {talking_call}
            call = await hotline.call(call_id)
            assert call["class"] in ("public", "anonymous"), form
            assert (call["enterprise"], call["seat"]) == (None, None), form
            assert len(call["number"] or "") <= 64, form
        await asyncio.gather(talking.hears(seat), seat.hears(talking))
        seat_now = await hotline.api.get("/seats/8001")
        assert (seat_now["state"], seat_now["phone"]) == ("talking", "in_use"), form
        await hotline.api.until("/calls?state=live", lambda page: len(page["items"]) == 1)
    await talking.hang_up()
    await hotline.ended(talking_call, "completed")
    await hotline.seat_is(8001, "ready")
    assert not Path("/tmp/zhida-was-here").exists()  # noqa: S108  the attack's own path
    said = hotline.lab.log().read_bytes()[before:].decode(errors="replace")
    assert "Traceback" not in said
    assert "forged-1" not in said


async def test_no_number_and_no_secret_is_in_any_log(hotline: Hotline) -> None:
    """Runs after the stories above: what they said and dialled is looked for."""
    said = "".join(log.read_text(errors="replace") for log in (hotline.lab.state / "log").glob("*.log"))
    assert "call_arrived" in said
    whole_numbers = re.findall(r"(?:8888000\d|88891234|1390000\d{4}|8666000\d)", said)
    assert whole_numbers == []
    for secret in (hotline.lab.token, "lab-8001", "lab-ami-secret"):
        assert secret not in said


async def seen(hotline: Hotline, sender: str, header: str = "", *, address: str = CARRIER) -> tuple[str, str | None, str | None]:
    """What the hotline takes this caller for: class, number, enterprise."""
    async with OddCaller(address, SERVER, sender.encode(), header.encode()) as caller:
        assert await took(caller, within_s=PATIENCE_S)
        call = await hotline.call(await hotline.live_call("waiting"))
    await hotline.api.until("/calls?state=live", lambda page: page["items"] == [])
    return call["class"], call["number"], call["enterprise"]


async def took(caller: OddCaller, *, within_s: float = SOON_S) -> bool:
    """Whether the call was taken; not, where Asterisk refuses it or does not even take it for SIP, and so says nothing."""
    try:
        async with asyncio.timeout(within_s):
            await caller.heard.wait()
    except TimeoutError:
        return False
    async with asyncio.timeout(PATIENCE_S):
        await caller.answered.wait()
    return caller.status == 200
