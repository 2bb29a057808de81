"""What may stand in an action: patterns, because Asterisk reads more into some characters than the engine means."""

import re

from calls.errors import Refused

# A channel's name or uniqueid. Not "/…/": Hangup takes that as a regular expression, and ends every call it fits.
LEG = re.compile(r"[A-Za-z0-9][\w.@/:;+*#=~%-]*", re.ASCII)
DIAL = re.compile(r"(PJSIP|Local)/[\w.@/:;+*#-]+", re.ASCII)  # no "&" (rings several) and no "," (ends the argument)
PLACE = re.compile(r"[\w.*#+-]+", re.ASCII)
DEVICE = re.compile(r"[A-Za-z]+/[\w.@-]+", re.ASCII)
VARIABLE = re.compile(r"_{0,2}[A-Za-z]\w*(\([\w,.-]*\))?", re.ASCII)  # a name, or a function: PJSIP_HEADER(add,X-Zhida-Call)
READABLE = re.compile(r"[A-Za-z]\w*(\([\w@.:-]*\))?", re.ASCII)  # one that is only read: CHANNEL(appdata), GROUP_COUNT(leg@group)
NUMBER = re.compile(r"[0-9+*#]*")


def checked(pattern: re.Pattern[str], text: str, what: str) -> str:
    """The text, if it is of that form.

    Raises: Refused: `bad_ami_argument`.
    """
    if pattern.fullmatch(text):
        return text
    raise Refused("bad_ami_argument", f"This {what} cannot be given to Asterisk; it must match {pattern.pattern}.", what=what)


def leg(text: str) -> str:
    """A channel's name or uniqueid."""
    return checked(LEG, text, "channel or uniqueid")


def place(text: str) -> str:
    """A context, an extension or a conference room."""
    return checked(PLACE, text, "context, extension or room")


def escaped(text: str) -> str:
    """For between double quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def variable(name: str, value: str) -> str:
    """One Variable header. Unquoted, a comma in the value would begin another variable (manager.c man_do_variable_value)."""
    return f'"{checked(VARIABLE, name, "variable name")}={escaped(value)}"'
