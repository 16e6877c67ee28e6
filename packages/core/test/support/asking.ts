import { z } from "zod";
import {
  defineTool,
  errorResult,
  type ApprovalRequest,
  type Tool,
  type ToolMiddleware,
} from "../../src/index.ts";

/** Asks about every call, with what "always" would stand for; refuses what nobody allows. */
export function asking(remember: readonly string[] = []): ToolMiddleware {
  let count = 0;
  return (next) => async (call, context) => {
    if (!context.ask) return errorResult("nobody to ask");
    const request: ApprovalRequest = {
      id: `asked-${(count += 1)}`,
      digest: JSON.stringify([call.name, call.arguments]),
      call,
      cwd: context.cwd,
      risk: "execute",
      reasons: ["it runs something"],
      writes: [],
      hosts: [],
      remember: [...remember],
    };
    const answer = await context.ask(request, context.signal);
    if (answer.decision === "allow") return next(call, context);
    return errorResult(answer.reason ?? "user declined");
  };
}

/** A tool whose calls run side by side when their texts differ; `ran` has the texts that ran. */
export function touchTool(): { tool: Tool; ran: string[] } {
  const ran: string[] = [];
  const tool = defineTool({
    name: "touch",
    description: "Touches a file.",
    risk: "execute",
    input: z.object({ text: z.string() }),
    touches: ({ text }) => [text],
    run: async ({ text }) => {
      ran.push(text);
      return `touched ${text}`;
    },
  });
  return { tool, ran };
}
