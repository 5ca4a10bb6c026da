"""Where requests may go (白名单): listed origins only, and addresses of the public internet unless allowed.

``MUJUN_PULL_HOSTS`` lists the origins of pulls, separated by commas: ``gw.example.gov.cn`` (https, port 443),
``gw.example.gov.cn:8443``, or ``http://10.1.2.3:8080`` for one that has no TLS. A name is resolved once per
connection, every address it resolves to is checked, and the connection goes to an address that was checked.
Loopback, private and other special addresses need a network in ``MUJUN_PULL_PRIVATE_NETWORKS``
(``10.1.0.0/16``). Events have settings of their own, which begin with ``MUJUN_EVENT``.
"""

import ssl
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from service.errors import InvalidParameter, InvalidSources, UpstreamTrouble
from service.settings import Settings

Origin = tuple[str, str, int]
"""Scheme, host and port."""

_NAT64 = IPv6Network("64:ff9b::/96")
_LEADING_INSIDE = tuple(
    IPv6Network(network)
    # IPv4-compatible, IPv4-translated, local-use NAT64 (RFC 8215), site-local: deprecated or of one's own
    for network in ("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "fec0::/10")
)
_PORTS = {"http": 80, "https": 443}


class Purpose(StrEnum):
    """What requests are for, as its settings begin."""

    PULLS = "MUJUN_PULL"
    EVENTS = "MUJUN_EVENT"


def origin_of(url: str) -> Origin | None:
    """Return the origin of an address, or None when it has none that can be asked."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        return None
    return parts.scheme, parts.hostname.rstrip(".").lower(), port or _PORTS[parts.scheme]


@dataclass(frozen=True, slots=True)
class Reach:
    """The origins that may be asked, the special networks among their addresses, and whom TLS trusts."""

    origins: frozenset[Origin]
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    ca_file: str | None = None
    purpose: Purpose = Purpose.PULLS

    @classmethod
    def of(cls, settings: Settings, purpose: Purpose = Purpose.PULLS) -> "Reach":
        """Return what the settings allow; raises `InvalidParameter` for what cannot be read."""
        hosts, special, trusted = settings.pull_hosts, settings.pull_private_networks, settings.pull_ca_file
        if purpose is Purpose.EVENTS:
            hosts, special = settings.event_hosts, settings.event_private_networks
            trusted = settings.event_ca_file
        origins = set()
        for entry in _listed(hosts):
            origin = origin_of(entry if "://" in entry else f"https://{entry}")
            path = urlsplit(entry).path if "://" in entry else ""
            if origin is None or path not in ("", "/"):
                raise _unreadable(f"{purpose}_HOSTS", entry)
            origins.add(origin)
        networks = []
        for entry in _listed(special):
            try:
                networks.append(ip_network(entry))
            except ValueError:
                raise _unreadable(f"{purpose}_PRIVATE_NETWORKS", entry) from None
        ca_file = str(trusted) if trusted else None
        return cls(frozenset(origins), tuple(networks), ca_file, purpose)

    def require(self, url: str, place: str) -> None:
        """Raise `InvalidSources` (``host-not-allowed``) unless the address is of a listed origin."""
        origin = origin_of(url)
        if origin in self.origins:
            return
        scheme, host, port = origin or ("", "an address without host", 0)
        raise InvalidSources(
            f"No request may go to {scheme}://{host}:{port}." if origin else f"No request may go to {host}.",
            "该主机不在白名单中。",
            code="host-not-allowed",
            place=place,
            action=f"List it in {self.purpose}_HOSTS if it is right. 如属实，请加入 {self.purpose}_HOSTS。",
        )

    def require_address(self, text: str, host: str) -> None:
        """Raise `UpstreamTrouble` (``address-not-allowed``) for a special address in no allowed network."""
        address = ip_address(text.partition("%")[0])
        if isinstance(address, IPv6Address):
            # what is inside decides: a mapped or translated address reaches the one it holds
            address = address.ipv4_mapped or address.sixtofour or _translated(address)
        if any(address.version == each.version and address in each for each in self.networks):
            return
        inside = address.version == 6 and any(address in each for each in _LEADING_INSIDE)
        if address.is_global and not address.is_multicast and not inside:
            return
        raise UpstreamTrouble(
            f"{host} resolves to an address that is not of the public internet.",
            "该主机解析到内网或特殊地址。",
            code="address-not-allowed",
            action=f"If it is meant, list its network in {self.purpose}_PRIVATE_NETWORKS. "
            "如属实，请登记其网段。",
        )

    def tls(self) -> ssl.SSLContext:
        """Return how servers prove who they are: always, by the system's authorities and ``ca_file``."""
        context = ssl.create_default_context()
        if self.ca_file is not None:
            try:
                context.load_verify_locations(self.ca_file)
            except (OSError, ssl.SSLError):
                raise _unreadable(f"{self.purpose}_CA_FILE", "the file") from None
        return context


def _translated(address: IPv6Address) -> IPv4Address | IPv6Address:
    return IPv4Address(address.packed[-4:]) if address in _NAT64 else address


def _listed(text: str) -> list[str]:
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def _unreadable(setting: str, entry: str) -> InvalidParameter:
    return InvalidParameter(
        f"{entry!r} is not what {setting} takes.", "设置项取值无效。", code="invalid-setting", place=setting
    )
