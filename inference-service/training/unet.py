"""A small 3D U-Net of three levels whose graph takes raw units, so that no caller can scale its input wrongly."""
import numpy as np
import torch
from torch import nn

CHANNELS = (8, 24, 48)
STRIDE = 4  # extents of the input are multiples of it


def _convolution(taken, given):
    return nn.Sequential(
        nn.Conv3d(taken, given, 3, padding=1, bias=False), nn.BatchNorm3d(given, momentum=0.05), nn.ReLU(inplace=True))


def _convolutions(taken, given):
    return nn.Sequential(_convolution(taken, given), _convolution(given, given))


class LesionUNet(nn.Module):
    """[n][2][z][y][x] of SUVbw (g/ml) and Hounsfield units on 4 mm voxels -> [n][1][z][y][x] logits of lesion."""

    def __init__(self, channels=CHANNELS):
        super().__init__()
        fine, middle, coarse = channels
        self.down1 = _convolution(2, fine)  # one each at full resolution, where a convolution costs most
        self.down2 = _convolutions(fine, middle)
        self.bottom = _convolutions(middle, coarse)
        self.pool = nn.MaxPool3d(2)
        self.rise2 = nn.ConvTranspose3d(coarse, middle, 2, stride=2)
        self.up2 = _convolutions(2 * middle, middle)
        self.rise1 = nn.ConvTranspose3d(middle, fine, 2, stride=2)
        self.up1 = _convolution(2 * fine, fine)
        self.last = nn.Conv3d(fine, 1, 1)
        nn.init.constant_(self.last.bias, -4)  # a lesion is rare

    def forward(self, image):
        suv = torch.log(torch.clamp(image[:, 0:1], 0, 60) + 1) - 1
        hu = torch.clamp(image[:, 1:2], -1000, 400) / 700 + 0.5
        fine = self.down1(torch.cat((suv, hu), 1))
        middle = self.down2(self.pool(fine))
        coarse = self.bottom(self.pool(middle))
        middle = self.up2(torch.cat((middle, self.rise2(coarse)), 1))
        return self.last(self.up1(torch.cat((fine, self.rise1(middle)), 1)))


class LesionModel(nn.Module):
    """What is exported: two volumes [z][y][x], SUVbw in g/ml and Hounsfield units -> probability of lesion, and the mask of 1/2."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, suv, hu):
        probability = torch.sigmoid(self.network(torch.stack((suv, hu))[None]))[0, 0]
        return probability, (probability >= 0.5).to(torch.uint8)


def predict(network, suv, hu):
    """The probability of lesion for numpy volumes of any extents, padded with what lies outside a body."""
    padded = [-n % STRIDE for n in suv.shape]
    suv, hu = (np.pad(v, [(0, p) for p in padded], constant_values=c) for v, c in ((suv, 0), (hu, -1000)))
    with torch.no_grad():
        image = torch.from_numpy(np.stack((suv, hu))[None].astype(np.float32))
        probability = torch.sigmoid(network(image))[0, 0].numpy()
    return probability[tuple(slice(0, n - p) for n, p in zip(probability.shape, padded))]


def load(path):
    network = LesionUNet()
    network.load_state_dict(torch.load(path, map_location="cpu"))
    return network.eval()
