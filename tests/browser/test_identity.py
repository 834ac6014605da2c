"""The banner tells whose picture it is, whole, at every size of window, and says what is missing or contradicts itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.webapp.archive.dicom_files import chest_dicom

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = "HOHENSTEIN-WALDBURG-ZEIL^JANE ELIZABETH MARIA ANTONIA THERESIA M"  # 64 characters
FIELDS = ("sex", "age", "birth-date", "id", "accession")
WARNING = "[data-testid=research-banner] > :last-child"  # "not for diagnosis"
REST_OF_WARNING = "[data-testid=research-banner] > :first-child"
SIZES = {"1500": (1500, 900), "1280": (1280, 720), "820": (820, 1180), "200-percent": (750, 450)}  # CSS pixels
PEOPLE: dict[str, dict[str, object]] = {
    "long": {
        "PatientName": LONG,
        "PatientID": "0004cfab-14fd-4e49-80ba-63a80b6bddd6",
        "AccessionNumber": "ACC-2026-11-0042",
    },
    "right-to-left": {"SpecificCharacterSet": "ISO_IR 192", "PatientName": "כהן-לוי-אברהמוביץ^דוד שלמה אליעזר"},
    "missing": {
        "PatientName": "",
        "drop": ("PatientID", "AccessionNumber", "PatientSex", "PatientAge", "PatientBirthDate"),
    },
    "contradiction": {"PatientAge": "045Y"},
}

# The text of each element lies within its own box, within the banner, and is not cut by any box around it.
IS_WHOLE = """
selectors => selectors.map(selector => {
  const element = document.querySelector(selector);
  const range = document.createRange();
  range.selectNodeContents(element);
  const own = range.getBoundingClientRect();
  for (let box = element; box; box = box.parentElement) {
    if (getComputedStyle(box).overflowX === 'visible') continue;
    const outer = box.getBoundingClientRect();
    if (own.left < outer.left - 0.5 || own.right > outer.right + 0.5) return false;
    if (own.top < outer.top - 0.5 || own.bottom > outer.bottom + 0.5) return false;
  }
  return own.width > 0 && !element.innerText.includes('…');
})
"""
# All of an element is in sight of the box around it and before its neighbour, or nothing is: no letter is cut.
IS_WHOLE_OR_GONE = """
selector => {
  const element = document.querySelector(selector);
  const own = element.getBoundingClientRect();
  const outer = element.parentElement.getBoundingClientRect();
  const isWhole = own.left > outer.left - 0.5 && own.right < outer.right + 0.5 && own.bottom < outer.bottom + 0.5;
  const isFirst = own.right < element.nextElementSibling.getBoundingClientRect().left;
  return isWhole ? isFirst : own.top > outer.bottom - 0.5;
}
"""
OVERLAPS = """
selectors => {
  const boxes = selectors.map(selector => document.querySelector(selector).getBoundingClientRect());
  return boxes.some((a, i) => boxes.some((b, j) => i < j && a.left < b.right - 0.5 && b.left < a.right - 0.5
    && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5));
}
"""


def selector(name: str) -> str:
    return f"[data-testid={name}]"


@pytest.fixture(scope="module")
def addresses(server: Server, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Person -> address of the case."""
    folder = tmp_path_factory.mktemp("people")
    paths = {name: folder / f"{name}.dcm" for name in PEOPLE}
    for seed, (name, attributes) in enumerate(PEOPLE.items()):
        paths[name].write_bytes(chest_dicom(seed=40 + seed, **attributes))
    page = browser.new_page()
    sign_in(page, server)
    page.set_input_files("input[type=file]", [str(path) for path in paths.values()])
    yield {name: f"{server.address}{link_of(page, path)}" for name, path in paths.items()}
    page.close()


def link_of(page: Page, path: Path) -> str:
    link = page.get_by_test_id("upload-item").filter(has_text=path.name).first.get_by_role("link")
    expect(link).to_be_visible(timeout=60_000)
    return link.get_attribute("href") or ""


@pytest.mark.parametrize("person", PEOPLE)
def test_identity_is_whole(server: Server, page: Page, addresses: dict[str, str], person: str) -> None:
    sign_in(page, server)
    page.goto(addresses[person])
    expect(page.get_by_test_id("model-chip")).to_be_attached(timeout=60_000)
    fields = [selector(f"patient-{name}") for name in FIELDS]
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(IS_WHOLE, [*fields, WARNING]) == [True] * (len(fields) + 1), name
        if width >= 1280 or person != "long":
            assert page.evaluate(IS_WHOLE, [selector("patient-name")]) == [True], name
        if person != "long":
            assert page.evaluate(IS_WHOLE, [REST_OF_WARNING]) == [True], name
        assert page.evaluate(IS_WHOLE_OR_GONE, REST_OF_WARNING), name
        assert page.evaluate(OVERLAPS, [*fields, WARNING, selector("patient-name")]) is False, name
        banner = page.locator("header.banner").bounding_box()
        assert banner is not None
        assert banner["height"] < 75, name
        keep_screenshot(page, f"identity-{person}-{name}")


def test_missing_fields_are_said_to_be_missing(server: Server, page: Page, addresses: dict[str, str]) -> None:
    sign_in(page, server)
    page.goto(addresses["missing"])
    for name in ("name", *FIELDS):
        expect(page.get_by_test_id(f"patient-{name}")).to_contain_text("not stated")
    expect(page.get_by_test_id("identity-problem")).to_have_count(0)


def test_a_contradicting_age_is_flagged_with_its_sources(server: Server, page: Page, addresses: dict[str, str]) -> None:
    sign_in(page, server)
    page.goto(addresses["contradiction"])
    expect(page.get_by_test_id("patient-age")).to_have_text("age unclear")
    expect(page.get_by_test_id("identity-problem")).to_have_text(
        "Patient's Age says 045Y, but birth and study date says 61.3 years"
    )


def test_a_right_to_left_name_keeps_its_beginning_and_the_order_of_the_line(
    server: Server, page: Page, addresses: dict[str, str]
) -> None:
    sign_in(page, server)
    page.goto(addresses["right-to-left"])
    name = page.get_by_test_id("patient-name")
    expect(name).to_have_text("כהן-לוי-אברהמוביץ, דוד שלמה אליעזר")
    assert name.evaluate("element => getComputedStyle(element).direction") == "rtl"
    left = name.bounding_box()
    first = page.get_by_test_id("patient-sex").bounding_box()
    assert left is not None
    assert first is not None
    assert left["x"] == pytest.approx(first["x"], abs=1)
