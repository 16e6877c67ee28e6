import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  createAgent,
  createSession,
  exportSession,
  foldTranscript,
  forkSession,
  importSession,
  openSession,
} from "../src/index.ts";
import { answerEvents, model, play, say, scripted } from "./support/scripted.ts";
import { assistant, folder, historyOf, sessionFile, user } from "./support/session-files.ts";

const megabyte = 1024 * 1024;

test("S-K2: a record that readers would pass over is refused, and costs nothing around it", async () => {
  const session = createSession({ directory: await folder(), cwd: "/project" });
  await session.append(user("before"));
  const refused = session.append(user("x".repeat(65 * megabyte)));
  await expect(refused).rejects.toMatchObject({
    code: "record_too_large",
    message: expect.stringMatching(/^a message of 66 MB is more than a session can keep \(64 MB\)$/),
  });
  await session.append(assistant("behind"));
  await session.close();
  const again = await openSession(session.path);
  await again.close();
  expect(again.warnings).toEqual([]);
  expect(again.events).toEqual([user("before"), assistant("behind")]);
});

test("S-K2: where a chat goes on unsaved, a record that is too large keeps nothing else from being saved", async () => {
  const session = createSession({ directory: await folder(), cwd: "/project" });
  const agent = createAgent({
    provider: scripted(say("fine"), say("good")),
    model: "m",
    session,
    unsaved: "continue",
  });
  const notices: string[] = [];
  agent.subscribe((event) => void (event.type === "notice" && notices.push(event.text)));
  await agent.prompt("x".repeat(65 * megabyte));
  await agent.prompt("small");
  expect(agent.unsaved).toEqual([]);
  expect(notices).toEqual([expect.stringMatching(/not saved: a message of 66 MB/)]);
  await agent.close();
  const kept = (await historyOf(session.path)).filter(({ type }) => type.endsWith("_message"));
  expect(kept).toHaveLength(3);
});

test("S-K2: a line that is too long is told with its number, in copies and imports as well; all else is there and goes on", async () => {
  const directory = await folder();
  const path = await sessionFile(directory, [user("before")]);
  await appendFile(
    path,
    `${JSON.stringify({ id: "big", at: "", event: user("x".repeat(65 * megabyte)) })}\n`,
  );
  const session = await openSession(path);
  await session.append(assistant("behind"));
  await session.close();
  expect(session.warnings).toEqual([`${path}: line 3 is damaged and was passed over`]);

  const fork = await forkSession(path);
  await fork.close();
  expect(fork.warnings).toEqual([`${fork.path}: line 3 is damaged and was passed over`]);
  expect(fork.events).toEqual([user("before"), assistant("behind")]);

  const exported = await exportSession(path, join(directory, "talk"));
  const imported = await importSession(exported, { directory: await folder(), cwd: "/other" });
  expect(imported.warnings).toEqual([`${exported}: lines that could not be read were left out (1)`]);
  expect(await historyOf(imported.path)).toEqual([user("before"), assistant("behind")]);
});

test("S-K2: a summary of a conversation with many pictures is a record that can be read again", async () => {
  const picture = (number: number) => [
    { type: "text" as const, text: `picture ${number}` },
    { type: "image" as const, mimeType: "image/png", data: "A".repeat(14 * megabyte) },
  ];
  const session = createSession({ directory: await folder(), cwd: "/project" });
  const modelInfo = async () => ({ ...model("m"), contextWindow: 200_000, maxPromptTokens: 128_000 });
  const full = answerEvents("full").map((event) =>
    event.type === "usage" ? { ...event, usage: { ...event.usage, inputTokens: 120_000 } } : event,
  );
  const answers = Array.from({ length: 5 }, () => say("seen"));
  const provider = scripted(say("words ".repeat(4000)), ...answers, play(full), say("SUMMARY"), say("after"));
  const agent = createAgent({ provider, model: "m", session, modelInfo });
  await agent.prompt("talk ".repeat(4000));
  for (let number = 0; number < 5; number += 1) await agent.prompt(picture(number));
  await agent.prompt("full");
  await agent.prompt("go on");
  const live = agent.transcript.messages;
  expect(JSON.stringify(live).length).toBeLessThan(20 * megabyte);
  expect(JSON.stringify(live)).toContain("SUMMARY");
  await agent.close();
  const again = await openSession(session.path);
  await again.close();
  expect(again.warnings).toEqual([]);
  expect(foldTranscript(again.events).messages).toEqual(live);
});

test("S-K2: a last record that lacks its line feed alone is there, also in copies and imports, and is gone on behind", async () => {
  const directory = await folder();
  const all = [user("first"), assistant("last")];
  const path = await sessionFile(directory, all, (lines) => lines.join("\n"));
  const fork = await forkSession(path);
  await fork.close();
  expect([fork.warnings, fork.events]).toEqual([[], all]);
  const imported = await importSession(path, { directory: await folder(), cwd: "/other" });
  expect([imported.warnings, await historyOf(imported.path)]).toEqual([[], all]);

  const session = await openSession(path);
  expect([session.warnings, session.events]).toEqual([[], all]);
  await session.append(user("more"));
  await session.close();
  expect(await historyOf(path)).toEqual([...all, user("more")]);
  await expect(readFile(`${path}.torn`)).rejects.toThrow();
});

test("S-K2: a last line that is torn is told by an import", async () => {
  const directory = await folder();
  const path = await sessionFile(directory, [user("first"), user("last")]);
  await writeFile(path, (await readFile(path, "utf8")).slice(0, -10));
  const imported = await importSession(path, { directory: await folder(), cwd: "/other" });
  expect(imported.warnings).toEqual([`${path}: lines that could not be read were left out (1)`]);
  expect(await historyOf(imported.path)).toEqual([user("first")]);
});
