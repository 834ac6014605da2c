"""A radiologist's morning: 30 cases of a list by keyboard alone, with two lost connections; what is stored equals what was pressed.

The script reads the state of each finding off the page and answers by a fixed rotation; it touches no pointer. Of the 30 cases two
are drawn for a look before the model, and those of the child are refused by it.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pydicom
import pytest
from playwright.sync_api import Browser, Locator, Page, Response, Route, expect
from pydicom.uid import generate_uid

from tests.browser.canvas import wait_for
from tests.browser.conftest import Server, cut_connection, keep_screenshot, running_server, sign_in
from tests.browser.test_case_to_case import await_case
from tests.browser.test_left_and_right import sent
from tests.conftest import REPOSITORY

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHANTOMS = sorted((REPOSITORY / "webapp" / "demo" / "phantoms").glob("*.dcm"))
CASES = 30
DRAWN = 2  # looks before the model
NO_LINE, NO_ANSWER = 9, 19  # the cases at which the connection is lost: before, and after the server stored
COUNT_POINTERS = "window.pointers = 0; addEventListener('pointerdown', () => { window.pointers += 1; }, true);"
# Keys, and the verdict that they give, in turn, by the state of a finding.
ROTATION: dict[str, list[tuple[str, str]]] = {
    "positive": [("y", "agree"), ("y", "agree"), ("x", "false_positive"), ("Shift+U", "cannot_judge")],
    "negative": [("y", "agree")] * 5 + [("x", "false_negative")],
    "uncertain": [("Shift+X", "absent"), ("Shift+Y", "present"), ("Shift+U", "cannot_judge")],
    "refused": [("y", "refusal_right"), ("x", "refusal_wrong"), ("Shift+X", "absent")],
}


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An installation of its own, which draws nothing until it is told to."""
    with running_server(tmp_path_factory.mktemp("morning"), SIGHTLINE_SENTINEL_SHARE="0") as running:
        yield running


def films(folder: Path) -> list[Path]:
    """The demo phantoms over again, as other patients."""
    paths = []
    for number in range(CASES):
        film = pydicom.dcmread(PHANTOMS[number % len(PHANTOMS)])
        film.PatientID = film.PatientName = f"MORNING-{number + 1:02d}"
        film.AccessionNumber = ""
        film.StudyInstanceUID, film.SeriesInstanceUID, film.SOPInstanceUID = (generate_uid() for _ in range(3))
        film.file_meta.MediaStorageSOPInstanceUID = film.SOPInstanceUID
        paths.append(folder / f"{film.PatientID}.dcm")
        film.save_as(paths[-1])
    return paths


def draw_all(browser: Browser, server: Server) -> None:
    """From here on every new image is drawn: the setting of the project, by an admin in another window."""
    admin = browser.new_page()
    sign_in(admin, server, "admin")
    admin.goto(f"{server.address}/admin/archive/project/")
    admin.locator("th.field-name a").first.click()
    admin.locator("#id_sentinel_share").fill("100")
    admin.locator("input[name=_save]").click()
    admin.close()


