/** What the command line needs of the speech options before it loads anything else. */
export { speechEngines } from "../media/speech.ts";
export type { SpeechOptions } from "./speech-wish.ts";

/** As Amazon Transcribe's: more is a mistake. */
export const mostSpeakers = 30;
