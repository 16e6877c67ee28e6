import type { Connection } from "../runtime/runtime.ts";
import { say, type SlashCommand } from "./command.ts";

export const statusCommand: SlashCommand = {
  name: "status",
  summary: "who is signed in, which model answers, and what the tools may do",
  run: (_args, { connection, model, cwd, guards }) =>
    say(
      "info",
      [
        `account: ${describe(connection)}`,
        `model: ${model ?? "not known yet"}`,
        `folder: ${cwd}`,
        ...guards,
      ].join("\n"),
    ),
};

function describe(connection: Connection): string {
  switch (connection.type) {
    case "connecting":
      return `being looked for on ${connection.host}`;
    case "signed_out":
      return `nobody is signed in to ${connection.host}`;
    case "signed_in":
      return `${connection.login ?? "signed in"} on ${connection.host}, from ${connection.place}`;
    case "demo":
      return "none: this is the built-in demo";
  }
}
