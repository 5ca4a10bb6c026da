"""Asks a source for a page and understands the answer: envelope, records as received, what comes next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from service.outbound.secrets import Secrets
from service.pulling import paging
from service.pulling.client import Answer, Call, Client
from service.pulling.configuration import Envelope, JsonSource, Source
from service.pulling.coordinates import crs_of, northing_first, swapped
from service.pulling.dialects import dialect_of
from service.pulling.json_text import at, loads, records_at, whole
from service.pulling.paging import Position
from service.pulling.troubles import Passing, trouble
from service.pulling.watermarks import highest

Check = Callable[["Page"], None]


@dataclass(frozen=True, slots=True)
class Page:
    """The records of a page, each one line of JSON; the position behind it; what the answer says of all."""

    records: list[str]
    next: Position | None
    total: int | None
    highest: str | None
    crs: str | None


class Connector:
    """Speaks to JSON, OGC API Features and WFS sources; `service.pulling.gateway` adds signatures."""

    def __init__(self, source: Source, client: Client, secrets: Secrets) -> None:
        self.source, self.client, self.secrets = source, client, secrets
        self.dialect = dialect_of(source)

    def first(self) -> Position:
        """Return where a pull begins."""
        return paging.first(self.dialect.paging)

    def page(self, position: Position, since: str | None, check: Check) -> Page:
        """Return the page at a position.

        :param since: the watermark to send
        :param check: is called with every page understood; may raise `Passing`
        :raises UpstreamTrouble: after the last attempt
        """

        def understand(answer: Answer) -> Page:
            try:
                page = self._understood(answer, position)
            except (httpx.InvalidURL, ValueError, RecursionError):
                sentence = "The answer has a link that is none, or is nested too deeply."
                raise trouble("upstream-unreadable", sentence, self.source.name) from None
            check(page)
            return page

        return self.client.ask(lambda: self.call(position, since), understand)

    def call(self, position: Position, since: str | None) -> Call:
        """Return the request for a page."""
        if "link" in position:
            return Call(position["link"])
        params = {**self.source.query, **self.dialect.params}
        if self.source.watermark is not None and since is not None:
            params[self.source.watermark.parameter] = since
        params |= paging.parameters(self.dialect.paging, position)
        if isinstance(self.source, JsonSource) and self.source.method == "POST":
            if self.source.parameters == "body":
                own = self.source.query
                rest = {key: value for key, value in params.items() if key not in own}
                return Call(self.source.url, own, {**self.source.body, **rest})
            return Call(self.source.url, params, self.source.body)
        return Call(self.source.url, params)

    def judge(self, code: str, message: str, envelope: Envelope) -> None:
        """Raise for an envelope's code that does not mean well."""
        said = f"The source answers with code {code[:40]!r}{': ' + message if message else ''}."
        error = trouble("upstream-envelope", said, self.source.name)
        if code in envelope.again:
            raise Passing(error)
        raise error

    def document(self, answer: Answer) -> Any:
        """Return an answer as JSON whose envelope means well; raises `Passing` for a text cut short."""
        try:
            document = loads(answer.text)
        except ValueError:
            raise Passing(
                trouble("upstream-unreadable", "The answer is cut short or no JSON.", self.source.name)
            ) from None
        envelope = self.dialect.envelope
        if envelope is not None:
            code = at(document, envelope.code)
            if str(code) not in envelope.ok or isinstance(code, (dict, list)):
                message = at(document, envelope.message) if envelope.message else ""
                text = self.secrets.redacted(str(message or ""))[:200]
                shown = self.secrets.redacted(str(code))
                self.judge(shown, "".join(c for c in text if c.isprintable()), envelope)
        return document

    def _understood(self, answer: Answer, position: Position) -> Page:
        name, dialect = self.source.name, self.dialect
        document = self.document(answer)
        records = records_at(answer.text, dialect.records)
        if records is None:
            where = dialect.records or "the answer"
            if at(document, dialect.records) is None and dialect.envelope is not None:
                records = []  # gateways say nothing where there is nothing
            else:
                raise trouble("upstream-unreadable", f"There is no array of records in {where}.", name)
        total = whole(at(document, dialect.total)) if dialect.total else None
        crs = None
        if dialect.features:
            crs = crs_of(document, answer.headers.get("content-crs", ""), name)
            if dialect.swap and crs is not None and northing_first(crs, name):
                records = [swapped(record) for record in records]
        behind = paging.following(
            dialect.paging, position, len(records), total, document, answer.headers, answer.url
        )
        mark = self.source.watermark
        parsed = at(document, dialect.records) or []
        return Page(records, self._kept(behind), total, highest(parsed, mark) if mark else None, crs)

    def _kept(self, position: Position | None) -> Position | None:
        """Return a position fit to be stored: no secret in it, and its link of the source's own origin."""
        if position is None or "link" not in position:
            return position
        link = httpx.URL(position["link"])
        secret = set(self.source.auth.query)
        plain = [(key, value) for key, value in link.params.multi_items() if key not in secret]
        if len(plain) != len(link.params.multi_items()):
            link = link.copy_with(query=urlencode(plain).encode())
        text = str(link)
        if self.secrets.inside(text):
            raise trouble("upstream-error", "The link to the next page holds a secret.", self.source.name)
        self.client.require(text)
        return {**position, "link": text}
