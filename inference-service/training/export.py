"""Writes trained weights as an ONNX model with a golden example: a corner of a held-back phantom, and what PyTorch makes of it.

    python3 export.py --weights build/lesion-unet.pt --out build
"""
import argparse
import pathlib

import numpy as np
import onnx
import torch

from phantoms import HELD_BACK_SEEDS, phantom
from unet import LesionModel, load

OPSET = 13
GOLDEN_EDGE = 24


def golden_patch():
    """Around the first lesion of the first held-back phantom that has one."""
    number = 0
    while True:
        body = phantom(HELD_BACK_SEEDS + number)
        if body.described:
            centre = np.argwhere(body.lesions == 1).mean(0).round().astype(int)
            start = np.clip(centre - GOLDEN_EDGE // 2, 0, np.array(body.suv.shape) - GOLDEN_EDGE)
            cut = tuple(slice(s, s + GOLDEN_EDGE) for s in start)
            return np.ascontiguousarray(body.suv[cut]), np.ascontiguousarray(body.hu[cut])
        number += 1


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--weights", type=pathlib.Path, default=pathlib.Path("lesion-unet/lesion-unet.pt"))
    options.add_argument("--out", type=pathlib.Path, default=pathlib.Path("lesion-unet"))
    given = options.parse_args()
    model = LesionModel(load(given.weights)).eval()
    suv, hu = golden_patch()
    inputs = torch.from_numpy(suv), torch.from_numpy(hu)
    axes = {0: "z", 1: "y", 2: "x"}
    given.out.mkdir(parents=True, exist_ok=True)
    file = given.out / "model.onnx"
    torch.onnx.export(model, inputs, str(file), opset_version=OPSET, input_names=["suv", "hu"],
                      output_names=["probability", "mask"],
                      dynamic_axes={name: axes for name in ("suv", "hu", "probability", "mask")})
    onnx.checker.check_model(onnx.load(file))
    with torch.no_grad():
        probability, mask = (v.numpy() for v in model(*inputs))
    for folder, values in (("inputs", {"suv": suv, "hu": hu}), ("outputs", {"probability": probability, "mask": mask})):
        (given.out / "golden" / folder).mkdir(parents=True, exist_ok=True)
        for name, value in values.items():
            np.save(given.out / "golden" / folder / f"{name}.npy", value)
    print(f"{file}: {file.stat().st_size} bytes; golden example has {int(mask.sum())} voxels of lesion")


if __name__ == "__main__":
    main()
