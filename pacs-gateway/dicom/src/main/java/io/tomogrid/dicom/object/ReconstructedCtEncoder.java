package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A CT series made from projections as CT Image Storage, PS3.3 A.3: Hounsfield units, an instance per slice. */
public final class ReconstructedCtEncoder {
    /** Outside the field of view; no CT number is as low. */
    private static final short PADDING = -2000;

    /** What of the acquisition, its geometry and its dose holds for the image as for the projections. */
    private static final int[] COPIED = {
        Tag.AcquisitionDate,
        Tag.AcquisitionTime,
        Tag.AcquisitionDateTime,
        Tag.AcquisitionNumber,
        Tag.IrradiationEventUID,
        Tag.ProtocolName,
        Tag.ScanOptions,
        Tag.KVP,
        Tag.DataCollectionDiameter,
        Tag.ContrastBolusAgent,
        Tag.ContrastBolusRoute,
        Tag.ContrastBolusVolume,
        Tag.DistanceSourceToDetector,
        Tag.DistanceSourceToPatient,
        Tag.GantryDetectorTilt,
        Tag.TableHeight,
        Tag.RotationDirection,
        Tag.ExposureTime,
        Tag.XRayTubeCurrent,
        Tag.Exposure,
        Tag.FilterType,
        Tag.GeneratorPower,
        Tag.FocalSpots,
        Tag.PatientPosition,
        Tag.RevolutionTime,
        Tag.SingleCollimationWidth,
        Tag.TotalCollimationWidth,
        Tag.TableSpeed,
        Tag.TableFeedPerRotation,
        Tag.SpiralPitchFactor,
        Tag.ExposureModulationType,
        Tag.CTDIvol,
        Tag.CTDIPhantomTypeCodeSequence
    };

    private ReconstructedCtEncoder() {}

    /**
     * Encodes lazily: a slice is asked for when its instance is pulled.
     *
     * @param grid where the slices lie, in the frame of reference of the projections
     * @param slices gives slice k, [rows][columns], HU; NaN outside the field of view
     * @throws IllegalArgumentException (while pulling) if a slice has another size than the grid, or the projections lack what
     *     the series must carry
     */
    public static Stream<Dataset> encode(
            ReconstructedCt ct, ResultSeries series, ImageGrid grid, IntFunction<float[]> slices) {
        return IntStream.range(0, grid.slices()).mapToObj(k -> slice(ct, series, grid, k, slices.apply(k)));
    }

    private static Dataset slice(ReconstructedCt ct, ResultSeries series, ImageGrid grid, int k, float[] values) {
        if (values.length != grid.pixelsPerSlice()) {
            throw new IllegalArgumentException(
                    "slice " + k + ": expected " + grid.pixelsPerSlice() + " values, got " + values.length);
        }
        Dataset raw = ct.origin().source();
        Dataset image = ResultHeader.ofImage(ct.origin(), series, "CT", Uid.CTImageStorage, "ct/" + k, k + 1);
        ResultHeader.putFrameOfReference(raw, image);
        ResultHeader.putScanner(raw, image);
        grid.putPlane(image, k);
        image.putEmpty(Tag.KVP).putEmpty(Tag.AcquisitionNumber).putEmpty(Tag.PatientPosition);
        image.copyFrom(raw, COPIED)
                .put(Tag.ImageType, "ORIGINAL", "PRIMARY", "AXIAL")
                .put(Tag.SliceLocation, grid.position(k).z())
                .put(Tag.ReconstructionDiameter, ct.fieldOfViewMm())
                .put(Tag.ConvolutionKernel, ct.kernel())
                .put(Tag.DerivationDescription, description(ct))
                .putItems(Tag.ReferencedRawDataSequence, rawData(ct))
                .put(Tag.SamplesPerPixel, 1)
                .put(Tag.PhotometricInterpretation, "MONOCHROME2")
                .put(Tag.Rows, grid.rows())
                .put(Tag.Columns, grid.columns())
                .put(Tag.BitsAllocated, 16)
                .put(Tag.BitsStored, 16)
                .put(Tag.HighBit, 15)
                .put(Tag.PixelRepresentation, 1)
                .put(new Element.Value(Tag.PixelPaddingValue, VR.SS, signed(new short[] {PADDING})))
                .put(Tag.RescaleIntercept, 0)
                .put(Tag.RescaleSlope, 1)
                .put(Tag.RescaleType, "HU")
                .put(Tag.WindowCenter, 40)
                .put(Tag.WindowWidth, 400)
                .put(Tag.LossyImageCompression, "00")
                .put(Tag.BurnedInAnnotation, "NO");
        return image.putBytes(Tag.PixelData, VR.OW, signed(stored(values)));
    }

    private static String description(ReconstructedCt ct) {
        return String.format(
                Locale.ROOT,
                "%s of %d views, kernel %s, water %.6f/mm is 0 HU, SHA-256 of the projections %s",
                ct.method(),
                ct.views(),
                ct.kernel(),
                ct.waterPerMm(),
                ct.projectionsSha256());
    }

    /** The series of projections by its first and its last view: all of them would be longer than the image. */
    private static Dataset rawData(ReconstructedCt ct) {
        Dataset series = new Dataset()
                .put(
                        Tag.SeriesInstanceUID,
                        InstanceReference.required(ct.origin().source(), Tag.SeriesInstanceUID))
                .putItems(
                        Tag.ReferencedSOPSequence,
                        ct.firstView().item(),
                        ct.lastView().item());
        return new Dataset().putItems(Tag.ReferencedSeriesSequence, series);
    }

    private static short[] stored(float[] values) {
        short[] stored = new short[values.length];
        for (int n = 0; n < stored.length; n++) {
            stored[n] = Float.isNaN(values[n])
                    ? PADDING
                    : (short) Math.max(PADDING + 1, Math.min(Short.MAX_VALUE, Math.round(values[n])));
        }
        return stored;
    }

    private static byte[] signed(short[] values) {
        ByteBuffer out = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        out.asShortBuffer().put(values);
        return out.array();
    }
}
