// Pictures from a camera, as fast as they are answered.

import { byId } from "./server.js";

const LARGEST = 640;
let stream;

export async function startCamera(give) {
  stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).catch(() => {
    throw new Error("The camera can't be used: it was not allowed, or there is none.");
  });
  const video = byId("video");
  video.srcObject = stream;
  await video.play();
  byId("live").hidden = false;
  byId("camera").hidden = true;
  byId("stop").focus();
  const own = stream;
  while (stream === own) {
    const picture = await grabbed(video);
    if (stream === own && picture) await give(picture);
  }
}

export function stopCamera() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = undefined;
  byId("live").hidden = true;
  byId("camera").hidden = false;
  byId("camera").focus();
}

async function grabbed(video) {
  await new Promise((next) => setTimeout(next, 50));
  const scale = Math.min(1, LARGEST / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(scale * video.videoWidth);
  canvas.height = Math.round(scale * video.videoHeight);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
}
