import { json } from "../../http/reply.ts";
import { isStreamed, namedEvent, streamEvents, type ModelWire } from "../model-call.ts";
import { opaqueId } from "../seals.ts";
import { reasoningTokens, usageOf } from "../usage.ts";
import { responseEvents, wholeResponse } from "./events.ts";
import { outputItems } from "./output.ts";
import type { ResponseContext } from "./response-object.ts";
import { validateResponses } from "./validate.ts";

/** `POST /responses` */
export const responsesWire: ModelWire = {
  endpoint: "/responses",
  stage: "responses",
  validate: validateResponses,
  speak(world, valid, spoken) {
    const context: ResponseContext = {
      model: valid.model.id,
      created: Math.floor(world.clock.now() / 1000),
      usage: usageOf(valid, spoken),
      reasoningTokens: reasoningTokens(spoken),
      finishReason: spoken.finishReason ?? "stop",
      body: valid.body,
      nextId: opaqueId,
    };
    const items = outputItems(spoken, valid.model.id, valid.body, world.seals);
    if (!isStreamed(valid)) return json(200, wholeResponse(items, context));
    return streamEvents(responseEvents(items, context), spoken, world.pace, namedEvent);
  },
};
