"""The page's four requests. Each reads forms and cookies, asks the desk, and answers with a page; api.access logs no address of it.

    GET  /t             where a link leads to: a script there sends the code that stands behind the #
    POST /t             the code, exchanged for a cookie that is good for this link's page alone
    GET  /t/{link_id}   the ticket
    POST /t/{link_id}   an answer
"""

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import structlog
from aiohttp import web

from api.errors import Forbidden, Malformed, TooLarge, TooSlow, status_of_kind
from api.hostile import check_text
from api.page.acts import noted_answer
from api.page.entering import Entering
from api.page.frame import ENTER_SCRIPT, TICKET_SCRIPT, html, other_of, page
from api.page.limits import PAGES, WRONG_CODES, Limit, who_asks
from api.page.ticket import Filled, View, ticket_body
from api.page.words import WORDS, Language, language_of
from api.route import ROUTE_NAME, SOURCES
from api.serving import BODY_S
from calls.errors import Conflict, Fault, Refused, ZhidaError
from tickets.answers import LONGEST_ANSWER, draft_of
from tickets.links import PAGE, Link, LinkUnusable
from tickets.ticket import Ticket

log = structlog.get_logger(__name__)

REFUSED_AFTER_S: Final = 0.4
"""A code that opens nothing is told so after this, whatever is wrong with it."""

_ID: Final = re.compile(r"[0-9a-z]{8}")
_NONCE: Final = re.compile(r"[0-9a-f]{32}")
_MOST_FIELDS: Final = 20
_MOST_SEEN: Final = 100_000


@dataclass(frozen=True, slots=True)
class Limits:
    """One engine's."""

    pages: Limit
    wrong_codes: Limit


LIMITS: Final = web.AppKey("page_limits", Limits)


def add_page(app: web.Application) -> None:
    """The page's routes."""
    clock = app[SOURCES].clock
    app[LIMITS] = Limits(Limit(PAGES, clock), Limit(WRONG_CODES, clock))
    for method, path, name, handle in (
        ("GET", PAGE, "page_enter", enter),
        ("GET", PAGE + "/", "page_enter", enter),
        ("POST", PAGE, "page_open", open_ticket),
        ("GET", PAGE + "/{link_id}", "page_ticket", show_ticket),
        ("POST", PAGE + "/{link_id}", "page_answer", take_answer),
    ):
        app.router.add_route(method, path, _served(name, handle))
        if method == "GET":
            app.router.add_route("HEAD", path, _served(name, handle))


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request."""

    request: web.Request
    language: Language
    who: str

    @property
    def root(self) -> str:
        """The page's path as the browser sees it: a proxy may have put another before it."""
        return urlsplit(self.request.app[SOURCES].links.rules.base_url).path.rstrip("/") + PAGE

    @property
    def query(self) -> str:
        """The language, where the address says it."""
        return f"?lang={self.language}" if self.request.query.get("lang") == self.language else ""

    @property
    def entering(self) -> Entering:
        """Cookies and signatures."""
        desk = self.request.app[SOURCES].links
        return Entering(secret=desk.rules.secret, hotline=desk.hotline, now=self.request.app[SOURCES].clock.now())

    def page(self, body: str, *, path: str = "", script: str = "", foot: str = "") -> str:
        """A whole page in the visit's language; `path` is its own below the root."""
        other = f"{self.root}{path}?lang={other_of(self.language)}"
        hotline = self.request.app[SOURCES].page().hotline
        return page(body, language=self.language, hotline=hotline, other=other, script=script, foot=foot)

    def sentence(self, word: str, status: int, *, text: str = "") -> web.Response:
        """A page of one sentence; and of what he wrote, where it would be lost."""
        words = WORDS[self.language]
        label = f'<label for="kept">{words["keep_text"]}</label>'
        kept = f'{label}<textarea id="kept" rows="9" readonly>\n{_escaped(text)}</textarea>' if text.strip() else ""
        body = f'<h1>{words["title"]}</h1>\n<section role="alert"><p>{words[word]}</p>{kept}</section>'
        return html(self.page(body), status=status)


