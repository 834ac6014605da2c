"""A whole reader study through its pages: 3 readers x 6 cases x 2 arms, with a refusal, a lost connection and a peek."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Server, keep_screenshot, running_server
from tests.browser.study_bad_day import MODEL_ADDRESSES, BadDay, asked_since_opening, plainly
from tests.browser.study_steps import (
    FINDING,
    SLOW,
    People,
    Person,
    add_cases,
    add_member,
    add_reader,
    archive,
    case_now,
    fill_protocol,
    import_truth,
    is_between,
    new_study,
    people_at_work,
    phantoms,
    reader_codes,
    stage_now,
    start_reading,
    start_session,
    step,
    vote_present_with_box,
)
from tests.conftest import REPOSITORY

pytestmark = [pytest.mark.browser, pytest.mark.slow]

READERS = ("radiologist", "radiologist2", "radiologist3")
PANEL = ("panelist", "chair")
NORMAL = ("02-normal-pa-mono1.dcm", "04-normal-obese.dcm", "05-normal-confluent-hila.dcm")
ABNORMAL = ("06-opacity-left-upper.dcm", "07-opacity-bilateral-ap.dcm", "08-opacity-right-16bit.dcm")
WASHOUT_DAYS = 28


@pytest.fixture(scope="module")
def study_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Its own server: readers of a study see no model output of its cases in the clinical pages, and its clock is moved."""
    home = tmp_path_factory.mktemp("studies")
    with running_server(home, SIGHTLINE_SUBMIT_UNDO_SECONDS="1", SIGHTLINE_TEST_CLOCK="1") as running:
        yield running


@dataclass
class Study:
    """What the test knows of the study: path, image and truth of each case, and what was typed."""

    path: str
    people: People
    image_of: dict[str, str]
    truth_of: dict[str, int]
    typed: dict[tuple[str, str, str], int] = field(default_factory=dict)

    @property
    def manager(self) -> Person:
        return self.people["manager"]


@pytest.mark.timeout(1800)
def test_a_whole_study_through_its_pages(study_server: Server, browser: Browser, tmp_path: Path) -> None:
    with people_at_work(browser, study_server) as people:
        study = a_study_with_truth(people)
        step(study.manager, study.path, "open-study", "Open")
        bad_day = BadDay(study.image_of, people[READERS[0]])
        for name in READERS:
            read_session(study, people[name], bad_day if name == READERS[0] else None)
            opens_on = washout_refuses(people[name], study)
        assert bad_day.left == [], "not every event of the bad day happened"
        move_clock(study_server, WASHOUT_DAYS + 1)
        assert opens_on <= datetime.now(UTC).date() + timedelta(days=WASHOUT_DAYS + 1)
        for name in READERS:
            read_session(study, people[name])
            expect(people[name].page.get_by_test_id("done")).to_be_visible()
        keep_screenshot(people[READERS[0]].page, "study-all-read")
        progress_is_complete(study)
        step(study.manager, study.path, "close-study", "Closed")
        freeze_truth(study)
        two_people_lock(study)
        results_are_drawn(study)
        stored_results_equal_the_command_line(study, tmp_path)


