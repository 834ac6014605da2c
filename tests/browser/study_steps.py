"""What people of a reader study do in its pages, step by step: the manager's forms, a reader's case, a vote of the panel."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pydicom
from playwright.sync_api import Browser, Page, expect

from tests.browser.canvas import drag_box, painted, wait_for
from tests.browser.conftest import PASSWORD, Server, sign_in
from tests.conftest import REPOSITORY

FINDING = "lung_opacity"
SLOW = 60_000  # ms; the machine may be busy
EXPECTED_CONSOLE = (
    "Failed to load resource"  # the browser's own line for a refusal or a lost connection, as a test asks for them
)


@dataclass
class Person:
    """One person at one browser, with what their pages complained about and which addresses they asked for."""

    name: str
    page: Page
    server: Server
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self, page: Page, requests: list[str]) -> None:
        """Complaints of the page go to the person's, what it asks for to `requests`."""
        page.on("console", lambda line: self._console(line.type, line.text))
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("request", lambda request: requests.append(request.url))
        page.on("response", lambda answer: self._answered(answer.status, answer.url))

    def _console(self, kind: str, text: str) -> None:
        if kind == "error" and not text.startswith(EXPECTED_CONSOLE):
            self.complaints.append(text)

    def _answered(self, status: int, url: str) -> None:
        if status >= 500:
            self.complaints.append(f"{status} {url}")

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.server.address + path)
        return self.page


@contextmanager
def people_at_work(browser: Browser, server: Server) -> Iterator["People"]:
    """Browsers of as many people as are asked for; in the end nobody's page may have complained."""
    people = People(browser, server, {})
    try:
        yield people
        complaints = {name: one.complaints for name, one in people.found.items() if one.complaints}
        assert not complaints, complaints
    finally:
        for one in people.found.values():
            one.page.context.close()


@dataclass
class People:
    browser: Browser
    server: Server
    found: dict[str, Person]

    def __getitem__(self, name: str) -> Person:
        """The person, signed in at an own browser. Violations of the content security policy are console errors."""
        if name not in self.found:
            context = self.browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
            context.set_default_timeout(SLOW)
            person = Person(name, context.new_page(), self.server)
            person.watch(person.page, person.requests)
            sign_in(person.page, self.server, name)
            self.found[name] = person
        return self.found[name]

    def add(self, name: str) -> Person:
        """A new radiologist, made on the people page by the administrator."""
        page = self["admin"].go("/admin/accounts/user/add/")
        page.fill("#id_username", name)
        page.select_option("#id_role", "radiologist")
        page.fill("#id_password1", PASSWORD)
        page.fill("#id_password2", PASSWORD)
        page.click("input[name=_save]")
        expect(page.locator(".success, .messagelist").first).to_contain_text(name)
        return self[name]


# --- the manager ------------------------------------------------------------------------------------------------------
def new_study(manager: Person, title: str, kind: str = "reading") -> str:
    """Makes a draft; the path of its pages, `/studies/{id}/`."""
    page = manager.go("/studies/")
    page.fill("#title", title)
    page.select_option("#kind", kind)
    page.click("[data-testid=add-study]")
    page.wait_for_url(re.compile("/studies/[0-9a-f-]{36}/$"))
    return page.url.removeprefix(manager.server.address)


def fill_finding(page: Page) -> None:
    page.fill("[name='findings.0.code']", FINDING)
    page.fill("[name='findings.0.label']", "Lung opacity")
    page.check("[name='findings.0.primary']")


def save_protocol(page: Page) -> None:
    page.click("[data-testid=save-protocol]")
    expect(page.locator(".messages")).to_contain_text("The protocol is saved")


