"""Free ports on loopback addresses, for programs that must be told theirs."""

import errno
import itertools
import os
import socket
import struct
from pathlib import Path

FIRST, LAST = 10000, 19998
"""Below Asterisk's RTP ports (from 20000) and the kernel's own choices (from 32768), above every well-known one."""

UDP_SOCKETS = Path("/proc/net/udp")
"""proc(5): the local address in hexadecimal, in the machine's own byte order."""

_next = itertools.count(os.getpid() * 37)


def free_port(address: str) -> int:
    """An even port of which it and the one above are free for UDP and TCP on the address.

    Each process begins at another place and none is given out twice, so that phones started at the same time do not
    choose the same one.

    Raises:
        OSError: none is free, or the address is not this machine's.
    """
    for _ in range((LAST - FIRST) // 2):
        port = FIRST + next(_next) % ((LAST - FIRST) // 2 + 1) * 2
        if all(_free(address, port + above, kind) for above in (0, 1) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)):
            return port
    raise OSError(f"no port from {FIRST} to {LAST} is free on {address}")


def taken(address: str, port: int) -> bool:
    """Whether a program holds the UDP port: the sign that it listens.

    The kernel's list is read; to try the port would take it, just when the program wants it.
    """
    (number,) = struct.unpack("=I", socket.inet_aton(address))
    return f" {number:08X}:{port:04X} " in UDP_SOCKETS.read_text()


def _free(address: str, port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the programs do: a closed connection's wait is no obstacle
        try:
            probe.bind((address, port))
        except OSError as problem:
            if problem.errno == errno.EADDRNOTAVAIL:
                raise
            return False
        return True
