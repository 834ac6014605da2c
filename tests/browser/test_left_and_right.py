"""Films stored in all eight orientations are shown with the patient's left on the right and the head at the top."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from inference.exam.orientation import read_directions
from tests.browser.canvas import painted, read_canvas, wait_for
from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.webapp.archive.dicom_files import chest_dicom

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FRONTAL = ["L\\F", "L\\H", "R\\F", "R\\H", "F\\L", "F\\R", "H\\L", "H\\R"]
ROWS, COLUMNS = 300, 240
X, Y = 180, 60  # centre of the bright square in the film as it is looked at: towards the patient's left shoulder


def film() -> np.ndarray:
    values = np.full((ROWS, COLUMNS), 600, np.uint16)
    values[Y - 20 : Y + 20, X - 20 : X + 20] = 3800
    return values


def write_film(folder: Path, orientation: str, **attributes: object) -> Path:
    directions = read_directions(orientation)
    values = film() if directions is None else np.ascontiguousarray(directions.turn.undone(film()))
    path = folder / f"film-{orientation.replace(chr(92), '-')}.dcm"
    stated = {"PatientOrientation": orientation.split("\\"), "WindowCenter": 2000, "WindowWidth": 4000}
    path.write_bytes(
        chest_dicom(
            rows=values.shape[0], columns=values.shape[1], PixelData=values.tobytes(), **{**stated, **attributes}
        )
    )
    return path


def sent(page: Page, server: Server, paths: list[Path]) -> dict[str, str]:
    """File name -> address of its case, once every file is stored."""
    page.set_input_files("input[type=file]", [str(path) for path in paths])
    found = {}
    for path in paths:
        link = page.get_by_test_id("upload-item").filter(has_text=path.name).first.get_by_role("link")
        expect(link).to_be_visible(timeout=120_000)
        found[path.name] = f"{server.address}{link.get_attribute('href')}"
    return found


def open_film(page: Page, address: str) -> None:
    page.goto(address)
    wait_for(page, lambda: painted(page), "the film on the canvas")
    page.wait_for_timeout(400)


def marks(page: Page) -> str:
    """Left, top, right, bottom."""
    return "".join(page.get_by_test_id(f"side-{side}").inner_text() for side in ("left", "top", "right", "bottom"))


def square_place(page: Page) -> tuple[float, float]:
    """Where the bright square lies on the screen: its centroid as shares of the shown picture's width and height."""
    canvas = read_canvas(page, "[data-testid=viewport] canvas")
    assert canvas is not None
    gray = np.asarray(canvas.gray, float)
    rows, columns = np.nonzero(gray > 20)  # the picture on its black ground
    bright_rows, bright_columns = np.nonzero(gray > 180)
    x = (bright_columns.mean() - columns.min()) / (columns.max() - columns.min())
    y = (bright_rows.mean() - rows.min()) / (rows.max() - rows.min())
    return float(x), float(y)


def test_every_orientation_is_shown_as_left_and_feet_and_can_be_seen_as_stored(
    server: Server, page: Page, tmp_path: Path
) -> None:
    sign_in(page, server)
    paths = {orientation: write_film(tmp_path, orientation) for orientation in FRONTAL}
    addresses = sent(page, server, list(paths.values()))
    for orientation, film_path in paths.items():
        open_film(page, addresses[film_path.name])
        assert square_place(page) == pytest.approx((X / COLUMNS, Y / ROWS), abs=0.02), orientation
        assert marks(page) == "RHLF", orientation
        corner = page.get_by_test_id("corner-window")
        if orientation == "L\\F":
            expect(page.get_by_role("button", name="As stored")).to_have_count(0)
            continue
        expect(corner).to_contain_text(f"turned to L\\F, stored {orientation}")
        page.keyboard.press("t")
        page.wait_for_timeout(400)
        expect(corner).to_contain_text(f"as stored, {orientation}")
        rows, columns = np.nonzero(read_directions(orientation).turn.undone(film()) > 1000)
        height, width = read_directions(orientation).turn.undone(film()).shape
        stored_place = ((columns.mean() + 0.5) / width, (rows.mean() + 0.5) / height)
        assert square_place(page) == pytest.approx(stored_place, abs=0.02), orientation
        right, down = orientation.split("\\")
        assert (marks(page)[2], marks(page)[3]) == (right, down)
        keep_screenshot(page, f"as-stored-{orientation.replace(chr(92), '-')}")
        page.keyboard.press("t")
        page.wait_for_timeout(400)
        assert square_place(page) == pytest.approx((X / COLUMNS, Y / ROWS), abs=0.02), orientation
    page.keyboard.press("r")  # a quarter turn to the right brings the head to the right
    page.wait_for_timeout(400)
    assert marks(page) == "FRHL"
    page.keyboard.press(" ")
    page.wait_for_timeout(800)
    assert marks(page) == "RHLF"


@pytest.mark.parametrize(("orientation", "attributes"), [("A\\F", {}), ("R", {}), ("", {})])
def test_a_film_whose_side_is_not_stated_says_so_and_is_not_turned(
    server: Server, page: Page, tmp_path: Path, orientation: str, attributes: dict[str, object]
) -> None:
    sign_in(page, server)
    path = write_film(tmp_path, orientation, **attributes)
    open_film(page, sent(page, server, [path])[path.name])
    expect(page.get_by_test_id("side-not-stated")).to_have_text("side not stated")
    expect(page.get_by_test_id("side-left")).to_have_count(0)
    assert square_place(page) == pytest.approx((X / COLUMNS, Y / ROWS), abs=0.02)


def test_a_lateral_film_has_its_own_letters(server: Server, page: Page, tmp_path: Path) -> None:
    sign_in(page, server)
    path = write_film(tmp_path, "P\\F", ViewPosition="LL")
    open_film(page, sent(page, server, [path])[path.name])
    assert marks(page) == "AHPF"
