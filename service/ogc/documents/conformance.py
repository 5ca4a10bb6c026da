"""The conformance classes that are implemented and tested; nothing else is declared."""

from service.reference.conformance import declared_classes

CLASSES = tuple(declared_classes())
"""In the order in which they are listed."""
