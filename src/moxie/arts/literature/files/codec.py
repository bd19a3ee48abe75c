"""From files to texts and back: which format a file is in, and who reads and writes it.

Files are strangers': a format is recognised by its contents, its name decides only between plain
text and Markdown, and every reader caps sizes before it decodes (see `limits`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePosixPath

from moxie.arts.literature.files import markdown
from moxie.arts.literature.files.encodings import decode
from moxie.arts.literature.files.limits import check_bytes, check_characters
from moxie.arts.literature.files.manuscript import Manuscript, section_of, whole
from moxie.arts.literature.files.plain import read_text, write_text
from moxie.arts.literature.writing import Writing
from moxie.errors import BadInput, UnreadableWork
from moxie.text import Scalar

READABLE = frozenset({".txt", ".text", ".md", ".markdown", ".docx", ".epub", ".pdf"})
"""The suffixes of files that may be readable."""

WRITABLE = (".md", ".txt", ".docx", ".epub", ".html", ".pdf")
"""The suffixes that a text can be written with."""

_FORMATS = {"docx": "DOCX", "epub": "EPUB", "md": "Markdown", "pdf": "PDF", "txt": "plain text"}
_BINARY = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ\x90", b"\x1f\x8b", b"ID3", b"MThd"),
    *(b"RIFF", b"OggS", b"fLaC", b"SQLite", b"7z\xbc\xaf", b"Rar!"),
)
"""How files begin that are no texts: pictures, programs, packed files, sounds."""

_OLD_WORD = (b"\xd0\xcf\x11\xe0", b"{\\rtf")


def read(data: bytes, name: str) -> Writing:
    """The text in a file, as one. Raises UnreadableWork, in a sentence that begins with the name.

    Raises Missing for a PDF where its package is not installed.
    """
    check_bytes(data, name)
    if data.startswith(markdown.MAGIC):
        found = markdown.unpack(data, name)
    else:
        found = whole(manuscript(data, name))
    check_characters(len(found.text), name)
    return found


@lru_cache(maxsize=2)  # a file is asked for its works, its text and its facts in a row
def manuscript(data: bytes, name: str) -> Manuscript:
    """What is in a file, before it is known how many works it is. Raises as `read` does."""
    check_bytes(data, name)
    kind = _kind(data, name)
    if kind == "docx":
        from moxie.arts.literature.files.docx import read_docx

        return read_docx(data, name)
    if kind == "epub":
        from moxie.arts.literature.files.epub import read_epub

        return read_epub(data, name)
    if kind == "pdf":
        from moxie.arts.literature.files.pdf import read_pdf

        return read_pdf(data, name)
    if data.startswith(markdown.MAGIC):
        own = markdown.unpack(data, name)
        return Manuscript((section_of(own.paragraphs),), own.title, own.form)
    found = decode(data, name)
    check_characters(len(found.text), name)
    return (markdown.read_markdown if kind == "md" else read_text)(found.text)


def write(writing: Writing, suffix: str = "") -> bytes:
    """Encode by one of the suffixes in `WRITABLE`; without one in the lossless form.

    Raises BadInput for another suffix, Missing where a package is needed.
    """
    suffix = suffix.lower()
    if suffix in ("", ".md"):
        return markdown.pack(writing)
    if suffix == ".txt":
        return write_text(writing)
    if suffix == ".docx":
        from moxie.arts.literature.files.docx import write_docx

        return write_docx(writing)
    if suffix == ".epub":
        from moxie.arts.literature.files.epub import write_epub

        return write_epub(writing)
    if suffix in (".html", ".htm"):
        from moxie.arts.literature.page.html import document

        return document(writing)
    if suffix == ".pdf":
        from moxie.arts.literature.page.typeset import typeset

        return typeset(writing)
    raise BadInput(
        "A text cannot be written as {suffix}: choose one of {known}.",
        suffix=suffix,
        known=" ".join(WRITABLE),
    )


def facts(data: bytes, writing: Writing) -> Mapping[str, Scalar]:
    """Format and size of the file, what reading it left out, and the form of the text."""
    kind = _kind(data, "the file")
    found: dict[str, Scalar] = {
        "format": _FORMATS[kind],
        "bytes": len(data),
        "characters": len(writing.text),
        "paragraphs": len(writing.paragraphs),
        "form": writing.form,
    }
    if writing.title:
        found["title"] = writing.title
    if kind in ("txt", "md"):
        told = decode(data, "the file")
        found["encoding"] = told.encoding
        if told.lost:
            found["lost characters"] = told.lost
    for what, number in manuscript(data, "the file").cut.items():
        found[f"cut {what}" if what != "joined" else "joined lines"] = number
    return found


def _kind(data: bytes, name: str) -> str:
    """What the contents say the file is; the name tells Markdown from plain text."""
    head = data[:1024].lstrip()
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "epub" if b"mimetypeapplication/epub+zip" in data[:256] else _zipped(data, name)
    if head.startswith(_OLD_WORD):
        raise UnreadableWork("{name} is an old Word or RTF file: save it as .docx.", name=name)
    if head.startswith(_BINARY):
        raise UnreadableWork(
            "{name} is a picture, a program, a sound or an archive, whatever its name says.",
            name=name,
        )
    if data.startswith(markdown.MAGIC):
        return "md"
    return "md" if PurePosixPath(name).suffix.lower() in (".md", ".markdown") else "txt"


def _zipped(data: bytes, name: str) -> str:
    """Which packed format it is, by the names inside."""
    from moxie.arts.literature.files.docx import DOCUMENT
    from moxie.arts.literature.files.limits import PACKED, explained
    from moxie.nn import unpack

    try:
        with unpack.opened(data, PACKED) as package:
            names = frozenset(package.names)
    except unpack.Unsafe as unsafe:
        raise explained(unsafe, name, "DOCX or EPUB") from unsafe
    if DOCUMENT in names:
        return "docx"
    if "META-INF/container.xml" in names:
        return "epub"
    raise UnreadableWork("{name} is an archive, but no DOCX and no EPUB.", name=name)
