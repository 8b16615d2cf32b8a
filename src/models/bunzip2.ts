/**
 * Unpacks bzip2 block by block, in bounded memory however much the bytes say they unpack to; the
 * packages for it unpack all that they were handed before anybody can look.
 *
 * The format has no standard; it is described by Joe Tsai, "BZIP2 Format Specification" (2016).
 */

/** What is wrong with the bytes. */
function refuse(why: string): never {
  throw new Error(`not whole bzip2: ${why}`);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc >>> 0;
});

const blockMagic = 0x314159265359;
const endMagic = 0x177245385090;
const groupSize = 50;
const longestCode = 20;
const fastBits = 10;
const chunkBytes = 64 * 1024;
/** As much as an honest block takes, and more. */
const comfortableBytes = 1_200_000;

/** There are not enough bytes yet. */
class Starved extends Error {}

/** Reads bits of a buffer, from its byte `at` on. */
interface Bits {
  buffer: Buffer;
  at: number;
  /** The last bytes read, of which `count` bits are unused. */
  held: number;
  count: number;
  /** Nothing follows the buffer. */
  isLast: boolean;
}

function take(bits: Bits, wanted: number): number {
  while (bits.count < wanted) {
    const byte = bits.buffer[bits.at];
    if (byte === undefined) throw new Starved();
    bits.at += 1;
    bits.held = (bits.held << 8) | byte;
    bits.count += 8;
  }
  bits.count -= wanted;
  return (bits.held >>> bits.count) & ((1 << wanted) - 1);
}

const take32 = (bits: Bits): number => ((take(bits, 16) << 16) | take(bits, 16)) >>> 0;
const take48 = (bits: Bits): number => take(bits, 24) * 0x1000000 + take(bits, 24);

/** The bytes that occur in a block. */
function takeAlphabet(bits: Bits): number[] {
  const rows = take(bits, 16);
  const bytes: number[] = [];
  for (let row = 0; row < 16; row += 1) {
    if ((rows & (0x8000 >>> row)) === 0) continue;
    const columns = take(bits, 16);
    for (let column = 0; column < 16; column += 1)
      if ((columns & (0x8000 >>> column)) !== 0) bytes.push(row * 16 + column);
  }
  if (bytes.length === 0) refuse("a block without bytes");
  return bytes;
}

/** Which table each group of 50 symbols is coded by. */
function takeSelectors(bits: Bits, tables: number): Uint8Array {
  const selectors = new Uint8Array(take(bits, 15));
  if (selectors.length === 0) refuse("a block without symbols");
  const order = Array.from({ length: tables }, (_, index) => index);
  for (let index = 0; index < selectors.length; index += 1) {
    let place = 0;
    while (take(bits, 1) === 1) place += 1;
    const [table] = order.splice(place, 1);
    if (table === undefined) refuse("a selector of no table");
    order.unshift(table);
    selectors[index] = table;
  }
  return selectors;
}

/** A canonical Huffman code: per length the largest code and what to add to find the symbol. */
interface CodeTable {
  readonly shortest: number;
  /** By the next ten bits: length × 65,536 + symbol of the code that they begin with; 0 for longer ones. */
  readonly fast: Uint32Array;
  readonly limits: Int32Array;
  readonly offsets: Int32Array;
  readonly symbols: Uint16Array;
}

