// Calls models through the LLM Proxy with OpenAI's and Anthropic's SDKs, plain and streaming.
import process from "node:process";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

const QUESTION = "Hello, world";

function setting(name, what) {
  const value = process.env[name];
  if (!value) {
    console.error(`Set ${name} to ${what}`);
    process.exit(1);
  }
  return value;
}

async function callResponses(client, model) {
  const response = await client.responses.create({ model, input: QUESTION });
  console.log("responses, plain:   ", response.output_text);

  process.stdout.write("responses, streamed: ");
  const events = await client.responses.create({ model, input: QUESTION, stream: true });
  for await (const event of events) {
    if (event.type === "response.output_text.delta") {
      process.stdout.write(event.delta);
    }
  }
  console.log();
}

async function callMessages(client, model) {
  const question = { model, max_tokens: 1024, messages: [{ role: "user", content: QUESTION }] };

  const message = await client.messages.create(question);
  const texts = message.content.filter((block) => block.type === "text").map((block) => block.text);
  console.log("messages, plain:    ", texts.join(""));

  process.stdout.write("messages, streamed:  ");
  const stream = client.messages.stream(question).on("text", (text) => process.stdout.write(text));
  await stream.finalMessage();
  console.log();
}

const gateway = setting("AGYN_GATEWAY", "the address of the server, e.g. http://127.0.0.1:8080").replace(/\/+$/, "");
const token = setting("AGYN_TOKEN", "an API token");
const responsesModel = setting("AGYN_RESPONSES_MODEL", "the name of a model with OpenAI's Responses API");
const messagesModel = setting("AGYN_MESSAGES_MODEL", "the name of a model with Anthropic's Messages API");

// OpenAI's SDK expects the address with /v1, Anthropic's without.
await callResponses(new OpenAI({ baseURL: `${gateway}/v1`, apiKey: token }), responsesModel);
await callMessages(new Anthropic({ baseURL: gateway, authToken: token }), messagesModel);
