"""The life of a model, from failures that a reader marks to a roll back, by three people at three browsers.

The training is real and tiny: the recipe `two heads, tiny` with few drawn phantoms and new weights. What comes of it is a poor
model, and how poor is left to chance; the plan's one gate is therefore memory, which the small network passes on any
machine. That gates have teeth is measured elsewhere. The reviewed films wait for a person's look at their pixels: they are counted,
and not trained on. The script of the record leaves out ticks of new false negatives, whose number is left to chance as well.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, keep_screenshot, running_server
from tests.browser.study_steps import People, Person, people_at_work
from tests.browser.test_case_to_case import await_case
from tests.browser.test_left_and_right import sent
from tests.browser.test_morning import Morning, films

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("torch") is None, reason="needs the training extra"),
]
FAILURES = 10
CALLED = (0, 14, 28, 1)  # films on which the model makes calls: three, three, three, two
PHANTOMS = 32
TRIAL = 20
UNCHECKED = (
    "auc",
    "sensitivity",
    "specificity",
    "calibration_slope",
    "calibration_intercept",
    "map_pointing",
    "refusal_rate",
    "latency",
)
RULES = ("sensitivity", "specificity", "auc", "score_shift", "override_rate", "refusal_rate")
LIFE = (
    "change_plan.",
    "retraining.",
    "rehearsal.",
    "silent_trial.",
    "stop_rule.",
    "withholding.",
    "add_bundle",
    "activate_bundle",
    "roll_back_bundle",
)
SCRIPT = [
    ("admin", "change_plan.propose"),
    ("manager", "change_plan.approved"),
    ("admin", "retraining.start"),
    ("admin", "add_bundle"),
    ("admin", "retraining.finished"),
    ("admin", "rehearsal.ask"),
    ("", "rehearsal.verdict"),
    ("admin", "silent_trial.start"),
    ("", "silent_trial.end"),
    ("admin", "activate_bundle"),
    ("", "withholding.begin"),
    ("", "stop_rule.fire"),
    ("manager", "stop_rule.read"),
    ("admin", "roll_back_bundle"),
    ("manager", "withholding.lift"),
    ("manager", "stop_rule.lift"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A site of its own with a worker for trainings, where nobody looks before the model."""
    home = tmp_path_factory.mktemp("cycle")
    with running_server(home, SIGHTLINE_SENTINEL_SHARE="0", SIGHTLINE_TRAINING_WORKER="1") as running:
        yield running


