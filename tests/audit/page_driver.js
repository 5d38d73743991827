// The least of a browser that the page's script needs, and a person who clicks through it.
// Reads {html, actions} from standard input; prints what is seen and what was saved.
"use strict";

class Node {
  constructor(tag) { Object.assign(this, { tag, children: [], attributes: {}, listeners: {}, own: "", value: "" }); }
  setAttribute(name, value) { this.attributes[name] = String(value); }
  append(...nodes) { this.children.push(...nodes); }
  replaceChildren(...nodes) { this.children = nodes; }
  addEventListener(name, listener) { this.listeners[name] = listener; }
  click() { if (this.tag === "a") downloads.push(this.attributes); else this.listeners.click(); }
  get textContent() { return this.own + this.children.map((c) => (typeof c === "string" ? c : c.textContent)).join(""); }
  set textContent(text) { this.own = text; this.children = []; }
  set innerHTML(text) { throw new Error(`markup from a string: ${text}`); }
  all() { return [this, ...this.children.flatMap((c) => (typeof c === "string" ? [] : c.all()))]; }
}

const { html, actions } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const scripts = [...html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)];
const ids = Object.fromEntries([...html.matchAll(/<(\w+) [^>]*?id="(\w+)"/g)].map(([, tag, id]) => [id, new Node(tag)]));
ids.data.own = scripts.find(([, attributes]) => attributes.includes("application/json"))[2];
const downloads = [];
const blobs = [];
const globals = {
  document: {
    getElementById: (id) => ids[id],
    createElement: (tag) => new Node(tag),
    createElementNS: (space, tag) => new Node(tag),
  },
  window: { addEventListener: () => {} },
  URL: { createObjectURL: (blob) => `blob:${blobs.push(blob.parts.join(""))}` },
  Blob: class { constructor(parts) { this.parts = parts; } },
};
const code = scripts.find(([, attributes]) => attributes === "")[2];
new Function(...Object.keys(globals), code)(...Object.values(globals));

for (const [what, id, value] of actions) {
  if (what === "choose") { ids[id].value = value; ids[id].listeners.change(); }
  if (what === "click") ids[id].click();
  if (what === "mark" || what === "note") {
    const card = ids.list.children[id];
    const input = card.all().find((n) => n.tag === "input"
      && (what === "mark" ? n.attributes.value === value : n.attributes.type === "text"));
    if (what === "note") input.value = value;
    input.listeners.change();
  }
}
const cards = ids.list.children.map((card) => ({
  head: card.children[0].textContent,
  className: card.attributes.class,
  question: card.all().filter((n) => n.attributes.class === "question").map((n) => n.children[0].textContent),
  steps: card.all().filter((n) => n.attributes.class === "step").map((n) => n.textContent),
  text: card.textContent,
  chosen: card.all().filter((n) => n.attributes.type === "radio" && n.checked).map((n) => n.attributes.value),
}));
const bars = ids.scores.all().filter((n) => n.tag === "svg").length;
const seen = { cards, bars, shown: ids.shown.textContent, status: ids.unsaved.textContent };
process.stdout.write(JSON.stringify({
  ...seen, scores: ids.scores.textContent, about: ids.about.textContent, errors: ids.errors.textContent, downloads, blobs,
}));
