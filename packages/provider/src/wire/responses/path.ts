/** Where the responses wire is on a Copilot host. */
export const RESPONSES_PATH = "/responses";

/**
 * The opaque state of a reasoning item: its encrypted content, behind its id and a space where it has an id that may
 * be sent again. Copilot makes up another id for every event; those are worth nothing.
 */
export function packState(id: string, encrypted: string): string {
  return /^rs[\w-]*$/.test(id) ? `${id} ${encrypted}` : encrypted;
}

/** The fields of a reasoning item out of its opaque state. */
export function unpackState(state: string): { id?: string; encrypted_content: string } {
  const space = state.indexOf(" ");
  if (space === -1) return { encrypted_content: state };
  return { id: state.slice(0, space), encrypted_content: state.slice(space + 1) };
}
