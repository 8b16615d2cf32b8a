/** Names that a program might mistake for options, patterns, addresses or commands. A good film must work under each. */
export const oddNames = [
  "-vf.mp4",
  "%03d.mp4",
  "http:x.mp4",
  "concat:a|b.mp4",
  "a[0:v]b,c=d;e.mp4",
  "new\nline.mp4",
  `we'ird $(touch PWNED) & ; é漢字🙂 "q".mp4`,
];
