// The cells as lectures draw them: nodes, wires, and what each node computes. Coordinates on a board of 520 × 400.
//
// A node: [name, kind, x, y]. kind: "gate" is a box that squashes a matrix product, "times" and "plus" act unit by
// unit, "squash" is a tanh, "rest" is 1 − its input, "matrix" a product without squashing.
// A wire: [vector, path, x, y of its strip]; a wire without a vector carries what its neighbour does.

const BOARD = { width: 520, height: 400 };

const LSTM_WIRING = {
  nodes: [
    ["kept", "times", 112, 60],
    ["c", "plus", 236, 60],
    ["written", "times", 236, 150],
    ["squashed", "squash", 430, 128],
    ["h", "times", 430, 215],
    ["f", "gate", 112, 285],
    ["i", "gate", 186, 285],
    ["g", "gate", 262, 285],
    ["o", "gate", 350, 285],
  ],
  wires: [
    ["c_prev", "M4 60H98", 10, 24],
    ["kept", "M126 60H222", 138, 24],
    ["c", "M250 60H516", 290, 24],
    ["", "M430 60V112", 0, 0],
    ["squashed", "M430 144V201", 391, 157],
    ["f", "M112 268V74", 73, 190],
    ["i", "M186 268V150H222", 147, 224],
    ["g", "M262 268V150H250", 223, 190],
    ["written", "M236 136V74", 197, 92],
    ["o", "M350 268V215H416", 311, 226],
    ["h", "M430 229V352H516", 391, 270],
    ["h_prev", "M4 352H350V302", 6, 312],
    ["x", "M52 396V362Q52 352 62 352", 66, 366],
    ["", "M112 352V302M186 352V302M262 352V302", 0, 0],
  ],
};

const GRU_TOP = {
  nodes: [
    ["kept", "times", 128, 60],
    ["h", "plus", 370, 60],
    ["written", "times", 370, 140],
    ["n", "gate", 370, 235],
    ["z", "gate", 80, 285],
    ["r", "gate", 176, 285],
  ],
  wires: [
    ["h_prev", "M4 60H114", 10, 24],
    ["kept", "M142 60H356", 200, 24],
    ["h", "M384 60H516", 418, 24],
    ["written", "M370 126V74", 382, 84],
    ["n", "M370 218V154", 382, 172],
    ["x", "M40 396V362Q40 352 50 352", 56, 366],
    ["", "M22 60V340Q22 352 34 352H176V302M80 352V302", 0, 0],
    ["", "M176 352H430Q440 352 440 342V262Q440 235 410 235H398", 0, 0],
  ],
};
// z keeps the old state: z scales h, and 1 − z the candidate (PyTorch, Keras); or the other way round (the decks)
const Z_KEEPS = {
  old: {
    nodes: [["rest", "rest", 270, 140]],
    wires: [["z", "M128 140V74M80 268V140H254", 41, 186], ["rest", "M286 140H356", 284, 104]],
  },
  new: {
    nodes: [["rest", "rest", 128, 140]],
    wires: [["z", "M80 170V140H112M80 268V180Q80 170 90 170H330Q346 170 357 149", 41, 200], ["rest", "M128 124V74", 89, 86]],
  },
};
// r acts on the product W h (PyTorch), or on h before the product (Cho et al. 2014 and the decks)
const R_ACTS = {
  after: {
    nodes: [["reset", "times", 270, 235], ["product", "matrix", 270, 300]],
    wires: [["r", "M176 268V235H256", 137, 238], ["product", "M270 284V249", 284, 252], ["reset", "M284 235H342", 284, 187], ["", "M270 352V316", 0, 0]],
  },
  before: {
    nodes: [["reset", "times", 270, 300], ["product", "matrix", 270, 235]],
    wires: [["r", "M176 268V235H222V300H256", 137, 220], ["reset", "M270 286V251", 284, 262], ["product", "M286 235H342", 284, 187], ["", "M270 352V314", 0, 0]],
  },
};

