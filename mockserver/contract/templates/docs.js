// Swagger UI weighs 2 MB: it comes when somebody opens an operation, not with the list of them.
const options = JSON.parse(document.body.dataset.options);
const index = document.getElementById("index");
let begun = false;

const load = (tag, attributes) => new Promise((done, fail) => {
  document.head.append(Object.assign(document.createElement(tag), attributes, { onload: done, onerror: fail }));
});

async function begin() {
  if (begun || !location.hash.startsWith("#/")) return;
  begun = true;
  index.setAttribute("aria-busy", "true");
  await Promise.all([load("link", { rel: "stylesheet", href: "swagger-ui.css" }), load("script", { src: "swagger-ui-bundle.js" })]);
  await load("script", { src: "swagger-ui-standalone-preset.js" });
  const ui = SwaggerUIBundle({
    dom_id: "#docs",
    urls: options.urls,
    "urls.primaryName": options.revision,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: "StandaloneLayout",
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: "list",
    tryItOutEnabled: true,
    validatorUrl: null,
    onComplete: () => Object.entries(options.tokens).forEach(([scheme, token]) => ui.preauthorizeApiKey(scheme, token)),
  });
  index.remove();
}

document.getElementById("search").addEventListener("input", ({ target }) => {
  const words = target.value.toLowerCase().split(/\s+/);
  for (const item of index.querySelectorAll("li")) item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
  for (const section of index.querySelectorAll("section")) section.hidden = !section.querySelector("li:not([hidden])");
});
addEventListener("hashchange", begin);
begin();
