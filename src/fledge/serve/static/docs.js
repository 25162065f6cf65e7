// openapi.json, for people.

import { ask, byId, make } from "./server.js";

const json = (value) => make("pre", { tabIndex: 0 }, make("code", {}, JSON.stringify(value, null, 2)));

function content(of) {
  return Object.entries(of.content ?? {}).map(([media, { schema }]) =>
    make("details", {}, make("summary", {}, media), json(schema)),
  );
}

function operation(path, method, of) {
  const section = make("section", { className: "panel" }, make("h2", {}, `${method.toUpperCase()} ${path}`), make("p", {}, of.summary));
  for (const each of of.parameters ?? []) section.append(make("h3", {}, `{${each.name}}`), json(each.schema));
  if (of.requestBody) section.append(make("h3", {}, "What is sent"), ...content(of.requestBody));
  section.append(make("h3", {}, "What comes back"));
  const replies = Object.entries(of.responses).flatMap(([status, reply]) => [
    make("dt", {}, status),
    make("dd", {}, reply.description, ...(status === "200" ? content(reply) : [])),
  ]);
  section.append(make("dl", {}, ...replies));
  return section;
}

try {
  const api = await (await ask("openapi.json")).json();
  byId("name").textContent = `${api.info.title}: what there is to ask for`;
  const sections = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, of]) => operation(path, method, of)),
  );
  const kinds = Object.entries(api.components.schemas).map(([name, schema]) =>
    make("section", { className: "panel" }, make("h2", {}, name), json(schema)),
  );
  byId("paths").append(...sections, ...kinds);
} catch (problem) {
  byId("trouble").textContent = problem.message;
  byId("trouble").hidden = false;
}
