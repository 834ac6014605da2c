"""The tutorials do what they say: each page's blocks are run in order, and the `text` block after one is what it prints."""

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TUTORIALS = ROOT / "docs" / "tutorial"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEEDS_TRAINING = {"phantoms", "train"}  # the training extra, which `make check` does without
PAGES = sorted(path.stem for path in TUTORIALS.glob("*.md"))


def blocks(page: str) -> Iterator[tuple[str, str, str | None]]:
    """(language, code, what it prints or None) of a page."""
    found = BLOCK.findall((TUTORIALS / f"{page}.md").read_text(encoding="utf-8"))
    for (language, code), (following, shown) in zip(found, [*found[1:], ("", "")], strict=True):
        if language != "text":
            yield language, code, shown if following == "text" else None


def printed(language: str, code: str, names: dict[str, object]) -> str:
    if language == "python":
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(compile(code, "<tutorial>", "exec"), names)
        return output.getvalue()
    if language != "sh":
        raise ValueError(f"block of {language!r}; allowed: python, sh, text")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-euc", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def agrees(shown: str, output: str) -> bool:
    """Whether the output is what the page shows; `…` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch(pattern, output.strip(), re.DOTALL) is not None


def run_page(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "webapp").symlink_to(ROOT / "webapp")
    names: dict[str, object] = {}
    for language, code, shown in blocks(page):
        output = printed(language, code, names)
        assert shown is None or agrees(shown, output), (
            f"{page}: after\n{code}\nthe page shows\n{shown}\nand it prints\n{output}"
        )


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if page not in NEEDS_TRAINING])
def test_the_page_does_what_it_says(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_page(page, tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.timeout(900)  # five commands that each load torch: 55 s of CPU, three minutes on a busy machine
@pytest.mark.skipif(find_spec("skimage") is None, reason="the training extra is not installed: make setup-training")
@pytest.mark.parametrize("page", sorted(NEEDS_TRAINING))
def test_the_page_on_training_does_what_it_says(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_page(page, tmp_path, monkeypatch)


def test_another_output_is_noticed() -> None:
    assert agrees("a …\nc", "a b\nc\n")
    assert not agrees("a …\nc", "a b\nd\n")
