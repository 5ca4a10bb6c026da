"""Which requests are refused for the way they came: forwarded ones in open mode, cross-site writes always."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Request

from service.errors import NotAllowed

_FORWARDED = ("forwarded", "x-real-ip", "via")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine itself and no name that somebody else controls."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def refuse_unless_local(request: Request) -> None:
    """Let only this machine's own requests pass; raises `NotAllowed`.

    Without keys the address is all the protection there is, so a reverse proxy (which would make everybody
    look local) and a foreign host name that was rebound to this address are refused as well.
    """
    if request.client is None or not is_loopback(request.client.host):
        raise _open_mode("The service runs without keys and answers this machine only.")
    for name in request.headers:
        if name in _FORWARDED or name.startswith("x-forwarded"):
            raise _open_mode(f"The service runs without keys and refuses forwarded requests ({name}).")
    if not is_loopback(_host_name(request.headers.get("host", ""))):
        raise _open_mode("The service runs without keys and answers under a loopback host name only.")


def refuse_cross_site_write(request: Request, public_url: str) -> None:
    """Refuse a change that another web site's page asks a browser for; raises `NotAllowed`.

    Browsers send HTTP Basic credentials along by themselves, and in open mode none are needed.
    """
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        refused = site not in ("same-origin", "none")
    elif origin is not None:
        own = {request.headers.get("host", ""), urlsplit(public_url).netloc}
        refused = not origin.startswith(("http://", "https://")) or urlsplit(origin).netloc not in own
    else:
        refused = False
    if refused:
        raise NotAllowed(
            "A page of another web site may not change anything here.",
            "不允许其他网站的页面在此进行修改。",
            code="cross-site",
            place="Origin",
        )


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _open_mode(detail: str) -> NotAllowed:
    return NotAllowed(
        detail,
        "服务处于开放模式，仅限本机直接访问。",
        code="loopback-only",
        action="To serve others, create a key (mujun keys create NAME --scope read); serve without --open.",
    )
