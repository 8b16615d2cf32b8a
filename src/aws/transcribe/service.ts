import { createJsonService } from "../json-service.ts";
import { serviceModels } from "../model/model.ts";
import type { AwsService } from "../service.ts";
import { jobOperations, type TranscribeParts } from "./jobs.ts";
import { vocabularyOperations } from "./vocabularies.ts";

/** What is offered, with the scope that each takes. docs/aws.md has the same table; a test compares the two. */
export const transcribeOperations = (parts: TranscribeParts) => ({
  ...jobOperations(parts),
  ...vocabularyOperations(parts),
});

/** Amazon Transcribe: jobs under names of clients, done by the library's engines. */
export const createTranscribe = (parts: TranscribeParts): AwsService =>
  createJsonService({
    name: "transcribe",
    model: serviceModels.transcribe,
    invalid: "BadRequestException",
    operations: transcribeOperations(parts),
  });
