import { say, type SlashCommand } from "./command.ts";

export const logoutCommand: SlashCommand = {
  name: "logout",
  summary: "forget the account's token on this machine",
  waitsFor: "signing out",
  run(_args, { connection }) {
    if (connection.type !== "signed_in") return say("info", "Nobody is signed in.");
    if (connection.id === undefined) {
      const { place } = connection;
      return say("warning", `The token comes from ${place}; take it away there to be signed out.`);
    }
    return { type: "log_out" };
  },
};
