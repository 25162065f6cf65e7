// Inputs that are files: chosen, dropped, pasted, drawn, or out of a camera or a microphone.

import { give, live, send, tell } from "./asking.js";
import { startCamera, stopCamera } from "./camera.js";
import { startDrawing } from "./drawing.js";
import { startPad } from "./pad.js";
import { byId, make } from "./server.js";
import { recorded } from "./sound.js";

const WORDS = {
  image: { one: "a picture", file: "photo.jpg" },
  sound: { one: "a sound", file: "sound.wav", seen: "spectrogram: time from left to right, high notes above" },
  track: { one: "a movement (CSV)", file: "movement.csv", seen: "the movement as the model sees it" },
};

let model;

function start(opened) {
  model = opened;
  const { kind, media, draw } = model.input;
  byId("drop").hidden = false;
  byId("choose").textContent = `Choose ${WORDS[kind].one}`;
  byId("files").accept = kind === "track" ? ".csv,.txt,text/csv" : media;
  // Browsers give camera and microphone to pages of this machine or over HTTPS only.
  const devices = Boolean(navigator.mediaDevices);
  byId("camera").hidden = !(devices && kind === "image" && !draw);
  byId("record").hidden = !(devices && kind === "sound");
  if (draw) {
    byId("draw").hidden = false;
    const renew = live();
    startDrawing(draw.dark, (picture) => renew(given(picture, "your drawing", false)));
  }
  if (kind === "track") {
    byId("pad").hidden = false;
    const renew = live();
    startPad(model.input, (movement) => renew(given(movement, "your movement")));
  }
}

function given(file, name = file.name, shown = true) {
  const body = new FormData();
  body.append(model.input.field, file);
  return { name, body, show: shown ? (preview, article) => showPreview(preview, article, file, name) : undefined };
}

const giveAll = (files) => model && give([...files].map((file) => given(file)));

byId("choose").addEventListener("click", () => byId("files").click());
byId("files").addEventListener("change", (event) => {
  giveAll(event.target.files);
  event.target.value = "";
});
addEventListener("paste", (event) => giveAll(event.clipboardData.files));
addEventListener("dragover", (event) => {
  event.preventDefault();
  byId("drop").classList.add("over");
});
addEventListener("dragleave", () => byId("drop").classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  byId("drop").classList.remove("over");
  giveAll(event.dataTransfer.files);
});
byId("camera").addEventListener("click", () => {
  const renew = live();
  startCamera((picture) => renew(given(picture, "the camera"))).catch(tell);
});
byId("stop").addEventListener("click", stopCamera);
byId("record").addEventListener("click", async (event) => {
  try {
    const sound = await recorded(event.target);
    if (sound) giveAll([sound]);
  } catch (problem) {
    tell(problem);
  }
});

function showPreview(preview, article, file, name) {
  if (article.dataset.url) URL.revokeObjectURL(article.dataset.url);
  article.dataset.url = URL.createObjectURL(file);
  if (model.input.kind === "sound") {
    article.classList.add("heard");
    preview.replaceChildren(make("audio", { src: article.dataset.url, controls: true }));
  }
  if (model.input.kind !== "image") {
    showSeen(preview, file);
    return;
  }
  const picture = preview.querySelector("img") ?? preview.appendChild(make("img"));
  picture.alt = name;
  picture.className = model.input.draw ? "small" : "";
  // A browser may not know a format that the model reads.
  picture.onerror = () => picture.replaceWith(make("p", { className: "quiet" }, "no preview"));
  picture.src = article.dataset.url;
}

// What the model has of it: the spectrogram of a sound, the drawing of a movement.
async function showSeen(preview, file) {
  try {
    const url = URL.createObjectURL(await (await send("seen", given(file))).blob());
    const picture = preview.querySelector("img") ?? preview.appendChild(make("img"));
    picture.onload = () => URL.revokeObjectURL(url);
    picture.alt = WORDS[model.input.kind].seen;
    picture.src = url;
  } catch {
    // The answer itself says what is wrong with the file.
  }
}

function example(file, name) {
  const face = model.input.kind === "image" ? make("img", { src: URL.createObjectURL(file), alt: name }) : make("span", {}, name);
  const button = make("button", { type: "button", className: "example" }, face);
  button.addEventListener("click", () => giveAll([new File([file], name, { type: file.type })]));
  return button;
}

const sent = ({ input }) => ({ field: input.field, file: WORDS[input.kind].file });

export const FILES = { start, example, sent };
