"""What a conference needs of the telephone exchange, and what it is told by it."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from conference.errand import Attempt
from conference.transfer import Transfer
from routing.waiting import LiveCall


class Legs(Protocol):
    """Acts on legs. All raise PbxFault where Asterisk cannot be asked; a leg that has gone already is no fault."""

    async def into_room(self, room: str, channel: str) -> None:
        """Move the seat's leg, by its channel's name, out of its Dial into its call's room."""
        ...

    async def ring_specialist(self, attempt: Attempt, room: str) -> None:
        """Ring the attempt's phone; whoever answers and accepts is in the room. Returns once Asterisk took the order."""
        ...

    async def dismiss(self, leg: str, *, taken: bool) -> None:
        """A specialist who picked up is not needed any more: he is told so (`taken`: somebody else has it), and his leg ends."""
        ...

    async def say_to(self, leg: str, prompts: Sequence[str]) -> None:
        """Play these prompts, one after another, to one leg alone, wherever it is, and after what is still being said to it."""
        ...

    async def say_to_all(self, legs: Sequence[str], prompts: Sequence[str]) -> None:
        """The same to several legs of one call, at the same moment: none of them speaks over what another one hears."""
        ...

    async def ring_target(self, transfer: Transfer, room: str) -> None:
        """Ring the target of an announced transfer; whoever answers is in the room. Returns once Asterisk took the order."""
        ...

    async def hang_up(self, leg: str) -> None:
        """End a leg, by uniqueid or channel name."""
        ...

    async def out_of_room(self, room: str, channel: str) -> None:
        """Take a leg out of the room; the caller's goes on in the engine's hands, any other hangs up."""
        ...

    async def mute(self, room: str, leg: str, *, muted: bool) -> None:
        """Let the room's member be heard no more, or again; who is not in the room is passed over."""
        ...

    async def members(self, room: str) -> AbstractSet[str]:
        """Uniqueids of the legs in the room now."""
        ...

    async def there(self, room: str) -> AbstractSet[str]:
        """Uniqueids of all legs there are where the room is, also of phones that ring."""
        ...


class Around(Protocol):
    """What has been seen around one call: by the AMI watcher, and by other engines' steps."""

    @property
    def members(self) -> AbstractSet[str]:
        """Uniqueids of the legs in the call's room."""
        ...

    @property
    def gone(self) -> AbstractSet[str]:
        """Uniqueids of legs of this call that hung up or left the room."""
        ...

    @property
    def answered(self) -> AbstractSet[str]:
        """Uniqueids of legs of this call that were picked up."""
        ...

    def cause(self, leg: str) -> int:
        """The Q.850 cause a leg hung up with, 0 where unknown."""
        ...

    def watch(self, leg: str) -> None:
        """Tell this call what happens to that leg."""
        ...

    async def changed(self) -> None:
        """Return when anything above, or the live call, changed since the last return."""
        ...

    def saw(self, call: LiveCall) -> None:
        """The live call as it is now."""
        ...

    async def found_again(self) -> bool:
        """Live state does not know the call: where it lost it, it is written anew as it was last seen. Raises: StoreFault."""
        ...


class CallerLine(Protocol):
    """The caller's own line in the engine's hands. Raises LegGone when he hangs up."""

    @property
    def channel(self) -> str:
        """Its channel's name."""
        ...

    @property
    def uniqueid(self) -> str:
        """Its channel's uniqueid: the call's id."""
        ...

    async def music(self) -> None:
        """Let him hear music from now on."""
        ...

    async def play(self, prompt: str) -> object:
        """Let him hear a prompt to its end; cancelled, it stops at once."""
        ...

    async def enter_room(self, room: str) -> None:
        """Put him in the room; returns when he was taken out of it."""
        ...

    async def until_hung_up(self) -> None:
        """Returns when he hangs up."""
        ...
