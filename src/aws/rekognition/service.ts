import { createJsonService, type JsonOperation } from "../json-service.ts";
import { serviceModels } from "../model/model.ts";
import type { AwsService } from "../service.ts";
import { detectLabels } from "./detect.ts";
import { jobOperations, type JobParts } from "./jobs.ts";

/** What is offered, with the scope that each takes. docs/aws.md has the same table; a test compares the two. */
export const rekognitionOperations = (parts: JobParts): Record<string, JsonOperation> => ({
  DetectLabels: { scope: "write", run: detectLabels(parts) },
  ...jobOperations(parts),
});

/** Amazon Rekognition, as far as labels go: done by the library's engines. */
export const createRekognition = (parts: JobParts): AwsService =>
  createJsonService({
    name: "rekognition",
    model: serviceModels.rekognition,
    invalid: "InvalidParameterException",
    operations: rekognitionOperations(parts),
  });
