"""The same image in every lossless transfer syntax is the same model input, bit by bit, and the same display frame."""

from collections.abc import Callable
from pathlib import Path

import pytest

from inference.dicom import Accept, ChildPool, display_frame
from inference.dicom.prepare import prepare_dicom
from inference.intensity import INTENSITY_RULES
from inference.preprocessing import InputSpec
from tests.inference.dicom.made_files import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, JPEG, JPEG_LOSSLESS, MadeImage
from tests.inference.dicom.made_streams import RAMP, STREAMS

PROCESS_14 = "1.2.840.10008.1.2.4.57"
LOSSLESS = {uid: stream for uid, (_, _, stream) in STREAMS.items() if uid != JPEG}
MADE: dict[str, bytes | None] = {
    **dict.fromkeys((IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN), None),
    **LOSSLESS,
    PROCESS_14: LOSSLESS[JPEG_LOSSLESS],
}
# Folder dicom/ of the test data: files of identical pixels.
GROUPS = {
    "RG3": ("codec/RG3_UNC", "codec/RG3_RLE", "codec/RG3_JPLL", "codec/RG3_J2KR"),
    "CT1": ("codec/CT1_UNC", "codec/CT1_J2KR", "codec/CT1_JLSL", "codec/D_CLUNIE_CT1_RLE_FRAGS.dcm"),
    "MR_small": tuple(f"codec/MR_small{end}.dcm" for end in ("", "_bigendian", "_implicit")),
    "RG3c": tuple(
        f"derived/RG3c_{name}.dcm"
        for name in ("HTJ2K_LL", "HTJ2K_RPCL", "JPLL_P14", "nowindow_nospacing", "LINEAR_EXACT", "SIGMOID")
    ),
}


def seen(pool: ChildPool, path: Path, rule: str) -> tuple[str, str]:
    """Hash of the model input and of the display frame."""
    header = pool.preparse(path, Accept.any_class())
    pixels = pool.decode(path, header)
    frame = display_frame(header, pixels)
    return prepare_dicom(header, pixels, InputSpec(64, 48, rule)).sha256, frame.description["sha256"]


@pytest.mark.parametrize("rule", INTENSITY_RULES)
def test_made_files_of_one_image(rule: str, pool: ChildPool, tmp_path: Path) -> None:
    window = {0x00281050: ("DS", "500 "), 0x00281051: ("DS", "700 ")}
    found = {}
    for number, (syntax, stream) in enumerate(MADE.items()):
        fragments = None if stream is None else [stream]
        made = MadeImage(RAMP, syntax=syntax, bits_stored=10, stream=fragments, attributes=dict(window))
        found[syntax] = seen(pool, made.write(tmp_path, f"{number}.dcm"), rule)
    assert len(found) == 9
    assert set(found.values()) == {found[EXPLICIT]}


@pytest.mark.parametrize("group", GROUPS)
def test_real_files_of_one_image(group: str, pool: ChildPool, shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("dicom")
    found = {name: seen(pool, folder / name, "percentile-0.5-99.5") for name in GROUPS[group]}
    assert len(set(found.values())) == 1, found
