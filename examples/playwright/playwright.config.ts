import { defineConfig } from "@playwright/test";

// a server that runs already, or one that Playwright starts and stops
const running = process.env.MOCKSERVER_URL;

export default defineConfig({
  testDir: "tests",
  fullyParallel: true,
  webServer: running
    ? undefined
    : {
        // CHANGE: the origin of your web app, so that its pages may call the mock
        command: "mockserver serve --port 8080 --cors http://localhost:5173",
        url: "http://127.0.0.1:8080/__mock/ready",
        reuseExistingServer: true,
      },
});
