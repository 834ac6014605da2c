"""A real server (web and worker, as `make run` starts them) and a real Chromium for the browser tests."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.accessible import violations
from tests.browser.canvas import wait_for
from tests.conftest import REPOSITORY

PASSWORD = "a demo password for tests"
PATIENCE_MS = 60_000  # of what a page is awaited to do: on a busy machine everything takes its time
expect.set_options(timeout=PATIENCE_MS)
SCREENSHOTS = REPOSITORY / "test-results" / "screenshots"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Server:
    """A running installation: its address, its state directory and its supervisor process."""

    address: str
    home: Path
    process: subprocess.Popen[bytes]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_answering(address: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}:\n{log.read_text()[-4000:]}")
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the server did not answer in {seconds:.0f} s:\n{log.read_text()[-4000:]}")


def _environment(home: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CELERY_BROKER_URL"}},
        "SIGHTLINE_HOME": str(home),
        "SIGHTLINE_DEMO_PASSWORD": PASSWORD,
        "SIGHTLINE_WORKER_THREADS": "1",
    }


@contextmanager
def running_server(home: Path, **more: str) -> Iterator[Server]:
    """`manage.py serve` on a free port with the state directory `home`, the demo cases, and `more` environment variables."""
    port = _free_port()
    log = home / "serve.log"
    environment = _environment(home) | more
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(REPOSITORY / "manage.py"), "serve", "--port", str(port)],
            cwd=REPOSITORY,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_answering(address, process, log)
        yield Server(address, home, process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        shutil.copy(log, SCREENSHOTS.parent / f"{home.name.rstrip('0123456789')}-serve.log")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that most browser tests share."""
    with running_server(tmp_path_factory.mktemp("installation")) as running:
        yield running


def _chromium() -> str | None:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None  # Playwright's own; its absence is an error, not a skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium with software GL."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), headless=True, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Complaints:
    """What a page complained about: script errors and violations of the content security policy."""

    errors: list[str]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1500, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(
        "window.cspViolations = [];"
        "document.addEventListener('securitypolicyviolation', e =>"
        " window.cspViolations.push(e.violatedDirective + ' ' + e.blockedURI));"
    )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test when any script error was thrown or the content security policy was violated."""
    page = context.new_page()
    complaints = Complaints([])
    page.on("pageerror", lambda error: complaints.errors.append(str(error)))
    yield page
    page.unroute_all(behavior="ignoreErrors")  # what is answered just now must not fail the test that comes next
    violations = page.evaluate("window.cspViolations || []")
    assert complaints.errors == []
    assert violations == []


def sign_in(page: Page, server: Server, username: str = "radiologist") -> None:
    """Sign in through the page, as a person does."""
    page.goto(f"{server.address}/sign-in/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{server.address}/")


def new_reader(server: Server, username: str) -> str:
    """A radiologist of this name, who has read nothing: which tests ran before on this server is left to chance."""
    code = (
        "import sys; from webapp.accounts.models import User; "
        "User.objects.create_user(sys.argv[1], password=sys.argv[2], role=User.Role.RADIOLOGIST)"
    )
    program = f"import django; django.setup(); {code}"
    environment = _environment(server.home) | {"DJANGO_SETTINGS_MODULE": "webapp.settings"}
    subprocess.run([sys.executable, "-c", program, username, PASSWORD], cwd=REPOSITORY, env=environment, check=True)
    return username


def cut_connection(page: Page) -> None:
    """Takes the network away, and returns when a request has really failed: on a busy machine one may still get through."""
    page.context.set_offline(True)
    asked = "() => fetch('/healthz', {cache: 'no-store'}).then(() => false, () => !navigator.onLine)"
    wait_for(page, lambda: bool(page.evaluate(asked)), "a request that fails")


def keep_screenshot(page: Page, name: str) -> None:
    """Kept under test-results/screenshots for a person to look at; accessible, too."""
    assert violations(page) == []
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(SCREENSHOTS / f"{name}.png"))
