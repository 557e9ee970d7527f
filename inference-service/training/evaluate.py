"""Measures the model on held-back phantoms beside thresholds: Dice, what is missed, what is found and is none.

    python3 evaluate.py --weights lesion-unet/lesion-unet.pt --phantoms 100 --out lesion-unet/evaluation.json
"""
import argparse
import json
import pathlib
import time

import numpy as np
import torch
from scipy import ndimage

from phantoms import HELD_BACK_SEEDS, SPACING_MM, phantom
from unet import load, predict

VOXEL_ML = SPACING_MM**3 / 1000
TOUCHING = np.ones((3, 3, 3))
SIZES_MM = ((6, 10), (10, 20), (20, 41))
RESAMPLES = 2000


def of_own_maximum(suv, seed=2.5, part=0.41):
    """Each place of at least SUV 2.5 down to 41 % of its own maximum, as PERCIST-like tools draw it."""
    places, count = ndimage.label(suv >= seed, TOUCHING)
    largest = np.concatenate(([np.inf], np.atleast_1d(ndimage.maximum(suv, places, np.arange(1, count + 1))) if count else []))
    return suv >= part * largest[places]


def compare(mask, body):
    """One phantom: overlap, truth lesions without any voxel in the mask, places of the mask without any lesion."""
    truth = body.lesions > 0
    places, count = ndimage.label(mask, TOUCHING)
    true_places = np.unique(places[truth & mask])
    false_ml = float((mask & ~np.isin(places, true_places)).sum()) * VOXEL_ML
    hit = np.isin(np.arange(1, len(body.described) + 1), body.lesions[mask])
    return {
        "dice": float(2 * (mask & truth).sum() / (mask.sum() + truth.sum())) if truth.any() else None,
        "false_places": int(count - len(true_places[true_places > 0])),
        "false_ml": false_ml,
        "missed_ml": float(sum((body.lesions == n + 1).sum() for n in np.flatnonzero(~hit))) * VOXEL_ML,
        "hits": [bool(h) for h in hit],
        "diameters": [lesion.diameter_mm for lesion in body.described],
    }


def interval(rows, statistic, rng):
    """Mean over the phantoms and the 95 % interval of a bootstrap that draws phantoms."""
    drawn = [statistic([rows[i] for i in rng.integers(0, len(rows), len(rows))]) for _ in range(RESAMPLES)]
    return [round(float(v), 4) for v in (statistic(rows), *np.nanquantile(drawn, (0.025, 0.975)))]


def found(rows, low=0.0, high=np.inf):
    hits = [h for r in rows for h, d in zip(r["hits"], r["diameters"]) if low <= d < high]
    return np.mean(hits) if hits else np.nan


def summary(rows, seed):
    rng = np.random.default_rng(seed)
    result = {
        "dice": interval([r for r in rows if r["dice"] is not None], lambda rs: np.mean([r["dice"] for r in rs]), rng),
        "lesions found": interval(rows, found, rng),
        "missed lesions per phantom": interval(rows, lambda rs: np.mean([len(r["hits"]) - sum(r["hits"]) for r in rs]), rng),
        "missed ml per phantom": interval(rows, lambda rs: np.mean([r["missed_ml"] for r in rs]), rng),
        "false places per phantom": interval(rows, lambda rs: np.mean([r["false_places"] for r in rs]), rng),
        "false ml per phantom": interval(rows, lambda rs: np.mean([r["false_ml"] for r in rs]), rng),
    }
    for low, high in SIZES_MM:
        result[f"found of {low} to {high} mm"] = interval(rows, lambda rs, a=low, b=high: found(rs, a, b), rng)
    return result


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--weights", type=pathlib.Path, default=pathlib.Path("lesion-unet/lesion-unet.pt"))
    options.add_argument("--phantoms", type=int, default=100)
    options.add_argument("--out", type=pathlib.Path, default=pathlib.Path("lesion-unet/evaluation.json"))
    options.add_argument("--threads", type=int, default=1)
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    network = load(given.weights)
    methods = {
        "lesion-unet": lambda body: predict(network, body.suv, body.hu) >= 0.5,
        "SUV >= 2.5": lambda body: body.suv >= 2.5,
        "SUV >= 4.0": lambda body: body.suv >= 4.0,
        "41 % of each place's maximum": lambda body: of_own_maximum(body.suv),
    }
    rows = {name: [] for name in methods}
    began = time.monotonic()
    for number in range(given.phantoms):
        body = phantom(HELD_BACK_SEEDS + number)
        for name, method in methods.items():
            rows[name].append(compare(method(body), body))
        if number % 10 == 9:
            print(f"{number + 1} phantoms, {time.monotonic() - began:.0f} s", flush=True)
    lesions = sum(len(r["hits"]) for r in rows["lesion-unet"])
    result = {"phantoms": given.phantoms, "first-seed": HELD_BACK_SEEDS, "lesions": lesions,
              "interval": "95 %, bootstrap over phantoms", "methods": {n: summary(r, 1) for n, r in rows.items()}}
    given.out.write_text(json.dumps(result, indent=1) + "\n")
    measures = list(result["methods"]["lesion-unet"])
    print("| method | " + " | ".join(measures) + " |\n|" + "---|" * (len(measures) + 1))
    for name, values in result["methods"].items():
        print(f"| {name} | " + " | ".join("{:.3g} ({:.3g} to {:.3g})".format(*values[m]) for m in measures) + " |")


if __name__ == "__main__":
    main()
