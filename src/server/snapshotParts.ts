import type { Cursor, FrameOf, ServerFrame } from "../protocol/frames.ts";

/** A state's JSON text in parts that show progress on slow links. */
export function snapshotParts(
  c: string,
  { epoch, seq, tail }: Cursor,
  text: string,
  chunkBytes: number,
  rid?: number,
): readonly FrameOf<"snapshot", ServerFrame>[] {
  // JSON text inside JSON text grows by its escapes: half a chunk of text keeps a part below a chunk in all but hostile cases.
  const length = Math.floor(chunkBytes / 2);
  const slices: string[] = [];
  for (let from = 0; from < text.length;) {
    let to = Math.min(text.length, from + length);
    // A surrogate pair stays whole.
    if (to < text.length && text.charCodeAt(to - 1) >= 0xd800 && text.charCodeAt(to - 1) <= 0xdbff) to--;
    slices.push(text.slice(from, to));
    from = to;
  }
  return slices.map((d, part) => ({
    t: "snapshot",
    c,
    epoch,
    seq,
    tail,
    part,
    parts: slices.length,
    d,
    ...(rid !== undefined && { rid }),
  }));
}
