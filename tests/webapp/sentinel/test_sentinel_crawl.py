"""Every address and the events: not a byte of the model about a drawn case before the first answer, whoever asks and however.

The case has numbers, words and boxes of its own, so that a string found in an answer tells whose it is. Beside that every answer is
compared with itself under every possible result: what does not change tells nothing.
"""

import asyncio
import datetime
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.db import transaction
from django.test import AsyncClient, Client
from django.utils import timezone
from knox.models import AuthToken

from tests.webapp.sentinel.conftest import drawn, first_look
from tests.webapp.test_every_address import ADDRESSES
from tests.webapp.viewer.case_factory import (
    BUNDLE,
    make_image,
    make_job,
    make_result,
    make_user,
    make_waiting,
    review_body,
)
from tests.webapp.viewer.test_events import fast, next_event  # noqa: F401  `fast` is a fixture
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.later_truth.models import LaterTruth
from webapp.predictions.map_files import write_maps
from webapp.predictions.models import Prediction
from webapp.probes.models import Probe
from webapp.reviews.record_review import record_review
from webapp.sentinel.draw import draw_new_image
from webapp.sentinel.models import FirstLook, SentinelDraw
from webapp.viewer.views.events import visible
from webapp.viewer.worklist.changes import states_since

pytestmark = pytest.mark.django_db
PROBABILITY, BOX, NOTE = 0.61234567, 417.625, "said of the model by a colleague"
BORN = "19630102"
LATER = "seen weeks later on a scan"
SECRETS = (f"{PROBABILITY}", ">.61<", "61.2", f"{BOX}", NOTE, LATER, "only_here", "Only here")
LISTS = (
    "/?state=all&sort=-finding", "/?state=all&sort=finding", "/?state=open", "/?state=to_read", "/?state=read", "/?state=hidden",
    "/?finding=only_here&state=all", "/?site=HIL&state=all", "/api/images/?state=succeeded", "/api/images/?state=failed",
    "/api/reviews/export/?as=json", "/api/reviews/export/?failures=1", "/failures/?finding=only_here",
)  # fmt: skip
# What differs from one request to the next, whatever the case.
NOISE = re.compile(
    r'csrf[^>]{0,40}(value|content)="[^"]+"|data-csrf="[^"]+"|'
    r'"csrf": ?"[^"]+"|\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)?|<time[^>]*>[^<]*</time>'
    r"|'(X-Request-Id|Expires)': '[^']+'"
    r'|name="check" value="[^"]+"|/display-check/[0-9a-f-]{36}/'  # a new picture with each visit
)


@pytest.fixture
def secret(settings: LazySettings, tmp_path: Any) -> Image:
    """A drawn case between two others with results, with a result and a map of its own; nobody has looked."""
    settings.MAP_DIR = tmp_path
    make_result(make_image(patient_id="LOW", minutes_ago=30), probability=0.3)
    image = drawn(make_image(patient_id="DRAWN", patient_birth_date=BORN, minutes_ago=20))
    for year in (2024, 2028):  # an earlier and a later one of the patient
        day = datetime.date(year, 1, 1)
        make_result(make_image(patient_id="DRAWN", patient_birth_date=BORN, minutes_ago=40, study_date=day), 0.4)
    Project.objects.update(ai_on_priors=True)  # the trend of the later one would tell
    make_result(make_image(patient_id="HIGH", minutes_ago=10), probability=0.9)
    return image


def tell_all(image: Image) -> Prediction:
    """A positive result of a finding of its own, with box and map."""
    result = make_result(image, PROBABILITY, highest_finding="only_here")
    result.document["findings"][0] |= {
        "key": "only_here",
        "title": "Only here",
        "boxes": [{"x": BOX, "y": 5, "w": 9, "h": 9}],
    }
    maps = write_maps(result.pk, uuid.uuid4(), {"gradcam": np.full((1, 2, 3), PROBABILITY, np.float32)})
    result.maps_key, result.maps_sha256 = maps.key, maps.sha256
    described = {"kind": "gradcam", "method": "Grad-CAM", "findings": ["only_here"], "height": 2, "width": 3}
    result.document["maps"] = [described]
    result.save()
    return result


def reviewed(image: Image) -> Prediction:
    """A colleague has looked first and then found the model wrong."""
    result = tell_all(image)
    colleague = User.objects.filter(username="another").first() or make_user("another")
    FirstLook.objects.create(draw=image.sentinel_draw, reader=colleague, broken="urgent", lock_key="k")
    record_review(colleague, image, review_body(finding="only_here", note=NOTE))
    return result


