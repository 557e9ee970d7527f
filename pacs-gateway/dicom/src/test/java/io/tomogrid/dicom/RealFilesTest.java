package io.tomogrid.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Real and odd files are read and written back the same, or refused with a reason (ING-05, ING-07). */
class RealFilesTest {
    private static final String[] FOLDERS = {
        "transfer_syntax", "charset", "enhanced", "results", "dicomdir", "odd", "pt_jpegll_ge"
    };

    @Test
    void every_file_round_trips_or_is_refused_with_a_reason() throws IOException {
        assumeTrue(SharedData.dicom().isPresent(), SharedData.WHY);
        List<String> refused = new ArrayList<>();
        int read = 0;
        for (Path file : SharedData.files(FOLDERS)) {
            Part10File first;
            try {
                first = Part10.read(file);
            } catch (DicomFormatException e) {
                refused.add(file.getFileName() + ": " + e.getMessage());
                continue;
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            DatasetWriter.write(out, first.transferSyntax(), first.dataset());
            Dataset again = DatasetReader.read(
                    new ByteArrayInputStream(out.toByteArray()), first.transferSyntax(), ReadLimits.DEFAULT);
            ByteArrayOutputStream twice = new ByteArrayOutputStream();
            DatasetWriter.write(twice, first.transferSyntax(), again);
            assertThat(twice.toByteArray()).as(file.getFileName().toString()).isEqualTo(out.toByteArray());
            first.dataset().forEach(e -> first.dataset().strings(e.tag()));
            read++;
        }
        System.out.println("read " + read + " files; refused:\n  " + String.join("\n  ", refused));
        assertThat(read).isGreaterThan(80);
        assertThat(refused).allSatisfy(reason -> assertThat(reason).doesNotContain("null"));
    }

    /** Seeded damage to real files: a data set or a DicomFormatException, nothing else, and never a hang. */
    @Test
    void damaged_files_are_refused_cleanly() throws IOException {
        assumeTrue(SharedData.dicom().isPresent(), SharedData.WHY);
        long seed = 20261124;
        Random random = new Random(seed);
        List<byte[]> files = new ArrayList<>();
        for (Path file : SharedData.files(FOLDERS)) {
            if (Files.size(file) < 60_000) {
                files.add(Files.readAllBytes(file));
            }
        }
        for (int i = 0; i < 6000; i++) {
            byte[] bytes = files.get(random.nextInt(files.size())).clone();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                bytes[random.nextInt(Math.min(bytes.length, 4000))] = (byte) random.nextInt(256);
            }
            int length = random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length;
            try {
                Part10.read(new ByteArrayInputStream(bytes, 0, length));
            } catch (DicomFormatException expected) {
                assertThat(expected.getMessage()).isNotBlank();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", mutation " + i, e);
            }
        }
    }
}
