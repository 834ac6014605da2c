"""De-identified copies: nothing planted comes through, references hold, pixels stay, and the copy is as valid as its source."""

import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate, generate_frames

from inference.dicom import ChildPool, DicomRefusal
from tests.inference.dicom.made_files import BIG_ENDIAN, DEFLATED, IMPLICIT, UNCOMPRESSED, MadeImage
from tests.inference.dicom.made_streams import STREAMS
from tests.webapp.archive.deidentify.planted import PHRASE, planted_file
from tests.webapp.archive.dicom_files import as_bytes, chest_dataset, chest_dicom, chest_pixels, lut_dicom
from webapp.archive.deidentify.children import DeidentifyingChildren
from webapp.archive.deidentify.plan import Plan, Survey
from webapp.archive.deidentify.pseudonyms import ProjectKey

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR")
KEY = ProjectKey(b"a key for tests")
DAYS_OF_T1 = 1 + int.from_bytes(KEY._digest("days", "patient", "", "T-1")[:8], "big") % 3650


@pytest.fixture(scope="module")
def children() -> Iterator[DeidentifyingChildren]:
    with DeidentifyingChildren() as children:
        yield children


@pytest.fixture(scope="module")
def pool() -> Iterator[ChildPool]:
    with ChildPool(children=1) as pool:
        yield pool


class Copier:
    def __init__(self, children: DeidentifyingChildren, folder: Path) -> None:
        self.children, self.folder = children, folder

    def file(self, content: bytes) -> bytes:
        path = self.folder / "source.dcm"
        path.write_bytes(content)
        return self.children.copy(path, KEY.plan(self.survey(content)))

    def survey(self, content: bytes) -> Survey:
        path = self.folder / "source.dcm"
        path.write_bytes(content)
        return self.children.survey(path)

    def __call__(self, content: bytes) -> Dataset:
        return dcmread(BytesIO(self.file(content)))


@pytest.fixture
def copied(children: DeidentifyingChildren, tmp_path: Path) -> Copier:
    return Copier(children, tmp_path)


def test_no_planted_marker_is_in_the_copy(copied: Copier) -> None:
    planted = planted_file()
    source = planted.content()
    assert len(planted.markers) >= 38
    # every marker is in the source as these bytes, but one that a VR of four letters cuts
    assert {place for place, marker in planted.markers.items() if marker.encode() not in source} == {"PatientAge"}
    copy = copied.file(source).upper()
    assert copy.count(PHRASE.upper().encode()) == 0
    assert [place for place, marker in planted.markers.items() if marker.upper().encode() in copy] == []


def test_only_what_the_table_names_is_left(copied: Copier) -> None:
    copy = copied(planted_file().content())
    names = {element.keyword for element in copy.iterall()}
    assert names - {
        "SpecificCharacterSet", "ImageType", "SOPClassUID", "SOPInstanceUID", "StudyDate", "StudyTime", "AccessionNumber",
        "Modality", "Manufacturer", "ReferringPhysicianName", "ReferencedSOPClassUID", "ReferencedSOPInstanceUID",
        "SourceImageSequence", "ReferencedStudySequence", "PatientName", "PatientID", "PatientBirthDate", "PatientSex",
        "PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence", "CodeValue",
        "CodingSchemeDesignator", "CodeMeaning", "BodyPartExamined", "ImagerPixelSpacing", "PositionerType", "StudyInstanceUID",
        "SeriesInstanceUID", "StudyID", "InstanceNumber", "PatientOrientation", "ImageLaterality", "SamplesPerPixel",
        "PhotometricInterpretation", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
        "BurnedInAnnotation", "LongitudinalTemporalInformationModified", "WindowCenter", "WindowWidth", "RescaleIntercept",
        "RescaleSlope", "WindowCenterWidthExplanation", "VOILUTSequence", "LUTDescriptor", "LUTExplanation", "LUTData",
        "PresentationLUTShape", "ViewCodeSequence", "AnatomicRegionSequence", "PixelData", "ViewPosition", "KVP", "Laterality",
    } == set()  # fmt: skip
    assert set(copy.file_meta.keys()) <= {
        0x00020000,
        0x00020001,
        0x00020002,
        0x00020003,
        0x00020010,
        0x00020012,
        0x00020013,
    }
    assert copy.preamble == bytes(128)
    assert list(copy.WindowCenterWidthExplanation) == ["VOI 1", "VOI 2"]
    assert [item.LUTExplanation for item in copy.VOILUTSequence] == [
        "VOI 1"
    ]  # the second table held more than its entries
    assert [item.CodeMeaning for item in copy.ViewCodeSequence] == ["antero-posterior"]
    assert [(item.CodeValue, item.CodeMeaning) for item in copy.AnatomicRegionSequence] == [("51185008", "Chest")]
    assert list(copy.ImageType) == ["ORIGINAL", "PRIMARY", ""]


