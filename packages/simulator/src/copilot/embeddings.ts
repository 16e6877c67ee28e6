import { isRecord, type Call } from "../http/call.ts";
import { json, type FullReply, type Reply } from "../http/reply.ts";
import type { World } from "../world.ts";
import { embed, MAX_DIMENSIONS } from "./embed.ts";
import type { ModelEntry } from "./model-catalogue.ts";
import { findOfType, invalid, isReply, modelNotSupported } from "./valid-request.ts";

const MAX_TOKENS = 8191;
/** What the service takes at once when the model does not say. */
const DEFAULT_MAX_INPUTS = 256;

/** An embeddings request that passed every check. */
interface ValidEmbeddings {
  model: ModelEntry;
  texts: readonly string[];
  dimensions: number;
  isBase64: boolean;
}

/** `POST /embeddings`, after the guard. */
export async function embedTexts(world: World, call: Call): Promise<Reply> {
  const valid = validate(world, call);
  if (isReply(valid)) return valid;
  return world.run("embeddings", call, async () => {
    const tokens = valid.texts.reduce((sum, text) => sum + tokensOf(text), 0);
    const data = valid.texts.map((text, index) => {
      const vector = embed(text, valid.dimensions);
      const embedding = valid.isBase64 ? encoded(vector) : vector;
      return { embedding, index, object: "embedding" };
    });
    const usage = { prompt_tokens: tokens, total_tokens: tokens };
    return json(200, { data, model: valid.model.id, object: "list", usage });
  });
}

function validate(world: World, call: Call): ValidEmbeddings | FullReply {
  const { body } = call;
  if (call.malformed || !isRecord(body)) return invalid("failed to parse request");
  const model = findOfType(world.models, body["model"], "embeddings");
  if (model === undefined) return modelNotSupported();
  const texts = typeof body["input"] === "string" ? [body["input"]] : body["input"];
  const isText = (text: unknown): text is string => typeof text === "string" && text !== "";
  if (!Array.isArray(texts) || texts.length === 0 || !texts.every(isText)) {
    return invalid("input must be a text or a list of texts, none of them empty");
  }
  const limit = Number(model.capabilities.limits?.["max_inputs"] ?? DEFAULT_MAX_INPUTS);
  if (texts.length > limit) return invalid(`input: at most ${limit} texts are allowed, got ${texts.length}`);
  const long = texts.findIndex((text) => tokensOf(text) > MAX_TOKENS);
  if (long !== -1) return invalid(`input[${long}] is longer than ${MAX_TOKENS} tokens`);
  const { dimensions = MAX_DIMENSIONS, encoding_format: format = "float" } = body;
  if (!Number.isSafeInteger(dimensions) || Number(dimensions) < 1 || Number(dimensions) > MAX_DIMENSIONS) {
    return invalid(`dimensions must be a whole number from 1 to ${MAX_DIMENSIONS}`);
  }
  if (format !== "float" && format !== "base64") return invalid("encoding_format must be float or base64");
  return { model, texts, dimensions: Number(dimensions), isBase64: format === "base64" };
}

/** Four bytes a number, little endian. */
function encoded(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString("base64");
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}
