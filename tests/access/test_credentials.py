import base64

import pytest
from starlette.datastructures import Headers

from service.access.credentials import presented_key
from service.errors import NotAuthenticated


def _headers(*pairs: tuple[str, str]) -> Headers:
    return Headers(raw=[(name.lower().encode(), value.encode()) for name, value in pairs])


def _basic(user: str, password: str) -> tuple[str, str]:
    return "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    "header",
    [
        ("X-API-Key", "mj_a_b"),
        ("Authorization", "Bearer mj_a_b"),
        ("Authorization", "bearer   mj_a_b"),
        _basic("anybody", "mj_a_b"),
        _basic("", "mj_a_b"),
        _basic("张三", "mj_a_b"),
    ],
)
def test_a_key_is_found_however_it_is_sent(header: tuple[str, str]) -> None:
    """The header, a bearer token and the password of HTTP Basic under any user name all carry the key."""
    assert presented_key(_headers(header)) == "mj_a_b"


def test_no_credentials_are_no_key() -> None:
    """A request without credentials is told apart from one with bad credentials."""
    assert presented_key(_headers(("Accept", "*/*"))) is None


def test_the_same_key_sent_twice_is_one_key() -> None:
    """A client that sends its key in two ways is understood."""
    assert presented_key(_headers(("X-API-Key", "k"), ("Authorization", "Bearer k"))) == "k"


@pytest.mark.parametrize(
    "other",
    [("Authorization", "Bearer other"), ("X-API-Key", "other"), ("X-API-Key", ""), _basic("u", "other")],
)
def test_credentials_that_disagree_are_refused(other: tuple[str, str]) -> None:
    """Two different keys in one request are refused, whichever of them is good."""
    with pytest.raises(NotAuthenticated) as refused:
        presented_key(_headers(("X-API-Key", "one"), other))
    assert refused.value.code == "credentials-disagree"


@pytest.mark.parametrize("value", ["Digest username=x", "Basic ###", "Basic /w==", "Negotiate", "mj_a_b", ""])
def test_credentials_that_cannot_be_read_are_refused(value: str) -> None:
    """Unreadable credentials are refused instead of being taken for none."""
    with pytest.raises(NotAuthenticated):
        presented_key(_headers(("Authorization", value)))
