"""Applications under test: how a test gets a client with the rights it needs."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi.testclient import TestClient

from service.access.keys import create_key
from service.main import create_app
from service.settings import Settings
from service.store.database import Database


@contextmanager
def open_client(database: Database, **settings: object) -> Iterator[TestClient]:
    """Give a client on this machine of the service in open mode: all scopes, no keys."""
    app = create_app(Settings(**{"open": True, "jobs": "elsewhere", **settings}), database)  # type: ignore[arg-type]
    with TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000)) as client:
        yield client


@contextmanager
def keyed_client(database: Database, *scopes: str, **settings: object) -> Iterator[TestClient]:
    """Give a remote client of the service with keys; it sends one with these scopes, or none."""
    key = create_key(database, "under test", scopes or ("admin",))
    app = create_app(Settings(**{"jobs": "elsewhere", **settings}), database)  # type: ignore[arg-type]
    headers = {"X-API-Key": key} if scopes else {}
    with TestClient(
        app, base_url="https://park.example", client=("203.0.113.7", 50000), headers=headers
    ) as client:
        yield client


def key_for(database: Database, *scopes: str) -> dict[str, str]:
    """Return the headers that carry a fresh key with these scopes."""
    return {"X-API-Key": create_key(database, "under test", scopes)}
