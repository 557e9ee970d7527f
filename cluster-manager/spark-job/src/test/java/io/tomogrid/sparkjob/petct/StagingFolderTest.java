package io.tomogrid.sparkjob.petct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.gateway.contract.ResultObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a POSIX file system and through Hadoop's client, which here writes to the same kind of folder. */
class StagingFolderTest {
    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_file_is_what_its_manifest_entry_says_also_the_second_time(boolean hadoop) throws Exception {
        Dataset dataset = TestStudy.ct().get(3);
        StagingFolder folder = open(hadoop);
        ResultObject first = folder.write("PET", "pet-0004.dcm", dataset);
        ResultObject again = folder.write("PET", "pet-0004.dcm", dataset);
        folder.sync();
        byte[] bytes = Files.readAllBytes(temp.resolve("job/1/pet-0004.dcm"));
        assertThat(again).isEqualTo(first);
        assertThat(first.bytes()).isEqualTo(bytes.length);
        assertThat(first.sha256())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        assertThat(first.seriesUid()).isEqualTo(TestStudy.CT_SERIES);
        assertThat(Part10.read(temp.resolve("job/1/pet-0004.dcm")).dataset()).isEqualTo(dataset);
        assertThat(visible()).containsExactly("pet-0004.dcm");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void what_cannot_be_written_leaves_nothing(boolean hadoop) throws Exception {
        StagingFolder folder = open(hadoop);
        Dataset nameless = new Dataset().put(Tag.Modality, "PT");
        assertThatThrownBy(() -> folder.write("PET", "pet-0001.dcm", nameless))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(visible()).isEmpty();
    }

    /** More than one buffer of them; another count of them is told, not read past. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void values_for_another_slice_come_back_to_the_bit(boolean hadoop) throws Exception {
        float[] values = new float[20_000];
        for (int n = 0; n < values.length; n++) {
            values[n] = n % 7 == 0 ? Float.NaN : -n / 3f;
        }
        StagingFolder folder = open(hadoop);
        folder.writeValues("frame-0001.voxels", values);
        assertThat(folder.readValues("frame-0001.voxels", values.length)).isEqualTo(values);
        assertThatThrownBy(() -> folder.readValues("frame-0001.voxels", 20_001)).hasMessageContaining("fewer");
        assertThatThrownBy(() -> folder.readValues("frame-0001.voxels", 19_999)).hasMessageContaining("more");
        assertThatThrownBy(() -> folder.readValues("frame-0002.voxels", 1)).isInstanceOf(IOException.class);
    }

    private StagingFolder open(boolean hadoop) throws IOException {
        Path root = temp.resolve("job/1");
        return hadoop
                ? StagingFolder.hadoop(root.toUri())
                : StagingFolder.open(root.toUri().toString());
    }

    /** Without the checksum files that Hadoop's client keeps on local disks. */
    private List<String> visible() throws IOException {
        try (Stream<Path> files = Files.list(temp.resolve("job/1"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .toList();
        }
    }
}
