from django.apps import AppConfig


class RevealConfig(AppConfig):
    """Registers the filter of the image list that must not tell what an embargo hides."""

    name = "webapp.reveal"
    label = "reveal"

    def ready(self) -> None:
        from webapp.archive.image_filters import register_image_filter
        from webapp.reveal.image_filters import NewestState

        register_image_filter("state", NewestState())
