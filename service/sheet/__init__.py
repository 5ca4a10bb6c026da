"""The sheet (一企一单): the explanation of a parcel's result as one page, for screen and paper."""

from service.sheet.page import CONTENT_SECURITY_POLICY, render

__all__ = ["CONTENT_SECURITY_POLICY", "render"]
