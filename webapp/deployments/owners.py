"""Who answers for a bundle on this site: a named person; each change is a row and an event of the record."""

from collections.abc import Iterable

from django.db import transaction

from webapp import audit
from webapp.accounts.models import User
from webapp.deployments.models import BundleOwner, DeployedBundle
from webapp.deployments.services import BundleRefused


def owners_of(bundles: Iterable[DeployedBundle]) -> dict[str, BundleOwner]:
    """The newest of each bundle that has one, by its id."""
    rows = BundleOwner.objects.filter(bundle__in=[bundle.pk for bundle in bundles])
    return {row.bundle_id: row for row in rows.select_related("person", "created_by").order_by("number")}


@transaction.atomic
def name_owner(bundle: DeployedBundle, username: str, user: User) -> BundleOwner:
    """Raises BundleRefused for nobody who has an account in use here, and for who is the owner already."""
    DeployedBundle.objects.select_for_update().get(pk=bundle.pk)
    person = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise BundleRefused(
            f"{username[:60]!r} is not the name of an account in use here. The owner of {bundle} was not changed."
        )
    last = BundleOwner.objects.filter(bundle=bundle).first()
    if last is not None and last.person_id == person.pk:
        raise BundleRefused(f"{person.username} is the owner of {bundle} already.")
    owner = BundleOwner(bundle=bundle, number=last.number + 1 if last else 1, person=person, created_by=user)
    owner.save()
    before = str(last.person_id) if last else ""
    audit.record(user, "name_bundle_owner", f"bundle:{bundle.pk}", owner=str(person.pk), before=before)
    return owner
