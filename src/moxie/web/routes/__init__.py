"""The API, one file for each kind of thing. Reading is GET and changes nothing; changing is POST.

Every route is typed, so that the OpenAPI document says all of it; uploads are PUT.
"""

from __future__ import annotations

from fastapi import APIRouter

from moxie.web.models import Trouble
from moxie.web.routes import compare, corpora, creations, files, jobs, surroundings

TROUBLES = (400, 401, 403, 404, 409, 413, 415, 422, 429, 503, 507)

ROUTER = APIRouter(prefix="/api", responses={status: {"model": Trouble} for status in TROUBLES})
for part in (surroundings, corpora, creations, compare, jobs, files):
    ROUTER.include_router(part.ROUTER)
