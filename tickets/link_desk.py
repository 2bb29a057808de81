"""What is done with links: issued, sent, read out, withdrawn, opened, and answered by."""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

import structlog

from calls.clock import Clock
from calls.errors import Conflict, NotFound, Refused, StoreFault
from calls.events import Event, SpecialistAnswered
from calls.masking import masked
from tickets.answers import Draft, SpecialistAnswer
from tickets.link_code import digest_of, grouped, key_of, new_link_id, read_code, same
from tickets.links import BY_ITSELF, PAGE, Link, LinkRules, LinkState, LinkStore, LinkUnusable, Recipient, Recipients, Sending
from tickets.messages import Message, MessageState, Outbox, Sms
from tickets.receipts import Receipt, ReceiptRules
from tickets.records import Records
from tickets.sms_text import sms_text
from tickets.ticket import Ticket

log = structlog.get_logger(__name__)

_NOBODYS: Final = "00000000"
_NO_DIGEST: Final = "0" * 64
_AT_A_TIME: Final = 50
_LOST_RACE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A code to be read out or copied, once."""

    url: str
    code: str


class LinkDesk:
    """One engine's; `rules` and `receipts` may be replaced at any moment.

    Args: tell: takes facts to the stream. Raises: StoreFault.
    """

    def __init__(
        self,
        *,
        hotline: str,
        store: LinkStore,
        outbox: Outbox,
        records: Records,
        recipients: Recipients,
        tell: Callable[[Sequence[Event]], Awaitable[None]],
        clock: Clock,
        zone: tzinfo,
    ) -> None:
        self.rules = LinkRules()
        self.receipts = ReceiptRules()
        self.hotline = hotline
        self._store = store
        self._outbox = outbox
        self._records = records
        self._recipients = recipients
        self._tell = tell
        self._clock = clock
        self._zone = zone

    # ── for those who run the hotline ──

    async def links(self, ticket: str) -> tuple[Sequence[Link], Mapping[str, Message]]:
        """The ticket's links, and the latest message of each that has any. Raises: NotFound."""
        links = await self._store.links_of(ticket)
        return links, await self._outbox.of_links([link.link_id for link in links])

    async def reported(self, receipts: Sequence[Receipt]) -> None:
        """Keep what the gateway says of the messages it took; others, which it may have sent for somebody else, are nothing here.

        Raises: StoreFault.
        """
        for receipt in receipts:
            state = MessageState.DELIVERED if receipt.delivered else MessageState.FAILED
            why = "" if receipt.delivered else f"The SMS gateway says: {receipt.state}."
            if await self._outbox.reported(receipt.message, state, at=self._clock.now(), why=why):
                log.info("message_reported", message=receipt.message[:64], state=state)

    async def issue(self, ticket: str, specialist_id: str, *, by: str, send: bool) -> Link:
        """A link for this specialist, or a new code for the one he has.

        Raises: NotFound: no such ticket. Refused: links are off, he is not in the roster, or `send` and he cannot be sent to.
        """
        self._must_be_on()
        whole = await self._records.ticket(ticket)
        who = await self._recipients.recipient(specialist_id)
        if who is None:
            raise Refused("specialist_unknown", f"The roster has no specialist {specialist_id:.64}.", specialist_id=specialist_id)
        if send and self.rules.send is Sending.OFF:
            raise Refused("links_not_sent", "Links are not sent here (links.send is off); issue it without sending and show it.")
        if send and not who.mobile:
            raise Refused("specialist_without_mobile", f"The roster has no mobile of {who.name}; issue it without sending and show it.")
        for _ in range(_LOST_RACE):
            before = next((one for one in await self._store.links_of(ticket) if one.specialist_id == specialist_id), None)
            fresh = before or _blank(whole, who)
            try:
                return await self._issue(fresh, was=None if before is None else before.issue, by=by, number=who.mobile if send else "")
            except Conflict as lost:
                conflict = lost  # it was wanted or issued by another at this very moment
        raise conflict

    async def show(self, ticket: str, link_id: str) -> Shown:
        """The code of the present issue, to be read out: once. Raises: NotFound. Conflict: it was shown, or is good no more."""
        link = await self._of(ticket, link_id)
        now = self._clock.now()
        if link.state(now) is not LinkState.GOOD:
            raise Conflict("link_not_good", f"Link {link_id} is {link.state(now)}; issue it again.", state=link.state(now))
        key = key_of(self.rules.secret, self.hotline, link.link_id, link.issue)
        if not same(digest_of(key), link.digest):
            raise Conflict("link_of_another_secret", f"links.secret was changed since link {link_id} was issued; issue it again.")
        if not await self._store.mark_shown(link_id, link.issue, now):
            raise Conflict("link_shown", f"The code of link {link_id} was shown already; issue the link again for another.")
        return Shown(url=self._url(link), code=grouped(link_id + key))

    async def revoke(self, ticket: str, link_id: str, *, by: str) -> None:
        """It opens nothing any more. Raises: NotFound."""
        link = await self._of(ticket, link_id)
        await self._store.revoke(link.link_id, by=by, at=self._clock.now())

    async def issue_wanted(self) -> int:
        """Issue and send the links of specialists who joined a call; how many there were. Raises: StoreFault."""
        if not self.rules.base_url or self.rules.send is not Sending.AUTOMATIC:
            return 0
        wanted = await self._store.wanted(_AT_A_TIME)
        for link in wanted:
            who = await self._recipients.recipient(link.specialist_id)
            try:
                await self._issue(link, was=0, by=BY_ITSELF, number=who.mobile if who else "", automatic=True)
            except Conflict:
                log.debug("link_issued_elsewhere", link=link.link_id)
        return len(wanted)

    # ── for the sender ──

    async def sms(self, message: Message) -> Sms | None:
        """What is to be sent; None where the link is not the one of then any more. Raises: StoreFault."""
        link = await self._store.link(message.link_id)
        if link is None or not link.good(self._clock.now(), message.issue):
            return None
        try:
            ticket = await self._records.ticket(link.ticket)
        except NotFound:
            return None
        text = sms_text(self.rules, link, ticket.record.enterprise, url=self._url(link), now=self._clock.now())
        return Sms(message_id=message.message_id, number=message.number, text=text)

    # ── for the page ──

    async def enter(self, code: str) -> Link:
        """The link that this code opens. Whatever the code is, the same is done. Raises: LinkUnusable."""
        link_id, key = read_code(code)
        link = await self._store.link(link_id or _NOBODYS)
        right = same(digest_of(key), (link.digest if link else "") or _NO_DIGEST)
        if link is None or not right or not self.rules.base_url or not link.good(self._clock.now(), link.issue):
            raise LinkUnusable
        await self._store.mark_opened(link.link_id, self._clock.now())
        return link

    async def entered(self, link_id: str, issue: int) -> tuple[Link, Ticket]:
        """What was opened by that issue's code. Raises: LinkUnusable: it is good no more."""
        link = await self._store.link(link_id)
        if link is None or not self.rules.base_url or not link.good(self._clock.now(), issue):
            raise LinkUnusable
        return link, await self._records.ticket(link.ticket)

    async def departments(self) -> Sequence[str]:
        """Whose a matter can be."""
        return await self._recipients.departments()

    async def answer(self, link: Link, draft: Draft, *, answer_id: str, seen: int) -> SpecialistAnswer:
        """Add what he wrote; the seat is told at once, or as soon as it can be. Raises: as `LinkStore.append`."""
        at = self._clock.now()
        answer = await self._store.append(answer_id, draft, link_id=link.link_id, issue=link.issue, seen=seen, at=at)
        log.info("specialist_answered", link=link.link_id, ticket=link.ticket, place=answer.place, reply=answer.draft.kind)
        try:
            await self._told(link, answer)
        except StoreFault as fault:
            log.warning("answer_not_told_yet", link=link.link_id, code=fault.code)
        return answer

    async def tell_untold(self) -> None:
        """Tell the stream of answers it was not told of. One may be told twice, by two engines; its id is the same. Raises: StoreFault."""
        for link, answer in await self._store.untold(_AT_A_TIME):
            await self._told(link, answer)

    async def _told(self, link: Link, answer: SpecialistAnswer) -> None:
        await self._tell([_fact(link, answer)])
        await self._store.mark_told(answer.answer_id)

    @property
    def today(self) -> date:
        """The hotline's own day."""
        return self._clock.now().astimezone(self._zone).date()

    def local(self, moment: datetime) -> datetime:
        """By the hotline's clock."""
        return moment.astimezone(self._zone)

    # ── inside ──

    async def _issue(self, link: Link, *, was: int | None, by: str, number: str, automatic: bool = False) -> Link:
        now, issue = self._clock.now(), link.issue + 1
        key = key_of(self.rules.secret, self.hotline, link.link_id, issue)
        fresh = replace(
            link, issue=issue, digest=digest_of(key), issued=now, issued_by=by, expires=now + timedelta(seconds=self.rules.valid_s),
            revoked=None, revoked_by="", shown=None,
        )  # fmt: skip
        message = self._message(fresh, number, now) if number or automatic else None
        await self._store.put(fresh, was=was, message=message)
        log.info("link_issued", link=link.link_id, ticket=link.ticket, issue=issue, by=by, to=masked(number))
        return fresh

    def _message(self, link: Link, number: str, now: datetime) -> Message:
        message = Message(
            message_id=uuid.uuid4().hex, link_id=link.link_id, issue=link.issue, number=number, state=MessageState.WAITING,
            attempts=0, created=now, due=now,
        )  # fmt: skip
        if number:
            return message
        return replace(message, state=MessageState.FAILED, ended=now, why="The roster has no mobile of this specialist.")

    async def _of(self, ticket: str, link_id: str) -> Link:
        found = next((link for link in await self._store.links_of(ticket) if link.link_id == link_id), None)
        if found is None:
            raise NotFound("link_unknown", f"Ticket {ticket} has no link {link_id}.", link_id=link_id)
        return found

    def _must_be_on(self) -> None:
        if not self.rules.base_url:
            raise Refused("links_off", "There are no links here; set links.base_url and links.secret in the configuration.")

    def _url(self, link: Link) -> str:
        """The code is behind the #, which no browser sends to anybody."""
        key = key_of(self.rules.secret, self.hotline, link.link_id, link.issue)
        return f"{self.rules.base_url}{PAGE}#{link.link_id}{key}"


def _blank(ticket: Ticket, who: Recipient) -> Link:
    return Link(
        link_id=new_link_id(), ticket=ticket.number, call_id=ticket.record.call_id,
        specialist_id=who.specialist_id, name=who.name, department=who.department,
    )  # fmt: skip


def _fact(link: Link, answer: SpecialistAnswer) -> SpecialistAnswered:
    draft = answer.draft
    return SpecialistAnswered(
        call_id=link.call_id,
        at=answer.at,
        answer_id=answer.answer_id,
        place=answer.place,
        ticket=link.ticket,
        specialist_id=answer.specialist_id,
        name=answer.name,
        department=answer.department,
        reply=draft.kind,
        text=draft.text,
        until=draft.until.isoformat() if draft.until else "",
        referred_to=draft.referred_to,
    )
