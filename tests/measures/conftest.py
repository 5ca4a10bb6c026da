"""The park of the API's tests, once for a module, on each database."""

from tests.api.conftest import built

__all__ = ["built"]
