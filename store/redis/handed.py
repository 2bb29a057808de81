"""Which offers an engine has been given, so that none is rung twice."""

from collections import OrderedDict
from typing import Final

from routing.waiting import Offer

_CALLS: Final = 20_000  # remembered; far more than an engine holds, so that none is forgotten while it lives


class Handed:
    """An offer reaches an engine as a step's answer, as a message, and again after its subscription was interrupted.

    Of all these the first counts, and only while no newer offer for the same call was given: an older one is over. Ids of
    offers grow (lua/match.lua).
    """

    def __init__(self) -> None:
        self._last: OrderedDict[str, tuple[int, ...]] = OrderedDict()

    def newest(self, offer: Offer | None) -> Offer | None:
        """The offer, where it is to be given; None where it, or a newer one for its call, was given already."""
        if offer is None:
            return None
        order = tuple(int(part) for part in offer.offer_id.split("-"))
        if order <= self._last.get(offer.call_id, ()):
            return None
        self._last[offer.call_id] = order
        self._last.move_to_end(offer.call_id)
        if len(self._last) > _CALLS:
            self._last.popitem(last=False)
        return offer
