package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.Uids;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.AssociationRequest.Syntax;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.NoPresentationContext;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every real file goes through the DICOM port into the archive and back to the bit, or is refused (ING-05, ING-07, QRY-03). */
@org.junit.jupiter.api.Tag("cluster")
class RealArchiveTest {
    private static final String GET = Uid.StudyRootQueryRetrieveInformationModelGET;

    /**
     * What is sent of a file.
     *
     * @param named what of its patient must not be told
     */
    private record Sent(Path file, Syntax syntax, String sopInstance, String study, byte[] bytes, List<String> named) {}

    private final Set<String> used = new HashSet<>();

    @Test
    void every_file_comes_back_as_it_was_sent_or_is_refused_with_a_reason(@TempDir Path folder) throws Exception {
        List<Path> files = files();
        assumeTrue(!files.isEmpty(), "needs the folder of real DICOM files (TOMOGRID_DATA or ../shared/data)");
        List<String> refused = new ArrayList<>();
        Map<String, List<Sent>> kept = new TreeMap<>();
        try (TestingDatabase database = TestingDatabase.start();
                TestingGateway gateway = TestingGateway.start(folder, database.fresh(), Map.of())) {
            List<Sent> all = read(files);
            Association association = open(gateway, all);
            for (Sent sent : all) {
                String reason = store(association, sent);
                if (reason.isEmpty()) {
                    kept.computeIfAbsent(sent.study(), s -> new ArrayList<>()).add(sent);
                } else {
                    refused.add(sent.file().getFileName() + ": " + reason);
                    assertThat(sent.named()).noneMatch(reason::contains);
                    assertThat(mayBeRefused(sent))
                            .as("%s: %s", sent.file().getFileName(), reason)
                            .isTrue();
                }
            }
            association.close();
            for (List<Sent> study : kept.values()) {
                assertSame(gateway, study);
            }
        }
        System.out.println(kept.values().stream().mapToInt(List::size).sum() + " came back; refused:\n  "
                + String.join("\n  ", refused));
    }

    /** What is no instance that one could archive: a UID is missing or none, or an end is missing, or its class is not one of storage. */
    private static boolean mayBeRefused(Sent sent) throws IOException {
        if (sent.syntax().sopClass().equals(Uid.MediaStorageDirectoryStorage)) {
            return true;
        }
        try {
            Dataset dataset = DatasetReader.read(
                    new ByteArrayInputStream(sent.bytes()), sent.syntax().transferSyntax(), ReadLimits.DEFAULT);
            return Stream.of(Tag.SOPClassUID, Tag.SOPInstanceUID, Tag.StudyInstanceUID, Tag.SeriesInstanceUID)
                    .anyMatch(tag -> dataset.string(tag).filter(Uids::valid).isEmpty());
        } catch (DicomFormatException damaged) {
            return true;
        }
    }

    private static List<Path> files() throws IOException {
        String configured = System.getenv("TOMOGRID_DATA");
        Path data = configured != null
                ? Path.of(configured)
                : Path.of(System.getProperty("tomogrid.root", "."), "..", "shared", "data");
        if (!Files.isDirectory(data.resolve("dicom"))) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(data.resolve("dicom"))) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Deflated ones first, since their UIDs cannot be changed in place. */
    private List<Sent> read(List<Path> files) throws IOException {
        List<Sent> all = new ArrayList<>();
        for (boolean deflated : new boolean[] {true, false}) {
            for (Path file : files) {
                try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                    Part10.Opened opened = Part10.open(in);
                    if (opened.transferSyntax().equals(Uid.DeflatedExplicitVRLittleEndian) == deflated) {
                        all.add(sent(file, opened));
                    }
                } catch (DicomFormatException noDicom) {
                    assertThat(noDicom.getMessage()).contains("not a DICOM file");
                }
            }
        }
        return all;
    }

    private Sent sent(Path file, Part10.Opened opened) throws IOException {
        byte[] bytes = opened.dataset().readAllBytes();
        byte[] sent = unique(bytes, head(bytes, opened.transferSyntax()));
        Dataset head = head(sent, opened.transferSyntax());
        String sopClass = opened.meta()
                .string(Tag.MediaStorageSOPClassUID)
                .or(() -> head.string(Tag.SOPClassUID))
                .orElse(Uid.CTImageStorage);
        return new Sent(
                file,
                new Syntax(sopClass, opened.transferSyntax()),
                head.string(Tag.SOPInstanceUID).orElse("1.2.3"),
                head.string(Tag.StudyInstanceUID).orElse(""),
                sent,
                Stream.of(Tag.PatientName, Tag.PatientID, Tag.PatientBirthDate)
                        .flatMap(tag -> head.string(tag).stream())
                        .filter(text -> text.length() > 3)
                        .toList());
    }

    /** Up to the study, as far as it can be read. */
    private static Dataset head(byte[] bytes, String transferSyntax) throws IOException {
        for (int stop : new int[] {Tag.SeriesInstanceUID, Tag.SOPInstanceUID + 1}) {
            try {
                return DatasetReader.readUntil(
                        new ByteArrayInputStream(bytes), transferSyntax, ReadLimits.HEADER, stop);
            } catch (DicomFormatException damaged) {
                // then less of it
            }
        }
        return new Dataset();
    }

    /** The same image in several transfer syntaxes gets a UID for each, of the same length and in its place. */
    private byte[] unique(byte[] bytes, Dataset head) {
        String uid = head.string(Tag.SOPInstanceUID).orElse("");
        if (uid.isEmpty() || used.add(uid)) {
            return bytes;
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        for (int n = 100; n < 1000; n++) {
            String other = uid.substring(0, uid.length() - 3) + n;
            if (text.contains(uid) && used.add(other)) {
                return text.replace(uid, other).getBytes(StandardCharsets.ISO_8859_1);
            }
        }
        return bytes;
    }

    private static Association open(TestingGateway gateway, List<Sent> all) throws IOException {
        return gateway.open(all.stream().map(Sent::syntax).distinct().toArray(Syntax[]::new));
    }

    /** @return empty, or why it was refused */
    private static String store(Association association, Sent sent) throws IOException {
        try {
            DimseStatus status = association.store(
                    sent.syntax().sopClass(),
                    sent.sopInstance(),
                    sent.syntax().transferSyntax(),
                    new ByteArrayInputStream(sent.bytes()));
            assertThat(status.isSuccess() || !status.comment().isBlank())
                    .as("%s: %s", sent.file(), status)
                    .isTrue();
            return status.comment();
        } catch (NoPresentationContext e) {
            return e.getMessage();
        }
    }

    private static void assertSame(TestingGateway gateway, List<Sent> study) throws IOException {
        Map<String, byte[]> got = new HashMap<>();
        List<Syntax> syntaxes = study.stream().map(Sent::syntax).distinct().toList();
        try (Association association = Association.open(AssociationRequest.retrieving(
                "127.0.0.1", gateway.dicomPort(), "MODALITY", "TOMOGRID", GET, syntaxes))) {
            association.get(
                    GET,
                    new Dataset()
                            .put(Tag.QueryRetrieveLevel, "STUDY")
                            .put(Tag.StudyInstanceUID, study.get(0).study()),
                    (store, data) -> {
                        got.put(store.sopInstanceUid(), data.readAllBytes());
                        return DimseStatus.SUCCESS;
                    },
                    (left, completed, failed) -> true);
        }
        assertThat(got.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        study.stream().map(Sent::sopInstance).collect(Collectors.toSet()));
        for (Sent sent : study) {
            assertThat(got.get(sent.sopInstance())).as(sent.file().toString()).isEqualTo(sent.bytes());
        }
    }
}
