import { expect, test } from "vitest";
import { collectMessage, isProviderError, type ModelRequest } from "../src/index.ts";
import { gentleSchema, isRefusedByStrict } from "../src/wire/chat-completions/gentle-schema.ts";
import { CHAT_PATH } from "./fake-service.ts";
import { hello, simulated, type Simulated } from "./simulated.ts";

const union = {
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  properties: { values: { type: "array", items: { anyOf: [{ type: "string" }, { type: "number" }] } } },
};
const plain = { type: "object", properties: { path: { type: "string" } } };
const asking = (model: string): ModelRequest => ({
  ...hello,
  model,
  tools: [
    { name: "plain", description: "Fine.", parameters: plain },
    { name: "mixed", description: "Not fine.", parameters: union },
  ],
});
const SCENARIO = { scenarios: ["chat.strict_schema_gemini"] };
const sentBy = ({ simulator }: Simulated): unknown =>
  simulator.requests.filter(({ path }) => path === CHAT_PATH).map(({ body }) => body);

/** Freezes a schema to its leaves: whoever writes into it throws. */
function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

test("chat.strict_schema_gemini: Gemini is sent schemas that it takes; the caller's stay as they are", async () => {
  const all = await simulated(SCENARIO);
  const request = frozen(asking("gemini-3-pro-preview"));
  const { finishReason } = await collectMessage(all.copilot.stream(request));
  expect(finishReason).toBe("end");
  expect(sentBy(all)).toMatchObject([
    {
      tools: [
        { function: { name: "plain", parameters: plain } },
        {
          function: { name: "mixed", parameters: { properties: { values: { items: { type: "string" } } } } },
        },
      ],
    },
  ]);
  expect(JSON.stringify(sentBy(all))).not.toMatch(/\$schema|anyOf/);
});

test("chat.strict_schema_gemini: another model's refusal without a reason names the tool", async () => {
  const all = await simulated(SCENARIO);
  const error = await collectMessage(all.copilot.stream(asking("gpt-4.1"))).catch(
    (thrown: unknown) => thrown,
  );
  if (!isProviderError(error)) throw error;
  expect(error).toMatchObject({ code: "bad_request", status: 400, retryable: false });
  expect(error.message).toMatch(/"Bad Request".*which some models refuse: mixed\.$/);
  // And it is sent as it was given: other models know what it says.
  expect(sentBy(all)).toMatchObject([{ tools: [{}, { function: { parameters: union } }] }]);
});

test("the family that the list of models tells counts before the name", async () => {
  const [listed] = (await (await simulated()).copilot.listModels()).filter(({ id }) =>
    id.startsWith("gemini"),
  );
  expect(listed).toMatchObject({ family: "gemini-3-pro" });
});

test.for(["error.empty_body", "error.text_plain_json"])(
  "%s names tools only where nothing else is said",
  async (name) => {
    const all = await simulated({ scenarios: [name] });
    const error = await collectMessage(all.copilot.stream(asking("gpt-4.1"))).catch(
      (thrown: unknown) => thrown,
    );
    if (!isProviderError(error)) throw error;
    if (name === "error.empty_body") expect(error.message).toMatch(/refuse: mixed\.$/);
    else expect(error.message).not.toMatch(/mixed/);
  },
);

const one = (schema: Record<string, unknown>) => gentleSchema(frozen(schema));

test.for([
  [{ type: ["string", "null"] }, { type: "string", nullable: true }],
  [
    { type: ["null", "integer", "string"], minimum: 1 },
    { type: "integer", nullable: true, minimum: 1 },
  ],
  [{ type: ["null"] }, { type: "null" }],
  [
    { type: "array", items: { anyOf: [{ type: "object", properties: {} }, { type: "string" }] } },
    { type: "array", items: { type: "object", properties: {} } },
  ],
  [
    {
      items: {
        description: "d",
        oneOf: [{ type: "string", const: "a" }, { type: "string", enum: ["b", "a"] }, { type: "null" }],
      },
    },
    { items: { type: "string", enum: ["a", "b"], description: "d", nullable: true } },
  ],
  [{ items: { anyOf: [{ type: "string", const: "a" }, { type: "string" }] } }, { items: { type: "string" } }],
  [{ items: { anyOf: [{ type: "null" }] } }, { items: { type: "null" } }],
  [{ items: { anyOf: [{ type: ["string", "null"] }] } }, { items: { type: "string", nullable: true } }],
  [
    { properties: { type: { type: ["a", "b"] }, items: { properties: { $schema: { type: ["c"] } } } } },
    { properties: { type: { type: "a" }, items: { properties: { $schema: { type: "c" } } } } },
  ],
  [
    { $defs: { x: { items: { anyOf: [{ items: { type: ["string"] } }] } } } },
    { $defs: { x: { items: { items: { type: "string" } } } } },
  ],
])("%j becomes %j", ([given, wanted]) => {
  expect(one(given as Record<string, unknown>)).toEqual(wanted);
  expect(isRefusedByStrict(given as Record<string, unknown>)).toBe(true);
});

test.for([
  plain,
  { anyOf: [{ type: "string" }, { type: "number" }] },
  {
    type: "string",
    enum: [["a"], { type: ["x"], items: { anyOf: [] } }],
    default: { $schema: 1 },
    const: { type: ["y"] },
  },
  { properties: { a: { anyOf: [plain, { type: "null" }] } }, required: ["a"] },
])("%j is sent as the very same object", (given) => {
  expect(one(given)).toBe(given);
  expect(isRefusedByStrict(given)).toBe(false);
});

test("a reference is named, and a schema of any depth ends", () => {
  expect(isRefusedByStrict({ properties: { a: { $ref: "#/$defs/a" } } })).toBe(true);
  let deep: Record<string, unknown> = { type: ["string"] };
  for (let level = 0; level < 50_000; level += 1) deep = { items: deep };
  expect(gentleSchema(deep)).toBe(deep);
  expect(isRefusedByStrict(deep)).toBe(false);
});
