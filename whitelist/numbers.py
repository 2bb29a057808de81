"""Telephone numbers as enterprises and carriers write them, and the one form everything compares: E.164.

Decided here, each with a test:

- Full-width digits, brackets and dashes count as plain ones; invisible marks pasted round a number are dropped.
  Digits of other scripts are refused, and so is text that turns digits round (U+202E).
- Nothing is unescaped: `%0d%0a` is no number. Over `LONGEST` characters nothing is read at all.
- A number without an area code takes the hotline's own. 95xxx and 96xxx are written +86 95588, as banks print them.
- An extension (转801, -801, ext 801, #801) is kept beside the number: a switchboard shows the number alone.
- 1 and ten more digits, the second 3 to 9, is always a mobile: operators open prefixes faster than tables follow.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from whitelist.plain import shown, to_plain

LONGEST: Final = 64
"""Characters; the longest way of writing a number with its extension is half of it."""
CHINA: Final = 86


class NumberKind(StrEnum):
    """What sort of number it is."""

    LANDLINE = "landline"
    MOBILE = "mobile"
    SERVICE = "service"
    """400, 800, 95xxx, 96xxx."""
    FOREIGN = "foreign"
    """Of another numbering plan than the hotline's: +852, +1 …"""
    SHORT = "short"
    """Two to six digits that only mean something inside one network: 110, 12345, 8001."""
    ANONYMOUS = "anonymous"
    """Withheld, unknown or empty."""
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Number:
    """A number, read.

    `raw` is what was written, cut and printable. `national` is the form people write (0515-88880001, 13900001001,
    +85221234567 for a foreign one). `reason` is a sentence wherever something had to be decided, else "".
    """

    raw: str
    e164: str | None
    national: str | None
    kind: NumberKind
    extension: str = ""
    reason: str = ""

    @property
    def reachable(self) -> bool:
        """Whether it is a number that can be called from anywhere, and so may stand on a list."""
        return self.e164 is not None


_ANONYMOUS: Final = frozenset(
    "anonymous unknown restricted private unavailable withheld blocked none null asterisk nocallerid"
    " 匿名 未知 未知号码 保密 空号 无 暂无 无号码 不显示 隐藏 私人号码".split()
)
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_FIXED: Final = re.compile(PhoneMetadata.metadata_for_region("CN").fixed_line.national_number_pattern)  # type: ignore[union-attr,type-var] # always there
_PLAIN_FORM: Final = re.compile(r"(?:(?:\+|00)?86)?0?([1-9]\d{9,10})", re.ASCII)
_SPOKEN_EXTENSION: Final = re.compile(
    r"(.*\d.*?)(?:转?分机号?|转接?|内线|extension|extn?\.?|x|#)[\s:.]*(\d{1,6})\s*(?:分机)?", re.ASCII | re.IGNORECASE
)
_DASHED_EXTENSION: Final = re.compile(r"(.*\d)\s*-\s*(\d{1,6})", re.ASCII)
_LETTERS: Final = re.compile(r"[^0-9+\-.() ]")
_LOCAL: Final = re.compile(r"[2-9]\d{6,7}", re.ASCII)
_SHORT: Final = re.compile(r"[1-9]\d{1,5}", re.ASCII)
_SERVICE_95: Final = re.compile(r"9[56]\d{3,4}", re.ASCII)
_SERVICE_TYPES: Final = frozenset(
    {PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.UAN}
)


def parse_number(raw: str, *, area_code: str, country: str = "CN") -> Number:
    """Read a number. Never raises; what cannot be read is INVALID with the reason.

    `area_code` is the hotline's own ("0515"), for numbers written without one, or "" where it has none; `country` (ISO 3166)
    is whose numbering plan the number is written in.
    """
    fast = _read_plain_form(raw) if country == "CN" else None
    return fast or _read(raw, area_code, country)


def _read_plain_form(raw: str) -> Number | None:
    """What carriers send and most forms hold (051588880001, 0515-88880001, +8613900001001), in two microseconds."""
    plain = _PLAIN_FORM.fullmatch(raw.replace("-", "", 1) if len(raw) < 20 else raw)
    if plain is None:
        return None
    digits = plain[1]
    if _MOBILE.fullmatch(digits):
        return Number(raw, "+86" + digits, digits, NumberKind.MOBILE)
    if _FIXED.fullmatch(digits):
        return _chinese_landline(raw, digits)
    return None


def _read(raw: str, area_code: str, country: str) -> Number:
    """Any form there is, by way of phonenumbers; some tens of microseconds."""
    kept = shown(raw, longest=LONGEST)
    if len(raw) > LONGEST:
        return _invalid(kept, f"{len(raw)} characters are too many for a telephone number; {LONGEST} are read at most.")
    text = to_plain(raw).strip()
    if _says_nothing(text):
        return Number(kept, None, None, NumberKind.ANONYMOUS, reason="The number is withheld or unknown.")
    spoken = _SPOKEN_EXTENSION.fullmatch(text.replace("(", " ").replace(")", " ").strip())
    if spoken:
        return _with_extension(kept, _read_digits(kept, spoken[1].strip(), area_code, country), spoken[2])
    whole = _read_digits(kept, text, area_code, country)
    dashed = _DASHED_EXTENSION.fullmatch(text) if whole.kind is NumberKind.INVALID else None
    if dashed is None:
        return whole
    main = _read_digits(kept, dashed[1], area_code, country)
    return _with_extension(kept, main, dashed[2]) if main.reachable else whole


