"""Programs the set-up runs."""

import io
import sys
from pathlib import Path

import pytest

from calls.errors import Fault
from lab.setup.progress import Progress
from lab.setup.running import Job, run

JOB = Job(what="The Python packages", where="/cache", log="pip.log")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "zhida").mkdir()
    return tmp_path / "zhida"


def test_every_line_is_read_as_it_comes_and_kept(cache: Path) -> None:
    heard: list[str] = []
    program = "import sys; sys.stdout.write('one\\ntwo\\rthree\\n'); sys.stderr.write('on stderr\\n'); sys.stdout.write('no newline')"
    run(JOB, [sys.executable, "-uc", program], Progress(io.StringIO()), how_far=heard.append)
    assert heard == ["one", "two", "three", "on stderr", "no newline"]
    assert (cache / "pip.log").read_text().splitlines() == heard


def test_it_speaks_the_c_locale_and_gets_no_input() -> None:
    program = "import os, sys; assert os.environ['LC_ALL'] == 'C.UTF-8'; assert os.environ['MORE'] == '1'; assert sys.stdin.read() == ''"
    run(JOB, [sys.executable, "-c", program], Progress(io.StringIO()), env={"MORE": "1"})


def test_its_failure_is_a_sentence_and_its_output_is_kept(cache: Path) -> None:
    with pytest.raises(Fault, match=r"The Python packages could not be set up: no wheel for this \(all of it is in .*pip\.log\)"):
        run(JOB, [sys.executable, "-c", "print('ERROR: no wheel for this'); raise SystemExit(1)"], Progress(io.StringIO()))
    assert (cache / "pip.log").read_text() == "ERROR: no wheel for this\n"


def test_a_line_that_is_no_text_hurts_nobody() -> None:
    run(JOB, [sys.executable, "-c", "import sys; sys.stdout.buffer.write(b'\\xff\\xfe\\n')"], Progress(io.StringIO()))
