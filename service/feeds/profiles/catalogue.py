"""Profiles (交付方案) by name: those shipped beside this module, and an installation's own folder of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from service.errors import InvalidMapping, NotFound
from service.feeds.mappings.mapping import FeedMapping, parse_mapping, read_mapping

_FOLDER = files("service.feeds.profiles")


@dataclass(frozen=True, slots=True)
class Profile:
    """A mapping with its head and its text; ``shipped`` tells the project's from an installation's own."""

    name: str
    mapping: FeedMapping
    text: str
    shipped: bool


@cache
def shipped_profiles() -> Mapping[str, Profile]:
    """Return the shipped profiles by name, in the order of their names."""
    found = {}
    for entry in sorted(_FOLDER.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml"):
            text = entry.read_text(encoding="utf-8")
            profile = _profile(entry.name, parse_mapping(text, entry.name), text, shipped=True)
            found[profile.name] = profile
    return MappingProxyType(found)


def all_profiles(folder: Path | None = None) -> Mapping[str, Profile]:
    """Return the shipped profiles and those of a folder, which is read anew each time.

    Raises `InvalidMapping` that names the file when one of the folder is no profile or takes a shipped name.
    """
    if folder is None:
        return shipped_profiles()
    if not folder.is_dir():
        raise InvalidMapping(
            f"There is no folder {folder.name!r} of profiles.",
            "找不到交付方案目录。",
            place="profiles_dir",
            action="Correct MUJUN_PROFILES_DIR. 请更正 MUJUN_PROFILES_DIR。",
        )
    found = dict(shipped_profiles())
    for path in sorted(folder.glob("*.yaml")):
        mapping = read_mapping(path)
        profile = _profile(path.name, mapping, path.read_text(encoding="utf-8-sig"), shipped=False)
        if profile.name in shipped_profiles():
            raise _no_profile(path.name, f"A shipped profile has the name {profile.name!r} already.")
        found[profile.name] = profile
    return MappingProxyType(found)


def find_profile(name: str, folder: Path | None = None) -> Profile:
    """Return a profile by name; raises `NotFound` with the names there are."""
    found = all_profiles(folder)
    if name not in found:
        raise NotFound(
            f"There is no profile {name[:60]!r}; there are {', '.join(found)}.",
            "没有该名称的交付方案。",
            code="profile-not-found",
            place="profile",
        )
    return found[name]


def _profile(file_name: str, mapping: FeedMapping, text: str, *, shipped: bool) -> Profile:
    name = file_name.removesuffix(".yaml")
    if mapping.profile is None:
        raise _no_profile(file_name, "The mapping has no `profile:`, `title:`, `bureau:` and `source:`.")
    if mapping.profile != name:
        raise _no_profile(file_name, f"The profile calls itself {mapping.profile!r}, its file does not.")
    return Profile(name, mapping, text, shipped)


def _no_profile(file_name: str, detail: str) -> InvalidMapping:
    return InvalidMapping(
        detail,
        "交付方案文件有误。",
        place=file_name,
        action="Correct the head of the file, or rename it. 请更正文件开头的方案信息或文件名。",
    )
