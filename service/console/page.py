"""The console's page (地图页面)."""

from service.console.assets import load


def index_html() -> str:
    """Return the page; its files lie under an address that changes with them, so caches may keep them."""
    assets = load()
    page = assets.files["index.html"].body.decode()
    return page.replace("{assets}", f"console/{assets.version}")
