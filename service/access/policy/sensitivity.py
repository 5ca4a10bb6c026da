"""Who may see a property."""

from typing import Literal

Sensitivity = Literal["public", "analyst", "follow"]
"""Seen by whoever may ask at all, by holders of that scope, or by analysts, who see everything."""
