"""Sending files as a person does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client


@pytest.fixture
def send(storage: Path, signed_in: Callable[..., Client]) -> Callable[..., Any]:
    """`send(a=b"...", client=None)` posts files and gives the answer; `send.client` is the default sender."""

    def post(files: dict[str, bytes], client: Client | None = None, **fields: str) -> Any:
        uploads = [SimpleUploadedFile(name, content) for name, content in files.items()]
        return (client or post.client).post("/api/uploads/", {"files": uploads, **fields})

    post.client = signed_in()
    return post
