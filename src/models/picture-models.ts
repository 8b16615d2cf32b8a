import type { ModelManifest } from "./model-store.ts";

/** What looks at pictures; for each task in its order of preference. */

const yolox = "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0";
const zoo = "https://huggingface.co/onnxmodelzoo";

const yoloxOf = (
  id: string,
  file: string,
  size: number,
  aboutBytes: number,
  words: string,
): ModelManifest => ({
  id,
  task: "detection",
  kind: "yolox",
  title: `${words}: finds and counts 80 kinds of things`,
  licence: "Apache-2.0",
  attribution: "Megvii, Megvii-BaseDetection/YOLOX",
  settings: { size },
  downloads: [{ url: `${yolox}/${file}`, aboutBytes, packing: "file" }],
  files: { model: file },
});

export const pictureModels: readonly ModelManifest[] = [
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
        aboutBytes: 42e6,
        packing: "file",
      },
    ],
    files: { model: "dfine_s_obj2coco.onnx" },
  },
  yoloxOf("yolox-s", "yolox_s.onnx", 640, 36e6, "YOLOX S"),
  yoloxOf("yolox-tiny", "yolox_tiny.onnx", 416, 20e6, "YOLOX tiny"),
  yoloxOf("yolox-nano", "yolox_nano.onnx", 416, 3.7e6, "YOLOX nano"),
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
        aboutBytes: 51e6,
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
        aboutBytes: 14e6,
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
        aboutBytes: 60_000,
        packing: "file",
      },
    ],
    files: { model: "ram_plus_plus.int8.onnx", tags: "ram_tag_list.txt" },
  },
];
