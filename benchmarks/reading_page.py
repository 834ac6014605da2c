"""What a reader waits for on the reading page, in a real Chromium: a case opened, the next one, slow lines, window and memory.

    python -m benchmarks.reading_page [--cases 24] [--times 7] [--walk 50]

Starts `manage.py serve` with an empty home, sends phantoms as 2500 x 2048 DX files of 16 bits and reads them at 1500 x 900. Times
are taken inside the page by its own clock, in milliseconds; the frame that counts is the first in which the page says `ready`, the
address is the case's and Cornerstone has drawn since the start.

- `open`: the address is entered (navigation start) -> the picture. `again` has script and frame in the browser's cache.
- `held`: J once the page says that the next case is ready. `not_held`: J as soon as the present one is, after a page load.
- `20_mbit`, `1.6_mbit` (40 ms of latency): `open` to the preview and to the whole picture, with the page's script in the cache, as
  from the second case on, and `first_visit` without it.
- `window`: frames a second while the left button drags, and the longest gap between two frames.
- `memory`: heap of the page (after a collection) and resident memory of all processes of the browser after 5 cases, and after
  `--walk`.

Chromium draws without a GPU here (software GL): a workstation draws faster, so `window` is a floor. Writes
benchmarks/results/reading_page.json.
"""

import argparse
import itertools
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx
import psutil
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from benchmarks.machine import describe_machine, write_result
from benchmarks.radiographs import phantom_dx
from benchmarks.upload_to_result import PASSWORD, Server, measure

SIZE = {"width": 1500, "height": 900}
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PATIENCE_MS = 120_000
LINES = {"20_mbit": 20e6 / 8, "1.6_mbit": 1.6e6 / 8}  # bytes a second
LATENCY_MS = 40
DRAG_STEPS = 120
# A frame counts when the page is at another address than at the start, says its state, and a picture was drawn meanwhile.
WATCH = """
window.drawn = 0;
document.addEventListener('CORNERSTONE_IMAGE_RENDERED', () => { window.drawn += 1; }, true);
window.statesSeen = {};
window.begin = (from, since) => {
  window.statesSeen = {}; window.startedAt = since; window.startedFrom = from; window.drawnBefore = window.drawn;
};
window.begin('', 0);
addEventListener('keydown', event => window.begin(location.pathname, event.timeStamp), true);
const look = now => {
  const state = document.querySelector('[data-testid=viewport]')?.getAttribute('data-status');
  if (state && location.pathname !== window.startedFrom && window.drawn > window.drawnBefore)
    window.statesSeen[state] ??= now - window.startedAt;
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
BEGIN_DRAG = """
() => {
  window.frames = []; window.isDragged = true; window.drawnBefore = window.drawn;
  const look = now => { window.frames.push(now); if (window.isDragged) requestAnimationFrame(look); };
  requestAnimationFrame(look);
}
"""
END_DRAG = "() => { window.isDragged = false; return [window.drawn - window.drawnBefore, window.frames]; }"


def main(arguments: list[str] | None = None) -> None:
    """Measures, prints and keeps the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading_page")
    parser.add_argument("--cases", type=int, default=24)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--walk", type=int, default=50, help="cases that are opened one after the other for the memory")
    options = parser.parse_args(arguments or [])
    with (
        tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder,
        sync_playwright() as playwright,
        Server(Path(folder), 1, None) as client,
    ):
        images = [_sent(client, seed) for seed in range(options.cases)][::-1]  # as the list has them: newest first
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        load = os.getloadavg()[0]
        figures = _measure(browser, str(client.base_url), images, options.times, options.walk)
        chromium = browser.version
        browser.close()
    result = {"machine": describe_machine(), "chromium": chromium, "load": load, "times": options.times, **figures}
    print(json.dumps(result, indent=2))
    write_result("reading_page", result)


def _sent(client: httpx.Client, seed: int) -> str:
    """Id of the image in the server's newest upload, once its result is there."""
    measure(client, phantom_dx(seed))
    rows = client.get("/api/images/").json()["results"]
    return str(rows[0]["id"])


