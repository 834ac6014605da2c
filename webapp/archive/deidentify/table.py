"""The table of what a copy keeps (PS3.15 annex E; basic profile with modified dates and patient characteristics).

Default deny: an attribute that is not here is removed, on every level; what is here must also have the form that its row asks
for. Sequences name what their items may hold.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from pydicom.datadict import tag_for_keyword

from webapp.archive.deidentify import terms

STANDARD_UIDS = "1.2.840.10008"
Form = Callable[[str], bool]  # of one value as text


class Action(Enum):
    """What becomes of an attribute that has a row."""

    KEEP = "keep"  # every value must have the row's form, or the attribute goes
    NUMBERS = "numbers"  # binary numbers
    BYTES = "bytes"  # entries of lookup tables
    NAME = "name"  # of a product: free text with few signs, and none of the patient's words
    AGE = "age"  # above 89 years -> 090Y
    NUMBERED = "numbered"  # explanations -> "VOI 1", "VOI 2" ...
    FIRST_TWO = "first two"
    EMPTY = "empty"  # always there, without a value
    HOLLOW = "hollow"  # empty if the file had it
    PSEUDONYM = "pseudonym"
    UID = "uid"
    DATE = "date"
    ITEMS = "items"  # a sequence, its items by the row's own table
    CODES = "codes"  # a sequence of codes, worded by ourselves


@dataclass(frozen=True)
class Row:
    """One line of the table. inside: tag -> row of what the items of a sequence may hold."""

    action: Action
    form: Form | None = None
    inside: "dict[int, Row] | None" = None


def _matches(pattern: str) -> Form:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def _one_of(words: Iterable[str]) -> Form:
    allowed = frozenset(words)
    return lambda text: text in allowed


DECIMAL = _matches(r"(?=.{1,16}$)[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
INTEGER = _matches(r"[+-]?\d{1,11}")
TIME = _matches(r"([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?")
AGE = _matches(r"\d{3}[DWMY]")
IS_STANDARD_UID = _matches(r"1\.2\.840\.10008(\.(0|[1-9]\d*))+")
IS_UID = _matches(r"[0-9.]{1,64}")
PRODUCT = _matches(r"[A-Za-z0-9][A-Za-z0-9 .,&/()+_-]{0,63}")
ORIENTATION = _matches(r"(?!.*(.).*\1)[APLRHF]{1,3}")
MOST_VALUES = 64


def _rows(action: Action, form: Form | None, keywords: str) -> dict[int, Row]:
    found = {}
    for keyword in keywords.split():
        tag = tag_for_keyword(keyword)
        if tag is None:
            raise ValueError(f"{keyword} is no attribute of the DICOM dictionary")
        found[tag] = Row(action, form)
    return found


def _terms(words_by_keyword: dict[str, Iterable[str]]) -> dict[int, Row]:
    found: dict[int, Row] = {}
    for keyword, words in words_by_keyword.items():
        found |= _rows(Action.KEEP, _one_of(words), keyword)
    return found


def _sequence(keyword: str, action: Action, inside: dict[int, Row]) -> dict[int, Row]:
    return {tag: Row(action, inside=inside) for tag in _rows(action, None, keyword)}


_LUT = {
    **_rows(Action.NUMBERS, None, "LUTDescriptor"),
    **_rows(Action.BYTES, None, "LUTData"),
    **_rows(Action.NUMBERED, None, "LUTExplanation"),
}
_MODALITY_LUT = _LUT | _terms({"ModalityLUTType": ("OD", "HU", "US", "MGML", "Z_EFF", "ED", "EDW", "HU_MOD", "PCT")})
_REFERENCE = {
    **_rows(Action.KEEP, IS_STANDARD_UID, "ReferencedSOPClassUID"),
    **_rows(Action.UID, None, "ReferencedSOPInstanceUID"),
}
TABLE: dict[int, Row] = {
    **_terms(
        {
            "PhotometricInterpretation": ("MONOCHROME1", "MONOCHROME2"),
            "PresentationLUTShape": ("IDENTITY", "INVERSE"),
            "VOILUTFunction": ("LINEAR", "LINEAR_EXACT", "SIGMOID"),
            "RescaleType": ("OD", "HU", "US", "MGML", "Z_EFF", "ED", "EDW", "HU_MOD", "PCT"),
            "PixelSpacingCalibrationType": ("GEOMETRY", "FIDUCIAL"),
            "PixelIntensityRelationship": ("LIN", "LOG", "DISP"),
            "DetectorType": ("DIRECT", "SCINTILLATOR", "STORAGE", "FILM"),
            "Modality": terms.MODALITIES,
            "PresentationIntentType": ("FOR PRESENTATION", "FOR PROCESSING"),
            "ConversionType": ("DV", "DI", "DF", "WSD", "SD", "SI", "DRW", "SYN"),
            "BodyPartExamined": terms.BODY_PARTS,
            "ViewPosition": terms.VIEW_POSITIONS,
            "Laterality": terms.LATERALITIES,
            "ImageLaterality": terms.LATERALITIES,
            "PatientSex": ("M", "F", "O"),
            "SpecificCharacterSet": terms.CHARACTER_SETS,
            "LossyImageCompression": ("00", "01"),
            "LossyImageCompressionMethod": terms.LOSSY_METHODS,
            "BurnedInAnnotation": ("YES", "NO"),
        }
    ),
    **_rows(Action.FIRST_TWO, _one_of(("ORIGINAL", "DERIVED", "PRIMARY", "SECONDARY")), "ImageType"),
    **_rows(Action.KEEP, ORIENTATION, "PatientOrientation"),
    **_rows(Action.KEEP, IS_STANDARD_UID, "SOPClassUID"),
    **_rows(
        Action.KEEP,
        DECIMAL,
        "PixelSpacing ImagerPixelSpacing NominalScannedPixelSpacing EstimatedRadiographicMagnificationFactor RescaleSlope "
        "RescaleIntercept WindowCenter WindowWidth KVP ExposureTimeInuS XRayTubeCurrentInuA DistanceSourceToDetector "
        "DistanceSourceToPatient ImageAndFluoroscopyAreaDoseProduct Sensitivity LossyImageCompressionRatio",
    ),
    **_rows(
        Action.KEEP,
        INTEGER,
        "PixelAspectRatio NumberOfFrames ExposureTime XRayTubeCurrent Exposure ExposureInuAs RelativeXRayExposure "
        "SeriesNumber InstanceNumber AcquisitionNumber",
    ),
    **_rows(Action.KEEP, DECIMAL, "ExposureIndex TargetExposureIndex DeviationIndex"),
    **_rows(
        Action.NUMBERS,
        None,
        "SamplesPerPixel Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation PixelPaddingValue "
        "PixelPaddingRangeLimit SmallestImagePixelValue LargestImagePixelValue PixelIntensityRelationshipSign",
    ),
    **_rows(Action.NAME, PRODUCT, "Manufacturer ManufacturerModelName"),
    **_rows(Action.AGE, AGE, "PatientAge"),
    **_rows(Action.NUMBERED, None, "WindowCenterWidthExplanation"),
    **_rows(Action.EMPTY, None, "PatientName PatientBirthDate AccessionNumber ReferringPhysicianName StudyID"),
    # PS3.3 asks for these two in every DX image, with or without a value.
    **_rows(Action.HOLLOW, None, "PositionerType AcquisitionContextSequence"),
    **_rows(Action.PSEUDONYM, None, "PatientID"),
    **_rows(Action.UID, IS_UID, "SOPInstanceUID StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID"),
    **_rows(Action.DATE, None, "StudyDate SeriesDate AcquisitionDate ContentDate"),
    **_rows(Action.KEEP, TIME, "StudyTime SeriesTime AcquisitionTime ContentTime"),
    **_sequence("VOILUTSequence", Action.ITEMS, _LUT),
    **_sequence("ModalityLUTSequence", Action.ITEMS, _MODALITY_LUT),
    **_sequence("ReferencedImageSequence", Action.ITEMS, _REFERENCE),
    **_sequence("SourceImageSequence", Action.ITEMS, _REFERENCE),
    **_sequence("ReferencedStudySequence", Action.ITEMS, _REFERENCE),
    **_sequence("ViewCodeSequence", Action.CODES, _sequence("ViewModifierCodeSequence", Action.CODES, {})),
    **_sequence("AnatomicRegionSequence", Action.CODES, _sequence("AnatomicRegionModifierSequence", Action.CODES, {})),
}
# Whose words a product's name must not hold, should a device have written them there.
IDENTIFYING = tuple(
    _rows(
        Action.EMPTY,
        None,
        "PatientName PatientID OtherPatientIDs OtherPatientNames PatientBirthName PatientMotherBirthName AccessionNumber "
        "PatientBirthDate ReferringPhysicianName PerformingPhysicianName OperatorsName RequestingPhysician "
        "InstitutionName StationName PatientAddress PatientTelephoneNumbers",
    )
)
# Type 2 attributes of the table: when what the file holds is removed for its form, the attribute stays without a value.
STAYS_EMPTY = frozenset(
    tag
    for keywords in (
        "StudyDate StudyTime PatientSex Manufacturer SeriesNumber InstanceNumber PatientOrientation BodyPartExamined "
        "ViewPosition Laterality KVP ImageLaterality",
    )
    for tag in _rows(Action.EMPTY, None, keywords)
)
