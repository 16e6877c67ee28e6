import { randomBytes } from "node:crypto";
import { json } from "../../http/reply.ts";
import { isStreamed, namedEvent, streamEvents, type ModelWire } from "../model-call.ts";
import { usageOf } from "../usage.ts";
import { contentBlocks, stopReason } from "./content.ts";
import { messageEvents, wholeMessage, type MessageContext } from "./events.ts";
import { validateMessages } from "./validate.ts";

/** `POST /v1/messages` */
export const messagesWire: ModelWire = {
  endpoint: "/v1/messages",
  stage: "messages",
  validate: validateMessages,
  speak(world, valid, spoken) {
    const context: MessageContext = {
      id: `msg_${randomBytes(12).toString("hex")}`,
      model: valid.model.id,
      usage: usageOf(valid, spoken),
      stopReason: stopReason(spoken),
    };
    const blocks = contentBlocks(spoken, valid.body, world.seals);
    if (!isStreamed(valid)) return json(200, wholeMessage(blocks, context));
    return streamEvents(messageEvents(blocks, context), spoken, world.pace, namedEvent);
  },
};
