/**
 * Leaves out of a WebAssembly module what nothing in it can reach: while the app is built, so that it is not downloaded.
 *
 * A function stays when something that stays calls it, when the module exports it or starts with it, or when its place in the table of function
 * pointers may be taken: every number in the code and every aligned word of the data that could be such a place counts as one, and so do
 * its neighbours, so a function too many stays rather than one too few. Whatever goes keeps its number and its type and becomes a
 * trap of three bytes. (WebAssembly Core Specification 2.0, section 5: binary format.)
 */

export type Cut = {
  /** Exports that nobody calls. */
  exports: RegExp;
  /** Functions, by number, that are to do nothing and answer 0. */
  nothing: readonly number[];
  /** Places in the table, from and to (without it), that are used by what is cut only. */
  table: readonly (readonly [number, number])[];
  /** Data, from an address and so many bytes, that is used by what is cut only. */
  data: readonly (readonly [number, number])[];
};

type Section = { id: number; head: number; start: number; end: number };
type Body = { start: number; end: number; calls: number[]; constants: number[] };

/** No locals; `unreachable`. */
const TRAP = [0, 0x00, 0x0b];
/** No locals; `i32.const 0`. */
const NOTHING = [0, 0x41, 0, 0x0b];

/** @throws Error where the module has something that this does not read */
export function slimWasm(wasm: Uint8Array, cut: Cut): Uint8Array {
  const sections = sectionsOf(wasm);
  const code = sectionOf(sections, 10);
  const imported = importsOf(wasm, sections);
  const bodies = bodiesOf(wasm, code);
  const table = tableOf(wasm, sections);
  const stays = reached(wasm, { sections, imported, bodies, table }, cut);
  const parts: Uint8Array[] = [leb(bodies.length)];
  for (const [at, { start, end }] of bodies.entries()) {
    const number = imported + at;
    const body = cut.nothing.includes(number)
      ? Uint8Array.from(NOTHING)
      : stays.has(number)
        ? wasm.subarray(start, end)
        : Uint8Array.from(TRAP);
    parts.push(leb(body.length), body);
  }
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([
    wasm.subarray(0, code.head),
    Uint8Array.of(10),
    leb(size),
    ...parts,
    wasm.subarray(code.end),
  ]);
}

type Parts = { sections: Section[]; imported: number; bodies: Body[]; table: Map<number, number> };

function reached(
  wasm: Uint8Array,
  { sections, imported, bodies, table }: Parts,
  cut: Cut,
): Set<number> {
  const stays = new Set<number>();
  const next: number[] = [];
  for (const [name, number] of exportsOf(wasm, sections))
    if (!cut.exports.test(name)) next.push(number);
  const start = sections.find(({ id }) => id === 8);
  if (start !== undefined) next.push(reader(wasm, start.start).unsigned());
  const taken = (place: number): void => {
    for (const one of [place - 1, place, place + 1]) {
      const number = table.get(one);
      if (number !== undefined && !cut.table.some(([from, to]) => one >= from && one < to))
        next.push(number);
    }
  };
  for (const [address, word] of wordsOf(wasm, sections))
    if (!cut.data.some(([from, size]) => address >= from && address < from + size)) taken(word);
  for (let number = next.pop(); number !== undefined; number = next.pop()) {
    if (stays.has(number) || cut.nothing.includes(number)) continue;
    stays.add(number);
    const body = bodies[number - imported];
    if (body === undefined) continue;
    for (const called of body.calls) next.push(called);
    for (const constant of body.constants) taken(constant);
  }
  return stays;
}

/** Reads numbers in order. */
function reader(wasm: Uint8Array, from: number) {
  const at = { at: from };
  const byte = (): number => wasm[at.at++] ?? 0;
  const unsigned = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const one = byte();
      value += (one & 127) * scale;
      if (one < 128) return value;
    }
  };
  /** LEB128 with a sign, the lowest 64 bits of it. */
  const signed = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ;) {
      const one = byte();
      value |= BigInt(one & 127) << shift;
      shift += 7n;
      if (one < 128) return BigInt.asIntN(64, (one & 64) === 0 ? value : value - (1n << shift));
    }
  };
  const text = (): string => {
    const length = unsigned();
    at.at += length;
    return new TextDecoder().decode(wasm.subarray(at.at - length, at.at));
  };
  return { at, byte, unsigned, signed, text };
}

function sectionsOf(wasm: Uint8Array): Section[] {
  const sections: Section[] = [];
  const read = reader(wasm, 8);
  while (read.at.at < wasm.length) {
    const head = read.at.at;
    const id = read.byte();
    const size = read.unsigned();
    const start = read.at.at;
    sections.push({ id, head, start, end: start + size });
    read.at.at = start + size;
  }
  return sections;
}

function sectionOf(sections: readonly Section[], id: number): Section {
  const [found, more] = sections.filter((one) => one.id === id);
  if (found === undefined || more !== undefined) throw unknown(`section ${id}`);
  return found;
}

const unknown = (what: string): Error => new Error(`this WebAssembly cannot be cut: ${what}`);

/** How many functions are imported: the numbers of its own begin behind them. */
function importsOf(wasm: Uint8Array, sections: readonly Section[]): number {
  const read = reader(wasm, sectionOf(sections, 2).start);
  let functions = 0;
  for (let left = read.unsigned(); left > 0; left--) {
    read.text();
    read.text();
    const kind = read.byte();
    if (kind === 0) {
      functions++;
      read.unsigned();
    } else if (kind === 1 || kind === 2) {
      if (kind === 1) read.byte();
      const bounded = read.unsigned() === 1;
      read.unsigned();
      if (bounded) read.unsigned();
    } else throw unknown(`import of kind ${kind}`);
  }
  return functions;
}

