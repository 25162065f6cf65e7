// The page: what a person gives to the model, and what it answers.

import { ANSWERS } from "./answers.js";
import { startCamera, stopCamera } from "./camera.js";
import { startDrawing } from "./drawing.js";
import { ask, at, byId, keepToken, make } from "./server.js";
import { recorded } from "./sound.js";

const MOST_SHOWN = 24;
const WORDS = { image: { one: "a picture", file: "photo.jpg" }, sound: { one: "a sound", file: "sound.wav" } };

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
  document.title = byId("name").textContent = model.name;
  byId("task").textContent = model.task;
  showWaysIn();
  showExamples();
  showSnippets();
  showCard();
}

function tell(problem) {
  const words = "This server asks for its token, which whoever started it was told.";
  byId("trouble").textContent = problem.code === "token" ? words : problem.message;
  byId("trouble").hidden = false;
}

// --- ways in ---

function showWaysIn() {
  const { kind, media, draw } = model.input;
  byId("choose").textContent = `Choose ${WORDS[kind].one}`;
  byId("files").accept = media;
  // Browsers give camera and microphone to pages of this machine or over HTTPS only.
  const devices = Boolean(navigator.mediaDevices);
  byId("camera").hidden = !(devices && kind === "image" && !draw);
  byId("record").hidden = !(devices && kind === "sound");
  if (draw) {
    byId("draw").hidden = false;
    startDrawing(draw.dark, live("your drawing", false));
  }
}

byId("choose").addEventListener("click", () => byId("files").click());
byId("files").addEventListener("change", (event) => {
  give([...event.target.files]);
  event.target.value = "";
});
addEventListener("paste", (event) => give([...event.clipboardData.files]));
addEventListener("dragover", (event) => {
  event.preventDefault();
  byId("drop").classList.add("over");
});
addEventListener("dragleave", () => byId("drop").classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  byId("drop").classList.remove("over");
  give([...event.dataTransfer.files]);
});
byId("camera").addEventListener("click", () => startCamera(live("the camera")).catch(tell));
byId("stop").addEventListener("click", stopCamera);
byId("record").addEventListener("click", async (event) => {
  try {
    const sound = await recorded(event.target);
    if (sound) give([sound]);
  } catch (problem) {
    tell(problem);
  }
});
byId("unlock").addEventListener("submit", (event) => {
  event.preventDefault();
  keepToken(byId("token").value);
  open();
});

// --- answers ---

async function send(path, file) {
  if (file.size > model.limits.body) {
    throw new Error(`It has ${(file.size / 1e6).toFixed(1)} MB; at most ${model.limits.body / 1e6} MB are read.`);
  }
  const form = new FormData();
  form.append(model.input.field, file);
  return ask(path, { method: "POST", body: form });
}

const predict = async (file) => (await (await send("predict", file)).json()).answers[0];

async function give(files) {
  byId("trouble").hidden = true;
  for (const file of files.slice(0, MOST_SHOWN)) {
    const shown = newAnswer(file.name);
    showPreview(shown, file);
    try {
      fill(shown, await predict(file));
    } catch (problem) {
      fail(shown, problem);
    }
  }
}

// For a drawing or the camera: one answer that is renewed with every picture, the next asked for once the last has come.
function live(name, preview = true) {
  let shown, waiting, busy;
  const renew = async () => {
    busy = true;
    while (waiting) {
      const file = waiting;
      waiting = undefined;
      if (!shown?.isConnected) shown = newAnswer(name);
      if (preview) showPreview(shown, file);
      try {
        fill(shown, await predict(file));
      } catch (problem) {
        fail(shown, problem);
      }
    }
    busy = false;
  };
  return async (file) => {
    waiting = file;
    if (!busy) await renew();
  };
}

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

