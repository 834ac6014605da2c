"""Why a file was not simply accepted: code, sentence, what to do, HTTP status. Codes of the pre-parse and of decoding
come from inference.dicom.refusal; those of receiving, storing and unpacking are in the table here."""

from dataclasses import dataclass

from inference.dicom.refusal import DicomRefusal

_SPLIT = "Send the files themselves, or a new zip made by an ordinary tool."
_ADMIN = "Nothing of this file was kept. Tell the administrator, then send it again."

REASONS: dict[str, tuple[int, str, str]] = {
    # code -> (HTTP status, sentence, what to do)
    "duplicate": (200, "This image is already stored, byte for byte.", "Nothing to do."),
    "repaired": (
        200,
        "Stored after a repair of the file's prefix, File Meta or missing VRs; no value was changed.",
        "",
    ),
    "uid_conflict": (
        409,
        "Another image with the same SOP Instance UID is already stored and was left as it is.",
        "If this is a corrected image, export it again with a new UID.",
    ),
    "too_large": (413, "The file is larger than allowed.", "Send a smaller file, or ask the administrator."),
    "quota_exceeded": (413, "The storage quota is used up.", _ADMIN),
    "storage_full": (507, "The server's disk is full.", _ADMIN),
    "disk_reserve": (
        507,
        "The server's disk is filled up to the reserve that is kept for reading.",
        _ADMIN,
    ),
    "machine_fault": (503, "The server could not read the file, for a reason of its own.", _ADMIN),
    "zip_nested": (422, "A zip inside a zip is not opened.", "Send the inner zip by itself."),
    "zip_encrypted": (422, "This member of the zip is encrypted.", "Send it without a password."),
    "zip_member_type": (422, "This member of the zip is not a regular file.", "Send the file it points to."),
    "zip_members": (413, "The zip has more members than allowed.", "Split it into smaller ones."),
    "zip_ratio": (413, "The zip unpacks to far more than its size; unpacking was stopped.", _SPLIT),
    "zip_damaged": (422, "The zip, or this member of it, cannot be read.", _SPLIT),
    "zip_method": (
        422,
        "This member is compressed by a method that is not read here.",
        "Use deflate or no compression.",
    ),
    "zip_empty": (422, "The zip holds no files.", "Choose another zip."),
    "unreadable": (403, "The file may not be read.", "Give the account that runs this command the right to read it."),
    "media_directory": (200, "A directory of the disc, not an image.", ""),
    "system_file": (200, "A file of the operating system, not an image.", ""),
    "text_file": (200, "A text of the disc, not an image.", ""),
    "viewer_program": (200, "A part of the disc's viewer program, not an image.", ""),
    "worker_died": (500, "Unpacking failed several times and was given up.", "Send the files again."),
}


@dataclass(frozen=True)
class Reason:
    """Never holds patient data, names of files or paths."""

    code: str
    text: str
    action: str
    http: int

    def document(self) -> dict[str, str]:
        return {"code": self.code, "text": self.text, "action": self.action}


def reason(code: str, text: str = "") -> Reason:
    """The reason `code` of the table, with a more exact sentence when there is one."""
    http, standard, action = REASONS[code]
    return Reason(code, text or standard, action, http)


def reason_of(refusal: DicomRefusal) -> Reason:
    return Reason(refusal.code, refusal.text, refusal.action, refusal.http)
