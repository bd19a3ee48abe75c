"""The text in a PDF, page by page; what was scanned has none."""

from __future__ import annotations

import io
import logging
import time

from moxie.arts.literature.files.encodings import cleaned
from moxie.arts.literature.files.layout import PAGE
from moxie.arts.literature.files.limits import (
    MAX_CHARACTERS,
    MAX_PAGES,
    MAX_SECONDS,
    check_characters,
)
from moxie.arts.literature.files.manuscript import Manuscript
from moxie.arts.literature.files.plain import read_text
from moxie.arts.literature.needs import need
from moxie.errors import UnreadableWork


def read_pdf(data: bytes, name: str) -> Manuscript:
    """The words of a PDF. Raises UnreadableWork, Missing where pypdf is not installed."""
    need("pypdf")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it repairs is nobody's concern
    try:
        text = _text(data, name)
    except UnreadableWork:
        raise
    except Exception as error:
        # a stranger's file can break a parser in any way
        raise UnreadableWork(
            "{name} is damaged or cut off: it cannot be read as a {kind} file.",
            name=name,
            kind="PDF",
        ) from error
    if not text.strip(f"{PAGE}\n "):
        raise UnreadableWork(
            "{name} has no text, only pictures of pages: have it recognised (OCR) first.",
            name=name,
        )
    return read_text(cleaned(text))


def _text(data: bytes, name: str) -> str:
    """The text of all pages, with a form feed behind each."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise UnreadableWork("{name} is encrypted: save it without a password.", name=name)
    number = len(reader.pages)
    if number > MAX_PAGES:
        raise UnreadableWork(
            "{name} has {pages} pages; at most {limit} can be read. Split it into its works.",
            name=name,
            pages=number,
            limit=MAX_PAGES,
        )
    pages, length, end = [], 0, time.monotonic() + MAX_SECONDS
    for page in reader.pages:
        pages.append(page.extract_text(extraction_mode="layout"))  # indents tell paragraphs
        length += len(pages[-1])
        if length > MAX_CHARACTERS:
            check_characters(length, name)
        if time.monotonic() > end:
            raise UnreadableWork(
                "{name} takes over {seconds} seconds to read. Split it into its works.",
                name=name,
                seconds=round(MAX_SECONDS),
            )
    return "".join(f"{page}\n{PAGE}\n" for page in pages)
