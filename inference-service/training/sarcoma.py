"""Overlap of the model with a physician's contours on a real study (TCIA Soft-tissue-Sarcoma, CC BY 3.0); needs python3-pydicom.

    python3 sarcoma.py STUDY --contours STUDY/RTSTRUCT_on_PT/1-1.dcm --roi GTV_Mass

STUDY holds PT_cropped_suv_gml and CT_cropped.
"""
import argparse
import json
import pathlib

import numpy as np
import pydicom
import torch
from scipy import ndimage

from evaluate import TOUCHING, of_own_maximum
from phantoms import SPACING_MM
from unet import load, predict


def series(folder):
    """Volume [z][y][x] with z to the head, its spacing z, y, x and the place x, y, z of its first voxel, mm."""
    slices = [pydicom.dcmread(f) for f in sorted(folder.iterdir())]
    slices.sort(key=lambda s: float(s.ImagePositionPatient[2]))
    volume = np.stack([s.pixel_array * float(s.RescaleSlope) + float(s.RescaleIntercept) for s in slices])
    z = [float(s.ImagePositionPatient[2]) for s in slices]
    spacing = np.array([(z[-1] - z[0]) / (len(z) - 1), *map(float, slices[0].PixelSpacing)])
    return volume.astype(np.float32), spacing, np.array([float(v) for v in slices[0].ImagePositionPatient])


def sample(volume, spacing, origin, at, outside):
    """Trilinear, at places [3][...] of x, y, z in mm."""
    index = [(at[2 - axis] - origin[2 - axis]) / spacing[axis] for axis in range(3)]
    return ndimage.map_coordinates(volume, index, order=1, cval=outside)


def contours(file, roi, shape, spacing, origin):
    """Voxels whose centre lies within an odd number of the structure's polygons on their slice."""
    plan = pydicom.dcmread(file)
    number = next(r.ROINumber for r in plan.StructureSetROISequence if r.ROIName == roi)
    mask = np.zeros(shape, bool)
    y, x = np.meshgrid(np.arange(shape[1]), np.arange(shape[2]), indexing="ij")
    for contour in next(c for c in plan.ROIContourSequence if c.ReferencedROINumber == number).ContourSequence:
        points = np.array(contour.ContourData, float).reshape(-1, 3)
        k = int(round((points[0, 2] - origin[2]) / spacing[0]))
        px, py = (points[:, 0] - origin[0]) / spacing[2], (points[:, 1] - origin[1]) / spacing[1]
        inside = np.zeros(shape[1:], bool)
        for i in range(len(points)):
            (x1, y1), (x2, y2) = (px[i - 1], py[i - 1]), (px[i], py[i])
            if y1 != y2:
                crosses = (y1 > y) != (y2 > y)
                inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
        mask[k] ^= inside
    return mask


def dice(a, b):
    return round(float(2 * (a & b).sum() / (a.sum() + b.sum())), 4)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("study", type=pathlib.Path)
    options.add_argument("--contours", type=pathlib.Path)
    options.add_argument("--roi", default="GTV_Mass")
    options.add_argument("--weights", type=pathlib.Path, default=pathlib.Path("lesion-unet/lesion-unet.pt"))
    given = options.parse_args()
    torch.set_num_threads(1)
    suv, spacing, origin = series(given.study / "PT_cropped_suv_gml")
    ct = series(given.study / "CT_cropped")
    extent = spacing * (np.array(suv.shape) - 1)
    axes = [np.arange(0, e + 1e-6, SPACING_MM) for e in extent]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"))
    places = np.stack([grid[2] + origin[0], grid[1] + origin[1], grid[0] + origin[2]])
    probability = predict(load(given.weights), sample(suv, spacing, origin, places, 0), sample(*ct, places, -1000))
    native = np.stack(np.meshgrid(*[np.arange(n) for n in suv.shape], indexing="ij")) * spacing[:, None, None, None]
    back = ndimage.map_coordinates(probability, list(native / SPACING_MM), order=1, mode="nearest")
    masks = {"lesion-unet": back >= 0.5, "SUV >= 2.5": suv >= 2.5, "SUV >= 4.0": suv >= 4.0,
             "41 % of each place's maximum": of_own_maximum(suv)}
    ml = float(np.prod(spacing)) / 1000
    result = {"study": given.study.name, "suv max": round(float(suv.max()), 2),
              "marked ml": {name: round(float(m.sum()) * ml, 2) for name, m in masks.items()},
              "places": {name: int(ndimage.label(m, TOUCHING)[1]) for name, m in masks.items()}}
    if given.contours:
        truth = contours(given.contours, given.roi, suv.shape, spacing, origin)
        result["roi"] = given.roi
        result["roi ml"] = round(float(truth.sum()) * ml, 2)
        result["dice"] = {name: dice(m, truth) for name, m in masks.items()}
        result["part of the roi that is marked"] = {n: round(float((m & truth).sum() / truth.sum()), 4) for n, m in masks.items()}
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
