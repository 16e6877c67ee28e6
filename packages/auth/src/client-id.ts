/**
 * The client id that is used unless another is set: GitHub's Copilot editor plug-in, whose tokens Copilot accepts. Using
 * it means to act under that application's name, which is what the person sees on the approval page. An application of
 * your own has its own id: set `clientId`.
 */
export const defaultClientId = "Iv1.b507a08c87ecfe98";
