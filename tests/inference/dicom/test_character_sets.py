"""Text in the character sets of real files: misspelt terms, escapes per component, UTF-8 that nobody announced."""

from pathlib import Path

import pytest

from inference.dicom import Accept, DicomHeader, preparse
from tests.inference.dicom.made_files import MadeImage

JAPANESE = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B"
KOREAN = b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf"
CHINESE = b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab="
LATIN_9 = "Œuvre Žaneta"
MISSPELT, UTF_8 = ("misspelt_character_set",), ("utf8_without_character_set",)


def header_of(terms: str | None, name: bytes, folder: Path, accept: Accept | None = None) -> DicomHeader:
    attributes: dict = {0x00100010: ("PN", name + b" " * (len(name) % 2))}
    if terms is not None:
        attributes[0x00080005] = ("CS", terms)
    return preparse(MadeImage(attributes=attributes).write(folder), accept or Accept())


@pytest.mark.parametrize(
    ("terms", "raw", "name", "warnings"),
    [
        # GB 2312 by escape sequences in each component (PS3.5 annex K.2)
        ("\\ISO 2022 IR 58", CHINESE, "Zhang^XiaoDong=张^小东=", ()),
        ("\\ISO_IR 58", CHINESE, "Zhang^XiaoDong=张^小东=", MISSPELT),
        ("ISO 2022 IR 6\\ISO 2022 IR 58", CHINESE, "Zhang^XiaoDong=张^小东=", ()),
        # Japanese
        ("\\ISO 2022 IR 87", JAPANESE, "Yamada^Tarou=山田^太郎=やまだ^たろう", ()),
        ("ISO_IR 13\\ISO 2020 IR 87", JAPANESE, "Yamada^Tarou=山田^太郎=やまだ^たろう", MISSPELT),
        ("\\ISO_IR 87", JAPANESE, "Yamada^Tarou=山田^太郎=やまだ^たろう", MISSPELT),
        ("\\ISO2022IR87", JAPANESE, "Yamada^Tarou=山田^太郎=やまだ^たろう", MISSPELT),
        ("\\ISO-2022-IR-87", JAPANESE, "Yamada^Tarou=山田^太郎=やまだ^たろう", MISSPELT),
        ("\\iso 2022 ir 87", JAPANESE, "Yamada^Tarou=山田^太郎=やまだ^たろう", MISSPELT),
        ("\\ISO  2022 IR  87", JAPANESE, "Yamada^Tarou=山田^太郎=やまだ^たろう", MISSPELT),
        # Korean
        ("\\ISO 2022 IR 149", KOREAN, "Hong^Gildong=洪^吉洞=홍^길동", ()),
        ("\\ISO_IR 149", KOREAN, "Hong^Gildong=洪^吉洞=홍^길동", MISSPELT),
        ("ISO_IR 149", "홍^길동".encode("euc_kr"), "홍^길동", MISSPELT),
        # one byte
        ("ISO-IR 100", "Grün".encode("latin-1"), "Grün", MISSPELT),
        ("ISO_IR_100", "Grün".encode("latin-1"), "Grün", MISSPELT),
        ("iso_ir 100", "Grün".encode("latin-1"), "Grün", MISSPELT),
        ("ISO8859-1", "Grün".encode("latin-1"), "Grün", MISSPELT),
        ("LATIN1", "Grün".encode("latin-1"), "Grün", MISSPELT),
        ("ISO IR 144", "Люк".encode("iso8859-5"), "Люк", MISSPELT),
        ("ISO_IR 100", "Grün".encode("latin-1"), "Grün", ()),
        ("LATIN5", "Gül Şahin".encode("iso8859-9"), "Gül Şahin", MISSPELT),
        # Latin alphabet No. 9 (PS3.3 tables C.12-2 and C.12-3)
        ("ISO_IR 203", LATIN_9.encode("iso8859-15"), LATIN_9, ()),
        ("ISO 2022 IR 100\\ISO 2022 IR 203", b"Gr\xfcn^\x1b-b" + LATIN_9.encode("iso8859-15"), f"Grün^{LATIN_9}", ()),
        ("\\ISO 2022 203", b"Gr^\x1b-b" + LATIN_9.encode("iso8859-15"), f"Gr^{LATIN_9}", MISSPELT),
        ("ISO8859-15", LATIN_9.encode("iso8859-15"), LATIN_9, MISSPELT),
        ("LATIN9", LATIN_9.encode("iso8859-15"), LATIN_9, MISSPELT),
        # names of standards in place of the terms
        ("JIS X 0208", JAPANESE, "Yamada^Tarou=山田^太郎=やまだ^たろう", MISSPELT),
        ("JIS X 0201\\JIS X 0208-1990", JAPANESE, "Yamada^Tarou=山田^太郎=やまだ^たろう", MISSPELT),
        ("ISO 2022 IR 87", JAPANESE, "Yamada^Tarou=山田^太郎=やまだ^たろう", ()),
        ("JIS_X0201", b"\xd4\xcf\xc0\xde", "ﾔﾏﾀﾞ", MISSPELT),
        ("JIS X 0212", b"\x1b$(D0!\x1b(B", "丂", MISSPELT),
        ("KS X 1001", KOREAN, "Hong^Gildong=洪^吉洞=홍^길동", MISSPELT),
        ("TIS-620", "นาย".encode("tis-620"), "นาย", MISSPELT),
        # whole
        ("UTF-8", "山田^太郎".encode(), "山田^太郎", MISSPELT),
        ("utf8", "山田^太郎".encode(), "山田^太郎", MISSPELT),
        ("ISO 2022 IR 192", "山田^太郎".encode(), "山田^太郎", MISSPELT),
        ("ISO_IR192", "山田^太郎".encode(), "山田^太郎", MISSPELT),
        ("gb18030", "张^小东".encode("gb18030"), "张^小东", MISSPELT),
        ("GB2312", "张^小东".encode("gb2312"), "张^小东", MISSPELT),
        # UTF-8 that no attribute announces; the same letters as Latin-1
        (None, "Grün^Ödön".encode(), "Grün^Ödön", UTF_8),
        ("", "山田^太郎".encode(), "山田^太郎", UTF_8),
        (None, "Grün^Ödön".encode("latin-1"), "Grün^Ödön", ()),
        (None, b"Phantom^One", "Phantom^One", ()),
        # what means nothing stays unknown
        ("ISO_IR 9999", b"Gr\xfcn", "Gr\ufffdn", ()),
        ("KLINGON", b"Gr\xfcn", "Gr\ufffdn", ()),
    ],
)
def test_names_in_the_character_sets_of_real_files(
    terms: str | None, raw: bytes, name: str, warnings: tuple[str, ...], tmp_path: Path
) -> None:
    header = header_of(terms, raw, tmp_path)
    assert (header.patient_name.rstrip("="), header.warnings) == (name.rstrip("="), warnings)


def test_without_the_tolerances_text_is_unreadable_but_the_image_is_taken(tmp_path: Path) -> None:
    strict = Accept(tolerances=frozenset())
    header = header_of("ISO_IR 13\\ISO 2020 IR 87", JAPANESE, tmp_path, strict)
    assert "山" not in header.patient_name
    assert header.warnings == ()
    assert header_of(None, "Grün".encode(), tmp_path, strict).patient_name == "GrÃ¼n"


def test_other_texts_are_read_alike(tmp_path: Path) -> None:
    text = b"\x1b$)A\xd0\xd8\xb2\xbf X" + b" "
    made = MadeImage(attributes={0x00080005: ("CS", "\\ISO 2022 IR 58"), 0x00081030: ("LO", text)})
    assert preparse(made.write(tmp_path)).study_description == "胸部 X"
