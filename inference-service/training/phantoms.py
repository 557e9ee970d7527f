"""PET-CT phantoms from head to thigh with known lesions: physiological uptake, partial volume, blur and noise.

Axes are [z][y][x] on a grid of 4 mm; x to the patient's left, y to the back, z to the head. A phantom is a function of its
seed alone.
"""
from typing import NamedTuple

import numpy as np
from scipy import ndimage

SPACING_MM = 4.0
SHAPE = (208, 72, 104)
FWHM_TO_SIGMA = 1 / 2.3548
TRAINING_SEEDS = 1_000_000
HELD_BACK_SEEDS = 9_000_000


class Lesion(NamedTuple):
    diameter_mm: float
    contrast: float
    suv: float


class Phantom(NamedTuple):
    suv: np.ndarray  # SUVbw as a scanner would show it, float32
    hu: np.ndarray  # Hounsfield units, float32
    lesions: np.ndarray  # number of the lesion that a voxel belongs to, 0 for none, int16
    described: list  # Lesion n at n - 1


class _Body:
    """Paints shapes into the true uptake and the CT; each shape covers a voxel on its surface in part."""

    def __init__(self, rng):
        self.rng = rng
        z, y, x = SHAPE
        self.z = (np.arange(z) + 0.5) * SPACING_MM
        self.y = (np.arange(y) - (y - 1) / 2) * SPACING_MM
        self.x = (np.arange(x) - (x - 1) / 2) * SPACING_MM
        self.suv = np.zeros(SHAPE, np.float32)
        self.hu = np.full(SHAPE, -1000, np.float32)
        self.no_lesion = np.zeros(SHAPE, bool)

    def _box(self, centre, reach):
        box = []
        for axis, c, r in zip((self.z, self.y, self.x), centre[::-1], reach[::-1]):
            box.append(slice(*np.searchsorted(axis, (c - r - 2 * SPACING_MM, c + r + 2 * SPACING_MM))))
        return tuple(box)

    def ellipsoid(self, centre, axes, bumps=0.0):
        """Where it is, and what part of each voxel there it covers: by the distance from the surface in voxels."""
        box = self._box(centre, [a * (1 + bumps) for a in axes])
        dz = (self.z[box[0]] - centre[2])[:, None, None] / axes[2]
        dy = (self.y[box[1]] - centre[1])[None, :, None] / axes[1]
        dx = (self.x[box[2]] - centre[0])[None, None, :] / axes[0]
        radius = np.sqrt(dz**2 + dy**2 + dx**2) + 1e-6
        edge = 1.0
        if bumps:
            phase = self.rng.uniform(0, 2 * np.pi, 3)
            edge = 1 + bumps * np.sin(3 * np.arctan2(dy, dx) + phase[0]) * np.cos(2 * dz / radius + phase[1])
        inside = np.clip((edge - radius) * min(axes) / SPACING_MM + 0.5, 0, 1)
        return box, inside.astype(np.float32)

    def cylinder(self, x, y, radii, z_from, z_to):
        box = (slice(*np.searchsorted(self.z, (z_from, z_to))),) + self._box((x, y, 0), (*radii, 0))[1:]
        dy = (self.y[box[1]] - y)[:, None] / radii[1]
        dx = (self.x[box[2]] - x)[None, :] / radii[0]
        inside = np.clip((1 - np.sqrt(dy**2 + dx**2)) * min(radii) / SPACING_MM + 0.5, 0, 1)
        layers = box[0].stop - box[0].start
        return box, np.broadcast_to(inside, (layers, *inside.shape)).astype(np.float32)

    def paint(self, shape, suv, hu=None, forbid=False):
        box, part = shape
        self.suv[box] += part * (suv - self.suv[box])
        if hu is not None:
            self.hu[box] += part * (hu - self.hu[box])
        if forbid:
            self.no_lesion[box] |= part > 0.05


