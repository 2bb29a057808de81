"""Bytes to blocks: cut anywhere, the same blocks; never more memory than one block is allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.ami.framing import END_OF_BLOCK, BlockReader, NotAmi
from tests.unit.pbx.ami.builders import BANNER, a_hangup, recording

LIMIT = 200


def read(*segments: bytes, max_block_bytes: int = 64 * 1024) -> tuple[list[bytes], int]:
    reader = BlockReader(max_block_bytes=max_block_bytes)
    blocks = [block for segment in segments for block in reader.feed(segment)]
    return blocks, reader.passed_over


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("name", ["call", "forged_block", "forged_header", "answers", "login_refused"])
def test_a_conversation_cut_anywhere_gives_the_same_blocks(name: str) -> None:
    data = recording(name)
    whole = read(data)
    assert whole[0]
    for cut in range(len(data) + 1):
        assert read(data[:cut], data[cut:]) == whole


@pytest.mark.parametrize("name", ["call", "forged_block", "lists_and_room"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1460])
def test_a_conversation_in_pieces_gives_the_same_blocks(name: str, size: int) -> None:
    data = recording(name)
    assert read(*in_pieces(data, size)) == read(data)


def test_nothing_is_given_before_its_empty_line_came() -> None:
    reader = BlockReader()
    assert reader.feed(BANNER + b"Event: Hangup\r\nCause: 16\r\n") == []
    assert reader.feed(b"\r\n") == [b"Event: Hangup\r\nCause: 16"]
    assert reader.pending_bytes == 0


@pytest.mark.parametrize(
    "first", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"Asterisk Call Mana\r\n", b"A" * 10, b"\r\n"]
)
def test_who_does_not_greet_as_asterisk_is_not_asterisk(first: bytes) -> None:
    with pytest.raises(NotAmi):
        read(*in_pieces(first, 1))


def test_a_greeting_without_an_end_is_not_asterisks() -> None:
    with pytest.raises(NotAmi):
        read(BANNER.rstrip() + b"x" * 300)


@pytest.mark.parametrize("size", [1, 50, 10_000])
def test_a_block_too_long_is_passed_over_and_the_next_one_read(size: int) -> None:
    data = BANNER + b"Event: Long\r\nX: " + b"x" * 5000 + END_OF_BLOCK + a_hangup()
    blocks, passed_over = read(*in_pieces(data, size), max_block_bytes=LIMIT)
    assert blocks == [a_hangup().removesuffix(END_OF_BLOCK)]
    assert passed_over == 1


def test_what_is_held_back_stays_bounded_however_much_comes_without_an_end() -> None:
    reader = BlockReader(max_block_bytes=LIMIT)
    reader.feed(BANNER)
    for _ in range(1000):
        reader.feed(b"x" * 100)
        assert reader.pending_bytes <= LIMIT + len(END_OF_BLOCK)
    assert reader.passed_over == 1


PIECES = st.lists(
    st.sampled_from([b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"Event: A", b"\xe7\x9b", b"\x90", b"\0", b"x" * 90]) | st.binary(max_size=40)
)


@given(pieces=PIECES, cuts=st.lists(st.integers(min_value=1, max_value=50), min_size=1))
def test_any_bytes_in_any_pieces_give_the_same_blocks(pieces: list[bytes], cuts: list[int]) -> None:
    data = BANNER + b"".join(pieces)
    segments, start, turn = [], 0, 0
    while start < len(data):
        size = cuts[turn % len(cuts)]
        segments.append(data[start : start + size])
        start, turn = start + size, turn + 1
    assert read(*segments, max_block_bytes=LIMIT) == read(data, max_block_bytes=LIMIT)


@given(data=st.binary(max_size=400))
def test_no_first_bytes_do_more_than_end_the_greeting(data: bytes) -> None:
    try:
        read(data, max_block_bytes=LIMIT)
    except NotAmi:
        assert not data.startswith(BANNER)
