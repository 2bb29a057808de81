"""The caller's line in the engine's hands: what the call flows ask of it (ivr.speaker, conference.legs), said in AGI."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from calls.errors import LegGone, PbxFault
from ivr.voicemail import How, Spoken
from pbx.agi.session import AgiSession
from pbx.contacts import CONTACT, asks_contacts, each_contact
from pbx.recordings import IN

log = structlog.get_logger(__name__)

KEYS_PATH: Final = "/keys?"
"""What a leg's application data has while it keys something in (extensions_zhida.conf, features_zhida.conf)."""
WORDS: Final = "GROUP_COUNT({leg}@zhida-tell)"
"""The function that tells how many words are said to a leg now (extensions_zhida.conf)."""
_MUSIC: Final = "zhida"
_HALF: Final = IN.removesuffix(".wav")  # a voice message is joined, kept and described as a talk's recording is
_UNKNOWN_CAUSE: Final = -1
_RECORDING: Final = "ZHIDA_RECORDING"  # MixMonitor's own id of what it does on this channel
_SOME_FRAMES_S: Final = "0.1"  # five frames of music, 20 ms each: with the first one Asterisk drops what it kept for a MixMonitor
_DEVICE: Final = re.compile(r"PJSIP/[A-Za-z0-9_+*#-]{1,40}(@[A-Za-z0-9_-]{1,40})?\Z")
_HEADER: Final = re.compile(r"X-Zhida-[A-Z][a-z]+\Z")
_HEADER_VALUE: Final = re.compile(r"[A-Za-z0-9._~%-]{0,1500}\Z")
_UNFIT_IN_NAME: Final = re.compile(r'["<>\\\x00-\x1f\x7f]')
_LONGEST_NAME: Final = 60  # characters a phone can be expected to show


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What the dialplan hands over with a call (extensions_zhida.conf).

    Args:
        raw_number: letters, digits and + of the caller's number.
        again: an engine had this call before, or was asked for it.
        dial_status: Dial()'s last word on this channel, where the engine that asked for it is gone.
        header: whether the legs that are rung inherit the call's id from the caller's channel.
        back: this is a call-back's half that rings the seat. order: the call-back whose caller this line is to ring, or "".
        call: the call during which this leg keys something in, or "".
    """

    raw_number: str
    trunk: str
    dialled: str
    again: bool
    dial_status: str
    header: bool
    back: bool = False
    order: str = ""
    call: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """How a Dial() ended: DIALSTATUS, the Q.850 cause (0: none that is known), and the leg that was talked with, if any."""

    status: str
    cause: int
    peer_channel: str


class AgiLine:
    """One caller. Every method raises LegGone once he has hung up, or the connection is lost.

    Args: sounds: the prompts' folder. voicemails: where voice messages are recorded. Both as Asterisk sees them.
    """

    def __init__(self, session: AgiSession, *, sounds: str, language: str, voicemails: str = "") -> None:
        self.language = language
        self._voicemails = voicemails
        self.arrival = _arrival(session)
        self._session = session
        self._sounds = sounds
        self._answered = False
        self._music_on: bool | None = None if self.arrival.again else False  # the dialplan plays some between two engines
        self._announced = False
        self._recorded = False
        self._talked = self.arrival.again  # what he did in another engine's hands is not known
        self._cause = _UNKNOWN_CAUSE if self.arrival.again else 0

    @property
    def uniqueid(self) -> str:
        """The call's id."""
        return self._session.request.uniqueid

    @property
    def channel(self) -> str:
        """The channel's name."""
        return self._session.request.channel

    @property
    def gone(self) -> bool:
        """Whether he has hung up, or the connection to him is lost."""
        return self._session.dead

    @property
    def hung_up(self) -> bool:
        """Whether he has hung up. One whose connection was lost goes on in the dialplan, to the next engine."""
        return self._session.hung_up

    # ── ivr.speaker.Speaker ──

    async def play(self, prompt: str, keys: str = "") -> str:
        """See `Speaker.play`. A prompt that is not there is silence: it costs the caller that prompt, not his call."""
        self._music_on = False
        try:
            heard = await self._session.stream_file(f"{self._sounds}/{self.language}/{prompt}", keys)
        except PbxFault as fault:
            if fault.code != "prompt_not_played":
                raise
            log.error("prompt_not_played", prompt=prompt, language=self.language)
            return ""
        return heard.keys

    async def key(self, within_s: float) -> str:
        """See `Speaker.key`."""
        return (await self._session.wait_for_digit(within_s)).keys

    async def digits(self, prompt: str, most: int, within_s: float) -> str:
        """See `ivr.seat_codes.SeatPhone.digits`."""
        self._music_on = False
        try:
            return (await self._session.get_data(f"{self._sounds}/{self.language}/{prompt}", within_s, most)).keys
        except PbxFault as fault:
            if fault.code != "prompt_not_played":
                raise
            log.error("prompt_not_played", prompt=prompt, language=self.language)
            return ""

    async def is_told(self) -> bool:
        """Whether a word is said to it alone at this moment (pbx.whispers)."""
        return await self._session.get_variable(WORDS.format(leg=self.uniqueid)) not in ("", "0")

    # ── waiting ──

    async def answer(self) -> None:
        """Pick the call up, unless that was done."""
        if not self._answered:
            await self._session.answer()
            self._answered = True

    async def present(self, number: str, name: str) -> None:
        """What a phone that rings for this call shows: the number's digits, and a name of any text."""
        digits, shown = shown_as(number, name)
        await self._session.set_variable("CALLERID(all)", f'"{shown}" <{digits}>')

    async def wait_with_music(self, until: Callable[[], Awaitable[None]], *, announcements: Sequence[str]) -> None:
        """Pick up and start the music, the first time after announcements, which end at once when `until` does."""
        if not self._answered:
            await self._session.exec("Answer", ",i")  # ANSWER waits half a second for his sound, and no seat can be rung meanwhile
            self._answered = True
        if self._announced:
            await self.music()
        else:
            self._announced = True
            await self.announce(announcements, until)

    async def announce(self, prompts: Sequence[str], until: Callable[[], Awaitable[None]]) -> None:
        """Play these one after another, then music again. All ends at once when `until` does: the ring that comes brings its own music."""
        stop = asyncio.ensure_future(until())
        stop.add_done_callback(lambda _: self._session.interrupt())
        try:
            await asyncio.sleep(0)  # what is there already is seen now, before anything plays
            for prompt in prompts:
                if stop.done():
                    return
                await self.play(prompt)
            if not stop.done():
                await self.music()
        finally:
            stop.cancel()

    async def unless_hung_up(self, event: Awaitable[None], *, within_s: float) -> bool:
        """Wait for the event; False where it did not come in time. Raises: LegGone: he hung up first."""
        happened = asyncio.ensure_future(event)
        gone = asyncio.ensure_future(self._session.wait_gone())
        try:
            await asyncio.wait({happened, gone}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                raise LegGone("caller_gone", "The caller hung up while he waited.", call_id=self.uniqueid)
            return happened.done()
        finally:
            happened.cancel()
            gone.cancel()

    # ── ringing and talking ──

    async def record(self, folder: str, *, begin: bool = True) -> bool:
        """Write what he says and what he hears from now on to <folder>/<call id>-in.wav and -out.wav, side by side in time.

        Say it before each ring and each conference, best while he hears music: what runs already, also where another engine began
        it, is begun anew behind a talk, in the same files and without a tenth of a second. It would go on without what he hears
        next (docs/decisions/17-recordings.md).

        Args:
            begin: False to begin none where none runs.

        Returns: whether it was begun anew; it is muted no more then.
        """
        running = await self._session.get_variable(_RECORDING) if self._talked else ""
        if running:
            await self._session.exec("StopMixMonitor", running)
            await self._session.exec("Wait", _SOME_FRAMES_S)
            await self._mix_monitor(folder, "a")
        elif begin and not self._recorded:
            await self._mix_monitor(folder, "")
        self._talked = False
        return bool(running)

    async def record_no_more(self) -> None:
        """End what `record` began, until it is said again behind the next talk."""
        await self._session.exec("StopMixMonitor", await self._session.get_variable(_RECORDING))

    async def _mix_monitor(self, folder: str, option: str) -> None:
        self._recorded = True
        path = f"{folder}/{self.uniqueid}"
        await self._session.exec("MixMonitor", f",r({path}-in.wav)t({path}-out.wav)S{option}i({_RECORDING})")

    # ── ivr.voicemail.Dictaphone ──

    async def take_down(self, name: str, *, keys: str, longest_s: float, silence_s: int) -> Spoken:
        """See `Dictaphone.take_down`."""
        self._music_on = False
        clock = asyncio.get_running_loop().time
        began, path = clock(), f"{self._voicemails}/{name}{_HALF}"
        ended = await self._session.record_file(path, keys=keys, longest_s=longest_s, silence_s=silence_s)
        length_s = clock() - began
        await self._session.noop()  # Asterisk answers first, and then closes the file
        if ended.gone or ended.keys:
            return Spoken(how=How.HUNG_UP if ended.gone else How.KEY, length_s=length_s)
        if length_s >= longest_s:
            return Spoken(how=How.LONGEST, length_s=length_s)
        return Spoken(how=How.SILENCE, length_s=length_s - silence_s)

    async def play_back(self, name: str, keys: str) -> str:
        """See `Dictaphone.play_back`."""
        try:
            return (await self._session.stream_file(f"{self._voicemails}/{name}{_HALF}", keys)).keys
        except PbxFault as fault:
            if fault.code != "prompt_not_played":
                raise
            log.error("voicemail_not_played", recording=name)
            return ""

    # ── dialling ──

    async def dial(self, devices: Sequence[str], *, ring_s: float, no_ring_s: float, every_contact: bool = False) -> Dialled:
        """Ring these devices; returns when nobody answered, or when the talk is over, also where the caller ended it.

        A caller who was answered before hears music meanwhile, another one ringing.
        Args: every_contact: several telephones may be registered as one device, and all are to ring.
        """
        if every_contact:
            devices = await self._each_contact(devices)
        music = f"m({_MUSIC})" if self._answered else ""
        header = "" if self.arrival.header else "b(zhida-predial^s^1)"
        options = f"giIc{music}{header}"
        dialled = await self._dial(devices, f"{ring_s:g}^{no_ring_s:g}", options)
        if self.gone and dialled.status != "ANSWER":
            raise LegGone("caller_gone", "The caller hung up while it rang.", call_id=self.uniqueid)
        return dialled

    async def _each_contact(self, devices: Sequence[str]) -> list[str]:
        asked = {device: function for device in devices if (function := asks_contacts(device))}
        said = dict(zip(asked, await self._session.get_variables(*asked.values()), strict=True)) if asked else {}
        return [contact for device in devices for contact in each_contact(device, said.get(device, ""))]

    async def dial_outside(
        self, device: str, *, ring_s: float, ringing: bool = False, told: str = "", headers: Mapping[str, str] | None = None
    ) -> Dialled:
        """Ring a number of the outside world; who waits for it hears music meanwhile, or ringing. Returns also where he hung up first.

        Args:
            told: what whoever picks up there hears before both are connected, as language/prompt.
            headers: X-Zhida-… of its INVITE, their values as a URI would have them (%E5…).
        """
        for name, value in (headers or {}).items():
            if _HEADER.match(name) is None or _HEADER_VALUE.match(value) is None:
                raise ValueError(f"not a header of a hand-over: {name!r}")
            await self._session.set_variable(f"_ZHIDA_{name.removeprefix('X-Zhida-').upper()}", value)
        if headers and not self.arrival.header:
            await self._session.set_variable("_ZHIDA_HANDED", self.uniqueid)
        more = (f"A({self._sounds}/{told})" if told else "") + ("b(zhida-handover^s^1)" if headers else "")
        return await self._dial([device], f"{ring_s:g}", f"giI{'r' if ringing else f'm({_MUSIC})'}{more}")

    async def forget_talk(self) -> None:
        """The Dial's answer was none: whoever has this call next must not take it for served."""
        await self._session.set_variable("DIALSTATUS", "")

    async def _dial(self, devices: Sequence[str], limits: str, options: str) -> Dialled:
        if unfit := [device for device in devices if _DEVICE.match(device) is None and CONTACT.match(device) is None]:
            raise ValueError(f"not a device Dial() may ring: {unfit[0]!r}")
        self._music_on = False  # Dial ends the music, also where nobody waits for its end here
        await self._session.exec("Dial", f"{'&'.join(devices)},{limits},{options}")
        names = ("DIALSTATUS", "DIALEDPEERNAME", "HANGUPCAUSE", "RINGTIME_MS")
        status, peer, cause, rang = await self._session.get_variables(*names, even_if_gone=True)
        if status == "ANSWER":
            self._answered = self._talked = True
        return Dialled(status=status, cause=self._cause_of(status, cause, rang=bool(rang)), peer_channel=peer)

    def _cause_of(self, status: str, told: str, *, rang: bool) -> int:
        """The cause of this Dial: where nobody hung up (a time-out), the channel still tells that of an earlier one."""
        before, self._cause = self._cause, int(told) if told.isdecimal() else 0
        own = rang or before not in (self._cause, _UNKNOWN_CAUSE)
        return self._cause if own and status != "NOANSWER" else 0

    # ── conference.legs.CallerLine ──

    async def music(self) -> None:
        """See `CallerLine.music`."""
        if self._music_on is not True:
            await self._session.exec("StartMusicOnHold", _MUSIC)
            self._music_on = True

    async def enter_room(self, room: str) -> None:
        """See `CallerLine.enter_room`."""
        if self._music_on is not False:
            await self._session.exec("StopMusicOnHold")
            self._music_on = False
        self._talked = True
        await self._session.exec("ConfBridge", f"{room},zhida_room,zhida_caller")
        await self._session.noop()  # a hang-up is told right behind the reply; after this it is known
        if self.gone:
            raise LegGone("caller_gone", "The caller hung up in the room.", call_id=self.uniqueid)

    async def until_hung_up(self) -> None:
        """See `CallerLine.until_hung_up`."""
        await self._session.wait_gone()

    # ── the end ──

    async def finish(self) -> None:
        """The engine's last word: the dialplan ends the call and asks no other engine."""
        await self._session.finish()


def shown_as(number: str, name: str) -> tuple[str, str]:
    """What a phone can show of them: digits, and a text that is no line of its own."""
    return re.sub(r"[^0-9+]", "", number), _UNFIT_IN_NAME.sub("", name)[:_LONGEST_NAME]


def _arrival(session: AgiSession) -> Arrival:
    handed = session.request.query
    return Arrival(
        raw_number="" if session.tampered else handed.get("number", ""),
        trunk=handed.get("trunk", ""),
        dialled=session.request.extension,
        again=handed.get("try", "0") != "0",
        dial_status=handed.get("dial", ""),
        header=handed.get("header") == "1",
        back=handed.get("back") == "1",
        order=handed.get("order", ""),
        call=handed.get("call") or handed.get("room", ""),
    )
