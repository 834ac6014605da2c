from django.urls import URLPattern, URLResolver, path

from webapp.retraining import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("models/retraining/", pages.retrainings, name="retrainings"),
    path("models/retraining/new/", pages.new_retraining, name="new_retraining"),
    path("models/retraining/start/", pages.start_retraining, name="start_retraining"),
    path("models/retraining/<int:number>/", pages.retraining, name="retraining"),
    path("models/retraining/<int:number>/data-card/", pages.data_card, name="retraining_data_card"),
    path("models/retraining/<int:number>/data-card.json", pages.data_card_json, name="retraining_data_card_json"),
    path("models/retraining/<int:number>/report/", pages.report, name="retraining_report"),
    path("models/retraining/<int:number>/cancel/", pages.cancel_one, name="cancel_retraining"),
    path("models/retraining/<int:number>/go-on/", pages.go_on_one, name="go_on_retraining"),
]