function showPreview(shown, file) {
  if (shown.dataset.url) URL.revokeObjectURL(shown.dataset.url);
  shown.dataset.url = URL.createObjectURL(file);
  const preview = shown.querySelector(".preview");
  if (model.input.kind === "sound") {
    shown.classList.add("heard");
    preview.replaceChildren(make("audio", { src: shown.dataset.url, controls: true }));
    showSeen(preview, file);
    return;
  }
  const picture = preview.querySelector("img") ?? preview.appendChild(make("img"));
  picture.alt = shown.dataset.name;
  picture.className = model.input.draw ? "small" : "";
  // A browser may not know a format that the model reads.
  picture.onerror = () => picture.replaceWith(make("p", { className: "quiet" }, "no preview"));
  picture.src = shown.dataset.url;
}

// The spectrogram, which is what the model has of a sound.
async function showSeen(preview, file) {
  try {
    const seen = await (await send("seen", file)).blob();
    preview.append(make("img", { src: URL.createObjectURL(seen), alt: "spectrogram: time from left to right, high notes above" }));
  } catch {
    // The answer itself says what is wrong with the file.
  }
}

function fill(shown, answer) {
  const kind = ANSWERS[model.answer.kind];
  const line = kind.line(answer, model.answer.names);
  const notes = (answer.warnings ?? []).map((each) => make("p", { className: "error" }, each));
  const body = kind.body(answer, shown.querySelector(".preview"));
  shown.querySelector(".words").replaceChildren(
    make("p", { className: "quiet" }, shown.dataset.name),
    make("h3", {}, line),
    ...body,
    ...notes,
  );
  say(`${shown.dataset.name}: ${line}`);
}

function fail(shown, problem) {
  const words = make("p", { className: "error" }, problem.message);
  shown.querySelector(".words").replaceChildren(make("p", { className: "quiet" }, shown.dataset.name), words);
  say(`${shown.dataset.name}: ${problem.message}`);
  if (problem.code === "token") open();
}

// Read aloud by screen readers, at most one sentence at a time however fast a camera's answers come.
let saying;
function say(words) {
  clearTimeout(saying);
  saying = setTimeout(() => {
    if (byId("said").textContent !== words) byId("said").textContent = words;
  }, 400);
}

// --- what came with the model ---

async function showExamples() {
  if (!model.examples.length) return;
  byId("examples").hidden = false;
  byId("example-list").replaceChildren();
  for (const [place, { path }] of model.examples.entries()) {
    const file = await (await ask(path)).blob();
    const name = `example ${place + 1}`;
    const face =
      model.input.kind === "image" ? make("img", { src: URL.createObjectURL(file), alt: name }) : make("span", {}, name);
    const button = make("button", { type: "button", className: "example" }, face);
    button.addEventListener("click", () => give([new File([file], name, { type: file.type })]));
    byId("example-list").append(make("li", {}, button));
  }
}

function showSnippets() {
  const url = at("predict");
  const { field, kind } = model.input;
  const file = WORDS[kind].file;
  const header = model.token ? { curl: ` -H "Authorization: Bearer $FLEDGE_TOKEN"`, python: `, headers={"Authorization": "Bearer TOKEN"}`, script: `, headers: { Authorization: "Bearer TOKEN" }` } : { curl: "", python: "", script: "" };
  const snippets = {
    curl: `curl${header.curl} -F ${field}=@${file} ${url}`,
    Python: `import requests

with open("${file}", "rb") as file:
    reply = requests.post("${url}", files={"${field}": file}${header.python})
print(reply.json()["answers"][0]["answer"])`,
    JavaScript: `const form = new FormData();
form.append("${field}", file);  // a File, say from <input type="file">
const reply = await fetch("${url}", { method: "POST", body: form${header.script} });
console.log((await reply.json()).answers[0].answer);`,
  };
  byId("snippets").replaceChildren(...Object.entries(snippets).map(([name, text], place) => snippet(name, text, place === 0)));
}

function snippet(name, text, open) {
  const code = make("pre", { tabIndex: 0 }, make("code", {}, text));
  const details = make("details", { name: "use", open }, make("summary", {}, name), code);
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
    "learned from": card.trained_on ? `${card.trained_on} examples` : "",
    "held back": card.held_back ? `${card.held_back} examples` : "",
    made: card.created,
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
