"""What one child does with one file: reads its request, parses or decodes, writes its result, exits."""

import errno
import json
import os
from typing import Any, BinaryIO

import numpy as np

from inference.dicom.accept import Accept
from inference.dicom.child_protocol import FAULTS_OF_THE_MACHINE, LENGTH, identity
from inference.dicom.decode import decode_pixels
from inference.dicom.limits import Limits
from inference.dicom.preparse import parsed_file
from inference.dicom.refusal import DicomRefusal
from inference.dicom.sandbox import enter_sandbox


def work(input_descriptor: int, result_descriptor: int) -> None:
    """The whole life of a child after its descriptors were put in order."""
    with os.fdopen(result_descriptor, "r+b") as result, os.fdopen(input_descriptor, "rb") as source:
        request = json.loads(result.read())
        limits = Limits(**request["limits"])
        enter_sandbox(limits)
        document, pixels = _answer(source, request, limits)
        body = json.dumps(document).encode("ascii")
        result.seek(0)
        result.truncate()
        result.write(LENGTH.pack(len(body)) + body)
        if pixels is not None:
            little = np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("<"))
            result.write(little.data)


def _answer(source: BinaryIO, request: dict[str, Any], limits: Limits) -> tuple[dict[str, Any], np.ndarray | None]:
    try:
        return _parse_or_decode(source, request, limits)
    except DicomRefusal as refusal:
        found = refusal
    except MemoryError:
        found = _out_of_memory()
    except OSError as error:
        if error.errno in FAULTS_OF_THE_MACHINE:  # a full disk is no reason to turn a good file away
            return {"failure": error.errno}, None
        found = _out_of_memory() if error.errno == errno.ENOMEM else _unreadable(error)
    except (Exception, RecursionError) as error:  # a fault of ours must still give the sender an answer
        found = _unreadable(error)
    return {"refusal": [found.code, found.text, found.action, found.http]}, None


def _parse_or_decode(
    source: BinaryIO, request: dict[str, Any], limits: Limits
) -> tuple[dict[str, Any], np.ndarray | None]:
    sop_classes, modalities = request["accept"]
    accept = Accept(
        None if sop_classes is None else frozenset(sop_classes),
        None if modalities is None else frozenset(modalities),
    )
    with parsed_file(source, accept, limits) as parsed:
        if request["operation"] == "preparse":
            return {"header": parsed.header.to_json()}, None
        pixels = decode_pixels(parsed)
        document = {
            "identity": identity(parsed.header),
            "dtype": pixels.values.dtype.newbyteorder("<").str,
            "decoder": pixels.decoder,
            "sha256": pixels.sha256,
        }
        return {"pixels": document}, pixels.values


def _out_of_memory() -> DicomRefusal:
    return DicomRefusal("decoder_memory", "reading the file needs more memory than is allowed")


def _unreadable(error: BaseException) -> DicomRefusal:
    return DicomRefusal("bad_encoding", f"the file cannot be read ({type(error).__name__})")
