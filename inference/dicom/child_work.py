"""What one child does with one file: reads its request, parses, decodes or prepares, writes its result, exits.

A model needs some 200 kB of a radiograph of 10 MB: its input is made here, where the pixels are, and only that crosses.
"""

import errno
import json
import os
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np

from inference.dicom.accept import Accept
from inference.dicom.child_protocol import FAULTS_OF_THE_MACHINE, LENGTH, identity
from inference.dicom.decode import decode_values
from inference.dicom.header import DicomHeader
from inference.dicom.header_listing import list_header
from inference.dicom.limits import Limits
from inference.dicom.prepare import prepare_tensor
from inference.dicom.preparse import ParsedFile, parsed_file
from inference.dicom.refusal import DicomRefusal
from inference.dicom.stored_pixels import pixel_sha256
from inference.dicom.tolerances import Leniency
from inference.dicom.transfer_syntax import transfer_syntax
from inference.look_hash import look_hash
from inference.preprocessing import InputSpec
from inference.sandbox import enter_sandbox

Answer = tuple[dict[str, Any], list[np.ndarray]]  # the document, and the arrays that follow it


def work(input_descriptor: int, result_descriptor: int) -> None:
    """The whole life of a child after its descriptors were put in order."""
    with os.fdopen(result_descriptor, "r+b") as result, os.fdopen(input_descriptor, "rb") as source:
        request = json.loads(result.read())
        limits = Limits(**request["limits"])
        enter_sandbox(limits.ceilings)
        document, arrays = _answer(source, request, limits)
        body = json.dumps(document).encode("ascii")
        result.seek(0)
        result.truncate()
        result.write(LENGTH.pack(len(body)) + body)
        for values in arrays:
            little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
            result.write(little.data)


def _answer(source: BinaryIO, request: dict[str, Any], limits: Limits) -> Answer:
    try:
        return _parse_or_decode(source, request, limits)
    except DicomRefusal as refusal:
        found = refusal
    except MemoryError:
        found = _out_of_memory()
    except OSError as error:
        if error.errno in FAULTS_OF_THE_MACHINE:  # a full disk is no reason to turn a good file away
            return {"failure": error.errno}, []
        found = _out_of_memory() if error.errno == errno.ENOMEM else _unreadable(error)
    except (Exception, RecursionError) as error:  # a fault of ours must still give the sender an answer
        found = _unreadable(error)
    return {"refusal": [found.code, found.text, found.action, found.http]}, []


def _parse_or_decode(source: BinaryIO, request: dict[str, Any], limits: Limits) -> Answer:
    sop_classes, modalities, tolerances = request["accept"]
    accept = Accept(
        None if sop_classes is None else frozenset(sop_classes),
        None if modalities is None else frozenset(modalities),
        frozenset(tolerances),
    )
    if request["operation"] == "list_header":
        return {"listing": list_header(source, accept, limits).to_json()}, []
    with parsed_file(source, accept, limits) as parsed:
        found = {"header": parsed.header.to_json()}
        if request["operation"] == "preparse" or (request["operation"] == "examine" and parsed.header.repairs):
            return found, []
        if request["operation"] == "examine":
            # The caller refuses a tolerance that is switched off, by its name; the decoder would say less.
            parsed = replace(parsed, leniency=Leniency(used=list(parsed.leniency.used)))
            syntax = transfer_syntax(parsed.header.transfer_syntax_uid)
            wishes = {**request, "header": None, "pixels": not syntax.is_quick, "look": True, "required": False}
            document, arrays = _decode(parsed, wishes)
            return {**found, "decoded": document}, arrays
        document, arrays = _decode(parsed, {**request, "required": not request["pixels"]})
        return {"decoded": document}, arrays


def _decode(parsed: ParsedFile, wishes: dict[str, Any]) -> Answer:
    values, decoder = decode_values(parsed)
    seen_here = [name for name in parsed.leniency.used if name not in parsed.header.warnings]
    document: dict[str, Any] = {"identity": identity(parsed.header), "decoder": decoder, "tolerated": seen_here}
    arrays = []
    if wishes["pixels"] or wishes.get("look"):
        document["sha256"] = pixel_sha256(values)
    if wishes.get("look"):
        document["look"] = look_hash(values)
    if wishes["pixels"]:
        arrays.append(values)
    # The caller's header where it has one: what an image is grayed by was fixed when it was accepted.
    header = DicomHeader.from_json(wishes["header"]) if wishes["header"] else parsed.header
    tensors = [_tensor(header, values, spec, wishes["required"]) for spec in wishes["inputs"]]
    document["prepared"] = [tensor is not None for tensor in tensors]
    return document, [*arrays, *(tensor for tensor in tensors if tensor is not None)]


def _tensor(header: DicomHeader, values: np.ndarray, spec: dict[str, Any], is_required: bool) -> np.ndarray | None:
    """A model's input; None (or a refusal, where nothing else was asked for) when the values cannot be brought to gray.

    A file whose pixels are good is not turned away because a model cannot see it.
    """
    try:
        tensor = prepare_tensor(header, values, InputSpec.from_manifest(spec))
        if not (tensor.min() >= 0 and tensor.max() <= 1):  # false for NaN
            raise ValueError("gray values outside 0 to 1")
    except (ArithmeticError, ValueError, MemoryError) as error:
        if isinstance(error, MemoryError) and is_required:
            raise
        if is_required:
            raise DicomRefusal("bad_value", f"the pixel values cannot be brought to gray ({error})") from None
        return None
    return tensor


def _out_of_memory() -> DicomRefusal:
    return DicomRefusal("decoder_memory", "reading the file needs more memory than is allowed")


def _unreadable(error: BaseException) -> DicomRefusal:
    return DicomRefusal("bad_encoding", f"the file cannot be read ({type(error).__name__})")
