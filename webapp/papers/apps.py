from django.apps import AppConfig


class PapersConfig(AppConfig):
    """Puts its papers on the page of each model."""

    name = "webapp.papers"
    label = "papers"

    def ready(self) -> None:
        from webapp.deployments.bundle_papers import BundlePaper, bundle_papers

        bundle_papers.append(BundlePaper(10, "Model card", "model_card"))
