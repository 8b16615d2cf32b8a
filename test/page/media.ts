import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A file that is dropped on the page. */
interface DroppedMedia {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** A film with a voice, a recording, and a picture whose name looks like code. */
export async function makeMedia(folder: string): Promise<DroppedMedia[]> {
  const make = (name: string, ...args: string[]): Buffer => {
    const path = join(folder, name);
    execFileSync("ffmpeg", ["-v", "error", ...args, "-y", path]);
    return readFileSync(path);
  };
  const voice = "flite=text='go forward ten meters':voice=slt";
  const picture = "testsrc2=size=160x90:rate=10:duration=2";
  const film = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", voice];
  return [
    {
      name: "talk.mp4",
      type: "video/mp4",
      bytes: make("talk.mp4", ...film, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"),
    },
    {
      name: "memo.wav",
      type: "audio/wav",
      bytes: make("memo.wav", "-f", "lavfi", "-i", "sine=duration=1"),
    },
    {
      name: "<img src=x onerror=alert(1)>.png",
      type: "image/png",
      bytes: make("dot.png", "-f", "lavfi", "-i", "color=red:size=32x32", "-frames:v", "1"),
    },
  ];
}
