"""What every page has: head, bar, foot, and the headers that keep it to itself."""

import base64
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final

from aiohttp import web

from api.page.words import HTML_LANG, WORDS, Language

_FOLDER: Final = Path(__file__).parent


def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


STYLE: Final = _file("style.css")
ENTER_SCRIPT: Final = _file("enter.js")
TICKET_SCRIPT: Final = _file("ticket.js")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; "
    f"style-src {_hash(STYLE)}; script-src {_hash(ENTER_SCRIPT)} {_hash(TICKET_SCRIPT)}; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Nothing but the two scripts and the style that stand in the page itself; nothing is fetched from or told to anybody else."""


def page(body: str, *, language: Language, hotline: str, other: str, script: str = "", foot: str = "") -> str:
    """A whole page.

    Args: body: HTML. other: the address of the same page in the other language. script: ours. foot: a sentence below.
    """
    words = WORDS[language]
    tongue = HTML_LANG[other_of(language)]
    switch = f'<a href="{escape(other)}" hreflang="{tongue}" lang="{tongue}">{words["other_language"]}</a>'
    title = f"{words['title']} · {hotline}"
    return (
        f'<!DOCTYPE html>\n<html lang="{HTML_LANG[language]}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="format-detection" content="telephone=no">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<header class="bar"><div class="wrap"><strong>{escape(hotline)}</strong>{switch}</div></header>\n'
        f'<main class="wrap">\n{body}\n</main>\n<footer class="wrap">{foot}</footer>\n'
        f"{f'<script>{script}</script>' if script else ''}\n</body>\n</html>\n"
    )


def other_of(language: Language) -> Language:
    """The one that the page can be switched to."""
    return "en" if language == "zh" else "zh"


def html(text: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """The answer with such a page."""
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers={**HEADERS, **(headers or {})})
