"""Bad days in a real Chromium: bad files, hostile names, a lost session, two readers, no mouse."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Response, Route, expect
from pydicom.uid import generate_uid

from tests.browser.canvas import painted, wait_for
from tests.browser.conftest import PASSWORD, Server, keep_screenshot, new_reader, sign_in
from tests.webapp.archive.dicom_files import chest_dicom, colour_dicom, ct_dicom, multiframe_dicom, zip_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HTML = b"<!doctype html><html><body>404 not found</body></html>" * 10
SCRIPT = "<img src=x onerror=alert(1)>"
OPACITY = "lung_opacity"
MOST_TABS = 90

CALLED = "PHANTOM-457368"  # the model calls cardiomegaly, and no opacity


def files_of_a_bad_day() -> dict[str, tuple[bytes, str]]:
    """Name -> content, and what the page must say about it (regular expression). Nothing here has a demo phantom's UID."""
    known = {f"{level}InstanceUID": generate_uid() for level in ("SOP", "Study", "Series")}
    first = chest_dicom(seed=1, **known)
    box = zip_of({"inside.dcm": chest_dicom(seed=2), "bad/page.dcm": HTML})
    return {
        "first.dcm": (first, "accepted"),
        "again.dcm": (first, "already here"),
        "other-content.dcm": (chest_dicom(seed=3, **known), "same SOP Instance UID.*left as it is"),
        "empty.dcm": (b"", "refused.*0 bytes"),
        "page.dcm": (HTML, "refused.*no DICM prefix"),
        "cut.dcm": (first[: len(first) // 2], "refused.*bytes.*are left"),
        "ct.dcm": (ct_dicom(), "refused.*this is a CT Image.*chest radiograph"),
        "colour.dcm": (colour_dicom(), "refused.*RGB"),
        "frames.dcm": (multiframe_dicom(), "refused.*4 frames"),
        "no-window.dcm": (chest_dicom(seed=4, drop=("WindowCenter", "WindowWidth")), "accepted"),
        "no-spacing.dcm": (chest_dicom(seed=5, drop=("ImagerPixelSpacing",)), "accepted"),
        "mixed.zip": (box, "unpacked.*1 accepted, 1 refused"),
        "cut.zip": (box[:-60], "refused.*zip.*cannot be read"),
    }


def test_each_bad_file_is_told_its_reason_and_the_good_ones_are_kept(
    server: Server, page: Page, tmp_path: Path
) -> None:
    sign_in(page, server)
    files = files_of_a_bad_day()
    for name, (content, _) in files.items():
        (tmp_path / name).write_bytes(content)
    page.set_input_files("#file-input", str(tmp_path / "first.dcm"))
    expect(line_of(page, "first.dcm")).to_contain_text("accepted")
    page.set_input_files("#file-input", [str(tmp_path / name) for name in files if name != "first.dcm"])
    for name, (_, says) in files.items():
        expect(line_of(page, name)).to_contain_text(re.compile(says, re.DOTALL))
    expect(line_of(page, "bad/page.dcm in mixed.zip")).to_contain_text("no DICM prefix")
    keep_screenshot(page, "bad-day-uploads")

    page.get_by_test_id("upload-report").click()
    expect(page.get_by_test_id("report-row").first).to_contain_text("refused")
    refused = page.get_by_test_id("report-row").filter(has_text="refused")
    expect(refused).to_have_count(9)
    assert all(len(row.split("\n")) > 1 for row in refused.all_inner_texts()), "a refusal without a reason"
    keep_screenshot(page, "bad-day-report")


def line_of(page: Page, name: str) -> Locator:
    """The line of the import card whose name is exactly this."""
    return page.get_by_test_id("upload-item").filter(
        has=page.locator(".name", has_text=re.compile(f"^{re.escape(name)}$"))
    )


def test_a_script_in_the_patients_name_stays_a_name(server: Server, page: Page, tmp_path: Path) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    sign_in(page, server)
    path = tmp_path / f"{SCRIPT}.dcm"
    path.write_bytes(chest_dicom(seed=6, PatientName=SCRIPT, PatientID=SCRIPT, AccessionNumber='"><script>'))
    page.set_input_files("#file-input", str(path))
    line = page.get_by_test_id("upload-item").first
    expect(line).to_contain_text("accepted")
    expect(line).to_contain_text(SCRIPT)
    row = page.get_by_test_id("worklist-row").filter(has_text=SCRIPT)
    expect(row).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    row.get_by_role("link").first.click()
    wait_for(page, lambda: painted(page), "the radiograph")
    expect(page.get_by_test_id("patient-id")).to_have_text(f"ID {SCRIPT}")  # however long
    assert page.locator("img[src=x]").count() == 0
    assert dialogs == []
    keep_screenshot(page, "bad-day-script-name")


def test_a_fault_in_the_page_says_so_and_a_reload_mends_it(server: Server, page: Page) -> None:
    sign_in(page, server)
    open_case(page, server, 0)

    def without_measures(route: Route) -> None:
        """A document of another server version: what the page was built to read is missing."""
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('"sensitivity"', '"recall"'))

    page.route("**/api/images/*/predictions/", without_measures)
    page.reload()
    fault = page.get_by_test_id("page-fault")
    expect(fault).to_contain_text("This page has stopped working")
    expect(fault.get_by_test_id("research-banner")).to_be_visible()
    expect(fault.get_by_role("button")).to_be_focused()
    keep_screenshot(page, "bad-day-page-fault")
    page.unroute_all(behavior="ignoreErrors")  # an answer may be on its way just now
    with page.expect_navigation():
        page.keyboard.press("Enter")
    wait_for(page, lambda: painted(page), "the radiograph after the reload")


def test_two_readers_of_one_image_are_kept_apart(server: Server, page: Page, browser: Browser) -> None:
    sign_in(page, server)
    case = open_case(page, server, 0)
    page.keyboard.press("y")
    expect(page.get_by_test_id("save-state")).to_contain_text(re.compile(r"saved \d"))

    context = browser.new_context(viewport={"width": 1500, "height": 900})
    second = context.new_page()
    sign_in(second, server, "radiologist2")
    second.goto(case)
    wait_for(second, lambda: painted(second), "the radiograph for the second reader")
    expect(second.get_by_test_id("review-list")).to_contain_text("radiologist")
    second.locator("[data-testid^=cannot_judge-]").first.click()
    expect(second.get_by_test_id("save-state")).to_contain_text(re.compile(r"saved \d"))
    second.reload()
    for said in ("Agree", "radiologist2", "Cannot say"):
        expect(second.get_by_test_id("review-list")).to_contain_text(re.compile(said, re.IGNORECASE))
    keep_screenshot(second, "bad-day-two-readers")
    context.close()


def test_an_answer_that_is_taken_back_leaves_an_unread_case(server: Server, page: Page) -> None:
    # Seen: undo stored "cannot judge", which became a training label.
    sign_in(page, server)
    open_case(page, server, 1)
    page.keyboard.press("y")
    expect(page.get_by_test_id("save-state")).to_contain_text(re.compile(r"saved \d"))
    with page.expect_response(is_delivery):
        page.keyboard.press("Control+z")
    expect(page.get_by_test_id("review-list").locator("li")).to_have_count(0)
    expect(page.locator("[data-testid^=withdraw-]")).to_have_count(0)
    page.reload()
    wait_for(page, lambda: painted(page), "the radiograph after the reload")
    expect(page.get_by_test_id("review-list").locator("li")).to_have_count(0)

    with page.expect_response(is_delivery):
        page.keyboard.press("y")
    with page.expect_response(is_delivery):
        page.locator("[data-testid^=withdraw-]").first.click()
    expect(page.get_by_test_id("review-list").locator("li")).to_have_count(0)
    exported = page.request.get(f"{server.address}/api/reviews/export/?as=json").json()["reviews"]
    assert [row for row in exported if row["image"] in page.url] == []


def test_an_answer_that_waited_stays_its_readers(server: Server, page: Page) -> None:
    # Seen: the session ended, the answer waited, a colleague signed in at the same machine and got the answer as theirs.
    sign_in(page, server)
    case = open_case(page, server, 2)
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("y")
    expect(page.get_by_test_id("save-state")).to_contain_text("1 answer waiting")
    other = page.context.new_page()
    sign_in(other, server, "radiologist2")
    with page.expect_response(lambda answer: is_delivery(answer) and answer.status == 401):
        pass  # the page tries again by itself
    assert readers_of(other, case) == []
    other.context.clear_cookies(name="sessionid")
    sign_in(other, server)
    expect(page.get_by_test_id("save-state")).to_contain_text(re.compile(r"saved \d"), timeout=45_000)
    assert readers_of(other, case) == ["radiologist"]


def is_delivery(answer: Response) -> bool:
    return answer.request.method == "POST" and answer.url.endswith("/reviews/")


def readers_of(page: Page, case: str) -> list[str]:
    """Who has answered in this case, as the server tells the person signed in."""
    address = case.split("?")[0].replace("/images/", "/api/images/") + "reviews/"
    answer = page.context.request.get(address)
    return [review["reader"] for review in answer.json()["reviews"]]


def open_case(page: Page, server: Server, place: int) -> str:
    """Opens the demo case at this place of those that the model scored; its address."""
    page.goto(f"{server.address}/?state=to_read&sort=study")
    wait_for(page, lambda: page.get_by_test_id("worklist-row").count() > place, "scored cases", 180)
    page.get_by_test_id("worklist-row").nth(place).get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/images/[0-9a-f-]{36}/"))
    wait_for(page, lambda: painted(page), "the radiograph")
    expect(page.get_by_test_id(f"finding-{OPACITY}")).to_be_visible()
    return page.url


def test_a_whole_reading_without_a_pointer(server: Server, page: Page) -> None:
    reader = new_reader(server, "has_no_pointer")
    page.goto(f"{server.address}/sign-in/")
    expect(page.get_by_test_id("username")).to_be_focused()  # the page does it; a person sees the cursor first
    page.keyboard.type(reader)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.address}/")
    page.goto(f"{server.address}/?state=all")
    row = page.locator("tr", has_text=CALLED)
    wait_for(page, lambda: row.get_attribute("data-state") in ("to_read", "read"), "a scored case", 180)
    for _ in range(50):
        page.keyboard.press("j")
        if CALLED in (page.evaluate("document.activeElement.closest('tr')?.innerText") or ""):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/images/[0-9a-f-]{36}/"))
    wait_for(page, lambda: painted(page), "the radiograph")
    expect(page.locator("[data-testid^=probability-]").first).to_be_visible()

    page.keyboard.press("y")
    expect(page.get_by_test_id("save-state")).to_contain_text(re.compile(r"saved \d"))
    page.keyboard.press("]")
    page.keyboard.press("x")
    expect(page.get_by_test_id("failure-form")).to_be_visible()
    for question in ("site-", "cause-", "severity-", "confidence-"):
        tab_to(page, question)
        page.keyboard.press("Space")
    page.keyboard.press("b")
    page.keyboard.press("b")  # a second B puts the box in the centre
    tab_to(page, "note")
    page.keyboard.type("marked by keyboard")
    tab_to(page, "save-review")
    with page.expect_response(is_delivery):
        page.keyboard.press("Enter")
    expect(page.get_by_test_id("review-list")).to_contain_text("marked by keyboard")
    expect(page.get_by_test_id("save-state")).to_contain_text(re.compile(r"saved \d"))
    keep_screenshot(page, "bad-day-keyboard")
    page.goto(f"{server.address}/failures/")
    expect(page.get_by_test_id("failure-row").filter(has_text="marked by keyboard")).to_have_count(1)


