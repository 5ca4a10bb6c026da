import re

import pytest
from sqlalchemy import select

from service.access.keys import create_key, require_way_in, revoke_key, verify
from service.errors import InvalidParameter, NotAuthenticated, NotFound, Unavailable
from service.store import keys as stored
from service.store.database import Database
from service.store.models import ApiKey


def test_a_key_carries_its_scopes(database: Database) -> None:
    """Whoever presents a key is the principal it was made for, with its scopes and what they imply."""
    principal = verify(database, create_key(database, "GIS 室", ["analyst", "import"]))
    assert (principal.name, set(principal.scopes)) == ("GIS 室", {"analyst", "import", "read"})


def test_a_key_has_a_public_prefix_and_a_secret_of_256_bits(database: Database) -> None:
    """The shape is stable, so that scanners for leaked secrets can know it; no two keys share a secret."""
    keys = [create_key(database, "one", ["read"]) for _ in range(20)]
    assert all(re.fullmatch(r"mj_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", key) for key in keys)
    assert len({key.split("_", 2)[2] for key in keys}) == 20


def test_the_store_never_holds_the_secret(database: Database) -> None:
    """Nothing that is kept contains the secret: who reads the database cannot use it."""
    secret = create_key(database, "one", ["read"]).split("_", 2)[2]
    with database.reading() as connection:
        kept = [str(value) for row in connection.execute(select(ApiKey.__table__)) for value in row]
    assert kept
    assert not any(secret in value for value in kept)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key[:-1],
        lambda key: key + "A",
        lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        lambda key: "mj_00000000_" + key.split("_", 2)[2],
        lambda key: key.upper(),
        lambda key: key + "\n",
        lambda key: key.replace("mj_", "ｍj_"),
        lambda key: "",
        lambda key: "mj__",
    ],
)
def test_a_key_that_differs_in_anything_is_refused(database: Database, spoil) -> None:  # type: ignore[no-untyped-def]
    """A wrong secret, another prefix, a wrong form: all get the same answer."""
    key = create_key(database, "one", ["read"])
    with pytest.raises(NotAuthenticated) as refused:
        verify(database, spoil(key))
    assert refused.value.code == "not-authenticated"


def test_a_revocation_holds_at_once_and_for_good(database: Database) -> None:
    """A key that just worked is refused right after its revocation, through another connection too."""
    key, other = create_key(database, "one", ["read"]), create_key(database, "two", ["read"])
    elsewhere = Database(database.url.render_as_string(hide_password=False))
    verify(elsewhere, key)
    revoke_key(database, key.split("_")[1])
    with pytest.raises(NotAuthenticated):
        verify(elsewhere, key)
    verify(elsewhere, other)
    with pytest.raises(NotFound):
        revoke_key(database, key.split("_")[1])
    elsewhere.dispose()


def test_keys_are_listed_without_secrets(database: Database) -> None:
    """The list tells name, prefix, scopes and when a key was made and revoked."""
    first = create_key(database, "one", ["read"])
    create_key(database, "two", ["publish", "read"])
    revoke_key(database, first.split("_")[1])
    with database.reading() as connection:
        one, two = stored.every(connection)
    assert (one.name, one.scopes, one.revoked_at is None) == ("one", ("read",), False)
    assert (two.name, two.scopes, two.revoked_at is None) == ("two", ("publish", "read"), True)


@pytest.mark.parametrize(
    ("name", "scopes"), [("", ["read"]), ("  ", ["read"]), ("x" * 201, ["read"]), ("x", [])]
)
def test_a_key_needs_a_name_and_a_scope(database: Database, name: str, scopes: list[str]) -> None:
    """Nameless keys could not be told apart when one has to be revoked."""
    with pytest.raises(InvalidParameter):
        create_key(database, name, scopes)


def test_there_must_be_a_way_in(database: Database) -> None:
    """Without an active key only open mode starts, and the refusal names both ways out."""
    with pytest.raises(Unavailable, match="API key") as refused:
        require_way_in(database, open_mode=False)
    assert "keys create" in (refused.value.action or "")
    assert "--open" in (refused.value.action or "")
    require_way_in(database, open_mode=True)
    key = create_key(database, "one", ["read"])
    require_way_in(database, open_mode=False)
    revoke_key(database, key.split("_")[1])
    with pytest.raises(Unavailable):
        require_way_in(database, open_mode=False)
