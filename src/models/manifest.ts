import { MediaError } from "../media/errors.ts";
import type { ModelDownload, ModelManifest, ModelTask } from "./model-store.ts";

/**
 * The models that Dailies knows, for each task in its order of preference. Sizes and hashes are the
 * publishers'; where none is stated, what is fetched first is remembered and held to.
 *
 * Left out: Moonshine (no times of words), MobileCLIP and Ultralytics' YOLO (their licences).
 */

const sherpa = "https://github.com/k2-fsa/sherpa-onnx/releases/download";
const yolox = "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0";
const zoo = "https://huggingface.co/onnxmodelzoo";

const european = "bg cs da de el en es et fi fr hr hu it lt lv mt nl pl pt ro ru sk sl sv uk";

const speech: readonly ModelManifest[] = [
  {
    id: "parakeet-tdt-0.6b-v3",
    task: "speech",
    kind: "nemo_transducer",
    title: "Parakeet TDT 0.6B v3: 25 European languages, with punctuation",
    licence: "CC-BY-4.0",
    attribution: "NVIDIA, nvidia/parakeet-tdt-0.6b-v3; int8 by k2-fsa/sherpa-onnx",
    languages: european.split(" "),
    downloads: [
      {
        url: `${sherpa}/asr-models/sherpa-onnx-nemo-parakeet-tdt-0.6b-v3-int8.tar.bz2`,
        sizeBytes: 487_170_055,
        sha256: "5793d0fd397c5778d2cf2126994d58e9d56b1be7c04d13c7a15bb1b4eafb16bf",
        packing: "tar.bz2",
      },
    ],
    files: {
      encoder: "encoder.int8.onnx",
      decoder: "decoder.int8.onnx",
      joiner: "joiner.int8.onnx",
      tokens: "tokens.txt",
    },
  },
  {
    id: "sense-voice",
    task: "speech",
    kind: "sense_voice",
    title: "SenseVoice small: Chinese, Cantonese, English, Japanese, Korean",
    licence: "LicenseRef-FunASR-Model-License-1.1",
    attribution: "Alibaba FunAudioLLM, FunAudioLLM/SenseVoiceSmall; int8 by k2-fsa/sherpa-onnx",
    languages: ["zh", "yue", "en", "ja", "ko"],
    downloads: [
      {
        url: `${sherpa}/asr-models/sherpa-onnx-sense-voice-zh-en-ja-ko-yue-int8-2024-07-17.tar.bz2`,
        packing: "tar.bz2",
      },
    ],
    files: { model: "model.int8.onnx", tokens: "tokens.txt" },
  },
  {
    id: "zipformer-en",
    task: "speech",
    kind: "transducer",
    title: "Zipformer GigaSpeech: English, small and fast, no punctuation",
    licence: "Apache-2.0",
    attribution: "k2-fsa/icefall, sherpa-onnx-zipformer-gigaspeech-2023-12-12",
    languages: ["en"],
    downloads: [
      {
        url: `${sherpa}/asr-models/sherpa-onnx-zipformer-gigaspeech-2023-12-12.tar.bz2`,
        packing: "tar.bz2",
      },
    ],
    files: {
      encoder: "encoder-epoch-30-avg-1.int8.onnx",
      decoder: "decoder-epoch-30-avg-1.onnx",
      joiner: "joiner-epoch-30-avg-1.int8.onnx",
      tokens: "tokens.txt",
    },
  },
  {
    id: "whisper-small",
    task: "speech",
    kind: "whisper",
    title: "Whisper small: 99 languages, slow",
    licence: "MIT",
    attribution: "OpenAI, openai/whisper; ONNX by k2-fsa/sherpa-onnx",
    downloads: [
      { url: `${sherpa}/asr-models/sherpa-onnx-whisper-small.tar.bz2`, packing: "tar.bz2" },
    ],
    files: {
      encoder: "small-encoder.int8.onnx",
      decoder: "small-decoder.int8.onnx",
      tokens: "small-tokens.txt",
    },
  },
  {
    id: "silero-vad",
    task: "voice",
    kind: "silero_vad",
    title: "Silero VAD: where somebody speaks",
    licence: "MIT",
    attribution: "Silero Team, snakers4/silero-vad",
    downloads: [
      {
        url: "https://github.com/snakers4/silero-vad/raw/v6.2.1/src/silero_vad/data/silero_vad.onnx",
        sizeBytes: 2_327_524,
        sha256: "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
        packing: "file",
      },
    ],
    files: { model: "silero_vad.onnx" },
  },
  {
    id: "whisper-tiny",
    task: "language",
    kind: "whisper",
    title: "Whisper tiny: which language is spoken; 99 languages",
    licence: "MIT",
    attribution: "OpenAI, openai/whisper; ONNX by k2-fsa/sherpa-onnx",
    downloads: [
      { url: `${sherpa}/asr-models/sherpa-onnx-whisper-tiny.tar.bz2`, packing: "tar.bz2" },
    ],
    files: {
      encoder: "tiny-encoder.int8.onnx",
      decoder: "tiny-decoder.int8.onnx",
      tokens: "tiny-tokens.txt",
    },
  },
  {
    id: "pyannote-segmentation-3",
    task: "speaker-segmentation",
    kind: "pyannote",
    title: "pyannote segmentation 3.0: when the speaker changes",
    licence: "MIT",
    attribution: "pyannote, pyannote/segmentation-3.0; ONNX by k2-fsa/sherpa-onnx",
    downloads: [
      {
        url: `${sherpa}/speaker-segmentation-models/sherpa-onnx-pyannote-segmentation-3-0.tar.bz2`,
        packing: "tar.bz2",
      },
    ],
    files: { model: "model.onnx" },
  },
  {
    id: "campplus",
    task: "speaker-embedding",
    kind: "3dspeaker",
    title: "CAM++ (VoxCeleb): tells voices apart",
    licence: "Apache-2.0",
    attribution: "Alibaba 3D-Speaker, speech_campplus_sv_en_voxceleb_16k",
    downloads: [
      {
        // "recongition" is the publisher's spelling.
        url: `${sherpa}/speaker-recongition-models/3dspeaker_speech_campplus_sv_en_voxceleb_16k.onnx`,
        sha256: "357a834f702b80161e5b981182c038e18553c1f2ca752ed6cec2052365d4129b",
        packing: "file",
      },
    ],
    files: { model: "3dspeaker_speech_campplus_sv_en_voxceleb_16k.onnx" },
  },
];

