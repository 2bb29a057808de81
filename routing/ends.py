"""What is done for a caller whom no seat takes: because nobody took the call, or because the hotline is closed to him."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Call a number of the outside world for him; where it is answered, he is served.

    Args:
        number: as people write it. ring_s: it rings at most this long.
        duty: it is the duty phone (值班电话).
    """

    number: str
    ring_s: float = 30.0
    duty: bool = False

    @property
    def seat_id(self) -> str:
        """What stands in the records where a seat would."""
        return "duty" if self.duty else "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Play him a prompt."""

    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """Note that he is to be called back, whatever else becomes of his call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail:
    """Have him leave a voice message (留言), asked for by this prompt; who leaves one is served by it."""

    prompt: str


Step = Ring | Say | CallBack | Voicemail


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderEnd:
    """What happens when no seat took the call: after so many seconds of waiting these steps, until one serves him."""

    after_s: float
    steps: tuple[Step, ...]

    @property
    def duty_phone(self) -> str:
        """The duty phone's number where it is called, else ""."""
        return next((step.number for step in self.steps if isinstance(step, Ring) and step.duty), "")

    @property
    def message(self) -> str:
        """The last prompt that is played, or ""."""
        return next((step.prompt for step in reversed(self.steps) if isinstance(step, Say)), "")


def asks_for_message(steps: tuple[Step, ...]) -> bool:
    """Whether a voice message is asked for among them."""
    return any(isinstance(step, Voicemail) for step in steps)


def usual_steps(*, message: str, duty_phone: str = "", duty_ring_s: float = 30.0) -> tuple[Step, ...]:
    """What is done where nothing else is configured: the duty phone, if there is one, then a word that we call back."""
    duty = (Ring(number=duty_phone, ring_s=duty_ring_s, duty=True),) if duty_phone else ()
    return (*duty, Say(prompt=message))


def steps_in_words(steps: tuple[Step, ...]) -> str:
    """The steps as one reads them: the duty phone 0515-86669999 rings for 30 s, then nobody-free is played."""
    return ", then ".join(_words(step) for step in steps) or "nothing more is done"


def _words(step: Step) -> str:
    match step:
        case Ring(number=number, ring_s=ring_s, duty=duty):
            return f"{'the duty phone ' if duty else ''}{number} rings for {ring_s:g} s"
        case Say(prompt=prompt):
            return f"{prompt} is played"
        case CallBack():
            return "a call-back is noted"
        case Voicemail(prompt=prompt):
            return f"{prompt} asks for a voice message"
