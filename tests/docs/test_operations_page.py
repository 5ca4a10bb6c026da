"""The page on operations lists the settings as they are."""

import re
from pathlib import Path

from service.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def test_every_setting_stands_on_the_page() -> None:
    """Each has a row in the table, in the order of the code, and no row is of a setting that is not there."""
    told = re.findall(r"^\| `MUJUN_(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    settings = [name.upper() for name in Settings.model_fields]
    assert told[1:] == settings  # the first row is of the table of stores