class Morning:
    """One reader at one page: presses keys, and keeps what they meant."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: dict[tuple[str, str], str] = {}  # (image, finding) -> verdict
        self.looked_first: dict[tuple[str, str], str] = {}
        self.states: Counter[str] = Counter()
        self._turns = {state: cycle(turns) for state, turns in ROTATION.items()}

    @property
    def image(self) -> str:
        found = re.search(r"/images/([0-9a-f-]{36})/", self.page.url)
        assert found
        return found[1]

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def saved(self) -> None:
        expect(self.page.get_by_test_id("save-state")).to_have_text(re.compile(r"^saved \d"))

    def look_first(self) -> None:
        """Where the case was drawn: present, the rest absent, and the model comes."""
        look = self.page.get_by_test_id("first-look")
        cards = self.page.get_by_test_id(re.compile("^finding-")).or_(look)
        expect(cards.first).to_be_visible()
        if not look.is_visible():
            return
        assert self.page.locator("[data-testid^=probability-]").count() == 0
        keys = [re.sub("^look-absent-", "", name) for name in self._ids("[data-testid^=look-absent-]")]
        assert len(keys) == 3
        self.press("y", "a")
        expect(self.page.get_by_test_id("look-open")).to_have_text("ready")
        self.press("Enter")
        expect(self.page.locator("[data-testid^=probability-]").first).to_be_visible()
        for place, key in enumerate(keys):
            self.looked_first[self.image, key] = "absent" if place else "present"

    def answer_all(self, *, online: bool = True) -> None:
        """Every finding of the case, top to bottom."""
        expect(self.page.locator("section.finding")).to_have_count(3)
        for name in self._ids("section.finding"):
            card = self.page.get_by_test_id(name)
            wait_for(self.page, lambda card=card: self._is_chosen(card), f"{name} to be chosen by ]")  # type: ignore[misc]
            state = card.get_attribute("data-decision") or ""
            key, verdict = next(self._turns[state])
            self.states[state] += 1
            self.press(key)
            self._finish_form(verdict)
            finding = name.removeprefix("finding-")
            expect(self.page.get_by_test_id(f"{verdict}-{finding}")).to_have_attribute("aria-pressed", "true")
            self.said[self.image, finding] = verdict
        if online:
            self.saved()

    def _is_chosen(self, card: Locator) -> bool:
        """After one more press of ] where it is not: the page begins with the finding that matters most."""
        if "on" not in (card.get_attribute("class") or "").split():
            self.press("]")
            self.page.wait_for_timeout(50)
        return "on" in (card.get_attribute("class") or "").split()

    def _finish_form(self, verdict: str) -> None:
        if verdict not in {"false_positive", "false_negative", "present"}:
            return
        form = self.page.get_by_test_id("failure-form").or_(self.page.get_by_test_id("mark-form"))
        expect(form).to_be_visible()
        if verdict != "false_positive":
            self.press("b", "b")  # no box of the model to begin from: one in the centre
        self.press("Enter")
        for _ in range(3):  # where no site was proposed, the first of each question that is still open
            if form.is_visible():
                self.press("1", "Enter")
        expect(form).to_have_count(0)

    def _ids(self, selector: str) -> list[str]:
        return [one.get_attribute("data-testid") or "" for one in self.page.locator(selector).all()]


def export(browser: Browser, server: Server, address: str) -> list[dict[str, str]]:
    """The rows of a CSV as a manager fetches it."""
    desk = browser.new_page()
    sign_in(desk, server, "manager")
    text = desk.request.get(f"{server.address}{address}").text()
    desk.close()
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.timeout(1200)  # thirty uploads, results and cases in one
def test_thirty_cases_by_keyboard_alone(ward: Server, page: Page, browser: Browser, tmp_path: Path) -> None:
    page.add_init_script(COUNT_POINTERS)
    sign_in(page, ward)
    paths = films(tmp_path)
    sent(page, ward, paths[:-DRAWN])
    draw_all(browser, ward)
    sent(page, ward, paths[-DRAWN:])
    page.goto(f"{ward.address}/")
    page.keyboard.press("/")
    page.keyboard.type("MORNING")
    page.keyboard.press("Enter")
    rows = page.get_by_test_id("worklist-row")
    expect(rows).to_have_count(CASES)
    wait_for(page, lambda: page.locator("tr[data-state=queued], tr[data-state=running]").count() == 0, "results", 300)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/images/[0-9a-f-]{36}/"))
    page.evaluate("() => { window.isSamePage = true; }")
    morning = Morning(page)
    seen = []
    for number in range(CASES):
        await_case(page)
        seen.append(morning.image)
        morning.look_first()
        if number == NO_LINE:
            lose_the_line(morning)
        elif number == NO_ANSWER:
            lose_the_answer(morning)
        else:
            morning.answer_all()
        if number + 1 < CASES:
            page.keyboard.press("j")
            page.wait_for_url(lambda url: seen[-1] not in url)
    assert len(set(seen)) == CASES
    assert page.evaluate("window.isSamePage") is True
    assert page.evaluate("window.pointers") == 0
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "/images/" not in url)
    expect(page.locator(f"tr[data-image='{seen[-1]}']")).to_have_class(re.compile(r"\bon\b"))
    keep_screenshot(page, "morning-done")

    # The script met what it was written for.
    assert set(morning.states) == set(ROTATION)
    assert len(morning.looked_first) == 3 * DRAWN
    assert len(morning.said) == 3 * CASES
    stored = {}
    for image in seen:
        answer = page.request.get(f"{ward.address}/api/images/{image}/reviews/")
        mine = [row for row in answer.json()["reviews"] if row["is_mine"]]
        assert len(mine) == 3, "each answer once, however the line behaved"
        stored.update({(image, row["finding"]): row["verdict"] for row in mine if row["is_current"]})
    assert stored == morning.said
    exported = [row for row in export(browser, ward, "/api/reviews/export/") if row["image"] in seen]
    assert {(row["image"], row["finding"]): row["verdict"] for row in exported} == morning.said
    assert len(exported) == len(morning.said)
    looks = [row for row in export(browser, ward, "/api/first-looks/export/") if row["image"] in seen]
    assert {(row["image"], row["finding"]): row["says"] for row in looks} == morning.looked_first


def lose_the_line(morning: Morning) -> None:
    """Offline before the first answer: they wait, the next case is refused in words, and all arrive when the line is back."""
    page = morning.page
    cut_connection(page)
    morning.answer_all(online=False)
    expect(page.get_by_test_id("save-state")).to_contain_text("3 answers waiting")
    address = page.url
    morning.press("j")
    expect(page.get_by_test_id("live-region")).to_contain_text("a case is opened only when that can be recorded")
    assert page.url == address
    page.context.set_offline(False)
    morning.saved()


def lose_the_answer(morning: Morning) -> None:
    """The server stores the first answer, and the line breaks before it says so: it is sent again and stored once."""
    page = morning.page
    stored: list[int] = []

    def break_off(route: Route) -> None:
        if route.request.method != "POST" or stored:
            return route.continue_()
        stored.append(route.fetch().status)
        return route.abort("connectionreset")

    delivered: list[Response] = []
    page.on("response", lambda answer: delivered.append(answer) if answer.request.method == "POST" else None)
    page.route("**/reviews/", break_off)
    morning.answer_all()
    page.unroute("**/reviews/")
    assert stored == [201]
    assert len([answer for answer in delivered if answer.url.endswith("/reviews/")]) >= 3
