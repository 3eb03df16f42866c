import type { ReactNode } from "react";

/** Numbers that should agree, or whose difference is the point. */
export function Figures({ of }: { readonly of: Readonly<Record<string, ReactNode>> }) {
  return (
    <dl className="figures">
      {Object.entries(of).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-long={(typeof value === "string" && value.length > 10) || undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
