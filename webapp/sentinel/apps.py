from django.apps import AppConfig


class SentinelConfig(AppConfig):
    """Draws each image that the archive stores, and hides the model's output of the drawn ones until they are answered."""

    name = "webapp.sentinel"
    label = "sentinel"

    def ready(self) -> None:
        from webapp.accounts.policy import register_embargo
        from webapp.archive.ingest import image_stored_hooks
        from webapp.sentinel.draw import draw_new_image
        from webapp.sentinel.waiting import is_waiting

        image_stored_hooks.append(draw_new_image)
        register_embargo(is_waiting)