def _says_nothing(text: str) -> bool:
    word = "".join(text.lower().split()).strip("<>")
    return word in _ANONYMOUS or not word.strip("0-+/.()_")


def _with_extension(kept: str, main: Number, extension: str) -> Number:
    if not main.reachable:
        return _invalid(kept, f"{kept} is an extension of no telephone number: {main.reason}")
    return Number(kept, main.e164, main.national, main.kind, extension, main.reason)


def _read_digits(kept: str, text: str, area_code: str, country: str) -> Number:
    strange = _LETTERS.search(text)
    if strange:
        return _invalid(kept, f"{kept} is not a telephone number: it holds {_named(strange[0])}.")
    digits = "".join(filter(str.isdigit, text))
    if "+" in text.lstrip("( ")[1:]:
        return _invalid(kept, f"{kept} is not a telephone number: a plus sign stands inside it.")
    if "+" in text:
        return _read_by_plan(kept, "+" + digits, country)
    return _read_without_plus(kept, digits, area_code, country)


def _read_without_plus(kept: str, digits: str, area_code: str, country: str) -> Number:
    if country == "CN" and _SERVICE_95.fullmatch(digits):
        return Number(kept, "+86" + digits, digits, NumberKind.SERVICE)
    if _SHORT.fullmatch(digits):
        return Number(kept, None, digits, NumberKind.SHORT, reason=f"{digits} is a short number, known in one network only.")
    area = area_code.strip().lstrip("0")
    if country == "CN" and area and _LOCAL.fullmatch(digits):
        return _read_local(kept, digits, area)
    return _read_by_plan(kept, digits, country)


def _read_local(kept: str, digits: str, area: str) -> Number:
    if not _FIXED.fullmatch(area + digits):
        return _invalid(kept, f"{kept} has no area code, and the hotline's own (0{area}) has no numbers like {digits}.")
    number = _chinese_landline(kept, area + digits)
    return Number(
        kept, number.e164, number.national, number.kind, reason=f"{digits} has no area code: the hotline's own, 0{area}, was taken."
    )


def _read_by_plan(kept: str, digits: str, country: str) -> Number:
    try:
        parsed = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return _invalid(kept, f"{kept} is not a telephone number of any numbering plan.")
    national = phonenumbers.national_significant_number(parsed)
    if parsed.country_code == CHINA and _MOBILE.fullmatch(national):
        return Number(kept, "+86" + national, national, NumberKind.MOBILE)
    if not phonenumbers.is_valid_number(parsed):
        return _invalid(kept, f"{kept} is not a number of the numbering plan of +{parsed.country_code}.")
    return _of_plan(kept, parsed, national, country)


def _of_plan(kept: str, parsed: phonenumbers.PhoneNumber, national: str, country: str) -> Number:
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if parsed.country_code != phonenumbers.country_code_for_region(country):
        return Number(kept, e164, e164, NumberKind.FOREIGN)
    sort = phonenumbers.number_type(parsed)
    if sort not in _SERVICE_TYPES and parsed.country_code == CHINA:
        return _chinese_landline(kept, national)
    written = _chinese(national) if parsed.country_code == CHINA else phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    kind = NumberKind.SERVICE if sort in _SERVICE_TYPES else NumberKind.MOBILE if sort == PhoneNumberType.MOBILE else NumberKind.LANDLINE
    return Number(kept, e164, written, kind)


def _chinese_landline(raw: str, national: str) -> Number:
    """A landline; what is shorter than a subscriber's number (0515-95588) is a service under an area code."""
    area = _area_length(national)
    kind = NumberKind.LANDLINE if len(national) - area >= 7 else NumberKind.SERVICE
    return Number(raw, "+86" + national, f"0{national[:area]}-{national[area:]}", kind)


def _area_length(national: str) -> int:
    """Digits of the area code without its 0: 10 and 2x have two, all others three."""
    return 2 if national[0] == "2" or national.startswith("10") else 3


def _chinese(national: str) -> str:
    """The form people write of a Chinese number without +86 and 0."""
    if _MOBILE.fullmatch(national) or len(national) < 7:
        return national
    if national[:3] in ("400", "800") and len(national) == 10:
        return f"{national[:3]}-{national[3:6]}-{national[6:]}"
    if national.startswith("950"):
        return national
    area = _area_length(national)
    return f"0{national[:area]}-{national[area:]}"


def national_form(e164: str) -> str:
    """The form people write of a number in E.164: +8651588880001 gives 0515-88880001; a foreign one stays as it is."""
    return _chinese(e164[3:]) if e164.startswith("+86") else e164


def dialable(e164: str) -> str:
    """The digits a Chinese exchange takes: 051588880001, 13900001001, 4008200001, 0085221234567."""
    return national_form(e164).replace("-", "") if e164.startswith("+86") else "00" + e164[1:]


def _invalid(kept: str, reason: str) -> Number:
    return Number(kept, None, None, NumberKind.INVALID, reason=reason)


def _named(char: str) -> str:
    return f"the character {char!r}" if char.isprintable() else f"the character U+{ord(char):04X}"
