import { MediaError } from "../../media/errors.ts";
import { lackedMemory } from "../../sandbox/endings.ts";

/** What people call the engine in messages. */
export const engineName = "the speech engine";

/** For its models, or for its work. */
export const noMemory = (cause: unknown, details: MediaError["details"]): MediaError =>
  new MediaError("engine_failed", `${engineName} found no memory for its models or its work`, {
    cause,
    details,
  });

/** Said about phrases: they are left out, and the recording is transcribed all the same. */
const aboutPhrases = /hotword|Cannot find ID for token|OOV/i;

/** What is printed though nothing is wrong. */
const harmless = /^\s*$|\[W:onnxruntime|does not have cross-attention outputs|with-attention\.py/;

/**
 * What sherpa prints while it works. It catches what goes wrong, says so there, returns an empty text and goes
 * on: text would be missing and nobody would know.
 */
export function createComplaints() {
  let answered = -1;
  let wrong: string[] = [];
  let phrases: string[] = [];
  let isReady = false;
  let onAnswered = (_count: number): void => {};
  return {
    onLine(line: string): void {
      const [, count] = /^answered (\d+)$/.exec(line) ?? [];
      if (count !== undefined) {
        answered = Number(count);
        isReady = true; // what was said while the models were loaded is told by whether they were
        return onAnswered(answered);
      }
      if (!isReady || harmless.test(line)) return;
      if (aboutPhrases.test(line)) phrases.push(line);
      else wrong.push(line);
    },
    /** Waits for all that was printed before an answer. @throws MediaError `engine_failed` */
    async until(answer: number): Promise<void> {
      if (answered < answer)
        await new Promise<void>((resolve) => {
          onAnswered = (count) => void (count >= answer && resolve());
        });
      if (wrong.length === 0) return;
      const said = wrong.join("\n").slice(0, 2_000);
      wrong = [];
      if (lackedMemory(said)) throw noMemory(undefined, { stderr: said });
      const message = `${engineName} went wrong while it worked: ${said.split("\n", 1)[0]}`;
      throw new MediaError("engine_failed", message, { details: { stderr: said } });
    },
    takePhrases(): readonly string[] {
      const taken = phrases;
      phrases = [];
      return taken;
    },
  };
}
