"""A radiograph with a marker in every place that a patient's name has been found in."""

import struct
from dataclasses import dataclass, field

from pydicom.dataset import Dataset, PrivateBlock
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

from tests.webapp.archive.dicom_files import as_bytes, chest_dataset

PHRASE = "Zq7"  # starts every marker: no other byte of a copy may hold it


@dataclass
class Planted:
    """The file and its markers, by where they stand."""

    dataset: Dataset
    markers: dict[str, str] = field(default_factory=dict)
    preamble: bytes = bytes(128)

    def mark(self, place: str, prefix: str = "") -> str:
        """A new marker: letters and digits alone, at most 16."""
        marker = f"{PHRASE}{len(self.markers):02d}{prefix}"
        self.markers[place] = marker
        return marker

    def content(self) -> bytes:
        return as_bytes(self.dataset, preamble=self.preamble)


TEXTS = (
    "PatientName PatientID PatientBirthName OtherPatientNames PatientMotherBirthName PatientAddress PatientTelephoneNumbers "
    "PatientComments AdditionalPatientHistory Occupation EthnicGroup AccessionNumber StudyID ReferringPhysicianName "
    "PerformingPhysicianName OperatorsName NameOfPhysiciansReadingStudy InstitutionName InstitutionAddress "
    "InstitutionalDepartmentName StationName StudyDescription SeriesDescription ImageComments ProtocolName DeviceSerialNumber "
    "DetectorID PlateID SoftwareVersions DerivationDescription RequestedProcedureDescription PerformedProcedureStepDescription "
    "RequestAttributesComments DeidentificationMethod RetrieveAETitle MilitaryRank CurrentPatientLocation MedicalAlerts"
).split()


def planted_file() -> Planted:
    """Over 60 markers: texts, odd VRs, sequences, private block, overlay, curve, icon, preamble, File Meta, kept attributes."""
    made = Planted(chest_dataset())
    dataset = made.dataset
    for keyword in TEXTS:
        if keyword != "RequestAttributesComments":
            setattr(dataset, keyword, made.mark(keyword))
    dataset.OtherPatientIDs = [made.mark("second value"), made.mark("third value")]
    dataset.Manufacturer = f"Maker {made.markers['PatientName']}"  # a kept attribute that repeats a removed one
    dataset.ManufacturerModelName = f"X^{made.mark('model name of another form')}"
    _kept_attributes(made)
    _sequences(made)
    _odd_vrs(made)
    _groups(made)
    _file_meta(made)
    return made


def _kept_attributes(made: Planted) -> None:
    """Markers in attributes that the table keeps when their value is one of our words."""
    dataset = made.dataset
    for keyword in ("BodyPartExamined", "RescaleType", "PatientSex", "DetectorType", "PositionerType"):
        setattr(dataset, keyword, made.mark(keyword).upper())
        made.markers[keyword] = made.markers[keyword].upper()
    dataset.PatientAge = made.mark("PatientAge")[:4]
    dataset.ImageType = ["ORIGINAL", "PRIMARY", made.mark("third value of Image Type")]
    dataset.WindowCenter, dataset.WindowWidth = [2048, 2048], [4096, 2000]
    dataset.WindowCenterWidthExplanation = [made.mark("window explanation"), made.mark("second window explanation")]


