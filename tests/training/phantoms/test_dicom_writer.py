"""DX files: complete for the IOD, decodable, identical when written twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest

from training.phantoms import draw_phantom, jpeg_lossless
from training.phantoms.compression import ENCODERS
from training.phantoms.dicom_writer import BITS, FileSpec, build_dataset, stored_values, uid, write_dx

PHANTOM = draw_phantom(3, size=(80, 72), view="PA")

# PS3.3 A.26 with C.8.11: attributes that must have a value (type 1) ...
TYPE_1 = """SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID Modality PresentationIntentType ImageLaterality
ImageType SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation
PixelData PixelIntensityRelationship PixelIntensityRelationshipSign RescaleIntercept RescaleSlope RescaleType
PresentationLUTShape LossyImageCompression BurnedInAnnotation ImagerPixelSpacing PatientOrientation""".split()
# ... and those that must be there (type 2).
TYPE_2 = """PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime ReferringPhysicianName StudyID
AccessionNumber SeriesNumber Manufacturer InstanceNumber AcquisitionContextSequence AnatomicRegionSequence DetectorType
PositionerType""".split()


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_every_required_attribute_of_the_dx_iod_is_there(photometric: str) -> None:
    dataset = build_dataset(PHANTOM, FileSpec(photometric))
    assert [name for name in TYPE_1 if dataset.get(name) in (None, "")] == []
    assert [name for name in TYPE_2 if name not in dataset] == []
    assert dataset.PresentationLUTShape == ("INVERSE" if photometric == "MONOCHROME1" else "IDENTITY")


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("syntax", list(ENCODERS))
def test_stored_values_come_back_from_every_syntax_and_depth(tmp_path: Path, syntax: str, bits: int) -> None:
    spec = FileSpec("MONOCHROME1", bits, syntax)
    write_dx(tmp_path / "a.dcm", PHANTOM, spec)
    dataset = pydicom.dcmread(tmp_path / "a.dcm")
    np.testing.assert_array_equal(dataset.pixel_array, stored_values(PHANTOM, spec))
    assert dataset.BitsStored == bits == dataset.HighBit + 1


def test_the_same_phantom_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_dx(tmp_path / name, PHANTOM, FileSpec(syntax="j2k", voi="lut"))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_uids_are_128_bit_numbers_under_2_25() -> None:
    for index in range(50):
        value = uid("test", index)
        assert value.is_valid
        assert value.startswith("2.25.")
        assert int(value[5:]) < 2**128
    assert uid("a") != uid("b")


def test_polarities_are_complements_of_each_other() -> None:
    dark, bright = (stored_values(PHANTOM, FileSpec(kind)) for kind in ("MONOCHROME1", "MONOCHROME2"))
    np.testing.assert_array_equal(dark.astype(int) + bright, np.full(dark.shape, 4095))


@pytest.mark.parametrize(
    ("voi", "present", "absent"),
    [
        ("window", {"WindowCenter": 2048, "VOILUTFunction": "LINEAR"}, ["VOILUTSequence"]),
        ("sigmoid", {"VOILUTFunction": "SIGMOID"}, ["VOILUTSequence"]),
        ("windows", {"WindowCenterWidthExplanation": ["NORMAL", "LUNG"]}, ["VOILUTSequence"]),
        ("lut", {}, ["WindowCenter"]),
        ("none", {}, ["WindowCenter", "VOILUTSequence"]),
    ],
)
def test_voi_variants(voi: str, present: dict[str, object], absent: list[str]) -> None:
    dataset = build_dataset(PHANTOM, FileSpec(voi=voi))
    assert {name: dataset.get(name) for name in present} == present
    assert [name for name in absent if name in dataset] == []


def test_a_lookup_table_has_an_entry_for_every_stored_value() -> None:
    table = build_dataset(PHANTOM, FileSpec(bits=12, voi="lut")).VOILUTSequence[0]
    assert list(table.LUTDescriptor) == [4096, 0, 12]
    curve = np.frombuffer(table.LUTData, dtype="<u2")
    assert (len(curve), curve.max() <= 4095, bool((np.diff(curve.astype(int)) >= 0).all())) == (4096, True, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"bits": 9}, "bits 9 is not one of 8, 10"),
        ({"syntax": "zip"}, "syntax 'zip' is not one of"),
        ({"month": 1}, "month 1"),
    ],
)
def test_an_unknown_way_of_storing_is_named(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FileSpec(**arguments)


def test_jpeg_lossless_survives_the_largest_jumps() -> None:
    # -32768 and 32767 are the ends of T.81's modulo arithmetic; noise fills every category between.
    rng = np.random.default_rng(0)
    values = rng.integers(0, 65536, (16, 33)).astype(np.uint16)
    values[0, :4] = (0, 65535, 0, 32768)
    from pydicom.encaps import encapsulate

    dataset = build_dataset(PHANTOM, FileSpec(bits=16, syntax="jpeg-lossless"))
    dataset.Rows, dataset.Columns = values.shape
    dataset.PixelData = encapsulate([jpeg_lossless.encode(values, 16)])
    np.testing.assert_array_equal(dataset.pixel_array, values)
