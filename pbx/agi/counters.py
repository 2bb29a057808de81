"""What the FastAGI server counts, for whoever exports metrics."""

from dataclasses import dataclass


@dataclass(slots=True)
class AgiCounters:
    """Totals since the start; they only grow.

    Args:
        connections: accepted by the system, whoever it was.
        peers_refused: not on the list of those who may connect.
        env_refused: what came was not an AGI environment, or named no usable call.
        env_timeouts: the environment was not complete in time.
        crowded_out: cut, not identified yet, because too many others were not either.
        full: identified, but as many sessions as allowed were running.
        sessions: handed to the handler.
        handler_failures: the handler ended with an error.
        unfinished: sessions that ended without the last word, for whatever reason but a hang-up.
        commands: lines sent, tokens not counted.
        resyncs: times a connection had to be brought back in step, each interrupted prompt among them.
        nudges: tokens sent again because Asterisk had not seen the first.
        strays: lines nobody had asked for.
        late_replies: commands not answered within their deadline.
        lingered: connections closed because their handler held them too long after the hang-up.
    """

    connections: int = 0
    peers_refused: int = 0
    env_refused: int = 0
    env_timeouts: int = 0
    crowded_out: int = 0
    full: int = 0
    sessions: int = 0
    handler_failures: int = 0
    unfinished: int = 0
    commands: int = 0
    resyncs: int = 0
    nudges: int = 0
    strays: int = 0
    late_replies: int = 0
    lingered: int = 0
