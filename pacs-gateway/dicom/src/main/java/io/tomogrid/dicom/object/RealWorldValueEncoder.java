package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How stored values of the PET become SUVbw: Real World Value Mapping, PS3.3 A.46 and C.7.6.16.2.11. */
public final class RealWorldValueEncoder {
    private RealWorldValueEncoder() {}

    /** Images with the same mapping share one item. */
    private record Mapping(double slope, double intercept, int first, int last, boolean signed) {}

    /**
     * One factor for the whole series.
     *
     * @param suvPerUnit SUVbw (g/ml) of one unit of the rescaled values, such as weight in g over decayed dose in Bq for BQML
     * @throws IllegalArgumentException if a slice has no rescale slope
     */
    public static Dataset encode(ResultContext context, ResultSeries series, double suvPerUnit) {
        double[] everySlice = new double[context.pet().slices().size()];
        Arrays.fill(everySlice, suvPerUnit);
        return encode(context, series, everySlice);
    }

    /**
     * @param suvPerUnit for each slice of the PET, as Decay Correction NONE needs it
     * @throws IllegalArgumentException if a slice has no rescale slope or there is not one factor for each slice
     */
    public static Dataset encode(ResultContext context, ResultSeries series, double[] suvPerUnit) {
        PetSource pet = context.pet();
        if (suvPerUnit.length != pet.slices().size()) {
            throw new IllegalArgumentException(
                    "SUV factors: expected one for each slice, " + pet.slices().size() + ", got " + suvPerUnit.length);
        }
        Map<Mapping, List<InstanceReference>> groups = new LinkedHashMap<>();
        for (int k = 0; k < suvPerUnit.length; k++) {
            if (!(suvPerUnit[k] > 0) || Double.isInfinite(suvPerUnit[k])) {
                throw new IllegalArgumentException("SUV factor: expected a positive number, got " + suvPerUnit[k]);
            }
            Dataset slice = pet.slices().get(k);
            groups.computeIfAbsent(mapping(slice, suvPerUnit[k]), m -> new ArrayList<>())
                    .add(InstanceReference.of(slice));
        }
        List<Dataset> items = new ArrayList<>();
        groups.forEach((mapping, images) -> items.add(new Dataset()
                .putItems(Tag.RealWorldValueMappingSequence, item(mapping))
                .putItems(Tag.ReferencedImageSequence, ResultHeader.items(images))));
        Dataset rwvm = ResultHeader.ofImage(context, series, "RWV", Uid.RealWorldValueMappingStorage, "rwvm", 1);
        ResultHeader.putReferencedSeries(rwvm, List.of(pet.series()));
        return rwvm.put(Tag.ContentLabel, "SUVBW")
                .put(Tag.ContentDescription, "SUV by body weight of the stored PET values")
                .putEmpty(Tag.ContentCreatorName)
                .putItems(Tag.ReferencedImageRealWorldValueMappingSequence, items);
    }

    private static Mapping mapping(Dataset slice, double suvPerUnit) {
        double slope = number(slice, Tag.RescaleSlope) * suvPerUnit;
        double intercept = number(slice, Tag.RescaleIntercept) * suvPerUnit;
        boolean signed = slice.intValue(Tag.PixelRepresentation).orElse(0) == 1;
        int bits = slice.intValue(Tag.BitsStored).orElse(16);
        int first = signed ? -(1 << (bits - 1)) : 0;
        return new Mapping(slope, intercept, first, first + (1 << bits) - 1, signed);
    }

    private static Dataset item(Mapping mapping) {
        VR vr = mapping.signed() ? VR.SS : VR.US;
        return new Dataset()
                .put(Tag.LUTExplanation, "SUVbw")
                .put(Tag.LUTLabel, "SUVBW")
                .putItems(Tag.MeasurementUnitsCodeSequence, Codes.GRAM_PER_ML.item())
                .putBytes(Tag.RealWorldValueFirstValueMapped, vr, sixteenBits(mapping.first()))
                .putBytes(Tag.RealWorldValueLastValueMapped, vr, sixteenBits(mapping.last()))
                .put(Tag.RealWorldValueIntercept, mapping.intercept())
                .put(Tag.RealWorldValueSlope, mapping.slope())
                .putItems(Tag.QuantityDefinitionSequence, quantity());
    }

    private static Dataset quantity() {
        return new Dataset()
                .put(Tag.ValueType, "CODE")
                .putItems(Tag.ConceptNameCodeSequence, Codes.QUANTITY.item())
                .putItems(Tag.ConceptCodeSequence, Codes.SUV_BW.item());
    }

    private static byte[] sixteenBits(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8)};
    }

    private static double number(Dataset slice, int tag) {
        return slice.doubleValue(tag)
                .orElseThrow(
                        () -> new IllegalArgumentException(Dictionary.describe(tag) + " is missing in PET instance "
                                + slice.string(Tag.SOPInstanceUID).orElse("?") + ": its values cannot be mapped"));
    }
}
