import { useEffect, useState } from "preact/hooks";
import { droppedFiles } from "./dropped.ts";
import { tell } from "./trouble.tsx";
import { upload } from "./uploads.ts";
import { say } from "./words.ts";

const holdsFiles = (event: DragEvent): boolean =>
  event.dataTransfer?.types.includes("Files") === true;

/** The whole window takes files. */
export function UploadDrop() {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    addEventListener(
      "dragover",
      (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        setOver(true);
      },
      { signal },
    );
    addEventListener(
      "dragleave",
      (event) => {
        if (event.relatedTarget === null) setOver(false);
      },
      { signal },
    );
    addEventListener(
      "drop",
      (event) => {
        setOver(false);
        if (!holdsFiles(event) || event.dataTransfer === null) return;
        event.preventDefault();
        droppedFiles(event.dataTransfer)
          .then((all) => Promise.all(all.map(({ file, name }) => upload(file, name))))
          .catch(tell);
      },
      { signal },
    );
    return () => stop.abort();
  }, []);
  return isOver ? <div class="drop">{say("dropHere")}</div> : null;
}