def found_later(image: Image) -> LaterTruth:
    """Entered by a colleague who may."""
    by = User.objects.filter(username="enters").first() or make_user("enters", "manager")
    day = datetime.date(2026, 11, 28)
    said = {"finding": "only_here", "says": "present", "source": "ct", "exam_date": day, "note": LATER}
    truth = LaterTruth(image=image, image_sha256=image.stored_sha256, created_by=by, idempotency_key="k", **said)
    truth.save()
    return truth


HISTORIES: dict[str, Callable[[Image], object]] = {
    "no result": lambda image: None,
    "waiting": make_waiting,
    "failed": lambda image: make_waiting(image, "failed", error_code="x", error_text="The worker failed."),
    "positive": tell_all,
    "negative": lambda image: make_result(image, probability=0.01, decision="negative"),
    "refused": lambda image: make_result(image, probability=None, decision="refused"),
    "reviewed by a colleague": reviewed,
    "found later": lambda image: (tell_all(image), found_later(image)),
}


def addresses(image: Image) -> Iterator[str]:
    """Every address of the site with the ids of the case and its results; those of other things stay unknown."""
    result = image.predictions.first()
    keys = {"image_id": image.pk, "key": image.pk, "uid": image.pk, "kind": "gradcam", "bundle_id": BUNDLE}
    keys["prediction_id"] = result.pk if result else uuid.UUID(int=1)
    probe = Probe.objects.filter(image=image).first()
    keys["probe_id"] = probe.pk if probe else uuid.UUID(int=1)
    for name, route in ADDRESSES:
        if name in ("events", "sign_out") or "studies/<" in route:  # the stream: below; studies: a file of their own
            continue

        def known(mark: re.Match[str]) -> str:
            return str(keys.get(mark[2], 1 if mark[1] == "int" else uuid.UUID(int=1)))

        yield "/" + re.sub(r"<(\w+):(\w+)>", known, route).replace("^", "").replace("$", "")
    yield from LISTS
    yield f"/api/images/{image.sop_instance_uid}/predictions/"
    for other in Image.objects.filter(patient_id=image.patient_id).exclude(pk=image.pk):
        yield f"/api/images/{other.pk}/priors/"
        for own in other.predictions.all():
            yield f"/api/predictions/{own.pk}/trend/"
    if result:
        yield f"/api/predictions/{result.pk}/maps/gradcam/?format=png&finding=only_here"
        yield f"/api/predictions/{result.pk}/findings/only_here/operating-curve/"


def posts(image: Image) -> Iterator[tuple[str, dict[str, Any]]]:
    result = image.predictions.first()
    yield f"/api/images/{image.pk}/predictions/", {}
    yield f"/api/images/{image.pk}/reviews/", review_body(idempotency_key="a key")
    yield "/api/images/search/", {"text": "DRAWN", "filters": {"state": "succeeded"}}
    yield f"/api/images/{image.pk}/first-look/", {"answers": [], "idempotency_key": "k"}
    for other in Image.objects.filter(patient_id=image.patient_id).exclude(pk=image.pk):
        yield f"/api/images/{image.pk}/priors/{other.pk}/opening/", {}
        yield f"/api/images/{other.pk}/priors/{image.pk}/opening/", {}
    yield f"/api/images/{image.pk}/probes/", probe_body(result)
    if result:
        yield f"/api/predictions/{result.pk}/cancel/", {}
        yield f"/api/predictions/{result.pk}/retry/", {}
        yield f"/api/predictions/{result.pk}/reproductions/", {}


def probe_body(result: Prediction | None) -> dict[str, Any]:
    key = str(result.pk if result else uuid.UUID(int=1))
    return {"prediction": key, "finding": "only_here", "areas": [{"box": {"x": 9, "y": 9, "w": 900, "h": 900}}]}


def answers(client: Client, image: Image) -> dict[str, str]:
    """Address -> what it answers, with its headers, by GET; and by POST where something is asked or done."""
    found = {}
    for path in addresses(image):
        answer = client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[path] = f"{answer.status_code} {body.decode('utf-8', 'replace')} {dict(answer.headers)}"
    for path, body in posts(image):
        answer = client.post(path, body, content_type="application/json")
        found[f"POST {path}"] = f"{answer.status_code} {answer.content.decode('utf-8', 'replace')}"
    return found