const yoloxOf = (id: string, file: string, size: number, words: string): ModelManifest => ({
  id,
  task: "detection",
  kind: "yolox",
  title: `${words}: finds and counts 80 kinds of things`,
  licence: "Apache-2.0",
  attribution: "Megvii, Megvii-BaseDetection/YOLOX",
  settings: { size },
  downloads: [{ url: `${yolox}/${file}`, packing: "file" }],
  files: { model: file },
});

const pictures: readonly ModelManifest[] = [
  {
    id: "d-fine-s",
    task: "detection",
    kind: "dfine",
    title: "D-FINE S: finds and counts 80 kinds of things, the best of these",
    licence: "Apache-2.0",
    attribution: "Peterande/D-FINE (Objects365 to COCO); ONNX by onnx-community",
    downloads: [
      {
        url: "https://huggingface.co/onnx-community/dfine_s_obj2coco-ONNX/resolve/f69c4ca98cba7ca58aa15b3d4600867808fecf1b/onnx/model.onnx",
        name: "dfine_s_obj2coco.onnx",
        packing: "file",
      },
    ],
    files: { model: "dfine_s_obj2coco.onnx" },
  },
  yoloxOf("yolox-s", "yolox_s.onnx", 640, "YOLOX S"),
  yoloxOf("yolox-tiny", "yolox_tiny.onnx", 416, "YOLOX tiny"),
  yoloxOf("yolox-nano", "yolox_nano.onnx", 416, "YOLOX nano"),
  {
    id: "efficientnet-lite4",
    task: "classification",
    kind: "efficientnet-lite",
    title: "EfficientNet-Lite4: 1,000 kinds of things",
    licence: "MIT",
    attribution: "Google, EfficientNet-Lite; ONNX model zoo",
    downloads: [
      {
        url: `${zoo}/efficientnet-lite4-11/resolve/main/efficientnet-lite4-11.onnx`,
        packing: "file",
      },
    ],
    files: { model: "efficientnet-lite4-11.onnx" },
  },
  {
    id: "mobilenet-v2",
    task: "classification",
    kind: "mobilenet",
    title: "MobileNetV2: 1,000 kinds of things, small",
    licence: "Apache-2.0",
    attribution: "Google, MobileNetV2; ONNX model zoo",
    settings: { normal: "imagenet" },
    downloads: [
      {
        url: `${zoo}/mobilenetv2-12/resolve/main/mobilenetv2-12.onnx`,
        sha256: "c0c3f76d93fa3fd6580652a45618618a220fced18babf65774ed169de0432ad5",
        packing: "file",
      },
    ],
    files: { model: "mobilenetv2-12.onnx" },
  },
  {
    id: "mobilenet-v2-coral",
    task: "classification",
    kind: "mobilenet",
    title: "MobileNetV2, converted from the Coral test data: 1,000 kinds of things",
    licence: "Apache-2.0",
    attribution: "Google, google-coral/test_data",
    settings: { normal: "signed" },
    downloads: [
      {
        name: "mobilenet_v2_1.0_224.onnx",
        sizeBytes: 13_966_785,
        sha256: "26d68c9ff3ac538bba15c7bcbc55c0bc6c385067ae9811c27fc71d79dafb9753",
        packing: "file",
      },
    ],
    files: { model: "mobilenet_v2_1.0_224.onnx" },
  },
  {
    id: "ram-plus-plus",
    task: "tagging",
    kind: "ram",
    title: "RAM++: 4,585 tags for a whole picture",
    licence: "Apache-2.0",
    attribution: "OPPO, xinyu1205/recognize-anything",
    downloads: [
      {
        name: "ram_plus_plus.int8.onnx",
        sizeBytes: 872_789_856,
        sha256: "44836da6724dcbdd7446632599c190426af96bd47d4457d47d876b019e10f8bd",
        packing: "file",
      },
      {
        url: "https://raw.githubusercontent.com/xinyu1205/recognize-anything/main/ram/data/ram_tag_list.txt",
        packing: "file",
      },
    ],
    files: { model: "ram_plus_plus.int8.onnx", tags: "ram_tag_list.txt" },
  },
];

