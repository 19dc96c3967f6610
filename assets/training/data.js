// What the server sent, unpacked: series of little-endian 32-bit floats in base64.

function floatsOf(packed) {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function unpackTraining(data) {
  const runs = data.runs.map((run) => {
    const series = Object.fromEntries(Object.entries(run.series).map(([name, value]) => [name, typeof value === "string" ? floatsOf(value) : value]));
    const measured = run.measured.map((step) => ({ ...step, time_norms: floatsOf(step.time_norms) }));
    return { ...run, series, measured };
  });
  return { ...data, runs };
}
