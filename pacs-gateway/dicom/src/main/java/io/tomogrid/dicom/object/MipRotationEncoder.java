package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Rotating maximum intensity projections as multi-frame secondary capture, PS3.3 A.8.4 (grey) and A.8.5 (color). */
public final class MipRotationEncoder {
    private MipRotationEncoder() {}

    /**
     * What stored grey values mean. A secondary capture's own rescale is the identity (PS3.3 C.8.6.3), so the meaning is told in words.
     *
     * @param storedPerSuv stored value of SUVbw 1 g/ml
     * @param windowCenter SUVbw
     * @param windowWidth SUVbw
     */
    public record GreyScale(double storedPerSuv, double windowCenter, double windowWidth) {}

    /**
     * The PET alone.
     *
     * @param frames [rows][columns] unsigned values of each frame
     */
    public static Dataset grey(
            ResultContext context, ResultSeries series, MipRotation rotation, GreyScale scale, List<short[]> frames) {
        int pixels = rotation.columns() * rotation.rows();
        ByteBuffer out = buffer(frames.size(), 2L * pixels);
        for (int f = 0; f < frames.size(); f++) {
            require(f, frames.get(f).length, pixels);
            out.asShortBuffer().put(frames.get(f));
            out.position(out.position() + 2 * pixels);
        }
        Dataset image = common(
                context,
                series,
                rotation,
                frames.size(),
                Uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
                "mip-grey",
                context.pet().series().instances(),
                String.format("SUVbw (g/ml) = stored value / %s", plain(scale.storedPerSuv())));
        return image.put(Tag.SamplesPerPixel, 1)
                .put(Tag.PhotometricInterpretation, "MONOCHROME2")
                .put(Tag.BitsAllocated, 16)
                .put(Tag.BitsStored, 16)
                .put(Tag.HighBit, 15)
                .put(Tag.PixelRepresentation, 0)
                .put(Tag.RescaleIntercept, 0)
                .put(Tag.RescaleSlope, 1)
                .put(Tag.RescaleType, "US")
                .put(Tag.PresentationLUTShape, "IDENTITY")
                .put(Tag.WindowCenter, scale.windowCenter() * scale.storedPerSuv())
                .put(Tag.WindowWidth, scale.windowWidth() * scale.storedPerSuv())
                .put(
                        Tag.WindowCenterWidthExplanation,
                        String.format(
                                "SUVbw %s to %s",
                                plain(scale.windowCenter() - scale.windowWidth() / 2),
                                plain(scale.windowCenter() + scale.windowWidth() / 2)))
                .putBytes(Tag.PixelData, VR.OW, out.array());
    }

    /**
     * PET over CT in colour.
     *
     * @param frames [rows][columns][3] red, green, blue of each frame
     */
    public static Dataset fused(ResultContext context, ResultSeries series, MipRotation rotation, List<byte[]> frames) {
        int bytes = 3 * rotation.columns() * rotation.rows();
        ByteBuffer out = buffer(frames.size(), bytes);
        for (int f = 0; f < frames.size(); f++) {
            require(f, frames.get(f).length, bytes);
            out.put(frames.get(f));
        }
        List<InstanceReference> sources =
                context.sources().stream().flatMap(s -> s.instances().stream()).toList();
        return common(
                        context,
                        series,
                        rotation,
                        frames.size(),
                        Uid.MultiFrameTrueColorSecondaryCaptureImageStorage,
                        "mip-fused",
                        sources,
                        "PET over CT")
                .put(Tag.SamplesPerPixel, 3)
                .put(Tag.PhotometricInterpretation, "RGB")
                .put(Tag.PlanarConfiguration, 0)
                .put(Tag.BitsAllocated, 8)
                .put(Tag.BitsStored, 8)
                .put(Tag.HighBit, 7)
                .put(Tag.PixelRepresentation, 0)
                .putBytes(Tag.PixelData, VR.OB, out.array());
    }

    private static Dataset common(
            ResultContext context,
            ResultSeries series,
            MipRotation rotation,
            int frames,
            String sopClass,
            String role,
            List<InstanceReference> sources,
            String meaning) {
        double[] times = new double[frames];
        Arrays.fill(times, 1, frames, rotation.frameTimeMs());
        Dataset image = ResultHeader.ofImage(context, series, "PT", sopClass, role, 1);
        ResultHeader.putScanner(context, image);
        ResultHeader.putReferencedSeries(image, context.sources());
        ResultHeader.putLossyCompression(context, image);
        return image.put(Tag.ImageType, "DERIVED", "SECONDARY", "MIP")
                .put(Tag.ConversionType, "WSD")
                .put(Tag.DateOfSecondaryCapture, image.string(Tag.ContentDate).orElseThrow())
                .put(Tag.TimeOfSecondaryCapture, image.string(Tag.ContentTime).orElseThrow())
                .put(Tag.SecondaryCaptureDeviceManufacturer, context.equipment().manufacturer())
                .put(
                        Tag.SecondaryCaptureDeviceManufacturerModelName,
                        context.equipment().modelName())
                .put(
                        Tag.SecondaryCaptureDeviceSoftwareVersions,
                        context.equipment().softwareVersion())
                .put(Tag.BurnedInAnnotation, "NO")
                .put(Tag.RecognizableVisualFeatures, "YES")
                .putEmpty(Tag.PatientOrientation)
                .put(Tag.Rows, rotation.rows())
                .put(Tag.Columns, rotation.columns())
                .put(Tag.NumberOfFrames, frames)
                .put(Tag.FrameIncrementPointer, Tag.FrameTimeVector)
                .put(Tag.FrameTimeVector, times)
                .put(Tag.PixelSpacing, rotation.pixelSpacingMm(), rotation.pixelSpacingMm())
                .put(
                        Tag.DerivationDescription,
                        String.format(
                                "Maximum intensity projection, %d frames of %s degrees; %s",
                                frames, plain(rotation.degreesPerFrame()), meaning))
                .putItems(Tag.DerivationCodeSequence, Codes.MAXIMUM_INTENSITY_PROJECTION.item())
                .putItems(Tag.SourceImageSequence, ResultHeader.sourceImages(sources));
    }

    private static ByteBuffer buffer(int frames, long bytesPerFrame) {
        if (frames < 1) {
            throw new IllegalArgumentException("rotation: expected at least one frame");
        }
        long bytes = frames * bytesPerFrame;
        return ByteBuffer.allocate(Math.toIntExact(bytes + (bytes & 1))).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void require(int frame, int got, int expected) {
        if (got != expected) {
            throw new IllegalArgumentException("frame " + frame + ": expected " + expected + " values, got " + got);
        }
    }

    private static String plain(double value) {
        return java.math.BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
