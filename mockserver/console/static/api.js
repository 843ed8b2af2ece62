// The client of the public control API for this page's world; the console uses nothing else.

export const segment = encodeURIComponent; // of a path
const TOKEN = "mock-token";
const place = location.pathname.match(/^(.*?)(?:\/w\/([^/]+))?\/__mock\/ui\/?$/) ?? [];
const root = place[1] ?? "";

export const world = place[2] ? decodeURIComponent(place[2]) : "default";
export const base = `${location.origin}${root}${place[2] ? `/w/${place[2]}` : ""}`;
export const pageOf = (name) => `${root}${name === "default" ? "" : `/w/${segment(name)}`}/__mock/ui`;

export class ApiError extends Error {
  constructor(status, body) {
    const error = body?.error ?? {};
    super(typeof error === "string" ? error : error.message ?? `the server answered ${status}`);
    Object.assign(this, { status, hint: error.hint, path: error.path, problems: body?.problems ?? [error] });
  }
}

// Called when the API needs its token; set by dialogs.js.
export const ask = { token: null };
let asking = null;

// A call to a dropped world would make it anew: once it was met, it is asked not to; closed when it is gone.
export const gate = { met: false, closed: false };

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);
export const put = (path, body = {}) => call("PUT", path, body);
export const patch = (path, body) => call("PATCH", path, body);
export const remove = (path) => call("DELETE", path);
// Scenarios go as YAML text, or as JSON
export const check = (scenario) => call("POST", "scenarios/check", scenario, typeof scenario === "string");
export const putScenario = (id, scenario) => call("PUT", `scenarios/${segment(id)}`, scenario, typeof scenario === "string");

async function call(method, path, body, yaml = false) {
  const response = await send(method, path, body, { yaml });
  const text = await response.text();
  const value = text && (response.headers.get("content-type") ?? "").includes("json") ? JSON.parse(text) : text;
  if (!response.ok) throw new ApiError(response.status, value);
  return value;
}

// Returns the response; `everywhere` calls outside this page's world.
export async function send(method, path, body, { signal, everywhere = false, yaml = false } = {}) {
  if (gate.closed && !everywhere) throw new Error("This world was dropped. Choose another, or reload the page to make it anew.");
  const headers = {};
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers["X-Mock-Token"] = token;
  if (body !== undefined) headers["Content-Type"] = yaml ? "application/yaml" : "application/json";
  if (gate.met && !everywhere) headers["If-Match"] = "*";
  const url = `${everywhere ? `${location.origin}${root}` : base}/__mock/${path}`;
  let response;
  try {
    response = await fetch(url, { method, headers, signal, body: body === undefined || yaml ? body : JSON.stringify(body) });
  } catch (problem) {
    if (problem instanceof TypeError) throw new Error("The server cannot be reached. Is it still running?", { cause: problem });
    throw problem;
  }
  if (response.status !== 401 || !ask.token) return response;
  asking ??= ask.token(Boolean(token)).finally(() => { asking = null; });
  sessionStorage.setItem(TOKEN, await asking);
  return send(method, path, body, { signal, everywhere, yaml });
}

export async function download(path, name, body) {
  const response = await send(body ? "POST" : "GET", path, body);
  if (!response.ok) throw new ApiError(response.status, await response.json());
  save(await response.blob(), name);
}

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
