"""How long a caller can be overtaken: what rank = arrival less bonus means for the one who waits."""

from collections.abc import Iterable


def starvation_bound(bonus_s: float, bonuses_s: Iterable[float], *, preferred_wait_s: float = 0.0) -> float:
    """Seconds: this caller is overtaken by at most those who arrive within so long after him.

    Overtaken means: a seat that may take both (open to him, with the skills he wants, not refused to him, not kept back from
    his class) is rung for somebody who came later. Whoever comes still later ranks behind him, whatever his class.

    Args:
        bonus_s: his own. bonuses_s: those of every class.
        preferred_wait_s: while he waits of his own for the seat that served him last, whoever comes may be served by another
            (`Rules.preferred_wait_s`; 0 for a caller no seat is remembered for).
    """
    return max(max([bonus_s, *bonuses_s]) - bonus_s, preferred_wait_s)
