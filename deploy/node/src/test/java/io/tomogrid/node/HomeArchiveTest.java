package io.tomogrid.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CLI-04: a home has one archive, from its first start on. */
class HomeArchiveTest {
    private static final URI HDFS = URI.create("hdfs://127.0.0.1:9000/tomogrid");

    @TempDir
    Path folder;

    @Test
    void a_new_home_takes_what_is_named_and_keeps_it() throws IOException {
        assertThat(archive().choose(Optional.of(HDFS))).isEqualTo(HDFS);
        archive().keep(HDFS);
        assertThat(archive().choose(Optional.empty())).isEqualTo(HDFS);
        assertThat(archive().choose(Optional.of(URI.create(HDFS + "/")))).isEqualTo(HDFS);
        assertThatThrownBy(() -> archive().choose(Optional.of(URI.create("hdfs://127.0.0.1:9000/other"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has its archive at " + HDFS)
                .hasMessageContaining("choose another --home");
    }

    @Test
    void without_a_name_it_is_in_the_home() throws IOException {
        URI own = archive().choose(Optional.empty());
        assertThat(own).isEqualTo(URI.create("file://" + folder.resolve("archive")));
        archive().keep(own);
        assertThat(archive().choose(Optional.of(own))).isEqualTo(own);
        assertThatThrownBy(() -> archive().choose(Optional.of(HDFS))).hasMessageContaining(own.toString());
    }

    @Test
    void a_home_from_before_there_was_a_choice_keeps_its_own() throws IOException {
        Files.createDirectories(folder.resolve("archive/segments"));
        assertThatThrownBy(() -> archive().choose(Optional.of(HDFS)))
                .hasMessageContaining("has its archive at file://" + folder.resolve("archive"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"hdfs:///folder", "hdfs://host:9000", "hdfs://host:9000/", "s3://bucket/x", "relative", "/x"})
    void what_is_no_place_for_an_archive_is_named(String wrong) {
        assertThatThrownBy(() -> archive().choose(Optional.of(URI.create(wrong))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected hdfs://name-node:port/folder or file:///folder, got " + wrong);
    }

    private HomeArchive archive() {
        return new HomeArchive(new NodeHome(folder));
    }
}
