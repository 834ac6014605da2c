"""Faults of real files whose pixels are whole: taken with a warning of their name, refused with a true reason when off."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from inference.dicom import Accept, ChildPool, DicomRefusal, write_repaired
from inference.dicom.tolerances import ALL_TOLERANCES, TOLERANCES, Leniency, without
from tests.inference.dicom.made_files import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG,
    JPEG_2000,
    JPEG_LOSSLESS,
    JPEG_LS,
    UNCOMPRESSED,
    MadeImage,
    element,
    item,
    uid,
)
from tests.inference.dicom.made_streams import GRAY_8, RAMP, STREAMS, jpeg_2000, jpeg_lossless, jpeg_ls_stream


@dataclass
class Edited(MadeImage):
    """A made file with bytes replaced, each once."""

    edits: dict[bytes, bytes] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        content = super().to_bytes()
        for old, new in self.edits.items():
            if content.count(old) != 1:
                raise ValueError(f"{old!r} occurs {content.count(old)} times")
            content = content.replace(old, new)
        return content


@dataclass(frozen=True)
class Fault:
    """A file with one fault: its tolerance, its pixels, and the code that refuses it when the tolerance is off."""

    made: Callable[[], MadeImage]
    tolerance: str
    code: str
    pixels: np.ndarray


def _native(padding: bytes, syntax: str = EXPLICIT, pixels: np.ndarray = RAMP, vr: str = "OW") -> MadeImage:
    raw = pixels.astype(pixels.dtype.newbyteorder(">" if syntax == BIG_ENDIAN else "<")).tobytes()
    return MadeImage(pixels, syntax, attributes={0x7FE00010: (vr, raw + padding)})


def _padded(syntax: str, padding: bytes) -> MadeImage:
    pixels, bits, stream = STREAMS[syntax]
    return MadeImage(pixels, syntax, bits_stored=bits, stream=[stream + padding])


def _padded_fragment(syntax: str) -> MadeImage:
    pixels, bits, stream = STREAMS[syntax]
    whole = stream + b"\0" * (len(stream) % 2)
    return MadeImage(pixels, syntax, bits_stored=bits, stream=[whole, bytes(64)])


def _zero_before_end(pixels: np.ndarray, bits: int) -> MadeImage:
    stream = jpeg_ls_stream(pixels, bits)
    return MadeImage(pixels, JPEG_LS, bits_stored=bits, stream=[stream[:-2] + b"\0" + stream[-2:]])


def _narrow(pixels: np.ndarray, syntax: str, stream: bytes, stored: int = 16) -> MadeImage:
    return MadeImage(pixels, syntax, bits_stored=stored, stream=[stream])


def _tag(tag: int) -> bytes:
    return struct.pack("<HH", tag >> 16, tag & 0xFFFF)


def _without_vr(tag: int, vr: str, value: str | int | bytes | list, blank: bytes = b"  ") -> MadeImage:
    made = Edited(RAMP, attributes={tag: (vr, value)})
    made.edits = {_tag(tag) + vr.encode(): _tag(tag) + blank}
    return made


def _twice(tag: int, vr: str, first: bytes, second: bytes, syntax: str = EXPLICIT) -> MadeImage:
    """The second one follows the first, as the same attribute of two private writers."""
    both = element(tag, vr, first, syntax) + element(tag, vr, second, syntax)
    made = Edited(RAMP, syntax, attributes={tag: (vr, first)})
    made.edits = {element(tag, vr, first, syntax): both}
    return made


def _implicit_under(said: str, has_group_length: bool = False) -> MadeImage:
    group_length = {0x00080000: ("UL", struct.pack("<L", 86))} if has_group_length else {}
    return MadeImage(RAMP, IMPLICIT, meta={0x00020010: ("UI", uid(said))}, attributes=dict(group_length))


# A VR of two blanks in an item of a sequence: both are walked over, one by its length, one by its delimiter.
ITEM = [{0x00080100: ("SH", "R-10206")}]
BLANK_VRS: dict[str, Callable[[], MadeImage]] = {
    "body part": lambda: _without_vr(0x00180015, "CS", "CHEST "),
    "zero bytes": lambda: _without_vr(0x00180015, "CS", "CHEST ", b"\0\0"),
    "a decimal": lambda: _without_vr(0x00281053, "DS", "1 "),
    "rows": lambda: Edited(RAMP, edits={_tag(0x00280010) + b"US": _tag(0x00280010) + b"  "}),
    "two choices of VR": lambda: _without_vr(0x00280120, "US", 3),
    "the instance": lambda: Edited(RAMP, edits={_tag(0x00080018) + b"UI": _tag(0x00080018) + b"  "}),
    "an attribute that is not read": lambda: _without_vr(0x00081010, "SH", "STATION1"),
    "a long form": lambda: _without_vr(0x00420011, "OB", bytes(6)),
    "a sequence": lambda: _without_vr(0x00082218, "SQ", ITEM),
    "inside an item": lambda: Edited(
        RAMP, attributes={0x00082218: ("SQ", ITEM)}, edits={_tag(0x00080100) + b"SH": _tag(0x00080100) + b"  "}
    ),
    "two of them": lambda: Edited(
        RAMP,
        attributes={0x00180015: ("CS", "CHEST ")},
        edits={_tag(tag) + vr: _tag(tag) + b"  " for tag, vr in ((0x00180015, b"CS"), (0x00280010, b"US"))},
    ),
}

ODD = np.arange(15, dtype=np.uint8).reshape(3, 5)
SIGNED = (RAMP.astype(np.int16) - 512).astype(np.int16)
NOISE = np.random.default_rng(4).integers(0, 256, (48, 64)).astype(np.uint16)
WAVES = [(RAMP * k % 1021).astype(np.uint16) for k in (3, 7, 11, 13)]

FAULTS: dict[str, Fault] = {
    "512 zeros after native pixels": Fault(lambda: _native(bytes(512)), "excess_pixel_bytes", "size_mismatch", RAMP),
    "2 zeros": Fault(lambda: _native(bytes(2)), "excess_pixel_bytes", "size_mismatch", RAMP),
    "FF": Fault(lambda: _native(b"\xff" * 100), "excess_pixel_bytes", "size_mismatch", RAMP),
    "blanks": Fault(lambda: _native(b" " * 30), "excess_pixel_bytes", "size_mismatch", RAMP),
    "10 MB": Fault(lambda: _native(bytes(10_000_000)), "excess_pixel_bytes", "size_mismatch", RAMP),
    "implicit": Fault(lambda: _native(bytes(20), IMPLICIT), "excess_pixel_bytes", "size_mismatch", RAMP),
    "big endian": Fault(lambda: _native(bytes(20), BIG_ENDIAN), "excess_pixel_bytes", "size_mismatch", RAMP),
    "odd 8-bit image": Fault(
        lambda: _native(bytes(7), EXPLICIT, ODD, "OB"), "excess_pixel_bytes", "size_mismatch", ODD
    ),
    "in fragments": Fault(
        lambda: MadeImage(RAMP, UNCOMPRESSED, stream=[RAMP.astype("<u2").tobytes() + bytes(64)]),
        "excess_pixel_bytes",
        "size_mismatch",
        RAMP,
    ),
    **{
        f"{len(padding)} of {padding[:1].hex()} after {syntax}": Fault(
            lambda syntax=syntax, padding=padding: _padded(syntax, padding),
            "padded_stream",
            "codestream_mismatch",
            STREAMS[syntax][0],
        )
        for syntax in (JPEG_LOSSLESS, JPEG_LS, JPEG_2000)
        for padding in (bytes(2), bytes(8), b"\xff" * 9, b"\xff\0" * 300)
    },
    "10 MB after JPEG 2000": Fault(
        lambda: _padded(JPEG_2000, bytes(10_000_000)), "padded_stream", "codestream_mismatch", RAMP
    ),
    "a fragment of zeros": Fault(lambda: _padded_fragment(JPEG_LS), "padded_stream", "codestream_mismatch", RAMP),
    **{
        f"zero before the end marker, {k}": Fault(
            lambda pixels=pixels: _zero_before_end(pixels, 10), "zero_before_end_marker", "decoder_error", pixels
        )
        for k, pixels in enumerate([RAMP, *WAVES])
    },
    "zero before the end marker, 8 bits": Fault(
        lambda: _zero_before_end(GRAY_8, 8), "zero_before_end_marker", "decoder_error", GRAY_8
    ),
    "JPEG 2000 of 10 bits for 16": Fault(
        lambda: _narrow(RAMP, JPEG_2000, jpeg_2000(RAMP, 10)),
        "precision_below_bits_stored",
        "codestream_mismatch",
        RAMP,
    ),
    "JPEG 2000 of 10 bits for 12": Fault(
        lambda: _narrow(RAMP, JPEG_2000, jpeg_2000(RAMP, 10), 12),
        "precision_below_bits_stored",
        "codestream_mismatch",
        RAMP,
    ),
    "JPEG 2000 of 8 bits for 16": Fault(
        lambda: _narrow(NOISE, JPEG_2000, jpeg_2000(NOISE, 8)),
        "precision_below_bits_stored",
        "codestream_mismatch",
        NOISE,
    ),
    **{f"{name} without VR": Fault(made, "blank_vr", "bad_encoding", RAMP) for name, made in BLANK_VRS.items()},
    "implicit under explicit": Fault(lambda: _implicit_under(EXPLICIT), "implicit_data_set", "bad_encoding", RAMP),
    "implicit under explicit, with the length of its first group": Fault(
        lambda: _implicit_under(EXPLICIT, has_group_length=True), "implicit_data_set", "bad_encoding", RAMP
    ),
    "study UID with a leading zero": Fault(
        lambda: MadeImage(RAMP, attributes={0x0020000D: ("UI", uid("1.2.840.00113"))}),
        "leading_zero_uid",
        "bad_uid",
        RAMP,
    ),
    "date as a component": Fault(
        lambda: MadeImage(RAMP, attributes={0x0020000E: ("UI", uid("1.2.20210703.0915.1"))}),
        "leading_zero_uid",
        "bad_uid",
        RAMP,
    ),
    "samples per pixel missing": Fault(
        lambda: MadeImage(RAMP, attributes={0x00280002: None}), "samples_per_pixel_missing", "missing_tag", RAMP
    ),
    "samples per pixel empty": Fault(
        lambda: MadeImage(RAMP, photometric="MONOCHROME1", attributes={0x00280002: ("US", b"")}),
        "samples_per_pixel_missing",
        "missing_tag",
        RAMP,
    ),
    "rows twice": Fault(
        lambda: _twice(0x00280010, "US", b"\x30\0", b"\x30\0"), "equal_duplicates", "bad_encoding", RAMP
    ),
    "rows twice, implicit": Fault(
        lambda: _twice(0x00280010, "US", b"\x30\0", b"\x30\0", IMPLICIT), "equal_duplicates", "bad_encoding", RAMP
    ),
    "name twice": Fault(
        lambda: _twice(0x00100010, "PN", b"Phantom^One ", b"Phantom^One "), "equal_duplicates", "bad_encoding", RAMP
    ),
    "signed JPEG 2000 of 11 bits for 16": Fault(
        lambda: _narrow(SIGNED, JPEG_2000, jpeg_2000(SIGNED, 11)),
        "precision_below_bits_stored",
        "codestream_mismatch",
        SIGNED,
    ),
    "JPEG-LS of 8 bits for 12": Fault(
        lambda: _narrow(GRAY_8.astype(np.uint16), JPEG_LS, jpeg_ls_stream(GRAY_8, 8), 12),
        "precision_below_bits_stored",
        "codestream_mismatch",
        GRAY_8.astype(np.uint16),
    ),
    "JPEG lossless of 8 bits for 12": Fault(
        lambda: _narrow(GRAY_8.astype(np.uint16), JPEG_LOSSLESS, jpeg_lossless(GRAY_8.astype(np.uint16), 8), 12),
        "precision_below_bits_stored",
        "codestream_mismatch",
        GRAY_8.astype(np.uint16),
    ),
}


def refused(path: Path, pool: ChildPool, accept: Accept | None = None) -> DicomRefusal:
    with pytest.raises(DicomRefusal) as caught:
        pool.decode(path, pool.preparse(path, accept or Accept()))
    return caught.value


@pytest.mark.parametrize("name", FAULTS)
def test_a_tolerated_fault_is_a_warning_and_the_pixels_are_whole(name: str, tmp_path: Path, pool: ChildPool) -> None:
    fault = FAULTS[name]
    path = fault.made().write(tmp_path)
    header = pool.preparse(path)
    pixels = pool.decode(path, header)
    assert (*header.warnings, *pixels.tolerated) == (fault.tolerance,)
    assert np.array_equal(pixels.values, fault.pixels)


@pytest.mark.parametrize("name", BLANK_VRS)
def test_the_stored_copy_names_the_missing_vrs(name: str, tmp_path: Path, pool: ChildPool) -> None:
    path, copy = BLANK_VRS[name]().write(tmp_path), tmp_path / "copy.dcm"
    header = pool.preparse(path)
    assert header.repairs == ("vr",)
    write_repaired(path, copy, header)
    assert pool.preparse(copy) == replace(header, repairs=(), blank_vrs=(), warnings=())
    assert np.array_equal(pydicom.dcmread(copy).pixel_array, RAMP)
    received, stored = path.read_bytes(), copy.read_bytes()
    changed = [place for place, (one, other) in enumerate(zip(received, stored, strict=True)) if one != other]
    assert changed == [place + k for place, _ in header.blank_vrs for k in (0, 1)]


def test_vrs_are_named_at_their_place_when_file_meta_grows(tmp_path: Path, pool: ChildPool) -> None:
    made = _without_vr(0x00180015, "CS", "CHEST ")
    made.meta = {0x00020002: None, 0x00020003: None}
    path, copy = made.write(tmp_path), tmp_path / "copy.dcm"
    write_repaired(path, copy, pool.preparse(path))
    dataset = pydicom.dcmread(copy)
    assert (dataset.BodyPartExamined, dataset.file_meta.MediaStorageSOPInstanceUID) == ("CHEST", "1.2.3.1")
    assert np.array_equal(dataset.pixel_array, RAMP)


@pytest.mark.parametrize("pair", [(5, "CS"), (200, "CS"), (10**9, "CS")])
def test_a_place_that_has_no_blank_vr_is_not_written(pair: tuple[int, str], tmp_path: Path, pool: ChildPool) -> None:
    path = MadeImage(RAMP).write(tmp_path)
    header = replace(pool.preparse(path), blank_vrs=(pair,))
    with pytest.raises(ValueError, match=f"no blank VR at byte {pair[0]}"):
        write_repaired(path, tmp_path / "copy.dcm", header)


def test_the_stored_copy_of_an_implicit_data_set_says_so(tmp_path: Path, pool: ChildPool) -> None:
    path, copy = _implicit_under(EXPLICIT).write(tmp_path), tmp_path / "copy.dcm"
    header = pool.preparse(path)
    assert (header.repairs, header.transfer_syntax_uid) == (("meta_transfer_syntax",), IMPLICIT)
    write_repaired(path, copy, header)
    assert np.array_equal(pool.decode(copy, header).values, RAMP)
    dataset = pydicom.dcmread(copy)
    assert dataset.file_meta.TransferSyntaxUID == IMPLICIT
    assert np.array_equal(dataset.pixel_array, RAMP)


@pytest.mark.parametrize("has_group_length", [False, True], ids=["", "with the length of a group"])
@pytest.mark.parametrize("said", [JPEG_2000, JPEG_LS, UNCOMPRESSED, BIG_ENDIAN])
def test_implicit_data_that_cannot_be_put_right_are_refused_with_that_sentence(
    said: str, has_group_length: bool, tmp_path: Path, pool: ChildPool
) -> None:
    refusal = refused(_implicit_under(said, has_group_length).write(tmp_path), pool)
    assert refusal.code == "bad_encoding"
    assert refusal.text.startswith("the data set is in implicit VR; File Meta says ")


def test_a_deflated_data_set_cannot_be_written_in_place(tmp_path: Path, pool: ChildPool) -> None:
    made = MadeImage(RAMP, DEFLATED)
    blank = element(0x00080016, "UI", uid("1.2.840.10008.5.1.4.1.1.1")).replace(b"UI", b"  ")
    made.dataset = lambda: blank + MadeImage(RAMP, attributes={0x00080016: None}).dataset()  # type: ignore[method-assign]
    assert refused(made.write(tmp_path), pool).code == "bad_encoding"


def test_more_missing_vrs_than_a_thousand_are_no_slip(tmp_path: Path, pool: ChildPool) -> None:
    code = element(0x00080100, "SH", b"CODE").replace(b"SH", b"  ")
    made = MadeImage(RAMP, attributes={0x00082218: ("SQ", item(code * 1001))})
    assert refused(made.write(tmp_path), pool).code == "bad_encoding"
    made = MadeImage(RAMP, attributes={0x00082218: ("SQ", item(code * 1000))})
    assert len(pool.preparse(made.write(tmp_path)).blank_vrs) == 1000


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.code != "decoder_error"])
def test_the_same_file_is_refused_when_its_tolerance_is_off(name: str, tmp_path: Path, pool: ChildPool) -> None:
    fault = FAULTS[name]
    strict = Accept(tolerances=ALL_TOLERANCES - {fault.tolerance})
    assert refused(fault.made().write(tmp_path), pool, strict).code == fault.code
    others = Accept(tolerances=frozenset({fault.tolerance}))  # no other tolerance is in play
    assert pool.preparse(fault.made().write(tmp_path), others).warnings == (fault.tolerance,)


def test_an_8_bit_jpeg_may_stand_for_12_bits(tmp_path: Path, pool: ChildPool) -> None:
    made = _narrow(GRAY_8.astype(np.uint16), JPEG, STREAMS[JPEG][2], 12)
    path = made.write(tmp_path)
    header = pool.preparse(path)
    assert header.warnings == ("precision_below_bits_stored",)
    # one level for each rounding of the cosine transform; the picture has steps of 255
    assert np.abs(pool.decode(path, header).values.astype(int) - GRAY_8).mean() < 20


NOT_TOLERATED: dict[str, tuple[Callable[[], MadeImage], str]] = {
    # what follows may be more image: rows or columns that the header does not count
    "rows after native pixels": (lambda: _native(RAMP[:3].astype("<u2").tobytes()), "size_mismatch"),
    "one more column": (lambda: _native(RAMP[:, 0].astype("<u2").tobytes()), "size_mismatch"),
    "text after the end marker": (lambda: _padded(JPEG_2000, b"not padding "), "codestream_mismatch"),
    "a second stream": (lambda: _padded(JPEG_LS, STREAMS[JPEG_LS][2] + b"\1\1"), "codestream_mismatch"),
    "cut and padded": (
        lambda: MadeImage(RAMP, JPEG_2000, bits_stored=10, stream=[STREAMS[JPEG_2000][2][:-40] + bytes(40)]),
        "codestream_truncated",
    ),
    "two zeros before the end marker": (
        lambda: MadeImage(
            RAMP, JPEG_LS, bits_stored=10, stream=[STREAMS[JPEG_LS][2][:-2] + bytes(2) + STREAMS[JPEG_LS][2][-2:]]
        ),
        "decoder_error",
    ),
    "JPEG-LS of 10 bits for 12": (lambda: _narrow(RAMP, JPEG_LS, jpeg_ls_stream(RAMP, 10), 12), "codestream_mismatch"),
    "signed JPEG-LS of 8 bits for 12": (
        lambda: _narrow(GRAY_8.astype(np.int16), JPEG_LS, jpeg_ls_stream(GRAY_8, 8), 12),
        "codestream_mismatch",
    ),
    "rows twice, differing": (lambda: _twice(0x00280010, "US", b"\x30\0", b"\x20\0"), "bad_encoding"),
    "name twice, differing": (
        lambda: _twice(0x00100010, "PN", b"Phantom^One ", b"Phantom^Two "),
        "bad_encoding",
    ),
    "rows twice, other VR": (
        lambda: Edited(
            RAMP,
            edits={
                element(0x00280010, "US", b"\x30\0"): element(0x00280010, "US", b"\x30\0")
                + element(0x00280010, "SS", b"\x30\0")
            },
        ),
        "bad_encoding",
    ),
    "pixel data without VR": (
        lambda: Edited(RAMP, edits={_tag(0x7FE00010) + b"OW": _tag(0x7FE00010) + b"  "}),
        "bad_encoding",
    ),
    "a private element without VR": (lambda: _without_vr(0x00091001, "LO", "VALUE "), "bad_encoding"),
    "an element that no dictionary knows": (lambda: _without_vr(0x00189999, "LO", "VALUE "), "bad_encoding"),
    "a VR of letters that is none": (lambda: _without_vr(0x00180015, "CS", "CHEST ", b"ZZ"), "bad_encoding"),
    "one blank": (lambda: _without_vr(0x00180015, "CS", "CHEST ", b" \0"), "bad_encoding"),
    "a sequence or words": (lambda: _without_vr(0x00283006, "OW", bytes(4)), "bad_encoding"),
    "samples missing on colour": (
        lambda: MadeImage(RAMP, photometric="RGB", attributes={0x00280002: None}),
        "missing_tag",
    ),
    "more bits than allocated": (
        lambda: _narrow(GRAY_8, JPEG_2000, jpeg_2000(RAMP, 10), 8),
        "codestream_mismatch",
    ),
}


@pytest.mark.parametrize("name", NOT_TOLERATED)
def test_what_may_lack_pixels_stays_refused(name: str, tmp_path: Path, pool: ChildPool) -> None:
    made, code = NOT_TOLERATED[name]
    assert refused(made().write(tmp_path), pool).code == code


@pytest.mark.parametrize("padding", [b"garbage!", b"\0\0\1\0"])
@pytest.mark.parametrize("syntax", [JPEG, JPEG_LOSSLESS, JPEG_LS, JPEG_2000])
def test_a_complete_stream_is_never_called_cut(syntax: str, padding: bytes, tmp_path: Path, pool: ChildPool) -> None:
    refusal = refused(_padded(syntax, padding).write(tmp_path), pool)
    assert refusal.code == "codestream_mismatch"
    count = len(padding) + (len(STREAMS[syntax][2]) + len(padding)) % 2  # a fragment has an even length
    assert f"has {count} bytes that are no padding after its end marker" in refusal.text


def test_a_thumbnail_inside_a_cut_jpeg_is_no_end(tmp_path: Path, pool: ChildPool) -> None:
    stream = STREAMS[JPEG][2]
    thumbnail = b"\xff\xe1\x00\x0aExif\xff\xd9\0\0"
    cut = stream[:2] + thumbnail + stream[2:-200]
    refusal = refused(MadeImage(GRAY_8, JPEG, stream=[cut + bytes(8)]).write(tmp_path), pool)
    assert refusal.code == "codestream_truncated"


def test_names_that_are_none_are_told() -> None:
    assert without("padded_stream, excess_pixel_bytes") == ALL_TOLERANCES - {"padded_stream", "excess_pixel_bytes"}
    assert without("") == without(" , ") == ALL_TOLERANCES == frozenset(TOLERANCES)
    with pytest.raises(ValueError, match="padded_steam: not one of excess_pixel_bytes, padded_stream"):
        without("padded_steam")
    with pytest.raises(KeyError):
        Leniency().takes("padded_steam")
