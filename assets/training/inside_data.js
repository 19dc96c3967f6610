// One sentence at every kept checkpoint, unpacked: of each lane one run a checkpoint, each an array of T × H.

/** The rows of checkpoint `c` of a table that holds those of all, T each. */
const rowsOf = (table, c, T) => new Table(table.values.subarray(c * T * table.columns, (c + 1) * T * table.columns), T, table.columns);

function unpackInside(data) {
  const T = data.tokens.length;
  const lanes = data.lanes.map((lane) => {
    const all = Table.from(lane.values);
    const at = data.updates.map((_, c) => rowsOf(all, c, T));
    return { ...lane, at, runs: { changed: at[0], difference: null } };
  });
  const [best, p] = [Table.from(data.best), Table.from(data.p)];
  const answers = data.updates.map((_, c) => {
    const [classes, shares] = [rowsOf(best, c, T), rowsOf(p, c, T)];
    return data.tokens.map((_, t) => Array.from(classes.row(t), (place, k) => [data.classes[place], shares.at(t, k)]));
  });
  return { ...data, T, lanes, byKey: Object.fromEntries(lanes.map((lane) => [lane.base, lane])), answers };
}

/** The checkpoint that stands for an update: the last one at or before it, else the first. */
function checkpointAt(updates, update) {
  const after = updates.findIndex((one) => one > update);
  return after < 0 ? updates.length - 1 : Math.max(0, after - 1);
}

/** How far one row of numbers lies from another: the Euclidean distance. */
function distance(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}