PageHandler = Callable[[Visit], Awaitable[web.StreamResponse]]


def _served(name: str, handle: PageHandler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        request[ROUTE_NAME] = name
        rules = request.app[SOURCES].page()
        language = language_of(request.query.get("lang", ""), request.headers.get("Accept-Language", ""), rules.language)
        who = who_asks(request.remote, request.headers.getall("X-Forwarded-For", []), rules.proxies)
        visit, limits = Visit(request=request, language=language, who=who), request.app[LIMITS]
        began = asyncio.get_running_loop().time()
        if limits.pages.passed(who) or limits.wrong_codes.passed(who):
            return visit.sentence("too_often", HTTPStatus.TOO_MANY_REQUESTS)
        limits.pages.count(who)
        try:
            return await handle(visit)
        except LinkUnusable:
            limits.wrong_codes.count(who)
            await asyncio.sleep(max(0.0, began + REFUSED_AFTER_S - asyncio.get_running_loop().time()))
            return visit.sentence("unusable", HTTPStatus.NOT_FOUND)
        except (ZhidaError, web.HTTPException) as error:
            return _refusal(visit, error)

    return serve


def _refusal(visit: Visit, error: ZhidaError | web.HTTPException) -> web.Response:
    if isinstance(error, TooLarge | web.HTTPRequestEntityTooLarge):
        return visit.sentence("too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if isinstance(error, Fault):
        log.warning("page_not_possible", code=error.code)
        return visit.sentence("away", HTTPStatus.SERVICE_UNAVAILABLE)
    status = status_of_kind(type(error)) if isinstance(error, ZhidaError) else HTTPStatus(error.status)
    return visit.sentence("unreadable", status)


# ── the requests ──


async def enter(visit: Visit) -> web.Response:
    """Where links lead to; whoever was told the code types it in here."""
    words = WORDS[visit.language]
    body = (
        f'<h1>{words["title"]}</h1>\n<p id="opening" role="status" hidden>{words["opening"]}</p>\n'
        f'<section><p>{words["enter"]}</p><form id="enter" method="post" action="{visit.root}{visit.query}" autocomplete="off">'
        f'<div class="field"><label class="label" for="code">{words["code"]}</label>'
        '<input type="text" id="code" name="code" required maxlength="100" autocapitalize="off" autocorrect="off" spellcheck="false" '
        f'aria-describedby="code-hint"><p class="soft" id="code-hint">{words["code_hint"]}</p></div>'
        f'<button type="submit">{words["open"]}</button></form></section>'
    )
    return html(visit.page(body, script=ENTER_SCRIPT))


async def open_ticket(visit: Visit) -> web.Response:
    """The code for a cookie. Raises: LinkUnusable."""
    _from_here(visit)
    form = await _form(visit.request)
    desk = visit.request.app[SOURCES].links
    link = await desk.enter(form.get("code", ""))
    name, value, left_s = visit.entering.cookie(link, session_s=desk.rules.session_s)
    path = f"{visit.root}/{link.link_id}"
    response = html("", status=HTTPStatus.SEE_OTHER, headers={"Location": path + visit.query})
    secure = desk.rules.base_url.startswith("https:")
    response.set_cookie(name, value, path=path, max_age=left_s, httponly=True, samesite="Strict", secure=secure)
    return response


async def show_ticket(visit: Visit) -> web.Response:
    """The ticket. Raises: LinkUnusable."""
    link, ticket, cookie = await _entered(visit)
    saved = visit.request.query.get("saved") == "1"
    return html(await _ticket_page(visit, link, ticket, cookie, saved=saved))


async def take_answer(visit: Visit) -> web.Response:
    """An answer: kept and told, or shown again with what is to be mended. Raises: LinkUnusable."""
    _from_here(visit)
    form = await _form(visit.request)
    try:
        link, ticket, cookie = await _entered(visit)
    except LinkUnusable:
        if not (text := form.get("text", "")[:LONGEST_ANSWER]).strip():
            raise
        return visit.sentence("unusable", HTTPStatus.NOT_FOUND, text=text)
    if not visit.entering.is_ours(form.get("token", ""), cookie):
        raise Forbidden("form_not_ours", "The form is none of this page.")
    filled = Filled(**{name: form.get(name, "") for name in ("kind", "text", "until", "referred_to")})
    try:
        await _answer(visit, link, form, filled)
    except Conflict:
        _, ticket = await visit.request.app[SOURCES].links.entered(link.link_id, link.issue)
        shown = await _ticket_page(visit, link, ticket, cookie, filled=filled, fault="meanwhile")
        return html(shown, status=HTTPStatus.CONFLICT)
    except Refused as refused:
        if isinstance(refused, LinkUnusable | Malformed):
            raise
        place = str(refused.fields.get("field", "text"))
        shown = await _ticket_page(visit, link, ticket, cookie, filled=filled, fault=refused.code, place=place)
        return html(shown, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    query = f"{visit.query}&saved=1" if visit.query else "?saved=1"
    return html("", status=HTTPStatus.SEE_OTHER, headers={"Location": f"{visit.root}/{link.link_id}{query}"})


async def _answer(visit: Visit, link: Link, form: Mapping[str, str], filled: Filled) -> None:
    sources = visit.request.app[SOURCES]
    nonce, seen = form.get("answer_id", ""), form.get("seen", "")
    if not _NONCE.fullmatch(nonce) or not (seen.isascii() and seen.isdecimal() and int(seen[:9]) <= _MOST_SEEN):
        raise Malformed("form_unreadable", "The form's own fields were changed.")
    draft = draft_of(
        kind=filled.kind, text=filled.text, until=filled.until, referred_to=filled.referred_to, today=sources.links.today
    )
    async with noted_answer(sources, link, draft):
        await sources.links.answer(link, draft, answer_id=f"{link.link_id}-{nonce}", seen=int(seen))


# ── what they share ──


def _from_here(visit: Visit) -> None:
    """Raises: Forbidden: another site's page had the browser send it (Origin cannot tell: no-referrer makes it null)."""
    if visit.request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("request_from_elsewhere", "The form was sent from another site's page.")


async def _entered(visit: Visit) -> tuple[Link, Ticket, str]:
    """The link and the ticket that the browser's cookie opens, and the cookie. Raises: LinkUnusable."""
    link_id = visit.request.match_info["link_id"]
    if not _ID.fullmatch(link_id):
        raise LinkUnusable
    cookie = visit.request.cookies.get(visit.entering.cookie_name(link_id), "")
    link, ticket = await visit.request.app[SOURCES].links.entered(link_id, visit.entering.issue_of(cookie, link_id))
    return link, ticket, cookie


async def _ticket_page(
    visit: Visit,
    link: Link,
    ticket: Ticket,
    cookie: str,
    *,
    filled: Filled = Filled(),  # noqa: B008  frozen
    fault: str = "",
    place: str = "",
    saved: bool = False,
) -> str:
    desk = visit.request.app[SOURCES].links
    path = f"/{link.link_id}"
    view = View(
        link=link,
        ticket=ticket,
        language=visit.language,
        local=desk.local,
        today=desk.today,
        departments=await desk.departments(),
        show_number=desk.rules.show_number,
        action=f"{visit.root}{path}{visit.query}",
        token=visit.entering.token(cookie),
        answer_id=uuid.uuid4().hex,
        filled=filled,
        fault=fault,
        place=place,
        saved=saved,
    )
    return visit.page(ticket_body(view), path=path, script=TICKET_SCRIPT, foot=view.said("footer"))


async def _form(request: web.Request) -> dict[str, str]:
    """The fields of a form. Raises: Malformed, TooSlow; and aiohttp's own where it is too large."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise Malformed("not_a_form", "This place takes forms.")
    try:
        async with asyncio.timeout(request.app[BODY_S]):
            body = await request.read()
        fields = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=_MOST_FIELDS
        )
    except TimeoutError:
        raise TooSlow("body_too_slow", "The form did not arrive in time.") from None
    except (ValueError, web.RequestPayloadError, ConnectionError):
        raise Malformed("form_unreadable", "The form cannot be read.") from None
    for _, value in fields:
        check_text(value, "A field")
    return dict(fields)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
