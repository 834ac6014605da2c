"""What a graph that took over its child might try; each answers with what it met."""

import os
import socket
import time
from typing import Any

from inference import graph_checks
from inference.bundle_check import answer_about


def _refusal(problem: Exception) -> dict[str, Any]:
    return {"refused": ["tried", f"{type(problem).__name__}: {problem}"]}


def open_a_file(descriptor: int) -> dict[str, Any]:
    try:
        return {"refused": ["tried", open("/etc/passwd").readline()]}  # noqa: PTH123
    except OSError as problem:
        return _refusal(problem)


def open_a_socket(descriptor: int) -> dict[str, Any]:
    try:
        return {"refused": ["tried", str(socket.socket())]}
    except OSError as problem:
        return _refusal(problem)


def start_a_program(descriptor: int) -> dict[str, Any]:
    try:
        os.execv("/bin/true", ["true"])
    except OSError as problem:
        return _refusal(problem)


def take_memory(descriptor: int) -> dict[str, Any]:
    return {"refused": ["tried", str(len(bytearray(4 * 2**30)))]}


def sleep(descriptor: int) -> dict[str, Any]:
    time.sleep(60)
    return {}


def let_loops_pass(descriptor: int) -> dict[str, Any]:
    """The check itself, with a hole in the table of operators."""
    graph_checks.GRAPH_OPERATORS |= {"Loop", "Identity"}
    return answer_about(descriptor)


def spin(descriptor: int) -> dict[str, Any]:
    while True:
        pass


def abort(descriptor: int) -> dict[str, Any]:
    os.abort()


def babble(descriptor: int) -> dict[str, Any]:
    os.pwrite(3, b"oops", 0)
    os._exit(0)


def claim_another(descriptor: int) -> dict[str, Any]:
    return {"id": "0" * 64, "name": "good", "version": "1.0.0", "manifest": {}, "card": ""}


def write_for_ever(descriptor: int) -> dict[str, Any]:
    os.pwrite(3, b"a" * 2**25, 0)
    os._exit(0)


def answer_with_numbers(descriptor: int) -> dict[str, Any]:
    return {"id": 1, "name": 2, "version": 3, "manifest": 4, "card": ""}
