import { field, type Call } from "../http/call.ts";
import { capiError, json, text, type Reply } from "../http/reply.ts";
import type { World } from "../world.ts";

/** `GET /models` */
export function listModels(world: World, call: Call): Promise<Reply> {
  return world.run("models", call, async () => json(200, { data: world.models.list(), object: "list" }));
}

/** `GET /models/{id}` */
export function describeModel(world: World, _call: Call, id: string): Promise<Reply> {
  const model = world.models.find(id);
  return Promise.resolve(model === undefined ? text(404, "model not found\n") : json(200, model));
}

/** `POST /models/{id}/policy` */
export function setModelPolicy(world: World, call: Call, id: string): Promise<Reply> {
  return world.run("policy", call, async () => {
    if (world.models.find(id) === undefined) return text(404, "model not found\n");
    const state = field(call, "state");
    if (state !== "enabled" && state !== "disabled") {
      return capiError(400, "invalid_request_body", 'state must be "enabled" or "disabled"');
    }
    if (world.models.find(id)?.policy !== undefined) world.models.setPolicy(id, state);
    return json(200, { state });
  });
}
