"""Children for ChildPool that do what the file's first bytes say: what a decoder with a fault may do."""

import json
import math
import os
import signal
import socket
import struct
import time

from inference.dicom.child_protocol import LENGTH, identity
from inference.dicom.child_work import work as good_work
from inference.dicom.header import DicomHeader
from inference.dicom.limits import Limits
from inference.sandbox import enter_sandbox

NETWORK_REFUSED = 42


def answer_with_a_tensor(descriptor: int, order: bytes) -> None:
    """A decoded 3 x 4 image whose model input is no number, above 1, or cut."""
    request = json.loads(os.pread(descriptor, 1 << 20, 0))
    count = request["inputs"][0]["height"] * request["inputs"][0]["width"]
    tensor = struct.pack("<f", math.nan if order == b"NAN" else 1.5) * count
    decoded = {"identity": identity(DicomHeader.from_json(request["header"])), "decoder": "made", "sha256": ""}
    body = json.dumps({"decoded": decoded}).encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, LENGTH.pack(len(body)) + body + (tensor[:-4] if order == b"SHORT" else tensor), 0)


def work(input_descriptor: int, result_descriptor: int) -> None:
    order = os.pread(input_descriptor, 8, 0).rstrip(b"\0")
    if order == b"ABORT":
        os.abort()
    elif order == b"KILL":
        os.kill(os.getpid(), signal.SIGKILL)
    elif order == b"STOP":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif order == b"SLEEP":
        time.sleep(60)
    elif order == b"EXIT":
        os._exit(3)
    elif order == b"SILENT":
        os.ftruncate(result_descriptor, 0)
    elif order == b"LIE":
        os.ftruncate(result_descriptor, 0)
        os.pwrite(result_descriptor, (1 << 62).to_bytes(8, "little"), 0)
    elif order == b"BABBLE":
        os.ftruncate(result_descriptor, 0)
        os.pwrite(result_descriptor, (4).to_bytes(8, "little") + b"oops", 0)
    elif order in (b"NAN", b"BRIGHT", b"SHORT"):
        answer_with_a_tensor(result_descriptor, order)
    elif order == b"PARENT":
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    elif order == b"SPIN":
        enter_sandbox(Limits(decode_cpu_seconds=1).ceilings)
        while True:
            pass
    elif order == b"NETWORK":
        enter_sandbox(Limits().ceilings)
        try:
            socket.socket()
        except PermissionError:
            os._exit(NETWORK_REFUSED)
    else:
        good_work(input_descriptor, result_descriptor)
