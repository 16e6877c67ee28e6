import type { ModelInfo } from "@zotpilot/provider/model";
import { line, sanitizeTerminalText, StyledLines, truncateSpans, type Line } from "@zotpilot/tui";
import { Box } from "ink";
import { useRef, useState, type ReactNode } from "react";
import type { ChatController } from "../controller.ts";
import { useChords } from "./use-chords.ts";

/** Lets the person choose one of the models; typing narrows the list. */
export function ModelDialog(props: {
  models: readonly ModelInfo[];
  current: string | undefined;
  controller: ChatController;
  width: number;
  height: number;
}): ReactNode {
  const { models, current, controller, width, height } = props;
  const [view, setView] = useState(() => ({
    filter: "",
    chosen: Math.max(
      0,
      models.findIndex(({ id }) => id === current),
    ),
  }));
  // Keys can come faster than frames, so they look at what is so by then and not at what was drawn last.
  const latest = useRef(view);

  function change(next: Partial<typeof view>): void {
    latest.current = { ...latest.current, ...next };
    setView(latest.current);
  }

  function pressed(chord: string): void {
    const { filter } = latest.current;
    const { found, index } = narrowed(models, latest.current);
    if (chord === "escape" || chord === "ctrl+c") controller.escape();
    else if (chord === "up" || chord === "ctrl+p") change({ chosen: Math.max(0, index - 1) });
    else if (chord === "down" || chord === "ctrl+n")
      change({ chosen: Math.min(found.length - 1, index + 1) });
    else if (chord === "backspace") change({ filter: filter.slice(0, -1), chosen: 0 });
    else if (chord === "enter" && found[index]) controller.chooseModel(found[index].id);
  }

  useChords(pressed, (text) =>
    change({ filter: latest.current.filter + sanitizeTerminalText(text).toLowerCase(), chosen: 0 }),
  );

  const { filter } = view;
  const { found, index } = narrowed(models, view);
  // Title and keys make room in a low window.
  const isLow = height < 5;
  const visible = Math.max(1, isLow ? height : height - 3);
  const first = Math.min(Math.max(0, index - Math.floor(visible / 2)), Math.max(0, found.length - visible));
  const lines = found
    .slice(first, first + visible)
    .map((model, row) => modelLine(model, first + row === index, model.id === current, width));
  const place = found.length > visible ? `${index + 1} of ${found.length} · ` : "";
  const title: Line = [
    { text: "Choose a model", bold: true },
    { text: filter === "" ? "  type to narrow the list" : `  ${filter}`, dim: true },
  ];
  const keys = line(`${place}↑ ↓ Enter · Esc to keep the one there is`, { dim: true });
  const none = line("no model of that name", { dim: true });
  const list = found.length === 0 ? [none] : lines;
  const shown = isLow ? list : [title, ...list, keys, line("")];
  return (
    <Box flexDirection="column">
      <StyledLines lines={shown.map((spans) => truncateSpans(spans, width))} />
    </Box>
  );
}

function narrowed(
  models: readonly ModelInfo[],
  { filter, chosen }: { filter: string; chosen: number },
): { found: readonly ModelInfo[]; index: number } {
  const found = models.filter((model) => `${model.id} ${model.name}`.toLowerCase().includes(filter));
  return { found, index: Math.max(0, Math.min(chosen, found.length - 1)) };
}

function modelLine(model: ModelInfo, isSelected: boolean, isCurrent: boolean, width: number): Line {
  const cost =
    model.billing === undefined
      ? ""
      : model.billing.premium
        ? ` · ${model.billing.multiplier}× premium requests`
        : " · included";
  const limit = model.maxPromptTokens > 0 ? ` · ${Math.round(model.maxPromptTokens / 1000)}k context` : "";
  return truncateSpans(
    [
      { text: isSelected ? "❯ " : "  ", color: "cyan" },
      {
        text: sanitizeTerminalText(model.id),
        bold: isSelected,
        ...(isCurrent && { color: "cyan" as const }),
      },
      {
        text: ` ${sanitizeTerminalText(model.name)}${limit}${cost}${isCurrent ? " · in use" : ""}`,
        dim: true,
      },
    ],
    width,
  );
}