export const knownModels: readonly ModelManifest[] = [...speech, ...pictures];

/** Models that are pulled together, under one name. */
export const modelSets: Readonly<Record<string, readonly string[]>> = {
  speech: ["parakeet-tdt-0.6b-v3", "silero-vad"],
  speakers: ["pyannote-segmentation-3", "campplus"],
  languages: ["whisper-tiny"],
  labels: ["yolox-nano", "mobilenet-v2"],
};

const engines: Readonly<Record<ModelTask, string>> = {
  speech: "sherpa",
  voice: "sherpa",
  "speaker-segmentation": "sherpa",
  "speaker-embedding": "sherpa",
  language: "sherpa",
  detection: "onnx",
  classification: "onnx",
  tagging: "onnx",
};

/** The engine that loads models for a task. */
export function engineOf(task: ModelTask): string {
  return engines[task];
}

/** What a download is called, here and on a mirror. */
export function nameOf(download: ModelDownload): string {
  const name = download.name ?? new URL(download.url ?? "").pathname.split("/").at(-1);
  if (!name) throw new MediaError("internal", `a download of the manifest has no name`);
  return name;
}

/** What has to come over the network; undefined where it is not known of all. */
export function downloadBytes(manifest: ModelManifest): number | undefined {
  let sum = 0;
  for (const { sizeBytes } of manifest.downloads) {
    if (sizeBytes === undefined) return undefined;
    sum += sizeBytes;
  }
  return sum;
}

/**
 * The manifest of a model.
 * @throws MediaError `invalid_argument` when nothing is known of it
 */
export function manifestOf(known: readonly ModelManifest[], id: string): ModelManifest {
  const manifest = known.find((model) => model.id === id);
  if (manifest !== undefined) return manifest;
  throw new MediaError(
    "invalid_argument",
    `no model is called ${id}; there are ${known.map((model) => model.id).join(", ")}`,
  );
}
