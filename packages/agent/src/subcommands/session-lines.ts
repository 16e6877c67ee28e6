import type { SessionSummary } from "@zotpilot/core";
import { safeLine } from "../errors.ts";

/** A session on one line for people; the time is that of this machine. */
export function sessionLine(session: SessionSummary): string {
  const name = session.name === undefined ? "" : `"${session.name}" `;
  const title = session.title ?? "(nothing was said)";
  return safeLine(`${session.id.slice(0, 8)}  ${localTime(session.updatedAt)}  ${name}${title}`);
}

function localTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** A session for programs. As in all that they read from us: snake_case. */
export function sessionJson(session: SessionSummary): object {
  const { id, path, cwd, createdAt, updatedAt, bytes, name, title, model, parent } = session;
  const facts = { id, path, cwd, created_at: createdAt, updated_at: updatedAt.toISOString(), bytes };
  const told = { name: name ?? null, title: title ?? null, model: model ?? null, parent: parent ?? null };
  return { ...facts, ...told };
}
