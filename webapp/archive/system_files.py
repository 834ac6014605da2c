"""What lies on a disc or in a folder beside the images and is plainly none: passed over, not refused.

Decided by name and beginning together. A file with the DICM prefix is never passed over for its name: only its SOP class can
say that it is a media directory (PS3.3 F.2.2), whatever it is called.
"""

from inference.dicom.file_meta import MEDIA_DIRECTORY_TEXT
from inference.dicom.refusal import DicomRefusal
from webapp.archive.reasons import Reason, reason

START_BYTES = 133  # preamble, prefix and one byte more, which tells whether anything follows the prefix

_PREFIX_END = 132
# A data set without preamble begins with group 0002 or 0008, in either byte order: a broken image, whatever its name.
_BARE_DATA_SETS = (b"\x02\x00", b"\x08\x00", b"\x00\x02", b"\x00\x08")
_SYSTEM_FOLDERS = {"__macosx", "system volume information", "$recycle.bin"}
_SYSTEM_NAMES = {"thumbs.db", "ehthumbs.db", "desktop.ini", "autorun.inf", "icon"}
_TEXT_NAMES = {
    *("readme", "readme.1st", "read.me", "license", "licence", "changelog", "notice", "copying", "version"),
    *("liesmich", "lisezmoi", "leeme", "leggimi", "leiame", "leesmij"),
}
_TEXTS = {
    *(
        "txt",
        "htm",
        "html",
        "xhtml",
        "xml",
        "xsl",
        "xslt",
        "css",
        "md",
        "rtf",
        "pdf",
        "log",
        "doc",
        "docx",
        "chm",
        "hlp",
    ),
    *("csv", "json", "nfo", "url", "md5", "sha1", "sha256"),
}
_PROGRAMS = {
    *("exe", "dll", "msi", "com", "bat", "cmd", "sh", "command", "ocx", "sys", "drv", "cab", "jar", "class", "js"),
    *("so", "dylib", "plist", "ini", "inf", "cfg", "conf", "config", "properties", "lnk", "manifest", "mui", "lng"),
    *("ico", "icns", "cur", "gif", "svg", "ttf", "otf", "woff", "woff2", "fon", "wav", "mp3", "avi", "swf"),
    *("ax", "apm", "msp", "pdb", "pyc", "pyd", "tlb", "mo", "qm", "nib", "strings", "pak", "pack", "deb", "rpm"),
}
_PACKED_PROGRAMS = (".jar.xz", ".pack.xz", ".pack.gz")
# A Java runtime and a Mac's program are folders of files of any name; a picture there may be somebody's radiograph all the same.
_PROGRAM_FOLDERS = {"jre", "jdk"}
_PICTURES = {"dcm", "dic", "dicom", "ima", "img", "jpg", "jpeg", "jp2", "j2k", "jls", "png", "tif", "tiff", "bmp"}
# ELF, Windows, Mach-O in its forms and with it compiled Java, packed Java: no image begins so without the prefix.
_PROGRAM_STARTS = (
    *(b"\x7fELF", b"MZ", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
    *(b"\xca\xfe\xba\xbe", b"\xca\xfe\xd0\x0d"),
)


def system_file_reason(name: str, start: bytes) -> Reason | None:
    """Why a file found under the path `name` is passed over, or None. start: its first START_BYTES bytes, or all it has."""
    *folders, last = name.lower().split("/")
    last = last.partition(";")[0]  # names of ISO 9660 carry a version
    if start[128:_PREFIX_END] == b"DICM":
        is_empty_directory = last == "dicomdir" and len(start) == _PREFIX_END
        return reason("media_directory") if is_empty_directory else None
    if start[:2] in _BARE_DATA_SETS:
        return None
    if any(part.startswith(".") for part in (*folders, last)) or not _SYSTEM_FOLDERS.isdisjoint(folders):
        return reason("system_file")
    if last in _SYSTEM_NAMES:
        return reason("system_file")
    if last == "dicomdir":
        return reason("media_directory")
    stem, _, suffix = last.rpartition(".")
    if last in _TEXT_NAMES or (suffix in _TEXTS and stem):
        return reason("text_file")
    is_inside = suffix not in _PICTURES and _is_of_a_program(folders)
    is_named = (suffix in _PROGRAMS and stem) or last.endswith(_PACKED_PROGRAMS)
    is_program = is_named or start.startswith(_PROGRAM_STARTS) or is_inside
    return reason("viewer_program") if is_program else None


def _is_of_a_program(folders: list[str]) -> bool:
    return not _PROGRAM_FOLDERS.isdisjoint(folders) or any(folder.endswith(".app") for folder in folders)


def media_directory_reason(refusal: DicomRefusal) -> Reason | None:
    """The reason for a file whose SOP class is that of a media directory, or None for any other refusal."""
    return reason("media_directory") if refusal.text == MEDIA_DIRECTORY_TEXT else None
