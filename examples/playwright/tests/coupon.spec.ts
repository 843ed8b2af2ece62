import { type APIRequestContext } from "@playwright/test";
import { expect, test } from "./mock";

// who signs in: a client and a member of the mock's fixtures
const signedIn = {
  "X-Client-Authorization": "B7t9U9tsoWsGhrv2ouUoSqpM",
  "X-Product-Name": "default",
  "X-User-Agent": "tests",
  Authorization: "Bearer 8433d608645345a45ce5a0f5ba1225e57546e86ac49e5fec842159dc82218522",
};

// CHANGE: drive your own page instead, e.g. page.goto(`http://localhost:5173/?api=${world.url}`)
function use(request: APIRequestContext, baseUrl: string, offer: number) {
  return request.post(`${baseUrl}/v3/infinity-mall/members/me/offers/${offer}/use`, { headers: signedIn });
}

test("a coupon is active for 35 seconds", async ({ request, world }) => {
  await world.freeze("2026-06-01T12:00:00Z");
  const { usage } = await (await use(request, world.url, 1000016)).json();
  expect(usage.active_until).toBe("2026-06-01T12:00:35.000Z");
  expect(await (await use(request, world.url, 1000016)).json()).toEqual({ error: "Already active" });
  await world.advance("35s");
  expect((await use(request, world.url, 1000016)).status()).toBe(200);
});

test("the last coupon is gone", async ({ request, world }) => {
  await world.useScenario("global-limit-exceeded");
  const refused = await use(request, world.url, 1000016);
  expect(refused.status()).toBe(422);
  expect(await refused.json()).toEqual({ error: "Global limit exceeded" });
  await world.verify("use_offer", 1);
});
