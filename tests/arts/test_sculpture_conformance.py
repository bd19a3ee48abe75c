"""Sculpture keeps the protocol, its recipes too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from moxie.arts.sculpture import ART
from moxie.checks import Check, Masking, checks_for


def vertices_outside(form: Any, mask: Any) -> object:
    """The vertices that a mask leaves alone, in order."""
    return form.vertices[~form.frame.masked(form.vertices, mask)]


MASKING: Masking[Any] = Masking(known=vertices_outside)

LIMITS: dict[str, Any] = {"works": 3, "size": "40", "region": "top 30%", "masking": MASKING}


@pytest.mark.slow
@pytest.mark.parametrize("check", checks_for(ART, **LIMITS), ids=str)
def test_sculpture_conforms(check: Check) -> None:
    check()


def test_what_is_known_is_told_by_vertices() -> None:
    name, data = next(ART.examples())
    form = ART.read(data, name)
    mask = ART.region("top 30%", None, form)
    known = vertices_outside(form, mask)
    assert 0 < len(known) < len(form.vertices)  # type: ignore[arg-type]
    assert np.isin(known, form.vertices).all()
