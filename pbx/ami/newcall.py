"""A call the engine places: the order, and what became of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from pbx.ami import arguments
from pbx.ami.arguments import checked
from pbx.ami.messages import AmiEvent
from pbx.ami.wire import HeaderValue

OUTCOME_MARGIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerId:
    """Who is shown as calling. A name may hold anything but line breaks; a number digits, `+`, `*` and `#`."""

    number: str
    name: str = ""

    def header(self) -> str:
        """As Asterisk reads it: `"name" <number>`.

        Raises: Refused: `bad_ami_argument`.
        """
        return f'"{arguments.escaped(self.name)}" <{checked(arguments.NUMBER, self.number, "caller number")}>'


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """A leg to be made: `dial` is called and, once answered, goes to the place in the dialplan.

    Args:
        dial: "PJSIP/8001", "PJSIP/13900001001@outbound", "Local/s@context".
        exten: where it goes in `context`, at priority 1.
        channel_id: the new leg's uniqueid; must be new, and not the beginning of another's, which Asterisk takes for the same.
        other_id: that of a Local channel's other half; `channel_id` + "-2" where it is empty.
        timeout_s: how long it may ring.
        variables: set on the new leg before it is dialled; a name with one underscore in front is inherited once.
        caller_id: shown on the phone that rings.
    """

    dial: str
    context: str
    exten: str
    channel_id: str
    timeout_s: float
    variables: Mapping[str, str] = field(default_factory=dict)
    caller_id: CallerId | None = None
    other_id: str = ""

    @property
    def outcome_s(self) -> float:
        """How long its outcome may take to be told."""
        return self.timeout_s + OUTCOME_MARGIN_S

    def headers(self) -> dict[str, HeaderValue]:
        """The headers of its Originate.

        Raises: Refused: `bad_ami_argument`.
        """
        headers: dict[str, HeaderValue] = {
            "Channel": checked(arguments.DIAL, self.dial, "dial string"),
            "Context": arguments.place(self.context),
            "Exten": arguments.place(self.exten),
            "Priority": 1,
            "Timeout": round(self.timeout_s * 1000),
            "ChannelId": arguments.leg(self.channel_id),
            "Variable": [arguments.variable(name, value) for name, value in self.variables.items()],
        }
        if self.dial.startswith("Local/"):
            # By default Originate makes Local channels of signed linear; with that a half that has left its bridge (22.10) is heard no
            # more by who is bridged with the other one: chan_pjsip sends nothing, whatever is played.
            headers["Codecs"] = "alaw,ulaw"
            headers["OtherChannelId"] = arguments.leg(self.other_id or f"{self.channel_id}-2")
        if self.caller_id is not None:
            headers["CallerID"] = self.caller_id.header()
        return headers


class OriginateReason(IntEnum):
    """OriginateResponse's Reason: an AST_CONTROL code (frame.h)."""

    FAILED = 0  # no such phone, or it is not registered
    HUNG_UP = 1
    STILL_RINGING = 3  # nobody answered in time
    ANSWERED = 4
    BUSY = 5
    CONGESTED = 8
    OTHER = -1

    @classmethod
    def of(cls, text: str) -> "OriginateReason":
        """The reason Asterisk writes so."""
        try:
            return cls(int(text))
        except ValueError:
            return cls.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Originated:
    """How a call that was placed began.

    Args:
        uniqueid: the `channel_id` that was asked for, also where no leg came to be; empty where the phone is not known.
        channel: the new leg's name, as ConfbridgeKick wants it; the dial string where no leg came to be.
    """

    answered: bool
    reason: OriginateReason
    uniqueid: str
    channel: str

    @classmethod
    def of(cls, event: AmiEvent) -> "Originated":
        """Read an OriginateResponse."""
        uniqueid = event.get("Uniqueid")
        return cls(
            answered=event.get("Response") == "Success",
            reason=OriginateReason.of(event.get("Reason")),
            uniqueid="" if uniqueid == "<unknown>" else uniqueid,
            channel=event.get("Channel"),
        )


class OrderedCall:
    """A call Asterisk took the order for. Nobody has to wait for its outcome."""

    def __init__(self, response: asyncio.Future[AmiEvent]) -> None:
        self._response = response

    async def outcome(self) -> Originated:
        """Answered or not, once that is known.

        Raises: PbxFault: `ami_down`, or `ami_timeout` some seconds after it should have been known.
        """
        return Originated.of(await self._response)
