"""The audit chain: append-only, and any later change shows."""

import json
import threading
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.test import Client

from webapp import audit
from webapp.accounts.models import User
from webapp.audit.chain import event_hash, verify_chain
from webapp.audit.models import AccessEvent, AppendOnlyError


@pytest.fixture
def three(person: Callable[..., User]) -> list[AccessEvent]:
    reader = person()
    return [audit.record(reader, "image.view", f"image:{number}", voi="linear") for number in range(3)]


def tamper(**fields: object) -> None:
    """As somebody with the database in hand would: past the model's guard."""
    with connection.cursor() as cursor:
        for column, value in fields.items():
            cursor.execute(f"UPDATE audit_accessevent SET {column} = %s WHERE sequence = 2", [value])


def test_events_follow_each_other(three: list[AccessEvent]) -> None:
    assert [event.sequence for event in three] == [1, 2, 3]
    assert [event.previous_hash for event in three] == ["", three[0].hash, three[1].hash]
    assert verify_chain().is_sound


def test_the_hash_covers_every_field(three: list[AccessEvent]) -> None:
    covered = {"sequence": 9, "actor_id": None, "actor_name": "x", "verb": "x", "target": "x", "purpose": "x",
               "request_id": "x", "details": {}, "previous_hash": "x", "at": three[0].at}  # fmt: skip
    stored = {field.attname for field in AccessEvent._meta.fields} - {"id", "hash"}
    assert set(covered) == stored
    for name, value in covered.items():
        event = AccessEvent.objects.get(sequence=2)
        setattr(event, name, value)
        assert event_hash(event) != three[1].hash, name


@pytest.mark.parametrize("change", [{"target": "image:9"}, {"details": "{}"}, {"actor_name": "somebody"}])
def test_a_changed_event_is_found(change: dict[str, str], three: list[AccessEvent]) -> None:
    tamper(**change)

    assert verify_chain().faults == ("event 2 was changed after it was written",)


def test_a_missing_event_is_found(three: list[AccessEvent]) -> None:
    models.QuerySet(AccessEvent).filter(sequence=2)._raw_delete(using="default")

    assert verify_chain().faults == (
        "event 2 is missing: found 3 in its place",
        "event 3 does not follow the event before it",
    )


def test_a_cut_off_end_is_found_against_a_hash_noted_elsewhere(three: list[AccessEvent]) -> None:
    head = verify_chain().head
    models.QuerySet(AccessEvent).filter(sequence=3)._raw_delete(using="default")

    assert verify_chain().is_sound
    assert verify_chain(head).faults == (f"the event with hash {head} is not in the chain: its end was cut off",)


CHANGES = {
    "save": lambda event: event.save(),
    "delete": lambda event: event.delete(),
    "update": lambda event: AccessEvent.objects.update(verb="x"),
    "delete many": lambda event: AccessEvent.objects.all().delete(),
    "bulk_update": lambda event: AccessEvent.objects.bulk_update([event], ["verb"]),
    "bulk_create": lambda event: AccessEvent.objects.bulk_create([AccessEvent()]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_events_are_append_only(change: str, three: list[AccessEvent]) -> None:
    with pytest.raises(AppendOnlyError):
        CHANGES[change](three[1])
    assert verify_chain().events == 3


def test_a_person_with_a_trace_cannot_be_deleted(three: list[AccessEvent]) -> None:
    with pytest.raises(models.ProtectedError):
        three[0].actor.delete()


def test_an_event_is_undone_with_its_transaction(three: list[AccessEvent]) -> None:
    with transaction.atomic():
        audit.record(None, "image.stored", "image:x")
        transaction.set_rollback(True)

    assert verify_chain().events == 3


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_make_one_chain() -> None:
    def write(number: int) -> None:
        for turn in range(5):
            audit.record(None, "test.write", f"{number}:{turn}")
        connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    report = verify_chain()
    assert (report.events, report.faults) == (20, ())


def test_the_events_of_one_request_share_an_id(signed_in: Callable[..., Client]) -> None:
    client = signed_in()

    answer = client.get("/api/images/")

    event = AccessEvent.objects.get(verb="images.list")
    assert event.request_id == answer["X-Request-Id"]
    assert len(event.request_id) == 36


def test_the_command_says_what_it_found(three: list[AccessEvent]) -> None:
    out = StringIO()
    call_command("verify_audit", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"events": 3, "head": three[2].hash, "faults": [], "sound": True}
    tamper(verb="x")

    with pytest.raises(CommandError, match=r"has 1 fault\(s\)"):
        call_command("verify_audit", stdout=StringIO())


def test_sign_ins_and_refusals_are_events(person: Callable[..., User], client: Client) -> None:
    person("radiologist", "reader")
    client.post("/sign-in/", {"username": "reader", "password": "wrong"})
    client.post("/sign-in/", {"username": "reader", "password": "a long test password"})
    client.post("/sign-out/")

    assert list(AccessEvent.objects.values_list("verb", "actor_name")) == [
        ("person.sign_in_refused", ""),
        ("person.sign_in", "reader"),
        ("person.sign_out", "reader"),
    ]


def test_an_admin_reads_events_and_changes_none(three: list[AccessEvent], signed_in: Callable[..., Client]) -> None:
    client = signed_in("admin")

    assert client.get("/admin/audit/accessevent/").status_code == 200
    assert client.get("/admin/audit/accessevent/add/").status_code == 403
    assert client.post(f"/admin/audit/accessevent/{three[0].pk}/delete/", {"post": "yes"}).status_code == 403
