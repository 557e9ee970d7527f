package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.util.ArrayList;
import java.util.List;

/** Lesions as a Segmentation on the PET's grid: binary or fractional, PS3.3 A.51, or a label map, A.92; C.8.20 for all. */
public final class SegmentationEncoder {
    private static final double GOLDEN_ANGLE = Math.toRadians(137.508);
    private static final int WHOLE = 255;

    /** A frame of a label map is of no segment of its own. */
    private static final int ALL = 0;

    private SegmentationEncoder() {}

    /** A plane in which a segment has voxels. */
    private record Frame(int segment, int k) {}

    /**
     * One segment per lesion, one frame for each of its non-empty planes, ordered by segment and then by slice.
     *
     * @param labels number of the segment that a voxel belongs to, 0 for none; [slices][rows][columns] of the PET's grid
     * @param segments numbered 1, 2, 3…
     * @throws IllegalArgumentException if a segment has no voxel or a label has no segment
     */
    public static Dataset encode(ResultContext context, ResultSeries series, int[] labels, List<Segment> segments) {
        List<Frame> frames = frames(context.pet().grid(), labels, segments);
        return common(context, series, Uid.SegmentationStorage, "seg", frames, segments)
                .put(Tag.SegmentationType, "BINARY")
                .put(Tag.BitsAllocated, 1)
                .put(Tag.BitsStored, 1)
                .put(Tag.HighBit, 0)
                .putBytes(Tag.PixelData, VR.OB, pack(context.pet().grid(), labels, frames));
    }

    /**
     * How probable each voxel's belonging to its lesion is, in steps of 1/255; frames as of {@link #encode}.
     *
     * @param probabilities 0 to 1 of each voxel that has a label; others are not read
     * @throws IllegalArgumentException also if a probability is none
     */
    public static Dataset fractional(
            ResultContext context, ResultSeries series, int[] labels, float[] probabilities, List<Segment> segments) {
        List<Frame> frames = frames(context.pet().grid(), labels, segments);
        if (probabilities.length != labels.length) {
            throw new IllegalArgumentException(
                    "probabilities: expected " + labels.length + " voxels, got " + probabilities.length);
        }
        int pixels = context.pet().grid().pixelsPerSlice();
        byte[] values = pixels(frames, pixels, 1);
        int out = 0;
        for (Frame frame : frames) {
            for (int at = frame.k() * pixels; at < (frame.k() + 1) * pixels; at++, out++) {
                if (labels[at] == frame.segment()) {
                    values[out] = (byte) Math.round(WHOLE * probability(probabilities[at]));
                }
            }
        }
        return common(context, series, Uid.SegmentationStorage, "seg-fractional", frames, segments)
                .put(Tag.SegmentationType, "FRACTIONAL")
                .put(Tag.SegmentationFractionalType, "PROBABILITY")
                .put(Tag.MaximumFractionalValue, WHOLE)
                .put(Tag.BitsAllocated, 8)
                .put(Tag.BitsStored, 8)
                .put(Tag.HighBit, 7)
                .putBytes(Tag.PixelData, VR.OB, values);
    }

