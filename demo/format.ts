const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export const count = (value: number): string => whole.format(value);
export const milliseconds = (value: number): string => `${whole.format(value)} ms`;
export const seconds = (ms: number): string => `${(Math.max(ms, 0) / 1_000).toFixed(1)} s`;
