"""Pages: the documents of the service as HTML for people and search engines, without any script."""

from service.pages.page import STYLE, STYLE_VERSION, Frame, Other, render

__all__ = ["STYLE", "STYLE_VERSION", "Frame", "Other", "render"]
