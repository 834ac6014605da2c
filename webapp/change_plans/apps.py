from django.apps import AppConfig


class ChangePlansConfig(AppConfig):
    """Keeps the patients of reference sets out of training."""

    name = "webapp.change_plans"
    label = "change_plans"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.change_plans.reference_sets import kept_for_reference
        from webapp.training_set.kept_back import KeptBack, kept_back

        text = "its patient is in a reference set, and such patients never train"
        kept_back.append(KeptBack("in_reference_set", text, kept_for_reference))
