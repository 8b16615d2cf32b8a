/**
 * ffmpeg's filter that adds up channels without known places, so that each is heard on every side.
 * @param channels how many the source has
 * @param gain factor of each
 */
export function mixFilter(
  { channels, gain }: { readonly channels: number; readonly gain: number },
  layout: "mono" | "stereo",
): string {
  const sum = Array.from({ length: channels }, (_, index) => `${gain}*c${index}`).join("+");
  return layout === "mono" ? `pan=mono|c0=${sum}` : `pan=stereo|c0=${sum}|c1=${sum}`;
}
