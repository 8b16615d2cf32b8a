import { z } from "zod";
import { videoCodecs, watermarkPlaces } from "../transcode/profile.ts";
import { between, oneOf, path, section, whole } from "./kinds.ts";

/**
 * A profile file: its fields, their bounds, and what they do. `profile.schema.json` for editors and the table in
 * docs/renditions.md come from here. What a file does not name stays as in the profile `default`.
 */

const side = (what: string) =>
  z
    .int({ error: `must be a whole number of pixels, 16–7680` })
    .min(16, "must be 16–7680")
    .max(7680, "must be 16–7680")
    .exactOptional()
    .describe(what);

const loudnesses = [-16, -23] as const;

const loudness = z
  .union([z.literal(loudnesses), z.literal(false)], {
    error: `must be ${loudnesses.join(" or ")} (LUFS), or false`,
  })
  .exactOptional()
  .describe(
    "The loudness that the sound is brought to in two passes, in LUFS: -16 for the web, -23 for broadcasting (EBU R 128). Default: as loud as the source",
  );

const sampleRates = [32_000, 44_100, 48_000] as const;
const sampleRate = z
  .literal(sampleRates, { error: `must be one of ${sampleRates.join(", ")}` })
  .exactOptional()
  .describe("Samples a second. Default: 44100; 48000 with `opus`");

const channels = z
  .literal([1, 2], { error: "must be 1 or 2" })
  .exactOptional()
  .describe("The most channels. Default: 2");

const filmSound = section({
  codec: oneOf(["aac", "opus"]).exactOptional().describe("Of the sound. Default: `aac`"),
  bitRate: between(16_000, 512_000)
    .int("must be a whole number")
    .exactOptional()
    .describe("The most bits a second. Default: 160000"),
  sampleRateHz: sampleRate,
  channels,
  loudness,
});

const mp3Rates = [64, 96, 128, 160, 192, 224, 256, 320].map((rate) => rate * 1000);

const watermark = section({
  picture: path().describe("A PNG, JPEG or WebP file; a relative path starts at the profile file"),
  place: oneOf(watermarkPlaces)
    .default("bottom-right")
    .describe(
      "Where it stands: `top-left`, `top-right`, `bottom-left`, `bottom-right`, `center`. Default: `bottom-right`",
    ),
  opacity: between(0.01, 1).default(1).describe("1 hides what is below it. Default: 1"),
  width: between(0.01, 1)
    .default(0.15)
    .describe("Its width as a part of the film's. Default: 0.15"),
});

const film = section({
  width: side("The most pixels across, of a film that lies. Default: 1280 (web), 1920 (phone)"),
  height: side("The most pixels down, of a film that lies. Default: 720 (web), 1080 (phone)"),
  frameRate: between(1, 60).exactOptional().describe("The most frames a second. Default: 30"),
  codec: oneOf(videoCodecs)
    .exactOptional()
    .describe(
      "`h264`, `hevc`, `av1` or `vp9`: all go into MP4, and ffmpeg must have the encoder. Default: `h264`",
    ),
  quality: between(0, 63)
    .exactOptional()
    .describe(
      "The encoder's constant rate factor: lower is better. Default: 23 (h264), 26 (hevc), 35 (av1), 33 (vp9)",
    ),
  bitRate: between(50_000, 100_000_000)
    .int("must be a whole number")
    .exactOptional()
    .describe("The most bits a second of the picture. Default: 2200000 (web), 5000000 (phone)"),
  watermark: watermark.exactOptional().describe("A picture over every frame. Default: none"),
  sound: filmSound.exactOptional().describe("The sound of the film"),
});

const sound = section({
  bitRate: z
    .literal(mp3Rates, { error: `must be one of ${mp3Rates.join(", ")}` })
    .exactOptional()
    .describe("Bits a second of the MP3, constant. Default: 320000"),
  sampleRateHz: sampleRate,
  channels,
  loudness,
});

const gif = section({
  width: side("The most pixels across. Default: 480"),
  height: side("The most pixels down. Default: 480"),
  durationMs: between(100, 30_000)
    .int("must be a whole number")
    .exactOptional()
    .describe("From the beginning. Default: 6000"),
  frameRate: between(1, 25).exactOptional().describe("Frames a second. Default: 10"),
  colors: between(8, 256)
    .int("must be a whole number")
    .exactOptional()
    .describe("Colours of the palette. Default: 128"),
  maxBytes: whole(10_000)
    .exactOptional()
    .describe("The largest file; colours, rate and size give way to it. Default: 1500000"),
});

const poster = section({
  width: side("The most pixels across. Default: 1280"),
  height: side("The most pixels down. Default: 1280"),
  quality: between(2, 31).exactOptional().describe("JPEG's quantiser: 2 is best. Default: 3"),
  atMs: whole(0)
    .exactOptional()
    .describe("The time of a film that it is taken at. Default: where its best frame is"),
});

const orNone = <Schema extends z.ZodType>(schema: Schema, what: string) =>
  z
    .union([z.literal(false), schema], {
      // Says what is wrong inside, not that neither fits.
      error: () => "must be an object, or false to leave it out",
    })
    .exactOptional()
    .describe(`${what} \`false\` leaves it out`);

export const profileSchema = section({
  $schema: z.string().exactOptional().describe("Where an editor finds this schema"),
  name: z
    .string({ error: "must be a text" })
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "must be a name of letters, digits, . _ and -")
    .exactOptional()
    .describe("What it is called. Default: the file's name"),
  renditions: section({
    web: orNone(film, "The film for the web."),
    phone: orNone(film, "The film for phones."),
    audio: sound.exactOptional().describe("The MP3, which transcripts are made from"),
    gif: orNone(gif, "The moving preview."),
    poster: orNone(poster, "The still."),
  }).describe("By name, what is to be different from the profile `default`"),
});

export type ProfileFile = z.infer<typeof profileSchema>;
export type FilmFile = z.infer<typeof film>;
export type SoundFile = z.infer<typeof filmSound> | z.infer<typeof sound>;
