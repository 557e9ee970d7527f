package io.tomogrid.sparkjob.petct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Enhanced and Legacy Converted Enhanced PET and CT (PS3.3 A.38, A.56, A.70, A.71): each frame as an image of its own, with
 * what its functional groups (C.7.6.16) say in the attributes that a classic image has. A frame is told by
 * Referenced Frame Number (0008,1160), which no image has by itself. What the object leaves open is left open here, too.
 */
final class MultiFrame {
    private static final Set<String> CLASSES = Set.of(
            Uid.EnhancedPETImageStorage,
            Uid.LegacyConvertedEnhancedPETImageStorage,
            Uid.EnhancedCTImageStorage,
            Uid.LegacyConvertedEnhancedCTImageStorage);

    /** Groups whose attributes a classic image has at its top. */
    private static final int[] LIFTED = {
        Tag.UnassignedSharedConvertedAttributesSequence,
        Tag.UnassignedPerFrameConvertedAttributesSequence,
        Tag.PixelMeasuresSequence,
        Tag.PlanePositionSequence,
        Tag.PlaneOrientationSequence,
        Tag.PixelValueTransformationSequence,
        Tag.FrameContentSequence
    };

    private static final int MOST_FRAMES = 1 << 16;

    private MultiFrame() {}

    static boolean is(String sopClass) {
        return CLASSES.contains(sopClass);
    }

    static boolean isPet(String sopClass) {
        return sopClass.equals(Uid.EnhancedPETImageStorage)
                || sopClass.equals(Uid.LegacyConvertedEnhancedPETImageStorage);
    }

    /** What all frames share. @param whole with or without its pixels */
    static Dataset common(Dataset whole) {
        Dataset header = new Dataset();
        whole.forEach(element -> {
            int tag = element.tag();
            if (tag != Tag.PixelData
                    && tag != Tag.SharedFunctionalGroupsSequence
                    && tag != Tag.PerFrameFunctionalGroupsSequence
                    && tag != Tag.NumberOfFrames) {
                header.put(element);
            }
        });
        whole.item(Tag.SharedFunctionalGroupsSequence).ifPresent(shared -> lift(shared, header));
        if (isPet(whole.string(Tag.SOPClassUID).orElse(""))) {
            ClassicPet.complete(header);
        }
        return header;
    }

    /**
     * Every frame with its pixels.
     *
     * @param whole one instance with uncompressed pixels
     * @throws ProtocolFailure naming what the object lacks
     */
    static List<Dataset> frames(Dataset whole) throws ProtocolFailure {
        int count = whole.intValue(Tag.NumberOfFrames).orElse(0);
        List<Dataset> perFrame = whole.items(Tag.PerFrameFunctionalGroupsSequence);
        require(count > 0 && count <= MOST_FRAMES, whole, "Number of Frames (0028,0008) is " + count);
        require(
                perFrame.size() == count,
                whole,
                "Per-Frame Functional Groups Sequence (5200,9230) has " + perFrame.size() + " items for " + count
                        + " frames");
        long frameBytes = (long) whole.intValue(Tag.Rows).orElse(0)
                * whole.intValue(Tag.Columns).orElse(0)
                * (whole.intValue(Tag.BitsAllocated).orElse(0) / 8);
        byte[] pixels = whole.bytes(Tag.PixelData).orElse(new byte[0]);
        require(
                frameBytes > 0 && pixels.length >= frameBytes * count,
                whole,
                "Pixel Data (7FE0,0010) has " + pixels.length + " bytes, expected " + frameBytes + " for each of "
                        + count + " frames");
        Dataset common = common(whole);
        List<Dataset> frames = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            int from = (int) (n * frameBytes);
            frames.add(frame(common, perFrame.get(n), n + 1)
                    .putBytes(Tag.PixelData, VR.OW, Arrays.copyOfRange(pixels, from, from + (int) frameBytes)));
        }
        return frames;
    }

    private static Dataset frame(Dataset common, Dataset groups, int number) {
        Dataset frame = new Dataset();
        common.forEach(frame::put);
        lift(groups, frame);
        if (isPet(frame.string(Tag.SOPClassUID).orElse(""))) {
            ClassicPet.complete(frame);
        }
        return frame.put(Tag.ReferencedFrameNumber, number);
    }

    private static void lift(Dataset groups, Dataset header) {
        for (int group : LIFTED) {
            groups.item(group).ifPresent(item -> item.forEach(header::put));
        }
        groups.get(Tag.RealWorldValueMappingSequence).ifPresent(header::put);
    }

    private static void require(boolean holds, Dataset whole, String fault) throws ProtocolFailure {
        if (!holds) {
            throw ProtocolFailure.input(
                    "image " + whole.string(Tag.SOPInstanceUID).orElse("?") + ": " + fault
                            + "; repair it at its source and send it again");
        }
    }
}
