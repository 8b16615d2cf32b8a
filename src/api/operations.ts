import type { Scope } from "./environment.ts";

export type Method = "get" | "put" | "post" | "delete";

/** One operation, and the scopes that it needs. */
export interface Operation {
  readonly method: Method;
  /**
   * As OpenAPI writes it. `{name}` is one segment: a slash in a name is `%2F`. `{name+}` is all that
   * is left of the path, where slashes may stand as they are. A segment may begin with other words.
   */
  readonly path: string;
  /** `none`: it needs no key. */
  readonly scope: Scope | "none";
  /** A second scope that the caller needs, too. Default: none. */
  readonly alsoNeeds?: Scope;
}

/** Every operation of the service, in one table. */
export const operations = {
  // the media query application that AWS published (aws-samples/chalice-workshop)
  queryMediaFiles: { method: "get", path: "/api/", scope: "read" },
  queryMediaFile: { method: "get", path: "/api/{name+}", scope: "read" },
  // media
  listMedia: { method: "get", path: "/v1/media", scope: "read" },
  getMedia: { method: "get", path: "/v1/media/{name}", scope: "read" },
  getSource: { method: "get", path: "/v1/media/{name}/source", scope: "read" },
  listRenditions: { method: "get", path: "/v1/media/{name}/renditions", scope: "read" },
  getRendition: { method: "get", path: "/v1/media/{name}/renditions/{rendition}", scope: "read" },
  getOutput: { method: "get", path: "/v1/media/{name}/outputs/{kind}", scope: "read" },
  linkStream: { method: "post", path: "/v1/media/{name}/stream-link", scope: "read" },
  getStreamFile: { method: "get", path: "/v1/streams/{code}/{file}", scope: "none" },
  getTranscript: { method: "get", path: "/v1/media/{name}/transcript", scope: "read" },
  editTranscript: {
    method: "post",
    path: "/v1/media/{name}/transcript/edits",
    scope: "write",
    alsoNeeds: "read",
  },
  putTranscript: { method: "put", path: "/v1/media/{name}/transcript", scope: "write" },
  getTranscriptFile: {
    method: "get",
    path: "/v1/media/{name}/transcript.{format}",
    scope: "read",
  },
  getLabels: { method: "get", path: "/v1/media/{name}/labels", scope: "read" },
  getHistory: { method: "get", path: "/v1/media/{name}/history", scope: "read" },
  listMediaJobs: { method: "get", path: "/v1/media/{name}/jobs", scope: "read" },
  retryMedia: { method: "post", path: "/v1/media/{name}/retry", scope: "write" },
  reprocessMedia: { method: "post", path: "/v1/media/{name}/reprocess", scope: "write" },
  cancelMedia: { method: "post", path: "/v1/media/{name}/cancel", scope: "write" },
  listUserMedia: { method: "get", path: "/v1/users/{user}/media", scope: "read" },
  // bytes in and out of the input bucket
  getObject: { method: "get", path: "/v1/objects/{key+}", scope: "read" },
  putObject: { method: "put", path: "/v1/objects/{key+}", scope: "write" },
  getOutputByKey: { method: "get", path: "/v1/outputs/{key+}", scope: "read" },
  deleteObject: { method: "delete", path: "/v1/objects/{key+}", scope: "write" },
  // across media
  listJobs: { method: "get", path: "/v1/jobs", scope: "read" },
  searchMedia: { method: "get", path: "/v1/search", scope: "read" },
  getMetadata: { method: "get", path: "/v1/metadata/{JsonFile+}", scope: "read" },
  followEvents: { method: "get", path: "/v1/events", scope: "read" },
  // subscriptions and messages: messages reveal the content of media files, so these also need `read`
  listSubscriptions: { method: "get", path: "/v1/subscriptions", scope: "read" },
  subscribe: { method: "post", path: "/v1/subscriptions", scope: "write", alsoNeeds: "read" },
  showConfirmation: { method: "get", path: "/v1/subscriptions/confirm", scope: "none" },
  confirmSubscription: { method: "post", path: "/v1/subscriptions/confirm", scope: "none" },
  showUnsubscribing: { method: "get", path: "/v1/subscriptions/unsubscribe", scope: "none" },
  unsubscribeByLink: { method: "post", path: "/v1/subscriptions/unsubscribe", scope: "none" },
  getSharedOutput: { method: "get", path: "/v1/outputs", scope: "none" },
  unsubscribe: { method: "delete", path: "/v1/subscriptions/{id}", scope: "write" },
  rotateSecret: {
    method: "post",
    path: "/v1/subscriptions/{id}/rotate",
    scope: "write",
    alsoNeeds: "read",
  },
  testSubscription: {
    method: "post",
    path: "/v1/subscriptions/{id}/test",
    scope: "write",
    alsoNeeds: "read",
  },
  listNotifications: { method: "get", path: "/v1/notifications", scope: "read" },
  getNotification: { method: "get", path: "/v1/notifications/{id}", scope: "read" },
  replayNotification: {
    method: "post",
    path: "/v1/notifications/{id}/replay",
    scope: "write",
    alsoNeeds: "read",
  },
  listDeliveries: { method: "get", path: "/v1/deliveries", scope: "read" },
  replayDeliveries: {
    method: "post",
    path: "/v1/deliveries/replay",
    scope: "write",
    alsoNeeds: "read",
  },
  // keys
  listKeys: { method: "get", path: "/v1/keys", scope: "admin" },
  createKey: { method: "post", path: "/v1/keys", scope: "admin" },
  revokeKey: { method: "delete", path: "/v1/keys/{accessKeyId}", scope: "admin" },
  // links that open one media file; making one tells others what it holds, so it also needs `read`
  shareMedia: {
    method: "post",
    path: "/v1/media/{name}/shares",
    scope: "write",
    alsoNeeds: "read",
  },
  getShared: { method: "get", path: "/v1/shared", scope: "none" },
  getSharedMedia: { method: "get", path: "/v1/shared/media", scope: "none" },
  getSharedPoster: { method: "get", path: "/v1/shared/poster", scope: "none" },
  getSharedCaptions: { method: "get", path: "/v1/shared/captions", scope: "none" },
  // sessions of browsers
  getSession: { method: "get", path: "/v1/session", scope: "none" },
  signIn: { method: "post", path: "/v1/session", scope: "none" },
  signOut: { method: "delete", path: "/v1/session", scope: "none" },
  // the service itself
  describeApi: { method: "get", path: "/v1/openapi.json", scope: "none" },
  isAlive: { method: "get", path: "/healthz", scope: "none" },
  isReady: { method: "get", path: "/readyz", scope: "none" },
  readMetrics: { method: "get", path: "/metrics", scope: "admin" },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
