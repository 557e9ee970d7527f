package io.tomogrid.dicom.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Values: the PET on the CT's grid, and the mapping of stored values to SUV. */
class PetValuesTest {
    private final Results results = new Results();

    @Test
    void resampled_values_come_back_to_half_a_step_of_the_slope() {
        List<Dataset> slices = results.petOnCt();
        assertThat(slices).hasSize(3);
        for (int k = 0; k < 3; k++) {
            float[] given = Results.values(results.study.ctGrid(), k);
            Dataset slice = slices.get(k);
            double slope = slice.doubleValue(Tag.RescaleSlope).orElseThrow();
            ByteBuffer stored =
                    ByteBuffer.wrap(slice.bytes(Tag.PixelData).orElseThrow()).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < given.length; i++) {
                double read = (stored.getShort() & 0xffff) * slope;
                assertThat(read).isCloseTo(Math.max(given[i], 0), within(slope * 0.5001));
            }
            assertThat(slope).isCloseTo(given[given.length - 1] / 32767.0, within(1e-9));
        }
        assertThat(slices.stream().map(s -> s.string(Tag.RescaleSlope)).distinct())
                .hasSize(3);
    }

    @Test
    void suv_of_the_copy_is_derived_as_that_of_the_source() {
        Dataset copy = results.petOnCt().get(0);
        Dataset source = results.petSlices.get(0);
        for (int tag : new int[] {
            Tag.Units,
            Tag.DecayCorrection,
            Tag.SeriesDate,
            Tag.SeriesTime,
            Tag.AcquisitionTime,
            Tag.PatientWeight,
            Tag.FrameReferenceTime,
            Tag.RadiopharmaceuticalInformationSequence
        }) {
            assertThat(copy.get(tag)).isPresent();
            assertThat(new Dataset().copyFrom(copy, tag)).isEqualTo(new Dataset().copyFrom(source, tag));
        }
    }

    @Test
    void a_slice_refers_to_the_pet_slices_on_both_of_its_sides() {
        Dataset copy = results.petOnCt().get(1);
        double z = copy.doubles(Tag.ImagePositionPatient)[2];
        List<Double> sources = copy.items(Tag.SourceImageSequence).stream()
                .map(i -> i.string(Tag.ReferencedSOPInstanceUID).orElseThrow())
                .map(uid -> results.petSlices.stream()
                        .filter(s -> s.string(Tag.SOPInstanceUID).orElseThrow().equals(uid))
                        .findFirst()
                        .orElseThrow()
                        .doubles(Tag.ImagePositionPatient)[2])
                .toList();
        assertThat(sources).hasSize(2);
        assertThat(sources.get(0)).isLessThanOrEqualTo(z);
        assertThat(sources.get(1)).isGreaterThanOrEqualTo(z);
        assertThat(sources.get(1) - sources.get(0)).isCloseTo(4, within(1e-9));
    }

    @Test
    void a_value_that_is_not_a_number_is_refused() {
        float[] values = new float[results.study.ctGrid().pixelsPerSlice()];
        values[5] = Float.NaN;
        var slices = ResampledPetEncoder.encode(
                results.context, results.series(1, "x"), results.study.ctGrid(), k -> values);
        assertThatThrownBy(slices::findFirst).hasMessage("slice 0: expected finite values, got NaN");
    }

    @Test
    void the_mapping_makes_suv_of_stored_values() {
        Map<String, Double> suvPerStored = new TreeMap<>();
        for (Dataset group : results.rwvm().items(Tag.ReferencedImageRealWorldValueMappingSequence)) {
            Dataset mapping = group.item(Tag.RealWorldValueMappingSequence).orElseThrow();
            assertThat(mapping.doubleValue(Tag.RealWorldValueIntercept)).hasValue(0);
            for (Dataset image : group.items(Tag.ReferencedImageSequence)) {
                suvPerStored.put(
                        image.string(Tag.ReferencedSOPInstanceUID).orElseThrow(),
                        mapping.doubleValue(Tag.RealWorldValueSlope).orElseThrow());
            }
        }
        assertThat(suvPerStored).hasSize(results.petSlices.size());
        for (Dataset slice : results.petSlices) {
            double largest = 0;
            ByteBuffer stored =
                    ByteBuffer.wrap(slice.bytes(Tag.PixelData).orElseThrow()).order(ByteOrder.LITTLE_ENDIAN);
            while (stored.hasRemaining()) {
                largest = Math.max(largest, stored.getShort() & 0xffff);
            }
            double suv =
                    largest * suvPerStored.get(slice.string(Tag.SOPInstanceUID).orElseThrow());
            assertThat(suv)
                    .satisfiesAnyOf(
                            v -> assertThat(v).isCloseTo(8, within(1e-3)),
                            v -> assertThat(v).isCloseTo(0.5, within(1e-3)),
                            v -> assertThat(v).isZero());
        }
    }

    @Test
    void images_with_the_same_slope_share_an_item_and_signed_values_begin_below_zero() {
        List<Dataset> slices = new ArrayList<>();
        for (Dataset slice : results.petSlices) {
            Dataset same = new Dataset();
            slice.forEach(same::put);
            slices.add(same.put(Tag.RescaleSlope, 1.5).put(Tag.PixelRepresentation, 1));
        }
        ResultContext c = results.context;
        Dataset rwvm = RealWorldValueEncoder.encode(
                new ResultContext(
                        new PetSource(slices, results.study.petGrid()),
                        List.of(),
                        c.uids(),
                        c.created(),
                        c.equipment(),
                        c.algorithm(),
                        List.of()),
                results.series(1, "x"),
                2);
        List<Dataset> groups = rwvm.items(Tag.ReferencedImageRealWorldValueMappingSequence);
        assertThat(groups).hasSize(1);
        Dataset mapping = groups.get(0).item(Tag.RealWorldValueMappingSequence).orElseThrow();
        assertThat(mapping.doubleValue(Tag.RealWorldValueSlope)).hasValue(3);
        assertThat(mapping.intValue(Tag.RealWorldValueFirstValueMapped)).hasValue(-32768);
        assertThat(mapping.intValue(Tag.RealWorldValueLastValueMapped)).hasValue(32767);
        assertThat(groups.get(0).items(Tag.ReferencedImageSequence)).hasSize(slices.size());
    }
}
