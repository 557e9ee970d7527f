"""Trains the lesion model on generated phantoms; export.py writes it as ONNX. Same seed and steps, same phantoms and patches.

    python3 train.py --out build --steps 700
"""
import argparse
import json
import pathlib
import time

import numpy as np
import torch
from torch.nn import functional

from phantoms import SHAPE, TRAINING_SEEDS, phantom
from unet import LesionUNet

PATCH = 28
POOL = 16
LESION_WEIGHT = 9
LEARNING_RATE = 4e-3
WARM_UP = 30


class Patient:
    """A phantom, and where patches of it are centred."""

    def __init__(self, number):
        self.body = phantom(TRAINING_SEEDS + number)
        self.lesions = [np.argwhere(self.body.lesions == n + 1) for n in range(len(self.body.described))]
        self.hot = np.argwhere((self.body.suv > 2.5) & (self.body.lesions == 0))
        self.inside = np.argwhere(self.body.hu > -500)

    def patch(self, rng):
        """Around a lesion, small ones as often as large ones; around high uptake that is none; or anywhere."""
        draw = rng.random()
        if draw < 0.7 and self.lesions:
            places, off = self.lesions[rng.integers(len(self.lesions))], 11
        else:
            places, off = (self.hot if draw < 0.9 else self.inside), 8
        centre = places[rng.integers(len(places))] + rng.integers(-off, off + 1, 3)
        cut = tuple(slice(s, s + PATCH) for s in np.clip(centre - PATCH // 2, 0, np.array(SHAPE) - PATCH))
        image = np.stack((self.body.suv[cut], self.body.hu[cut]))
        truth = (self.body.lesions[cut] > 0).astype(np.float32)[None]
        if rng.random() < 0.5:  # mirrored front to back: one more patient at no cost
            image, truth = image[:, :, ::-1], truth[:, :, ::-1]
        return image.copy(), truth.copy()


def loss_of(logits, truth):
    """Cross entropy, and the Dice overlap of the whole batch."""
    probability = torch.sigmoid(logits)
    overlap = (2 * (probability * truth).sum() + 1) / (probability.sum() + truth.sum() + 1)
    weights = 1 + LESION_WEIGHT * truth
    return functional.binary_cross_entropy_with_logits(logits, truth, weights) * 5 + 1 - overlap


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--out", type=pathlib.Path, default=pathlib.Path("build"))
    options.add_argument("--steps", type=int, default=700)
    options.add_argument("--batch", type=int, default=6)
    options.add_argument("--seed", type=int, default=20261125)
    options.add_argument("--stop", type=int, help="stop after so many steps of the schedule")
    options.add_argument("--threads", type=int, default=2)
    given = options.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(given.seed)
    torch.set_num_threads(given.threads)
    rng = np.random.default_rng(given.seed)

    network = LesionUNet()
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=1e-4)
    log = (given.out / "training.log").open("w")

    def say(text):
        print(text, flush=True)
        print(text, file=log, flush=True)

    say(json.dumps({"torch": torch.__version__, "parameters": sum(p.numel() for p in network.parameters()),
                    "seed": given.seed, "batch": given.batch, "patch": PATCH, "steps": given.steps}))
    pool = [Patient(n) for n in range(POOL)]
    made, losses, began = POOL, [], time.monotonic()
    for step in range(min(given.steps, given.stop or given.steps)):
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min(1, (step + 1) / WARM_UP) * (0.5 * (1 + np.cos(np.pi * step / given.steps)) + 0.003)
        if step % 4 == 0:  # a new patient takes the place of the oldest one
            pool[made % POOL] = Patient(made)
            made += 1
        images, truths = zip(*(pool[rng.integers(POOL)].patch(rng) for _ in range(given.batch)))
        optimizer.zero_grad()
        loss = loss_of(network(torch.from_numpy(np.stack(images))), torch.from_numpy(np.stack(truths)))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5)
        optimizer.step()
        losses.append(loss.item())
        if step % 25 == 24:
            say(f"step {step + 1} phantoms {made} loss {np.mean(losses[-25:]):.4f} seconds {time.monotonic() - began:.0f}")
            torch.save(network.state_dict(), given.out / "lesion-unet.pt")
    torch.save(network.state_dict(), given.out / "lesion-unet.pt")
    say(f"done: {step + 1} steps, {made} phantoms, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