class Marking(Morning):
    """A reader in whose eyes the model is wrong wherever it makes a call."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        wrong = {"positive": ("x", "false_positive"), "negative": ("x", "false_negative")}
        self._turns |= {state: cycle([turn]) for state, turn in wrong.items()}

    @property
    def failures(self) -> int:
        return sum(verdict in {"false_positive", "false_negative"} for verdict in self.said.values())


@pytest.mark.timeout(1200)
def test_from_failures_to_a_roll_back(site: Server, browser: Browser, tmp_path: Path) -> None:
    with people_at_work(browser, site) as people:
        paths = films(tmp_path)
        mark_failures(people["radiologist"], paths)
        propose_plan(people["admin"])
        approve_plan(people["manager"])
        candidate = retrain(people["admin"])
        rehearse(people["admin"], candidate)
        tick_misses(people["manager"])
        new = [path for number, path in enumerate(paths) if number not in CALLED]
        try_in_silence(people, candidate, new[:TRIAL])
        put_in_service(people["admin"], candidate)
        image = next_result(people["radiologist"], candidate, new[TRIAL])
        assert_shown(people["radiologist"], image)
        move_arrivals(site, "-2 days")  # as if nothing had come since
        read_signals(people["manager"])
        assert_withheld(people["radiologist"], image)
        roll_back(people["admin"], candidate)
        assert_withheld(people["radiologist"], image)
        move_arrivals(site, "+2 days")  # a silence that lasts would fire again: another model is in service
        lift(people["manager"])
        assert_shown(people["radiologist"], image)
        assert_timeline(people["admin"], candidate)
        assert verbs_of(site) == SCRIPT


def mark_failures(reader: Person, paths: list[Path]) -> None:
    page = reader.page
    marking = Marking(page)
    for address in sent(page, reader.server, [paths[number] for number in CALLED]).values():
        page.goto(address)
        await_case(page)
        marking.answer_all()
        if marking.failures >= FAILURES:
            break
    assert marking.failures >= FAILURES
    keep_screenshot(page, "cycle-1-failures-marked")


def propose_plan(admin: Person) -> None:
    """Gates that the small network passes whatever it has learnt; one stop rule: silence for a day withholds the scores."""
    page = admin.go("/models/plans/")
    page.get_by_test_id("new-plan").click()
    for key in UNCHECKED:
        page.uncheck(f"[name=gate-{key}]")
    page.fill("[name=margin-memory]", "2")
    for key in ("sex", "age_band", "view", "maker"):
        page.uncheck(f"[name=subgroups][value={key}]")
    for key in RULES:
        page.uncheck(f"[name=rule-{key}]")
    page.select_option("[name=action-silence]", "hide")
    for name in ("least_positives", "least_negatives", "least_in_subgroup"):
        page.fill(f"#{name}", "1")
    page.fill("#least_images", str(TRIAL))
    page.fill("#alpha", "0.2")
    page.fill("#reason", "a small network, for the way alone")
    keep_screenshot(page, "cycle-2-plan")
    page.get_by_test_id("propose-plan").click()
    page.wait_for_url(re.compile(r"/models/plans/[^/]+/2/"))
    expect(page.get_by_test_id("can-approve")).to_contain_text("manager")
    expect(page.get_by_test_id("approve")).to_have_count(0)


def approve_plan(manager: Person) -> None:
    page = manager.go("/models/plans/")
    page.get_by_role("link", name="P-2", exact=True).click()
    page.get_by_test_id("approve").click()
    page.get_by_test_id("confirm-approve").click()
    expect(page.get_by_test_id("state")).to_contain_text("in force")
    keep_screenshot(page, "cycle-3-plan-approved")


def retrain(admin: Person) -> str:
    """The id of the bundle."""
    page = admin.go("/models/retraining/")
    page.get_by_role("link", name="Retrain", exact=True).click()
    page.select_option("#recipe", "two-heads-tiny")
    page.fill("#phantoms", str(PHANTOMS))
    page.get_by_test_id("count").click()
    expect(page.get_by_test_id("parts")).to_contain_text("4 unchecked")
    keep_screenshot(page, "cycle-4-retrain")
    page.get_by_test_id("new-weights").check()
    page.get_by_test_id("start-retraining").click()
    page.wait_for_url(re.compile(r"/models/retraining/1/$"))
    expect(page.get_by_test_id("retraining-bundle")).to_contain_text("not in service", timeout=600_000)
    keep_screenshot(page, "cycle-5-retrained")
    link = page.get_by_test_id("retraining-bundle").get_by_role("link").get_attribute("href") or ""
    return link.removeprefix("/models/").rstrip("/")


def rehearse(admin: Person, candidate: str) -> None:
    page = admin.go("/models/rehearsals/")
    page.select_option("#rehearsal-candidate", candidate)
    page.get_by_test_id("ask-rehearsal").click()
    reload_until(admin, "/models/rehearsals/1/", "verdict")
    expect(page.get_by_test_id("verdict").get_by_role("heading")).to_have_text("Passed")
    keep_screenshot(page, "cycle-6-rehearsed")


def tick_misses(manager: Person) -> None:
    """Each new false negative, by name and reason; how many there are is left to what the candidate has learnt."""
    page = manager.go("/models/rehearsals/1/")
    forms = page.get_by_test_id("miss").locator("form")
    for _ in range(forms.count()):
        forms.first.locator("[name=reason]").fill("a small network, for the way alone")
        with page.expect_navigation():
            forms.first.get_by_role("button", name="Tick off").click()
    expect(forms).to_have_count(0)
    keep_screenshot(page, "cycle-7-ticked")


def try_in_silence(people: People, candidate: str, paths: list[Path]) -> None:
    admin, reader = people["admin"], people["radiologist"]
    page = admin.go("/models/silent/")
    page.select_option("#silent-candidate", candidate)
    page.get_by_test_id("start-silent").click()
    expect(page.get_by_test_id("silent-1")).to_contain_text(f"0 of {TRIAL}")
    sent(reader.go("/"), reader.server, paths)
    reload_until(admin, "/models/silent/1/", "finding", 240)
    expect(page.get_by_test_id("progress").get_by_role("heading")).to_have_text("Complete")
    keep_screenshot(page, "cycle-8-silent")


def put_in_service(admin: Person, candidate: str) -> None:
    page = admin.go(f"/models/{candidate}/")
    page.get_by_test_id("activate").click()
    page.fill(f"#why-{candidate[:12]}", "passed its rehearsal and its silent trial")
    page.get_by_test_id("confirm-activate").click()
    expect(page.locator(".messages")).to_contain_text("is in service")
    keep_screenshot(page, "cycle-9-in-service")


def next_result(reader: Person, candidate: str, path: Path) -> str:
    """The image; its result names the new model."""
    address = sent(reader.go("/"), reader.server, [path])[path.name]
    image = address.rstrip("/").rsplit("/", 1)[-1]
    reader.go(address)
    for _ in range(240):
        rows = reader.page.request.get(f"{reader.server.address}/api/images/{image}/predictions/").json()["results"]
        if rows and rows[0]["state"] == "succeeded":
            break
        reader.page.wait_for_timeout(250)
    assert rows[0]["bundle"] == candidate
    return image


def move_arrivals(site: Server, by: str) -> None:
    """The planted fault, and its end: all images of the site came so much earlier or later."""
    with closing(sqlite3.connect(site.home / "sightline.sqlite3", timeout=60)) as database, database:
        database.execute("UPDATE archive_image SET created_at = datetime(created_at, ?)", [by])


def read_signals(manager: Person) -> None:
    page = manager.go("/models/stop-rules/")
    page.get_by_test_id("read-now").click()
    expect(page.get_by_test_id("firing")).to_contain_text("S1 of P-2 fired")  # a worker may have been quicker
    expect(page.get_by_test_id("withheld")).to_contain_text("rule S1")
    keep_screenshot(page, "cycle-10-fired")


def assert_withheld(reader: Person, image: str) -> None:
    answer = reader.page.request.get(f"{reader.server.address}/api/images/{image}/predictions/")
    assert answer.json()["code"] == "withheld"
    page = reader.go(f"/images/{image}/")
    expect(page.locator("body")).to_contain_text(re.compile("Scores withheld since .*rule S1"))
    expect(page.locator("[data-testid^=probability-]")).to_have_count(0)
    keep_screenshot(page, "cycle-11-withheld")


def assert_shown(reader: Person, image: str) -> None:
    answer = reader.page.request.get(f"{reader.server.address}/api/images/{image}/predictions/")
    assert answer.status == 200
    page = reader.go(f"/images/{image}/")
    expect(page.locator("section.finding")).to_have_count(3)
    expect(page.locator("body")).not_to_contain_text("Scores withheld")


def roll_back(admin: Person, candidate: str) -> None:
    page = admin.go("/models/")
    expect(page.get_by_test_id("desk-stop-rules")).to_contain_text("S1 of P-2 fired")
    page.get_by_test_id("roll-back").click()
    page.fill("#why-back", "the rule fired")
    page.get_by_test_id("confirm-roll-back").click()
    expect(page.locator(".messages")).to_contain_text("is in service again")
    expect(page.get_by_test_id("what-answers")).not_to_contain_text(f"{candidate[:12]} answers for")
    keep_screenshot(page, "cycle-12-rolled-back")


def lift(manager: Person) -> None:
    page = manager.go("/models/stop-rules/")
    page.get_by_label("Reason for lifting it").fill("the model before answers again")
    page.get_by_test_id("lift").click()
    expect(page.locator(".messages")).to_contain_text("S1 is lifted")
    expect(page.get_by_test_id("withheld")).to_have_count(0)
    keep_screenshot(page, "cycle-13-lifted")


def assert_timeline(admin: Person, candidate: str) -> None:
    """The bar and the table tell three changes; the bar marks the trial, the rule and who lifted it."""
    page = admin.go("/models/")
    rows = page.get_by_test_id("service-change")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("the rule fired")
    expect(rows.nth(1)).to_contain_text("passed its rehearsal and its silent trial")
    expect(rows.nth(1).get_by_role("link")).to_have_attribute("href", f"/models/{candidate}/")
    expect(page.get_by_test_id("timeline").locator("a")).to_have_count(3)
    marks = page.get_by_test_id("marks").locator("li")
    expect(marks).to_have_text(
        [
            re.compile("manager lifted rule S1 of P-2"),
            re.compile("rule S1 of P-2 withheld the scores"),
            re.compile("silent trial 1 of .* ended: all images came"),
            re.compile("silent trial 1 of .* began, by admin"),
        ]
    )
    keep_screenshot(page, "cycle-14-timeline")


def verbs_of(site: Server) -> list[tuple[str, str]]:
    """What the record tells of the life of models since the demo was laid out: who, and what."""
    with closing(sqlite3.connect(site.home / "sightline.sqlite3", timeout=60)) as database:
        rows = database.execute("SELECT actor_name, verb FROM audit_accessevent ORDER BY sequence").fetchall()
    begins = [place for place, row in enumerate(rows) if row[1] == "change_plan.propose"][1]  # the first is the demo's
    return [row for row in rows[begins:] if row[1].startswith(LIFE) and row[1] != "rehearsal.tick"]


def reload_until(person: Person, path: str, test_id: str, seconds: float = 120) -> None:
    """A page that does not follow by itself: opened again until the part is there."""
    for _ in range(int(seconds * 2)):
        if person.go(path).get_by_test_id(test_id).count():
            return
        person.page.wait_for_timeout(500)
    raise AssertionError(f"{path} never showed {test_id}")
