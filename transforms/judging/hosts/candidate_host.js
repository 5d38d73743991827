// Answer questions about a candidate's functions, inside the sandbox, beside the candidate.
//
// Everything here is the candidate's to read and to break: whatever is answered is its claim.
// Follows codec.js in one file; a last line calls `serve`.
const fs = require("fs");
const vm = require("vm");

const MAX_MESSAGE = 300;
// What is no fault of a program that is a module, and no script.
const OF_A_MODULE = /outside a module|token 'export'|import\.meta|await is only valid/;

async function serve(source, questions, answers) {
  const loaded = await attempt(() => load(source));
  for (const line of lines(questions)) {
    const [identity, wanted, name, ...given] = line.split(" ");
    const [status, payload] =
      loaded[0] === "value" ? await attempt(() => call(wanted, name, given.join(" "))) : loaded;
    const text = Buffer.from(`${identity} ${status} ${payload}\n`);
    for (let at = 0; at < text.length; ) at += fs.writeSync(answers, text, at);
  }
  process.removeAllListeners("exit"); // the candidate's
  process.exit(0);
}

// As a script: its functions are found by name, also those that are declared with `const`.
function load(source) {
  globalThis.module = { exports: {} };
  globalThis.exports = globalThis.module.exports;
  globalThis.require = require;
  try {
    vm.runInThisContext(source, { filename: "candidate.js" });
  } catch (error) {
    if (error instanceof SyntaxError && OF_A_MODULE.test(error.message)) refuse("module");
    throw error;
  }
  return "null";
}

async function call(wanted, name, given) {
  const [positional, byName] = decode(given);
  if (Object.keys(byName).length > 0) refuse("arguments by name");
  const { exports } = globalThis.module;
  const called = Object.hasOwn(exports, name) ? exports[name] : vm.runInThisContext(name);
  const returned = called(...positional);
  const result = types.isPromise(returned) ? await returned : returned;
  if (wanted === "truth") return encode(Boolean(result));
  return encode(wanted === "value" ? result : new Tuple(result, new Tuple(...positional)));
}

async function attempt(work) {
  try {
    return ["value", await work()];
  } catch (error) {
    if (error instanceof Opaque) return ["opaque", encode(error.message.slice(0, MAX_MESSAGE))];
    const name = describe(() => Object(error).constructor.name);
    const message = describe(() => error?.message ?? error);
    return ["raised", encode(new Tuple(name, message))];
  }
}

// What is thrown may be anything, and what it says of itself as well.
function describe(part) {
  try {
    return String(part()).slice(0, MAX_MESSAGE);
  } catch {
    return "";
  }
}

function* lines(descriptor) {
  const piece = Buffer.alloc(65_536);
  let pending = "";
  for (let size; (size = fs.readSync(descriptor, piece)) > 0; ) {
    const found = (pending + piece.toString("latin1", 0, size)).split("\n");
    pending = found.pop();
    yield* found;
  }
}
