// An app in TypeScript, on the types that openapi-typescript made of the contract and on openapi-fetch.
import createClient from "openapi-fetch";
import type { components, paths } from "./contract.js";

const [url, clientToken, memberToken] = process.argv.slice(2);
const client = createClient<paths>({
  baseUrl: url,
  headers: {
    "X-Client-Authorization": clientToken,
    "X-Product-Name": "default",
    "X-User-Agent": "generated, in TypeScript",
    Authorization: `Bearer ${memberToken}`,
  },
});
const path = { loyalty_club_slug: "infinity-mall", id: 1000016 };

function check(holds: boolean, what: unknown): asserts holds {
  if (!holds) throw new Error(JSON.stringify(what));
}

const list = await client.GET("/v3/{loyalty_club_slug}/members/me/offers", {
  params: { path: { loyalty_club_slug: "infinity-mall" }, query: { "ids[]": [1000016, 1000115], scope: "standard" } },
});
check(list.data !== undefined, list.error);
const ids: number[] = list.data.offers.map((offer: components["schemas"]["Offer"]) => offer.id).sort();
check(ids.join() === "1000016,1000115", ids);

const liked = await client.PUT("/v3/{loyalty_club_slug}/members/me/offers/{id}/like", { params: { path } });
check(liked.response.status === 200, liked.error);
const offer = await client.GET("/v3/{loyalty_club_slug}/members/me/offers/{id}", { params: { path } });
check(offer.data?.offer.liked === true, offer);
const link: string | null | undefined = offer.data?.offer.external_url; // nullable, by the contract

const used = await client.POST("/v3/{loyalty_club_slug}/members/me/offers/{id}/use", { params: { path }, body: {} });
check(used.data !== undefined, used.error);
check(typeof used.data.usage.active_until === "string", used.data);
const again = await client.POST("/v3/{loyalty_club_slug}/members/me/offers/{id}/use", { params: { path }, body: {} });
check(again.error !== undefined && "error" in again.error && again.error.error === "Already active", again);
console.log("listed, liked, used", link === undefined);
