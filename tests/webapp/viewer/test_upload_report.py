"""`/uploads/{id}/`: the import report."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from tests.webapp.viewer.case_factory import SCRIPT, make_image
from webapp.accounts.models import User
from webapp.archive.models import Upload, UploadItem

SignedIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def make_upload(user: User, state: str = "done", **items: str) -> Upload:
    """An upload with one item per name=status."""
    upload = Upload.objects.create(user=user, state=state)
    for position, (name, status) in enumerate(items.items()):
        UploadItem.objects.create(upload=upload, position=position, name=name, status=status)
    return upload


def test_the_uploader_sees_every_file_with_reason_and_action(signed_in: SignedIn) -> None:
    client = signed_in()
    upload = make_upload(client.person)
    image = make_image()
    UploadItem.objects.create(upload=upload, position=0, name="a.dcm", status="accepted", image=image)
    UploadItem.objects.create(
        upload=upload,
        position=1,
        name="b.dcm",
        status="quarantined",
        reason_text="a CT slice",
        reason_action="Send CR or DX.",
    )
    text = client.get(f"/uploads/{upload.pk}/").content.decode()
    assert f"/images/{image.pk}/" in text
    assert "a CT slice" in text
    assert "Send CR or DX." in text


@pytest.mark.parametrize(("role", "status"), [("radiologist", 403), ("manager", 200), ("admin", 200)])
def test_others_see_it_by_role(signed_in: SignedIn, role: str, status: int) -> None:
    upload = make_upload(signed_in("radiologist", "uploader").person)
    assert signed_in(role).get(f"/uploads/{upload.pk}/").status_code == status


def test_a_zip_is_named_beside_its_members_and_not_as_a_file(signed_in: SignedIn) -> None:
    client = signed_in()
    upload = make_upload(client.person)
    box = UploadItem.objects.create(upload=upload, position=0, name="box.zip", status="accepted", is_container=True)
    UploadItem.objects.create(upload=upload, position=1, name="in.dcm", status="duplicate", parent=box)
    text = client.get(f"/uploads/{upload.pk}/").content.decode()
    assert text.count('data-testid="report-row"') == 1
    assert "in box.zip" in text


def test_what_was_refused_stands_first(signed_in: SignedIn) -> None:
    client = signed_in()
    upload = make_upload(client.person, a="accepted", b="quarantined", c="duplicate", d="quarantined")
    files = client.get(f"/uploads/{upload.pk}/").context["files"]
    assert [file["name"] for file in files] == ["b", "d", "a", "c"]


def test_an_open_upload_is_followed(signed_in: SignedIn) -> None:
    client = signed_in()
    assert "upload_report.js" in client.get(f"/uploads/{make_upload(client.person, 'working').pk}/").content.decode()
    assert "upload_report.js" not in client.get(f"/uploads/{make_upload(client.person).pk}/").content.decode()


def test_an_upload_without_files_says_why(signed_in: SignedIn) -> None:
    client = signed_in()
    assert "No file arrived" in client.get(f"/uploads/{make_upload(client.person).pk}/").content.decode()


def test_file_names_are_inert(signed_in: SignedIn) -> None:
    client = signed_in()
    upload = make_upload(client.person, **{SCRIPT: "duplicate"})
    assert SCRIPT not in client.get(f"/uploads/{upload.pk}/").content.decode()


def test_bad_id_signed_out_and_wrong_method(client: Client, signed_in: SignedIn) -> None:
    address = f"/uploads/{uuid.UUID(int=3)}/"
    assert client.get(address).headers["Location"].startswith("/sign-in/")
    member = signed_in()
    assert member.get(address).status_code == 404
    assert member.get("/uploads/x/").status_code == 404
    assert member.post(address).status_code == 405
