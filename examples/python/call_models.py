"""Calls models through the LLM Proxy with OpenAI's and Anthropic's SDKs, plain and streaming."""

import os
import sys

from anthropic import Anthropic
from openai import OpenAI

QUESTION = "Hello, world"


def setting(name: str, what: str) -> str:
    return os.environ.get(name) or sys.exit(f"Set {name} to {what}")


def call_responses(client: OpenAI, model: str) -> None:
    response = client.responses.create(model=model, input=QUESTION)
    print("responses, plain:   ", response.output_text)

    print("responses, streamed: ", end="")
    with client.responses.create(model=model, input=QUESTION, stream=True) as events:
        for event in events:
            if event.type == "response.output_text.delta":
                print(event.delta, end="", flush=True)
    print()


def call_messages(client: Anthropic, model: str) -> None:
    question = {"role": "user", "content": QUESTION}

    message = client.messages.create(model=model, max_tokens=1024, messages=[question])
    print("messages, plain:    ", "".join(block.text for block in message.content if block.type == "text"))

    print("messages, streamed:  ", end="")
    with client.messages.stream(model=model, max_tokens=1024, messages=[question]) as stream:
        for text in stream.text_stream:
            print(text, end="", flush=True)
    print()


def main() -> None:
    gateway = setting("AGYN_GATEWAY", "the address of the server, e.g. http://127.0.0.1:8080").rstrip("/")
    token = setting("AGYN_TOKEN", "an API token")
    responses_model = setting("AGYN_RESPONSES_MODEL", "the name of a model with OpenAI's Responses API")
    messages_model = setting("AGYN_MESSAGES_MODEL", "the name of a model with Anthropic's Messages API")

    # OpenAI's SDK expects the address with /v1, Anthropic's without.
    call_responses(OpenAI(base_url=f"{gateway}/v1", api_key=token), responses_model)
    call_messages(Anthropic(base_url=gateway, auth_token=token), messages_model)


if __name__ == "__main__":
    main()
