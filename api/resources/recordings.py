"""Recordings: to be heard by those who may, and paused while they are made."""

from http import HTTPStatus
from typing import Final

from api.documents.plain import Nothing
from api.documents.recordings import (
    ConsultsDocument,
    ManifestDocument,
    RecordingState,
    RecordingStateDocument,
    WhyKept,
    consult_document,
    manifest_document,
)
from api.download import Download
from api.errors import NoSuchRange
from api.hearing import note_access, require_own
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from calls.errors import Conflict, Gone, NotFound, PbxFault
from tickets.manifests import Hold, consult_name


async def hear_recording(asked: Asked[Nothing, Nothing]) -> Download:
    """The sound of a call."""
    call_id = asked.path["call_id"]
    await require_own(asked)
    sound = await asked.sources.recordings.sound(call_id)
    await note_access(asked, "hear_recording")
    return Download(media="audio/wav", name=f"{call_id}.wav", size=sound.size, sha256=sound.sha256, stream=sound.stream)


async def show_manifest(asked: Asked[Nothing, Nothing]) -> ManifestDocument:
    """What is known of a recording."""
    call_id = asked.path["call_id"]
    await require_own(asked)
    manifest = await asked.sources.recordings.manifest(call_id)
    await note_access(asked, "show_manifest")
    return manifest_document(manifest)


async def list_consults(asked: Asked[Nothing, Nothing]) -> ConsultsDocument:
    """What was recorded of a call's consults."""
    manifests = await asked.sources.recordings.consults(asked.path["call_id"])
    await note_access(asked, "list_consults")
    return ConsultsDocument(items=[consult_document(manifest) for manifest in manifests])


async def hear_consult(asked: Asked[Nothing, Nothing]) -> Download:
    """The sound of one of them."""
    call_id, consult = asked.path["call_id"], asked.path["consult"]
    sound = await asked.sources.recordings.consult_sound(call_id, consult)
    await note_access(asked, "hear_consult")
    name = f"{consult_name(call_id, consult)}.wav"
    return Download(media="audio/wav", name=name, size=sound.size, sha256=sound.sha256, stream=sound.stream)


async def hear_voicemail(asked: Asked[Nothing, Nothing]) -> Download:
    """The voice message that a caller left."""
    sound = await asked.sources.recordings.voicemail_sound(asked.path["call_id"])
    await note_access(asked, "hear_voicemail")
    name = f"{asked.path['call_id']}-voicemail.wav"
    return Download(media="audio/wav", name=name, size=sound.size, sha256=sound.sha256, stream=sound.stream)


async def show_voicemail(asked: Asked[Nothing, Nothing]) -> ManifestDocument:
    """What is known of it."""
    manifest = await asked.sources.recordings.voicemail(asked.path["call_id"])
    await note_access(asked, "show_voicemail")
    return manifest_document(manifest)


async def keep_recording(asked: Asked[Nothing, WhyKept]) -> ManifestDocument:
    """Not to be removed in its time."""
    hold = Hold(at=asked.sources.clock.now(), by=asked.by, why=asked.body.why)
    return manifest_document(await asked.sources.recordings.keep(asked.path["call_id"], hold))


async def release_recording(asked: Asked[Nothing, Nothing]) -> ManifestDocument:
    """To be removed in its time again."""
    return manifest_document(await asked.sources.recordings.keep(asked.path["call_id"], None))


async def pause_recording(asked: Asked[Nothing, Nothing]) -> RecordingStateDocument:
    """Write silence from now on."""
    until = await asked.sources.recording_desk.pause(asked.path["call_id"], by=asked.by)
    return RecordingStateDocument(call_id=asked.path["call_id"], recording=RecordingState.PAUSED, until=until)


