"""What a child that reads a stranger's file may do: resource limits and no network, set before the first byte is read."""

import ctypes
import platform
import resource
import struct
import sys
from dataclasses import dataclass

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_ERRNO_EPERM = 0x00050000 | 1

# Architecture audit number and the system calls that reading a file never needs:
# socket, connect, execve, execveat, ptrace.
_FORBIDDEN: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117)),
}


@dataclass(frozen=True)
class Ceilings:
    """What one child may take. descriptors: one more than the highest number of an open file; result_bytes: of a file that
    it writes."""

    address_space_bytes: int
    cpu_seconds: int
    descriptors: int
    result_bytes: int


def enter_sandbox(ceilings: Ceilings) -> None:
    """Irreversible for the calling process."""
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_NOFILE, ceilings.descriptors)
    _set(resource.RLIMIT_FSIZE, ceilings.result_bytes)
    if sys.platform == "linux":  # other kernels refuse or ignore a limit on the address space
        _set(resource.RLIMIT_AS, ceilings.address_space_bytes)
    resource.setrlimit(resource.RLIMIT_CPU, (ceilings.cpu_seconds, ceilings.cpu_seconds + 1))
    _forbid_network()


def _set(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


class _Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def _forbid_network() -> None:
    """A seccomp filter that answers EPERM; where the kernel has none, the resource limits stand alone."""
    known = _FORBIDDEN.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return
    architecture, calls = known
    count = len(calls)
    instructions = [
        (0x20, 0, 0, 4),  # load the architecture
        (0x15, 1, 0, architecture),  # ours: go on; another one (32-bit calls): refuse
        (0x06, 0, 0, _ERRNO_EPERM),
        (0x20, 0, 0, 0),  # load the number of the call
        *((0x15, count - index, 0, number) for index, number in enumerate(calls)),
        (0x06, 0, 0, _ALLOW),
        (0x06, 0, 0, _ERRNO_EPERM),
    ]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
    program = _Program(len(instructions), code)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
