"""Generates a demo park in the formats in which departments hand over."""
