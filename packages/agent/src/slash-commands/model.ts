import { nearestModels } from "../runtime/choose-model.ts";
import { say, type SlashCommand } from "./command.ts";

export const modelCommand: SlashCommand = {
  name: "model",
  usage: "[id]",
  summary: "choose the model that answers",
  run(args, { connection, models, model }) {
    if (connection.type === "signed_out")
      return say("warning", "Sign in first: /login, or /demo to try it out.");
    if (models.length === 0)
      return say("info", "The list of models has not arrived yet; try again in a moment.");
    if (args === "") return { type: "choose_model" };
    if (!models.some(({ id }) => id === args)) {
      const near = nearestModels(args, models);
      return say(
        "error",
        `There is no model "${args}". Did you mean ${near.join(" or ")}? /model lists all.`,
      );
    }
    return args === model ? say("info", `${args} answers already.`) : { type: "set_model", model: args };
  },
};
