"""How often one address may ask for a page, so that nobody's guessing or hammering costs others anything."""

import ipaddress
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from calls.clock import Clock

_MOST_ADDRESSES: Final = 10_000
_IPV6_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many at once, and one more every `each_s` seconds."""

    burst: int
    each_s: float


PAGES: Final = Allowance(60, 1.0)
WRONG_CODES: Final = Allowance(10, 6.0)


class Limit:
    """One engine's memory of who asked how often; bounded, whoever asks."""

    def __init__(self, allowance: Allowance, clock: Clock) -> None:
        self._allowance = allowance
        self._clock = clock
        self._full_again: OrderedDict[str, float] = OrderedDict()

    def passed(self, who: str) -> bool:
        """Whether this address has no more left."""
        return self._owed_s(who) > (self._allowance.burst - 1) * self._allowance.each_s

    def count(self, who: str) -> None:
        """It asked once more."""
        owed_s = self._owed_s(who)
        self._full_again[who] = self._clock.monotonic() + owed_s + self._allowance.each_s
        self._full_again.move_to_end(who)
        while len(self._full_again) > _MOST_ADDRESSES:
            self._full_again.popitem(last=False)

    def _owed_s(self, who: str) -> float:
        return max(0.0, self._full_again.get(who, 0.0) - self._clock.monotonic())


def who_asks(remote: str | None, forwarded: Sequence[str], proxies: Sequence[str]) -> str:
    """The address that counts: the last one in X-Forwarded-For that is none of ours, where one of our proxies says so.

    Args: forwarded: the header's values. proxies: addresses or networks.
    """
    networks = [ipaddress.ip_network(proxy) for proxy in proxies]
    chain = [part.strip() for value in forwarded for part in value.split(",")]
    address = _address(remote or "")
    while chain and address is not None and any(address in network for network in networks):
        said = _address(chain.pop())
        if said is None:
            break
        address = said
    if address is None:
        return "unknown"
    return str(ipaddress.ip_network((address, _IPV6_BITS), strict=False)) if address.version == 6 else str(address)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
