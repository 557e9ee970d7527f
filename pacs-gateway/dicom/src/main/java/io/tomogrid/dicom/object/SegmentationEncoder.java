package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.util.ArrayList;
import java.util.List;

/** Lesions as a binary Segmentation on the PET's grid, PS3.3 A.51 and C.8.20. */
public final class SegmentationEncoder {
    private static final double GOLDEN_ANGLE = Math.toRadians(137.508);

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
        ImageGrid grid = context.pet().grid();
        List<Frame> frames = frames(grid, labels, segments);
        Dataset seg = ResultHeader.of(context, series, "SEG", Uid.SegmentationStorage, "seg", 1);
        ResultHeader.putFrameOfReference(context, seg);
        ResultHeader.putScanner(context, seg);
        ResultHeader.putReferencedSeries(seg, List.of(context.pet().series()));
        seg.copyFrom(context.pet().header(), Tag.BodyPartExamined)
                .put(Tag.ImageType, "DERIVED", "PRIMARY")
                .put(Tag.SamplesPerPixel, 1)
                .put(Tag.PhotometricInterpretation, "MONOCHROME2")
                .put(Tag.Rows, grid.rows())
                .put(Tag.Columns, grid.columns())
                .put(Tag.BitsAllocated, 1)
                .put(Tag.BitsStored, 1)
                .put(Tag.HighBit, 0)
                .put(Tag.PixelRepresentation, 0)
                .put(Tag.SegmentationType, "BINARY")
                .put(Tag.SegmentsOverlap, "NO")
                .put(Tag.ContentLabel, "LESIONS")
                .put(
                        Tag.ContentDescription,
                        "Lesions found by " + context.algorithm().name())
                .putEmpty(Tag.ContentCreatorName)
                .put(Tag.NumberOfFrames, frames.size())
                .putItems(
                        Tag.SegmentSequence,
                        segments.stream()
                                .map(s -> segment(s, context.algorithm()))
                                .toList());
        ResultHeader.putLossyCompression(context, seg);
        putDimensions(seg, context);
        seg.putItems(Tag.SharedFunctionalGroupsSequence, shared(grid));
        seg.putItems(
                Tag.PerFrameFunctionalGroupsSequence,
                frames.stream().map(f -> perFrame(context.pet(), frames, f)).toList());
        return seg.putBytes(Tag.PixelData, VR.OB, pack(grid, labels, frames));
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

    /** Multi-frame Dimension Module, PS3.3 C.7.6.17: segment, then place. */
    private static void putDimensions(Dataset seg, ResultContext context) {
        String organization = context.uids().uid("seg/dimensions");
        seg.putItems(Tag.DimensionOrganizationSequence, new Dataset().put(Tag.DimensionOrganizationUID, organization));
        seg.putItems(
                Tag.DimensionIndexSequence,
                dimension(organization, Tag.ReferencedSegmentNumber, Tag.SegmentIdentificationSequence, "Segment"),
                dimension(organization, Tag.ImagePositionPatient, Tag.PlanePositionSequence, "Slice"));
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
        return new Dataset()
                .putItems(
                        Tag.DerivationImageSequence,
                        new Dataset()
                                .putItems(
                                        Tag.SourceImageSequence,
                                        ResultHeader.sourceImages(List.of(pet.instance(frame.k()))))
                                .putItems(Tag.DerivationCodeSequence, Codes.SEGMENTATION.item()))
                .putItems(Tag.FrameContentSequence, new Dataset().put(Tag.DimensionIndexValues, frame.segment(), place))
                .putItems(Tag.PlanePositionSequence, position)
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