# --- making the study -------------------------------------------------------------------------------------------------
def a_study_with_truth(people: People) -> Study:
    """A draft by forms. Truth: one case by two votes of the panel with boxes, the others by a file."""
    manager = people["manager"]
    uid_of = archive(manager)
    file_of = {image: phantoms()[uid]["file"] for image, uid in uid_of.items()}
    chosen = [image for image, file in file_of.items() if file in (*NORMAL, *ABNORMAL)]
    for name in PANEL:
        people.add(name)
    path = new_study(manager, "Opacity with and without the model")
    fill_protocol(manager, path)
    for name in READERS:
        add_reader(manager, path, name)
    add_member(manager, path, "statistician", "statistician")
    for name in PANEL:
        add_member(manager, path, name, "panel", is_chair=name == "chair")
    image_of = add_cases(manager, path, chosen)
    truth_of = {code: int(file_of[image] in ABNORMAL) for code, image in image_of.items()}
    voted = next(code for code, status in truth_of.items() if status)
    lines = [truth_line(code, phantoms()[uid_of[image]]) for code, image in image_of.items() if code != voted]
    import_truth(manager, path, lines)
    for name in PANEL:
        vote_present_with_box(people[name], path, voted)
    keep_screenshot(manager.go(f"{path}truth/"), "study-truth")
    expect(manager.page.get_by_test_id("truth-status").locator("tbody tr")).to_have_text(f"{FINDING}0060")
    keep_screenshot(manager.go(path), "study-ready")
    expect(manager.page.get_by_test_id("problems")).to_have_count(0)
    return Study(path, people, image_of, truth_of)


def truth_line(code: str, phantom: dict[str, Any]) -> str:
    boxes = [box for box in phantom["boxes"] if box["key"] == FINDING]
    if not boxes:
        return f"{code},{FINDING},0,,,,"
    return "\n".join(f"{code},{FINDING},1," + ",".join(str(box[side]) for side in "xywh") for box in boxes)


# --- reading ----------------------------------------------------------------------------------------------------------
def read_session(study: Study, reader: Person, bad_day: BadDay | None = None) -> None:
    """Starts the next session and reads until the page says that there is nothing more now."""
    start_session(start_reading(reader, study.path))
    while not is_between(reader.page):
        read_stage(study, reader, bad_day)


def read_stage(study: Study, reader: Person, bad_day: BadDay | None) -> None:
    """One stage of a case: rated, submitted; without the model nothing of the model has been asked for."""
    page, code, stage = reader.page, case_now(reader.page), stage_now(reader.page)
    test = {"": "U", "without the model": "A.unaided", "with the model": "A.aided"}[stage]
    value = rating(study, reader, code, test)
    study.typed[reader.name, test, code] = value
    if stage != "with the model":
        assert not [url for url in asked_since_opening(reader) if MODEL_ADDRESSES.search(url)]
        assert page.get_by_test_id("ai-panel").count() == 0
    else:
        expect(page.get_by_test_id("ai-panel")).to_be_visible(timeout=SLOW)
    (bad_day.event(test) if bad_day else plainly)(page, value)


def rating(study: Study, reader: Person, code: str, test: str) -> int:
    """Overlapping classes, better with the model, another habit for each reader."""
    k, sick = sorted(study.truth_of).index(code), study.truth_of[code]
    noise = (k * 37 + READERS.index(reader.name) * 23 + len(test) * 11) % 45
    return min(99, (48 if sick else 12) + noise + (9 if sick and test == "A.aided" else 0))


# --- washout ----------------------------------------------------------------------------------------------------------
def washout_refuses(reader: Person, study: Study) -> Any:
    """The second session is refused with the date on which it opens: four weeks after the first."""
    page = reader.page
    page.get_by_test_id("start-session").click()
    refusal = page.get_by_test_id("washout")
    today = datetime.now(UTC).date()
    days = [
        today + timedelta(days=WASHOUT_DAYS - back) for back in (0, 1)
    ]  # the first case may have been read before midnight
    expect(refusal).to_contain_text(re.compile("|".join(f"{day.day} {day:%B %Y}" for day in days)))
    keep_screenshot(page, "study-washout")
    reader.go(study.path)
    expect(page.get_by_test_id("own-progress")).to_contain_text("6 of")
    return days[0]


def move_clock(server: Server, days: int) -> None:
    """The studies' clock of the server that runs under SIGHTLINE_TEST_CLOCK."""
    (server.home / "study-clock-days.txt").write_text(str(days))


