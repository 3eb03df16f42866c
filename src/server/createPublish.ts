import { ResilientSocketError } from "../core/errors.ts";
import { isName } from "../protocol/isName.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import type { ServerContext } from "./context.ts";
import type { HashPayload } from "./judge.ts";
import type { ResilientServer } from "./ResilientServer.ts";
import type { LogStore, FanOut } from "./store/LogStore.ts";

export interface PublishContext extends Pick<ServerContext, "metrics" | "ready"> {
  readonly store: Pick<LogStore, "publish">;
  readonly fanOut: Pick<FanOut, "publish">;
  readonly hashPayload: HashPayload;
}

/** Appends as the server, and tells who listens. */
export const createPublish =
  ({ store, fanOut, metrics, ready, hashPayload }: PublishContext): ResilientServer["publish"] =>
  async (channel, payload, { idempotencyKey } = {}) => {
    const publication = { channel, d: textOf(payload) };
    if (!isName(channel)) throw invalid("the channel of publish must be a name of 1 to 256 characters");
    if (idempotencyKey !== undefined && !isName(idempotencyKey, 128))
      throw invalid("idempotencyKey must be a name of 1 to 128 characters");
    await ready();
    const key = idempotencyKey === undefined ? {} : { key: idempotencyKey, keyHash: hashPayload(payload) };
    const { place, event } = await store.publish({ ...publication, ...key });
    if (event) {
      metrics.count(metricNames.appended);
      fanOut.publish([event]);
    }
    return place;
  };

const invalid = (text: string, cause?: unknown) => new ResilientSocketError("INVALID_OPTION", text, cause);

/** @throws INVALID_OPTION when the payload has no JSON: storing null instead would lose it. */
function textOf(payload: unknown): string {
  try {
    const text = JSON.stringify(payload) as string | undefined;
    if (text !== undefined) return text;
  } catch (cause) {
    throw invalid("the payload of publish must be JSON", cause);
  }
  throw invalid("the payload of publish must be JSON");
}
