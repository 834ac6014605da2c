"""The first picture of a file: the reading page beside Cornerstone's own path of the same file, in turn.

    python -m benchmarks.first_image_beside_peer [--times 7]

The peer (benchmarks/cornerstone_peer) is a bare page of Cornerstone: its `wadouri` loader fetches the DICOM file and parses and
decodes it in the browser. It shows no tools, no texts and no model, checks nothing and records nothing, and is served by Python's
plain HTTP server. Both show a native 2500 x 2048 DX of 16 bits at 1500 x 900, each time in a browser with an empty cache but for
the line of 20 Mbit/s and 40 ms, where another case was opened on a fast line before, so that the script is there. Milliseconds from
the start of the navigation to the first frame with the picture: of ours the whole frame, and on the slow line the preview, too.
Chromium draws without a GPU here. Builds the peer on first use (npm). Writes benchmarks/results/first_image_beside_peer.json.
"""

import argparse
import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.machine import describe_machine, write_result
from benchmarks.radiographs import phantom_dx
from benchmarks.reading_page import (
    ARGUMENTS,
    LATENCY_MS,
    LINES,
    PATIENCE_MS,
    _Reader,
    _seen,
    _sent,
    _signed_in,
    _summary,
)
from benchmarks.upload_to_result import Server

PEER = Path(__file__).parent / "cornerstone_peer"
LINE = "20_mbit"
OTHER = 100  # seed of the file that warms the cache


def main(arguments: list[str] | None = None) -> None:
    """Measures, prints and keeps the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_image_beside_peer")
    parser.add_argument("--times", type=int, default=7)
    options = parser.parse_args(arguments or [])
    with (
        tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder,
        _peer_served(options.times) as peer,
        sync_playwright() as playwright,
        Server(Path(folder), 1, None) as client,
    ):
        images = [_sent(client, seed) for seed in (*range(options.times), OTHER)]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        load = os.getloadavg()[0]
        figures = _measure(browser, str(client.base_url).rstrip("/"), peer, images, options.times)
        chromium = browser.version
        browser.close()
    result = {"machine": describe_machine(), "chromium": chromium, "load": load, "times": options.times, **figures}
    print(json.dumps(result, indent=2))
    write_result("first_image_beside_peer", result)


@contextmanager
def _peer_served(times: int) -> Iterator[str]:
    """Address of the built peer, with a file for every turn beside it."""
    if not (PEER / "dist" / "index.html").is_file():
        places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        npm = shutil.which("npm", path=places)
        if npm is None:
            raise SystemExit("the peer is built with npm, which is not here")
        for command in (("ci", "--no-audit", "--no-fund", "--loglevel=error"), ("run", "--silent", "build")):
            subprocess.run([npm, *command], cwd=PEER, env={**os.environ, "PATH": places}, check=True)
    with tempfile.TemporaryDirectory(prefix="sightline-peer-") as folder:
        shutil.copytree(PEER / "dist", folder, dirs_exist_ok=True)
        for seed in (*range(times), OTHER):
            (Path(folder) / f"{seed}.dcm").write_bytes(phantom_dx(seed))
        handler = functools.partial(_Quiet, directory=folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        """Nothing is printed."""


def _measure(browser: Browser, ours: str, peer: str, images: list[str], times: int) -> dict[str, Any]:
    state = _signed_in(browser, ours)
    found: dict[str, list[float]] = {
        "whole": [],
        "peer": [],
        "whole_on_line": [],
        "preview_on_line": [],
        "peer_on_line": [],
    }
    for turn in range(times):
        case, file = f"{ours}/images/{images[turn]}/", f"{peer}/?/{turn}.dcm"
        with _Reader(browser, state) as page:
            page.goto(case)
            found["whole"].append(_seen(page, "ready"))
        with _Reader(browser, None) as page:
            found["peer"].append(_shown(page, file))
        with _Reader(browser, state) as page:
            page.goto(f"{ours}/images/{images[-1]}/")
            _seen(page, "ready")
            _slow(page)
            page.goto(case, wait_until="commit", timeout=PATIENCE_MS)
            found["whole_on_line"].append(_seen(page, "ready"))
            found["preview_on_line"].append(float(page.evaluate("window.statesSeen.preview")))
        with _Reader(browser, None) as page:
            _shown(page, f"{peer}/?/{OTHER}.dcm")
            _slow(page)
            found["peer_on_line"].append(_shown(page, file))
    figures = {name: _summary(values) for name, values in found.items()}
    pairs = {
        "whole": ("whole", "peer"),
        "preview_on_line": ("preview_on_line", "peer_on_line"),
        "whole_on_line": ("whole_on_line", "peer_on_line"),
    }
    ratios = {name: _summary_of_ratio(found[own], found[other]) for name, (own, other) in pairs.items()}
    return {**figures, "ours_over_peer": ratios}


def _slow(page: Page) -> None:
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    rate = LINES[LINE]
    conditions = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": rate, "uploadThroughput": rate}
    line.send("Network.emulateNetworkConditions", conditions)


def _shown(page: Page, address: str) -> float:
    """Of the peer."""
    page.goto(address, wait_until="commit", timeout=PATIENCE_MS)
    page.wait_for_function("() => window.shown || window.fault", timeout=PATIENCE_MS)
    if fault := page.evaluate("window.fault"):
        raise SystemExit(f"the peer shows no picture: {fault}")
    return float(page.evaluate("window.shown"))


def _summary_of_ratio(ours: list[float], others: list[float]) -> dict[str, float]:
    """Of the pairs, turn by turn."""
    ratios = sorted(own / other for own, other in zip(ours, others, strict=True))
    return {"median": round(ratios[len(ratios) // 2], 2), "least": round(ratios[0], 2), "most": round(ratios[-1], 2)}


if __name__ == "__main__":
    main(sys.argv[1:])
