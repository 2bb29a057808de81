"""Other people's sentences, fit for a log: Asterisk's answers and exceptions quote channel names, and those hold numbers."""

import re

from calls.masking import masked

LONGEST = 300
_DIGITS = re.compile(r"\d{7,}")


def masked_text(text: str) -> str:
    """The text on one line, cut to a bearable length, every run of seven digits or more masked."""
    return _DIGITS.sub(lambda found: masked(found[0]), " ".join(text[:LONGEST].split()))


def failure_keys(error: BaseException) -> dict[str, str]:
    """What a log may say of an exception: its kind, its masked text, and where it arose; no traceback, which quotes values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace is not None else ""
    return {"error": type(error).__name__, "text": masked_text(str(error)), "arose_in": where}
