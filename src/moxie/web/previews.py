"""How works and creations look and sound in a browser: drawn once, kept on disk, bounded.

What is kept is named by a hash of what it shows and of Moxie's version. Only the kinds listed
here ever reach a browser, each under the strictest policy it can live with.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from starlette.responses import FileResponse, Response

import moxie
from moxie.errors import Missing
from moxie.store import atomic
from moxie.studio import Studio
from moxie.text import Message
from moxie.web.aside import Aside

if TYPE_CHECKING:
    from moxie.art import Preview

Form: TypeAlias = Literal["large", "small", "sound"]

Forms: TypeAlias = Mapping[str, "tuple[str, bytes] | None"]
"""Media type and bytes of forms; None for one that a thing does not have."""

MOST = 1 << 30
"""Bytes of all that is kept; the longest unseen go first."""

ALLOWED = frozenset(
    {
        "application/pdf",
        "audio/flac",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/svg+xml",
        "image/webp",
        "model/gltf-binary",
        "text/html",
        "text/plain",
    }
)
"""What a browser is given to show; whatever else it is becomes plain bytes to take away."""

PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}
"""How the pictures begin that every browser decodes."""

SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:; "
    "font-src data:"
)
"""For what could hold a script: opened by itself it has no origin, runs nothing, asks nobody."""

FRAMED = f"{SANDBOX}; frame-ancestors 'self'"


@dataclass(frozen=True, slots=True)
class Drawn:
    """Something to show, as a file. `tag` changes when it does."""

    path: Path
    media_type: str
    tag: str


def draw(studio: Studio, art: str, blob: str, form: Form) -> Forms:
    """A form of a work or creation, and whatever is drawn along with it; runs aside."""
    return _forms(studio, art, studio.views.blob(blob), blob, form)


def draw_file(studio: Studio, art: str, path: str, name: str, form: Form) -> Forms:
    """The same of a file that was sent; runs aside."""
    return _forms(studio, art, Path(path).read_bytes(), name, form)


def undoable(studio: Studio, art: str, blob: str) -> Mapping[str, Message]:
    """What can be undone in a work as a whole; runs aside."""
    return dict(studio.views.undoable(art, studio.views.blob(blob), blob))


def undoable_file(studio: Studio, art: str, path: str, name: str) -> Mapping[str, Message]:
    """The same of a file that was sent; runs aside."""
    return dict(studio.views.undoable(art, Path(path).read_bytes(), name))


class Previews:
    """What was drawn, and how to have more drawn; None for a form that a thing does not have."""

    def __init__(self, folder: Path, aside: Aside) -> None:
        self._folder = folder
        self._aside = aside
        self._written = 0

    async def of_blob(self, art: str, blob: str, form: Form) -> Drawn | None:
        """A work or creation of the store."""
        key = hashlib.sha256(f"{moxie.__version__} {art} {blob}".encode()).hexdigest()
        found = self._kept(key, form)
        if found is None:
            self._keep(key, await self._aside.do(draw, art, blob, form))
            found = self._kept(key, form)
        return _there(found)

    async def of_file(
        self, art: str, path: Path, name: str, file_id: str, form: Form
    ) -> Drawn | None:
        """A file that was sent; its id stands for its content."""
        key = hashlib.sha256(f"{moxie.__version__} {art} {file_id} {name}".encode()).hexdigest()
        found = self._kept(key, form)
        if found is None:
            self._keep(key, await self._aside.do(draw_file, art, str(path), name, form))
            found = self._kept(key, form)
        return _there(found)

    def _kept(self, key: str, form: Form) -> Drawn | None:
        path = self._path(key, form)
        try:
            media_type = self._types(key)[form]
            os.utime(path)  # what is looked at stays
        except (OSError, KeyError):
            return None
        return Drawn(path, media_type, f"{key[:24]}-{form}")

    def _types(self, key: str) -> dict[str, str]:
        """The media types of the forms that were drawn so far."""
        try:
            return dict(json.loads(self._path(key, "types").read_bytes()))
        except (OSError, ValueError, TypeError):
            return {}

    def _keep(self, key: str, forms: Forms) -> None:
        atomic.make_folder(self._path(key, "types").parent)
        told = self._types(key) | {form: drawn[0] if drawn else "" for form, drawn in forms.items()}
        for form, drawn in forms.items():
            data = drawn[1] if drawn else b""
            atomic.write(self._path(key, form), data)
            self._written += len(data)
        atomic.write(self._path(key, "types"), json.dumps(told).encode())
        if self._written > MOST // 16:
            self._written = 0
            self._sweep()

    def _sweep(self) -> None:
        found = []
        for path in self._folder.glob("*/*"):
            with suppress(OSError):
                facts = path.stat()
                found.append((facts.st_mtime, facts.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= MOST:
                return
            with suppress(OSError):
                path.unlink()
                total -= size

    def _path(self, key: str, form: str) -> Path:
        return self._folder / key[:2] / f"{key}-{form}"


def answer(drawn: Drawn | None, known: str | None) -> Response:
    """Something drawn as an answer; short where the browser has it, empty where there is none."""
    if drawn is None:
        return Response(status_code=204)
    headers = {
        "etag": f'"{drawn.tag}"',
        "cache-control": "private, max-age=600",
        "content-security-policy": FRAMED,
        "x-frame-options": "SAMEORIGIN",
    }
    if known is not None and headers["etag"] in known:
        return Response(status_code=304, headers=headers)
    return FileResponse(drawn.path, media_type=drawn.media_type, headers=headers)


def whole(data: bytes, blob: str) -> Response:
    """A stored picture in all its pixels; empty where it is nothing that a browser decodes."""
    kind = next((kind for magic, kind in PICTURES.items() if data.startswith(magic)), None)
    if kind is None:
        return Response(status_code=204)
    headers = {
        "etag": f'"{blob}"',
        "cache-control": "private, max-age=600",
        "content-security-policy": FRAMED,
        "x-frame-options": "SAMEORIGIN",
    }
    return Response(data, media_type=kind, headers=headers)


def _forms(studio: Studio, art: str, data: bytes, name: str, form: Form) -> Forms:
    if form == "small":  # a wall of many asks for it: nothing else is drawn
        return {"small": _plain(studio.views.small(art, data, name))}
    shown = studio.views.shown(art, data, name)
    return {
        "large": _plain(shown.large),
        "small": _plain(shown.small),
        "sound": _plain(shown.sound) if shown.sound else None,
    }


def _plain(preview: Preview) -> tuple[str, bytes]:
    kind = preview.media_type if preview.media_type in ALLOWED else "application/octet-stream"
    views = f";frames={preview.frames}" if preview.frames > 1 else ""  # a browser ignores it
    return kind + views, preview.data


def _there(found: Drawn | None) -> Drawn | None:
    if found is None:  # drawn a moment ago, and swept away
        raise Missing("The preview is gone: ask for it again.")
    return found if found.media_type else None
