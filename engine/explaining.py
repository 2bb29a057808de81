"""`explain`: what would happen to such a call, by the very code that routes."""

from dataclasses import dataclass, replace

from engine.decision import Decider
from routing.explain import Asked, Background, Explanation, explain
from whitelist.keeping import EntryStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """Explains with the engine's own decider."""

    decider: Decider
    entries: EntryStore
    background: Background

    async def explain(self, raw_number: str, asked: Asked) -> Explanation:
        """The whole decision. Raises: StoreFault: the caller's entry could not be read."""
        identity = self.decider.identify(raw_number, asked.trunk, asked.at)
        entry = await self.entries.get(identity.entry.entry_id) if identity.entry is not None else None
        return explain(asked, identity, rules=self.decider.rules, background=replace(self.background, entry=entry))
