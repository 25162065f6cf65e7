// A canvas to draw on, by mouse, finger or keys.

import { byId } from "./server.js";

const STEP = 10;

export function startDrawing(dark, give) {
  const canvas = byId("canvas");
  const pen = byId("pen");
  const paper = canvas.getContext("2d");
  let at = { x: canvas.width / 2, y: canvas.height / 2 };
  let down = false;

  const send = () => canvas.toBlob(give, "image/png");

  function clear() {
    paper.fillStyle = dark ? "black" : "white";
    paper.fillRect(0, 0, canvas.width, canvas.height);
  }

  function move(to, drawing) {
    if (drawing) {
      paper.strokeStyle = dark ? "white" : "black";
      paper.lineWidth = canvas.width / 13;
      paper.lineCap = paper.lineJoin = "round";
      paper.beginPath();
      paper.moveTo(at.x, at.y);
      paper.lineTo(to.x, to.y);
      paper.stroke();
      send();
    }
    at = to;
  }

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: ((event.clientX - box.left) * canvas.width) / box.width, y: ((event.clientY - box.top) * canvas.height) / box.height };
  };

  function showPen() {
    pen.style.left = `${(100 * at.x) / canvas.width}%`;
    pen.style.top = `${(100 * at.y) / canvas.height}%`;
    pen.classList.toggle("down", down);
    pen.hidden = false;
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.hidden = true;
    at = place(event);
    move({ x: at.x + 0.1, y: at.y }, true);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) move(place(event), true);
  });
  canvas.addEventListener("keydown", (event) => {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (event.key === " ") down = !down;
    else if (!x && !y) return;
    event.preventDefault();
    const within = (value, most) => Math.max(0, Math.min(most, value));
    move({ x: within(at.x + STEP * x, canvas.width), y: within(at.y + STEP * y, canvas.height) }, down);
    showPen();
  });
  canvas.addEventListener("blur", () => (pen.hidden = true));
  byId("clear").addEventListener("click", clear);
  clear();
}
