// What is given to the model, and the list of what it answered.
//
// Something given has a `name`, a `body` with its `headers`, and, if there is something to see of it, `show`, which puts that
// into an element.

import { ANSWERS } from "./answers.js";
import { ask, byId, make } from "./server.js";

export const MOST_SHOWN = 24;

let model, reopen;

export function begin(opened, whenLocked) {
  model = opened;
  reopen = whenLocked;
}

export function tell(problem) {
  const words = "This server asks for its token, which whoever started it was told.";
  byId("trouble").textContent = problem.code === "token" ? words : problem.message;
  byId("trouble").hidden = false;
}

export async function send(path, { body, headers }) {
  const size = body instanceof FormData ? body.get(model.input.field).size : body.length;
  if (size > model.limits.body) {
    throw new Error(`It has ${(size / 1e6).toFixed(1)} MB; at most ${model.limits.body / 1e6} MB are read.`);
  }
  return ask(path, { method: "POST", body, headers });
}

// One answer after the other, each of its own.
export async function give(several) {
  byId("trouble").hidden = true;
  for (const given of several.slice(0, MOST_SHOWN)) {
    const shown = newAnswer(given.name);
    given.show?.(previewOf(shown), shown);
    await answer(shown, given);
  }
}

// For what changes while a person looks on: one answer that is renewed, the next asked for once the last has come.
export function live() {
  let shown, waiting, busy;
  const renew = async () => {
    busy = true;
    while (waiting) {
      const given = waiting;
      waiting = undefined;
      if (!shown?.isConnected) shown = newAnswer(given.name);
      given.show?.(previewOf(shown), shown);
      await answer(shown, given);
    }
    busy = false;
  };
  return async (given) => {
    waiting = given;
    if (!busy) await renew();
  };
}

async function answer(shown, given) {
  try {
    fill(shown, (await (await send("predict", given)).json()).answers[0]);
  } catch (problem) {
    fail(shown, problem);
  }
}

const previewOf = (shown) => shown.querySelector(".preview");

function newAnswer(name) {
  byId("none").hidden = true;
  const shown = make("article", {}, make("div", { className: "preview" }), make("div", { className: "words" }));
  shown.dataset.name = name;
  byId("answers").prepend(shown);
  while (byId("answers").children.length > MOST_SHOWN) forget(byId("answers").lastElementChild);
  return shown;
}

function forget(shown) {
  URL.revokeObjectURL(shown.dataset.url);
  shown.remove();
}

function fill(shown, answer) {
  const kind = ANSWERS[model.answer.kind];
  const line = kind.line(answer, model.answer);
  const notes = (answer.warnings ?? []).map((each) => make("li", {}, each));
  const body = kind.body(answer, model.answer, previewOf(shown));
  shown.querySelector(".words").replaceChildren(
    make("p", { className: "quiet" }, shown.dataset.name),
    make("h3", {}, line),
    ...body,
    ...(notes.length ? [make("ul", { className: "warnings" }, ...notes)] : []),
  );
  say(`${shown.dataset.name}: ${[line, ...(answer.warnings ?? [])].join("; ")}`);
}

function fail(shown, problem) {
  const words = make("p", { className: "error" }, problem.message);
  shown.querySelector(".words").replaceChildren(make("p", { className: "quiet" }, shown.dataset.name), words);
  say(`${shown.dataset.name}: ${problem.message}`);
  if (problem.code === "token") reopen();
}

// Read aloud by screen readers, at most one sentence at a time however fast answers come.
let saying;
export function say(words) {
  clearTimeout(saying);
  saying = setTimeout(() => {
    if (byId("said").textContent !== words) byId("said").textContent = words;
  }, 400);
}
