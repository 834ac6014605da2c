"""The panel's voting page by keyboard, and a failure-mode study from collecting to its distribution."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.canvas import painted, wait_for
from tests.browser.conftest import Server, keep_screenshot, running_server
from tests.browser.study_steps import (
    FINDING,
    SLOW,
    Person,
    add_cases,
    add_member,
    add_reader,
    archive,
    await_next,
    fill_finding,
    import_truth,
    is_between,
    new_study,
    open_vote,
    people_at_work,
    phantoms,
    save_protocol,
    start_reading,
    start_session,
    step,
    submit,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CALLED = "07-opacity-bilateral-ap.dcm"  # the demo model calls an opacity here
NOT_CALLED = "04-normal-obese.dcm"  # and not here


@pytest.fixture(scope="module")
def study_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Its own server: readers of a study see no model output of its cases in the clinical pages."""
    with running_server(tmp_path_factory.mktemp("panel"), SIGHTLINE_SUBMIT_UNDO_SECONDS="1") as running:
        yield running


def images_by_file(person: Person) -> dict[str, str]:
    return {phantoms()[uid]["file"]: image for image, uid in archive(person).items()}


@pytest.mark.timeout(900)
def test_two_votes_that_differ_are_decided_by_the_chair(study_server: Server, browser: Browser) -> None:
    with people_at_work(browser, study_server) as people:
        manager = people["manager"]
        names = ("voter1", "voter2", "voter3")
        for name in names:
            people.add(name)
        path = new_study(manager, "Truth of one case")
        fill_finding(manager.go(f"{path}protocol/"))
        save_protocol(manager.page)
        for name in names:
            add_member(manager, path, name, "panel", is_chair=name == "voter3")
        (case,) = add_cases(manager, path, [images_by_file(manager)[CALLED]])
        vote_by_keyboard(people["voter1"], path, case, ("Shift+Digit1", "b", "b"))
        vote_by_keyboard(people["voter2"], path, case, ("Shift+Digit2",))
        expect(people["voter1"].go(f"{path}truth/").locator("body")).to_contain_text("Nothing waits for your vote")
        expect(people["voter1"].page.locator("body")).to_contain_text("You have voted 1 time.")
        the_chair_decides(people["voter3"], path)
        row = manager.go(f"{path}truth/").get_by_test_id("truth-status").locator("tbody tr")
        expect(row).to_have_text(f"{FINDING}0010")


def vote_by_keyboard(member: Person, path: str, case: str, keys: tuple[str, ...]) -> None:
    """No pointer after the case is open: status, a box in the centre, Enter. Nothing of model or readers is asked for."""
    page = open_vote(member, path, case)
    page.get_by_test_id("viewport").focus()
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator("ol.marks li")).to_have_count(1 if "b" in keys else 0)
    keep_screenshot(page, f"vote-{member.name}")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/truth/$"))
    assert not [url for url in member.requests if re.search(r"/ai/|/predictions|/assignments/", url)]


def the_chair_decides(chair: Person, path: str) -> None:
    page = chair.go(f"{path}truth/")
    page.get_by_test_id("to-decide").get_by_role("link", name="decide").click()
    wait_for(page, lambda: painted(page), "the radiograph")
    votes = page.get_by_test_id("votes")
    expect(votes).to_contain_text("present, 1 box")
    expect(votes).to_contain_text("absent, no box")
    page.get_by_test_id("status-0").click()
    page.get_by_test_id("attendees").fill("two members and the chair")
    keep_screenshot(page, "vote-chair")
    page.get_by_test_id("submit").click()
    page.wait_for_url(re.compile("/truth/$"))
    expect(page.locator("body")).to_contain_text("Nothing waits for your vote")


