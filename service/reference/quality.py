"""The rules of the consistency checks, from ``quality.yaml`` beside this module."""

from functools import cache
from importlib.resources import files

import yaml

from service.domain.quality import Rules


@cache
def quality_rules() -> Rules:
    """Return the shipped rules: severities, tolerances and sentences by code."""
    text = files("service.reference").joinpath("quality.yaml").read_text(encoding="utf-8")
    return Rules.model_validate(yaml.safe_load(text))
