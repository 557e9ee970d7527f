package io.tomogrid.dicom;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** DICOM files, PS3.10 section 7. Reads files without preamble or without meta information too, as far as they tell their encoding. */
public final class Part10 {
    private static final int PREAMBLE = 128;
    private static final int MAX_META = 1 << 20;

    private Part10() {}

    public static Part10File read(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            return read(in);
        }
    }

    public static Part10File read(InputStream in) throws IOException {
        Opened opened = open(in);
        Dataset dataset = DatasetReader.read(opened.dataset(), opened.transferSyntax(), ReadLimits.DEFAULT);
        return new Part10File(opened.meta(), dataset, opened.transferSyntax());
    }

    /** A file whose meta information was read. @param dataset stands at the first byte of the encoded data set */
    public record Opened(Dataset meta, String transferSyntax, InputStream dataset) {}

    /** Reads up to the data set, whose bytes can then be passed on as they are. */
    public static Opened open(InputStream in) throws IOException {
        PushbackInputStream source = new PushbackInputStream(in, PREAMBLE + 8);
        byte[] head = source.readNBytes(PREAMBLE + 4);
        boolean preamble = head.length == PREAMBLE + 4
                && Arrays.equals(head, PREAMBLE, PREAMBLE + 4, new byte[] {'D', 'I', 'C', 'M'}, 0, 4);
        if (!preamble) {
            source.unread(head);
            if (head.length >= 4 && Arrays.equals(head, 0, 4, new byte[] {'D', 'I', 'C', 'M'}, 0, 4)) {
                source.skipNBytes(4);
            }
        }
        Dataset meta = meta(source);
        String transferSyntax = meta.string(Tag.TransferSyntaxUID).orElse("");
        if (transferSyntax.isEmpty()) {
            transferSyntax = sniff(source);
        }
        return new Opened(meta, transferSyntax, source);
    }

    /** Writes preamble, File Meta Information made for this data set, and the data set. */
    public static void write(OutputStream out, String transferSyntax, Dataset dataset) throws IOException {
        String sopClass = dataset.string(Tag.SOPClassUID).orElseThrow(() -> missing(Tag.SOPClassUID));
        String sopInstance = dataset.string(Tag.SOPInstanceUID).orElseThrow(() -> missing(Tag.SOPInstanceUID));
        BufferedOutputStream buffered = new BufferedOutputStream(out, 1 << 16);
        writeMeta(buffered, sopClass, sopInstance, transferSyntax);
        DatasetWriter.write(buffered, transferSyntax, dataset);
        buffered.flush();
    }

    /** Writes preamble and File Meta Information; the encoded data set follows. */
    public static void writeMeta(OutputStream out, String sopClass, String sopInstance, String transferSyntax)
            throws IOException {
        Dataset meta = new Dataset()
                .putBytes(Tag.FileMetaInformationVersion, VR.OB, new byte[] {0, 1})
                .put(Tag.MediaStorageSOPClassUID, sopClass)
                .put(Tag.MediaStorageSOPInstanceUID, sopInstance)
                .put(Tag.TransferSyntaxUID, transferSyntax)
                .put(Tag.ImplementationClassUID, Implementation.CLASS_UID)
                .put(Tag.ImplementationVersionName, Implementation.VERSION_NAME);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DatasetWriter.write(body, Uid.ExplicitVRLittleEndian, meta);
        out.write(new byte[PREAMBLE]);
        out.write(new byte[] {'D', 'I', 'C', 'M'});
        DatasetWriter.write(
                out, Uid.ExplicitVRLittleEndian, new Dataset().put(Tag.FileMetaInformationGroupLength, body.size()));
        body.writeTo(out);
    }

    /** Group 0002 is always explicit little endian; it is collected element by element because its length may be wrong. */
    private static Dataset meta(PushbackInputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] header = new byte[8];
        while (true) {
            int n = in.readNBytes(header, 0, 8);
            if (n < 8 || header[0] != 2 || header[1] != 0) {
                in.unread(header, 0, n);
                break;
            }
            bytes.write(header);
            boolean wide =
                    header[4] == 'O' && (header[5] == 'B' || header[5] == 'W') || header[4] == 'U' && header[5] == 'N';
            long length = (header[6] & 0xff) | (header[7] & 0xff) << 8;
            if (wide) {
                byte[] longLength = in.readNBytes(4);
                if (longLength.length < 4) {
                    throw new DicomFormatException("the file ends within its meta information");
                }
                bytes.write(longLength);
                length = Dataset.little(longLength).getInt() & 0xffffffffL;
            }
            if (bytes.size() + length > MAX_META) {
                throw new DicomFormatException("File Meta Information is larger than " + MAX_META + " bytes");
            }
            bytes.write(in.readNBytes((int) length));
        }
        return DatasetReader.read(
                new ByteArrayInputStream(bytes.toByteArray()), Uid.ExplicitVRLittleEndian, ReadLimits.HEADER);
    }

    /** A headless file: explicit if two capital letters stand where a VR would, big endian if its group reads so. */
    private static String sniff(PushbackInputStream in) throws IOException {
        byte[] head = in.readNBytes(8);
        in.unread(head);
        if (head.length < 8) {
            throw new DicomFormatException("not a DICOM file: it ends after " + head.length + " bytes");
        }
        boolean explicit = head[4] >= 'A' && head[4] <= 'Z' && head[5] >= 'A' && head[5] <= 'Z';
        boolean big = head[0] == 0 && head[1] != 0;
        int group = big ? (head[0] & 0xff) << 8 | head[1] & 0xff : (head[1] & 0xff) << 8 | head[0] & 0xff;
        if (group > 0x0010 || group == 0) {
            throw new DicomFormatException(
                    "not a DICOM file: it begins neither with a preamble nor with group 0002 or 0008");
        }
        if (explicit) {
            return big ? Uid.ExplicitVRBigEndian : Uid.ExplicitVRLittleEndian;
        }
        return Uid.ImplicitVRLittleEndian;
    }

    private static IllegalArgumentException missing(int tag) {
        return new IllegalArgumentException(
                Dictionary.describe(tag) + " is missing: a file cannot be made of this data set");
    }
}
