"""AMI's bytes, cut into blocks. No decoding here: a character cut by a TCP segment must not be lost."""

BANNER = b"Asterisk Call Manager/"
END_OF_BLOCK = b"\r\n\r\n"

MAX_BANNER_BYTES = 256
MAX_BLOCK_BYTES = 64 * 1024  # the longest real block seen is 1.2 KB; a SIP request, and so a header of one, ends at 64 KB


class NotAmi(Exception):
    """Whoever answered the connection is not an Asterisk manager."""


class BlockReader:
    """Bytes in as they come, whole blocks out; however they were cut, the same blocks come out.

    A block longer than the limit is passed over and counted, not an error: if one caller's long name could end the
    connection, every caller could end it.
    """

    def __init__(self, *, max_block_bytes: int = MAX_BLOCK_BYTES) -> None:
        self.passed_over = 0
        self._max = max_block_bytes
        self._pending = bytearray()
        self._greeted = False
        self._passing_over = False

    def feed(self, data: bytes) -> list[bytes]:
        """The blocks that `data` completes, without their empty line.

        Raises: NotAmi: the first line is not Asterisk's banner.
        """
        unsearched = max(0, len(self._pending) - len(END_OF_BLOCK) + 1)
        self._pending += data
        if not self._greeted:
            if not self._greet():
                return []
            unsearched = 0
        end = self._pending.rfind(END_OF_BLOCK, unsearched)
        blocks = self._take(end) if end >= 0 else []
        self._keep_bounded()
        return blocks

    @property
    def pending_bytes(self) -> int:
        """How much is held back, waiting for the end of its block."""
        return len(self._pending)

    def _greet(self) -> bool:
        """Whether the banner line is complete; it is taken away then."""
        start = bytes(self._pending[: len(BANNER)])
        if not BANNER.startswith(start):
            raise NotAmi
        line_end = self._pending.find(b"\r\n")
        if line_end < 0:
            if len(self._pending) > MAX_BANNER_BYTES:
                raise NotAmi
            return False
        del self._pending[: line_end + 2]
        self._greeted = True
        return True

    def _take(self, end: int) -> list[bytes]:
        blocks = bytes(self._pending[:end]).split(END_OF_BLOCK)
        del self._pending[: end + len(END_OF_BLOCK)]
        if self._passing_over:
            del blocks[0]
            self._passing_over = False
        self.passed_over += sum(len(block) > self._max for block in blocks)
        stripped = (block.strip(b"\r\n") for block in blocks if len(block) <= self._max)
        return [block for block in stripped if block]

    def _keep_bounded(self) -> None:
        tail = len(END_OF_BLOCK) - 1  # may be the beginning of the empty line
        if not self._passing_over and len(self._pending) > self._max + tail:
            self._passing_over = True
            self.passed_over += 1
        if self._passing_over:
            del self._pending[:-tail]
