"use strict";
// Plain values as the judge's tagged JSON and back, as codec.py describes it.
//
// A number has one type here, so a whole one is written as an int. What JavaScript has no value for,
// or the judge none, is opaque, and no fault of a candidate's. An object is a dictionary whose keys
// are strings; a Map is one with any keys.
const types = require("util").types;

const MAX_DEPTH = 64;
const MAX_CHARACTERS = 4 * 2 ** 20;
const SURROGATE = /\p{Surrogate}/u;

class Opaque extends Error {}

// What the judge tells apart from a list.
class Tuple {
  constructor(...parts) {
    this.parts = parts;
  }
}

function refuse(why) {
  throw new Opaque(why);
}

function encode(value) {
  const text = JSON.stringify(new Writer().write(value, 0));
  const ascii = text.replace(/[\x7f-\uffff]/g, escapeOf);
  return ascii.length > MAX_CHARACTERS ? refuse("too large") : ascii;
}

function escapeOf(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

class Writer {
  left = MAX_CHARACTERS; // shared parts are written each time anew

  write(value, depth) {
    this.left -= 8 + (typeof value === "string" ? value.length : 0);
    if (this.left < 0) refuse("too large");
    if (depth > MAX_DEPTH) refuse("nested too deep");
    if (value === undefined || value === null) return null;
    if (typeof value === "boolean") return value;
    if (typeof value === "string") return SURROGATE.test(value) ? ["u", hexOfText(value)] : value;
    if (typeof value === "bigint") return ["i", value.toString(16)];
    if (typeof value === "number") {
      const isInt = Number.isSafeInteger(value) && !Object.is(value, -0);
      return isInt ? ["i", value.toString(16)] : ["f", hexOfFloat(value)];
    }
    return typeof value === "object" ? this.object(value, depth) : refuse(typeof value);
  }

  object(value, depth) {
    if (types.isProxy(value)) refuse("Proxy");
    const parts = (values) => Array.from(values, (part) => this.write(part, depth + 1));
    const kind = Object.getPrototypeOf(value);
    if (kind === Tuple.prototype) return ["t", ...parts(value.parts)];
    if (kind === Array.prototype) return ["l", ...parts(value)];
    if (kind === Set.prototype) return ["S", ...parts(distinct([...value]))];
    if (kind === Map.prototype) {
      distinct([...value.keys()]);
      return ["d", ...parts([...value].flat())];
    }
    if (kind === Object.prototype || kind === null) return ["d", ...parts(Object.entries(value).flat())];
    if (kind === Uint8Array.prototype || kind === Buffer.prototype) {
      return ["b", Buffer.from(value).toString("hex")];
    }
    return refuse(String(kind.constructor?.name));
  }
}

function decode(text) {
  return read(JSON.parse(text));
}

function read(node) {
  if (!Array.isArray(node)) return node;
  const [tag, ...rest] = node;
  switch (tag) {
    case "i": {
      const value = parseInt(rest[0], 16);
      return Number.isSafeInteger(value) ? value : refuse("an integer that no number holds");
    }
    case "f":
      return floatOfHex(rest[0]);
    case "b":
      return Uint8Array.from(Buffer.from(rest[0], "hex"));
    case "l":
    case "t":
      return rest.map(read);
    case "S":
    case "F":
      return new Set(distinct(rest.map(read)));
    case "d":
      return readPairs(rest.map(read));
    default:
      return refuse(`an argument with the tag ${tag}`);
  }
}

function readPairs(parts) {
  const keys = distinct(parts.filter((_, at) => at % 2 === 0));
  const pairs = keys.map((key, at) => [key, parts[2 * at + 1]]);
  return keys.every((key) => typeof key === "string") ? Object.fromEntries(pairs) : new Map(pairs);
}

// Insist on keys that the judge tells apart: to it `true`, 1 and 1n are one, and an object is none.
function distinct(keys) {
  const names = keys.map((key) => {
    if (typeof key === "string") return `"${key}`;
    if (key === undefined || key === null) return "null";
    if (typeof key === "object") return refuse("a key that is an object");
    return typeof key === "number" && !Number.isInteger(key) ? `${key}` : `${BigInt(key)}`;
  });
  return new Set(names).size === names.length ? keys : refuse("keys that are equal");
}

// As Python's `float.hex` has it: every bit.
function hexOfFloat(value) {
  if (Number.isNaN(value)) return "nan";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (Math.abs(value) === Infinity) return `${sign}inf`;
  if (value === 0) return `${sign}0x0.0p+0`;
  const bits = new BigUint64Array(new Float64Array([value]).buffer)[0];
  const power = Number((bits >> 52n) & 0x7ffn);
  const digits = (bits & 0xfffffffffffffn).toString(16).padStart(13, "0");
  const exponent = Math.max(power, 1) - 1023; // the smallest have no leading 1
  return `${sign}0x${power ? 1 : 0}.${digits}p${exponent < 0 ? "" : "+"}${exponent}`;
}

function floatOfHex(text) {
  const found = /^(-?)0x([01])\.([0-9a-f]+)p([+-]\d+)$/.exec(text);
  if (found === null) return { inf: Infinity, "-inf": -Infinity, nan: NaN }[text];
  const [, sign, lead, digits, power] = found;
  const size = (Number(lead) + parseInt(digits, 16) / 16 ** digits.length) * 2 ** power;
  return sign ? -size : size;
}

// UTF-8 that lets lone surrogates pass.
function hexOfText(text) {
  const hexOf = (character) => {
    const code = character.codePointAt(0);
    const three = [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)];
    return Buffer.from(SURROGATE.test(character) ? three : character).toString("hex");
  };
  return Array.from(text, hexOf).join("");
}
