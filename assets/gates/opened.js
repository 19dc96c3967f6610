// A node of the cell opened to its numbers: the equation with the numbers of one unit in it, and every unit below.

const ELEMENTWISE = {
  LSTM: {
    kept: ["f", "⊙", "c_prev"],
    written: ["i", "⊙", "g"],
    c: ["kept", "+", "written"],
    squashed: ["tanh", "c"],
    h: ["o", "⊙", "squashed"],
  },
  RNN: { h: ["g", "z"], z: ["input", "+", "recurrent"] },
};

function gruElementwise(sheet) {
  const [old, fresh] = sheet.updateKeeps === "old" ? ["z", "rest"] : ["rest", "z"];
  return {
    rest: ["1−", "z"],
    kept: [old, "⊙", "h_prev"],
    written: [fresh, "⊙", "n"],
    h: ["kept", "+", "written"],
    reset: ["r", "⊙", sheet.resetAfter ? "product" : "h_prev"],
  };
}

/** The terms of a matrix node's sum for one unit: [[symbol, weight, value], …] and its bias. */
function sumOf(sheet, name, unit, vectors) {
  const w = sheet.weights;
  const side = (table, symbol, vector) => [...table.row(unit)].map((weight, k) => ({ symbol, k, weight, value: vector[k] }));
  const h = sheet.symbols.h_prev;
  if (sheet.cell === "RNN") {
    return name === "input" ? { terms: side(w.W_xh, sheet.symbols.x, vectors.x), bias: null } : { terms: side(w.W_hh, h, vectors.h_prev), bias: null };
  }
  if (name === "product") {
    const read = sheet.resetAfter ? [h, vectors.h_prev] : [sheet.symbols.reset, vectors.reset];
    return { terms: side(w.W_hn, ...read), bias: w.b_hn.at(0, unit) };
  }
  const terms = side(w[`W_x${name}`], sheet.symbols.x, vectors.x);
  const bias = w[`b_${name}`].at(0, unit);
  if (name === "n") return { terms, bias, added: { symbol: sheet.symbols[sheet.resetAfter ? "reset" : "product"], value: vectors[sheet.resetAfter ? "reset" : "product"][unit] } };
  terms.push(...side(w[`W_h${name}`], h, vectors.h_prev));
  return { terms, bias: bias + (sheet.cell === "GRU" ? w[`b_h${name}`].at(0, unit) : 0) };
}

class Opened {
  constructor(parent, onUnit) {
    this.onUnit = onUnit;
    this.root = htmlNode("section", "opened", parent);
    this.root.setAttribute("aria-label", "The opened node");
    this.equation = htmlNode("p", "equation", this.root);
    this.numbers = htmlNode("p", "numbers", this.root);
    this.numbers.tabIndex = 0; // a long sum scrolls in its box
    this.numbers.setAttribute("role", "group");
    this.numbers.setAttribute("aria-label", "The numbers of the opened node");
    this.table = htmlNode("div", "unit-table matrix", this.root);
  }

  build(sheet) {
    this.sheet = sheet;
    this.rules = sheet.cell === "GRU" ? gruElementwise(sheet) : ELEMENTWISE[sheet.cell];
    this.shown = null;
  }

  show(t, name, unit, vectors, run) {
    const { sheet } = this;
    const changed = sheet.untouched && run !== "untouched";
    const symbol = (key) => symbolAt(sheet.symbols[key] ?? key, t + 1);
    const rule = this.rules[name];
    this.equation.replaceChildren();
    const plain = rule?.length === 3 ? `${symbol(rule[0])}${rule[1]}${symbol(rule[2])}` : null;
    const write = (parent, markup) => symbolToHtml(htmlNode("em", "", parent), markup);
    const say = (parent, text) => htmlNode("span", "", parent).append(text);
    this.named = plain !== symbol(name); // f ⊙ c is called so already
    if (this.named) write(this.equation, symbol(name));
    this.numbers.replaceChildren();
    say(this.numbers, `unit ${unit + 1}${sheet.untouched ? (changed ? ", with the change" : ", untouched") : ""}: `);
    const held = changed && sheet.held.some(([gate, units, steps]) => gate === name && reaches(t, unit, units, steps));
    const silenced = changed && name === "h" && sheet.silenced.some(([one, steps]) => reaches(t, unit, [one], steps));
    if (rule) this.showRule(rule, name, unit, vectors, symbol, write, say, silenced);
    else this.showSum(name, unit, vectors, symbol, write, say, t, held);
    this.showUnits(rule, name, unit, vectors, symbol);
  }

