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
        return encode(context, series, suvPerUnit, List.of());
    }

    /** @param others further kinds of SUV, mapped beside SUVbw and after it */
    public static Dataset encode(
            ResultContext context, ResultSeries series, double[] suvPerUnit, List<SuvQuantity> others) {
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
                .putItems(Tag.RealWorldValueMappingSequence, items(mapping, others))
                .putItems(Tag.ReferencedImageSequence, ResultHeader.items(images))));
        Dataset rwvm = ResultHeader.ofImage(context, series, "RWV", Uid.RealWorldValueMappingStorage, "rwvm", 1);
        ResultHeader.putReferencedSeries(rwvm, List.of(pet.series()));
        return rwvm.put(Tag.ContentLabel, "SUVBW")
                .put(Tag.ContentDescription, "SUV of the stored PET values")
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

    private static List<Dataset> items(Mapping mapping, List<SuvQuantity> others) {
        List<Dataset> items = new ArrayList<>();
        items.add(item(mapping, new SuvQuantity(Codes.SUV_BW, Codes.GRAM_PER_ML, "SUVBW", 1)));
        others.forEach(other -> items.add(item(mapping, other)));
        return items;
    }

    private static Dataset item(Mapping mapping, SuvQuantity suv) {
        VR vr = mapping.signed() ? VR.SS : VR.US;
        return new Dataset()
                .put(Tag.LUTExplanation, suv.quantity().meaning())
                .put(Tag.LUTLabel, suv.label())
                .putItems(Tag.MeasurementUnitsCodeSequence, suv.unit().item())
                .putBytes(Tag.RealWorldValueFirstValueMapped, vr, sixteenBits(mapping.first()))
                .putBytes(Tag.RealWorldValueLastValueMapped, vr, sixteenBits(mapping.last()))
                .put(Tag.RealWorldValueIntercept, mapping.intercept() * suv.perSuvBw())
                .put(Tag.RealWorldValueSlope, mapping.slope() * suv.perSuvBw())
                .putItems(Tag.QuantityDefinitionSequence, quantity(suv));
    }

    private static Dataset quantity(SuvQuantity suv) {
        return new Dataset()
                .put(Tag.ValueType, "CODE")
                .putItems(Tag.ConceptNameCodeSequence, Codes.QUANTITY.item())
                .putItems(Tag.ConceptCodeSequence, suv.quantity().item());
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
