/** What a server takes as the name of a channel (256) or as a key (128); any other would cost the connection. */
export const isName = (name: unknown, max: number): name is string =>
  typeof name === "string" && name !== "" && name.length <= max && !/[\0-\x1f\x7f\ud800-\udfff]/u.test(name);
