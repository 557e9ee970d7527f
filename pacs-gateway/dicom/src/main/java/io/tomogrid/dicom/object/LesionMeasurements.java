package io.tomogrid.dicom.object;

import java.util.OptionalDouble;

/**
 * What was measured in one lesion.
 *
 * @param suvMax g/ml, body weight
 * @param suvMean g/ml, body weight
 * @param suvPeak g/ml, body weight: the highest mean of a sphere of 1 ml; empty where no such sphere lies within the image
 * @param mtvMl metabolic tumour volume, ml
 * @param tlgG total lesion glycolysis, g: SUVmean × MTV
 */
public record LesionMeasurements(
        Segment segment, double suvMax, double suvMean, OptionalDouble suvPeak, double mtvMl, double tlgG) {}
