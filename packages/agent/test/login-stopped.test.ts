import { createSimulator } from "@zotpilot/simulator";
import { expect, test } from "vitest";
import { createLogin } from "../src/chat/login.ts";
import type { ChatAction } from "../src/chat/state/chat-state.ts";
import { openChat } from "./support/chat.ts";
import { createSandbox } from "./support/cli.ts";

test("a login that is cancelled just as it succeeds has succeeded, for the screen as well", async () => {
  await using simulator = await createSimulator({ autoApproveDevice: true, deviceIntervalSeconds: 1 });
  await using sandbox = await createSandbox();
  await using chat = openChat(sandbox, ["--host", simulator.origin]);
  const { runtime } = chat;
  await runtime.connect();
  const actions: ChatAction[] = [];
  const failures: unknown[] = [];
  let connectionThen: string | undefined;
  const login = createLogin({
    runtime: {
      async *login(options) {
        for await (const event of runtime.login(options)) {
          if (event.type === "succeeded") login.cancel();
          yield event;
        }
      },
    },
    dispatch: (action) => void actions.push(action),
    onSignedIn: async () => void (connectionThen = runtime.connection.type),
    onFailed: (error) => void failures.push(error),
  });
  await login.start();
  expect(failures).toEqual([]);
  expect(connectionThen).toBe("signed_in");
  expect(actions).toContainEqual({
    type: "notice",
    level: "info",
    text: expect.stringMatching(/^Signed in as /),
  });
});
