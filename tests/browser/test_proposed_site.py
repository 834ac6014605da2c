"""A failure is recorded where it is seen: two keys, a click on the wrong box and a key, or a drag and two keys."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.canvas import painted, wait_for
from tests.browser.conftest import Server, keep_screenshot, new_reader, sign_in
from tests.browser.test_bad_days import CALLED
from tests.browser.test_panel_words import open_phantom
from tests.browser.test_small_windows import share_of_picture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GET = "path => fetch(path).then(answer => answer.json())"
COUNT = """
() => {
  window.counted = {keys: 0, presses: 0};
  window.addEventListener('keydown', () => { window.counted.keys += 1; }, {capture: true});
  window.addEventListener('pointerdown', () => { window.counted.presses += 1; }, {capture: true});
}
"""
Box = dict[str, float]


def test_a_false_positive_is_two_keys(server: Server, page: Page) -> None:
    sign_in(page, server, new_reader(server, "sees_sites_proposed"))
    with page.expect_response(lambda answer: answer.url.endswith("/site-proposals/")) as raster:
        open_phantom(page, server, CALLED)
    assert raster.value.ok
    page.keyboard.press("x")
    expect(page.get_by_test_id("site-proposed")).to_have_text("proposed")
    site = page.locator("[data-testid^=site-][aria-checked=true]")
    expect(site).to_have_count(1)
    title = site.inner_text()
    keep_screenshot(page, "proposed-site")
    stored_by(page, "Enter")
    expect(page.get_by_test_id("review-list")).to_contain_text(title)
    the_rest_is_added_by_digits(page)


def the_rest_is_added_by_digits(page: Page) -> None:
    """Cause, severity and confidence of the failure that was saved without them; outside of a form digits are presets again."""
    window = page.locator(".corner.bl").inner_text()
    page.keyboard.press("x")
    expect(page.get_by_test_id("form-state")).to_contain_text("saved")
    cause = page.locator("[data-row=cause]")
    expect(cause.locator("kbd")).to_have_text([*"12345678"])
    expect(page.locator(".failure .chips kbd")).to_have_count(8)  # of the row that has the digits alone
    title = cause.locator("[role=radio]").nth(1).inner_text().removeprefix("2").strip()
    for digit in "234":
        page.keyboard.press(digit)
    expect(page.locator("[data-row=confidence] [aria-checked=true]")).to_contain_text("4")
    keep_screenshot(page, "form-digits")
    stored = stored_by(page, "Enter")
    expect(page.get_by_test_id("review-list")).to_contain_text(title)
    assert (stored["failure"]["severity"], stored["confidence"]) == (2, 4)
    assert page.locator(".corner.bl").inner_text() == window
    page.keyboard.press("2")
    expect(page.locator(".corner.bl")).not_to_have_text(window)


def box_at_the_hilum(page: Page, image: str) -> Box:
    """Where a right hilum is proposed for an opacity, in image pixels."""
    raster = page.evaluate(GET, f"/api/images/{image}/site-proposals/")
    facts = page.evaluate(GET, f"/api/images/{image}/")
    columns, rows = facts["columns"], facts["rows"]
    places = [
        (
            (cell % raster["columns"] + 0.5) * columns / raster["columns"],
            (cell // raster["columns"] + 0.5) * rows / raster["rows"],
        )
        for cell, ranking in enumerate(raster["cells"])
        if raster["rankings"][ranking]["air_space"][0] == "HIL" and raster["sides"][cell] == "R"
    ]
    x, y = places[len(places) // 2]
    side = 0.1 * columns
    return {"x": x - side / 2, "y": y - side / 2, "w": side, "h": side}


def call_an_opacity(page: Page, image: str, box: Box) -> None:
    """The model's answer as the page gets it: an opacity, with a better box at the patient's left base than the one given."""
    other = {"x": box["x"] + 3 * box["w"], "y": box["y"] + 2 * box["h"], "w": box["w"], "h": box["h"] / 2}

    def changed(route: Route) -> None:
        answer = route.fetch()
        document: dict[str, Any] = answer.json()
        for prediction in document["results"] if "results" in document else document["predictions"]:
            for finding in prediction.get("findings", []):
                if finding["key"] == "lung_opacity":
                    boxes = [
                        {**one, "map": "gradcam", "rule": "component", "score": score}
                        for one, score in ((box, 0.5), (other, 0.9))
                    ]
                    finding.update(decision="positive", probability=0.9, boxes=boxes)
        route.fulfill(response=answer, json=document)

    page.route(f"**/api/images/{image}/predictions/", changed)


def on_page(page: Page, x: float, y: float) -> tuple[float, float]:
    """Image pixels -> CSS pixels of the page."""
    left, top = page.evaluate("([x, y]) => window.sightline.pxToCanvas(x, y)", [x, y])
    area = page.get_by_test_id("viewport").bounding_box()
    assert area is not None
    return area["x"] + float(left), area["y"] + float(top)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.up()


def stored_by(page: Page, key: str) -> dict[str, Any]:
    """The review that a key stores, as the server answers it: "saved" alone may be that of the one before."""
    with page.expect_response(lambda one: one.url.endswith("/reviews/") and one.request.method == "POST") as answer:
        page.keyboard.press(key)
    assert answer.value.ok
    expect(page.get_by_test_id("live-region")).to_have_text("saved")
    return dict(answer.value.json())


def actions(page: Page) -> dict[str, int]:
    return dict(page.evaluate("() => window.counted"))


def test_a_false_positive_at_the_hilum_is_a_click_and_a_key_or_a_drag_and_two(server: Server, page: Page) -> None:
    sign_in(page, server, "admin")  # who reads nothing in other tests
    open_phantom(page, server, CALLED)
    image = page.url.split("/")[4]
    box = box_at_the_hilum(page, image)
    call_an_opacity(page, image, box)
    page.add_init_script(f"({COUNT})()")
    left, top, right, bottom = 0.0, 0.0, 0.0, 0.0

    def reopened() -> None:
        nonlocal left, top, right, bottom
        page.reload()
        wait_for(page, lambda: painted(page), "the radiograph")
        expect(page.locator("[data-testid=model-boxes] rect.box-model")).to_have_count(3)
        left, top = on_page(page, box["x"], box["y"])
        right, bottom = on_page(page, box["x"] + box["w"], box["y"] + box["h"])

    reopened()
    assert actions(page) == {"keys": 0, "presses": 0}
    page.mouse.click((left + right) / 2, (top + bottom) / 2)
    expect(page.get_by_test_id("site-proposed")).to_have_text("proposed for the box that you clicked, of 2")
    expect(page.get_by_test_id("site-HIL")).to_have_attribute("aria-checked", "true")
    expect(page.get_by_test_id("laterality-R")).to_have_attribute("aria-checked", "true")
    form, stage = page.get_by_test_id("form-beside").bounding_box(), page.locator(".stage").bounding_box()
    assert form is not None
    assert stage is not None
    assert form["x"] >= right or form["x"] + form["width"] <= left or form["y"] >= bottom
    assert form["x"] >= stage["x"]
    assert form["y"] >= stage["y"]
    assert form["y"] + form["height"] <= stage["y"] + stage["height"]
    keep_screenshot(page, "form-beside")
    saved = stored_by(page, "Enter")
    assert actions(page) == {"keys": 1, "presses": 1}
    assert (saved["verdict"], saved["failure"]["site"], saved["failure"]["laterality"]) == (
        "false_positive",
        "HIL",
        "R",
    )
    assert saved["failure"]["proposed_site"] == "HIL"
    assert saved["failure"]["box"] == pytest.approx(box, abs=0.01)

    assert stored_by(page, "Control+z")["verdict"] == "withdrawn"
    expect(page.locator("[data-testid=withdraw-lung_opacity]")).to_have_count(0)
    reopened()
    page.keyboard.press("b")
    drag(page, (left + 4, top + 4), (right - 2, bottom - 2))
    expect(page.get_by_test_id("site-proposed")).to_have_text("proposed for the box nearest to yours, of 2")
    saved = stored_by(page, "Enter")
    assert actions(page) == {"keys": 2, "presses": 1}
    assert (saved["verdict"], saved["failure"]["site"]) == ("false_positive", "HIL")
    assert stored_by(page, "Control+z")["verdict"] == "withdrawn"
    expect(page.locator("[data-testid=withdraw-lung_opacity]")).to_have_count(0)

    middle = (left + right) / 2, (top + bottom) / 2
    window = page.locator(".corner.bl").inner_text()
    page.mouse.dblclick(*middle)
    expect(page.locator(".corner.bl")).not_to_have_text(window)  # 1:1
    expect(page.get_by_test_id("failure-form")).to_have_count(0)
    page.keyboard.press("=")
    drag(page, middle, (middle[0] + 40, middle[1]))
    expect(page.locator(".corner.bl")).to_contain_text("changed")
    expect(page.get_by_test_id("failure-form")).to_have_count(0)

    page.set_viewport_size({"width": 820, "height": 1180})
    reopened()
    page.mouse.click((left + right) / 2, (top + bottom) / 2)
    expect(page.get_by_test_id("side-panel").get_by_test_id("site-HIL")).to_have_attribute("aria-checked", "true")
    expect(page.get_by_test_id("form-beside")).to_have_count(0)
    assert share_of_picture(page) >= 0.55
    keep_screenshot(page, "form-of-a-click-820")