def _sequences(made: Planted) -> None:
    dataset = made.dataset
    table = Dataset()
    table.LUTDescriptor, table.LUTExplanation = [4096, 0, 16], made.mark("LUT explanation")
    table.LUTData = bytes(2 * 4096)
    table.InstitutionName = made.mark("inside a kept sequence")
    too_long = Dataset()
    too_long.LUTDescriptor = [16, 0, 16]
    too_long.LUTData = bytes(32) + made.mark("after the entries of a LUT").encode() + b"\0"
    dataset.VOILUTSequence = Sequence([table, too_long])
    dataset.ViewCodeSequence = Sequence([_code("399348003", "SCT", made.mark("code meaning"))])
    dataset.AnatomicRegionSequence = Sequence(
        [_code("51185008", "SCT", made.mark("second code meaning")), _code(made.mark("code value"), "99LOCAL", "x")]
    )
    reference = Dataset()
    reference.ReferencedSOPClassUID = dataset.SOPClassUID
    reference.ReferencedSOPInstanceUID = dataset.SOPInstanceUID
    reference.PurposeOfReferenceCodeSequence = Sequence([_code("1", "99X", made.mark("three levels down"))])
    dataset.SourceImageSequence = Sequence([reference])
    study = Dataset()
    study.ReferencedSOPClassUID = "1.2.840.10008.3.1.2.3.1"
    study.ReferencedSOPInstanceUID = dataset.StudyInstanceUID
    dataset.ReferencedStudySequence = Sequence([study])
    request = Dataset()
    request.RequestedProcedureID = made.mark("request")
    request.ScheduledProcedureStepDescription = made.mark("second of a request")
    dataset.RequestAttributesSequence = Sequence([request])
    original = Dataset()
    original.ModifiedAttributesSequence = Sequence([Dataset()])
    original.ModifiedAttributesSequence[0].PatientName = made.mark("original attributes")
    dataset.OriginalAttributesSequence = Sequence([original])
    other = Dataset()
    other.PatientID = made.mark("other patient id")
    dataset.OtherPatientIDsSequence = Sequence([other])
    icon = Dataset()
    icon.Rows, icon.Columns, icon.BitsAllocated, icon.PixelRepresentation = 4, 4, 8, 0
    icon.add_new(0x7FE00010, "OB", made.mark("icon").encode().ljust(16, b"\0"))
    dataset.IconImageSequence = Sequence([icon])
    deidentified = _code("113100", "DCM", made.mark("meaning of an earlier method"))
    dataset.DeidentificationMethodCodeSequence = Sequence([deidentified])


def _odd_vrs(made: Planted) -> None:
    """Kept tags under a VR that holds anything, and values that no rule of their VR allows."""
    dataset = made.dataset
    for place, (tag, vr) in {
        "KVP as LT": (0x00180060, "LT"),
        "View Position as UN": (0x00185101, "UN"),
        "Exposure as OB": (0x00181152, "OB"),
        "Laterality as ST": (0x00200060, "ST"),
        "unknown as UR": (0x00081190, "UR"),
        "unknown as UC": (0x00080119, "UC"),
        "text as UT": (0x0040A160, "UT"),
    }.items():
        marker = made.mark(place)
        dataset.add_new(tag, vr, marker.encode().ljust(10, b" ") if vr in ("UN", "OB") else marker)


def _groups(made: Planted) -> None:
    """A private block, an overlay, a curve, and group 4FFE."""
    dataset = made.dataset
    block: PrivateBlock = dataset.private_block(0x0029, made.mark("private creator"), create=True)
    block.add_new(0x10, "LO", made.mark("private text"))
    inner = Dataset()
    inner.PatientName = made.mark("name in a private sequence")
    block.add_new(0x11, "SQ", Sequence([inner]))
    dataset.add_new(0x60000010, "US", 4)
    dataset.add_new(0x60000011, "US", 4)
    dataset.add_new(0x60000022, "LO", made.mark("overlay description"))
    dataset.add_new(0x60003000, "OW", made.mark("overlay data").encode().ljust(16, b"\0"))
    dataset.add_new(0x50000022, "LO", made.mark("curve label"))
    dataset.add_new(0x4FFE0001, "LO", made.mark("group 4FFE"))
    dataset.add_new(0xFFFCFFFC, "OB", made.mark("padding at the end").encode().ljust(16, b"\0"))


def _file_meta(made: Planted) -> None:
    meta = made.dataset.file_meta
    meta.SourceApplicationEntityTitle = made.mark("AE title")
    meta.ImplementationVersionName = made.mark("implementation")
    meta.PrivateInformationCreatorUID = generate_uid()
    meta.PrivateInformation = made.mark("private information").encode().ljust(16, b"\0")
    made.preamble = struct.pack("128s", made.mark("preamble").encode())


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item
