"""The body of an answer, within bounds: packed bombs, endless bodies and slow drips end early."""

import codecs
import time
import zlib
from collections.abc import Callable

import httpx

from service.pulling.configuration import Timeouts
from service.pulling.troubles import Passing, trouble

_CHARSETS = {"utf-8", "gb18030", "gbk", "gb2312"}


def read_body(response: httpx.Response, limit: int, timeouts: Timeouts, place: str) -> bytes:
    """Return the body, unpacked; never holds more than ``limit`` bytes and a chunk.

    Raises `UpstreamTrouble` (``upstream-too-large``) beyond the limit, `Passing` for a body that comes too
    slowly or is damaged.
    """
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 18 or int(announced) > limit):
        raise _too_large(limit, place)
    unpack = _unpacker(response.headers.get("content-encoding", ""), place)
    whole = bytearray()
    received, begun = 0, time.monotonic()
    for chunk in response.iter_raw():
        received += len(chunk)
        whole += unpack(chunk, limit + 1 - len(whole))
        if len(whole) > limit:
            raise _too_large(limit, place)
        elapsed = time.monotonic() - begun
        if elapsed > timeouts.grace and received < timeouts.slowest * elapsed:
            raise Passing(trouble("upstream-timeout", "The answer came too slowly and was given up.", place))
    whole += unpack(None, limit + 1 - len(whole))
    if len(whole) > limit:
        raise _too_large(limit, place)
    return bytes(whole)


def text_of(body: bytes, content_type: str, place: str) -> str:
    """Return a body as text: UTF-8, or GB 18030 where the answer says so; raises `Passing`."""
    charset = httpx.Headers({"content-type": content_type}).get("content-type", "").lower()
    named = charset.partition("charset=")[2].partition(";")[0].strip("\"' ")
    encoding = named if named in _CHARSETS - {"utf-8"} else "utf-8"
    try:
        return body.removeprefix(codecs.BOM_UTF8).decode("gb18030" if encoding != "utf-8" else encoding)
    except UnicodeDecodeError:
        raise Passing(trouble("upstream-unreadable", f"The answer is no {encoding} text.", place)) from None


def _unpacker(encoding: str, place: str) -> Callable[[bytes | None, int], bytes]:
    """Return how to unpack a chunk (None: the end) into at most so many bytes."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return lambda chunk, _: chunk or b""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise trouble("upstream-unreadable", "The answer is packed in a way that was not asked for.", place)
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)

    def unpack(chunk: bytes | None, room: int) -> bytes:
        damaged = Passing(trouble("upstream-unreadable", "The packed answer is cut short or damaged.", place))
        if chunk is None:
            if not unpacking.eof:
                raise damaged
            return b""
        try:
            return unpacking.decompress(unpacking.unconsumed_tail + chunk, max(room, 1))
        except zlib.error:
            raise damaged from None

    return unpack


def _too_large(limit: int, place: str) -> Exception:
    return trouble("upstream-too-large", f"The answer is longer than {limit} bytes.", place)
