"""Pre-parse of well-formed and nearly well-formed files made here."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from inference.dicom import Accept, DicomHeader, DicomRefusal, Limits, preparse
from inference.dicom.accept import class_name
from inference.exam import Code
from tests.inference.dicom.made_files import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, MadeImage, element, item, uid


def refusal_of(path: Path, accept: Accept | None = None, limits: Limits | None = None) -> DicomRefusal:
    with pytest.raises(DicomRefusal) as caught:
        preparse(path, accept or Accept(), limits or Limits())
    return caught.value


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN])
def test_every_native_syntax_gives_the_same_header(syntax: str, tmp_path: Path) -> None:
    header = preparse(MadeImage(syntax=syntax).write(tmp_path))
    assert (header.rows, header.columns, header.bits_stored) == (3, 4, 16)
    assert header.patient_name == "Phantom^One"
    assert header.transfer_syntax_uid == syntax


@pytest.mark.parametrize(
    ("syntax", "name"),
    [
        ("1.2.840.10008.1.2.4.110", "JPEG XL Lossless (1.2.840.10008.1.2.4.110)"),
        ("1.2.840.10008.1.2.4.112", "JPEG XL (1.2.840.10008.1.2.4.112)"),
        ("1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression (1.2.840.10008.1.2.8.1)"),
        ("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile / Level 4.1 (1.2.840.10008.1.2.4.102)"),
        ("1.2.3.4", "'1.2.3.4'"),
    ],
)
def test_a_transfer_syntax_that_is_not_read_is_named(syntax: str, name: str, tmp_path: Path) -> None:
    made = MadeImage(meta={0x00020010: ("UI", uid(syntax))})
    refusal = refusal_of(made.write(tmp_path))
    assert refusal.code == "unsupported_transfer_syntax"
    assert refusal.text.startswith(f"transfer syntax {name} is not one of Implicit VR Little Endian, ")


def test_a_header_survives_json(tmp_path: Path) -> None:
    lut = {
        0x00283002: ("US", struct.pack("<3H", 4, 0, 8)),
        0x00283006: ("OW", bytes([0, 10, 20, 255])),
    }
    attributes = {
        0x00281050: ("DS", "40\\300"),
        0x00281051: ("DS", "80\\600"),
        0x00283010: ("SQ", [lut]),
        0x00280030: ("DS", "0.2\\0.1"),
    }
    header = preparse(MadeImage(attributes=attributes).write(tmp_path))
    assert DicomHeader.from_json(json.loads(json.dumps(header.to_json()))) == header
    assert header.voi_luts[0].entries.tolist() == [0, 10, 20, 255]


def test_image_attributes_with_vr_un_are_read_with_the_vr_of_the_dictionary(tmp_path: Path) -> None:
    attributes = {0x00280010: ("UN", struct.pack("<H", 3)), 0x00100010: ("UN", b"Phantom^Un")}
    header = preparse(MadeImage(attributes=attributes).write(tmp_path))
    assert header.rows == 3
    assert header.patient_name == "Phantom^Un"


def test_zero_padding_after_the_data_set_is_allowed(tmp_path: Path) -> None:
    assert preparse(MadeImage(tail=bytes(513)).write(tmp_path)).rows == 3


def test_garbage_after_the_data_set_is_refused(tmp_path: Path) -> None:
    assert refusal_of(MadeImage(tail=b"\0" * 4 + b"garbage").write(tmp_path)).code == "bad_encoding"


def test_an_odd_native_frame_may_have_one_pad_byte(tmp_path: Path) -> None:
    pixels = np.arange(9, dtype=np.uint8).reshape(3, 3)
    assert preparse(MadeImage(pixels).write(tmp_path)).bits_allocated == 8


@pytest.mark.parametrize("extra", [-2, 2])
def test_a_native_frame_of_another_length_is_refused_with_both_numbers(extra: int, tmp_path: Path) -> None:
    refusal = refusal_of(MadeImage(attributes={0x7FE00010: ("OW", bytes(range(24 + extra)))}).write(tmp_path))
    assert refusal.code == "size_mismatch"
    assert f"has {24 + extra} bytes" in refusal.text
    assert "need 24" in refusal.text


@pytest.mark.parametrize(
    ("tag", "name"),
    [(0x00080016, "0008,0016"), (0x00080018, "0008,0018"), (0x0020000D, "0020,000D"), (0x0020000E, "0020,000E")],
)
def test_a_missing_uid_is_named(tag: int, name: str, tmp_path: Path) -> None:
    refusal = refusal_of(MadeImage(attributes={tag: None}).write(tmp_path))
    assert refusal.code == "missing_tag"
    assert name in refusal.text


@pytest.mark.parametrize(
    "bad", ["1.2.x", "../../etc/passwd", "1" * 65, "1.2\\1.3", "..", "1.2..3", ".1.2", "1.2.", "1 2"]
)
def test_a_uid_of_other_signs_is_refused(bad: str, tmp_path: Path) -> None:
    assert refusal_of(MadeImage(attributes={0x00080018: ("UI", uid(bad))}).write(tmp_path)).code == "bad_uid"


def test_other_classes_and_modalities_are_refused_unless_the_gate_is_open(tmp_path: Path) -> None:
    ct = MadeImage(attributes={0x00080016: ("UI", uid("1.2.840.10008.5.1.4.1.1.2")), 0x00080060: ("CS", "CT")})
    path = ct.write(tmp_path)
    assert refusal_of(path).code == "unsupported_sop_class"
    assert preparse(path, Accept.any_class()).modality == "CT"
    only_modality = MadeImage(attributes={0x00080060: ("CS", "CT")}).write(tmp_path)
    refusal = refusal_of(only_modality)
    assert refusal.code == "unsupported_modality"
    assert "'CT' is not one of CR, DX, RG" in refusal.text


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({0x00280100: ("US", 32), 0x00280101: ("US", 32), 0x00280102: ("US", 31)}, "bad_bits"),
        ({0x00280101: ("US", 17), 0x00280102: ("US", 16)}, "bad_bits"),
        ({0x00280101: ("US", 0)}, "bad_bits"),
        ({0x00280101: ("US", 12), 0x00280102: ("US", 15)}, "bad_bits"),
        ({0x00280103: ("US", 2)}, "bad_value"),
        ({0x00280008: ("IS", "0")}, "bad_value"),
        ({0x00280008: ("IS", "1A")}, "bad_value"),
        ({0x00280010: None}, "missing_tag"),
        ({0x00280004: None}, "missing_tag"),
        ({0x00280010: ("US", struct.pack("<HH", 3, 3))}, "bad_encoding"),
        ({0x7FE00010: None}, "not_image"),
    ],
)
def test_each_fault_of_the_image_module_has_its_code(attributes: dict, code: str, tmp_path: Path) -> None:
    assert refusal_of(MadeImage(attributes=attributes).write(tmp_path)).code == code


def test_repairs_are_named(tmp_path: Path) -> None:
    made = MadeImage(preamble=b"MZ" + bytes(126), meta={0x00020002: ("UI", uid("1.9")), 0x00020003: ("UI", uid("1.8"))})
    assert preparse(made.write(tmp_path)).repairs == ("preamble", "meta_class_uid", "meta_instance_uid")


def test_file_meta_without_group_length_is_read(tmp_path: Path) -> None:
    raw = MadeImage().to_bytes()
    path = tmp_path / "made.dcm"
    path.write_bytes(raw[:132] + raw[144:])  # the group length element has 12 bytes
    assert preparse(path).rows == 3


def test_sequences_of_undefined_length_are_walked(tmp_path: Path) -> None:
    inner = element(0x00080100, "SH", b"T-A1")
    content = item(inner) + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    raw = MadeImage().to_bytes()
    sequence = element(0x00082218, "SQ", content, length=0xFFFFFFFF)
    at = raw.index(element(0x00100010, "PN", b"Phantom^One "))
    path = tmp_path / "made.dcm"
    path.write_bytes(raw[:at] + sequence + raw[at:])
    assert preparse(path).rows == 3


def test_an_element_of_the_table_may_not_occur_twice_with_two_values(tmp_path: Path) -> None:
    # Two readers that disagree about Rows (first or last) would see two images in one file.
    raw = MadeImage().to_bytes()
    rows = element(0x00280010, "US", struct.pack("<H", 3))
    path = tmp_path / "made.dcm"
    path.write_bytes(raw.replace(rows, rows + element(0x00280010, "US", struct.pack("<H", 2))))
    assert refusal_of(path).code == "bad_encoding"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(file_bytes=200), "too_large"),
        (Limits(side_pixels=3), "bad_dimensions"),
        (Limits(total_pixels=11), "bad_dimensions"),
        (Limits(pixel_bytes=23), "bad_dimensions"),
        (Limits(element_bytes=8), "element_too_long"),
        (Limits(elements_bytes=16), "element_too_long"),
        (Limits(elements=5), "too_many_elements"),
    ],
)
def test_each_limit_stops_the_file(limits: Limits, code: str, tmp_path: Path) -> None:
    assert refusal_of(MadeImage().write(tmp_path), limits=limits).code == code


def test_nesting_stops_at_the_limit(tmp_path: Path) -> None:
    def nested(depth: int) -> MadeImage:
        content: list = [{}]
        for _ in range(depth - 1):
            content = [{0x00081140: ("SQ", content)}]
        return MadeImage(attributes={0x00081115: ("SQ", content)})

    assert preparse(nested(16).write(tmp_path)).rows == 3
    assert refusal_of(nested(17).write(tmp_path)).code == "too_deep"


def _code(value: str, scheme: str, meaning: str, **inner: object) -> dict:
    return {0x00080100: ("SH", value), 0x00080102: ("SH", scheme), 0x00080104: ("LO", meaning), **inner}


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN])
def test_what_the_file_says_about_the_exam_is_read_in_every_syntax(syntax: str, tmp_path: Path) -> None:
    left = _code("7771000", "SCT", "Left")
    region = {**_code("T-D8700", "SRT", "Hand"), 0x00082220: ("SQ", [left])}
    attributes = {
        0x00080068: ("CS", "FOR PROCESSING"),
        0x00081090: ("LO", "Model 1"),
        0x00082218: ("SQ", [region]),
        0x00082228: ("SQ", [_code("85562004", "SCT", "Hand"), {}]),
        0x00101010: ("AS", "049Y"),
        0x00200060: ("CS", "R"),
        0x00200062: ("CS", "L"),
        0x00280300: ("CS", "YES"),
        0x00540220: ("SQ", [_code("R-10236", "SRT", "left lateral")]),
    }
    header = preparse(MadeImage(attributes=attributes, syntax=syntax).write(tmp_path))
    said = DicomHeader.from_json(json.loads(json.dumps(header.to_json()))).exam
    assert said == header.exam
    assert said.view_codes == (Code("R-10236", "SRT", "left lateral"),)
    assert said.anatomic_regions == (Code("T-D8700", "SRT", "Hand"),)
    assert said.primary_structures == (Code("85562004", "SCT", "Hand"),)
    assert said.anatomic_modifiers == (Code("7771000", "SCT", "Left"),)
    assert (said.presentation_intent, said.quality_control_image, said.model_name) == (
        *("FOR PROCESSING", "YES", "Model 1"),
    )
    assert (said.image_laterality, said.laterality, said.patient_age) == ("L", "R", "049Y")


def test_body_part_and_view_are_read_in_the_character_set_of_the_file(tmp_path: Path) -> None:
    attributes = {
        0x00080005: ("CS", "ISO_IR 192"),
        0x00180015: ("CS", "TÓRAX".encode()),
        0x00185101: ("CS", "PA"),
    }
    assert preparse(MadeImage(attributes=attributes).write(tmp_path)).exam.body_part == "TÓRAX"


@pytest.mark.parametrize(
    ("attributes", "warning"),
    [
        ({0x00281050: ("DS", "10"), 0x00281051: ("DS", "0")}, "bad_window"),
        ({0x00281050: ("DS", "10"), 0x00281051: ("DS", "nan")}, "bad_window"),
        ({0x00281050: ("DS", "10\\20"), 0x00281051: ("DS", "5")}, "bad_window"),
        ({0x00281053: ("DS", "0"), 0x00281052: ("DS", "0")}, "bad_rescale"),
        ({0x00280030: ("DS", "0\\0")}, "bad_spacing"),
        ({0x20500020: ("CS", "INVERSE")}, "polarity_conflict"),
        ({0x00280301: ("CS", "YES")}, "burned_in_annotation"),
        (
            {0x00283010: ("SQ", [{0x00283002: ("US", struct.pack("<3H", 4, 0, 8)), 0x00283006: ("OW", b"12")}])},
            "bad_lut",
        ),
    ],
)
def test_a_bad_optional_value_is_a_warning_and_no_refusal(attributes: dict, warning: str, tmp_path: Path) -> None:
    header = preparse(MadeImage(attributes=attributes).write(tmp_path))
    assert header.warnings == (warning,)


def test_a_good_window_beside_a_bad_one_stays(tmp_path: Path) -> None:
    attributes = {0x00281050: ("DS", "10\\20"), 0x00281051: ("DS", "0\\5"), 0x00281055: ("LO", "A\\B")}
    header = preparse(MadeImage(attributes=attributes).write(tmp_path))
    assert [(window.center, window.width, window.explanation) for window in header.windows] == [(20.0, 5.0, "B")]


@pytest.mark.parametrize(
    ("character_set", "raw", "wanted"),
    [
        ("ISO_IR 192", "Grünwald^Ödön".encode(), "Grünwald^Ödön"),
        ("ISO_IR 100", "Grünwald".encode("latin-1"), "Grünwald"),
        ("ISO_IR 144", "Люкceмбypг".encode("iso8859-5"), "Люкceмбypг"),
        ("", b"Gr\xfcn", "Grün"),
        ("ISO_IR 9999", b"Gr\xfcn", "Gr\ufffdn"),
        ("\\ISO 2022 IR 87", b"Yamada=\x1b$B;3ED\x1b(B", "Yamada=山田"),
        ("ISO_IR 192", b"A\r\nB\x00C", "A\ufffd\ufffdB\ufffdC"),
    ],
)
def test_names_are_decoded_and_control_characters_replaced(
    character_set: str, raw: bytes, wanted: str, tmp_path: Path
) -> None:
    raw += b" " * (len(raw) % 2)
    attributes = {0x00080005: ("CS", character_set), 0x00100010: ("PN", raw)}
    assert preparse(MadeImage(attributes=attributes).write(tmp_path)).patient_name == wanted


def test_refusals_travel_between_processes() -> None:
    import pickle

    refusal = DicomRefusal("bad_bits", "Bits Allocated is 1, not 8 or 16")
    copy = pickle.loads(pickle.dumps(refusal))
    assert (copy.code, copy.text, copy.action, copy.http) == (refusal.code, refusal.text, refusal.action, 422)


@pytest.mark.parametrize(
    ("uid", "name"),
    [
        ("1.2.840.10008.5.1.4.1.1.2", "CT Image"),
        ("1.2.840.10008.5.1.4.1.1.1.1", "Digital X-Ray Image - For Presentation"),
        ("1.2.3", "unknown kind of object"),
    ],
)
def test_a_class_is_called_by_its_name(uid: str, name: str) -> None:
    assert class_name(uid) == name
