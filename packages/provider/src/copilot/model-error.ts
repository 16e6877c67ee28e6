import { ProviderError } from "../errors/provider-error.ts";
import { displayText } from "../errors/redact.ts";
import type { ModelInfo } from "../model/model-info.ts";
import { nearestIds } from "./models.ts";

/** Says why a model is not offered: its terms are not accepted, or there is none of that name and these are near. */
export function modelError(
  error: ProviderError,
  id: string,
  known: readonly ModelInfo[] | undefined,
): ProviderError {
  const info = known?.find((model) => model.id === id);
  const shown = displayText(id, 100);
  const details = {
    cause: error,
    ...(error.status !== undefined && { status: error.status }),
    ...(error.requestId !== undefined && { requestId: error.requestId }),
  };
  if (info && info.policy !== "enabled") {
    return new ProviderError(
      "model_not_found",
      `The account has not accepted the terms of the model "${shown}", so Copilot does not offer it.`,
      { ...details, hint: "Accept them at https://github.com/settings/copilot, or enable the model here." },
    );
  }
  const others = known?.filter((model) => model.id !== id).map((model) => model.id);
  const nearest = others ? nearestIds(id, others) : [];
  const names = nearest.length > 0 ? ` The nearest it offers: ${nearest.join(", ")}.` : "";
  return new ProviderError(
    "model_not_found",
    `Copilot does not offer a model "${shown}" to this account.${names}`,
    { ...details, hint: "Choose one from the list of models." },
  );
}
