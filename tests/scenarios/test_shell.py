"""What an operator does from the shell, on a hotline that runs."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from lab.asterisk.files import Box
from lab.asterisk.instance import command, console, fully_booted, write_files
from tests.scenarios.hotline import EXPIRED, KEY, PROJECT, PUBLIC, Hotline
from tests.scenarios.house import NET, SPARE_NET

CHECKOUT = Path(__file__).resolve().parents[2]
SAMPLES = CHECKOUT / "config/lab"


async def zhida(*words: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "engine", *words,
        cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": str(CHECKOUT), "NO_COLOR": "1", "COLUMNS": "200"},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def done(hotline: Hotline, *words: str) -> str:
    """What a command of this hotline prints; it succeeds."""
    code, out, err = await zhida(*words, "--config", str(hotline.lab.config))
    assert code == 0, err or out
    return out


async def explained(hotline: Hotline, number: str, *words: str) -> dict[str, object]:
    return json.loads(await done(hotline, "explain", number, "--json", *words))  # type: ignore[no-any-return]


@pytest.mark.parametrize("number", [KEY, PROJECT, EXPIRED, PUBLIC, "051588891234"])
async def test_explain_says_what_then_happens(hotline: Hotline, number: str) -> None:
    told = await explained(hotline, number)
    caller, call_id = await hotline.waiting(number)
    call = await hotline.call(call_id)
    await caller.hang_up()
    assert call["class"] == told["caller"]["class"]  # type: ignore[index]
    assert call["enterprise"] == told["caller"]["enterprise"]  # type: ignore[index]
    record = await hotline.ended(call_id, "abandoned")
    assert [reason for reason in told["reasons"] if reason not in record["reasons"]] == []  # type: ignore[attr-defined]


async def test_an_entry_taken_off_the_list_loses_its_priority_with_the_next_call_and_gets_it_back(hotline: Hotline) -> None:
    [entry] = json.loads(await done(hotline, "whitelist", "list", "--number", KEY, "--json"))
    _, qilai = await hotline.seats(8001, 8004)
    await done(hotline, "whitelist", "remove", entry["entry_id"])
    caller = await hotline.calls(KEY)
    await hotline.talk(caller, qilai)
    await caller.hang_up()

    said = await done(hotline, "whitelist", "import", str(SAMPLES / "whitelist.xlsx"), "--yes")
    assert "1 added" in said
    assert "Nothing to change" in await done(hotline, "whitelist", "import", str(SAMPLES / "whitelist.xlsx"), "--yes")
    assert (await explained(hotline, KEY))["caller"]["class"] == "key_enterprise"  # type: ignore[index]


async def test_what_is_exported_is_nothing_to_change(hotline: Hotline, tmp_path: Path) -> None:
    for what in ("whitelist", "specialists"):
        await done(hotline, what, "export", str(tmp_path / "out.xlsx"))
        assert "Nothing to change" in await done(hotline, what, "import", str(tmp_path / "out.xlsx"), "--yes")


async def test_the_running_asterisk_fits_its_configuration(hotline: Hotline) -> None:
    code, out, _ = await zhida("check", "--config", str(hotline.lab.config))
    assert code == 0, out
    assert "was not compared" not in out


async def test_a_seat_is_paused_and_made_ready_from_the_shell(hotline: Hotline) -> None:
    await hotline.seat(8001)
    assert "paused" in await done(hotline, "seats", "pause", "8001", "--reason", "training")
    assert (await hotline.api.get("/seats/8001"))["why"] == "training"
    await done(hotline, "seats", "ready", "8001")
    await hotline.seat_is(8001, "ready")
    code, _, err = await zhida("seats", "ready", "7777", "--config", str(hotline.lab.config))
    assert (code, err.count("\n")) == (1, 1)
    assert "7777" in err


async def test_a_specialist_is_brought_in_from_the_shell(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await done(hotline, "calls", "specialists", call_id, "--department", "税务")
    await hotline.call_is(call_id, "consult")
    await done(hotline, "calls", "cancel", call_id)
    await done(hotline, "calls", "join", call_id)
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    assert call_id in await done(hotline, "calls", "list")
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_the_snippets_load_in_an_asterisk_that_has_nothing_else_of_ours(hotline: Hotline, tmp_path: Path) -> None:
    await done(hotline, "asterisk-config", "--out", str(tmp_path / "snippets"))
    snippets = {path.name: path.read_text() for path in (tmp_path / "snippets").iterdir()}
    box = Box(folder=Path("/tmp") / f"zhida-bare-{os.getpid()}", address=f"{SPARE_NET}.1", systemname="bare")  # noqa: S108  a short path
    write_files(box, {name: text.replace(f"{NET}.", f"{SPARE_NET}.") for name, text in snippets.items()})
    process = await asyncio.create_subprocess_exec(
        *command(box), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await fully_booted(box)
        assert "zhida-fallback" in await console(box, "dialplan show zhida-call")
        assert "zhida-carrier" in await console(box, "pjsip show endpoints")
        log = (box.folder / "log/messages.log").read_text()
        assert "ERROR" not in log, log
    finally:
        process.terminate()
        await process.wait()


async def test_a_faulty_configuration_is_told_with_file_and_line(hotline: Hotline, tmp_path: Path) -> None:
    text = hotline.lab.config.read_text()
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text(text.replace("\n  ring_s: 8\n", "\n  ring_s: soon\n").replace("duty_phone:", "duty_fone:"))
    lines = faulty.read_text().splitlines()
    code, out, err = await zhida("check", "--config", str(faulty))
    told = out + err
    assert code == 1, told
    for wrong in ("ring_s: soon", "duty_fone:"):
        line = next(number for number, text in enumerate(lines, start=1) if wrong in text)
        assert f"{faulty}:{line}" in told, told
