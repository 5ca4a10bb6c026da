"""Finds the API key in a request: ``X-API-Key``, ``Authorization: Bearer`` or HTTP Basic."""

import base64
import binascii

from starlette.datastructures import Headers

from service.access.keys import unknown_key
from service.errors import NotAuthenticated


def presented_key(headers: Headers) -> str | None:
    """Return the key that was sent, or None without any.

    HTTP Basic carries it as the password under any user name, because that is what a browser, QGIS and GDAL
    can send. Raises `NotAuthenticated` when credentials disagree or cannot be read: guessing which one was
    meant could give somebody the rights of another.
    """
    keys = set(headers.getlist("x-api-key"))
    keys.update(_from_authorization(value) for value in headers.getlist("authorization"))
    if len(keys) > 1:
        raise NotAuthenticated(
            "The request carries credentials that disagree.",
            "请求携带了相互矛盾的凭证。",
            code="credentials-disagree",
            action="Send one key, in one way.",
        )
    return keys.pop() if keys else None


def _from_authorization(value: str) -> str:
    kind, _, rest = value.partition(" ")
    match kind.lower():
        case "bearer":
            return rest.strip()
        case "basic":
            try:
                decoded = base64.b64decode(rest.strip(), validate=True).decode("utf-8")
            except (binascii.Error, UnicodeDecodeError):
                raise unknown_key() from None
            return decoded.partition(":")[2]
        case _:
            raise unknown_key()