# --- lock and results -------------------------------------------------------------------------------------------------
def progress_is_complete(study: Study) -> None:
    page = study.manager.go(f"{study.path}progress/")
    rows = page.get_by_test_id("progress").locator("tbody tr")
    expect(rows).to_have_count(2 * len(READERS))
    assert all("Completed 6 of 6" in " ".join(text.split()) for text in rows.all_inner_texts())
    keep_screenshot(page, "study-progress")


def freeze_truth(study: Study) -> None:
    page = study.manager.go(f"{study.path}truth/")
    page.get_by_test_id("freeze-truth").click()
    expect(page.locator(".messages")).to_contain_text("The truth is frozen")


def two_people_lock(study: Study) -> None:
    """Who asks cannot confirm; the statistician can. Nobody sees results before."""
    page = study.manager.go(study.path)
    page.get_by_test_id("lock-study").click()
    expect(page.locator(".messages")).to_contain_text("a second person confirms it")
    expect(page.get_by_test_id("lock-study")).to_be_disabled()
    expect(page.get_by_test_id("study-state")).to_have_text("Closed")
    study.manager.go(f"{study.path}results/")
    expect(page.locator("body")).to_contain_text("Not now")
    step(study.people["statistician"], study.path, "lock-study", "Locked")


def results_are_drawn(study: Study) -> None:
    """Every figure of the results page is drawn: curves in its SVG, and more than a blank sheet on the screen."""
    page = study.manager.go(f"{study.path}results/")
    expect(page.get_by_test_id("results")).to_contain_text("ROC")
    figures = page.locator("[data-figure]")
    assert figures.count() >= 4
    for figure in figures.all():
        figure.scroll_into_view_if_needed()
        expect(figure.locator(".main-svg").first).to_be_visible(timeout=SLOW)
        marks = figure.locator(".plot path, .plot rect").count()
        colours = np.unique(
            np.asarray(Image.open(io.BytesIO(figure.screenshot())).convert("RGB")).reshape(-1, 3), axis=0
        )
        assert marks > 10, figure.get_attribute("data-figure")
        assert len(colours) > 30, figure.get_attribute("data-figure")
    page.screenshot(path=str(REPOSITORY / "test-results" / "screenshots" / "study-results.png"), full_page=True)


def stored_results_equal_the_command_line(study: Study, tmp_path: Path) -> None:
    """The exported ratings are those that were typed, and the command line finds the numbers of the stored document."""
    page = study.manager.go(f"{study.path}results/")
    with page.expect_download() as download:
        page.get_by_role("link", name="ratings for mrmc").click()
    file = tmp_path / "ratings.csv"
    download.value.save_as(file)
    codes = reader_codes(study.manager, study.path)
    rows = list(csv.DictReader(line for line in file.read_text().splitlines() if not line.startswith("#")))
    found = {(row["reader"], row["test"], row["case"]): float(row["rating"]) for row in rows}
    wanted = {
        (codes[name], test, case): float(value)
        for (name, test, case), value in study.typed.items()
        if test != "A.unaided"
    }
    assert found == wanted
    assert len(found) == len(READERS) * 6 * 2
    assert {row["case"]: int(row["truth"]) for row in rows} == study.truth_of

    command = [sys.executable, "-m", "reader_study.analysis", "mrmc", str(file), "--json"]
    printed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    answer = page.context.request.get(f"{study.manager.server.address}/api{study.path}results/1/").json()
    stored = answer["document"]["findings"][FINDING]["mrmc"]
    assert numbers(json.loads(printed)) == numbers(stored)
    assert len(numbers(stored)) > 40


def numbers(document: Any, path: str = "") -> dict[str, float]:
    """Every number of a JSON document under its path."""
    if isinstance(document, dict):
        return {k: v for key, own in document.items() for k, v in numbers(own, f"{path}.{key}").items()}
    if isinstance(document, list):
        return {k: v for i, own in enumerate(document) for k, v in numbers(own, f"{path}[{i}]").items()}
    return {path: document} if isinstance(document, int | float) and not isinstance(document, bool) else {}
