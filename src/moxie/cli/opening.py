"""`moxie studio`: the server runs until a signal stops it."""

from __future__ import annotations

import sys
from typing import Any

from moxie.cli.outcome import Outcome
from moxie.settings import Settings
from moxie.text import Catalogue, Message, say
from moxie.web.serve import serve as listen


def serve(params: dict[str, Any], settings: Settings, catalogue: Catalogue) -> Outcome:
    """Listen, and say where on stderr; what was asked is done when a person stops it."""

    def tell(message: Message) -> None:
        print(catalogue.render(message), file=sys.stderr, flush=True)

    listen(settings, tell, host=params["host"], port=params["port"], browser=not params["quiet"])
    return Outcome({"stopped": True}, [say("The studio is closed.")])
