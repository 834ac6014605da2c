from django.apps import AppConfig


class ChangePlansConfig(AppConfig):
    """Keeps the patients of reference sets out of training; adds to the page of models and to the demo."""

    name = "webapp.change_plans"
    label = "change_plans"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.change_plans.demo import load_demo_plan
        from webapp.change_plans.desk_section import PLACE, TEMPLATE, desk_context
        from webapp.change_plans.kept_patients import kept_for_reference
        from webapp.deployments.demo import demo_parts
        from webapp.deployments.desk import DeskSection, desk_sections
        from webapp.training_set.kept_back import KeptBack, kept_back

        text = "its patient is in a reference set of this project, or has a file of one of another: such patients never train"
        kept_back.append(KeptBack("in_reference_set", text, kept_for_reference))
        desk_sections.append(DeskSection(PLACE, TEMPLATE, desk_context))
        demo_parts.append(load_demo_plan)
