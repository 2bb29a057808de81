"""The Asterisks that an engine serves: each with its link, its legs and what mends it, and all of them as one exchange.

A call belongs to the Asterisk it came in on, which its id tells. What is done to it is asked of that one.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import structlog

from conference.errand import Attempt
from conference.transfer import Transfer
from config.telephony import PbxSettings
from engine.reconcile import Reconciler
from engine.watcher import PhonesHere, SeatPhones, Watcher
from pbx.ami.actions import AmiActions
from pbx.ami.gone import if_still_there
from pbx.ami.link import AmiLink
from pbx.ami.snapshot import Snapshot
from pbx.ami.upkeep import LinkState
from pbx.belonging import Belonging
from pbx.dialplan.site import endpoint_of_peer
from pbx.legs import PbxLegs
from pbx.registrations import peer_is_dead, registered_until

log = structlog.get_logger(__name__)

_SILENT_S: Final = 1.0  # a link that is back by then has cost its seats nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Asterisk:
    """One of them, as the engine has to do with it; `silence` where it is one of several."""

    name: str
    pbx: PbxSettings
    link: AmiLink
    legs: PbxLegs
    phones: PhonesHere
    watcher: Watcher
    reconciler: Reconciler
    silence: "Silence | None" = None


class Asterisks(Mapping[str, Asterisk]):
    """All of them by name, in the order of the configuration. As `conference.legs.Legs` it asks the one that the leg is of."""

    def __init__(self, several: Mapping[str, Asterisk], belonging: Belonging) -> None:
        self._several = several
        self._belonging = belonging

    def __getitem__(self, name: str) -> Asterisk:
        """Raises: KeyError: there is none of that name."""
        return self._several[name]

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._several)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._several)

    def of(self, ident: str) -> Asterisk:
        """The one that a call, a room or a leg is of, by its id."""
        return self._several[self._belonging.or_first(ident)]

    @property
    def heard(self) -> Asterisk:
        """One whose link is up, for calls that begin here; the first where none is."""
        return next((asterisk for asterisk in self.values() if asterisk.link.state.up), next(iter(self.values())))

    async def into_room(self, room: str, channel: str) -> None:
        """See `Legs.into_room`."""
        await self.of(room).legs.into_room(room, channel)

    async def ring_specialist(self, attempt: Attempt, room: str) -> None:
        """See `Legs.ring_specialist`."""
        await self.of(room).legs.ring_specialist(attempt, room)

    async def dismiss(self, leg: str, *, taken: bool) -> None:
        """See `Legs.dismiss`."""
        await self.of(leg).legs.dismiss(leg, taken=taken)

    async def say_to(self, leg: str, prompts: Sequence[str]) -> None:
        """See `Legs.say_to`."""
        await self.of(leg).legs.say_to(leg, prompts)

    async def say_to_all(self, legs: Sequence[str], prompts: Sequence[str]) -> None:
        """See `Legs.say_to_all`."""
        await self.of(legs[0]).legs.say_to_all(legs, prompts)

    async def ring_target(self, transfer: Transfer, room: str) -> None:
        """See `Legs.ring_target`."""
        await self.of(room).legs.ring_target(transfer, room)

    async def hang_up(self, leg: str) -> None:
        """See `Legs.hang_up`."""
        await self.of(leg).legs.hang_up(leg)

    async def out_of_room(self, room: str, channel: str) -> None:
        """See `Legs.out_of_room`."""
        await self.of(room).legs.out_of_room(room, channel)

    async def mute(self, room: str, leg: str, *, muted: bool) -> None:
        """See `Legs.mute`."""
        await self.of(room).legs.mute(room, leg, muted=muted)

    async def members(self, room: str) -> AbstractSet[str]:
        """See `Legs.members`."""
        return await self.of(room).legs.members(room)

    async def mute_recording(self, channel: str, *, muted: bool) -> None:
        """See `conference.recording.RecordingSwitch.mute_recording`; `channel` is the caller's uniqueid."""
        await self.of(channel).legs.mute_recording(channel, muted=muted)

    async def there(self, room: str) -> AbstractSet[str]:
        """See `Legs.there`."""
        return await self.of(room).legs.there(room)


class Silence:
    """An Asterisk of several whose link stays down: its seats count as unreachable, until it is heard again."""

    def __init__(self, name: str, phones: SeatPhones) -> None:
        self._name = name
        self._phones = phones
        self._waiting: asyncio.Task[None] | None = None

    @property
    def lasts(self) -> bool:
        """Whether it has been silent for some time."""
        return self._waiting is not None and self._waiting.done()

    def fell(self, _: LinkState) -> None:
        """The link was lost."""
        if self._waiting is None:
            self._waiting = asyncio.create_task(self._wait(), name=f"silence of {self._name}")

    def ended(self) -> None:
        """The link is back."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    async def _wait(self) -> None:
        await asyncio.sleep(_SILENT_S)
        log.warning("asterisk_silent", asterisk=self._name)
        self._phones.lost(self._name)


class Neighbours:
    """What one Asterisk of several is asked whenever live state is held against it: what only it knows of the others."""

    def __init__(self, name: str, link: AmiLink, phones: SeatPhones, silences: Mapping[str, Silence]) -> None:
        self._name = name
        self._link = link
        self._phones = phones
        self._silences = silences

    async def look(self, snapshot: Snapshot) -> None:
        """See to phones that are registered here and elsewhere, and to legs that lead to an Asterisk that has died.

        Raises: PbxFault: Asterisk cannot be asked.
        """
        await self._newest_registrations()
        for name, silence in self._silences.items():
            if name != self._name and silence.lasts:
                await self._end_legs_to(endpoint_of_peer(name), snapshot)

    async def _newest_registrations(self) -> None:
        doubtful = list(self._phones.where.doubtful(self._name))
        for device in doubtful:
            until = await registered_until(self._link, device.removeprefix("PJSIP/"))
            if until is not None:
                self._phones.where.expires(device, self._name, until)
        if doubtful:
            self._phones.look_again()

    async def _end_legs_to(self, endpoint: str, snapshot: Snapshot) -> None:
        """Its engines' links are cut, which may be all; where it does not answer its neighbour either, nobody is there any more."""
        legs = [leg for leg in snapshot.channels.values() if leg.channel.rpartition("-")[0] == f"PJSIP/{endpoint}"]
        if not legs or not await peer_is_dead(self._link, endpoint):
            return
        for leg in legs:
            log.warning("leg_to_dead_asterisk_ended", leg=leg.uniqueid, asterisk=endpoint)
            with if_still_there(leg.uniqueid):
                await AmiActions(self._link).hangup(leg.uniqueid)
