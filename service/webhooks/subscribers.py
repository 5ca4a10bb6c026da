"""The subscribers file (事件订阅配置), named by ``MUJUN_SUBSCRIBERS``: who is told of which events, in YAML.

    subscribers:
      - name: land-bureau                # a-z 0-9 and -; what ``mujun events`` calls it
        title: 自然资源局                  # optional, for people
        url: https://gw.example.gov.cn/mujun/events
        secret: env:LAND_BUREAU_SECRET   # or file:/path; whsec_…, of ``mujun events secret``
        secret_before: env:OLD_SECRET    # optional: signed by both while the secret changes
        types: [mujun.parcel.flagged.v1] # optional; none: all
        districts: ["330203"]            # optional; none: all
        begin: now                       # or beginning: with all that the store has
        headers: {X-App-Key: env:APP_KEY} # optional, secrets of a gateway on the way
        retries: [5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h]
        timeouts: {connect: 10, total: 20}

The origin of ``url`` has to be listed in ``MUJUN_EVENT_HOSTS``. ``retries`` are the waits between attempts;
after the last the event is given up and the next one is told. The default is the schedule that Standard
Webhooks 1.0.0 recommends.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from service.domain.events import TYPES
from service.errors import InvalidSubscribers, NotFound
from service.outbound.configuration import STRICT, Address, Duration, Text, read_file
from service.outbound.secrets import SecretReference

_RETRIES = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 50400.0, 72000.0, 86400.0)


def _known(name: str) -> str:
    if name not in TYPES:
        raise ValueError(f"types are {', '.join(TYPES)}")
    return name


class Timeouts(BaseModel):
    """Seconds to connect, and for all of an attempt."""

    model_config = STRICT

    connect: Duration = 10
    total: Duration = 20


class Subscriber(BaseModel):
    """A system that is told of events."""

    model_config = STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    title: str = ""
    url: Address
    secret: SecretReference
    secret_before: SecretReference | None = None
    types: Annotated[list[Annotated[str, AfterValidator(_known)]], Field(min_length=1)] | None = None
    districts: Annotated[list[Text], Field(min_length=1)] | None = None
    begin: Literal["now", "beginning"] = "now"
    headers: dict[str, SecretReference] = {}
    retries: tuple[Duration, ...] = _RETRIES
    timeouts: Timeouts = Timeouts()


class SubscribersFile(BaseModel):
    """The whole file."""

    model_config = STRICT

    subscribers: list[Subscriber]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [each.name for each in self.subscribers]
        if len(names) != len(set(names)):
            raise ValueError("subscribers: every subscriber has a name of its own")
        return self


def load_subscribers(path: Path | None) -> tuple[Subscriber, ...]:
    """Return the subscribers in the file, none when no file is named; raises `InvalidSubscribers`."""
    return () if path is None else tuple(read_file(path, SubscribersFile, _invalid).subscribers)


def named(subscribers: tuple[Subscriber, ...], name: str) -> Subscriber:
    """Return a subscriber by its name; raises `NotFound`."""
    for each in subscribers:
        if each.name == name:
            return each
    raise NotFound(
        f"There is no subscriber {name!r}.",
        f"没有订阅方 {name!r}。",
        code="subscriber-not-found",
        action=f"Configured are: {', '.join(each.name for each in subscribers) or 'none'}.",
    )


def _invalid(sentence: str, place: str) -> InvalidSubscribers:
    return InvalidSubscribers(
        sentence,
        "事件订阅配置文件有误。",
        place=place,
        action="Correct the file that MUJUN_SUBSCRIBERS names. 请修改事件订阅配置文件。",
    )
