"""What a child does with one file: says what it holds (`survey`), or writes the copy (`copy`). Knows no key."""

import errno
import io
import json
import os
from typing import Any, BinaryIO

from pydicom import config, dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID

from inference.dicom.accept import Accept
from inference.dicom.child_protocol import FAULTS_OF_THE_MACHINE, LENGTH
from inference.dicom.limits import Limits
from inference.dicom.preparse import ParsedFile, parsed_file
from inference.dicom.refusal import DicomRefusal
from inference.dicom.transfer_syntax import transfer_syntax
from inference.sandbox import enter_sandbox
from webapp.archive.deidentify import element_values as values
from webapp.archive.deidentify.pixel_data import clean_pixel_data
from webapp.archive.deidentify.plan import MOST_CHARACTERS, Plan, Survey
from webapp.archive.deidentify.rewrite import Replacements, rewritten, tag_of

IMPLEMENTATION_UID = "2.25.210160641388516865858509260807372800016"
IMPLEMENTATION_NAME = "SIGHTLINE_DEID"
Answer = tuple[dict[str, Any], bytes]


def work(input_descriptor: int, result_descriptor: int) -> None:
    """The whole life of a child after its descriptors were put in order."""
    with os.fdopen(result_descriptor, "r+b") as result, os.fdopen(input_descriptor, "rb") as source:
        request = json.loads(result.read())
        limits = Limits(**request["limits"])
        enter_sandbox(limits.ceilings)
        document, content = _answer(source, request, limits)
        body = json.dumps(document).encode("ascii")
        result.seek(0)
        result.truncate()
        result.write(LENGTH.pack(len(body)) + body + content)


def _answer(source: BinaryIO, request: dict[str, Any], limits: Limits) -> Answer:
    try:
        with parsed_file(source, Accept.any_class(), limits) as parsed:
            if request["operation"] == "survey":
                return {"survey": survey(source, parsed).to_json()}, b""
            content = copy(source, parsed, Plan(**request["plan"]))
            return {"bytes": len(content)}, content
    except DicomRefusal as refusal:
        found = refusal
    except MemoryError:
        found = DicomRefusal("decoder_memory", "reading the file needs more memory than is allowed")
    except OSError as error:
        if error.errno in FAULTS_OF_THE_MACHINE:
            return {"failure": error.errno}, b""
        name = "decoder_memory" if error.errno == errno.ENOMEM else "bad_encoding"
        found = DicomRefusal(name, f"the file cannot be read ({type(error).__name__})")
    except (Exception, RecursionError) as error:
        found = DicomRefusal("bad_encoding", f"the file cannot be read ({type(error).__name__})")
    return {"refusal": [found.code, found.text, found.action, found.http]}, b""


def survey(source: BinaryIO, parsed: ParsedFile) -> Survey:
    """The facts that pseudonyms and the check of burned-in text need."""
    dataset = read_without_pixels(source)
    uids: dict[str, None] = {}

    def note(uid: str) -> str:
        uids[uid] = None
        return uid

    rewritten(dataset, Replacements(note, "", 1, parsed.header.is_signed, parsed.is_big_endian))
    return Survey(
        patient_id=_first(dataset, "PatientID"),
        issuer=_first(dataset, "IssuerOfPatientID"),
        study_uid=parsed.header.study_instance_uid,
        image_type=tuple(text[:16] for text in values.texts(dataset, tag_of("ImageType"), lenient=True) or [])[:8],
        burned_in=_first(dataset, "BurnedInAnnotation"),
        uids=tuple(uids),
    )


def copy(source: BinaryIO, parsed: ParsedFile, plan: Plan) -> bytes:
    """The de-identified file. Raises DicomRefusal."""
    by = Replacements(plan.uids.__getitem__, plan.patient, plan.days, parsed.header.is_signed, parsed.is_big_endian)
    dataset = rewritten(read_without_pixels(source), by)
    syntax = transfer_syntax(parsed.header.transfer_syntax_uid)
    is_bytes = syntax.is_encapsulated or (parsed.header.bits_allocated == 8 and parsed.pixels.vr == "OB")
    dataset.add_new(tag_of("PixelData"), "OB" if is_bytes else "OW", clean_pixel_data(parsed))
    dataset["PixelData"].is_undefined_length = syntax.is_encapsulated
    dataset.file_meta = _file_meta(dataset, syntax.uid)
    dataset.preamble = bytes(128)
    target = io.BytesIO()
    dataset.save_as(target, enforce_file_format=True)
    return target.getvalue()


def read_without_pixels(source: BinaryIO) -> Dataset:
    """The elements before Pixel Data, values still as bytes. parsed_file has checked the structure before."""
    config.settings.reading_validation_mode = config.IGNORE
    config.replace_un_with_known_vr = True
    source.seek(0)
    return dcmread(source, stop_before_pixels=True)


def _file_meta(dataset: Dataset, transfer_syntax_uid: str) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = UID(transfer_syntax_uid)
    meta.ImplementationClassUID = UID(IMPLEMENTATION_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_NAME
    return meta


def _first(dataset: Dataset, keyword: str) -> str:
    """For comparison and hashing: letters beyond ASCII as their bytes' numbers, so that no two ids fall together."""
    tag = tag_of(keyword)
    if tag not in dataset:
        return ""
    element: Any = dataset.get_item(tag)
    raw = element.value if isinstance(element.value, bytes) else str(element.value or "").encode("utf-8", "replace")
    return raw.strip(b"\0 ").decode("latin-1")[:MOST_CHARACTERS]
