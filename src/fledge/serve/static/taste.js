// What somebody liked, chosen from all titles as one types, or somebody who is known; every change is answered at once.

import { live, tell } from "./asking.js";
import { ask, byId, make } from "./server.js";

const SHOWN = 12;
const POPULAR = 6;
const PAUSE = 250;

// What a column of ids is called without saying that it holds ids: movieId is a movie.
const thing = (name) => name.replace(/[\s_-]*ids?$/i, "") || name;

let model, renew, changed, pause;
let titles = [];
let plain = [];
let question = { liked: [] };

async function start(opened, whenChanged) {
  model = opened;
  changed = whenChanged;
  renew = live();
  byId("taste").hidden = false;
  byId("title-label").textContent = `A ${thing(model.input.item)} you liked`;
  byId("person-label").textContent = `or a known ${thing(model.input.user)}`;
  try {
    titles = (await (await ask(model.input.titles)).json()).titles;
  } catch (problem) {
    tell(problem);
  }
  plain = titles.map((title) => title.toLowerCase());
  byId("popular").replaceChildren(...titles.slice(0, POPULAR).map((title) => make("li", {}, adder(title))));
}

function adder(title) {
  const button = make("button", { type: "button" }, `+ ${title}`);
  button.addEventListener("click", () => like(title));
  return button;
}

// Titles that begin with the text first, the more popular ones before others.
function found(text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const begin = [];
  const within = [];
  for (let place = 0; place < titles.length && begin.length < SHOWN; place++) {
    if (plain[place].startsWith(wanted)) begin.push(titles[place]);
    else if (within.length < SHOWN && plain[place].includes(wanted)) within.push(titles[place]);
  }
  return [...begin, ...within].slice(0, SHOWN);
}

byId("taste").addEventListener("submit", (event) => {
  event.preventDefault();
  const [first] = found(byId("title").value);
  if (first) like(first);
});
byId("title").addEventListener("input", () => {
  const text = byId("title").value;
  const fitting = found(text);
  if (fitting.includes(text)) like(text);
  else byId("title-list").replaceChildren(...fitting.map((title) => new Option(title)));
});
byId("person").addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(() => {
    const user = byId("person").value.trim();
    if (user) put({ user }, `${thing(model.input.user)} ${user}`);
  }, PAUSE);
});

function like(title) {
  const liked = (question.liked ?? []).filter((each) => each !== title);
  byId("title").value = "";
  byId("title-list").replaceChildren();
  put({ liked: [...liked, title] }, "what you liked");
}

function unlike(title) {
  const liked = question.liked.filter((each) => each !== title);
  if (liked.length) put({ liked }, "what you liked");
  else show({ liked });
  byId("title").focus();
}

function show(asked) {
  question = asked;
  if (!("user" in asked)) byId("person").value = "";
  byId("liked").replaceChildren(
    ...(asked.liked ?? []).map((title) => {
      const button = make("button", { type: "button", className: "chip", ariaLabel: `take away ${title}` }, title, " ×");
      button.addEventListener("click", () => unlike(title));
      return make("li", {}, button);
    }),
  );
}

function put(asked, name) {
  show(asked);
  renew({ name, body: JSON.stringify(asked), headers: { "Content-Type": "application/json" } });
  changed();
}

async function example(file, name) {
  const asked = JSON.parse(await file.text());
  const words = Object.entries(asked).map(([what, value]) => (what === "user" ? `${thing(model.input.user)} ${value}` : value));
  const button = make("button", { type: "button" }, words.join(" and "));
  button.addEventListener("click", () => put(asked, words.join(" and ")));
  return button;
}

const sent = () => ({ json: question.liked?.length === 0 ? { liked: titles.slice(0, 2), n: 10 } : question });

export const TASTE = { start, example, sent };
