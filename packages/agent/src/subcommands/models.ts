import type { ModelInfo } from "@zotpilot/provider/model";
import { complain } from "../complain.ts";
import { exitCodes } from "../errors.ts";
import type { Io } from "../io.ts";
import type { CliOptions } from "../options.ts";
import { createRuntime } from "../runtime/create-runtime.ts";
import { accountCommand } from "./context.ts";

/** Lists the models that can be talked to, the default first. */
export async function runModels(
  options: CliOptions,
  json: boolean,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const { print, printJson } = accountCommand(io);
  const onWarning = (sentence: string): void => complain(io, sentence);
  const runtime = createRuntime({ options, env: io.env, onWarning, signal });
  try {
    const models = await runtime.models();
    if (json) models.forEach(printJson);
    else print(table(models));
    return exitCodes.ok;
  } finally {
    await runtime.close();
  }
}

function table(models: readonly ModelInfo[]): string {
  const rows = models.map((model) => [
    model.id,
    model.name,
    model.vendor,
    `${Math.round(model.contextWindow / 1000)}k`,
    model.billing ? `${model.billing.multiplier}x` : "",
    model.isDefault ? "default" : model.preview ? "preview" : "",
  ]);
  const header = ["id", "name", "vendor", "context", "cost", ""];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
