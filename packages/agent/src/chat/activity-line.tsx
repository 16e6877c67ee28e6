import { Spinner, truncateToWidth } from "@zotpilot/tui";
import { Box, Text, useAnimation } from "ink";
import type { ReactNode } from "react";
import type { Activity } from "./state/chat-state.ts";

const labels: Record<Activity["type"], string> = {
  connecting: "Connecting",
  waiting: "Waiting for the model",
  thinking: "Thinking",
  answering: "Answering",
  tools: "Working",
  retrying: "Trying again",
  compacting: "Summarising the conversation",
};

/** What the agent is busy with, since when, and how to stop it. One row. */
export function ActivityLine({ activity, width }: { activity: Activity; width: number }): ReactNode {
  const { time } = useAnimation({ interval: 1000 });
  const label = ("text" in activity && activity.text) || labels[activity.type];
  const seconds = Math.floor(time / 1000);
  const since = seconds > 0 ? ` · ${seconds} s` : "";
  return (
    <Box>
      <Spinner />
      <Text dimColor> {truncateToWidth(`${label}${since} · Esc to stop`, width - 3)}</Text>
    </Box>
  );
}
