"""Row 15: text of a file is inert wherever it comes out. Checked by parsing each page as a browser does."""

import csv
import json
from collections.abc import Callable
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest

from tests.webapp.archive.dicom_files import as_bytes, chest_dataset, zip_of
from tests.webapp.viewer.case_factory import make_result, review_body
from webapp.archive.models import Image
from webapp.archive.zip.ingest import ingest_zip_members

HTML = "<img src=x onerror=alert(1)>"
CLOSING = "</script><script>alert(2)</script>"
FORMULA = "=cmd|' /C calc'!A0"
FILE_NAME = "<img src=y onerror=alert(3)>.dcm"

PAGES = ("/?state=all", "/images/{image}/", "/uploads/{upload}/", "/uploads/{zipped}/", "/failures/", "/search/")


class Elements(HTMLParser):
    """What of a page could act: elements named or made by the hostile texts."""

    def __init__(self) -> None:
        super().__init__()
        self.acting: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attributes}
        is_code = tag == "script" and "src" not in names and ("type", "application/json") not in attributes
        is_foreign = tag == "img" and not (dict(attributes).get("src") or "").startswith("/static/")
        if is_code or is_foreign or any(name.startswith("on") for name in names):
            self.acting.append(self.get_starttag_text() or tag)
        self.texts += [value for _, value in attributes if value]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture
def hostile(send: Callable[..., Any]) -> dict[str, str]:
    """An image whose every text is hostile, sent alone and in a zip, with a result and a review."""
    dataset = chest_dataset(
        PatientName=HTML + CLOSING,
        PatientID=FORMULA,
        StudyDescription=HTML,
        Manufacturer=CLOSING,
        AccessionNumber="<b>1</b>",
    )
    item = send({FILE_NAME: as_bytes(dataset)}).json()
    assert item["items"][0]["status"] == "accepted"
    zipped = send({"<b>.zip": zip_of({FILE_NAME: b"no image"})}).json()
    ingest_zip_members(zipped["id"])
    image = Image.objects.get()
    make_result(image)
    answer = send.client.post(
        f"/api/images/{image.pk}/reviews/", review_body(note=FORMULA), content_type="application/json"
    )
    assert answer.status_code == 201, answer.content
    return {"image": str(image.pk), "upload": item["id"], "zipped": zipped["id"]}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("page", PAGES)
def test_15_no_page_acts_on_the_text_of_a_file(page: str, hostile: dict[str, str], send: Callable[..., Any]) -> None:
    answer = send.client.get(page.format(**hostile), follow=True)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    found = Elements()
    found.feed(answer.content.decode())

    assert found.acting == []
    if page in ("/?state=all", "/images/{image}/"):  # the test saw the text: it is shown, as text
        assert any("onerror" in text or FORMULA in text for text in found.texts)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("address", ["/api/images/", "/api/images/{image}/", "/api/images/{image}/header/"])
def test_15_json_is_json_and_nothing_else(address: str, hostile: dict[str, str], send: Callable[..., Any]) -> None:
    answer = send.client.get(address.format(**hostile))
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    json.loads(answer.content)


@pytest.mark.filterwarnings("ignore")
def test_15_no_cell_of_a_table_is_a_formula(hostile: dict[str, str], send: Callable[..., Any]) -> None:
    answer = send.client.get("/api/reviews/export/")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    cells = [cell for row in csv.reader(StringIO(content.decode())) for cell in row]
    assert "'" + FORMULA in cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))] == []
    assert [cell for cell in cells if cell.startswith("-") and not cell[1:].replace(".", "").isdigit()] == []
    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.filterwarnings("ignore")
def test_15_no_text_of_the_file_reaches_a_log_line(
    send: Callable[..., Any], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    send({FILE_NAME: as_bytes(chest_dataset(PatientName=HTML, PatientID="SECRET-1"))})
    send({FILE_NAME: as_bytes(chest_dataset(PatientName=HTML, PatientID="SECRET-1"))[:5000]})
    seen = caplog.text + "".join(capfd.readouterr())
    assert not [word for word in ("onerror", "SECRET-1") if word in seen]
