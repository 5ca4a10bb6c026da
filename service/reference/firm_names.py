"""Loads the rules by which names of enterprises are compared, and applies them."""

from functools import cache, lru_cache
from importlib.resources import files

import yaml

from service.domain import firm_names
from service.domain.firm_names import NameRules


@cache
def name_rules() -> NameRules:
    """Return the rules in force."""
    text = files("service.reference").joinpath("firm_names.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    same = document["same"]
    pairs = "".join(same["traditional"].split())
    return NameRules(
        legal_forms=same["legal_forms"],
        former=tuple(sorted(same["former"], key=len, reverse=True)),
        remarks=frozenset(same["remarks"]),
        traditional={ord(old): new for old, new in zip(pairs[::2], pairs[1::2], strict=True)},
    )


@lru_cache(8192)
def normal_name(text: str) -> str:
    """Return a name as it is compared; see `service.domain.firm_names.normal_name`."""
    return firm_names.normal_name(text, name_rules())


def former_names(text: str) -> tuple[str, ...]:
    """Return the names that the text says the firm bore before, normalised."""
    return firm_names.former_names(text, name_rules()) if "(" in text or "（" in text else ()
