package io.tomogrid.node.send;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The DICOM files under a folder.
 *
 * @param instances what can be sent
 * @param leftAlone number of files that are no DICOM instances
 */
public record StudyFiles(List<Outgoing> instances, int leftAlone) {
    /** First tag that is not needed to tell what an instance is: the one after Series Instance UID. */
    private static final int AFTER_UIDS = 0x0020000f;

    /** @throws IOException if there is no folder, or no DICOM file in it */
    public static StudyFiles under(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + " is not a folder: name one that holds the DICOM files of a study");
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        List<Outgoing> instances = new ArrayList<>();
        for (Path file : files) {
            try {
                instances.add(read(file));
            } catch (DicomFormatException noInstance) {
                // a folder of a study holds other files too: text, an index, a viewer
            }
        }
        if (instances.isEmpty()) {
            throw new IOException("no DICOM instance among the " + files.size() + " files in " + folder);
        }
        return new StudyFiles(List.copyOf(instances), files.size() - instances.size());
    }

    /** A data set of our own, as explicit little endian. */
    public static Outgoing of(Dataset dataset) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 18);
        DatasetWriter.write(bytes, Uid.ExplicitVRLittleEndian, dataset);
        byte[] encoded = bytes.toByteArray();
        return outgoing(dataset, Uid.ExplicitVRLittleEndian, () -> new ByteArrayInputStream(encoded));
    }

    private static Outgoing read(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            Part10.Opened opened = Part10.open(in);
            Dataset header =
                    DatasetReader.readUntil(opened.dataset(), opened.transferSyntax(), ReadLimits.HEADER, AFTER_UIDS);
            return outgoing(
                    header,
                    opened.transferSyntax(),
                    () -> Part10.open(new BufferedInputStream(Files.newInputStream(file), 1 << 18))
                            .dataset());
        }
    }

    private static Outgoing outgoing(Dataset header, String transferSyntax, Outgoing.Source source)
            throws DicomFormatException {
        return new Outgoing(
                need(header, Tag.SOPClassUID),
                need(header, Tag.SOPInstanceUID),
                transferSyntax,
                need(header, Tag.StudyInstanceUID),
                header.string(Tag.Modality).orElse(""),
                source);
    }

    private static String need(Dataset header, int tag) throws DicomFormatException {
        return header.string(tag)
                .orElseThrow(() -> new DicomFormatException(
                        io.tomogrid.dicom.Dictionary.describe(tag) + " is missing: not an instance"));
    }
}
