// Sound from a microphone, as a WAV file: what browsers record in is not what models read.

let recorder;

// Starts recording and gives the sound once the button is pressed again; the second press itself gives nothing.
export async function recorded(button) {
  if (recorder) {
    recorder.stop();
    return null;
  }
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => {
    throw new Error("The microphone can't be used: it was not allowed, or there is none.");
  });
  const parts = [];
  recorder = new MediaRecorder(stream);
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  button.textContent = "Stop recording";
  recorder.start();
  await new Promise((done) => recorder.addEventListener("stop", done));
  for (const track of stream.getTracks()) track.stop();
  recorder = undefined;
  button.textContent = "Record";
  const context = new AudioContext();
  const sound = await context.decodeAudioData(await new Blob(parts).arrayBuffer());
  await context.close();
  return new File([wav(sound.getChannelData(0), sound.sampleRate)], "recording", { type: "audio/wav" });
}

function wav(samples, rate) {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (place, word) => [...word].forEach((letter, i) => view.setUint8(place + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples.length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // whole numbers
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((each, i) => view.setInt16(44 + 2 * i, 32767 * Math.max(-1, Math.min(1, each)), true));
  return view.buffer;
}
