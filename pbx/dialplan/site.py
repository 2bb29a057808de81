"""What the templates need to know of a hotline; plain values, checked before they are written into a file."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from calls.errors import Refused

_WORD = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")
_ADDRESS = re.compile(r"[0-9A-Za-z.:/\[\]-]{1,60}\Z")
_DIALLED = re.compile(r"\+?[0-9]{2,20}\Z")
_CODE = re.compile(r"[0-9*]{2,9}\Z")
_PATH = re.compile(r"/[A-Za-z0-9._/@+-]{0,200}\Z")


PEER = "zhida-pbx-"
"""How the endpoints of the hotline's other Asterisks begin, and so the names of channels to and from them."""


def endpoint_of_peer(name: str) -> str:
    """The endpoint under which the other Asterisks know this one."""
    return PEER + name


class NumberFrom(StrEnum):
    """Which header of an INVITE carries the caller's number on a trunk."""

    FROM = "from"
    PAI = "pai"
    PAI_THEN_FROM = "pai_then_from"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkLine:
    """A trunk that callers come in by: `match` are the peer's addresses (or networks)."""

    name: str
    match: tuple[str, ...]
    number_from: NumberFrom
    dialled: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPhone:
    """An endpoint a seat's phone registers as; `browser` ones speak WebRTC."""

    name: str
    password: str = field(repr=False)
    browser: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another Asterisk of the hotline: its name, and where it sends and takes SIP, "address:port"."""

    name: str
    address: str

    @property
    def endpoint(self) -> str:
        """What it is called in pjsip.conf."""
        return endpoint_of_peer(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything the templates use.

    Args:
        engines: FastAGI addresses "host:port", tried in turn.
        peers: the hotline's other Asterisks. phones: all seats' endpoints, which they may ring here.
        outside: the peer that calls to the outside world are sent to, "host:port"; "" where there is none. outside_number:
            the number shown there, whoever is on the line; "" leaves it to each call.
        fallback_seats: seats' endpoints that ring when no engine answers. duty_phone: rung after them, as the outside trunk
            wants it ("" for none).
        fallback_after_s: how long the dialplan looks for an engine before that.
        sounds: absolute folder with <language>/<prompt>.wav, as Asterisk sees it.
        longest_call_s: no call lasts longer, whatever breaks. longest_callback_s: nor a call-back, with its wait for a seat.
        media_address: what sound is offered on and bound to, but for browsers; "" where Asterisk decides.
        qualify_s: how often seats' phones are asked whether they live; 0: never.
        contacts: so many telephones may be registered as one seat's phone.
        seat_codes: what seats' phones can dial. call_keys: whether they, and specialists, can key something in during a call.
    """

    engines: tuple[str, ...]
    trunks: tuple[TrunkLine, ...]
    outside: str
    seats: tuple[SeatPhone, ...]
    fallback_seats: tuple[str, ...]
    duty_phone: str
    fallback_after_s: int
    ami_user: str
    ami_secret: str = field(repr=False)
    ami_permit: tuple[str, ...]
    sounds: str
    language: str
    music: str
    accept_key: str = "1"
    longest_call_s: int = 14400
    longest_callback_s: int = 21600
    media_address: str = ""
    qualify_s: int = 30
    outside_number: str = ""
    peers: tuple[Peer, ...] = ()
    phones: tuple[str, ...] = ()
    seat_codes: tuple[str, ...] = ()
    call_keys: bool = True
    contacts: int = 1

    @property
    def seat_context(self) -> str:
        """Where what a seat's phone dials is looked for."""
        return "zhida-seat" if self.seat_codes else "zhida-nowhere"

    def __post_init__(self) -> None:
        """Refuse anything that could mean something else inside an Asterisk file.

        Raises: Refused: names the value and what is allowed.
        """
        named = [*(trunk.name for trunk in self.trunks), *(seat.name for seat in self.seats), *(peer.name for peer in self.peers)]
        names = [*named, *self.phones]
        _each([*names, *self.fallback_seats, self.ami_user, self.language], _WORD, "letters, digits, - and _")
        hosts = [*self.engines, *(match for trunk in self.trunks for match in trunk.match), *(peer.address for peer in self.peers)]
        hosts += [*self.ami_permit, *filter(None, [self.outside])]
        _each(hosts, _ADDRESS, "an address, host or network, with a port where it has one")
        dialled = [number for trunk in self.trunks for number in trunk.dialled]
        _each([*dialled, *filter(None, [self.duty_phone, self.outside_number])], _DIALLED, "digits")
        _each(list(self.seat_codes), _CODE, "2 to 9 digits and *")
        _each([self.sounds, self.music], _PATH, "an absolute path of letters, digits and ._/@+-")
        secrets = [self.ami_secret, *(seat.password for seat in self.seats)]
        if any(re.fullmatch(r"[!-:<-~]{1,100}", secret) is None for secret in secrets):  # no blanks, and no ";", which starts a comment
            raise Refused("secret_unfit", "A password for Asterisk may hold printable ASCII only, without blanks and without ;.")
        if re.fullmatch(r"[0-9*#]", self.accept_key) is None:
            raise Refused("accept_key_unfit", f"conference.accept_key is {self.accept_key!r}; allowed is one of 0-9, * and #.")


def _each(values: list[str], shape: re.Pattern[str], allowed: str) -> None:
    for value in values:
        if shape.match(value) is None:
            raise Refused("asterisk_value_unfit", f"{value!r} cannot stand in an Asterisk configuration; allowed is {allowed}.")
