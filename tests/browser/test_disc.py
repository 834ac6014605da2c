"""A patient's disc on the worklist: as a zip, and as a folder that is dropped."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.webapp.archive.dicom_files import chest_dicom, zip_of
from tests.webapp.archive.test_system_files import OTHERS, PREFIX
from tests.webapp.archive.zip.test_disc import media_directory
from webapp.archive.system_files import START_BYTES, system_file_reason

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# droppedFiles of a folder with these files, as a browser hands a drop over: {files: names, ignored: paths}.
DROP = """async ([module, entries]) => {
  const { droppedFiles } = await import(module);
  const file = ([name, bytes]) => ({
    isFile: true, name, fullPath: `/CD/${name}`, file: (done) => done(new File([new Uint8Array(bytes)], name)),
  });
  const batches = [entries.map(file), []];
  const folder = { isFile: false, name: 'CD', createReader: () => ({ readEntries: (done) => done(batches.shift()) }) };
  const found = await droppedFiles({ items: [{ webkitGetAsEntry: () => folder }], files: [] });
  return { files: found.files.map((one) => one.name), ignored: found.ignored };
}"""


def test_a_disc_as_a_zip_comes_in_without_a_fright(server: Server, page: Page, tmp_path: Path) -> None:
    sign_in(page, server)
    path = tmp_path / "disc.zip"
    images = {f"CD/DIR00{number}/IM000": chest_dicom(seed=number) for number in range(2)}
    others = {"CD/DICOMDIR": media_directory(), "CD/README.TXT": b"How to open", "CD/.DS_Store": b"\0\0\0\1Bud1"}
    path.write_bytes(zip_of({**images, **others}))

    page.set_input_files("input[type=file]", str(path))

    item = page.get_by_test_id("upload-item").filter(has_text="disc.zip").first
    expect(item).to_contain_text("2 accepted, 3 ignored", timeout=60_000)
    expect(page.get_by_test_id("upload-item")).to_have_count(1)
    page.get_by_role("link", name=re.compile("import report", re.IGNORECASE)).click()
    expect(page.get_by_test_id("report-row")).to_have_count(2)
    expect(page.get_by_text("CD/DIR000/IM000")).to_be_visible()
    expect(page.get_by_text("CD/DICOMDIR")).to_be_hidden()
    keep_screenshot(page, "disc-report")
    page.get_by_test_id("report-ignored").locator("summary").click()
    expect(page.get_by_text("A directory of the disc, not an image.")).to_be_visible()
    keep_screenshot(page, "disc-report-ignored")


def test_a_dropped_folder_is_sent_by_what_its_files_are(server: Server, page: Page) -> None:
    sign_in(page, server)
    files = {
        "IM000": chest_dicom(),
        ".DS_Store": chest_dicom(),
        "DICOMDIR": media_directory(),
        "readme.txt": b"How to open",
        "viewer.exe": b"MZ",
    }
    entries: list[Any] = [[name, list(content)] for name, content in files.items()]

    found = page.evaluate(DROP, ["/static/site/dropped_files.js", entries])

    assert found == {"files": ["IM000", ".DS_Store"], "ignored": ["/CD/DICOMDIR", "/CD/readme.txt", "/CD/viewer.exe"]}


# What the page decides of each [path, bytes], by the table it reads from the server.
DECIDE = """async (cases) => {
  const { isPassedOver } = await import('/static/site/dropped_files.js');
  const table = await (await fetch('/static/site/system_files.json')).json();
  return cases.map(([path, bytes]) => isPassedOver(path, String.fromCharCode(...bytes), table));
}"""


def test_a_dropped_folder_leaves_out_what_a_zip_does(server: Server, page: Page) -> None:
    sign_in(page, server)
    starts = [start for start, _ in OTHERS.values()]
    starts += [b"", b"\x02\0", b"\x08\0\5\0", b"\0\x08", PREFIX, PREFIX + b"x", chest_dicom()[:1024], b"\xff\xd8\xff"]
    names = [
        *OTHERS,
        "IM000",
        ".exe",
        "a.b/c",
        "x.txt;1",
        "jre/film.JPG",
        "Viewer.app/film.dcm",
        "CD/a.jar.xz",
        "icon",
        "",
    ]
    names += [
        "CD/film.png",
        "$RECYCLE.BIN/a",
        "a/dicomdir.",
        "no.suffix.",
        "jdk/a/b",
        "scan.tiff",
        "com",
        "CD/.a/b.dcm",
    ]
    cases = [(name, start) for name in names for start in starts]

    found = page.evaluate(DECIDE, [[name, list(start)] for name, start in cases])

    right = [system_file_reason(name, start[:START_BYTES]) is not None for name, start in cases]
    differing = [case for case, is_found, is_right in zip(cases, found, right, strict=True) if is_found != is_right]
    assert differing == []
    assert 0.3 < sum(right) / len(right) < 0.9
    # by its SOP class, whatever it is called; the server finds that when it reads the file
    directory = list(media_directory()[:1024])
    assert page.evaluate(DECIDE, [["CD/INDEX", directory], ["DICOMDIR", directory]]) == [True, True]
