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


def _told_after() -> None:
    from webapp.deployments.bundle_state import states_of
    from webapp.deployments.models import DeployedBundle

    states = states_of(DeployedBundle.objects.all())
    rows = {row.name: states[row.pk] for row in DeployedBundle.objects.all()}
    assert {name: state.code.value for name, state in rows.items()} == {name: name for name in rows}
    assert [project.slug for project in rows["active"].projects] == ["default", "ward"]
