import { randomUUID } from "node:crypto";
import { test as base, type APIRequestContext } from "@playwright/test";

const server = process.env.MOCKSERVER_URL ?? "http://127.0.0.1:8080";

/** A world of the mock server: what one test sees, and nobody else. */
export class World {
  /** The base URL for the app under test. */
  readonly url: string;

  constructor(readonly name: string, private readonly request: APIRequestContext) {
    this.url = `${server}/w/${name}`;
  }

  /** Make exactly these scenarios active, e.g. "global-limit-exceeded". */
  async useScenario(...active: string[]): Promise<void> {
    await this.control("PUT", "scenarios", { active });
  }

  /** Hold the clock at a time. */
  async freeze(now: string): Promise<void> {
    await this.control("PUT", "clock", { now, frozen: true });
  }

  /** Move the clock, e.g. by "35s". */
  async advance(by: string): Promise<void> {
    await this.control("POST", "clock/advance", { by });
  }

  /** Fail unless the app called an operation so often. */
  async verify(operation: string, count: number): Promise<void> {
    await this.control("POST", "requests/verify", { operation, count });
  }

  private async control(method: string, path: string, data: unknown): Promise<void> {
    const answer = await this.request.fetch(`${this.url}/__mock/${path}`, { method, data });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
  }
}

export const test = base.extend<{ world: World }>({
  world: async ({ request }, use) => {
    const world = new World(`test-${randomUUID()}`, request);
    await request.post(`${server}/__mock/worlds`, { data: { name: world.name } });
    await use(world);
    await request.delete(`${server}/__mock/worlds/${world.name}`);
  },
});
export { expect } from "@playwright/test";
