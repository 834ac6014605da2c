"""What a reader chose to see stays for the sitting, and is nobody else's; nothing of a hidden model is painted, not for a frame."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.canvas import painted, read_canvas, wait_for
from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.browser.test_bad_days import open_case

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Looked at in every animation frame from the first byte of the page on: boxes and numbers of the model, amber text in the panel,
# and pixels of the map's canvas. The sight of one frame is kept, whatever follows, with the address that the page had in it.
WATCH = """
window.sightOfModel = []; window.framesSeen = [];
const look = () => {
  const at = location.pathname;
  window.framesSeen.push(at);
  const tell = what => window.sightOfModel.push({at, what});
  if (document.querySelector('.box-model')) tell('a box');
  if (document.querySelector('[data-testid^=probability-], [data-testid=gate], [data-decision]')) tell('a number or a decision');
  const amber = getComputedStyle(document.documentElement).getPropertyValue('--model').trim();
  const probe = document.createElement('i'); probe.style.color = amber;
  if (document.body && amber) {
    document.body.append(probe);
    const rgb = getComputedStyle(probe).color; probe.remove();
    for (const element of document.querySelectorAll('.panel, .panel *, .layer *')) {
      const style = getComputedStyle(element);
      if ([style.color, style.backgroundColor, style.fill, style.stroke].includes(rgb)) tell('amber at ' + element.className);
    }
  }
  const canvas = document.querySelector('canvas[data-testid=overlay]');
  if (canvas && canvas.width && canvas.height) {
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 3; i < pixels.length; i += 4) if (pixels[i]) { tell('a map'); break; }
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def sights(page: Page) -> list[str]:
    """What of the model was seen in any frame of the case that the page shows, since it was loaded or came to the case."""
    seen = page.evaluate(
        "() => [window.framesSeen, window.sightOfModel].map((seen, i) =>"
        " seen.filter(one => (i ? one.at : one) === location.pathname).map(one => one.what))"
    )
    assert len(seen[0]) > 20, "too few frames were looked at"
    return sorted(set(seen[1]))


def heat_alpha(page: Page) -> float:
    canvas = read_canvas(page, "canvas[data-testid=overlay]")
    return 0.0 if canvas is None else float(canvas.alpha.sum())


def await_picture(page: Page) -> None:
    wait_for(page, lambda: painted(page), "the radiograph")
    page.wait_for_timeout(1500)  # results and maps would be there by now


def choice(page: Page) -> dict[str, Any]:
    return {
        "window": page.get_by_test_id("corner-window").inner_text().split("·")[-1].strip(),
        "opacity": page.get_by_test_id("map-opacity").input_value(),
        "colours": page.locator("[data-testid^=colours-][aria-checked=true]").get_attribute("data-testid"),
        "map": page.locator("[data-testid^=map-][aria-pressed=true]").get_attribute("data-testid"),
    }


def go_on(page: Page) -> None:
    address = page.url
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != address)
    await_picture(page)


def test_a_model_that_was_switched_off_is_not_seen_for_a_frame(server: Server, page: Page) -> None:
    page.add_init_script(WATCH)
    sign_in(page, server)
    open_case(page, server, 0)
    page.keyboard.press("g")
    wait_for(page, lambda: heat_alpha(page) > 0, "the map")
    assert {"a map", "a number or a decision"} <= set(sights(page)), "the look-out sees the model where it is shown"

    page.keyboard.press("o")
    expect(page.get_by_test_id("model-hidden")).to_be_visible()
    wait_for(page, lambda: heat_alpha(page) == 0, "an empty overlay")
    for step in (go_on, lambda page: page.reload(), go_on):
        step(page)
        await_picture(page)
        expect(page.get_by_test_id("model-hidden")).to_be_visible()
        assert sights(page) == []
    keep_screenshot(page, "sitting-model-hidden")
    page.keyboard.press("y")
    expect(page.get_by_test_id("live-region")).to_contain_text("hidden: O shows it")
    expect(page.get_by_test_id("review-list").locator("li")).to_have_count(0)

    second = page.context.new_page()
    second.add_init_script(WATCH)
    second.goto(page.url)
    await_picture(second)
    assert sights(second) == []
    second.keyboard.press("o")
    expect(second.get_by_test_id("model-hidden")).to_have_count(0)
    expect(page.get_by_test_id("model-hidden")).to_have_count(0)  # the other tab follows
    second.close()


def test_window_and_map_stay_for_the_sitting_and_end_with_it(server: Server, page: Page) -> None:
    sign_in(page, server)
    case = open_case(page, server, 0)
    page.keyboard.press("w")
    page.get_by_test_id("map-opacity").fill("0.75")
    page.locator("[data-testid^=colours-][aria-checked=false]").first.click()
    page.keyboard.press("3")
    expect(page.get_by_test_id("corner-window")).to_contain_text("Lungs")
    wait_for(page, lambda: heat_alpha(page) > 0, "the map")
    chosen = choice(page)
    page.reload()
    await_picture(page)
    assert choice(page) == chosen
    wait_for(page, lambda: heat_alpha(page) > 0, "the map after the reload")
    second = page.context.new_page()
    second.goto(case)
    await_picture(second)
    assert choice(second) == chosen
    second.close()
    go_on(page)
    expect(page.get_by_test_id("corner-window")).to_contain_text("Lungs")

    page.goto(f"{server.address}/")
    page.get_by_test_id("user-menu").click()
    page.get_by_test_id("sign-out").click()
    page.wait_for_url(re.compile("/sign-in/"))
    for person in ("radiologist2", "radiologist"):
        page.context.clear_cookies()
        sign_in(page, server, person)
        page.goto(case)
        await_picture(page)
        expect(page.get_by_test_id("corner-window")).to_contain_text("As acquired")
        assert page.locator("[data-testid^=map-][aria-pressed=true]").count() == 0


def test_a_window_that_the_next_image_lacks_falls_back_and_says_so(server: Server, page: Page) -> None:
    sign_in(page, server)
    open_case(page, server, 0)
    page.keyboard.press("4")
    expect(page.get_by_test_id("corner-window")).to_contain_text("Mediastinum")

    def without_mediastinum(route: Route) -> None:
        answer = route.fetch()
        header = answer.json()
        route.fulfill(response=answer, json={**header, "presets": [p for p in header["presets"] if p["key"] != 4]})

    page.route("**/header/", without_mediastinum)
    page.reload()
    await_picture(page)
    expect(page.locator(".status-bar")).to_contain_text("this image has no window Mediastinum: As acquired is shown")
    expect(page.get_by_test_id("corner-window")).to_contain_text("As acquired")
    page.unroute("**/header/")
    page.reload()
    await_picture(page)
    expect(page.get_by_test_id("corner-window")).to_contain_text("Mediastinum")
    page.keyboard.press(" ")
    expect(page.get_by_test_id("corner-window")).to_contain_text("As acquired")
    page.reload()
    await_picture(page)
    expect(page.get_by_test_id("corner-window")).to_contain_text("As acquired")