def make_probe(reader: User, result: Prediction) -> Probe:
    """A question that came back, as if its reader had answered once."""
    number = {"probability": PROBABILITY, "interval": None, "decision": "positive", "reason": None}
    return Probe.objects.create(
        image=result.image,
        prediction=result,
        finding="only_here",
        reader=reader,
        job=make_job("succeeded"),
        areas=[],
        result={"provider": "CPU", "before": number, "erased": []},
    )


def leaks(client: Client, image: Image) -> list[str]:
    return [
        f"{path}: {word}"
        for path, text in answers(client, image).items()
        for word in SECRETS
        if word in text and word not in path
    ]  # what was asked for is said again


def by_token(user: User) -> Client:
    return Client(headers={"authorization": f"Token {AuthToken.objects.create(user)[1]}"})


@pytest.mark.parametrize("everybody", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["few", "everybody"])
def test_nobody_meets_a_byte_of_the_model_before_the_own_answer(
    everybody: bool, secret: Image, signed_in: Callable[..., Client]
) -> None:
    """`make check` asks for a reader before and after, and for a colleague after; by token, for those who run the site and for
    whoever is not signed in: `make test`."""
    reader, colleague = signed_in("radiologist", "reader"), signed_in("radiologist", "colleague")
    before = [reader]
    if everybody:
        before += [by_token(reader.person), colleague, signed_in("manager"), signed_in("admin"), Client()]
    result = tell_all(secret)
    found_later(secret)
    assert [leaks(client, secret) for client in before] == [[]] * len(before)
    assert (
        reader.post(f"/api/images/{secret.pk}/first-look/", first_look(), content_type="application/json").status_code
        == 201
    )
    seen = {leak.split(": ")[0] for leak in leaks(reader, secret)}
    curve = f"/api/predictions/{result.pk}/findings/only_here/operating-curve/"
    later = {f"/api/images/{secret.pk}/later-truths/", "/later-truth/", "/api/later-truths/export/"}
    assert {f"/api/images/{secret.pk}/predictions/", "/?state=all&sort=-finding", curve, *later} <= seen, (
        "the crawl sees what is shown"
    )
    assert reader.get(f"/api/predictions/{result.pk}/maps/gradcam/").status_code == 200
    record_review(reader.person, secret, review_body(finding="only_here", note=NOTE))
    assert leaks(colleague, secret) == []
    if everybody:
        assert leaks(Client(), secret) == []


def test_what_would_change_the_models_mind_comes_after_the_own_answer_on_the_finding(
    secret: Image, signed_in: Callable[..., Client]
) -> None:
    """Neither a question nor what came of one: not before the look, nor before the answer on what the model says."""
    reader, result = signed_in("radiologist", "reader"), tell_all(secret)
    kept = f"/api/probes/{make_probe(reader.person, result).pk}/"
    path, body = f"/api/images/{secret.pk}/probes/", probe_body(result)

    def asked() -> list[int]:
        said = reader.post(path, body, content_type="application/json")
        return [reader.get(path).status_code, said.status_code, reader.get(kept).status_code]

    assert leaks(reader, secret) == []
    assert asked() == [403, 403, 403]
    reader.post(f"/api/images/{secret.pk}/first-look/", first_look(), content_type="application/json")
    assert asked()[1:] == [403, 403]
    assert str(PROBABILITY) not in reader.get(kept).content.decode()
    record_review(reader.person, secret, review_body(finding="only_here"))
    assert str(PROBABILITY) in reader.get(kept).content.decode()
    assert (
        reader.post(path, body, content_type="application/json").json()["code"] == "model_replaced"
    )  # none is in service


FEW = ("no result", "reviewed by a colleague")  # the other has a positive result, too