async def resume_recording(asked: Asked[Nothing, Nothing]) -> RecordingStateDocument:
    """Write what is said again."""
    await asked.sources.recording_desk.resume(asked.path["call_id"], by=asked.by)
    return RecordingStateDocument(call_id=asked.path["call_id"], recording=RecordingState.ON)


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="hear_recording",
        method="GET",
        path="/calls/{call_id}/recording",
        summary="The sound of a call, stereo: the caller left, everybody else right",
        words="Supervisors hear all, an agent (by a token of his own) the calls he served. Whoever asks is noted. Consults are recorded "
        "apart. Seconds after the call's end it is finished; until then it is 409. Once it was removed it is 410.",
        tag="recordings",
        right=Right.HEAR,
        handle=hear_recording,
        answer=None,
        query=Nothing,
        body=Nothing,
        media="audio/wav",
        refusals=(NotFound, Gone, Conflict, NoSuchRange),
    ),
    Route(
        name="show_manifest",
        method="GET",
        path="/calls/{call_id}/recording/manifest",
        summary="What a recording is, who was on the line when, and what became of it",
        words="Stays when the sound is removed, and says why.",
        tag="recordings",
        right=Right.HEAR,
        handle=show_manifest,
        answer=ManifestDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Conflict),
    ),
    Route(
        name="keep_recording",
        method="PUT",
        path="/calls/{call_id}/recording/hold",
        summary="Have a recording kept beyond its time",
        words="With those of the call's consults, until it is released. Who, when and why stand in the manifest.",
        tag="recordings",
        right=Right.KEEP,
        handle=keep_recording,
        answer=ManifestDocument,
        query=Nothing,
        body=WhyKept,
        refusals=(NotFound, Gone, Conflict),
    ),
    Route(
        name="release_recording",
        method="DELETE",
        path="/calls/{call_id}/recording/hold",
        summary="Have a recording removed in its time again",
        tag="recordings",
        right=Right.KEEP,
        handle=release_recording,
        answer=ManifestDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Gone, Conflict),
    ),
    Route(
        name="list_consults",
        method="GET",
        path="/calls/{call_id}/consults",
        summary="What was recorded while the caller was on music: a seat with specialists, or with whom it announced him to",
        words="One for each specialist or target who came. Whoever asks is noted.",
        tag="recordings",
        right=Right.HEAR_CONSULTS,
        handle=list_consults,
        answer=ConsultsDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Conflict),
    ),
    Route(
        name="hear_consult",
        method="GET",
        path="/calls/{call_id}/consults/{consult}/recording",
        summary="The sound of a consult, stereo: who was consulted left, everybody else right",
        words="Silent while the caller was there, too. Whoever asks is noted.",
        tag="recordings",
        right=Right.HEAR_CONSULTS,
        handle=hear_consult,
        answer=None,
        query=Nothing,
        body=Nothing,
        media="audio/wav",
        refusals=(NotFound, Gone, Conflict, NoSuchRange),
    ),
    Route(
        name="hear_voicemail",
        method="GET",
        path="/calls/{call_id}/voicemail",
        summary="The voice message (留言) that the caller left",
        words="Whoever may hear recordings at all may hear every one: a message is nobody's own call before somebody handles it. Whoever "
        "asks is noted. Seconds after the call's end it is finished; until then it is 409. Once it was removed it is 410.",
        tag="recordings",
        right=Right.HEAR,
        handle=hear_voicemail,
        answer=None,
        query=Nothing,
        body=Nothing,
        media="audio/wav",
        refusals=(NotFound, Gone, Conflict, NoSuchRange),
    ),
    Route(
        name="show_voicemail",
        method="GET",
        path="/calls/{call_id}/voicemail/manifest",
        summary="What the voice message is, and what became of it",
        words="Stays when the sound is removed, and says why. Whoever asks is noted.",
        tag="recordings",
        right=Right.HEAR,
        handle=show_voicemail,
        answer=ManifestDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound, Conflict),
    ),
    Route(
        name="pause_recording",
        method="POST",
        path="/calls/{call_id}/recording/pause",
        summary="Record silence while a secret is said",
        words="Of everybody, whoever joins or leaves, until it is resumed or `recording.pause_longest_s` is over; asked again, "
        "it is the same pause, and that time begins anew.",
        tag="recordings",
        right=Right.SERVE,
        handle=pause_recording,
        answer=RecordingStateDocument,
        query=Nothing,
        body=Nothing,
        status=HTTPStatus.OK,
        refusals=(NotFound, Conflict, PbxFault),
    ),
    Route(
        name="resume_recording",
        method="POST",
        path="/calls/{call_id}/recording/resume",
        summary="Record what is said again",
        tag="recordings",
        right=Right.SERVE,
        handle=resume_recording,
        answer=RecordingStateDocument,
        query=Nothing,
        body=Nothing,
        status=HTTPStatus.OK,
        refusals=(NotFound, Conflict, PbxFault),
    ),
)
