"""Which objects may come in: SOP classes, modalities, tolerated faults. A setting; tests may open the gate."""

from dataclasses import dataclass

from pydicom.uid import UID

from inference.dicom.tolerances import ALL_TOLERANCES

MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
COMPUTED_RADIOGRAPHY = "1.2.840.10008.5.1.4.1.1.1"
DIGITAL_X_RAY_PRESENTATION = "1.2.840.10008.5.1.4.1.1.1.1"
DIGITAL_X_RAY_PROCESSING = "1.2.840.10008.5.1.4.1.1.1.1.1"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"

SOP_CLASSES = frozenset({COMPUTED_RADIOGRAPHY, DIGITAL_X_RAY_PRESENTATION, DIGITAL_X_RAY_PROCESSING, SECONDARY_CAPTURE})
MODALITIES = frozenset({"CR", "DX", "RG"})


def class_name(sop_class: str) -> str:
    """The standard's name of a SOP class, `CT Image` or `Digital X-Ray Image - For Presentation`, for people."""
    known = UID(sop_class)
    return "unknown kind of object" if known.name == sop_class else known.name.replace(" Storage", "")


@dataclass(frozen=True)
class Accept:
    """None means any. tolerances: the faults that a file may have (inference.dicom.tolerances)."""

    sop_classes: frozenset[str] | None = SOP_CLASSES
    modalities: frozenset[str] | None = MODALITIES
    tolerances: frozenset[str] = ALL_TOLERANCES

    @classmethod
    def any_class(cls) -> "Accept":
        """Every class and modality; all other checks stay. Media directories stay refused."""
        return cls(sop_classes=None, modalities=None)


DEFAULT_ACCEPT = Accept()
