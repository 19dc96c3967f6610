// What the server sent, unpacked: arrays of numbers as base64, one lane of the sheet an array of T × H.

/** Little-endian 32-bit floats, row after row. */
function floatsOf(packed) {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

/** A table of numbers: `rows` × `columns`, read with at(row, column). */
class Table {
  constructor(values, rows, columns) {
    Object.assign(this, { values, rows, columns });
  }

  /** Packed numbers, or the places of the ones in one-hot rows. */
  static from({ packed, rows, columns, ones }) {
    if (ones) return new OneHot(ones, columns);
    return new Table(floatsOf(packed), rows, columns);
  }

  at(row, column) {
    return this.values[row * this.columns + column];
  }

  row(row) {
    return this.values.subarray(row * this.columns, (row + 1) * this.columns);
  }

  column(column) {
    return Float32Array.from({ length: this.rows }, (_, row) => this.at(row, column));
  }

  /** Of states h_0 … h_T those of the steps, h_1 … h_T. */
  afterStart() {
    return new Table(this.values.subarray(this.columns), this.rows - 1, this.columns);
  }

  minus(other) {
    return new Table(this.values.map((value, i) => value - other.values[i]), this.rows, this.columns);
  }
}

/** Rows of zeros with a single 1, or none: made when they are read. */
class OneHot {
  constructor(ones, columns) {
    Object.assign(this, { ones, columns, rows: ones.length });
  }

  row(row) {
    const made = new Float32Array(this.columns);
    if (this.ones[row] >= 0) made[this.ones[row]] = 1;
    return made;
  }
}

/** Pearson's correlation of two equally long lists; 0 where one of them never changes. */
function correlation(a, b) {
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/** The three runs that a lane can show: as changed, as it would be untouched, and the difference of the two. */
function runsOf(lane, states) {
  const changed = lane.state ? states[lane.state].afterStart() : Table.from(lane.values);
  if (!lane.untouched) return { changed, untouched: changed, difference: null };
  const untouched = Table.from(lane.untouched);
  return { changed, untouched, difference: changed.minus(untouched) };
}

function unpackSheet(data) {
  const tables = (named) => Object.fromEntries(Object.entries(named ?? {}).map(([name, table]) => [name, Table.from(table)]));
  const states = tables(data.states);
  const lanes = data.lanes.map((lane) => ({ ...lane, runs: runsOf(lane, states) }));
  const byKey = Object.fromEntries(lanes.map((lane) => [lane.key, lane]));
  const weights = data.weights ? tables(data.weights) : null;
  const inputs = data.inputs ? Table.from(data.inputs) : null;
  const untouched = data.untouched ? { states: tables(data.untouched.states), inputs: Table.from(data.untouched.inputs) } : null;
  return { ...data, states, lanes, byKey, weights, inputs, untouched };
}

/** Whether a change reaches this unit at step t, both from 0; units and steps of null mean all. */
const reaches = (t, unit, units, steps) => (units === null || units.includes(unit)) && (steps === null || (t + 1 >= steps[0] && t + 1 <= steps[1]));
