// A place to move the mouse, a pen or a finger in; what it sees is written down as the movements of training were.

import { byId } from "./server.js";

const FEWEST = 24;
const PAUSE = 250;
const LOST = 2; // seconds after which a movement begins anew

export function startPad({ columns, unit, pressed, events }, give) {
  const canvas = byId("ground");
  const paper = canvas.getContext("2d");
  const ink = getComputedStyle(canvas).getPropertyValue("--leaf");
  let seen = [];
  let due;

  function clear() {
    seen = [];
    paper.clearRect(0, 0, canvas.width, canvas.height);
    byId("moved").textContent = "";
  }

  function note(event) {
    const box = canvas.getBoundingClientRect();
    const now = { time: event.timeStamp / 1000, x: event.clientX - box.left, y: event.clientY - box.top, down: event.buttons > 0 };
    const last = seen.at(-1);
    if (last && now.time - last.time > LOST) clear();
    if (last && now.time < last.time) return;
    seen.push(now);
    seen = seen.slice(-events);
    byId("moved").textContent = `${seen.length} events`;
    if (seen.length > 1) draw(seen.at(-2), now, box);
    if (seen.length >= FEWEST && !due) due = setTimeout(send, PAUSE);
  }

  function draw(from, to, box) {
    const scale = canvas.width / box.width;
    paper.strokeStyle = ink;
    paper.lineWidth = (to.down ? 4 : 1.5) * scale;
    paper.lineCap = "round";
    paper.beginPath();
    paper.moveTo(from.x * scale, from.y * scale);
    paper.lineTo(to.x * scale, to.y * scale);
    paper.stroke();
  }

  function send() {
    due = undefined;
    if (seen.length < FEWEST) return;
    const named = Object.keys(columns).filter((what) => pressed || !["state", "button"].includes(what));
    const first = seen[0].time;
    const line = ({ time, x, y, down }) => {
      const held = pressed && down ? 1 : 0;
      const values = { time: (time - first) / unit, x, y, state: held, button: held };
      return named.map((what) => values[what]).join(",");
    };
    const text = [named.map((what) => columns[what]).join(","), ...seen.map(line)].join("\n") + "\n";
    give(new File([text], "your movement", { type: "text/csv" }));
  }

  canvas.addEventListener("pointermove", (event) => {
    for (const each of event.getCoalescedEvents?.() ?? []) note(each);
    if (!event.getCoalescedEvents?.().length) note(event);
  });
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    note(event);
  });
  canvas.addEventListener("pointerup", note);
  byId("again").addEventListener("click", clear);
}
