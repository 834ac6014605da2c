from django.urls import URLPattern, URLResolver, path

from webapp.stop_rules import pages

HERE = "models/stop-rules/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(HERE, pages.stop_rules, name="stop_rules"),
    path(f"{HERE}read/", pages.read_now, name="read_stop_rules"),
    path(f"{HERE}test-mail/", pages.send_test_mail, name="test_stop_rule_mail"),
    path(f"{HERE}<uuid:firing_id>/lift/", pages.lift_firing, name="lift_firing"),
]
