"""Everything that our OpenAPI document allows, and much that it does not, is asked: nothing fails.

Schemathesis makes the requests. A store with works and creations is there to be found, and jobs
go to the little worker, so that what is asked for is asked for in earnest.
"""

from __future__ import annotations

import sys
from collections import Counter

import little_worker
import pytest
import schemathesis
from browsing import ORIGIN, OURS, PORT, TOKEN, browser
from filled import fill
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import booleans

from toy.plugin import install

EXAMPLES = 25
"""Requests of each route."""

HEADERS = {**OURS, "cookie": f"moxie-{PORT}={TOKEN}"}

USUAL = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The application on a filled store, and the ids in it."""
    plugins = tmp_path_factory.mktemp("plugins")
    install(plugins)
    sys.path.insert(0, str(plugins))
    home = tmp_path_factory.mktemp("asked") / "home"
    store = fill(home)
    with browser(home) as client:
        client.app.state.web.foreman.command = (sys.executable, little_worker.__file__)
        yield client.app, store
    sys.path.remove(str(plugins))


def operations(app):
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    found = [result.ok() for result in schema.get_all_operations()]
    assert len(found) > 30
    return [one for one in found if not one.path.endswith("/events")]  # asked for elsewhere


@pytest.mark.slow
def test_nothing_that_can_be_asked_fails(served):
    app, store = served
    ids = {"corpus": store.corpus, "work": store.works[0], "creation": store.creations[0]}
    answers = Counter()

    def ask(case, there):
        names = case.path_parameters or {}
        if there:  # half of the time it is about something that is there
            names.update({name: ids[name] for name in names if name in ids})
        answer = case.call(base_url=ORIGIN, headers=HEADERS, timeout=90)
        assert answer.status_code < 500, (case.operation.label, answer.text)
        assert "Traceback" not in answer.text
        answers[answer.status_code // 100] += 1

    for operation in operations(app):
        USUAL(given(operation.as_strategy(), booleans())(ask))()
    assert answers[2] > 100  # they were not all refused at the gate