  showRule(rule, name, unit, vectors, symbol, write, say, silenced) {
    const equals = silenced ? "; silenced, it is set to " : " = ";
    const f4 = (value) => formatNumber(value, 4);
    if (this.named) say(this.equation, " = ");
    if (rule.length === 3) {
      const [a, sign, b] = rule;
      write(this.equation, symbol(a));
      say(this.equation, ` ${sign} `);
      write(this.equation, symbol(b));
      const biased = name === "z" && this.sheet.cell === "RNN";
      if (biased) {
        say(this.equation, " + ");
        write(this.equation, this.sheet.symbols.b);
      }
      const second = vectors[b][unit];
      const bias = biased ? ` + ${f4(this.sheet.weights.b_h.at(0, unit))}` : "";
      const number = second < 0 ? `(${f4(second)})` : f4(second);
      say(this.numbers, `${f4(vectors[a][unit])} ${sign === "⊙" ? "·" : sign} ${number}${bias}${equals}`);
    } else {
      const [sign, a] = rule;
      const shown = sign === "g" ? this.sheet.activation : sign;
      say(this.equation, shown === "1−" ? "1 − " : `${shown}(`);
      write(this.equation, symbol(a));
      if (shown !== "1−") say(this.equation, ")");
      say(this.numbers, shown === "1−" ? `1 − ${f4(vectors[a][unit])} = ` : `${shown}(${f4(vectors[a][unit])})${equals}`);
    }
    const result = htmlNode("strong", "result", this.numbers);
    result.textContent = f4(vectors[name][unit]);
  }

  showSum(name, unit, vectors, symbol, write, say, t, held) {
    const f4 = (value) => formatNumber(value, 4);
    if (!this.sheet.weights) {
      say(this.numbers, "this model has too many weights to send to the browser; ");
      htmlNode("strong", "result", this.numbers).textContent = f4(vectors[name][unit]);
      return;
    }
    const { terms, bias, added } = sumOf(this.sheet, name, unit, vectors);
    const squash = ["g", "n"].includes(name) ? "tanh" : "σ";
    const isGate = Boolean(this.sheet.byKey[name]) && this.sheet.cell !== "RNN";
    if (this.sheet.equations[name] !== this.sheet.symbols[name]) {
      say(this.equation, " = ");
      write(this.equation, symbolAt(this.sheet.equations[name], t + 1));
    }
    const total = terms.reduce((sum, { weight, value }) => sum + weight * value, 0) + (bias ?? 0) + (added?.value ?? 0);
    const ranked = terms.toSorted((a, b) => Math.abs(b.weight * b.value) - Math.abs(a.weight * a.value));
    const kept = ranked.slice(0, 5);
    const rest = ranked.slice(5).reduce((sum, { weight, value }) => sum + weight * value, 0);
    kept.forEach(({ symbol: read, k, weight, value }, place) => {
      const sign = weight < 0 ? MINUS : "+";
      say(this.numbers, place || weight < 0 ? ` ${sign} ` : "");
      const term = htmlNode("span", "term", this.numbers);
      term.append(`${f4(Math.abs(weight))} · ${value < 0 ? `(${f4(value)})` : f4(value)}`);
      const label = htmlNode("sub", "", term);
      symbolToHtml(label, `${symbolAt(read, t + 1)}[${k + 1}]`);
    });
    const signed = (value) => `${value < 0 ? MINUS : "+"} ${f4(Math.abs(value))}`;
    if (ranked.length > 5) say(this.numbers, ` ${signed(rest)} from ${ranked.length - 5} smaller terms`);
    if (added) {
      say(this.numbers, ` ${signed(added.value)} `);
      write(this.numbers, symbolAt(added.symbol, t + 1));
    }
    if (bias !== null) say(this.numbers, ` ${signed(bias)} bias`);
    say(this.numbers, ` = ${f4(total)}`);
    if (isGate) {
      say(this.numbers, held ? `; held, it is not ${squash}(${f4(total)}) but ` : `; ${squash}(${f4(total)}) = `);
      htmlNode("strong", "result", this.numbers).textContent = f4(vectors[name][unit]);
    }
  }

  /** Every unit of the operands and of the result, as numbers; a click pins the unit. */
  showUnits(rule, name, unit, vectors, symbol) {
    const keys = rule ? [...rule.filter((key) => key in vectors), name] : [name];
    const signature = keys.join();
    const count = vectors[name].length;
    if (this.shown !== `${signature} ${count}`) {
      this.table.replaceChildren();
      const head = htmlNode("div", "unit-row head", this.table);
      htmlNode("span", "unit-name", head).textContent = "unit";
      this.heads = Array.from({ length: count }, (_, j) => {
        const button = htmlNode("button", "unit-head", head);
        button.type = "button";
        button.textContent = String(j + 1);
        button.setAttribute("aria-label", `unit ${j + 1}: pin it`);
        button.addEventListener("click", () => this.onUnit(j));
        return button;
      });
      this.rows = keys.map(() => {
        const row = htmlNode("div", "unit-row", this.table);
        const title = htmlNode("em", "unit-name", row);
        return { title, cells: Array.from({ length: count }, () => htmlNode("span", "unit-cell", row)) };
      });
      this.shown = `${signature} ${count}`;
    }
    keys.forEach((key, row) => {
      const scale = isAmount(this.sheet, key) ? 1 : Math.max(1, largest([...vectors[key]]));
      symbolToHtml(this.rows[row].title, symbol(key));
      this.rows[row].cells.forEach((cell, j) => {
        const value = vectors[key][j];
        if (cell.value !== value || cell.scale !== scale) {
          cell.textContent = formatNumber(value, 2);
          tint(cell, value, scale);
          Object.assign(cell, { value, scale });
        }
        cell.classList.toggle("amount", isAmount(this.sheet, key));
        cell.classList.toggle("here", j === unit);
      });
    });
    this.heads.forEach((head, j) => head.setAttribute("aria-pressed", String(j === unit)));
  }
}
