/** The part of sherpa-onnx-node that is used; its own types are comments. */
export interface Sherpa {
  readonly version: string;
  readonly OfflineRecognizer: {
    createAsync(config: object): Promise<Recognizer>;
  };
  readonly Vad: new (config: object, bufferSeconds: number) => Vad;
  readonly SpokenLanguageIdentification: new (config: object) => LanguageDetector;
  readonly OfflineSpeakerDiarization: new (config: object) => Diarization;
  readonly SpeakerEmbeddingExtractor: new (config: object) => EmbeddingExtractor;
}

export interface Waveform {
  /** −1 to 1. */
  readonly samples: Float32Array;
  readonly sampleRate: number;
}

export interface Stream {
  acceptWaveform(sound: Waveform): void;
}

export interface Recognizer {
  createStream(hotwords?: string): Stream;
  decodeAsync(stream: Stream): Promise<RecognizerResult>;
}

export interface RecognizerResult {
  readonly lang?: string;
  readonly text: string;
  readonly tokens?: readonly string[];
  readonly timestamps?: readonly number[];
  readonly durations?: readonly number[];
  readonly ys_log_probs?: readonly number[];
}

export interface Vad {
  acceptWaveform(samples: Float32Array): void;
  isEmpty(): boolean;
  isDetected(): boolean;
  front(externalBuffer?: boolean): { readonly start: number; readonly samples: Float32Array };
  pop(): void;
  reset(): void;
  flush(): void;
}

export interface LanguageDetector {
  createStream(): Stream;
  compute(stream: Stream): string;
}

export interface Diarization {
  process(samples: Float32Array): readonly { start: number; end: number; speaker: number }[];
}

export interface EmbeddingExtractor {
  createStream(): Stream & { inputFinished(): void };
  isReady(stream: Stream): boolean;
  compute(stream: Stream, externalBuffer?: boolean): Float32Array;
}
