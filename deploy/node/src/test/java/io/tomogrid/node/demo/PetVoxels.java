package io.tomogrid.node.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Voxels of a PET series with the SUV that the engine gave them: its Real World Value Mapping applied to stored values. */
final class PetVoxels {
    /**
     * @param point centre, LPS mm @param suv g/ml, the engine's
     * @param unit g/ml of one stored unit: what was measured lies within half of it
     */
    record Voxel(List<Double> point, double suv, double unit) {}

    private final List<Dataset> images = new ArrayList<>();
    private final Map<String, Double> slopes = new HashMap<>();

    /** @param images any, those that are not mapped are passed over @param mapping the engine's result */
    PetVoxels(Iterable<Dataset> images, Dataset mapping) {
        for (Dataset item : mapping.items(Tag.ReferencedImageRealWorldValueMappingSequence)) {
            Dataset map = item.items(Tag.RealWorldValueMappingSequence).get(0);
            assertThat(map.doubleValue(Tag.RealWorldValueIntercept)).hasValue(0);
            for (Dataset reference : item.items(Tag.ReferencedImageSequence)) {
                slopes.put(
                        reference.string(Tag.ReferencedSOPInstanceUID).orElseThrow(),
                        map.doubleValue(Tag.RealWorldValueSlope).orElseThrow());
            }
        }
        for (Dataset image : images) {
            if (slopes.containsKey(image.string(Tag.SOPInstanceUID).orElseThrow())) {
                this.images.add(image);
            }
        }
        assertThat(this.images).as("images of the mapped PET series").hasSameSizeAs(slopes.keySet());
    }

    String seriesUid() {
        return images.get(0).string(Tag.SeriesInstanceUID).orElseThrow();
    }

    /** The one whose centre is nearest to a point. */
    Voxel nearest(double x, double y, double z) {
        Dataset slice = images.stream()
                .min(Comparator.comparingDouble(image -> Math.abs(image.doubles(Tag.ImagePositionPatient)[2] - z)))
                .orElseThrow();
        double[] first = slice.doubles(Tag.ImagePositionPatient);
        double[] spacing = slice.doubles(Tag.PixelSpacing);
        return voxel(
                slice, (int) Math.round((x - first[0]) / spacing[1]), (int) Math.round((y - first[1]) / spacing[0]));
    }

    /** Some with activity in them, anywhere. */
    List<Voxel> some(int count, long seed) {
        Random random = new Random(seed);
        List<Voxel> voxels = new ArrayList<>();
        while (voxels.size() < count) {
            Dataset slice = images.get(random.nextInt(images.size()));
            int columns = slice.intValue(Tag.Columns).orElseThrow();
            int rows = slice.intValue(Tag.Rows).orElseThrow();
            Voxel voxel = voxel(slice, random.nextInt(columns), random.nextInt(rows));
            if (voxel.suv() > 0) {
                voxels.add(voxel);
            }
        }
        return voxels;
    }

    private Voxel voxel(Dataset slice, int column, int row) {
        assertThat(slice.doubles(Tag.ImageOrientationPatient))
                .containsExactly(new double[] {1, 0, 0, 0, 1, 0}, within(0d));
        double[] first = slice.doubles(Tag.ImagePositionPatient);
        double[] spacing = slice.doubles(Tag.PixelSpacing);
        int columns = slice.intValue(Tag.Columns).orElseThrow();
        short cell = ByteBuffer.wrap(slice.bytes(Tag.PixelData).orElseThrow())
                .order(ByteOrder.LITTLE_ENDIAN)
                .getShort(2 * (row * columns + column));
        boolean signed = slice.intValue(Tag.PixelRepresentation).orElseThrow() == 1;
        double slope = slopes.get(slice.string(Tag.SOPInstanceUID).orElseThrow());
        return new Voxel(
                List.of(first[0] + column * spacing[1], first[1] + row * spacing[0], first[2]),
                (signed ? cell : Short.toUnsignedInt(cell)) * slope,
                slope);
    }
}