def tab_to(page: Page, prefix: str) -> None:
    """Presses Tab until an element whose test id starts so has the focus."""
    for _ in range(MOST_TABS):
        if str(page.evaluate("document.activeElement.dataset.testid || ''")).startswith(prefix):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{prefix} cannot be reached with {MOST_TABS} presses of Tab")


def test_a_search_sent_after_the_session_ended_leads_back_to_the_list(server: Server, page: Page) -> None:
    # Seen: signing in again led to the form's own address, an empty page.
    sign_in(page, server)
    page.context.clear_cookies(name="sessionid")
    page.fill("#search-text", "phantom")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/sign-in/"))
    page.fill("input[name=username]", "radiologist")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{server.address}/")
    expect(page.get_by_test_id("worklist-row").first).to_be_visible()


def test_a_file_chosen_before_the_script_arrived_is_sent(server: Server, page: Page, tmp_path: Path) -> None:
    # Seen on a slow line: the file stood in the field and nothing happened.
    held: list[Route] = []
    page.route("**/site/upload.js", lambda route: held.append(route))
    path = tmp_path / "early.dcm"
    path.write_bytes(chest_dicom(seed=7))
    page.goto(f"{server.address}/sign-in/")
    page.fill("input[name=username]", "radiologist")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter", no_wait_after=True)
    page.set_input_files("#file-input", str(path))
    wait_for(page, lambda: bool(held), "the request of the script")
    held[0].continue_()
    expect(line_of(page, "early.dcm")).to_contain_text("accepted")


PAGES = (
    "/", "/?state=read", "/?state=bogus", "/failures/", "/models/", "/nope/", "/api/docs/", "/admin/",
    "/admin/accounts/user/", "/admin/accounts/user/add/", "/admin/audit/accessevent/", "/admin/archive/quarantinedfile/",
)  # fmt: skip


def test_no_page_breaks_the_content_security_policy(server: Server, page: Page) -> None:
    sign_in(page, server, "admin")
    for address in PAGES:
        page.goto(server.address + address)
        page.wait_for_load_state("load")
        assert page.evaluate("window.cspViolations") == [], address
    case = open_case(page, server, 1)
    for key in ("g", "w", "?", "Escape", "f", "Escape", "i", "2"):
        page.keyboard.press(key)
    assert page.evaluate("window.cspViolations") == [], case
