"""Links without a database: what the desk and the sender ask for, kept in memory by hand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from calls.errors import Conflict, NotFound, Refused, StoreFault
from calls.events import Event
from tickets.answers import MOST_ANSWERS, Draft, SpecialistAnswer
from tickets.link_desk import LinkDesk
from tickets.links import Link, LinkRules, LinkUnusable, Recipient, Sending
from tickets.messages import Message, MessageState, Sms
from tickets.ticket import Ticket

SECRET = "a-secret-of-the-tests-and-nobody-else"
BASE = "https://links.example.cn"
RULES = LinkRules(base_url=BASE, secret=SECRET, send=Sending.AUTOMATIC, valid_s=3600, session_s=600, text="{enterprise}：{url} {hours}小时")
HOTLINE = "yancheng"

ZHANG = Recipient(specialist_id="t-1", name="张专员", department="市税务局", mobile="13900001001")
LI = Recipient(specialist_id="t-2", name="李专员", department="市税务局", mobile="")
SUN = Recipient(specialist_id="h-1", name="孙专员", department="市住建局", mobile="13900001003")


class Time:
    """A clock that is moved by hand."""

    def __init__(self, now: datetime = datetime(2025, 9, 30, 9, 0, tzinfo=UTC)) -> None:
        self.at = now
        self.began = now

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - self.began).total_seconds()

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class People:
    """tickets.links.Recipients."""

    def __init__(self) -> None:
        self.held = {one.specialist_id: one for one in (ZHANG, LI, SUN)}

    async def recipient(self, specialist_id: str) -> Recipient | None:
        return self.held.get(specialist_id)

    async def departments(self) -> Sequence[str]:
        return tuple(dict.fromkeys(one.department for one in self.held.values()))


class Outbox:
    """tickets.messages.Outbox."""

    def __init__(self) -> None:
        self.held: dict[str, Message] = {}
        self.away = 0

    async def due(self, now: datetime, limit: int) -> Sequence[Message]:
        pending = (MessageState.WAITING, MessageState.SENDING)
        return sorted((one for one in self.held.values() if one.state in pending and one.due <= now), key=lambda one: one.due)[:limit]

    async def claim(self, message: Message, *, until: datetime) -> bool:
        if self.held[message.message_id] != message:
            return False
        self.held[message.message_id] = replace(message, state=MessageState.SENDING, attempts=message.attempts + 1, due=until)
        return True

    async def settle(self, message: Message) -> None:
        if self.away:
            self.away -= 1
            raise StoreFault("sql_away", "The database does not answer.")
        now = self.held[message.message_id]
        if now.state is MessageState.SENDING and now.attempts == message.attempts:
            self.held[message.message_id] = message

    async def reported(self, message: str, state: MessageState, *, at: datetime, why: str) -> bool:
        for one in self.held.values():
            if message in (one.message_id, one.gateway_id) and one.state in (MessageState.SENT, MessageState.UNKNOWN):
                self.held[one.message_id] = replace(one, state=state, ended=at, why=why)
                return True
        return False

    async def of_links(self, link_ids: Sequence[str]) -> Mapping[str, Message]:
        return {one.link_id: one for one in self.held.values() if one.link_id in link_ids}

    async def counts(self) -> Mapping[MessageState, int]:
        return Counter(one.state for one in self.held.values())

    @property
    def only(self) -> Message:
        [message] = self.held.values()
        return message


class Links:
    """tickets.links.LinkStore."""

    def __init__(self, tickets: dict[str, Ticket], outbox: Outbox) -> None:
        self.tickets = tickets
        self.outbox = outbox
        self.held: dict[str, Link] = {}
        self.told: set[str] = set()
        self.away = False
        self.looked_up = 0

    async def links_of(self, ticket: str) -> Sequence[Link]:
        if ticket not in self.tickets:
            raise NotFound("ticket_unknown", f"There is no ticket {ticket}", number=ticket)
        return [link for link in self.held.values() if link.ticket == ticket]

    async def link(self, link_id: str) -> Link | None:
        if self.away:
            raise StoreFault("sql_away", "The database does not answer.")
        self.looked_up += 1
        return self.held.get(link_id)

    async def wanted(self, limit: int) -> Sequence[Link]:
        return [link for link in self.held.values() if link.issue == 0][:limit]

    async def put(self, link: Link, *, was: int | None, message: Message | None) -> None:
        before = next((one for one in self.held.values() if (one.ticket, one.specialist_id) == (link.ticket, link.specialist_id)), None)
        if (None if before is None else before.issue) != was:
            raise Conflict("link_changed", "The link was changed meanwhile; look at it again")
        self.held[link.link_id] = link
        self._withdraw(link.link_id)
        if message is not None:
            self.outbox.held[message.message_id] = message

    async def revoke(self, link_id: str, *, by: str, at: datetime) -> None:
        self.held[link_id] = replace(self.held[link_id], revoked=at, revoked_by=by)
        self._withdraw(link_id)

    async def mark_shown(self, link_id: str, issue: int, at: datetime) -> bool:
        first = self.held[link_id].shown is None
        self.held[link_id] = replace(self.held[link_id], shown=at)
        return first

    async def mark_opened(self, link_id: str, at: datetime) -> None:
        self.held[link_id] = replace(self.held[link_id], opened=at)

    async def append(self, answer_id: str, draft: Draft, *, link_id: str, issue: int, seen: int, at: datetime) -> SpecialistAnswer:
        link = self.held.get(link_id)
        if link is None or not link.good(at, issue):
            raise LinkUnusable
        ticket = self.tickets[link.ticket]
        for one in ticket.answers:
            if one.answer_id == answer_id:
                return one
        if len(ticket.answers) > seen:
            raise Conflict("answers_meanwhile", "Others answered meanwhile; look at it and send it again")
        if len(ticket.answers) >= MOST_ANSWERS:
            raise Refused("answers_too_many", "There are too many answers", field="text")
        answer = SpecialistAnswer(
            answer_id=answer_id, place=len(ticket.answers) + 1, specialist_id=link.specialist_id, name=link.name,
            department=link.department, draft=draft, at=at,
        )  # fmt: skip
        self.tickets[link.ticket] = replace(ticket, answers=(*ticket.answers, answer))
        return answer

    async def untold(self, limit: int) -> Sequence[tuple[Link, SpecialistAnswer]]:
        answers = [(link, one) for link in self.held.values() for one in self.tickets[link.ticket].answers]
        return [(link, one) for link, one in answers if one.specialist_id == link.specialist_id and one.answer_id not in self.told]

    async def mark_told(self, answer_id: str) -> None:
        self.told.add(answer_id)

    def _withdraw(self, link_id: str) -> None:
        for one in self.outbox.held.values():
            if one.link_id == link_id and one.state is MessageState.WAITING:
                self.outbox.held[one.message_id] = replace(one, state=MessageState.WITHDRAWN)


@dataclass
class Phones:
    """tickets.messages.Gateway: what came out of it; what stands in `fails` is raised, one after another."""

    sent: list[Sms] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)
    asked: int = 0

    async def send(self, sms: Sms) -> str:
        self.asked += 1
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append(sms)
        return f"gw-{len(self.sent)}"


class TicketsAlone:
    """The part of tickets.records.Records that the desk asks for."""

    def __init__(self, tickets: dict[str, Ticket]) -> None:
        self.tickets = tickets

    async def ticket(self, number: str) -> Ticket:
        if number not in self.tickets:
            raise NotFound("ticket_unknown", f"There is no ticket {number}", number=number)
        return self.tickets[number]


class Linking:
    """All of it: a desk with its tickets, its outbox, and the facts that were told."""

    def __init__(self, tickets: dict[str, Ticket], clock: Time | None = None) -> None:
        self.clock = clock or Time()
        self.people = People()
        self.outbox = Outbox()
        self.store = Links(tickets, self.outbox)
        self.facts: list[Event] = []
        self.stream_is_away = False
        self.desk = LinkDesk(
            hotline=HOTLINE,
            store=self.store,
            outbox=self.outbox,
            records=TicketsAlone(tickets),  # type: ignore[arg-type]
            recipients=self.people,
            tell=self.tell,
            clock=self.clock,
            zone=ZoneInfo("Asia/Shanghai"),
        )
        self.desk.rules = RULES

    async def tell(self, facts: Sequence[Event]) -> None:
        if self.stream_is_away:
            raise StoreFault("redis_away", "Redis does not answer.")
        self.facts += facts

    async def code(self, ticket: str, specialist: str = "t-1") -> str:
        """A new link's code, as the seat reads it out."""
        link = await self.desk.issue(ticket, specialist, by="desk", send=False)
        return (await self.desk.show(ticket, link.link_id)).code


