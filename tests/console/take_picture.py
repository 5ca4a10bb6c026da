"""Takes the README's picture of the map: ``python -m tests.console.take_picture [docs/images/map.png]``."""

import sys
import tempfile
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

from service.jobs.demo import run_demo
from service.store.database import Database
from tests.console.conftest import CHROMIUM, SWITCHES
from tests.console.looking import redrawn, settled
from tests.support.live import live_server

WIDTH, HEIGHT = 1320, 800


def take(address: str, path: Path) -> None:
    """Photograph the page with the card of a low-efficiency parcel of the lowest grade."""
    query = f"{address}/collections/scores/items?grade=D&low_efficiency=true&limit=1"
    parcel = httpx.get(query, timeout=30).json()["features"][0]["properties"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
        page.goto(f"{address}/#evaluation={parcel['evaluation_id']}&parcel={parcel['parcel_code']}")
        settled(page)
        page.wait_for_selector("#card-indicators")
        page.mouse.move(WIDTH / 2, 10)  # away from the map, so that no label is in the way
        redrawn(page)
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path)
        browser.close()


def main() -> None:
    """Make a demo park for the occasion and take the picture."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images/map.png")
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/park.gpkg")
        database.initialise()
        run_demo(database, Path(folder))
        with live_server(database) as address:
            take(address, path)
        database.dispose()
    print(f"{path} {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
