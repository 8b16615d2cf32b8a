import type { ModelManifest } from "./model-store.ts";
import { whisperLanguages } from "./whisper-languages.ts";

/** Models for speech, voices, languages and speakers; for each task in its order of preference. */

const sherpa = "https://github.com/k2-fsa/sherpa-onnx/releases/download";

const european = "bg cs da de el en es et fi fr hr hu it lt lv mt nl pl pt ro ru sk sl sv uk";

/** Whisper's models as k2-fsa publishes them: all precisions in one archive, of which the 8 bit ones are kept. */
function whisper(
  size: string,
  facts: { readonly sizeBytes: number; readonly sha256: string },
): Pick<ModelManifest, "kind" | "licence" | "attribution" | "downloads" | "files"> {
  const url = `${sherpa}/asr-models/sherpa-onnx-whisper-${size}.tar.bz2`;
  return {
    kind: "whisper",
    licence: "MIT",
    attribution: "OpenAI, openai/whisper; ONNX by k2-fsa/sherpa-onnx",
    downloads: [{ url, ...facts, packing: "tar.bz2" }],
    files: {
      encoder: `${size}-encoder.int8.onnx`,
      decoder: `${size}-decoder.int8.onnx`,
      tokens: `${size}-tokens.txt`,
    },
  };
}

export const speechModels: readonly ModelManifest[] = [
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
        sizeBytes: 163_002_883,
        sha256: "7d1efa2138a65b0b488df37f8b89e3d91a60676e416f515b952358d83dfd347e",
        packing: "tar.bz2",
      },
    ],
    files: { model: "model.int8.onnx", tokens: "tokens.txt" },
  },
  {
    id: "moonshine-tiny-en",
    task: "speech",
    kind: "moonshine",
    title: "Moonshine tiny: English, small and quick, with punctuation",
    cost: { memoryBytes: 420e6, timesRealTime: 20 },
    licence: "MIT",
    attribution: "Moonshine AI, moonshine-ai/moonshine; archive by k2-fsa/sherpa-onnx",
    languages: ["en"],
    downloads: [
      {
        url: `${sherpa}/asr-models/sherpa-onnx-moonshine-tiny-en-quantized-2026-02-27.tar.bz2`,
        sizeBytes: 29_858_559,
        sha256: "9ec31b342d8fa3240c3b81b8f82e1cf7e3ac467c93ca5a999b741d5887164f8d",
        packing: "tar.bz2",
      },
    ],
    alternatives: [
      {
        project: "moonshine-voice",
        version: "0.0.49",
        platform: "manylinux_2_34_x86_64",
        python: "3.11",
        sizeBytes: 84_940_345,
        sha256: "03edc378e5236832421ccd382b267e43b95af8008137ad6643f5baf5ba31b579",
        members: {
          "encoder_model.ort": "moonshine_voice/assets/tiny-en/encoder_model.ort",
          "decoder_model_merged.ort": "moonshine_voice/assets/tiny-en/decoder_model_merged.ort",
          "tokenizer.bin": "moonshine_voice/assets/tiny-en/tokenizer.bin",
          LICENSE: "moonshine_voice-0.0.49.dist-info/licenses/LICENSE",
        },
      },
    ],
    files: {
      encoder: "encoder_model.ort",
      decoder: "decoder_model_merged.ort",
      tokens: "tokens.txt",
    },
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
        aboutBytes: 310e6,
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
    id: "whisper-base",
    task: "speech",
    title: "Whisper base: 99 languages, with punctuation",
    cost: { memoryBytes: 820e6, timesRealTime: 7 },
    languages: whisperLanguages,
    ...whisper("base", {
      sizeBytes: 207_557_382,
      sha256: "911b2083efd7c0dca2ac3b358b75222660dc09fb716d64fbfc417ba6c99ff3de",
    }),
  },
  {
    id: "whisper-small",
    task: "speech",
    title: "Whisper small: 99 languages, slow",
    languages: whisperLanguages,
    ...whisper("small", {
      sizeBytes: 639_387_718,
      sha256: "486a46afbb7ba798507190ffe02fea2dd726049af212e774537efac6afb210a6",
    }),
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
    alternatives: [
      {
        project: "silero-vad",
        version: "6.2.1",
        sizeBytes: 9_146_242,
        sha256: "09de93c4d874bb19c53e62a47dd38be5f163cedad2b5599583231f2a84ef79cb",
        members: {
          "silero_vad.onnx": "silero_vad/data/silero_vad.onnx",
          LICENSE: "silero_vad-6.2.1.dist-info/licenses/LICENSE",
        },
      },
    ],
    files: { model: "silero_vad.onnx" },
  },
  {
    id: "whisper-tiny",
    task: "language",
    title: "Whisper tiny: which language is spoken; 99 languages",
    ...whisper("tiny", {
      sizeBytes: 116_204_861,
      sha256: "c46116994e539aa165266d96b325252728429c12535eb9d8b6a2b10f129e66b1",
    }),
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
        sizeBytes: 6_958_444,
        sha256: "24615ee884c897d9d2ba09bb4d30da6bb1b15e685065962db5b02e76e4996488",
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
        aboutBytes: 29.6e6,
        sha256: "357a834f702b80161e5b981182c038e18553c1f2ca752ed6cec2052365d4129b",
        packing: "file",
      },
    ],
    files: { model: "3dspeaker_speech_campplus_sv_en_voxceleb_16k.onnx" },
  },
];
