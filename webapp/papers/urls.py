from django.urls import URLPattern, URLResolver, path

from webapp.papers import pages

HERE = "models/papers/<str:bundle_id>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{HERE}card/", pages.model_card, name="model_card"),
    path(f"{HERE}card/export/", pages.export_model_card, name="export_model_card"),
    path(f"{HERE}bill-of-materials/", pages.export_bill_of_materials, name="export_bill_of_materials"),
]
