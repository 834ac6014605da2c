"""A stranger who writes another address into each attempt to sign in is slowed down like any other."""

from pathlib import Path

import httpx
import pytest

from tests.hostile.real_site import real_site

ATTEMPTS = 14  # ten are answered; each costs the hash of a password


@pytest.mark.alone
@pytest.mark.parametrize("proxies", ["", "127.0.0.1"])
def test_wrong_passwords_from_many_addresses(tmp_path: Path, proxies: str) -> None:
    with real_site(tmp_path, SIGHTLINE_PROXIES=proxies) as site, httpx.Client(base_url=site.client.base_url) as client:
        statuses = []
        for number in range(ATTEMPTS):
            headers = {"X-Forwarded-For": f"198.51.100.{number}"}
            words = {"username": "manager", "password": "wrong"}
            statuses.append(client.post("/api/token/", json=words, headers=headers).status_code)
    believed = [403] * ATTEMPTS
    assert statuses == (believed if proxies else [403] * 10 + [429] * (ATTEMPTS - 10))
