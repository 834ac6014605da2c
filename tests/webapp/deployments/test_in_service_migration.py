"""The step to a model in service per project keeps every row, and what each bundle was to the site."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE, AFTER = "0005_service_changes_of_the_record", "0006_in_service_per_project"


@pytest.mark.django_db(transaction=True)
def test_every_bundle_is_kept_and_is_what_it_was():
    executor = MigrationExecutor(connection)
    executor.migrate([("deployments", BEFORE)])
    try:
        apps = executor.loader.project_state([("deployments", BEFORE), ("archive", "0009_hanging_rules")]).apps
        old, project = apps.get_model("deployments", "DeployedBundle"), apps.get_model("archive", "Project")
        when = "2026-01-01T00:00Z"
        for number, (state, activated) in enumerate(
            [("registered", None), ("active", when), ("retired", None), ("failed", when)]
        ):
            old.objects.create(
                bundle_id=f"{number}" * 64, name=state, version="1", manifest={}, state=state, activated_at=activated
            )
        for slug in ("default", "ward"):
            project.objects.create(name=slug, slug=slug, active_bundle="1" * 64)
        executor = MigrationExecutor(connection)
        executor.migrate([("deployments", AFTER)])
        _told_after()
        executor = MigrationExecutor(connection)
        executor.migrate([("deployments", BEFORE)])
        assert {row.name: row.state for row in old.objects.all()} == {row.name: row.name for row in old.objects.all()}
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.django_db(transaction=True)
def test_a_way_back_that_the_record_lacks_is_kept_and_comes_back():
    """A, then B, then C were put in service; the changes know of D, which was taken out of the way, and of C as found."""
    a, b, c, d = ids = [letter * 64 for letter in "abcd"]
    executor = MigrationExecutor(connection)
    executor.migrate([("deployments", BEFORE)])
    try:
        apps = executor.loader.project_state([("deployments", BEFORE), ("archive", "0009_hanging_rules")]).apps
        old, change = (apps.get_model("deployments", name) for name in ("DeployedBundle", "ServiceChange"))
        for key, replaced in zip(ids, (None, a, b, None), strict=True):
            state = "active" if key == c else "retired"
            old.objects.create(bundle_id=key, name=key[0], version="1", manifest={}, state=state, replaced_id=replaced)
        projects = [
            apps.get_model("archive", "Project").objects.create(name=slug, slug=slug, active_bundle=c)
            for slug in ("default", "ward")
        ]
        for project in projects:
            for number, (key, how) in enumerate(((d, "put_in_service"), (c, "found"), (c, "put_in_service")), 1):
                change.objects.create(project=project, number=number, bundle_id=key, how=how)
        MigrationExecutor(connection).migrate([("deployments", AFTER)])
        assert _ways() == {"default": "bad", "ward": "bad"}
        rows = list(change.objects.filter(project=projects[0]).order_by("number"))
        assert [(row.number, row.bundle_id[0]) for row in rows] == [(1, "d"), (2, "a"), (3, "b"), (4, "c"), (5, "c")]
        assert ["old column" in row.why for row in rows] == [False, True, True, False, False]
        ward = type(projects[0]).objects.filter(slug="ward")
        ward.update(active_bundle=a)
        with pytest.raises(RuntimeError, match="have different models in service"):
            MigrationExecutor(connection).migrate([("deployments", BEFORE)])
        ward.update(active_bundle=c)
        MigrationExecutor(connection).migrate([("deployments", BEFORE)])
        assert dict(old.objects.values_list("pk", "replaced")) == {a: d, b: a, c: b, d: None}
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())


def _ways() -> dict[str, str]:
    from webapp.archive.models import Project
    from webapp.deployments.in_service import way_back

    return {project.slug: "".join(bundle.name for bundle in way_back(project)) for project in Project.objects.all()}


def _told_after() -> None:
    from webapp.deployments.bundle_state import states_of
    from webapp.deployments.models import DeployedBundle

    states = states_of(DeployedBundle.objects.all())
    rows = {row.name: states[row.pk] for row in DeployedBundle.objects.all()}
    assert {name: state.code.value for name, state in rows.items()} == {name: name for name in rows}
    assert [project.slug for project in rows["active"].projects] == ["default", "ward"]