def test_nested_and_top_level_uids_stay_consistent(copied: Copier) -> None:
    planted = planted_file()
    copy = copied(planted.content())
    uids = {name: str(getattr(copy, name)) for name in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")}
    assert uids == {name: KEY.uid(str(getattr(planted.dataset, name))) for name in uids}
    assert copy.SourceImageSequence[0].ReferencedSOPInstanceUID == uids["SOPInstanceUID"]
    assert copy.ReferencedStudySequence[0].ReferencedSOPInstanceUID == uids["StudyInstanceUID"]
    assert copy.file_meta.MediaStorageSOPInstanceUID == uids["SOPInstanceUID"]
    assert copy.SOPClassUID == planted.dataset.SOPClassUID  # UIDs of the standard stay


def test_references_hold_across_the_images_of_a_study(copied: Copier) -> None:
    study, first = "1.2.3.4.5", "1.2.3.4.5.1"
    one = copied(chest_dicom(StudyInstanceUID=study, SOPInstanceUID=first))
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1.1", first
    two = copied(chest_dicom(StudyInstanceUID=study, ReferencedImageSequence=[reference]))
    assert one.StudyInstanceUID == two.StudyInstanceUID != study
    assert two.ReferencedImageSequence[0].ReferencedSOPInstanceUID == one.SOPInstanceUID
    assert one.PatientID == two.PatientID


def test_dates_of_a_patient_move_together_and_times_stay(copied: Copier) -> None:
    first = copied(chest_dicom(StudyDate="20210703", ContentDate="20210704"))
    second = copied(chest_dicom(StudyDate="20210803"))
    dates = [
        np.datetime64(f"{text[:4]}-{text[4:6]}-{text[6:]}")
        for text in (first.StudyDate, first.ContentDate, second.StudyDate)
    ]
    assert dates[0] == np.datetime64("2021-07-03") - DAYS_OF_T1
    assert (dates[1] - dates[0], dates[2] - dates[0]) == (1, 31)
    assert first.StudyTime == "101500"
    assert copied(chest_dicom(StudyDate="2021")).StudyDate == ""


@pytest.mark.parametrize(
    ("age", "kept"), [("089Y", "089Y"), ("090Y", "090Y"), ("101Y", "090Y"), ("018M", "018M"), ("61", None)]
)
def test_ages_above_89_become_90(copied: Copier, age: str, kept: str | None) -> None:
    assert copied(chest_dicom(PatientAge=age)).get("PatientAge") == kept


def test_method_and_codes_say_what_was_done_after_what_was_said(copied: Copier) -> None:
    earlier = Dataset()
    earlier.CodeValue, earlier.CodingSchemeDesignator, earlier.CodeMeaning = "113101", "DCM", "anything"
    copy = copied(chest_dicom(DeidentificationMethod="by hand", DeidentificationMethodCodeSequence=[earlier]))
    assert copy.PatientIdentityRemoved == "YES"
    assert copy.DeidentificationMethod[0] == "Earlier method, its text removed"
    codes = [item.CodeValue for item in copy.DeidentificationMethodCodeSequence]
    assert codes == ["113101", "113100", "113107", "113108"]
    assert copy.LongitudinalTemporalInformationModified == "MODIFIED"
    again = copied(copied.file(chest_dicom()))
    assert [item.CodeValue for item in again.DeidentificationMethodCodeSequence] == codes[1:]


@pytest.mark.parametrize("syntax", sorted(STREAMS))
def test_pixels_of_every_coding_stay_bit_by_bit(copied: Copier, pool: ChildPool, tmp_path: Path, syntax: str) -> None:
    source = tmp_path / "compressed.dcm"
    source.write_bytes(compressed(syntax))
    copy = tmp_path / "copy.dcm"
    copy.write_bytes(copied.file(source.read_bytes()))
    before, after = pool.preparse(source), pool.preparse(copy)
    assert after.transfer_syntax_uid == syntax
    assert pool.decode(source, before).sha256 == pool.decode(copy, after).sha256


@pytest.mark.parametrize("syntax", [IMPLICIT, DEFLATED, BIG_ENDIAN])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16])
def test_native_pixels_and_numbers_of_every_syntax_stay(
    copied: Copier, pool: ChildPool, tmp_path: Path, syntax: str, dtype: type
) -> None:
    pixels = np.arange(-6 if dtype is np.int16 else 0, 9 if dtype is np.int16 else 15).astype(dtype).reshape(3, 5)
    padding = {0x00280120: ("SS" if dtype is np.int16 else "US", 3)}
    source = MadeImage(pixels, syntax, attributes=padding).write(tmp_path)
    copy = tmp_path / "copy.dcm"
    copy.write_bytes(copied.file(source.read_bytes()))
    header = pool.preparse(copy)
    assert (header.transfer_syntax_uid, header.padding_value) == (syntax, 3)
    assert pool.decode(copy, header).sha256 == pool.decode(source, pool.preparse(source)).sha256


