"""Shapes of the archive's part of the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inference.documents import ExamDocument
from webapp.archive.exam import exam_of
from webapp.archive.models import Image, Upload, UploadItem
from webapp.json_bodies import ref


class ReasonSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()
    action = serializers.CharField()


class FaultSerializer(serializers.Serializer[Any]):
    """A request that was refused for its own fault."""

    code = serializers.CharField()
    text = serializers.CharField()


class UploadItemSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    name = serializers.CharField()
    archive = serializers.CharField(allow_null=True, help_text="name of the zip that the file came in")
    status = serializers.ChoiceField(choices=UploadItem.Status.choices)
    reason = ReasonSerializer(allow_null=True)
    http = serializers.IntegerField()
    image = serializers.UUIDField(allow_null=True)


class UploadProgressSerializer(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="files that have their final status")
    total = serializers.IntegerField(help_text="files that are known so far")


class UploadSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Upload.State.choices)
    created_at = serializers.DateTimeField()
    counts = serializers.DictField(child=serializers.IntegerField())
    progress = UploadProgressSerializer()
    items = UploadItemSerializer(many=True)
    added = serializers.ListField(
        child=serializers.IntegerField(), help_text="positions of the items that this request has added"
    )


class UploadRequestSerializer(serializers.Serializer[Any]):
    files = serializers.ListField(child=serializers.FileField(), help_text="DICOM files or zips of them")
    upload = serializers.UUIDField(required=False, help_text="an earlier upload of the same person, to append to")


class PatientSerializer(serializers.Serializer[Image]):
    name = serializers.CharField(source="patient_name")
    id = serializers.CharField(source="patient_id")
    birth_date = serializers.CharField(source="patient_birth_date")
    sex = serializers.CharField(source="patient_sex")
    age = serializers.CharField(source="patient_age")


class ImageSerializer(serializers.ModelSerializer[Image]):
    """One image as a list shows it."""

    code = serializers.CharField(read_only=True)
    patient = PatientSerializer(source="*", read_only=True)

    class Meta:
        model = Image
        fields = [
            *("id", "code", "sop_instance_uid", "study_instance_uid", "patient", "study_date", "accession_number"),
            *(
                "modality",
                "view_position",
                "view",
                "laterality",
                "body_part",
                "rows",
                "columns",
                "bits_stored",
                "photometric",
            ),
            *("repairs", "warnings", "created_at"),
        ]


class ImageDetailSerializer(ImageSerializer):
    exam = serializers.SerializerMethodField(help_text="what the file says about the exam, each fact with its sources")

    class Meta(ImageSerializer.Meta):
        fields = [
            *ImageSerializer.Meta.fields,
            *("series_instance_uid", "sop_class_uid", "transfer_syntax_uid", "study_time", "age_years", "exam"),
            *("received_sha256", "stored_sha256", "bytes", "original_name"),
        ]

    @extend_schema_field(ref(ExamDocument))
    def get_exam(self, image: Image) -> ExamDocument:
        return exam_of(image).document()


class ImageSearchSerializer(serializers.Serializer[Any]):
    """What to search for; every criterion given must hold. filters: those of the list, by name."""

    text = serializers.CharField(required=False, allow_blank=True, max_length=200)
    patient_id = serializers.CharField(required=False, allow_blank=True, max_length=128)
    patient_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    accession_number = serializers.CharField(required=False, allow_blank=True, max_length=64)
    study_date_from = serializers.DateField(required=False, allow_null=True)
    study_date_to = serializers.DateField(required=False, allow_null=True)
    filters = serializers.DictField(child=serializers.CharField(), required=False)
