"""The console's page (地图页面)."""

from service.console.assets import load
from service.reference.styles import style_table


def index_html() -> str:
    """Return the page; its files lie under an address that changes with them, so caches may keep them."""
    assets = load()
    page = assets.files["index.html"].body.decode().replace("{bar}", style_table().colours["bar"])
    return page.replace("{assets}", f"console/{assets.version}")
