import { z } from "zod";

const number = z.number().nullish().catch(undefined);

/** One event of a stream of completions; everything in it may be missing. */
export const completionChunkSchema = z.object({
  choices: z.array(z.unknown()).nullish().catch(undefined),
  usage: z
    .object({
      prompt_tokens: number,
      completion_tokens: number,
      prompt_tokens_details: z.object({ cached_tokens: number }).nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
});

/** One choice of it. */
export const completionChoiceSchema = z.object({
  index: z.int().nonnegative().nullish().catch(undefined),
  text: z.string().nullish().catch(undefined),
  finish_reason: z.string().nullish().catch(undefined),
  copilot_annotations: z.record(z.string(), z.array(z.unknown()).catch([])).nullish().catch(undefined),
});

/** One annotation of it. The end has two names, depending on the endpoint. */
export const completionAnnotationSchema = z.object({
  start_offset: z.number(),
  stop_offset: number,
  end_offset: number,
  details: z.record(z.string(), z.unknown()).nullish().catch(undefined),
});
