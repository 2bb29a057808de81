"use strict";

/* What the phone says, a tone in the microphone's place, and what it hears, as samples. */

const EAR_RATE = 8000;
const EAR_SAMPLES = 4096; // the latest half second
const LOUDNESS = 0.2; // of full scale, as the lab's other phones hum

async function microphone(toneHz) {
  const context = new AudioContext();
  await context.resume();
  const tone = new OscillatorNode(context, { frequency: toneHz });
  const voice = new MediaStreamAudioDestinationNode(context);
  tone.connect(new GainNode(context, { gain: LOUDNESS })).connect(voice);
  tone.start();
  return voice.stream;
}

/* An element has to play a track, be it mute, or nothing of it reaches the analyser. */
async function ear(track) {
  const stream = new MediaStream([track]);
  const player = new Audio();
  player.srcObject = stream;
  player.muted = true;
  player.play();
  const context = new AudioContext({ sampleRate: EAR_RATE });
  await context.resume();
  const analyser = new AnalyserNode(context, { fftSize: EAR_SAMPLES });
  new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(analyser);
  const samples = new Float32Array(EAR_SAMPLES);
  return () => {
    analyser.getFloatTimeDomainData(samples);
    return Array.from(samples, (sample) => Math.round(sample * 32767));
  };
}
