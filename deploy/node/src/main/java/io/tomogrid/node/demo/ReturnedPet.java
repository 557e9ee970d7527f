package io.tomogrid.node.demo;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.assembly.SliceImage;
import io.tomogrid.imaging.assembly.StoredPixels;
import io.tomogrid.imaging.assembly.VolumeAssembly;
import io.tomogrid.imaging.assembly.VolumeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Reads back, from the PACS that received it, the PET series that a job made. */
final class ReturnedPet {
    private ReturnedPet() {}

    /** @throws IOException if the PACS does not hold the series, or its slices make no volume */
    static Volume read(List<DemoRun.Result> results, Pacs pacs) throws IOException {
        List<SliceImage> slices = new ArrayList<>();
        for (DemoRun.Result result : results) {
            if (result.kind().equals("PET")) {
                slices.add(slice(pacs.read(result.sopInstanceUid()).dataset()));
            }
        }
        try {
            return VolumeAssembly.assemble(slices, "Bq/ml", 0).volume();
        } catch (VolumeException noVolume) {
            throw new IOException("the returned PET series: " + noVolume.getMessage(), noVolume);
        }
    }

    private static SliceImage slice(Dataset image) {
        double[] position = image.doubles(Tag.ImagePositionPatient);
        double[] directions = image.doubles(Tag.ImageOrientationPatient);
        double[] spacing = image.doubles(Tag.PixelSpacing);
        int rows = image.intValue(Tag.Rows).orElseThrow();
        int columns = image.intValue(Tag.Columns).orElseThrow();
        short[] cells = new short[rows * columns];
        ByteBuffer.wrap(image.bytes(Tag.PixelData).orElseThrow())
                .order(ByteOrder.LITTLE_ENDIAN)
                .asShortBuffer()
                .get(cells);
        return new SliceImage(
                image.string(Tag.SOPInstanceUID).orElseThrow(),
                image.string(Tag.FrameOfReferenceUID).orElseThrow(),
                new Vec3(position[0], position[1], position[2]),
                new Vec3(directions[0], directions[1], directions[2]),
                new Vec3(directions[3], directions[4], directions[5]),
                spacing[0],
                spacing[1],
                rows,
                columns,
                image.doubleValue(Tag.RescaleSlope).orElseThrow(),
                image.doubleValue(Tag.RescaleIntercept).orElseThrow(),
                new StoredPixels(cells, 16, 15, false, StoredPixels.Padding.NONE));
    }
}
