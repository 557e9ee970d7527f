package io.tomogrid.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Real and odd files are read and written back the same, or refused with a reason (ING-05, ING-07). */
class RealFilesTest {
    private static final String[] FOLDERS = {
        "transfer_syntax", "charset", "enhanced", "results", "dicomdir", "odd", "pt_jpegll_ge"
    };

    /** What a reason may say: what is wrong and where, in our own words, the dictionary's and numbers. */
    private static final List<Pattern> REASONS = Stream.of(
                    "the data set ends in the middle of an element, at byte \\d+: it is truncated, send it again",
                    "\\([0-9a-f]{4},[0-9a-f]{4}\\) ?\\w* at byte \\d+ claims \\d+ bytes, more than .*accepts",
                    "\\([0-9a-f]{4},[0-9a-f]{4}\\) ?\\w* at byte \\d+: expected a VR, got bytes \\d+ \\d+; is the.*right\\?",
                    "not a DICOM file: it begins neither with a preamble nor with group 0002 or 0008")
            .map(Pattern::compile)
            .toList();

    /** ING-05, ING-07. */
    @TestFactory
    Stream<DynamicTest> every_file_is_the_same_after_reading_and_writing_or_refused_with_a_reason() {
        assumeTrue(SharedData.dicom().isPresent(), SharedData.WHY);
        Map<String, List<Path>> folders = SharedData.files(".").stream()
                .collect(Collectors.groupingBy(
                        file -> SharedData.dicom()
                                .orElseThrow()
                                .normalize()
                                .relativize(file.normalize())
                                .getName(0)
                                .toString(),
                        TreeMap::new,
                        Collectors.toList()));
        return folders.entrySet().stream()
                .map(folder -> dynamicTest(
                        folder.getKey() + ", " + folder.getValue().size() + " files",
                        () -> everyFile(folder.getKey(), folder.getValue())));
    }

    private static void everyFile(String folder, List<Path> files) throws IOException {
        for (Path file : files) {
            String name = file.getFileName().toString();
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                Part10.Opened opened = Part10.open(in);
                roundTrip(name, opened.transferSyntax(), opened.dataset().readAllBytes());
            } catch (DicomFormatException e) {
                assertThat(folder)
                        .as("only odd files are refused, not %s: %s", name, e.getMessage())
                        .isIn("odd", "dicomdir");
                assertThat(REASONS)
                        .as("%s: %s", name, e.getMessage())
                        .anyMatch(p -> p.matcher(e.getMessage()).matches());
                continue;
            }
            assertThat(name).as("a part of this file is missing").doesNotContain("truncated");
        }
    }

    /**
     * The same to the bit but for what is always written in one way: values of odd length are padded, a sequence without
     * a VR gets it, and a deflated stream is ours.
     */
    private static void roundTrip(String name, String transferSyntax, byte[] bytes) throws IOException {
        Dataset dataset = DatasetReader.read(new ByteArrayInputStream(bytes), transferSyntax, ReadLimits.DEFAULT);
        dataset.forEach(e -> dataset.strings(e.tag()));
        byte[] written = write(transferSyntax, dataset);
        Dataset again = DatasetReader.read(new ByteArrayInputStream(written), transferSyntax, ReadLimits.DEFAULT);
        if (hasOddLength(dataset)) {
            assertThat(write(transferSyntax, again)).as(name).isEqualTo(written);
            return;
        }
        assertThat(again).as(name).isEqualTo(dataset);
        if (!DatasetReader.deflated(transferSyntax) && !hasSequenceWithoutVr(bytes)) {
            assertThat(written).as(name).isEqualTo(bytes);
        }
    }

    private static byte[] write(String transferSyntax, Dataset dataset) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DatasetWriter.write(out, transferSyntax, dataset);
        return out.toByteArray();
    }

    private static boolean hasOddLength(Dataset dataset) {
        return dataset.elements().stream()
                .anyMatch(e -> e instanceof Element.Value v && v.value().length % 2 == 1
                        || e instanceof Element.Items s && s.items().stream().anyMatch(RealFilesTest::hasOddLength));
    }

    private static boolean hasSequenceWithoutVr(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains("UN\0\0\u00ff\u00ff\u00ff\u00ff");
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
