"""Whether a wish can be meant: said at once, where it can be known without the work itself."""

from __future__ import annotations

from moxie.errors import BadInput
from moxie.web import models
from moxie.web.context import Web
from moxie.work import Rights


def check(web: Web, wish: models.Wish) -> list[str]:
    """The names of the corpora that a wish is about. Raises BadInput, Missing."""
    if isinstance(wish, models.CollectWish):
        return _collecting(web, wish)
    if isinstance(wish, models.SuggestWish | models.RestoreWish) and wish.corpus is None:
        return _loose(web, wish)
    assert wish.corpus is not None
    corpus = web.studio.views.corpus(wish.corpus)
    names = [corpus.name]
    if isinstance(wish, models.CreateWish):
        if wish.creation is not None:
            web.studio.views.creation(wish.creation)
        names += [web.studio.views.corpus(one).name for one in wish.blend or ()]
    if isinstance(wish, models.CreateWish | models.SuggestWish | models.RestoreWish):
        _sent(web, wish)
        if wish.work is not None:
            web.studio.views.check_work(corpus, wish.work)
    if isinstance(wish, models.ExportWish):
        for creation in wish.creations:
            web.studio.views.creation(creation, corpus)
    return list(dict.fromkeys(names))


def _loose(web: Web, wish: models.SuggestWish | models.RestoreWish) -> list[str]:
    """What concerns a file alone, and no corpus."""
    if wish.work is not None:
        raise BadInput("Say which corpus the work belongs to.")
    _sent(web, wish)
    return []


def _sent(web: Web, wish: models.CreateWish | models.SuggestWish | models.RestoreWish) -> None:
    """Raises Missing for an upload that is not there."""
    masks = () if isinstance(wish, models.SuggestWish) else (wish.mask,)
    for upload in filter(None, (wish.upload, *masks)):
        web.uploads.get(upload)


def _collecting(web: Web, wish: models.CollectWish) -> list[str]:
    if wish.samples == bool(wish.uploads):
        raise BadInput("Collect files that were sent, or the sample works of an art.")
    if wish.art is not None:
        web.studio.views.find_art(wish.art)
    Rights.parse(wish.rights)
    for upload in wish.uploads:
        web.uploads.get(upload)
    return [wish.corpus] if wish.corpus else []
