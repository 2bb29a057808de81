"""What became of a call's recordings, folded from its facts."""

from collections.abc import Iterator

from calls.events import RecordingFinished, RecordingPaused, RecordingRemoved, RecordingResumed
from tickets.facts import Facts
from tickets.record import Pause, Recording


def kept(facts: Facts) -> Iterator[Recording]:
    """Each finished recording once, also where several engines finished or removed it."""
    finished = {fact.name: fact for fact in reversed(facts.of(RecordingFinished))}
    removed = {fact.name: fact for fact in reversed(facts.of(RecordingRemoved))}
    for name, fact in reversed(finished.items()):
        gone = removed.get(name)
        yield Recording(
            name=name,
            sha256=fact.sha256,
            size=fact.size,
            length_s=fact.length_s,
            finished=fact.at,
            removed=gone.at if gone else None,
            why=gone.why if gone else "",
            consult=fact.consult,
        )


def pauses(facts: Facts) -> Iterator[Pause]:
    """From each pause until it is taken back; said again meanwhile, it stays the same pause."""
    began: RecordingPaused | None = None
    for fact in facts.all:
        if isinstance(fact, RecordingPaused):
            began = began or fact
        elif isinstance(fact, RecordingResumed) and began is not None:
            yield Pause(since=began.at, until=fact.at, by=began.by, resumed_by=fact.by)
            began = None
    if began is not None:
        yield Pause(since=began.at, until=None, by=began.by)