def _anatomy(body, rng):
    def vary(value, by=0.12):
        return value * rng.uniform(1 - by, 1 + by)

    def near(x, y, z, by=8):
        return np.array([x, y, z]) + rng.uniform(-by, by, 3)

    muscle = rng.uniform(0.5, 0.9)
    wide, deep = vary(160), vary(108)
    for side in (-1, 1):
        body.paint(body.cylinder(side * 82, 0, (vary(74), vary(80)), 0, 170), muscle, 35)
        body.paint(body.cylinder(side * 90, 0, (14, 14), 0, 150), 0.6, 600)
    body.paint(body.cylinder(0, 0, (wide, deep), 140, 620), muscle, 30)
    body.paint(body.cylinder(0, 10, (vary(55), vary(55)), 610, 720), muscle, 40)
    if rng.random() < 0.4:
        for side in (-1, 1):
            body.paint(body.cylinder(side * 190, 0, (32, 35), 150, 600), muscle, 40)
    body.paint(body.ellipsoid(near(0, 0, 765, 3), (78, 96, 95)), muscle, 60)
    body.paint(body.cylinder(0, min(70, deep - 32), (19, 19), 140, 690), rng.uniform(0.8, 1.8), 250)

    for side in (-1, 1):
        body.paint(body.ellipsoid(near(side * 76, 0, 505), (vary(50), vary(68), vary(110))), rng.uniform(0.25, 0.6), -780)
    body.paint(body.ellipsoid(near(0, 0, 520), (vary(26), vary(45), vary(85))), rng.uniform(1.0, 1.9), 40)
    body.paint(body.ellipsoid(near(-62, -5, 385), (vary(82), vary(75), vary(62))), rng.uniform(1.6, 2.9), 60)
    body.paint(body.ellipsoid(near(98, 35, 385), (28, 36, vary(48))), rng.uniform(1.3, 2.2), 50)

    heart = near(32, -28, 465)
    axes = np.array([vary(44), vary(40), vary(48)])
    blood = rng.uniform(1.1, 2.0)
    myocardium = rng.uniform(3, 12) if rng.random() < 0.55 else blood * rng.uniform(1, 1.4)
    body.paint(body.ellipsoid(heart, axes), myocardium, 45, forbid=True)
    body.paint(body.ellipsoid(heart, axes - 13), blood)

    brain = near(0, 5, 775, 3)
    body.paint(body.ellipsoid(brain, (vary(63, 0.05), vary(78, 0.05), 62)), rng.uniform(5, 13), 35, forbid=True)
    body.paint(body.ellipsoid(brain, (34, 46, 30)), rng.uniform(2.5, 5))
    for side in (-1, 1):
        kidney = near(side * 66, 50, 320)
        body.paint(body.ellipsoid(kidney, (vary(28), vary(28), vary(54))), rng.uniform(2.0, 6), 40, forbid=True)
        body.paint(body.ellipsoid(kidney, (11, 11, 26)), rng.uniform(3, 25))
        if rng.random() < 0.4:
            low = rng.uniform(170, 230)
            body.paint(body.cylinder(side * 38, 38, (4, 4), low, low + rng.uniform(15, 70)), rng.uniform(3, 15), forbid=True)
        body.paint(body.ellipsoid(near(side * 32, -5, 690, 5), (9, 11, 13)), rng.uniform(1.2, 4.5), forbid=True)
    body.paint(body.ellipsoid(near(0, -28, 175), (vary(40, 0.3), vary(34, 0.3), vary(34, 0.3))), rng.uniform(6, 45), 5, forbid=True)
    for _ in range(rng.integers(2, 8)):
        axes = np.sort(rng.uniform(9, 38, 3))[rng.permutation(3)]
        body.paint(body.ellipsoid(near(rng.uniform(-80, 80), -30, rng.uniform(230, 330), 20), axes), rng.uniform(1.0, 4.0), 20, forbid=True)


def _lesions(body, rng, most):
    labels = np.zeros(SHAPE, np.int16)
    described = []
    for _ in range(rng.integers(0, most + 1)):
        diameter = float(np.exp(rng.uniform(np.log(6), np.log(40))))
        contrast = float(np.exp(rng.uniform(np.log(2), np.log(15))))
        for _ in range(60):
            at = [rng.integers(3, n - 3) for n in SHAPE]
            centre = (body.x[at[2]], body.y[at[1]], body.z[at[0]]) + rng.uniform(-2, 2, 3)
            axes = diameter / 2 * rng.uniform(0.8, 1.25, 3)
            box, part = body.ellipsoid(centre, axes, bumps=0.12 if diameter > 12 else 0)
            grown = part > 0.02
            background = float(body.suv[tuple(at)])
            if (body.hu[box][grown] < -950).any() or body.no_lesion[box][grown].any() or (labels[box][grown] > 0).any():
                continue
            suv = min(background * contrast, 40.0)
            described.append(Lesion(diameter, contrast, suv))
            body.paint((box, part), suv, rng.uniform(20, 60))
            if diameter > 24 and rng.random() < 0.25:
                body.paint(body.ellipsoid(centre, axes * 0.5), suv * rng.uniform(0.2, 0.5))
            truth = part >= min(0.5, float(part.max()))
            labels[box][truth] = len(described)
            body.no_lesion[box] |= grown
            break
    return labels, described


def phantom(seed, most_lesions=8):
    """The phantom of this seed, with up to so many lesions of 6 to 40 mm and 2 to 15 times what surrounds them."""
    rng = np.random.default_rng(seed)
    body = _Body(rng)
    _anatomy(body, rng)
    labels, described = _lesions(body, rng, most_lesions)

    texture = ndimage.gaussian_filter(rng.standard_normal(SHAPE).astype(np.float32), 3)
    uptake = body.suv * np.clip(1 + 0.10 * texture / texture.std(), 0.5, 1.5)
    blur = rng.uniform(4.5, 7.5) * FWHM_TO_SIGMA / SPACING_MM
    pet = ndimage.gaussian_filter(uptake, blur)
    # Counting noise grows with the root of what is there; the scanner's filter correlates it over neighbours.
    grain = ndimage.gaussian_filter(rng.standard_normal(SHAPE).astype(np.float32), rng.uniform(4, 6.5) * FWHM_TO_SIGMA / SPACING_MM)
    pet += rng.uniform(0.05, 0.16) * np.sqrt(np.maximum(pet, 0.05)) * grain / grain.std()
    ct = ndimage.gaussian_filter(body.hu, 0.4) + rng.normal(0, rng.uniform(8, 25), SHAPE)
    return Phantom(np.maximum(pet, 0).astype(np.float32), ct.astype(np.float32), labels, described)
