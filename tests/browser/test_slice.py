"""The whole way in a real Chromium: sign in, upload, read, mark a failure, reload, find it."""

import re
from pathlib import Path

import pydicom
import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import drag_box, painted, read_canvas, wait_for
from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.conftest import REPOSITORY, shared_data_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPACITY = "lung_opacity"


def radiograph(tmp_path: Path) -> Path:
    """A real radiograph of the RSNA folder with a Lung Opacity label where the data are present, else a demo phantom with an
    opacity under new UIDs: uploads of known content are answered as duplicates."""
    folder = shared_data_folder("rsna")
    labels = folder / "stage_2_train_labels.csv"
    if labels.exists():
        rows = [line.split(",") for line in labels.read_text().splitlines()[1:]]
        name = next(row[0] for row in rows if row[5] == "1")
        return folder / "stage_2_train_images" / f"{name}.dcm"
    phantom = pydicom.dcmread(sorted((REPOSITORY / "webapp" / "demo" / "phantoms").glob("*opacity*.dcm"))[0])
    phantom.SOPInstanceUID = phantom.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
    path = tmp_path / "radiograph.dcm"
    phantom.save_as(path)
    return path


def upload(page: Page, path: Path) -> None:
    """Drop a file on the worklist and wait for its outcome."""
    page.set_input_files("[data-testid=drop-zone] input[type=file], input[type=file]", str(path))
    item = page.get_by_test_id("upload-item").filter(has_text=path.name).first
    expect(item).to_contain_text(re.compile("accepted|repaired"))


def open_uploaded(page: Page, path: Path) -> None:
    """Follow the outcome of the upload to its case, and wait for the model's answer there."""
    page.get_by_test_id("upload-item").filter(has_text=path.name).first.get_by_role("link").click()
    page.wait_for_url(re.compile(r"/images/[0-9a-f-]{36}/"))
    wait_for(page, lambda: painted(page), "the radiograph on the canvas")
    expect(page.get_by_test_id(f"finding-{OPACITY}")).to_be_visible(timeout=60_000)


def heat_alpha(page: Page) -> float:
    canvas = read_canvas(page, "canvas[data-testid=overlay], [data-testid=overlay] canvas")
    return 0.0 if canvas is None else float(canvas.alpha.sum())


def select(page: Page, finding: str) -> None:
    """Make a finding the one that keys and maps speak of."""
    page.get_by_test_id(f"select-{finding}").click()


def test_from_upload_to_recorded_failure(server: Server, page: Page, tmp_path: Path) -> None:
    sign_in(page, server)
    keep_screenshot(page, "worklist")
    file = radiograph(tmp_path)
    upload(page, file)
    keep_screenshot(page, "worklist-after-upload")
    open_uploaded(page, file)
    address = page.url
    expect(page.get_by_text("Research use only").first).to_be_visible()
    keep_screenshot(page, "reading")

    select(page, OPACITY)
    page.keyboard.press("g")
    wait_for(page, lambda: heat_alpha(page) > 0, "the Grad-CAM layer")
    gradcam = read_canvas(page, "canvas[data-testid=overlay], [data-testid=overlay] canvas")
    keep_screenshot(page, "reading-gradcam")
    page.keyboard.press("w")
    page.wait_for_timeout(800)
    wildcat = read_canvas(page, "canvas[data-testid=overlay], [data-testid=overlay] canvas")
    keep_screenshot(page, "reading-wildcat")
    assert gradcam is not None
    assert wildcat is not None
    assert (gradcam.rgba != wildcat.rgba).any(), "both maps show the same picture"

    say_that_the_model_is_wrong(page)
    if page.get_by_test_id("site-HIL").count() == 0:  # a false cardiomegaly is offered it behind the others
        page.get_by_test_id("site-other").click()
    page.get_by_test_id("site-HIL").click()
    page.get_by_test_id("cause-NRM").click()
    page.get_by_test_id("severity-1").click()
    page.get_by_test_id("confidence-4").click()
    draw_box(page)
    page.get_by_test_id("note").fill("Hilar vessels, seen on the prior as well.")
    page.get_by_test_id("save-review").click()
    expect(page.get_by_test_id("save-state")).to_contain_text(re.compile("saved", re.IGNORECASE))
    keep_screenshot(page, "reading-failure-saved")

    page.goto("about:blank")
    page.goto(address)
    wait_for(page, lambda: painted(page), "the radiograph after the reload")
    review = page.get_by_test_id("review-list")
    expect(review).to_contain_text(re.compile("false (positive|negative)", re.IGNORECASE))
    expect(review).to_contain_text(re.compile("hilum", re.IGNORECASE))
    keep_screenshot(page, "reading-after-reload")

    page.goto(f"{server.address}/failures/")
    expect(page.locator("body")).to_contain_text(re.compile("hilum", re.IGNORECASE))
    keep_screenshot(page, "failures")


def say_that_the_model_is_wrong(page: Page) -> None:
    """About the first finding that it calls present or absent; which one depends on the model in service."""
    page.locator("[data-testid^='false_']").first.click()


def draw_box(page: Page) -> None:
    """B, then a drag over the middle of the viewport."""
    page.get_by_test_id("viewport").focus()
    page.keyboard.press("b")
    drag_box(page)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.dcm", b"", "not_dicom|empty|not a DICOM"),
        ("page.dcm", b"<html><body>404</body></html>" * 20, "not a DICOM|DICOM"),
    ],
)
def test_a_bad_file_is_refused_with_its_reason_on_the_page(
    server: Server, page: Page, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    sign_in(page, server)
    path = tmp_path / name
    path.write_bytes(content)
    page.set_input_files("input[type=file]", str(path))
    item = page.get_by_test_id("upload-item").filter(has_text=name).first
    expect(item).to_contain_text(re.compile(says, re.IGNORECASE))
    keep_screenshot(page, f"upload-refused-{path.stem}")


def test_a_wrong_password_says_so_and_nothing_more(server: Server, page: Page) -> None:
    page.goto(f"{server.address}/")
    expect(page).to_have_url(re.compile("/sign-in/"))
    page.fill("input[name=username]", "radiologist")
    page.fill("input[name=password]", "not the password")
    page.click("button[type=submit]")
    expect(page.locator("body")).to_contain_text(re.compile("not right|incorrect|wrong|match", re.IGNORECASE))
    keep_screenshot(page, "sign-in-refused")


def test_the_model_pages_show_what_is_in_service(server: Server, page: Page) -> None:
    sign_in(page, server, "admin")
    page.goto(f"{server.address}/models/")
    expect(page.locator("body")).to_contain_text("demo-cxr")
    keep_screenshot(page, "models")
    page.get_by_role("link", name=re.compile("demo-cxr")).first.click()
    expect(page.locator("body")).to_contain_text(re.compile("Intended use", re.IGNORECASE))
    keep_screenshot(page, "model-card")
