import { z } from "zod";

/** A field that may be missing, null or of a wrong type without harm: then it counts as missing. */
function loose<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().catch(undefined);
}

const supported = loose(z.object({ supported: loose(z.boolean()) }));

/** A list of models; entries are read one by one. */
export const listSchema = z.object({ data: z.array(z.unknown()) });

/** One model, in the words of the services that say more than its id. */
export const listedModelSchema = z.object({
  id: z.string().min(1).max(200),
  name: loose(z.string()),
  display_name: loose(z.string()),
  owned_by: loose(z.string()),
  context_length: loose(z.number()),
  context_window: loose(z.number()),
  max_context_length: loose(z.number()),
  max_model_len: loose(z.number()),
  max_input_tokens: loose(z.number()),
  max_output_tokens: loose(z.number()),
  max_completion_tokens: loose(z.number()),
  max_tokens: loose(z.number()),
  capabilities: loose(
    z.object({
      image_input: supported,
      structured_outputs: supported,
      thinking: loose(z.object({ types: loose(z.object({ adaptive: supported, enabled: supported })) })),
    }),
  ),
});
