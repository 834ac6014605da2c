from django.apps import AppConfig


class PapersConfig(AppConfig):
    """Puts its papers on the page of each model."""

    name = "webapp.papers"
    label = "papers"

    def ready(self) -> None:
        from webapp.accounts.policy import may_manage_bundles
        from webapp.deployments.bundle_papers import BundlePaper, bundle_papers

        bundle_papers.append(BundlePaper(10, "Model card", "model_card"))
        bundle_papers.append(
            BundlePaper(
                20,
                "Bill of materials (CycloneDX 1.6, JSON)",
                "export_bill_of_materials",
                lambda person: may_manage_bundles(person) is None,
            )
        )
