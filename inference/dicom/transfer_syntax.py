"""The transfer syntaxes that are read, each with its one pinned decoder.

A second decoder is never tried: a lenient one turns a refused file into half an image.
"""

from dataclasses import dataclass
from typing import Literal

from pydicom.uid import UID

from inference.dicom.refusal import DicomRefusal

# "uncompressed": native samples in fragments (PS3.5 A.4.11).
Codec = Literal["native", "uncompressed", "rle", "jpeg", "jpeg-lossless", "jpeg-ls", "jpeg-2000"]


@dataclass(frozen=True)
class TransferSyntax:
    """Encoding of the data set and of its pixels. `sof`: JPEG start-of-frame markers the stream may carry."""

    uid: str
    name: str
    codec: Codec
    is_lossy: bool = False
    is_implicit: bool = False
    is_big_endian: bool = False
    is_deflated: bool = False
    sof: tuple[int, ...] = ()

    @property
    def is_encapsulated(self) -> bool:
        return self.codec != "native"

    @property
    def is_quick(self) -> bool:
        """Whether decoding costs less than unpacking a kept copy of the pixels would."""
        return self.codec in ("native", "uncompressed", "rle") and not self.is_deflated


IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2"
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"

_TABLE = (
    TransferSyntax(IMPLICIT_LITTLE_ENDIAN, "Implicit VR Little Endian", "native", is_implicit=True),
    TransferSyntax(EXPLICIT_LITTLE_ENDIAN, "Explicit VR Little Endian", "native"),
    TransferSyntax("1.2.840.10008.1.2.1.98", "Encapsulated Uncompressed", "uncompressed"),
    TransferSyntax("1.2.840.10008.1.2.1.99", "Deflated Explicit VR Little Endian", "native", is_deflated=True),
    TransferSyntax("1.2.840.10008.1.2.2", "Explicit VR Big Endian", "native", is_big_endian=True),
    TransferSyntax("1.2.840.10008.1.2.5", "RLE Lossless", "rle"),
    TransferSyntax("1.2.840.10008.1.2.4.50", "JPEG Baseline", "jpeg", is_lossy=True, sof=(0xC0,)),
    TransferSyntax("1.2.840.10008.1.2.4.51", "JPEG Extended", "jpeg", is_lossy=True, sof=(0xC0, 0xC1)),
    TransferSyntax("1.2.840.10008.1.2.4.57", "JPEG Lossless, Process 14", "jpeg-lossless", sof=(0xC3,)),
    TransferSyntax("1.2.840.10008.1.2.4.70", "JPEG Lossless, First-Order Prediction", "jpeg-lossless", sof=(0xC3,)),
    TransferSyntax("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", "jpeg-ls", sof=(0xF7,)),
    TransferSyntax("1.2.840.10008.1.2.4.81", "JPEG-LS Near-Lossless", "jpeg-ls", is_lossy=True, sof=(0xF7,)),
    TransferSyntax("1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless", "jpeg-2000"),
    TransferSyntax("1.2.840.10008.1.2.4.91", "JPEG 2000", "jpeg-2000", is_lossy=True),
    TransferSyntax("1.2.840.10008.1.2.4.201", "HTJ2K Lossless", "jpeg-2000"),
    TransferSyntax("1.2.840.10008.1.2.4.202", "HTJ2K Lossless RPCL", "jpeg-2000"),
    TransferSyntax("1.2.840.10008.1.2.4.203", "HTJ2K", "jpeg-2000", is_lossy=True),
)

# Refused by name: newer than the dictionary that is asked for the names of the others.
_NEWER_NAMES = {
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
}

TRANSFER_SYNTAXES: dict[str, TransferSyntax] = {syntax.uid: syntax for syntax in _TABLE}


def transfer_syntax(uid: str) -> TransferSyntax:
    """The row of `uid`; raises DicomRefusal unsupported_transfer_syntax."""
    try:
        return TRANSFER_SYNTAXES[uid]
    except KeyError:
        names = ", ".join(syntax.name for syntax in _TABLE)
        text = f"transfer syntax {_name(uid[:64])} is not one of {names}"
        raise DicomRefusal("unsupported_transfer_syntax", text) from None


def _name(uid: str) -> str:
    """`JPEG XL Lossless (1.2.840.10008.1.2.4.110)`; the quoted UID alone when the standard does not know it."""
    name = _NEWER_NAMES.get(uid) or UID(uid).name
    return repr(uid) if name == uid else f"{name} ({uid})"