function exportsOf(wasm: Uint8Array, sections: readonly Section[]): Map<string, number> {
  const read = reader(wasm, sectionOf(sections, 7).start);
  const found = new Map<string, number>();
  for (let left = read.unsigned(); left > 0; left--) {
    const name = read.text();
    const kind = read.byte();
    const number = read.unsigned();
    if (kind === 0) found.set(name, number);
  }
  return found;
}

function tableOf(wasm: Uint8Array, sections: readonly Section[]): Map<number, number> {
  const read = reader(wasm, sectionOf(sections, 9).start);
  const table = new Map<number, number>();
  for (let left = read.unsigned(); left > 0; left--) {
    if (read.unsigned() !== 0) throw unknown("elements");
    const from = offsetOf(read);
    const count = read.unsigned();
    for (let at = 0; at < count; at++) table.set(from + at, read.unsigned());
  }
  return table;
}

/** `i32.const` and `end`. */
function offsetOf(read: ReturnType<typeof reader>): number {
  if (read.byte() !== 0x41) throw unknown("offset");
  const offset = Number(read.signed());
  if (read.byte() !== 0x0b) throw unknown("offset");
  return offset;
}

/** Each aligned word of the data, with its address. */
function* wordsOf(wasm: Uint8Array, sections: readonly Section[]): Generator<[number, number]> {
  const read = reader(wasm, sectionOf(sections, 11).start);
  const view = new DataView(wasm.buffer, wasm.byteOffset, wasm.byteLength);
  for (let left = read.unsigned(); left > 0; left--) {
    if (read.unsigned() !== 0) throw unknown("data");
    const offset = offsetOf(read);
    const size = read.unsigned();
    const start = read.at.at;
    for (let at = (offset + 3) & ~3; at < offset + size; at += 4) {
      // Zeros at the end of a word may be left out.
      let word = 0;
      for (let byte = 0; byte < 4 && at + byte < offset + size; byte++)
        word |= view.getUint8(start + at - offset + byte) << (8 * byte);
      yield [at, word];
    }
    read.at.at = start + size;
  }
}

function bodiesOf(wasm: Uint8Array, code: Section): Body[] {
  const read = reader(wasm, code.start);
  const bodies: Body[] = [];
  for (let left = read.unsigned(); left > 0; left--) {
    const size = read.unsigned();
    const start = read.at.at;
    bodies.push({ start, end: start + size, ...instructionsOf(read, start + size) });
  }
  return bodies;
}

/** What a function calls, and the numbers that stand in it. */
function instructionsOf(
  read: ReturnType<typeof reader>,
  end: number,
): { calls: number[]; constants: number[] } {
  const calls: number[] = [];
  const constants: number[] = [];
  for (let groups = read.unsigned(); groups > 0; groups--) {
    read.unsigned();
    read.byte();
  }
  while (read.at.at < end) {
    const op = read.byte();
    if (op === 0x10 || op === 0xd2) calls.push(read.unsigned());
    else if (op === 0xd0) read.signed();
    else if (op === 0x1c) for (let left = read.unsigned(); left > 0; left--) read.byte();
    else if (op === 0x41) constants.push(Number(read.signed()));
    else if (op === 0x42) {
      const value = read.signed();
      constants.push(Number(value & 0xffff_ffffn), Number((value >> 32n) & 0xffff_ffffn));
    } else if (op >= 0x02 && op <= 0x04) read.signed();
    else if (op === 0x0e) for (let left = read.unsigned(); left >= 0; left--) read.unsigned();
    else if (ONE.has(op)) read.unsigned();
    else if (op === 0x11 || (op >= 0x28 && op <= 0x3e)) {
      read.unsigned();
      read.unsigned();
    } else if (op === 0x43) read.at.at += 4;
    else if (op === 0x44) read.at.at += 8;
    else if (op === 0xfc) {
      const more = LONG[read.unsigned()];
      if (more === undefined) throw unknown("instruction");
      for (let left = more; left > 0; left--) read.unsigned();
    } else if (!isPlain(op)) throw unknown(`instruction ${op}`);
  }
  if (read.at.at !== end) throw unknown("end of a function");
  return { calls, constants };
}

/** `br`, `br_if`, the variables, the places of tables, and the memory's size: one number each. */
const ONE: ReadonlySet<number> = new Set([
  0x0c, 0x0d, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x3f, 0x40,
]);
/** Numbers behind `0xfc n`: conversions have none, what copies or begins two, what fills, drops, grows or measures one. */
const LONG: Readonly<Record<number, number>> = {
  ...Object.fromEntries(Array.from({ length: 8 }, (_, at) => [at, 0])),
  8: 2,
  9: 1,
  10: 2,
  11: 1,
  12: 2,
  13: 1,
  14: 2,
  15: 1,
  16: 1,
  17: 1,
};

/** Instructions without anything behind them. */
function isPlain(op: number): boolean {
  return (
    [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1].includes(op) || (op >= 0x45 && op <= 0xc4)
  );
}

function leb(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest >= 128;
    bytes.push((rest % 128) + (more ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Uint8Array.from(bytes);
}
