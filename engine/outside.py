"""How the outside world is dialled: a number as people write it -> what the outside trunk wants in the request URI."""

from dataclasses import dataclass

from calls.errors import Refused
from config.settings import Settings
from whitelist.numbers import parse_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """The outside trunk's way of writing numbers.

    Args:
        form: "national" (051586660001, 13900001001), "local" (86660001 within the own area code) or "e164".
        prefix: digits before every number. caller_id: what the called party sees.
    """

    area_code: str
    form: str = "national"
    prefix: str = ""
    caller_id: str = ""

    def digits(self, number: str) -> str:
        """The number as the trunk wants it. Raises: Refused: it is none that can be called."""
        parsed = parse_number(number, area_code=self.area_code)
        if parsed.e164 is None or parsed.national is None:
            why = (parsed.reason or parsed.kind).rstrip(".")
            raise Refused("number_not_callable", f"{parsed.raw!r} is not a number that can be called: {why}.")
        if self.form == "e164":
            return self.prefix + parsed.e164
        national = "".join(character for character in parsed.national if character.isdecimal())
        if self.form == "local" and national.startswith(self.area_code):
            national = national.removeprefix(self.area_code)
        return self.prefix + national

    def device(self, digits: str) -> str:
        """What Dial() and Originate ring for those digits."""
        return f"PJSIP/{digits}@zhida-outside"


def outside_of(settings: Settings) -> Outside:
    """The hotline's."""
    outbound = settings.outbound
    if outbound is None:
        return Outside(area_code=settings.hotline.area_code)
    caller_id = outbound.caller_id or next(iter(settings.dialled))
    return Outside(
        area_code=settings.hotline.area_code, form=outbound.number_form, prefix=outbound.prefix, caller_id=caller_id
    )