def fill_protocol(manager: Person, study: str) -> None:
    """Read unaided, and without then with the model: 4 weeks of washout between the two."""
    page = manager.go(f"{study}protocol/")
    fill_finding(page)
    for row, code, kind in ((0, "U", "unaided"), (1, "A", "aided_second_read")):
        page.fill(f"[name='arms.{row}.code']", code)
        page.fill(f"[name='arms.{row}.label']", f"Part {row + 1}")
        page.select_option(f"[name='arms.{row}.kind']", kind)
    page.select_option("[name='arms.1.bundle_id']", index=1)
    for layer in ("score", "boxes", "gradcam", "wildcat"):
        page.check(f"[name='arms.1.ai_layers'][value={layer}]")
    save_protocol(page)
    page.select_option("#primary", FINDING)
    for test in ("U", "A.aided"):
        page.check(f"[name='statistics.tests'][value='{test}']")
    save_protocol(page)
    expect(page.locator("body")).not_to_contain_text("Still to put right")


def add_reader(manager: Person, study: str, name: str) -> None:
    page = manager.go(f"{study}people/")
    page.select_option("#reader-name", name)
    page.click("[data-testid=add-reader]")
    expect(page.get_by_test_id("readers")).to_contain_text(name)


def add_member(manager: Person, study: str, name: str, role: str, *, is_chair: bool = False) -> None:
    page = manager.go(f"{study}people/")
    page.select_option("#member-name", name)
    page.select_option("#role", role)
    page.set_checked("[name=is_chair]", is_chair)
    page.click("[data-testid=add-member]")
    expect(page.locator(".messages")).to_contain_text("The member is added")


def reader_codes(manager: Person, study: str) -> dict[str, str]:
    """Person -> code in exports."""
    rows = manager.go(f"{study}people/").get_by_test_id("readers").locator("tbody tr").all()
    return {row.locator("td").nth(1).inner_text(): row.locator("td").nth(0).inner_text() for row in rows}


def phantoms() -> dict[str, dict[str, Any]]:
    """SOP instance UID -> file, findings, boxes of the demo phantoms."""
    rows = json.loads((REPOSITORY / "webapp" / "demo" / "phantoms" / "truth.json").read_text())["images"]
    return {row["sop_instance_uid"]: row for row in rows}


def archive(person: Person) -> dict[str, str]:
    """Image id -> SOP instance UID of everything in the archive, once the model has answered for the phantoms that it reads."""
    read = sum(row["age_years"] >= 18 and not _is_raw(row["file"]) for row in phantoms().values())
    wait_for(person.page, lambda: _scored(person) >= read, "the model's answers for the demo cases", 180)
    rows = person.page.context.request.get(f"{person.server.address}/api/images/?page_size=100").json()["results"]
    return {row["id"]: row["sop_instance_uid"] for row in rows}


def _is_raw(file: str) -> bool:
    """Declared FOR PROCESSING, which the gate refuses."""
    stored = pydicom.dcmread(REPOSITORY / "webapp" / "demo" / "phantoms" / file, stop_before_pixels=True)
    return str(stored.PresentationIntentType) == "FOR PROCESSING"


def _scored(person: Person) -> int:
    person.go("/?state=to_read")
    return person.page.get_by_test_id("worklist-row").count()


def add_cases(manager: Person, study: str, images: list[str]) -> dict[str, str]:
    """Ticks the images in the list of those found and adds them; code of the case -> image id."""
    page = manager.go(f"{study}cases/")
    page.click("[data-testid=find-images]")
    expect(page.get_by_test_id("found")).to_be_visible()
    for box in page.locator("input[name=image]").all():
        box.set_checked(box.get_attribute("value") in images)
    page.click("[data-testid=add-cases]")
    rows = page.get_by_test_id("cases").locator("tbody tr")
    expect(rows).to_have_count(len(images))
    found = {}
    for row in rows.all():
        link = row.get_by_role("link").first.get_attribute("href") or ""
        found[row.locator("td").first.inner_text()] = link.split("/")[2]
    return found


