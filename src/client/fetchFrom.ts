import type { FetchToken, Token } from "./options.ts";

/** Asks an endpoint of the app for a token. 401 and 403 mean that nobody is signed in. */
export const fetchFrom =
  (endpoint: string): FetchToken =>
  async ({ signal }) => {
    const answer = await fetch(endpoint, { method: "POST", signal, credentials: "same-origin" });
    if (answer.status === 401 || answer.status === 403) return null;
    if (!answer.ok) throw new Error(`the token endpoint answered ${answer.status}`);
    return (await answer.json()) as Token;
  };
