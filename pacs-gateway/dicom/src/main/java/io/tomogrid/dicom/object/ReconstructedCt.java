package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * How a CT image was reconstructed from projections.
 *
 * @param origin its source is the header of the first view
 * @param views how many projections it was made of @param firstView instance of the first @param lastView of the last
 * @param projectionsSha256 of the pixel data of all views, in their order
 * @param method which algorithm, in words
 * @param kernel Convolution Kernel (0018,1210), at most 16 characters
 * @param waterPerMm attenuation of water that became 0 HU, 1/mm
 * @param fieldOfViewMm Reconstruction Diameter (0018,1100)
 */
public record ReconstructedCt(
        ResultOrigin origin,
        int views,
        InstanceReference firstView,
        InstanceReference lastView,
        String projectionsSha256,
        String method,
        String kernel,
        double waterPerMm,
        double fieldOfViewMm) {
    private static final int SH_MAX = 16;

    public ReconstructedCt {
        if (kernel.isBlank() || kernel.length() > SH_MAX) {
            throw new IllegalArgumentException(
                    "reconstructed CT: expected a kernel of 1 to 16 characters, got '" + kernel + "'");
        }
    }

    /** Of the pixel data, lower-case hexadecimal. @param views in their order */
    public static String sha256(List<Dataset> views) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            views.forEach(view -> view.bytes(Tag.PixelData).ifPresent(digest::update));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }
}
