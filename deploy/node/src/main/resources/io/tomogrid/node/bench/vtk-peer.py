"""Filters of VTK for VtkPeer: answers each line on stdin with the wall and processor seconds of one update."""
import math
import sys
import time

import numpy
import vtk
from vtk.util.numpy_support import vtk_to_numpy


def volume(size, spacing):
    image = vtk.vtkImageData()
    image.SetDimensions(*size)
    image.SetSpacing(*spacing)
    image.AllocateScalars(vtk.VTK_FLOAT, 1)
    values = vtk_to_numpy(image.GetPointData().GetScalars())
    values[:] = numpy.random.default_rng(1).random(values.size, dtype="f4")
    return image


def resample():
    """200 x 200 x 400 voxels to 512 x 512 x 600, along the same axes."""
    reslice = vtk.vtkImageReslice()
    reslice.SetInputData(volume((200, 200, 400), (4, 4, 2)))
    reslice.SetInterpolationModeToLinear()
    reslice.SetOutputSpacing(1.5, 1.5, 1.3)
    reslice.SetOutputOrigin(10, 10, 5)
    reslice.SetOutputExtent(0, 511, 0, 511, 0, 599)
    return reslice


def mip():
    """One frame of 1024 x 1024, the maximum of 512 samples of 512 x 512 x 600 voxels at each pixel."""
    reslice = vtk.vtkImageReslice()
    reslice.SetInputData(volume((512, 512, 600), (1.4, 1.4, 1.2)))
    reslice.SetInterpolationModeToLinear()
    reslice.SetSlabModeToMax()
    reslice.SetSlabNumberOfSlices(512)
    cos, sin = math.cos(0.3), math.sin(0.3)
    reslice.SetResliceAxesDirectionCosines(cos, sin, 0, 0, 0, -1, -sin, cos, 0)
    reslice.SetResliceAxesOrigin(358, 358, 360)
    reslice.SetOutputSpacing(0.7, 0.7, 1.4)
    reslice.SetOutputOrigin(-358, -358, 0)
    reslice.SetOutputExtent(0, 1023, 0, 1023, 0, 0)
    return reslice


filters = {}
for line in sys.stdin:
    name = line.strip()
    if name not in filters:
        filters[name] = {"resample": resample, "mip": mip}[name]()
    filters[name].Modified()
    wall, cpu = time.perf_counter(), time.process_time()
    filters[name].Update()
    print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)
