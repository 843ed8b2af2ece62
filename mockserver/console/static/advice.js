// Advice on failed requests: a sentence for each refusal, and a step that fixes it.

import { patch, post, put, segment } from "./api.js";
import { words } from "./format.js";

const jump = (to, row, plus) => () => post("clock/jump", { to, member_id: row.member_id, ...(plus && { plus }) });
const offer = (text) => (row) => (row.offer_id ? [text, { href: `#offers/${row.offer_id}` }] : null);

const ADVICE = {
  header_missing: ["Send the header that the answer names. Every call needs X-Client-Authorization, X-Product-Name and X-User-Agent."],
  header_incorrect: ["Correct the header that the answer names."],
  club_not_found: ["Correct the slug in the path. The clubs of this world are listed under Offers."],
  client_unauthorized: ["Use a client token that is for this club and product, or accept every token: World, Tokens.",
    () => ["Accept every token", { run: () => put("world", { auth: "any" }) }]],
  permit_missing: ["Use a client that has the permit, or give it to this one in the fixtures (clients, permits)."],
  offers_api_not_enabled: ["Enable the Offers API of the club.",
    (row) => row.club && ["Enable it", { run: () => patch(`state/clubs/${segment(row.club)}`, { offers_api_enabled: true }) }]],
  oauth_token_invalid: ["Sign in again for a new token, or move the clock to when this one was good.",
    () => ["Accept every token", { run: () => put("world", { auth: "any" }) }]],
  member_not_found: ["Use the id of a member of this club. The list under Offers has them all."],
  malformed_json: ["The body is not JSON. Compare it below: a missing quote, a comma too many, a form instead of JSON?"],
  invalid_parameters: ["The answer's details name each wrong value, and what is expected in its place."],
  path_not_found: ["Compare the path with the nearest operation."],
  method_not_allowed: ["Use a method that the answer's Allow names."],
  payload_too_large: ["Send less, or start the server with a larger --max-body."],
  offer_not_found: ["The offer is not there, or this member does not see it: look at its status, its visible window and its audience.", offer("Look at the offer")],
  member_is_banned: ["Lift the ban, or use another member.",
    (row) => row.member_id && ["Lift the ban", { run: () => patch(`state/members/${row.member_id}`, { banned_until: null }) }]],
  already_active: ["Wait until the activation of the last use is over.",
    (row) => row.offer_id && ["Move the clock past it", { run: jump(`offer:${row.offer_id}.active_until`, row) }]],
  not_granted: ["Grant the offer to this member first: POST members/{member_id}/offers/{id}/grant."],
  usage_authorization_token_missing: ["Send one of the club's usage tokens as X-Usage-Token, or do not require one.",
    (row) => row.offer_id && ["Require none", { run: () => patch(`state/offers/${row.offer_id}`, { usage_authorization_token_required: false }) }]],
  usage_authorization_token_invalid: ["Send one of the club's usage_authorization_tokens."],
  user_limit_exceeded: ["Raise the member's limit (maximum uses per member), or use another member.", offer("Change the limit")],
  periodic_user_limit_exceeded: ["Wait for the next period, or raise the limit.",
    (row) => row.offer_id && ["Move the clock to the next period", { run: jump(`offer:${row.offer_id}.period_rollover`, row) }]],
  global_limit_exceeded: ["The stock is used up: raise it.", offer("Change the stock")],
  not_in_usable_timeframes: ["Move the clock into the usable window, or change the window.", offer("Change the window")],
  not_grantable: ["Only EXCLUSIVE, BIRTHDAY and WELCOME offers are granted."],
  member_not_in_audience: ["Use a member of the offer's audience, or an offer without one.", offer("Look at the offer")],
  bad_credentials: ["Compare identifier and password with the member's in the fixtures. A member without a password cannot sign in."],
  bad_refresh_token: ["Use the refresh token of the newest sign-in; each is good once."],
};

// Returns {text, action: [label, {run | href}] | null} for a failed request, or null for one that went well.
export function adviceOn(request, why) {
  const acted = why.rules.find((rule) => rule.outcome === "acted");
  if (acted?.scenario) {
    const text = `The scenario ${acted.scenario} is meant to do this. Turn it off for the ordinary answer.`;
    return { text, action: ["Turn it off", { run: () => post(`scenarios/${segment(acted.scenario)}/deactivate`) }] };
  }
  if (acted) return { text: `The rule ${acted.rule} did this. Remove it under Scenarios for the ordinary answer.`, action: ["Show it", { href: "#scenarios" }] };
  if (request.status < 400) return null;
  const [text, step] = ADVICE[request.refusal] ?? [why.refusal?.meaning ?? `The server answered ${request.status}: ${words(why.because)}.`];
  const near = why.nearest ? ` Nearest: ${why.nearest.method} ${why.nearest.path} (${words(why.nearest.operation)}).` : "";
  return { text: text + near, action: step?.(request) || null };
}
