package io.tomogrid.dicom.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RES-04: the validator finds no error in what we write; none is excused. */
@Tag("peer")
class DciodvfyTest {
    private static final Map<String, Dataset> OBJECTS = new TreeMap<>();

    @TempDir
    Path folder;

    @BeforeAll
    static void encode() {
        Dciodvfy.assumeInstalled();
        Results results = new Results();
        OBJECTS.putAll(results.byName());
        OBJECTS.put("synthetic-pet", results.petSlices.get(80));
        OBJECTS.put("synthetic-ct", results.study.ct().skip(100).findFirst().orElseThrow());
    }

    static Stream<String> names() {
        return Stream.of(
                "seg",
                "seg-fractional",
                "sr",
                "mip-grey",
                "mip-fused",
                "pet-on-ct",
                "rwvm",
                "gsps",
                "kos",
                "pdf",
                "synthetic-pet",
                "synthetic-ct");
    }

    @ParameterizedTest
    @MethodSource("names")
    void has_no_error(String name) throws Exception {
        assertThat(Dciodvfy.errors(folder.resolve(name), OBJECTS.get(name))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "CHEST", "HEADNECK", "BRAIN", "EXTREMITY", "BREAST", "NECKCHESTABDPELV"})
    void has_no_error_whatever_part_of_the_body_it_shows(String bodyPart) throws Exception {
        Results results = new Results();
        results.petSlices.get(0).remove(io.tomogrid.dicom.Tag.BodyPartExamined);
        if (!bodyPart.isEmpty()) {
            results.petSlices.get(0).put(io.tomogrid.dicom.Tag.BodyPartExamined, bodyPart);
        }
        for (Map.Entry<String, Dataset> object : results.byName().entrySet()) {
            assertThat(Dciodvfy.errors(folder.resolve(object.getKey()), object.getValue()))
                    .as(object.getKey())
                    .isEmpty();
        }
    }
}
