"""Where the seats' phones are, of what several Asterisks say: a phone registers at one of them, and may move to another."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from seats.seat import Phone

ONLY: Final = ""
"""The place's name where there is but one Asterisk."""


@dataclass(slots=True)
class _Word:
    """One Asterisk's word on one device.

    Args:
        since: which registration this is, counted over all of them. expires: when it ends, in seconds since 1970, or None.
        lost: the Asterisk cannot be heard any more. doubted: it did not ring there, though it is registered elsewhere too.
    """

    phone: Phone
    since: int
    expires: int | None = None
    lost: bool = False
    doubted: bool = False


class Whereabouts:
    """A device is where it registered last; what an older registration says is of no account.

    Args:
        places: the Asterisks. Until each has been heard, or is known to be lost, a device that none has is not known.
    """

    def __init__(self, places: Collection[str] = (ONLY,)) -> None:
        self._places = tuple(places)
        self._words: dict[str, dict[str, _Word]] = {}
        self._registrations = 0
        self._heard: set[str] = set()

    def saw(self, device: str, phone: Phone, at: str) -> None:
        """An Asterisk's word on a device; where there is but one, nobody else needs to be heard."""
        if len(self._places) == 1:
            self._heard.add(at)
        words = self._words.setdefault(device, {})
        before = words.get(at)
        if before is None or (before.phone is Phone.UNREACHABLE and phone is not Phone.UNREACHABLE):
            self._registrations += 1
            words[at] = _Word(phone=phone, since=self._registrations)
        else:
            before.phone, before.lost = phone, False

    def heard(self, at: str) -> None:
        """An Asterisk has said all it knows."""
        self._heard.add(at)

    def lost(self, at: str) -> None:
        """An Asterisk cannot be heard: nobody knows what its phones do."""
        self._heard.add(at)
        for words in self._words.values():
            if at in words:
                words[at].lost = True

    def in_use_at(self, device: str) -> tuple[str, ...]:
        """The Asterisks that say it rings or talks."""
        return tuple(at for at, word in self._words.get(device, {}).items() if word.phone is Phone.IN_USE)

    def freed(self, device: str, at: str) -> None:
        """It was in use there, and cannot be any more."""
        self._words[device][at].phone = Phone.IDLE

    def did_not_ring(self, device: str) -> None:
        """It was dialled in vain: where it is registered at another Asterisk too, it is looked for there from now on."""
        standing = dict(self._standing(device))
        place = self._newest(standing)
        if place is None or len(standing) < 2:
            return
        for at, word in standing.items():
            word.doubted = at == place

    def expires(self, device: str, at: str, when: int) -> None:
        """Until when a registration holds: of two that stand, the one that ends later was made later."""
        if (word := self._words.get(device, {}).get(at)) is not None:
            word.doubted = word.doubted and word.expires in (None, when)  # renewed, it is to be believed again
            word.expires = when

    def phone(self, device: str) -> Phone | None:
        """What the device does; None while that is not known."""
        words = self._words.get(device, {})
        if any(word.phone is Phone.IN_USE and not word.lost for word in words.values()):
            return Phone.IN_USE
        place = self.place(device)
        if place is not None:
            return words[place].phone
        return Phone.UNREACHABLE if self._heard.issuperset(self._places) else None

    def place(self, device: str) -> str | None:
        """Where it can be rung now."""
        return self._newest({at: word for at, word in self._standing(device) if not word.lost})

    def last_place(self, device: str) -> str | None:
        """Where it can be rung, or could be before its Asterisk fell silent."""
        return self.place(device) or self._newest(dict(self._standing(device)))

    def doubtful(self, at: str) -> Iterator[str]:
        """Devices that are registered at this Asterisk and at another one: which of them is newer is to be asked."""
        for device in self._words:
            there = [place for place, _ in self._standing(device)]
            if at in there and len(there) > 1:
                yield device

    def _standing(self, device: str) -> list[tuple[str, _Word]]:
        return [(at, word) for at, word in self._words.get(device, {}).items() if word.phone is not Phone.UNREACHABLE]

    @staticmethod
    def _newest(words: dict[str, _Word]) -> str | None:
        words = {at: word for at, word in words.items() if not word.doubted} or words
        if not words:
            return None
        ends = [word.expires for word in words.values()]
        if None in ends or len(set(ends)) == 1:
            return max(words, key=lambda at: words[at].since)
        return max(words, key=lambda at: words[at].expires or 0)
