"""The report: one self-contained page, pictures first."""

from __future__ import annotations

from moxie.flow.report.page import Exhibit, Page, Shown
from moxie.text import Catalogue

__all__ = ["Exhibit", "Page", "Shown", "report"]


def report(page: Page, catalogue: Catalogue) -> str:
    """The page as HTML in the catalogue's language; everything it shows is inside it."""
    raise NotImplementedError