@pytest.mark.parametrize("names", [FEW, pytest.param(tuple(HISTORIES), marks=pytest.mark.slow)], ids=["few", "all"])
def test_no_address_tells_what_happened_to_the_case(
    names: tuple[str, ...], secret: Image, signed_in: Callable[..., Client]
) -> None:
    """Neither by what it says nor by order, counts, choices, or a status."""
    reader = signed_in("radiologist", "reader")
    ids = re.compile(r"(?<=/predictions/)[0-9a-f-]{36}")
    wanted: dict[str, str] = {}
    for name in names:
        history = HISTORIES[name]
        with transaction.atomic():
            history(secret)
            found = {ids.sub("", path): NOISE.sub("", text) for path, text in answers(reader, secret).items()}
            wanted = wanted or found
            differing = {path for path in wanted if found[path] != wanted[path]}
            # A prediction that is not there is not found, one that is hidden is refused: its random id is told to nobody. How many
            # jobs wait is told to everybody.
            told = {path for path in differing if "/api/predictions/" not in path and path != "/readyz"}
            if name == "reviewed by a colleague":  # that it is read is told where cases are listed by it
                told -= {path for path in told if path == "/" or path.startswith(("/?", f"/images/{secret.pk}/"))}
            assert told == set(), name
            transaction.set_rollback(True)


def test_events_and_their_polling_form_are_silent_about_it(secret: Image, signed_in: Callable[..., Client]) -> None:
    reader, since = signed_in("radiologist", "reader"), timezone.now() - datetime.timedelta(minutes=1)
    reviewed(secret)
    assert secret.pk in states_since(since)
    assert str(secret.pk) not in visible(states_since(since), reader.person)
    assert str(secret.pk) not in reader.get("/api/worklist/", {"since": since.isoformat()}).json()["images"]
    reader.post(f"/api/images/{secret.pk}/first-look/", first_look(), content_type="application/json")
    assert str(secret.pk) in visible(states_since(since), reader.person)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fast")
def test_the_stream_names_another_case_and_not_this_one() -> None:
    async def listen() -> None:
        client = AsyncClient()
        await sync_to_async(lambda: client.force_login(make_user("alice")))()
        answer = await client.get("/events/")
        image = await sync_to_async(lambda: drawn(make_image()))()
        await sync_to_async(make_result)(image)
        other = await sync_to_async(make_image)()
        change = await next_event(aiter(answer.streaming_content), "change")
        while str(other.pk) not in change["images"]:
            change = await next_event(aiter(answer.streaming_content), "change")
        assert str(image.pk) not in change["images"]

    asyncio.run(listen())


@pytest.mark.slow
def test_a_changed_share_opens_nothing_that_is_drawn(secret: Image, signed_in: Callable[..., Client]) -> None:
    tell_all(secret)
    Project.objects.update(sentinel_share=0)
    assert leaks(signed_in(), secret) == []
    assert SentinelDraw.objects.get(image=secret).probability == 0.05


@pytest.mark.slow
def test_the_same_file_in_another_project_is_drawn_again_alike(secret: Image, signed_in: Callable[..., Client]) -> None:
    """Under the same name of the file the address by UID means the copy: it is drawn as the first was."""
    Project.objects.update(sentinel_share=100)
    other = Project.objects.create(name="Other", slug="other", sentinel_share=100)
    again = make_image(sop_instance_uid=secret.sop_instance_uid, project=other)
    draw_new_image(again)
    tell_all(again)
    client = signed_in()
    assert client.get(f"/api/images/{secret.sop_instance_uid}/predictions/").status_code == 403
    assert leaks(client, again) == []


def test_what_was_in_a_tab_before_is_not_kept_by_the_browser(secret: Image, signed_in: Callable[..., Client]) -> None:
    """On a shared machine the next person must not get the last one's page, numbers or map from the cache."""
    result, reader = tell_all(secret), signed_in("radiologist", "reader")
    reader.post(f"/api/images/{secret.pk}/first-look/", first_look(), content_type="application/json")
    paths = [
        f"/images/{secret.pk}/",
        f"/api/images/{secret.pk}/predictions/",
        f"/api/predictions/{result.pk}/maps/gradcam/",
    ]
    assert [reader.get(path).headers["Cache-Control"] for path in paths] == ["no-store"] * 3
    etag = reader.get(paths[2]).headers["ETag"]
    assert signed_in("radiologist", "colleague").get(paths[2], headers={"if-none-match": etag}).status_code == 403


def test_what_it_costs_to_leave_drawn_cases_out_grows_with_no_case(
    signed_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    reader = signed_in("radiologist", "reader")
    for _ in range(5):
        make_result(drawn(make_image()))
    with django_assert_max_num_queries(40) as few:
        reader.get("/?state=all")
    for _ in range(20):
        make_result(drawn(make_image()))
    with django_assert_max_num_queries(len(few)):
        reader.get("/?state=all")
