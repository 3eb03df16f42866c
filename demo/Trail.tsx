const width = 240;
const height = 48;

interface TrailProps {
  /** Oldest first, at most 240. */
  readonly values: readonly number[];
  readonly label: string;
  /** The scale reaches at least this far, so that small numbers look small. */
  readonly floor: number;
}

/** The last minute as a line. */
export function Trail({ values, label, floor }: TrailProps) {
  const top = Math.max(floor, ...values);
  const points = values.map((value, index) => {
    const x = width - values.length + index + 1;
    const y = height - 1 - (Math.max(value, 0) / top) * (height - 4);
    return `${x} ${y.toFixed(1)}`;
  });
  const line = points.length > 1 ? `M${points.join("L")}` : "";
  return (
    <figure className="trail">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {line && <path className="trail-area" d={`${line}V${height}H${width - values.length + 1}Z`} />}
        <path className="trail-line" d={line} />
      </svg>
      <figcaption>{label}</figcaption>
    </figure>
  );
}
