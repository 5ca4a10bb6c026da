"""The colours and map styles, from ``styles.yaml`` beside this module; no colour of the map is elsewhere."""

from functools import cache
from importlib.resources import files

import yaml

from service.domain.styles import StyleTable


@cache
def style_table() -> StyleTable:
    """Return the shipped table."""
    text = files("service.reference").joinpath("styles.yaml").read_text(encoding="utf-8")
    return StyleTable.model_validate(yaml.safe_load(text))


@cache
def colours_as_css() -> str:
    """Return every colour as a custom property of the document: ``grade_a`` is ``var(--grade-a)``."""
    named = (f"  --{name.replace('_', '-')}: {colour};\n" for name, colour in style_table().colours.items())
    return f":root {{\n{''.join(named)}}}\n"
