"""What phones and callers raise: something awaited did not happen, or a program did not do its work."""

from calls.errors import Fault


class NotHappened(Fault, AssertionError):  # a scenario that waits in vain has failed, not erred: pytest tells the two apart
    """What was awaited did not happen in time, or can no longer happen; the sentence tells what did."""


class PhoneFault(Fault):
    """A phone's or caller's program did not start, ended by itself, or refused a command."""
