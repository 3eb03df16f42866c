/** A strict reader of the Prometheus text format 0.0.4: what it does not expect is an error. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const labelPair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;
const unescapes: Readonly<Record<string, string>> = { "\\\\": "\\", '\\"': '"', "\\n": "\n" };

/** @throws on anything that is no exposition, histograms that cannot be and series told twice included. */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families = new Map<string, Family>();
  let open: Family | undefined;
  let help: { readonly name: string; readonly text: string } | undefined;
  const seen = new Set<string>();
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment?.[1] === "HELP") help = { name: comment[2] ?? "", text: comment[3] ?? "" };
    else if (comment) {
      const [, , name = "", type = ""] = comment;
      if (help?.name !== name) throw new Error(`${name} has no HELP before its TYPE`);
      if (families.has(name)) throw new Error(`${name} is told twice`);
      if (!/^(counter|gauge|histogram)$/.test(type)) throw new Error(`${name} is a ${type}`);
      families.set(name, (open = { name, type, help: help.text, samples: [] }));
    } else {
      const sample = parseSample(line);
      if (!open || !belongs(open, sample.name)) throw new Error(`${line}: not under its TYPE`);
      const series = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (seen.has(series)) throw new Error(`${series} is told twice`);
      seen.add(series);
      open.samples.push(sample);
    }
  }
  for (const family of families.values()) if (family.type === "histogram") checkHistogram(family);
  return families;
}

function parseSample(line: string): Sample {
  const [, name, inner = "", value = ""] = sampleLine.exec(line) ?? [];
  if (name === undefined || !Number.isFinite(Number(value))) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  labelPair.lastIndex = 0;
  for (let at = 0; at < inner.length; at = labelPair.lastIndex) {
    const [, label, raw = ""] = labelPair.exec(inner) ?? [];
    if (label === undefined || label in labels) throw new Error(`bad labels: ${line}`);
    labels[label] = raw.replace(/\\[\\"n]/g, (pair) => unescapes[pair] ?? pair);
  }
  return { name, labels, value: Number(value) };
}

const belongs = ({ name, type }: Family, sample: string): boolean =>
  type === "histogram"
    ? [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(sample)
    : sample === name;

function checkHistogram({ name, samples }: Family): void {
  const buckets = samples.filter((sample) => sample.name.endsWith("_bucket"));
  const bounds = buckets.map(({ labels }) => (labels["le"] === "+Inf" ? Infinity : Number(labels["le"])));
  const total = samples.find((sample) => sample.name === `${name}_count`)?.value;
  const rises = (list: readonly number[], isStrict: boolean) =>
    list.every((value, i) => i === 0 || value > (list[i - 1] ?? 0) || (!isStrict && value === list[i - 1]));
  if (!rises(bounds, true) || bounds.at(-1) !== Infinity) throw new Error(`${name}: bounds ${bounds.join()}`);
  const values = buckets.map(({ value }) => value);
  if (!rises(values, false) || values.at(-1) !== total) throw new Error(`${name}: counts ${values.join()}`);
  if (!samples.some((sample) => sample.name === `${name}_sum`)) throw new Error(`${name} has no sum`);
}
