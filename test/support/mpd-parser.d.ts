/** What is used of mpd-parser, which has no types of its own. */
declare module "mpd-parser" {
  interface Segment {
    readonly resolvedUri: string;
    readonly byterange: { readonly offset: number; readonly length: number };
  }
  interface Playlist {
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly segments: readonly Segment[];
  }
  interface Manifest {
    readonly duration: number;
    readonly playlists: readonly Playlist[];
    readonly mediaGroups: Readonly<Record<string, Readonly<Record<string, object>>>>;
  }
  export function parse(text: string, options: { readonly manifestUri: string }): Manifest;
}
