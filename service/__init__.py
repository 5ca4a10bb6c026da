"""Mujun (亩均): industrial land evaluated parcel by parcel."""

__version__ = "0.1.0"