def test_pixels_in_fragments_without_compression_stay_and_their_spare_bits_go(
    copied: Copier, pool: ChildPool, tmp_path: Path
) -> None:
    pixels = np.array([[0x0123, 0x0FFF, 0x0000], [0x0001, 0x0800, 0x07FF]], np.uint16)
    made = MadeImage(pixels, UNCOMPRESSED, bits_stored=12, stream=[(pixels | 0xA000).tobytes()])
    copy = tmp_path / "copy.dcm"
    copy.write_bytes(copied.file(made.to_bytes()))
    header = pool.preparse(copy)
    assert header.transfer_syntax_uid == UNCOMPRESSED
    assert np.array_equal(pool.decode(copy, header).values, pixels)
    assert (pixels | 0xA000).tobytes() not in copy.read_bytes()


def test_comments_of_compressed_streams_are_blanked_and_tails_cut(copied: Copier) -> None:
    for syntax, marker in (("1.2.840.10008.1.2.4.80", b"\xff\xfe"), ("1.2.840.10008.1.2.4.90", b"\xff\x64")):
        frame = STREAMS[syntax][2]
        start = 2 if marker == b"\xff\xfe" else 4 + int.from_bytes(frame[4:6], "big")
        comment = b"\0\1" + PHRASE.encode() if marker == b"\xff\x64" else PHRASE.encode()
        segment = marker + (2 + len(comment)).to_bytes(2, "big") + comment
        content = compressed(syntax, frame[:start] + segment + frame[start:])
        assert PHRASE.encode() in content
        copy = copied.file(content)
        assert PHRASE.encode() not in copy
        assert next(generate_frames(dcmread(BytesIO(copy)).PixelData, number_of_frames=1)).count(marker) >= 1


def test_bits_above_the_stored_ones_carry_nothing(copied: Copier) -> None:
    pixels = chest_pixels()
    overlaid = pixels | np.uint16(0x8000)
    copy = copied(chest_dicom(PixelData=overlaid.tobytes()))
    assert copy.PixelData == pixels.tobytes()
    signed = (pixels.astype(np.int16) - 2048).astype(np.int16)
    copy = copied(chest_dicom(PixelRepresentation=1, PixelData=(signed & 0x0FFF).tobytes()))
    assert copy.PixelData == signed.tobytes()


def test_a_lookup_table_is_kept_with_its_entries(copied: Copier) -> None:
    source = lut_dicom()
    copy = copied(source)
    assert copy.VOILUTSequence[0].LUTData == dcmread(BytesIO(source)).VOILUTSequence[0].LUTData
    assert list(copy.VOILUTSequence[0].LUTDescriptor) == [4096, 0, 16]


def test_a_uid_that_was_not_surveyed_stops_the_copy(children: DeidentifyingChildren, tmp_path: Path) -> None:
    path = tmp_path / "one.dcm"
    path.write_bytes(chest_dicom())
    with pytest.raises(DicomRefusal):
        children.copy(path, Plan("R0", 1, {}))
    path.write_bytes(b"no DICOM at all" * 20)
    with pytest.raises(DicomRefusal, match="not_dicom"):
        children.survey(path)


def test_the_survey_tells_what_the_checks_need(copied: Copier) -> None:
    found = copied.survey(chest_dicom(IssuerOfPatientID="HOSPITAL", ImageType=["DERIVED", "SECONDARY"]))
    assert (found.patient_id, found.issuer, found.burned_in) == ("T-1", "HOSPITAL", "NO")
    assert found.image_type == ("DERIVED", "SECONDARY")
    assert found.study_uid in found.uids


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (package dicom3tools) is not installed")
def test_the_copy_has_no_more_errors_than_its_source(copied: Copier, tmp_path: Path) -> None:
    sources = [content.read_bytes() for content in sorted(Path("webapp/demo/phantoms").glob("0[1-3]*.dcm"))]
    for content in [*sources, chest_dicom(), lut_dicom(), planted_file().content()]:
        before, after = errors(content, tmp_path), errors(copied.file(content), tmp_path)
        assert len(after) <= len(before), sorted(set(after) - set(before))


def errors(content: bytes, folder: Path) -> list[str]:
    path = folder / "checked.dcm"
    path.write_bytes(content)
    found = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, errors="replace", check=False)
    return [line for line in found.stderr.splitlines() if line.startswith("Error")]


def compressed(syntax: str, stream: bytes | None = None) -> bytes:
    pixels, bits, made = STREAMS[syntax]
    rows, columns = pixels.shape
    dataset = chest_dataset(rows=rows, columns=columns, bits=bits)
    dataset.BitsAllocated = pixels.dtype.itemsize * 8
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([stream or made])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return as_bytes(dataset)