@pytest.mark.timeout(900)
def test_failures_are_collected_coded_by_two_decided_and_counted(study_server: Server, browser: Browser) -> None:
    with people_at_work(browser, study_server) as people:
        manager = people["manager"]
        people.add("coding_chair")
        path = failure_study(manager)
        expect(manager.page.get_by_test_id("coding-progress")).to_contain_text("False positive")
        keep_screenshot(manager.page, "failures-collected")
        step(manager, path, "open-study", "Open")
        code_all(people["radiologist"], path, {"false positive": "HIL", "missed": "UZ"})
        code_all(people["radiologist2"], path, {"false positive": "CLA", "missed": "UZ"})
        decide_one(people["coding_chair"], path)
        page = manager.go(f"{path}failures/")
        expect(page.get_by_test_id("coding-progress").locator("tbody tr").first).to_contain_text("1 of 1")
        step(manager, path, "close-study", "Closed")
        page.get_by_test_id("lock-study").click()
        step(people["statistician"], path, "lock-study", "Locked")
        the_distribution_is_drawn(manager, path)


def failure_study(manager: Person) -> str:
    """One image that the model calls though the file says absent, one that it does not call though the file says present."""
    path = new_study(manager, "Where the model fails", "failure_mode")
    page = manager.go(f"{path}protocol/")
    fill_finding(page)
    page.select_option("#failure-bundle", index=1)
    page.fill("#double", "1")
    save_protocol(page)
    add_reader(manager, path, "radiologist")
    add_reader(manager, path, "radiologist2")
    add_member(manager, path, "coding_chair", "panel", is_chair=True)
    add_member(manager, path, "statistician", "statistician")
    image_of = images_by_file(manager)
    cases = add_cases(manager, path, [image_of[CALLED], image_of[NOT_CALLED]])
    status = {image_of[CALLED]: 0, image_of[NOT_CALLED]: 1}
    import_truth(manager, path, [f"{case},{FINDING},{status[image]},,,," for case, image in cases.items()])
    page = manager.go(f"{path}failures/")
    keep_screenshot(page, "failures-empty")
    page.get_by_test_id("collect").click()
    expect(page.locator(".messages")).to_contain_text("The failures are collected")
    return path


def code_all(reader: Person, path: str, site_of: dict[str, str]) -> None:
    page = start_reading(reader, path)
    start_session(page)
    while not is_between(page):
        item = page.get_by_test_id("item-1")
        expect(item).to_be_visible(timeout=SLOW)
        site = next(site for words, site in site_of.items() if words in item.inner_text())
        for chip in (f"site-{site}", "laterality-R", "cause-NRM", "severity-1", "confidence-4"):
            item.get_by_test_id(chip).click()
        if "false positive" in item.inner_text():
            assert page.locator("[data-testid=boxes] rect").count() > 0, "no predicted box is drawn"
            keep_screenshot(page, f"failures-coding-{reader.name}")
        submit(page)
        await_next(page)
    expect(page.get_by_test_id("done")).to_be_visible()


def decide_one(chair: Person, path: str) -> None:
    page = chair.go(f"{path}failures/")
    item = page.get_by_test_id("discordant")
    expect(item).to_have_count(1)
    expect(item).to_contain_text("hilum")
    expect(item).to_contain_text("clavicle over apex")
    for name, value in (("site", "CLA"), ("laterality", "R"), ("cause", "OVL"), ("severity", "2"), ("confidence", "4")):
        item.locator(f"select[name={name}]").select_option(value)
    item.locator("input[name=attendees]").fill("both readers")
    keep_screenshot(page, "failures-decide")
    item.get_by_role("button", name="Decide").click()
    expect(page.get_by_test_id("to-decide")).to_contain_text("No failure waits for a decision")


def the_distribution_is_drawn(manager: Person, path: str) -> None:
    page = manager.go(f"{path}failures/")
    for row in (("FP", "CLA", "OVL", "1 of 1"), ("FN_IMG", "UZ", "NRM", "1 of 1")):
        cells = page.locator("tr", has_text=re.compile(r"\s*".join(row)))
        expect(cells).to_have_count(1)
    assert drawn(page) >= 2
    keep_screenshot(page, "failures-distribution")


def drawn(page: Page) -> int:
    """How many figures of the page have been drawn; all of them, or it raises."""
    figures = page.locator("[data-figure]")
    for figure in figures.all():
        expect(figure.locator(".main-svg").first).to_be_visible(timeout=SLOW)
    return figures.count()
