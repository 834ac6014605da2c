"""A reader's bad day in a study: taken back, cut off, signed out, tempted to look elsewhere; and what the server says meanwhile."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.canvas import read_canvas, wait_for
from tests.browser.conftest import PASSWORD, cut_connection, keep_screenshot
from tests.browser.study_steps import FINDING, Person, await_receipt, case_now, rate, receipt, submit

# What no request of a page without the model may hold.
MODEL_ADDRESSES = re.compile(r"/ai/|/predictions|/maps/")
FETCH = """
async ([path, method, body]) => {
  const boot = JSON.parse(document.getElementById('study-boot').textContent);
  const csrf = document.cookie.match(/csrftoken=([^;]*)/)[1];
  const headers = {'X-Tab': sessionStorage.getItem('sightline-study-tab'), 'X-CSRFToken': csrf,
                   'Content-Type': 'application/json'};
  const answer = await fetch(boot.urls.api + path, {method, headers, body: body && JSON.stringify(body)});
  return answer.status;
}
"""


def plainly(page: Page, value: int) -> None:
    rate(page, value)
    submit(page)


def asked_since_opening(reader: Person) -> list[str]:
    """Addresses asked for since the server was last asked what comes next."""
    last = max(k for k, url in enumerate(reader.requests) if url.endswith("/next/"))
    return reader.requests[last:]


def assignment_of(reader: Person) -> str:
    """Path of the assignment that is being read, under the study's API."""
    found = [match[0] for url in reader.requests if (match := re.search(r"assignments/[0-9a-f-]{36}/", url))]
    return found[-1]


class BadDay:
    """What happens to the first reader, once each, in the order of the stages that come."""

    def __init__(self, image_of: dict[str, str], reader: Person) -> None:
        self.image_of, self.reader = image_of, reader
        self.left = ["take_back", "lose_connection", "sign_in_again", "peek", "read_with_the_model"]
        self.locked_unaided: int | None = None

    def event(self, test: str) -> Any:
        """The next event that goes with this stage."""
        if test == "A.unaided" and "read_with_the_model" in self.left:
            return self.lock_without_the_model
        if test == "A.aided" and "read_with_the_model" in self.left:
            self.left.remove("read_with_the_model")
            return self.read_with_the_model
        plain = [name for name in self.left if name != "read_with_the_model"]
        if not plain:
            return plainly
        self.left.remove(plain[0])
        return getattr(self, plain[0])

    def take_back(self, page: Page, value: int) -> None:
        """Enter and then Ctrl+Z: nothing is submitted, the answer can be changed."""
        rate(page, 3)
        page.get_by_test_id("viewport").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Control+z")
        expect(page.get_by_test_id("submit")).to_be_visible()
        plainly(page, value)

    def lose_connection(self, page: Page, value: int) -> None:
        """Rated and submitted while the line is down; the receipt comes when it is back, and not before."""
        before = receipt(page)
        cut_connection(page)
        rate(page, value)
        expect(page.get_by_test_id("save-state")).to_contain_text("waiting")
        page.get_by_test_id("viewport").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("live-region")).to_contain_text("not submitted yet")
        keep_screenshot(page, "study-no-connection")
        assert receipt(page) == before
        page.context.set_offline(False)
        await_receipt(page, before)

    def sign_in_again(self, page: Page, value: int) -> None:
        """The session ends while the answer is typed: the page asks for the password and goes on."""
        page.context.clear_cookies(name="sessionid")
        rate(page, value)
        form = page.get_by_test_id("sign-in-again")
        expect(form).to_be_visible()
        keep_screenshot(page, "study-sign-in-again")
        form.locator("input[type=password]").fill(PASSWORD)
        form.get_by_role("button").click()
        expect(page.get_by_test_id("save-state")).to_contain_text(re.compile(r"saved \d"))
        submit(page)

    def peek(self, page: Page, value: int) -> None:
        """The reader looks for the case in the clinical pages, in another tab, after rating it: it is not there."""
        rate(page, value)
        image = self.image_of[case_now(page)]
        submit(page)
        tab = page.context.new_page()
        self.reader.watch(tab, [])
        opened = tab.goto(f"{self.reader.server.address}/images/{image}/")
        assert opened is not None
        assert opened.status == 404
        assert tab.locator("#reading-root").count() == 0
        keep_screenshot(tab, "study-peek")
        answers = [self.reader.page.context.request.get(f"{self.reader.server.address}{path}") for path in peeks(image)]
        assert [answer.status for answer in answers] == [404, 404]
        tab.goto(f"{self.reader.server.address}/?state=all")
        expect(tab).to_have_title(re.compile("Worklist"))
        expect(tab.locator(f"[data-testid=worklist-row][data-image='{image}']")).to_have_count(0)
        keep_screenshot(tab, "study-peek-worklist")
        tab.close()

    def lock_without_the_model(self, page: Page, value: int) -> None:
        """Before the lock the model's answer does not exist; afterwards the answer without it is frozen."""
        path = assignment_of(self.reader)
        assert page.evaluate(FETCH, [f"{path}ai/", "GET", None]) == 404
        plainly(page, value)
        self.locked_unaided = value

    def read_with_the_model(self, page: Page, value: int) -> None:
        path = assignment_of(self.reader)
        assert any(url.endswith(f"{path}ai/") for url in asked_since_opening(self.reader))
        locked = page.get_by_test_id(f"locked-{FINDING}")
        expect(locked).to_contain_text(f"locked without the model: {self.locked_unaided}")
        assert locked.locator("input, button").count() == 0
        expect(page.get_by_test_id(f"rating-{FINDING}-value")).to_have_text(str(self.locked_unaided))
        body = {"ratings": {FINDING: {"rating": 1, "action": "none"}}, "marks": [], "active_ms": 0}
        again = {"stage": "unaided", "body": body, "idempotency_key": "another"}
        assert page.evaluate(FETCH, [f"{path}lock/", "POST", again]) == 409
        assert page.evaluate(FETCH, [f"{path}draft/", "PUT", {**again, "base_revision": 0}]) == 409
        boxes = page.get_by_test_id("boxes-toggle")
        if boxes.count():  # a case on which the model drew none has no switch
            boxes.click()
        page.keyboard.press("g")
        expect(page.get_by_test_id("map-gradcam")).to_have_attribute("aria-pressed", "true")
        zero = page.get_by_test_id("map-zero")
        wait_for(page, lambda: zero.count() > 0 or heat_alpha(page) > 0, "the Grad-CAM layer, or word that it is zero")
        keep_screenshot(page, "study-aided")
        plainly(page, value)


def heat_alpha(page: Page) -> float:
    canvas = read_canvas(page, "canvas[data-testid=overlay]")
    return 0.0 if canvas is None else float(canvas.alpha.sum())


def peeks(image: str) -> tuple[str, str]:
    return f"/api/images/{image}/predictions/", f"/api/images/{image}/reviews/"
