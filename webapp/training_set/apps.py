from django.apps import AppConfig


class TrainingSetConfig(AppConfig):
    name = "webapp.training_set"
    label = "training_set"
