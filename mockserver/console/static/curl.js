// A request as a curl command. The journal hides tokens; those that this world's data knows are put back.

import { base, get } from "./api.js";

const KEEP_HIDDEN = new Set(["client_unauthorized", "oauth_token_invalid", "permit_missing", "header_missing", "header_incorrect"]);
const OWN = new Set(["host", "content-length", "connection", "accept-encoding", "x-forwarded-for"]);
const quote = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

export async function curlOf(request) {
  const known = KEEP_HIDDEN.has(request.refusal) ? {} : await tokensFor(request);
  const lines = [`curl -i -X ${request.method} ${quote(new URL(base).origin + request.path + (request.query ? `?${request.query}` : ""))}`];
  for (const [name, value] of Object.entries(request.headers)) {
    if (OWN.has(name) || (name === "accept" && value === "*/*")) continue;
    lines.push(`-H ${quote(`${name}: ${value.includes("[redacted]") ? known[name] ?? value : value}`)}`);
  }
  if (request.body !== null) lines.push(`--data-raw ${quote(typeof request.body === "string" ? request.body : JSON.stringify(request.body))}`);
  return lines.join(" \\\n  ");
}

async function tokensFor({ club, member_id: member, headers }) {
  const { clients, tokens, clubs } = await get("state");
  const product = headers["x-product-name"];
  const fits = (each) => each.clubs.includes(club) && (each.products ?? ["default"]).includes(product);
  const client = clients.find(fits)?.token;
  const token = lasting(tokens, (each) => each.member_id === member)?.token;
  const usage = clubs.find((each) => each.slug === club)?.usage_authorization_tokens?.[0];
  return { ...(client && { "x-client-authorization": client }), ...(token && { authorization: `Bearer ${token}` }), ...(usage && { "x-usage-token": usage }) };
}

// The token that is good for longest; among equals the first.
function lasting(tokens, wanted) {
  const end = (each) => Date.parse(each.created_at) + each.expires_in * 1000;
  return tokens.filter((each) => wanted(each) && !each.revoked).sort((one, other) => end(other) - end(one))[0];
}

// The first request of somebody new: the offers of the first member who has a token.
export async function curlToTry() {
  const { clients, tokens, members } = await get("state");
  const client = clients[0];
  const club = client?.clubs?.[0] ?? "club";
  const own = new Set(members.filter((each) => each.club === club).map((each) => each.id));
  const token = lasting(tokens, (each) => own.has(each.member_id));
  const headers = { "X-Client-Authorization": client?.token ?? "TOKEN", "X-Product-Name": client?.products?.[0] ?? "default", "X-User-Agent": "curl", Authorization: `Bearer ${token?.token ?? "TOKEN"}` };
  return `curl -i ${quote(`${base}/v3/${club}/members/me/offers`)} \\\n  ${Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`).join(" \\\n  ")}`;
}
