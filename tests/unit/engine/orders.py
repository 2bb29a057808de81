"""routing.callbacks.CallbackOrders in memory."""

from collections.abc import Collection, Mapping

from routing.callbacks import RESTING, CallbackOrder, Reach


class MemoryOrders:
    """Leases without a clock: what rests does so until `awake` is called."""

    def __init__(self) -> None:
        self.leases: dict[str, str] = {}
        self.orders: dict[str, CallbackOrder] = {}
        self.reaches: dict[str, str] = {}
        self.rests: dict[str, float] = {}

    async def place(self, order: CallbackOrder, *, though_resting: bool = False) -> str:
        holder = self.leases.get(order.number, "")
        if holder and not (holder == RESTING and though_resting):
            return holder
        self.leases[order.number] = order.call_id
        self.orders[order.call_id] = order
        return ""

    async def held(self, since_ms: Mapping[str, int]) -> Collection[str]:
        return {number for number in since_ms if number in self.leases}

    async def order(self, call_id: str) -> CallbackOrder | None:
        return self.orders.get(call_id)

    async def keep(self, order: CallbackOrder) -> None:
        self.leases.setdefault(order.number, order.call_id)

    async def note(self, call_id: str, reach: Reach) -> None:
        self.reaches[call_id] = str(reach)

    async def reach(self, call_id: str) -> str:
        return self.reaches.get(call_id, "")

    async def over(self, order: CallbackOrder, *, rest_s: float) -> None:
        if self.leases.get(order.number, order.call_id) == order.call_id:
            self.leases[order.number] = RESTING
            self.rests[order.number] = rest_s

    async def holder(self, number: str) -> str:
        holder = self.leases.get(number, "")
        return "" if holder == RESTING else holder

    def awake(self) -> None:
        """Every rest is over."""
        self.leases = {number: holder for number, holder in self.leases.items() if holder != RESTING}
