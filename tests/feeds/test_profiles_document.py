"""docs/profiles.md keeps in step with the shipped profiles, and its example works."""

import re
from pathlib import Path

from service.feeds.mappings.mapping import parse_mapping
from service.feeds.profiles.catalogue import Profile, shipped_profiles
from service.reference.bureaus import bureaus

DOCUMENT = Path(__file__).parents[2] / "docs" / "profiles.md"


def line(profile: Profile) -> str:
    """Return the line of the table for a profile."""
    mapping = profile.mapping
    assert mapping.title is not None
    assert mapping.bureau is not None
    keys = ("uscc", "parcel_code", "code", "period", "meter")
    reads = list(mapping.metrics) or [name for name in mapping.columns if name not in keys]
    verified = "yes" if mapping.verified else "no"
    bureau = bureaus()[mapping.bureau].zh
    cells = (f"`{profile.name}`", mapping.title.zh, mapping.feed, bureau, ", ".join(reads), verified)
    return f"| {' | '.join(cells)} |"


def test_the_table_lists_every_shipped_profile() -> None:
    """One line for each, in the order of their names, and no other."""
    text = DOCUMENT.read_text("utf-8")
    assert re.findall(r"^\| `.*$", text, re.MULTILINE) == [line(each) for each in shipped_profiles().values()]


def test_the_example_is_a_profile() -> None:
    """What the document shows to copy is read without a mistake."""
    blocks = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert parse_mapping(blocks[-1]).profile == "our-energy"