function takeTable(bits: Bits, alphabet: number): CodeTable {
  const lengths = new Uint8Array(alphabet);
  let length = take(bits, 5);
  for (let symbol = 0; symbol < alphabet; symbol += 1) {
    while (true) {
      if (length < 1 || length > longestCode) refuse("an impossible length of a code");
      if (take(bits, 1) === 0) break;
      length += take(bits, 1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  const counts = new Int32Array(longestCode + 2);
  for (const each of lengths) counts[each]! += 1;
  const limits = new Int32Array(longestCode + 2).fill(-1);
  const offsets = new Int32Array(longestCode + 2);
  const symbols = new Uint16Array(alphabet);
  let code = 0;
  let placed = 0;
  for (let bitsLong = 1; bitsLong <= longestCode; bitsLong += 1) {
    offsets[bitsLong] = placed - code;
    for (let symbol = 0; symbol < alphabet; symbol += 1)
      if (lengths[symbol] === bitsLong) symbols[placed++] = symbol;
    code += counts[bitsLong]!;
    if (counts[bitsLong]! > 0) limits[bitsLong] = code - 1;
    code <<= 1;
  }
  const fast = fastTable(lengths, offsets, symbols);
  return { shortest: Math.min(...lengths), fast, limits, offsets, symbols };
}

/** All that ten bits may be, for codes of ten bits at most. */
function fastTable(lengths: Uint8Array, offsets: Int32Array, symbols: Uint16Array): Uint32Array {
  const fast = new Uint32Array(1 << fastBits);
  for (const [place, symbol] of symbols.entries()) {
    const length = lengths[symbol]!;
    if (length > fastBits) break; // they are in the order of their lengths
    const code = place - offsets[length]!;
    const free = fastBits - length;
    fast.fill((length << 16) | symbol, code << free, (code + 1) << free);
  }
  return fast;
}

function takeSymbol(bits: Bits, table: CodeTable): number {
  const { buffer } = bits;
  while (bits.count < longestCode && bits.at < buffer.length) {
    bits.held = (bits.held << 8) | buffer[bits.at++]!;
    bits.count += 8;
  }
  if (bits.count >= fastBits) {
    const found = table.fast[(bits.held >>> (bits.count - fastBits)) & ((1 << fastBits) - 1)]!;
    bits.count -= found >>> 16;
    if (found > 0) return found & 0xffff;
  }
  let length = table.shortest;
  let code = take(bits, length);
  while (code > table.limits[length]!) {
    length += 1;
    if (length > longestCode) refuse("a code of no symbol");
    code = (code << 1) | take(bits, 1);
  }
  const symbol = table.symbols[code + table.offsets[length]!];
  if (symbol === undefined) refuse("a code of no symbol");
  return symbol;
}

interface Block {
  /** In the lowest byte what was read, in the others, once linked, where the next one is. */
  readonly cells: Uint32Array;
  readonly length: number;
  readonly first: number;
  readonly crc: number;
}

/** Undoes the coding and the run lengths of zeros, into `cells`. */
function takeBlock(bits: Bits, cells: Uint32Array): Block {
  const crc = take32(bits);
  if (take(bits, 1) === 1) refuse("a randomised block, which is obsolete");
  const origin = take(bits, 24);
  const bytes = Uint8Array.from(takeAlphabet(bits));
  const tableCount = take(bits, 3);
  if (tableCount < 2 || tableCount > 6) refuse("an impossible number of tables");
  const selectors = takeSelectors(bits, tableCount);
  const endSymbol = bytes.length + 1;
  const tables = Array.from({ length: tableCount }, () => takeTable(bits, bytes.length + 2));
  const counts = new Uint32Array(256);
  let length = 0;
  let run = 0;
  let weight = 1;
  for (let index = 0; ; index += 1) {
    const table = tables[selectors[Math.floor(index / groupSize)] ?? -1];
    if (table === undefined) refuse("more symbols than it announced");
    const symbol = takeSymbol(bits, table);
    if (symbol < 2) {
      run += weight << symbol;
      weight <<= 1;
      if (run > cells.length) refuse("a run longer than a block");
      continue;
    }
    if (length + run > cells.length) refuse("a block longer than it may be");
    cells.fill(bytes[0]!, length, length + run);
    counts[bytes[0]!]! += run;
    length += run;
    run = 0;
    weight = 1;
    if (symbol === endSymbol) break;
    const byte = bytes[symbol - 1]!;
    bytes.copyWithin(1, 0, symbol - 1);
    bytes[0] = byte;
    if (length === cells.length) refuse("a block longer than it may be");
    cells[length++] = byte;
    counts[byte]! += 1;
  }
  if (origin >= length) refuse("a block that begins outside itself");
  return { cells, length, first: link(cells, length, counts, origin), crc };
}

/** Undoes the Burrows-Wheeler transform: each cell gets the place of the next. */
function link(cells: Uint32Array, length: number, counts: Uint32Array, origin: number): number {
  let sum = 0;
  const places = counts.map((count) => (sum += count) - count);
  for (let index = 0; index < length; index += 1) {
    const byte = cells[index]! & 0xff;
    const place = places[byte]!;
    cells[place]! |= index << 8;
    places[byte] = place + 1;
  }
  return cells[origin]! >>> 8;
}

/** The bytes of a block, in pieces; undoes its first run-length coding. */
function* bytesOf({ cells, length, first, crc: stated }: Block): Generator<Buffer> {
  let crc = 0xffffffff;
  let piece = Buffer.allocUnsafe(chunkBytes);
  let used = 0;
  let place = first;
  let last = -1;
  let alike = 0;
  for (let index = 0; index < length; index += 1) {
    const cell = cells[place]!;
    const byte = cell & 0xff;
    place = cell >>> 8;
    const isCount = alike === 4;
    const times = isCount ? byte : 1;
    const value = isCount ? last : byte;
    if (used + times > chunkBytes) {
      yield piece.subarray(0, used);
      [piece, used] = [Buffer.allocUnsafe(chunkBytes), 0];
    }
    for (let time = 0; time < times; time += 1) {
      crc = (crc << 8) ^ crcTable[(crc >>> 24) ^ value]!;
      piece[used++] = value;
    }
    alike = isCount ? 0 : byte === last ? alike + 1 : 1;
    last = isCount ? -1 : byte;
  }
  if (~crc >>> 0 !== stated) refuse("a block's checksum is wrong");
  yield piece.subarray(0, used);
}

/**
 * What a bzip2 stream holds, in pieces of at most 64 kB. Several streams after each other are one.
 * @throws Error when it is not bzip2, damaged or cut short
 */
export async function* bunzip2(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const input = source[Symbol.asyncIterator]();
  const bits: Bits = { buffer: Buffer.alloc(0), at: 0, held: 0, count: 0, isLast: false };
  const readMore = async (): Promise<void> => {
    const { value, done } = await input.next();
    if (done) bits.isLast = true;
    else {
      const rest = bits.buffer.subarray(bits.at);
      [bits.buffer, bits.at] = [Buffer.concat([rest, value]), 0];
    }
  };
  /** Takes something from the start, again and again until there are bytes enough for it. */
  const whole = async <T>(takeIt: () => T, wanted: number): Promise<T> => {
    while (!bits.isLast && bits.buffer.length - bits.at < wanted) await readMore();
    for (;;) {
      const { at, held, count } = bits;
      try {
        return takeIt();
      } catch (error) {
        if (!(error instanceof Starved)) throw error;
        if (bits.isLast) refuse("it is cut short");
        Object.assign(bits, { at, held, count });
        const enough = Math.max(1, (bits.buffer.length - bits.at) * 2);
        while (!bits.isLast && bits.buffer.length - bits.at < enough) await readMore();
      }
    }
  };
  let cells: Uint32Array | undefined;
  let blockBytes = 0;
  let crc = 0;
  for (;;) {
    if (blockBytes === 0) {
      while (!bits.isLast && bits.buffer.length === bits.at) await readMore();
      if (bits.isLast && cells !== undefined && bits.buffer.length === bits.at) return;
      blockBytes = await whole(() => takeHeader(bits), 4);
      if (cells === undefined || cells.length < blockBytes) cells = new Uint32Array(blockBytes);
      crc = 0;
    }
    const room = cells!.subarray(0, blockBytes);
    const block = await whole(() => {
      const magic = take48(bits);
      if (magic === blockMagic) return takeBlock(bits, room);
      return magic === endMagic ? take32(bits) : refuse("no block where one must be");
    }, comfortableBytes);
    if (typeof block !== "number") {
      crc = (((crc << 1) | (crc >>> 31)) ^ block.crc) >>> 0;
      yield* bytesOf(block);
    } else {
      if (block !== crc) refuse("its checksum is wrong");
      bits.count = 0; // a stream ends with a whole byte
      blockBytes = 0;
    }
  }
}

/** How many bytes a block may have. */
function takeHeader(bits: Bits): number {
  const isHeader = take(bits, 8) === 0x42 && take(bits, 8) === 0x5a && take(bits, 8) === 0x68;
  const level = take(bits, 8) - 0x30;
  if (!isHeader || level < 1 || level > 9) refuse("it does not begin as it must");
  return level * 100_000;
}
