// The page: it asks what model stands behind it, and shows the way in that fits.

import { begin, say, tell } from "./asking.js";
import { FILES } from "./files.js";
import { FORM } from "./form.js";
import { programs } from "./programs.js";
import { ask, at, byId, keepToken, make } from "./server.js";
import { TASTE } from "./taste.js";

// By the kind of input: `start` shows the way in, `example` is given a held-back example and its name and makes a button of
// it, and `sent` says what a program sends (programs.js).
const WAYS = { image: FILES, pair: TASTE, person: TASTE, row: FORM, sound: FILES, track: FILES };

let model;

async function open() {
  try {
    model = await (await ask("schema")).json();
  } catch (problem) {
    byId("unlock").hidden = problem.code !== "token";
    tell(problem);
    return;
  }
  byId("trouble").hidden = byId("unlock").hidden = true;
  byId("model").hidden = false;
  byId("model").dataset.kind = model.input.kind;
  document.title = byId("name").textContent = model.name;
  byId("task").textContent = model.task;
  begin(model, open);
  const way = WAYS[model.input.kind];
  way.start(model, () => showPrograms(way));
  showPrograms(way);
  showCard();
  await showExamples(way);
}

byId("unlock").addEventListener("submit", (event) => {
  event.preventDefault();
  keepToken(byId("token").value);
  open();
});

async function showExamples(way) {
  if (!model.examples.length) return;
  byId("examples").hidden = false;
  byId("example-list").replaceChildren();
  for (const [place, { path }] of model.examples.entries()) {
    const file = await (await ask(path)).blob();
    byId("example-list").append(make("li", {}, await way.example(file, `example ${place + 1}`, place)));
  }
}

function showPrograms(way) {
  const made = programs(at("predict"), way.sent(model), model.token);
  const open = byId("snippets").querySelector("details[open]")?.dataset.name ?? "curl";
  byId("snippets").replaceChildren(...Object.entries(made).map(([name, text]) => program(name, text, name === open)));
}

function program(name, text, open) {
  const code = make("pre", { tabIndex: 0 }, make("code", {}, text));
  const details = make("details", { name: "use", open }, make("summary", {}, name), code);
  details.dataset.name = name;
  if (navigator.clipboard) {
    const copy = make("button", { type: "button" }, `Copy as ${name}`);
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text);
      say(`${name} copied`);
      copy.textContent = "Copied";
      setTimeout(() => (copy.textContent = `Copy as ${name}`), 2000);
    });
    details.append(copy);
  }
  return details;
}

function showCard() {
  const { card } = model;
  const names = model.answer.names ?? [];
  const facts = {
    "tells apart": names.length > 1 ? `${names.slice(0, 30).join(", ")}${names.length > 30 ? ` and ${names.length - 30} more` : ""}` : "",
    ...Object.fromEntries(Object.entries(card.figures)),
    "learned from": card.trained_on ? `${card.trained_on.toLocaleString("en")} examples` : "",
    "held back": card.held_back ? `${card.held_back.toLocaleString("en")} examples` : "",
    made: card.created.replace("T", " ").replace("+00:00", " UTC"),
    seed: card.seed ?? "",
    licence: card.licence,
    with: Object.entries(card.versions)
      .map((each) => each.join(" "))
      .join(", "),
  };
  const rows = Object.entries(facts).filter(([, value]) => value !== "");
  byId("card").replaceChildren(...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, String(value))]));
}

open();
