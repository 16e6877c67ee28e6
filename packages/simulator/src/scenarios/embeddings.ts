import { invalid } from "../copilot/valid-request.ts";
import { isRecord } from "../http/call.ts";
import type { Scenario } from "./scenario.ts";
import { patched } from "./tools.ts";

const FEW = 16;

/** How `/embeddings` answers. */
export const embeddingsScenarios: readonly Scenario[] = [
  patched(
    "embeddings.batch",
    "the vectors come in the opposite order of their texts",
    "embeddings",
    (body) => ({
      ...body,
      data: Array.isArray(body["data"]) ? body["data"].toReversed() : body["data"],
    }),
  ),
  {
    name: "embeddings.too_many",
    summary: `only ${FEW} texts are taken at once; the model list says so`,
    play(world) {
      world.models.change("embeddings", ({ capabilities }) => ({
        capabilities: { ...capabilities, limits: { ...capabilities.limits, max_inputs: FEW } },
      }));
      return {};
    },
  },
  {
    name: "embeddings.single_string",
    summary: "refuses a text by itself; only lists of texts are taken",
    play: () => ({
      embeddings: (call, next) =>
        isRecord(call.body) && typeof call.body["input"] === "string"
          ? invalid("input must be a list of texts")
          : next(),
    }),
  },
];
