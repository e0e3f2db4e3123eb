"""The WebSocket cases of the Open Responses compliance suite, which is in no package registry, with OpenAI's SDK."""

from __future__ import annotations

import os
from typing import Any

import pytest
from openai import OpenAI

MODEL = os.environ["OPENAI_WEBSOCKET_TEST_MODEL"]
TERMINAL = {"response.completed", "response.failed", "response.incomplete", "error"}


@pytest.fixture
def client():
    with OpenAI() as opened:
        yield opened


def create(connection: Any, **fields: Any) -> Any:
    connection.response.create(model=MODEL, **{"input": "Say hello.", "store": False, **fields})
    while True:
        event = connection.recv()
        if event.type in TERMINAL:
            return event


def complete(connection: Any, **fields: Any) -> str:
    event = create(connection, **fields)
    assert event.type == "response.completed", event
    assert event.response.status == "completed"
    return event.response.id


def fail(connection: Any, code: str | None, **fields: Any) -> None:
    event = create(connection, **fields).to_dict()
    assert event["type"] == "error", event
    assert event["status"] == 400
    assert event["error"]["code"] == code


def test_response(client: OpenAI) -> None:
    with client.responses.connect() as connection:
        complete(connection)


def test_sequential_responses(client: OpenAI) -> None:
    with client.responses.connect() as connection:
        assert complete(connection) != complete(connection)


def test_continuation(client: OpenAI) -> None:
    with client.responses.connect() as connection:
        first = complete(connection)
        complete(connection, previous_response_id=first, input="And again.")


def test_reconnect_recovers_an_unstored_response(client: OpenAI) -> None:
    with client.responses.connect() as connection:
        first = complete(connection)
    with client.responses.connect() as connection:
        fail(connection, "previous_response_not_found", previous_response_id=first)
        complete(connection)


def test_unknown_previous_response(client: OpenAI) -> None:
    with client.responses.connect() as connection:
        fail(connection, "previous_response_not_found", previous_response_id="resp_unknown")


def test_failed_continuation_evicts_the_response(client: OpenAI) -> None:
    with client.responses.connect() as connection:
        first = complete(connection)
        output = [{"type": "function_call_output", "call_id": "call_unknown", "output": "x"}]
        fail(connection, None, previous_response_id=first, input=output)
        fail(connection, "previous_response_not_found", previous_response_id=first)


def test_chain_after_compaction(client: OpenAI) -> None:
    compacted = client.responses.compact(model=MODEL, input=[{"role": "user", "content": "Hi"}])
    with client.responses.connect() as connection:
        complete(connection, input=[item.to_dict() for item in compacted.output])


def test_prepared_response_is_continued(client: OpenAI) -> None:
    with client.responses.connect() as connection:
        prepared = complete(connection, generate=False)
        complete(connection, previous_response_id=prepared)


def test_lanes_run_apart(client: OpenAI) -> None:
    with client.responses.connect() as connection:
        for lane in ("a", "b"):
            connection.response.create(model=MODEL, input="Hi", store=False, stream_id=lane)
        ended: set[str] = set()
        while len(ended) < 2:
            event = connection.recv()
            assert event.type != "error", event
            if event.type == "response.completed":
                ended.add(event.to_dict()["stream_id"])
        assert ended == {"a", "b"}
