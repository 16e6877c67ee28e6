import { field, type Call } from "../http/call.ts";
import { html, type Reply } from "../http/reply.ts";
import type { World } from "../world.ts";
import { drawDevicePage, type DevicePage } from "./device-page.ts";

const SAFE_PAGE = {
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "cache-control": "no-store",
  // Not "no-referrer": with that, browsers send `Origin: null` with our own form.
  "referrer-policy": "same-origin",
};

const FOREIGN_FORM = "This form was sent by another page, so nothing was done. Enter the code here.";

/** `GET /login/device` */
export function showDevicePage(_world: World, call: Call): Promise<Reply> {
  return page({ type: "enter", userCode: call.query.get("user_code") ?? "" });
}

/** `POST /login/device`: first the code, then the decision. */
export function submitDevicePage(world: World, call: Call): Promise<Reply> {
  if (!isOwnForm(call)) return page({ type: "enter", userCode: "", problem: FOREIGN_FORM }, 403);
  const entered = (field(call, "user_code") ?? "").trim();
  const grant = world.github.byUserCode(entered);
  if (grant === undefined) {
    const problem =
      entered === ""
        ? "Enter a code."
        : "This code is not valid. It may have expired, or it may have been used already.";
    return page({ type: "enter", userCode: entered, problem }, 422);
  }
  switch (field(call, "decision")) {
    case "approve":
      grant.state = "approved";
      return page({ type: "approved" });
    case "cancel":
      grant.state = "denied";
      return page({ type: "denied" });
    default:
      return page({
        type: "confirm",
        userCode: grant.userCode,
        clientId: grant.clientId,
        scopes: grant.scope.split(/[\s,]+/).filter((scope) => scope !== ""),
        login: world.github.login,
      });
  }
}

/** Whether a browser says that its form came from this page; programs that are no browsers say nothing. */
function isOwnForm({ headers }: Call): boolean {
  const { origin, "sec-fetch-site": site = "same-origin" } = headers;
  return (origin === undefined || origin === `http://${headers["host"]}`) && site === "same-origin";
}

function page(content: DevicePage, status = 200): Promise<Reply> {
  return Promise.resolve(html(status, drawDevicePage(content), SAFE_PAGE));
}
