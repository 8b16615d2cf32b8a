import type { z } from "@hono/zod-openapi";
import type { jobPageSchema, jobSchema } from "./job-schemas.ts";
import type { detailsSchema, mediaPageSchema } from "./media-schemas.ts";
import type { Problem } from "./problems.ts";
import type { searchSchema } from "./find.ts";
import type { sharedSchema } from "./shares.ts";
import type { sessionSchema } from "./session.ts";
import type { timelineSchema, transcriptSchema } from "./transcript-schemas.ts";

/** What the page gets, as the schemas of the answers say it. The page sees nothing else of the server. */

export type Details = z.infer<typeof detailsSchema>;
export type MediaPage = z.infer<typeof mediaPageSchema>;
export type MediaItem = MediaPage["items"][number];
export type Job = z.infer<typeof jobSchema>;
export type JobPage = z.infer<typeof jobPageSchema>;
export type SearchHits = z.infer<typeof searchSchema>;
export type Shared = z.infer<typeof sharedSchema>;
export type Session = z.infer<typeof sessionSchema>;
export type Timeline = z.infer<typeof timelineSchema>;
export type Transcript = z.infer<typeof transcriptSchema>;
export type Word = Transcript["words"][number];
export type { Problem };
