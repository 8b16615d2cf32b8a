import type { ModelManifest } from "./model-store.ts";
import { whisperLanguages } from "./whisper-languages.ts";

/** What hears: speech, voices, languages and speakers; for each task in its order of preference. */

const sherpa = "https://github.com/k2-fsa/sherpa-onnx/releases/download";

const european = "bg cs da de el en es et fi fr hr hu it lt lv mt nl pl pt ro ru sk sl sv uk";

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
    languages: whisperLanguages,
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
