// Requests as curl commands.

import { base, get } from "./api.js";

const quote = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

export async function curlOf({ id }) {
  const { curl, unsaid } = await get(`requests/${id}/curl`);
  return [curl, ...unsaid.map((each) => `# ${each}`)].join("\n");
}

// The token that expires last; among equals the first.
function lasting(tokens, wanted) {
  const end = (each) => Date.parse(each.created_at) + each.expires_in * 1000;
  return tokens.filter((each) => wanted(each) && !each.revoked).sort((one, other) => end(other) - end(one))[0];
}

// An example for new users: the offers of the first member with a token.
export async function curlToTry() {
  const { clients, tokens, members } = await get("state");
  const client = clients[0];
  const club = client?.clubs?.[0] ?? "club";
  const own = new Set(members.filter((each) => each.club === club).map((each) => each.id));
  const token = lasting(tokens, (each) => own.has(each.member_id));
  const headers = { "X-Client-Authorization": client?.token ?? "TOKEN", "X-Product-Name": client?.products?.[0] ?? "default", "X-User-Agent": "curl", Authorization: `Bearer ${token?.token ?? "TOKEN"}` };
  return `curl -i ${quote(`${base}/v3/${club}/members/me/offers`)} \\\n  ${Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`).join(" \\\n  ")}`;
}
