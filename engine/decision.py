"""Who calls and what is to happen with the call: identify() and make_plan() with today's directory and rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from routing.plan import MenuChoice, Plan, PlanRules, make_plan
from whitelist.identify import Identity, TrunkTrust, identify
from whitelist.index import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided for one call."""

    identity: Identity
    plan: Plan
    dialled: str
    at: datetime
    chosen: bool = False
    """Whether a menu choice made the plan."""

    @property
    def number(self) -> str:
        """The form people write, "" where there is no number that could be called back."""
        return self.identity.number.national or ""

    @property
    def enterprise(self) -> str:
        """The enterprise's or project's name, or ""."""
        return self.identity.entry.name if self.identity.entry is not None else ""

    @property
    def shown_name(self) -> str:
        """What a seat's phone shows beside the number."""
        if self.identity.entry is None:
            return ""
        return f"{self.enterprise} {self.identity.entry.tier}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Decides with the rules it was made with, and the directory as it is at the moment of asking."""

    directory: Callable[[], Directory]
    trunks: Mapping[str, TrunkTrust]
    rules: PlanRules
    area_code: str
    timezone: ZoneInfo

    def decide(self, *, raw_number: str, trunk: str, dialled: str, at: datetime) -> Decision:
        """Identity and plan of a call that arrives at `at` (aware)."""
        return self.decide_for(self.identify(raw_number, trunk, at), dialled=dialled, at=at)

    def decide_for(self, identity: Identity, *, dialled: str, at: datetime) -> Decision:
        """The plan of a caller who is known already."""
        return Decision(identity=identity, plan=make_plan(identity, dialled, at=at, rules=self.rules), dialled=dialled, at=at)

    def after_menu(self, decision: Decision, choice: MenuChoice) -> Decision:
        """The same call with the plan that its menu choice makes."""
        plan = make_plan(decision.identity, decision.dialled, menu_choice=choice, at=decision.at, rules=self.rules)
        return replace(decision, plan=plan, chosen=choice.digit != "")

    def identify(self, raw_number: str, trunk: str, at: datetime) -> Identity:
        """Who calls."""
        return identify(
            raw_number=raw_number,
            trunk=self.trunks.get(trunk) or TrunkTrust(trunk, trusted=False),
            directory=self.directory(),
            today=at.astimezone(self.timezone).date(),
            area_code=self.area_code,
        )
