package io.tomogrid.inference.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.inference.oci.Digest;
import io.tomogrid.inference.oci.Signatures;
import io.tomogrid.inference.trust.Keys;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MOD-06: packages as one file. */
class TransportTest {
    @TempDir
    Path folder;

    private ModelStore from;
    private ModelStore to;
    private Path file;

    @BeforeEach
    void stores() throws Exception {
        from = ModelStore.at(folder.resolve("from"));
        to = ModelStore.at(folder.resolve("to"));
        file = folder.resolve("models.tar");
    }

    @Test
    void what_is_exported_comes_in_with_its_signatures_and_nothing_else() throws Exception {
        from.put(TestModels.source(folder, "1.0.0", Map.of()));
        ModelPackage second = from.put(TestModels.source(folder, "2.0.0", Map.of()));
        KeyPair keys = Keys.generate();
        Digest digest = Digest.parse(second.digest());
        Signatures.sign(from.layout(), digest, "x", keys.getPrivate());
        new Transport(from).exportTo(file, List.of("lesion:2.0.0"));
        byte[] once = Files.readAllBytes(file);
        new Transport(from).exportTo(file, List.of("lesion:2.0.0"));
        assertThat(Files.readAllBytes(file)).as("the same bytes each time").isEqualTo(once);

        List<ModelPackage> models = new Transport(to).importFrom(file);
        assertThat(models).extracting(ModelPackage::digest).containsExactly(second.digest());
        assertThat(Signatures.by(to.layout(), digest, keys.getPublic())).isTrue();
        assertThat(to.list()).extracting(ModelStore.Entry::reference).containsExactly("lesion:2.0.0");
        assertThat(TestModels.content(folder.resolve("to")).values()).doesNotContain("weights 1.0.0");
    }

    @Test
    void an_import_takes_no_signature_away() throws Exception {
        Digest digest = Digest.parse(
                from.put(TestModels.source(folder, "1.0.0", Map.of())).digest());
        to.put(TestModels.source(folder, "1.0.0", Map.of()));
        KeyPair maker = Keys.generate();
        KeyPair hospital = Keys.generate();
        Signatures.sign(from.layout(), digest, "x", maker.getPrivate());
        Signatures.sign(to.layout(), digest, "x", hospital.getPrivate());
        new Transport(from).exportTo(file, List.of("lesion"));
        new Transport(to).importFrom(file);
        new Transport(to).importFrom(file);
        assertThat(Signatures.count(to.layout(), digest)).isEqualTo(2);
        assertThat(Signatures.by(to.layout(), digest, maker.getPublic())).isTrue();
        assertThat(Signatures.by(to.layout(), digest, hospital.getPublic())).isTrue();
    }

    @Test
    void a_file_cut_off_or_damaged_anywhere_leaves_nothing() throws Exception {
        from.put(TestModels.source(folder, "1.0.0", Map.of()));
        new Transport(from).exportTo(file, List.of("lesion"));
        byte[] whole = Files.readAllBytes(file);
        var before = TestModels.content(folder.resolve("to"));
        Random random = new Random(4);
        for (int length = 0; length < whole.length - 1024; length += 1 + random.nextInt(900)) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> new Transport(to).importFrom(file))
                    .as("cut off after %d bytes", length)
                    .isInstanceOf(ModelException.class);
            assertThat(TestModels.content(folder.resolve("to"))).isEqualTo(before);
        }
        int refused = 0;
        for (int i = 0; i < 100; i++) {
            byte[] bad = whole.clone();
            bad[random.nextInt(whole.length - 1024)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bad);
            try {
                new Transport(to).importFrom(file);
                to = ModelStore.at(folder.resolve("to" + i));
            } catch (ModelException e) {
                refused++;
                assertThat(TestModels.content(to.layout().folder())).isEqualTo(before);
            }
        }
        assertThat(refused).isGreaterThan(40);
    }

    /** Names and kinds that a layout's archive never has. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ../../evil                                     | 0 | evil
            /etc/cron.d/evil                               | 0 | cron.d
            blobs/sha256/../../evil                        | 0 | evil
            blobs/sha256/link                              | 2 | a link
            index.json                                     | 2 | a link
            blobs/sha256/hard                              | 1 | a link
            dev                                            | 3 | a device
            elsewhere                                      | 5 | another folder
            blobs/sha256/ABCDEF                            | 0 | no file of an OCI image layout
            """)
    void foreign_entries_are_refused(String name, char type, String message) throws Exception {
        Files.write(file, tar(name, type, "00000000000", new byte[0]));
        var before = TestModels.content(folder.resolve("to"));
        assertThatThrownBy(() -> new Transport(to).importFrom(file))
                .hasMessageContaining(message)
                .hasMessageContaining("nothing was imported");
        assertThat(TestModels.content(folder.resolve("to"))).isEqualTo(before);
        assertThat(folder.resolve("evil")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            77777777777   | cut off
            9999          | a header's number is none
            """)
    void absurd_sizes_take_neither_memory_nor_disk(String size, String message) throws Exception {
        Files.write(file, tar("blobs/sha256/" + "0".repeat(64), '0', size, new byte[512]));
        assertThatThrownBy(() -> new Transport(to).importFrom(file)).hasMessageContaining(message);
        Files.write(file, tar("index.json", '0', size, new byte[512]));
        assertThatThrownBy(() -> new Transport(to).importFrom(file)).isInstanceOf(ModelException.class);
    }

    @Test
    void what_is_no_model_package_is_named() throws Exception {
        byte[] config = "{}".getBytes(StandardCharsets.UTF_8);
        String descriptor = "{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\""
                + Digest.of(config) + "\",\"size\":2}";
        byte[] manifest =
                ("{\"schemaVersion\":2,\"config\":" + descriptor + ",\"layers\":[]}").getBytes(StandardCharsets.UTF_8);
        String index =
                "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                        + "\"digest\":\"" + Digest.of(manifest) + "\",\"size\":" + manifest.length + "}]}";
        var all = new ByteArrayOutputStream();
        all.write(tar("oci-layout", '0', "{\"imageLayoutVersion\":\"1.0.0\"}"));
        all.write(tar("index.json", '0', index));
        all.write(tar("blobs/sha256/" + Digest.of(config).hex(), '0', "{}"));
        all.write(tar("blobs/sha256/" + Digest.of(manifest).hex(), '0', new String(manifest, StandardCharsets.UTF_8)));
        Files.write(file, all.toByteArray());
        assertThatThrownBy(() -> new Transport(to).importFrom(file))
                .hasMessageContaining("no model package but an image")
                .hasMessageContaining("models inspect");
        assertThat(to.list()).isEmpty();
    }

    private static byte[] tar(String name, char type, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return tar(
                name,
                type,
                String.format("%011o", bytes.length),
                Arrays.copyOf(bytes, (bytes.length + 511) / 512 * 512));
    }

    /** One entry with a right checksum, whatever it says. */
    private static byte[] tar(String name, char type, String size, byte[] content) {
        byte[] tar = Arrays.copyOf(new byte[0], 512 + content.length);
        put(tar, 0, name);
        put(tar, 100, "0000644");
        put(tar, 124, size);
        put(tar, 148, "        ");
        tar[156] = (byte) type;
        put(tar, 157, type == '0' ? "" : "/etc/passwd");
        put(tar, 257, "ustar\00000");
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += tar[i] & 0xff;
        }
        put(tar, 148, String.format("%06o\0 ", sum));
        System.arraycopy(content, 0, tar, 512, content.length);
        return tar;
    }

    private static void put(byte[] tar, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, tar, at, bytes.length);
    }
}
