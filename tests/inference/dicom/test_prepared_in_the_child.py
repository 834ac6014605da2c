"""The child gives the model's input itself: bit by bit what graying and resizing its pixels here would give."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.dicom import Accept, ChildPool, DicomRefusal, model_grayscale
from inference.dicom.prepare import prepare_dicom, prepare_tensor
from inference.dicom.stored_pixels import stored_pixels
from inference.intensity import INTENSITY_RULES
from inference.preprocessing import EDITION, RESIZE_MODES, InputSpec, resize_image
from tests.inference.dicom.made_files import EXPLICIT, JPEG_LOSSLESS, MadeImage
from tests.inference.dicom.made_streams import RAMP, STREAMS
from tests.inference.prepared_array import prepare_array

ANY = Accept.any_class()
WINDOW = {0x00281050: ("DS", "500 "), 0x00281051: ("DS", "700 ")}
# shape of the source, size of the model: shrunk, enlarged, very wide, very tall, one pixel
SHAPES = [((37, 51), (16, 16)), ((20, 9), (64, 48)), ((3, 300), (24, 24)), ((400, 5), (24, 24)), ((1, 1), (8, 8))]


@pytest.fixture
def ramp(tmp_path: Path) -> Path:
    return MadeImage(RAMP, syntax=EXPLICIT, bits_stored=10, attributes=dict(WINDOW)).write(tmp_path)


@pytest.mark.parametrize("resize", RESIZE_MODES)
@pytest.mark.parametrize("rule", INTENSITY_RULES)
def test_the_childs_input_is_the_one_made_from_its_pixels(rule: str, resize: str, pool: ChildPool, ramp: Path) -> None:
    header, spec = pool.preparse(ramp, ANY), InputSpec(24, 40, rule, resize)
    wanted = prepare_dicom(header, pool.decode(ramp, header), spec)
    [found] = pool.prepare(ramp, header, [spec])
    assert found.image.tobytes() == wanted.image.tobytes()
    assert (found.sha256, found.region) == (wanted.sha256, wanted.region)
    assert (found.source_height, found.source_width) == RAMP.shape


def test_pixels_and_several_inputs_come_from_one_child(pool: ChildPool, tmp_path: Path) -> None:
    _, _, stream = STREAMS[JPEG_LOSSLESS]
    path = MadeImage(RAMP, syntax=JPEG_LOSSLESS, bits_stored=10, stream=[stream]).write(tmp_path)
    header, specs = pool.preparse(path, ANY), [InputSpec(8, 8), InputSpec(30, 20, "stored-range", "stretch")]
    pixels, inputs = pool.decode_and_prepare(path, header, specs)
    assert pixels.sha256 == pool.decode(path, header).sha256
    assert [made and made.sha256 for made in inputs] == [prepare_dicom(header, pixels, spec).sha256 for spec in specs]


def test_it_is_grayed_by_the_header_that_was_accepted(pool: ChildPool, ramp: Path) -> None:
    """The row in the database decides, not what another version of the parser may read from the same bytes."""
    header, spec = pool.preparse(ramp, ANY), InputSpec(8, 8, "stored-range", "stretch")
    [usual] = pool.prepare(ramp, header, [spec])
    [inverted] = pool.prepare(ramp, replace(header, presentation_lut_shape="INVERSE"), [spec])
    np.testing.assert_allclose(inverted.image, 1 - usual.image, atol=1e-6)
    assert usual.sha256 != inverted.sha256


def test_a_file_that_no_model_can_see_is_decoded_all_the_same(pool: ChildPool, ramp: Path) -> None:
    """Values beyond float32 after the modality step: good pixels, no gray."""
    header = replace(pool.preparse(ramp, ANY), rescale_slope=1e300)
    specs = [InputSpec(8, 8), InputSpec(8, 8, "stored-range")]
    pixels, inputs = pool.decode_and_prepare(ramp, header, specs)
    assert np.array_equal(pixels.values, RAMP)
    assert inputs[0] is None
    assert inputs[1] is not None
    with pytest.raises(DicomRefusal, match="not all finite") as refused:
        pool.prepare(ramp, header, specs)
    assert refused.value.code == "bad_value"


def test_a_header_of_other_pixels_is_refused(pool: ChildPool, ramp: Path) -> None:
    header = replace(pool.preparse(ramp, ANY), rows=RAMP.shape[0] + 1)
    with pytest.raises(DicomRefusal) as refused:
        pool.prepare(ramp, header, [InputSpec(8, 8)])
    assert refused.value.code == "integrity_mismatch"


@pytest.mark.parametrize(("shape", "size"), SHAPES)
@pytest.mark.parametrize("resize", RESIZE_MODES)
def test_strips_of_stored_values_are_the_whole_grayscale_resized(
    shape: tuple[int, int], size: tuple[int, int], resize: str, pool: ChildPool, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("inference.preprocessing._STRIP_PIXELS", 3 * shape[1])  # many strips of three rows
    values = np.random.default_rng(1).integers(0, 1024, shape).astype(np.uint16)
    path = MadeImage(values, syntax=EXPLICIT, bits_stored=10).write(tmp_path)
    header, spec = pool.preparse(path, ANY), InputSpec(*size, "stored-range", resize)
    gray = model_grayscale(header, stored_pixels(values, "made"), "stored-range")
    in_strips = prepare_tensor(header, values, spec)
    monkeypatch.setattr("inference.preprocessing._STRIP_PIXELS", 1 << 18)
    assert in_strips.tobytes() == resize_image(gray, spec)[0].tobytes()


def test_a_radiographs_shape_gets_the_bits_of_one_call_of_pillow() -> None:
    """Inputs that were made before the two passes were taken apart stay what they were."""
    image = np.random.default_rng(2).random((250, 205), np.float32)
    wanted = Image.fromarray(image).resize((48, 64), Image.Resampling.BILINEAR)
    found, _ = resize_image(image, InputSpec(64, 48, resize="stretch"))
    assert found.tobytes() == np.clip(np.asarray(wanted), 0, 1).tobytes()


def test_the_preprocessing_gives_the_numbers_of_its_edition() -> None:
    """Kept model inputs carry the edition. When this hash changes on purpose, raise `preprocessing.EDITION`."""
    values = (np.arange(90 * 70, dtype=np.uint32) * 2654435761 % 4096).astype(np.uint16).reshape(90, 70)
    assert (EDITION, prepare_array(values, InputSpec(32, 32)).sha256[:16]) == (1, "b6f6e5dcbe7abdd4")
