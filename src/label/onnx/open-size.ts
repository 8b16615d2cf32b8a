/**
 * Opens the size of the picture that an ONNX model takes. Exporters write down the one size that they
 * tried, for the input and for all that lies between; a network that is convolutions all through works
 * at others as well. The fields are those of onnx.proto3 (github.com/onnx/onnx).
 */

/** A field of a protobuf message: its number, and where it and what it holds lie in the bytes. */
interface Field {
  readonly number: number;
  readonly start: number;
  readonly bodyStart: number;
  readonly end: number;
}

const notProtobuf = () => new RangeError("it is no protobuf message");

function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let [value, factor] = [0, 1];
  for (let at = start; at < Math.min(bytes.length, start + 10); at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte < 128) return { value, end: at + 1 };
  }
  throw notProtobuf();
}

function varint(value: number): number[] {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

const [byVarint, by64, byLength, by32] = [0, 1, 2, 5];

function bodyOf(bytes: Uint8Array, wireType: number, start: number) {
  if (wireType === byVarint) return { bodyStart: start, end: readVarint(bytes, start).end };
  if (wireType === by64) return { bodyStart: start, end: start + 8 };
  if (wireType === by32) return { bodyStart: start, end: start + 4 };
  if (wireType !== byLength) throw notProtobuf();
  const { value, end } = readVarint(bytes, start);
  return { bodyStart: end, end: end + value };
}

/** The fields of a message, one after the other. @throws RangeError when it is none */
function* fieldsOf(message: Uint8Array): Generator<Field> {
  for (let start = 0; start < message.length;) {
    const tag = readVarint(message, start);
    const { bodyStart, end } = bodyOf(message, tag.value % 8, tag.end);
    if (end > message.length) throw notProtobuf();
    yield { number: Math.floor(tag.value / 8), start, bodyStart, end };
    start = end;
  }
}

/** What is made of what a field holds; undefined: the field is left out. */
type Edit = (body: Uint8Array) => Uint8Array | undefined;

/** The message with some of its fields that hold messages edited; `index` counts those of a number. */
function rewrite(
  message: Uint8Array,
  editOf: (number: number, index: number) => Edit | undefined,
): Uint8Array {
  const seen = new Map<number, number>();
  const parts: Uint8Array[] = [];
  let kept = 0;
  for (const { number, start, bodyStart, end } of fieldsOf(message)) {
    const index = seen.get(number) ?? 0;
    seen.set(number, index + 1);
    const edit = editOf(number, index);
    if (edit === undefined) continue;
    const body = edit(message.subarray(bodyStart, end));
    parts.push(message.subarray(kept, start));
    if (body !== undefined) parts.push(headOf(number, body.length), body);
    kept = end;
  }
  return Buffer.concat([...parts, message.subarray(kept)]);
}

const headOf = (number: number, length: number) =>
  Uint8Array.from([...varint(number * 8 + byLength), ...varint(length)]);

/** An edit of what lies at the end of a path of field numbers, the first of each. */
function along([first, ...rest]: readonly number[], edit: Edit): Edit {
  if (first === undefined) return edit;
  const deeper = along(rest, edit);
  return (message) =>
    rewrite(message, (number, index) => (number === first && index === 0 ? deeper : undefined));
}

/** The numbers of the fields on the way to a shape, and in it. */
const [graph, input, output, valueInfo] = [7, 11, 12, 13];
const [tensor, shape, dimension, length, name] = [[2, 1], 2, 1, 1, 2];

/** A dimension's length; undefined when it is open. */
function lengthOf(bytes: Uint8Array): number | undefined {
  for (const { number, bodyStart } of fieldsOf(bytes))
    if (number === length) return readVarint(bytes, bodyStart).value;
  return undefined;
}

export interface OpenModel {
  readonly bytes: Uint8Array;
  /** The lengths that it named until now, by their place in the input's shape: 2 is the height. */
  readonly madeFor: ReadonlyMap<number, number>;
}

const names = new Map([
  [2, "height"],
  [3, "width"],
]);

/**
 * Leaves the height and width of a model's first input open, which are the last two of its
 * dimensions; the shapes of its outputs and of what lies between are left for the runtime to find.
 * @throws RangeError when it is no ONNX file
 */
export function withOpenSize(model: Uint8Array): OpenModel {
  const madeFor = new Map<number, number>();
  const openShape: Edit = (body) =>
    rewrite(body, (number, place) => {
      const key = number === dimension ? names.get(place) : undefined;
      if (key === undefined) return undefined;
      return (told) => {
        const made = lengthOf(told);
        if (made !== undefined) madeFor.set(place, made);
        return Buffer.concat([headOf(name, key.length), Buffer.from(key)]);
      };
    });
  const leaveOut: Edit = () => undefined;
  const openGraph: Edit = (body) =>
    rewrite(body, (number, index) => {
      if (number === valueInfo) return leaveOut;
      if (number === output) return along([...tensor, shape], leaveOut);
      return number === input && index === 0 ? along([...tensor, shape], openShape) : undefined;
    });
  const bytes = rewrite(model, (number) => (number === graph ? openGraph : undefined));
  return { bytes, madeFor };
}
