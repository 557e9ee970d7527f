package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.Implementation;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A raw PET acquisition inside Raw Data Storage, PS3.3 A.37: the payload is in private attributes of the creator {@link
 * #CREATOR}, described in docs/pet-raw-format.md. What quantification needs (times, radiopharmaceutical, weight) stands in
 * the attributes that a PET image has for it, which makes it a Standard Extended SOP Class.
 */
public final class PetRawObject {
    /** Private creator of the payload. */
    public static final String CREATOR = "TOMOGRID PET RAW";

    // not one of 7Fxx, which validators still take for the retired variable pixel data
    private static final int GROUP = 0x7d01;
    private static final int FIRST_BLOCK = 0x10;
    private static final int LAST_BLOCK = 0xff;
    private static final int FORMAT = 0x01;
    private static final int VERSION = 0x02;
    private static final int SHA_256 = 0x03;
    private static final int PAYLOAD = 0x10;

    private PetRawObject() {}

    /**
     * What the private attributes hold.
     *
     * @param format its name @param version of the format
     * @param sha256 of the payload, lower-case hexadecimal, as the attribute has it
     * @param bytes the payload, perhaps with one zero more
     */
    public record Payload(String format, String version, String sha256, byte[] bytes) {
        /** Whether the bytes, with or without padding, are those that the digest was taken of. */
        public boolean intact() {
            return sha256.equals(hex(bytes, bytes.length))
                    || bytes.length > 0 && bytes[bytes.length - 1] == 0 && sha256.equals(hex(bytes, bytes.length - 1));
        }
    }

    /**
     * Completes a header to a Raw Data object.
     *
     * @param header Patient, Study, Series, Equipment, Frame of Reference and PET attributes, UIDs, Instance Number and
     *     Content Date and Time; CHANGED
     */
    public static Dataset wrap(Dataset header, String format, int version, byte[] payload) {
        for (int tag : new int[] {
            Tag.SOPInstanceUID,
            Tag.StudyInstanceUID,
            Tag.SeriesInstanceUID,
            Tag.Modality,
            Tag.InstanceNumber,
            Tag.ContentDate,
            Tag.ContentTime
        }) {
            InstanceReference.required(header, tag);
        }
        return header.put(Tag.SOPClassUID, Uid.RawDataStorage)
                .put(Tag.CreatorVersionUID, Implementation.CLASS_UID)
                .putEmpty(Tag.AcquisitionContextSequence)
                .put(text(GROUP << 16 | FIRST_BLOCK, CREATOR))
                .put(text(tag(FIRST_BLOCK, FORMAT), format))
                .put(text(tag(FIRST_BLOCK, VERSION), Integer.toString(version)))
                .put(text(tag(FIRST_BLOCK, SHA_256), hex(payload, payload.length)))
                .put(new Element.Value(
                        tag(FIRST_BLOCK, PAYLOAD), VR.OB, Arrays.copyOf(payload, payload.length + payload.length % 2)));
    }

    /** The payload, if the object has a block of our creator, PS3.5 section 7.8.1. */
    public static Optional<Payload> payload(Dataset raw) {
        OptionalInt block = block(raw);
        if (block.isEmpty()) {
            return Optional.empty();
        }
        int at = block.getAsInt();
        return Optional.of(new Payload(
                text(raw, tag(at, FORMAT)),
                text(raw, tag(at, VERSION)),
                text(raw, tag(at, SHA_256)),
                raw.bytes(tag(at, PAYLOAD)).orElse(new byte[0])));
    }

    private static OptionalInt block(Dataset raw) {
        for (int block = FIRST_BLOCK; block <= LAST_BLOCK; block++) {
            if (text(raw, GROUP << 16 | block).equals(CREATOR)) {
                return OptionalInt.of(block);
            }
        }
        return OptionalInt.empty();
    }

    private static int tag(int block, int element) {
        return GROUP << 16 | block << 8 | element;
    }

    private static Element text(int tag, String value) {
        String even = value.length() % 2 == 0 ? value : value + " ";
        return new Element.Value(tag, VR.LO, even.getBytes(StandardCharsets.US_ASCII));
    }

    /** Private values come as UN where the encoding names no VR: the bytes are read as text. */
    private static String text(Dataset raw, int tag) {
        return raw.bytes(tag)
                .map(bytes -> new String(bytes, StandardCharsets.US_ASCII)
                        .replace('\0', ' ')
                        .trim())
                .orElse("");
    }

    private static String hex(byte[] bytes, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, 0, length);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }
}
