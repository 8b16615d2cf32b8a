/** What a key may allow: what the command line and the API offer. */
export { scopes } from "../access/access.ts";