def import_truth(manager: Person, study: str, lines: list[str]) -> None:
    page = manager.go(f"{study}truth/")
    content = "\n".join(["case,finding,status,x,y,w,h", *lines, ""])
    page.set_input_files("#truth-file", {"name": "truth.csv", "mimeType": "text/csv", "buffer": content.encode()})
    page.click("[data-testid=import-truth]")
    expect(page.locator(".messages")).to_contain_text("The truth of the file is stored")


def step(manager: Person, study: str, test_id: str, state: str) -> None:
    """Presses a button of the overview and sees the study's new state."""
    page = manager.go(study)
    page.get_by_test_id(test_id).click()
    expect(page.get_by_test_id("study-state")).to_have_text(state)


# --- the panel --------------------------------------------------------------------------------------------------------
def open_vote(member: Person, study: str, case: str) -> Page:
    page = member.go(f"{study}truth/")
    page.get_by_test_id("truth-queue").locator("tr", has_text=case).get_by_role("link").click()
    expect(page.get_by_test_id("case-code")).to_have_text(case)
    wait_for(page, lambda: painted(page), "the radiograph of the vote")
    return page


def vote_present_with_box(member: Person, study: str, case: str) -> None:
    """Present, a box drawn with the mouse, vote."""
    page = open_vote(member, study, case)
    page.get_by_test_id("status-1").click()
    page.get_by_test_id("draw-box").click()
    drag_box(page)
    expect(page.locator("ol.marks li")).to_have_count(1)
    page.get_by_test_id("submit").click()
    page.wait_for_url(re.compile("/truth/$"))


# --- a reader ---------------------------------------------------------------------------------------------------------
def start_reading(reader: Person, study: str) -> Page:
    """From the list of studies to the page that says what comes next."""
    page = reader.go("/studies/")
    page.locator(f"a[href='{study}']").click()
    page.get_by_test_id("read").click()
    expect(page.get_by_test_id("between").or_(page.get_by_test_id("case-code")).first).to_be_visible()
    return page


def start_session(page: Page) -> None:
    page.get_by_test_id("start-session").click()
    await_case(page)


def await_case(page: Page) -> None:
    expect(page.locator("[data-testid=viewport][data-status=ready]")).to_be_visible(timeout=SLOW)


def case_now(page: Page) -> str:
    return page.get_by_test_id("case-code").inner_text()


def stage_now(page: Page) -> str:
    """The stage as the page names it: empty for a part of one stage."""
    part = page.get_by_test_id("part").inner_text()
    return part.partition(" · ")[2]


def rate(page: Page, value: int) -> None:
    """A rating on the scale to 100, tens by key and others by the slider, and what should be done."""
    if value % 10 == 0:
        page.get_by_test_id("viewport").focus()
        page.keyboard.press(f"Shift+Digit{value // 10}")
    else:
        page.get_by_test_id(f"rating-{FINDING}").fill(str(value))
    expect(page.get_by_test_id(f"rating-{FINDING}-value")).to_have_text(str(value))
    page.get_by_test_id(f"action-{FINDING}-{'ct' if value >= 50 else 'none'}").click()


def submit(page: Page) -> str:
    """Enter, then the receipt of this case and stage: its digits as shown."""
    before = receipt(page)
    page.get_by_test_id("viewport").focus()
    page.keyboard.press("Enter")
    return await_receipt(page, before)


def receipt(page: Page) -> str:
    shown = page.get_by_test_id("receipt")
    return shown.inner_text() if shown.count() else ""


def await_receipt(page: Page, before: str) -> str:
    """Waits for a receipt other than `before`, and for what comes after it: a case, or the page between two sessions."""
    wait_for(page, lambda: receipt(page) not in ("", before), "a receipt", 180)
    await_next(page)
    return receipt(page)


def await_next(page: Page) -> None:
    """A case that is shown, or a page between sessions that says why there is none."""
    case = page.locator("[data-testid=viewport][data-status=ready]")
    expect(case.or_(page.locator("[data-testid=between] h1")).first).to_be_visible(timeout=SLOW)


def is_between(page: Page) -> bool:
    return page.get_by_test_id("between").count() > 0
