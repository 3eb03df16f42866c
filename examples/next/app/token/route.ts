/** Whoever may see the page gets a token; in earnest, look at the session first and answer 401 without one. */
export const POST = () => Response.json({ token: "secret" });
