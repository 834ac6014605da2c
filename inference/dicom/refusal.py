"""Why a file is not taken: one code, one sentence, one thing to do. Data that travels as an exception."""

from typing import Any

_RESEND = "Export the image again from its source and upload the new file."
_CONVERT = "Export the image as a single grayscale chest radiograph (CR, DX or Secondary Capture)."

REFUSALS: dict[str, tuple[int, str]] = {
    # code -> (HTTP status, what the sender can do)
    "too_large": (413, "Send a smaller file, or ask the administrator to raise the limit."),
    "not_dicom": (415, "Upload a DICOM Part 10 file (with the DICM prefix) or a zip of such files."),
    "bad_meta": (422, _RESEND),
    "no_transfer_syntax": (422, _RESEND),
    "unsupported_transfer_syntax": (422, "Export the image uncompressed, or as JPEG, JPEG-LS, JPEG 2000 or RLE."),
    "unsupported_sop_class": (422, _CONVERT),
    "unsupported_modality": (422, "Only images of modality CR, DX or RG are read here."),
    "inflate_limit": (413, "Export the image with a transfer syntax that is not deflated."),
    "bad_encoding": (422, _RESEND),
    "too_deep": (422, _RESEND),
    "too_many_elements": (422, _RESEND),
    "element_too_long": (422, _RESEND),
    "missing_tag": (422, _RESEND),
    "bad_uid": (422, _RESEND),
    "not_image": (422, _CONVERT),
    "bad_dimensions": (422, _CONVERT),
    "bad_bits": (422, "Export the image with 8 or 16 bits allocated."),
    "bad_value": (422, _RESEND),
    "multiframe": (422, "Export one frame as an image of its own."),
    "unsupported_photometric": (422, "Export the image as MONOCHROME1 or MONOCHROME2."),
    "size_mismatch": (422, _RESEND),
    "codestream_mismatch": (422, _RESEND),
    "codestream_truncated": (422, _RESEND),
    "decoder_error": (422, "Export the image uncompressed and upload that file."),
    "decoder_timeout": (422, "Export the image uncompressed and upload that file."),
    "decoder_memory": (422, "Export the image uncompressed or smaller and upload that file."),
    "decoder_crash": (422, "Export the image uncompressed and upload that file."),
    "integrity_mismatch": (409, "The stored file differs from the one received; tell the administrator."),
}


class DicomRefusal(Exception):
    """A refused file. `text` is for people and never holds patient data or a path of the server."""

    def __init__(self, code: str, text: str, action: str = "", http: int = 0) -> None:
        if code not in REFUSALS:
            raise ValueError(f"refusal code {code!r} is not one of {', '.join(REFUSALS)}")
        super().__init__(code, text)
        self.code = code
        self.text = text
        self.action = action or REFUSALS[code][1]
        self.http = http or REFUSALS[code][0]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.code, self.text, self.action, self.http)

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"
