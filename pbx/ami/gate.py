"""Which blocks are believed.

A caller can write into this stream: PJSIP decodes `%0d%0a` in the From header's user, and Asterisk 22 prints
CallerIDNum and ConnectedLineNum as they are. He can end a real block early, begin one of his own, or slip headers
into a real one ahead of the true Uniqueid. So a block counts only where he cannot have made it:

- an answer, or an entry of a list, carries an ActionID we wait for, and those cannot be guessed;
- an event carries the SystemName of our Asterisk (asterisk.conf `systemname`, a random one; it is printed before
  anything of the caller's), no header twice, and a Uniqueid for each Channel (a missing one was cut off).

What this drops is gone; the engine's reconcile with Asterisk every few seconds mends what was real in it.
"""

from collections.abc import Container
from enum import StrEnum

from pbx.ami.blocks import Block


class Verdict(StrEnum):
    """What a block is. The dropped ones are named as their counters are."""

    EVENT = "event"
    LIST_ENTRY = "list_entry"
    RESPONSE = "response"
    BOOTED = "booted"  # FullyBooted at login: the one event Asterisk does not sign with its SystemName

    NOT_A_MESSAGE = "dropped_not_a_message"
    UNASKED = "dropped_unasked"
    FOREIGN = "dropped_foreign"
    REPEATED_HEADER = "dropped_repeated_header"
    CUT_SHORT = "dropped_cut_short"


def judge(block: Block, *, systemname: str, awaited: Container[str]) -> Verdict:
    """What the block is, for an Asterisk called `systemname` and the ActionIDs we wait for."""
    headers = block.headers
    if block.kind == "Event":
        if headers.get("SystemName") == systemname:
            return _unsound(block) or Verdict.EVENT
        if headers.get("ActionID", "") in awaited:
            return _unsound(block) or Verdict.LIST_ENTRY
        return Verdict.BOOTED if headers.get("Event") == "FullyBooted" else Verdict.FOREIGN
    if block.kind == "Response":
        return Verdict.RESPONSE if headers.get("ActionID", "") in awaited else Verdict.UNASKED
    return Verdict.NOT_A_MESSAGE


def _unsound(block: Block) -> Verdict | None:
    if block.repeated:
        return Verdict.REPEATED_HEADER
    headers = block.headers
    if "Channel" in headers and "Uniqueid" not in headers:
        return Verdict.CUT_SHORT
    if "DestChannel" in headers and "DestUniqueid" not in headers:
        return Verdict.CUT_SHORT
    return None
