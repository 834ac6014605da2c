"""A tolerated fault is on the image and on the page of operations, and can be switched off."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pydicom
import pytest
from django.core.checks import run_checks

from tests.inference.dicom.made_files import EXPLICIT, IMPLICIT, JPEG_LS, MadeImage, uid
from tests.inference.dicom.made_streams import RAMP, STREAMS
from webapp.archive.models import Image
from webapp.archive.storage import stored_path


def padded(number: int = 1) -> bytes:
    pixels = RAMP.astype("<u2")
    own = {0x00080018: ("UI", uid(f"1.2.3.{number}")), 0x7FE00010: ("OW", pixels.tobytes() + bytes(100))}
    meta = {0x00020003: ("UI", uid(f"1.2.3.{number}"))}
    return MadeImage(pixels, EXPLICIT, bits_stored=10, attributes=own, meta=meta).to_bytes()


def with_zero_before_the_end() -> bytes:
    stream = STREAMS[JPEG_LS][2]
    return MadeImage(RAMP, JPEG_LS, bits_stored=10, stream=[stream[:-2] + b"\0" + stream[-2:]]).to_bytes()


def test_the_image_says_what_was_tolerated(send: Callable[..., Any]) -> None:
    item = send({"a.dcm": padded()}).json()["items"][0]
    assert (item["status"], item["http"]) == ("accepted", 200)
    address = f"/api/images/{item['image']}/"
    assert "excess_pixel_bytes" in send.client.get(address).json()["warnings"]
    assert "excess_pixel_bytes" in send.client.get(f"{address}header/").json()["quality"]["warnings"]


def test_what_only_the_decoder_sees_is_on_the_image_as_well(send: Callable[..., Any]) -> None:
    item = send({"a.dcm": with_zero_before_the_end()}).json()["items"][0]
    assert item["status"] == "accepted"
    address = f"/api/images/{item['image']}/"
    assert "zero_before_end_marker" in send.client.get(address).json()["warnings"]
    assert "zero_before_end_marker" in send.client.get(f"{address}header/").json()["quality"]["warnings"]
    samples = send.client.get(f"{address}frame/").content
    assert np.array_equal(np.frombuffer(samples, "<u2").reshape(RAMP.shape), RAMP)


@pytest.mark.parametrize(
    ("content", "name", "repair"),
    [
        (
            lambda: MadeImage(RAMP, IMPLICIT, meta={0x00020010: ("UI", uid(EXPLICIT))}).to_bytes(),
            "implicit_data_set",
            "meta_transfer_syntax",
        ),
        (lambda: MadeImage(RAMP).to_bytes().replace(b"\x28\0\x10\0US", b"\x28\0\x10\0  "), "blank_vr", "vr"),
    ],
)
def test_a_stored_copy_that_was_put_right_is_called_repaired(
    content: Callable[[], bytes], name: str, repair: str, send: Callable[..., Any]
) -> None:
    item = send({"a.dcm": content()}).json()["items"][0]
    assert (item["status"], item["http"], item["reason"]["code"]) == ("repaired", 200, "repaired")
    image = Image.objects.get(pk=item["image"])
    assert (image.repairs, name in image.warnings) == ([repair], True)
    samples = send.client.get(f"/api/images/{item['image']}/frame/").content
    assert np.array_equal(np.frombuffer(samples, "<u2").reshape(RAMP.shape), RAMP)
    assert np.array_equal(pydicom.dcmread(stored_path(image)).pixel_array, RAMP)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (padded, "excess_pixel_bytes", "size_mismatch"),
        (with_zero_before_the_end, "zero_before_end_marker", "decoder_error"),
    ],
)
def test_a_tolerance_that_is_off_refuses(
    content: Callable[[], bytes], name: str, code: str, send: Callable[..., Any], settings: Any
) -> None:
    settings.DICOM_TOLERANCES_OFF = name
    item = send({"a.dcm": content()}).json()["items"][0]
    assert (item["status"], item["reason"]["code"]) == ("quarantined", code)
    assert not Image.objects.exists()
    settings.DICOM_TOLERANCES_OFF = ""
    assert send({"b.dcm": content()}).json()["items"][0]["status"] == "accepted"


def test_a_tolerance_of_the_decoder_that_is_off_is_named(send: Callable[..., Any], settings: Any) -> None:
    settings.DICOM_TOLERANCES_OFF = "zero_before_end_marker"
    item = send({"a.dcm": with_zero_before_the_end()}).json()["items"][0]
    assert item["reason"]["text"] == "the pixels need the tolerance zero_before_end_marker, which is switched off here"


def test_the_page_of_operations_counts_images_by_tolerance(
    send: Callable[..., Any], signed_in: Callable[..., Any], settings: Any
) -> None:
    send({"a.dcm": padded(5), "b.dcm": padded(6), "c.dcm": with_zero_before_the_end()})
    settings.DICOM_TOLERANCES_OFF = "padded_stream"
    manager = signed_in("manager")
    page = " ".join(manager.get("/operations/").content.decode().split())
    left_aside = "Padding after the native pixels was left aside."
    assert f'<td>excess_pixel_bytes</td><td>{left_aside}</td><td class="num">2</td><td>on</td>' in page
    assert '<td class="num">0</td><td><span class="text-stop">off: refused</span></td>' in page
    lines = manager.get("/metrics").content.decode().splitlines()
    assert 'sightline_tolerated_images_total{tolerance="excess_pixel_bytes"} 2.0' in lines
    assert 'sightline_tolerated_images_total{tolerance="zero_before_end_marker"} 1.0' in lines


def test_an_unknown_tolerance_stops_the_start(settings: Any) -> None:
    settings.DICOM_TOLERANCES_OFF = "padding"
    (error,) = [found for found in run_checks() if found.id == "archive.E001"]
    assert error.msg.startswith("SIGHTLINE_DICOM_TOLERANCES_OFF: padding: not one of excess_pixel_bytes, ")
