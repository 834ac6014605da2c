"""Look at a state folder through the addresses of today's code; prints one JSON line of what was seen."""

import json
import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.test import Client  # noqa: E402


def client_of(name: str) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(get_user_model().objects.get(username=name))
    return client


def rows(client: Client, path: str, of: str = "results") -> list[dict[str, Any]]:
    found = client.get(f"/api/{path}").json()
    listed: list[dict[str, Any]] = found if isinstance(found, list) else found[of]
    return listed


def main() -> None:
    admin, manager = client_of("admin"), client_of("manager")
    images = rows(admin, "images/?page_size=100")
    results = [row for one in images for row in rows(admin, f"images/{one['id']}/predictions/")]
    maps = [
        admin.get(f"/api/predictions/{row['id']}/maps/{kind}/")
        for row in results
        for kind in ("gradcam", "classmaps")
        if row["state"] == "succeeded"
    ]
    studies = rows(manager, "studies/", "studies")
    locked = next(one for one in studies if one["state"] == "locked")
    pages = {path: admin.get(path).status_code for path in ("/", "/failures/", "/models/", "/operations/")}
    pages["/studies/"] = manager.get("/studies/").status_code
    pages["results"] = manager.get(f"/studies/{locked['id']}/results/").status_code
    seen = {
        "images": len(images),
        "results": sum(row["state"] == "succeeded" for row in results),
        "maps": sum(answer.status_code == 200 and len(answer.getvalue()) > 0 for answer in maps),
        "reviews": sum(len(rows(admin, f"images/{one['id']}/reviews/", "reviews")) for one in images),
        "studies": {one["title"]: one["state"] for one in studies if one["state"] != "draft"},
        "pages": pages,
    }
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
