/**
 * Whether this is no production build: bundlers write the answer in. Without one (a page that imports the files as they are) there is no
 * `process`: taken for production, which only warns of less.
 */
export const isDevelopment = (): boolean => {
  try {
    return process.env.NODE_ENV !== "production";
  } catch {
    return false;
  }
};