def _measure(browser: Browser, address: str, images: list[str], times: int, walk: int) -> dict[str, Any]:
    state = _signed_in(browser, address)
    found: dict[str, Any] = {"open": [], "again": [], "held": [], "not_held": []}
    for turn in range(times):
        case = f"{address}/images/{images[turn]}/"
        with _Reader(browser, state) as page:
            found["open"].append(_opened(page, case))
            found["again"].append(_opened(page, case))
            found["not_held"].append(_next(page))
            expect(page.get_by_test_id("next-ready")).to_be_visible(timeout=PATIENCE_MS)
            found["held"].append(_next(page))
    figures: dict[str, Any] = {name: _summary(values) for name, values in found.items()}
    for line, rate in LINES.items():
        cases = [f"{address}/images/{image}/" for image in images[: min(times, 5)]]
        figures[line] = _on_line(browser, state, cases, rate, f"{address}/images/{images[-1]}/")
        figures[line]["first_visit"] = _on_line(browser, state, cases[:1], rate)
    with _Reader(browser, state) as page:
        _opened(page, f"{address}/images/{images[0]}/")
        figures["window"] = _window(page)
    with _Reader(browser, state) as page:
        figures["memory"] = _memory(page, f"{address}/images/{images[0]}/", walk, len(images))
    return figures


def _signed_in(browser: Browser, address: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/sign-in/")
    page.fill("input[name=username]", "radiologist")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{address}/")
    state = context.storage_state()
    context.close()
    return state


class _Reader:
    """A page with an empty cache, signed in; closed at the end of the block."""

    def __init__(self, browser: Browser, state: Any) -> None:
        self.context: BrowserContext = browser.new_context(viewport=SIZE, storage_state=state)  # type: ignore[arg-type]

    def __enter__(self) -> Page:
        page = self.context.new_page()
        page.add_init_script(WATCH)
        return page

    def __exit__(self, *details: object) -> None:
        self.context.close()


def _opened(page: Page, case: str) -> float:
    page.goto(case)
    return _seen(page, "ready")


def _seen(page: Page, state: str) -> float:
    """Milliseconds from the start to the first frame in that state."""
    for _ in range(PATIENCE_MS // 20):
        if (found := page.evaluate("state => window.statesSeen[state] ?? null", state)) is not None:
            return float(found)
        page.wait_for_timeout(20)
    raise SystemExit(f"the page was not {state!r} within {PATIENCE_MS / 1000:.0f} s")


def _next(page: Page, key: str = "j") -> float:
    page.keyboard.press(key)
    return _seen(page, "ready")


def _on_line(browser: Browser, state: Any, cases: list[str], rate: float, before: str = "") -> dict[str, Any]:
    """To the preview and to the whole picture. before: a case, no neighbour of these, that is opened on a fast line first."""
    found: dict[str, list[float]] = {"preview": [], "whole": []}
    for case in cases:
        with _Reader(browser, state) as page:
            if before:
                _opened(page, before)
            line = page.context.new_cdp_session(page)
            line.send("Network.enable")
            conditions = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": rate, "uploadThroughput": rate}
            line.send("Network.emulateNetworkConditions", conditions)
            page.goto(case, wait_until="commit", timeout=PATIENCE_MS)
            found["whole"].append(_seen(page, "ready"))
            if (preview := page.evaluate("window.statesSeen.preview ?? null")) is not None:
                found["preview"].append(preview)
    return {name: _summary(values) for name, values in found.items() if values}


def _window(page: Page) -> dict[str, float]:
    box = page.get_by_test_id("viewport").bounding_box()
    if box is None:
        raise SystemExit("the picture has no place on the page")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(BEGIN_DRAG)
    for step in range(DRAG_STEPS):
        page.mouse.move(x + 60 * (step % 20) / 20, y + step / 2)
    drawn, times = page.evaluate(END_DRAG)
    page.mouse.up()
    gaps = [after - before for before, after in itertools.pairwise(times)]
    return {"pictures_per_s": round(1000 * drawn / (times[-1] - times[0]), 1), "longest_gap_ms": round(max(gaps), 1)}


def _memory(page: Page, case: str, walk: int, cases: int) -> dict[str, Any]:
    """From the first case of the list to its last, and back."""
    figures = {}
    _opened(page, case)
    for number in range(2, walk + 1):
        is_forward = (number - 2) // (cases - 1) % 2 == 0
        _next(page, "j" if is_forward else "k")
        page.wait_for_timeout(500)  # its neighbours are fetched
        if number in (5, walk):
            figures[f"after_{number}"] = _sizes(page)
    return figures


def _sizes(page: Page) -> dict[str, float]:
    line = page.context.new_cdp_session(page)
    line.send("HeapProfiler.collectGarbage")
    heap = page.evaluate("performance.memory.usedJSHeapSize")
    chromium = [one for one in psutil.Process().children(recursive=True) if "chrom" in one.name()]
    resident = sum(process.memory_info().rss for process in chromium)
    return {"heap_mib": round(heap / 2**20, 1), "resident_mib": round(resident / 2**20)}


def _summary(values: list[float]) -> dict[str, float]:
    return {
        "median_ms": round(statistics.median(values), 1),
        "least_ms": round(min(values), 1),
        "most_ms": round(max(values), 1),
        "n": len(values),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
