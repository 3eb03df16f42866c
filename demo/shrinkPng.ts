import { crc32, deflateSync, inflateSync } from "node:zlib";

const signature = 8;
const paletteSize = 256;

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Three bytes a pixel. */
  readonly rgb: Uint8Array;
}

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
};

/** The Paeth predictor of PNG §9.4. */
const paeth = (left: number, above: number, corner: number): number => {
  const [a, b, c] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
};

/** Reads what Chromium writes: 8 bits, RGB or RGBA, not interlaced. */
const decode = (png: Buffer): Pixels => {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const step = png[25] === 6 ? 4 : 3;
  const parts: Buffer[] = [];
  for (let at = signature; at < png.length; at += png.readUInt32BE(at) + 12)
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * step;
  const rgb = new Uint8Array(width * height * 3);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] ?? 0;
    const line = Uint8Array.from(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    for (let x = 0; x < stride; x++) {
      const [left, up] = [line[x - step] ?? 0, above[x] ?? 0];
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, above[x - step] ?? 0)][filter] ?? 0;
      line[x] = ((line[x] ?? 0) + guess) & 255;
    }
    for (let x = 0; x < width; x++) rgb.set(line.subarray(x * step, x * step + 3), (y * width + x) * 3);
    above = line;
  }
  return { width, height, rgb };
};

/** A page has few colours: the 256 most frequent, and for each other one the nearest of them. */
const quantise = ({ width, height, rgb }: Pixels) => {
  const colours = new Uint32Array(width * height);
  const uses = new Map<number, number>();
  for (let i = 0; i < colours.length; i++) {
    const colour = ((rgb[i * 3] ?? 0) << 16) | ((rgb[i * 3 + 1] ?? 0) << 8) | (rgb[i * 3 + 2] ?? 0);
    colours[i] = colour;
    uses.set(colour, (uses.get(colour) ?? 0) + 1);
  }
  const palette = [...uses]
    .sort(([, a], [, b]) => b - a)
    .slice(0, paletteSize)
    .map(([colour]) => colour);
  const split = (colour: number) => [colour >> 16, (colour >> 8) & 255, colour & 255] as const;
  const nearest = (colour: number): number => {
    const [r, g, b] = split(colour);
    const distances = palette.map((other) => {
      const [r2, g2, b2] = split(other);
      return (r - r2) ** 2 + (g - g2) ** 2 + (b - b2) ** 2;
    });
    return distances.indexOf(Math.min(...distances));
  };
  const places = new Map([...uses.keys()].map((colour) => [colour, nearest(colour)]));
  return { indexes: colours.map((colour) => places.get(colour) ?? 0), palette: palette.flatMap(split) };
};

/** The same picture with a palette; a screenshot shrinks to about a third. */
export const shrinkPng = (png: Buffer): Buffer => {
  const pixels = decode(png);
  const { indexes, palette } = quantise(pixels);
  const { width, height } = pixels;
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++)
    lines.set(indexes.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const header = Buffer.from(png.subarray(16, 29));
  header[9] = 3;
  return Buffer.concat([
    png.subarray(0, signature),
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette)),
    chunk("IDAT", deflateSync(lines, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
};