    private static float probability(float value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("probabilities: expected 0 to 1, got " + value);
        }
        return value;
    }

    /**
     * The numbers of the segments as pixel values of one frame for each plane with any of them; 0 is padding. Values take one byte
     * up to 255 segments, else two.
     */
    public static Dataset labelMap(ResultContext context, ResultSeries series, int[] labels, List<Segment> segments) {
        ImageGrid grid = context.pet().grid();
        List<Frame> frames = frames(grid, labels, segments).stream()
                .map(Frame::k)
                .distinct()
                .sorted()
                .map(k -> new Frame(ALL, k))
                .toList();
        int bytes = segments.size() > WHOLE ? 2 : 1;
        byte[] values = pixels(frames, grid.pixelsPerSlice(), bytes);
        int out = 0;
        for (Frame frame : frames) {
            int from = frame.k() * grid.pixelsPerSlice();
            for (int at = from; at < from + grid.pixelsPerSlice(); at++) {
                for (int b = 0; b < bytes; b++) {
                    values[out++] = (byte) (labels[at] >>> 8 * b);
                }
            }
        }
        return common(context, series, Uid.LabelMapSegmentationStorage, "seg-labelmap", frames, segments)
                .put(Tag.SegmentationType, "LABELMAP")
                .put(Tag.PixelPaddingValue, 0)
                .put(Tag.BitsAllocated, 8 * bytes)
                .put(Tag.BitsStored, 8 * bytes)
                .put(Tag.HighBit, 8 * bytes - 1)
                .putBytes(Tag.PixelData, bytes == 1 ? VR.OB : VR.OW, values);
    }

    /** Room for the values of all frames, padded to an even length. */
    private static byte[] pixels(List<Frame> frames, int pixels, int bytes) {
        long length = (long) frames.size() * pixels * bytes;
        return new byte[Math.toIntExact(length + (length & 1))];
    }

    private static Dataset common(
            ResultContext context,
            ResultSeries series,
            String sopClass,
            String role,
            List<Frame> frames,
            List<Segment> segments) {
        ImageGrid grid = context.pet().grid();
        Dataset seg = ResultHeader.of(context, series, "SEG", sopClass, role, 1);
        ResultHeader.putFrameOfReference(context, seg);
        ResultHeader.putScanner(context, seg);
        ResultHeader.putReferencedSeries(seg, List.of(context.pet().series()));
        seg.copyFrom(context.pet().header(), Tag.BodyPartExamined)
                .put(Tag.ImageType, "DERIVED", "PRIMARY")
                .put(Tag.SamplesPerPixel, 1)
                .put(Tag.PhotometricInterpretation, "MONOCHROME2")
                .put(Tag.Rows, grid.rows())
                .put(Tag.Columns, grid.columns())
                .put(Tag.PixelRepresentation, 0)
                .put(Tag.SegmentsOverlap, "NO")
                .put(Tag.ContentLabel, "LESIONS")
                .put(Tag.ContentDescription, ReviewState.NOT_REVIEWED)
                .putEmpty(Tag.ContentCreatorName)
                .put(Tag.NumberOfFrames, frames.size())
                .putItems(
                        Tag.SegmentSequence,
                        segments.stream()
                                .map(s -> segment(s, context.algorithm()))
                                .toList());
        ResultHeader.putLossyCompression(context, seg);
        putDimensions(
                seg, context.uids().uid(role + "/dimensions"), frames.get(0).segment() == ALL);
        return seg.putItems(Tag.SharedFunctionalGroupsSequence, shared(grid))
                .putItems(
                        Tag.PerFrameFunctionalGroupsSequence,
                        frames.stream()
                                .map(f -> perFrame(context.pet(), frames, f))
                                .toList());
    }

    private static List<Frame> frames(ImageGrid grid, int[] labels, List<Segment> segments) {
        long voxels = (long) grid.pixelsPerSlice() * grid.slices();
        if (labels.length != voxels) {
            throw new IllegalArgumentException("labels: expected " + voxels + " voxels, got " + labels.length);
        }
        boolean[][] occupied = new boolean[segments.size() + 1][grid.slices()];
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] > segments.size()) {
                throw new IllegalArgumentException("labels: expected 0 to " + segments.size() + ", got " + labels[i]);
            }
            occupied[labels[i]][i / grid.pixelsPerSlice()] = true;
        }
        List<Frame> frames = new ArrayList<>();
        for (int s = 1; s <= segments.size(); s++) {
            if (segments.get(s - 1).number() != s) {
                throw new IllegalArgumentException("segments: expected number " + s + ", got "
                        + segments.get(s - 1).number());
            }
            int before = frames.size();
            for (int k = 0; k < grid.slices(); k++) {
                if (occupied[s][k]) {
                    frames.add(new Frame(s, k));
                }
            }
            if (frames.size() == before) {
                throw new IllegalArgumentException("segment " + s + " has no voxel");
            }
        }
        if (frames.isEmpty()) {
            throw new IllegalArgumentException("a segmentation needs at least one segment: write none without lesions");
        }
        return frames;
    }

    private static Dataset segment(Segment segment, Algorithm algorithm) {
        return new Dataset()
                .put(Tag.SegmentNumber, segment.number())
                .put(Tag.SegmentLabel, segment.label())
                .putItems(Tag.SegmentedPropertyCategoryCodeSequence, Codes.MORPHOLOGICALLY_ABNORMAL.item())
                .putItems(Tag.SegmentedPropertyTypeCodeSequence, Codes.LESION.item())
                .put(Tag.SegmentAlgorithmType, "AUTOMATIC")
                .put(Tag.SegmentAlgorithmName, algorithm.name())
                .putItems(
                        Tag.SegmentationAlgorithmIdentificationSequence,
                        new Dataset()
                                .putItems(
                                        Tag.AlgorithmFamilyCodeSequence,
                                        algorithm.family().item())
                                .put(Tag.AlgorithmName, algorithm.name())
                                .put(Tag.AlgorithmVersion, algorithm.version())
                                .put(Tag.AlgorithmParameters, "digest=" + algorithm.digest()))
                .put(Tag.TrackingID, segment.trackingId())
                .put(Tag.TrackingUID, segment.trackingUid())
                .put(Tag.RecommendedDisplayCIELabValue, color(segment.number()));
    }

    /** Equal lightness and chroma, hues a golden angle apart: neighbours in number differ well (PS3.3 C.10.7.1.1). */
    private static int[] color(int number) {
        double lightness = 65;
        double chroma = 65;
        double hue = number * GOLDEN_ANGLE;
        return new int[] {
            (int) Math.round(lightness * 65535 / 100),
            (int) Math.round((chroma * Math.cos(hue) + 128) * 65535 / 255),
            (int) Math.round((chroma * Math.sin(hue) + 128) * 65535 / 255)
        };
    }

    /** Multi-frame Dimension Module, PS3.3 C.7.6.17: segment, then place; of a label map the place alone. */
    private static void putDimensions(Dataset seg, String organization, boolean labelMap) {
        Dataset segment =
                dimension(organization, Tag.ReferencedSegmentNumber, Tag.SegmentIdentificationSequence, "Segment");
        Dataset place = dimension(organization, Tag.ImagePositionPatient, Tag.PlanePositionSequence, "Slice");
        seg.putItems(Tag.DimensionOrganizationSequence, new Dataset().put(Tag.DimensionOrganizationUID, organization));
        seg.putItems(Tag.DimensionIndexSequence, labelMap ? List.of(place) : List.of(segment, place));
    }

    private static Dataset dimension(String organization, int pointer, int group, String label) {
        return new Dataset()
                .put(Tag.DimensionOrganizationUID, organization)
                .put(Tag.DimensionIndexPointer, pointer)
                .put(Tag.FunctionalGroupPointer, group)
                .put(Tag.DimensionDescriptionLabel, label);
    }

    private static Dataset shared(ImageGrid grid) {
        Dataset orientation = new Dataset();
        grid.putOrientation(orientation);
        Dataset measures = new Dataset();
        grid.putMeasures(measures);
        measures.put(Tag.SpacingBetweenSlices, grid.planeDistance());
        return new Dataset()
                .putItems(Tag.PlaneOrientationSequence, orientation)
                .putItems(Tag.PixelMeasuresSequence, measures);
    }

    private static Dataset perFrame(PetSource pet, List<Frame> frames, Frame frame) {
        // an index counts the distinct places of the dimension, from 1 without gaps
        int place = (int) frames.stream()
                        .mapToInt(Frame::k)
                        .filter(k -> k < frame.k())
                        .distinct()
                        .count()
                + 1;
        Dataset position = new Dataset();
        pet.grid().putPosition(position, frame.k());
        Dataset groups = new Dataset()
                .putItems(
                        Tag.DerivationImageSequence,
                        new Dataset()
                                .putItems(
                                        Tag.SourceImageSequence,
                                        ResultHeader.sourceImages(List.of(pet.instance(frame.k()))))
                                .putItems(Tag.DerivationCodeSequence, Codes.SEGMENTATION.item()))
                .putItems(Tag.PlanePositionSequence, position);
        if (frame.segment() == ALL) {
            return groups.putItems(Tag.FrameContentSequence, new Dataset().put(Tag.DimensionIndexValues, place));
        }
        return groups.putItems(
                        Tag.FrameContentSequence, new Dataset().put(Tag.DimensionIndexValues, frame.segment(), place))
                .putItems(
                        Tag.SegmentIdentificationSequence,
                        new Dataset().put(Tag.ReferencedSegmentNumber, frame.segment()));
    }

    /** Bit n of the value is pixel n, counted through all frames without a gap (PS3.5 section 8.1.1 and annex D.2). */
    private static byte[] pack(ImageGrid grid, int[] labels, List<Frame> frames) {
        int pixels = grid.pixelsPerSlice();
        long bytes = ((long) frames.size() * pixels + 7) / 8;
        byte[] packed = new byte[Math.toIntExact(bytes + (bytes & 1))];
        long bit = 0;
        for (Frame frame : frames) {
            int from = frame.k() * pixels;
            for (int i = from; i < from + pixels; i++, bit++) {
                if (labels[i] == frame.segment()) {
                    packed[(int) (bit >>> 3)] |= (byte) (1 << (bit & 7));
                }
            }
        }
        return packed;
    }
}