const RNN_WIRING = {
  nodes: [["input", "matrix", 130, 285], ["recurrent", "matrix", 130, 130], ["z", "plus", 260, 200], ["h", "squash", 370, 200]],
  wires: [
    ["h_prev", "M4 130H112", 8, 94],
    ["x", "M130 396V302", 142, 340],
    ["recurrent", "M148 130H260V186", 158, 94],
    ["input", "M148 285H260V214", 158, 294],
    ["z", "M274 200H352", 276, 164],
    ["h", "M388 200H516", 410, 164],
  ],
};

function wiringOf(sheet) {
  if (sheet.cell === "LSTM") return LSTM_WIRING;
  if (sheet.cell === "RNN") return RNN_WIRING;
  const parts = [GRU_TOP, Z_KEEPS[sheet.updateKeeps], R_ACTS[sheet.resetAfter ? "after" : "before"]];
  return { nodes: parts.flatMap((part) => part.nodes), wires: parts.flatMap((part) => part.wires) };
}

/** Rows of W times a vector: Σ_k W[j, k] v[k] for every j. */
function product(table, vector) {
  return Float64Array.from({ length: table.rows }, (_, j) => table.row(j).reduce((sum, weight, k) => sum + weight * vector[k], 0));
}

/** Whether a vector's numbers lie between 0 and 1: gates, but not candidates. */
const isAmount = (sheet, name) => sheet.cell !== "RNN" && ["f", "i", "o", "r", "z", "rest"].includes(name);

const each = (a, f) => Float64Array.from(a, f);

/** Every vector of step t (from 0) that a wire carries, in the run with the change or in the untouched one.
 *  Gates and states are the engine's; between them stand ⊙, + and W. */
function vectorsAt(sheet, t, run) {
  const source = run === "untouched" && sheet.untouched ? sheet.untouched : sheet;
  const state = (name) => source.states[name];
  const gate = (name) => sheet.byKey[name].runs[source === sheet ? "changed" : "untouched"].row(t);
  const x = source.inputs.row(t);
  const found = { x, h_prev: state("h").row(t), h: state("h").row(t + 1) };
  if (sheet.cell === "LSTM") {
    for (const name of "figo") found[name] = gate(name);
    Object.assign(found, { c_prev: state("c").row(t), c: state("c").row(t + 1) });
    found.kept = each(found.f, (f, j) => f * found.c_prev[j]);
    found.written = each(found.i, (i, j) => i * found.g[j]);
    found.squashed = each(found.c, Math.tanh);
  } else if (sheet.cell === "GRU") {
    for (const name of "rzn") found[name] = gate(name);
    found.rest = each(found.z, (z) => 1 - z);
    const [old, fresh] = sheet.updateKeeps === "old" ? [found.z, found.rest] : [found.rest, found.z];
    found.kept = each(old, (share, j) => share * found.h_prev[j]);
    found.written = each(fresh, (share, j) => share * found.n[j]);
    const bias = sheet.weights?.b_hn.row(0);
    if (!sheet.weights) found.product = found.reset = new Float64Array(found.h.length).fill(NaN);
    else if (sheet.resetAfter) {
      found.product = product(sheet.weights.W_hn, found.h_prev).map((value, j) => value + bias[j]);
      found.reset = each(found.r, (r, j) => r * found.product[j]);
    } else {
      found.reset = each(found.r, (r, j) => r * found.h_prev[j]);
      found.product = product(sheet.weights.W_hn, found.reset).map((value, j) => value + bias[j]);
    }
  } else if (!sheet.weights) {
    found.input = found.recurrent = found.z = new Float64Array(found.h.length).fill(NaN);
  } else {
    found.input = product(sheet.weights.W_xh, x);
    found.recurrent = product(sheet.weights.W_hh, found.h_prev);
    const bias = sheet.weights.b_h.row(0);
    found.z = each(found.input, (value, j) => value + found.recurrent[j] + bias[j]);
  }
  return found;
}
