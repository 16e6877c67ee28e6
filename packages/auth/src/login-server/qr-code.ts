import { renderSVG } from "uqr";
import { html, trusted } from "./html.ts";
import type { Html } from "./html.ts";

/** What a camera needs around a code, in modules. */
const quietZone = 4;

/** A picture of an address for the camera of a phone; nothing when the address is too long for one. */
export function drawQrCode(address: string): Html | undefined {
  try {
    // Black on white in both colour schemes: many cameras do not read the inverse.
    const svg = renderSVG(address, { ecc: "M", border: quietZone, pixelSize: 4 });
    return html`<div class="qr" role="img" aria-label="QR code of ${address}">
      ${trusted(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" shape-rendering="crispEdges" '))}
    </div>`;
  } catch {
    return undefined;
  }
}
