package io.tomogrid.slices.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HEAL-08 */
class SparkClassesTest {
    @TempDir
    Path home;

    @Test
    void without_an_archive_the_folder_of_settings_comes_first() throws Exception {
        Files.createDirectories(home.resolve("jars"));
        SparkClasses classes = SparkClasses.of(home);
        assertThat(classes.options()).containsExactly("-cp", home.resolve("conf") + ":" + home.resolve("jars") + "/*");
        assertThat(classes.environmentOfWorker()).isEmpty();
    }

    /** Java takes an archive only where the class path begins as it did when the archive was made. */
    @Test
    void with_an_archive_all_have_the_class_path_of_an_executor() throws Exception {
        Path logging = Files.createDirectories(home.resolve("jars")).resolve("slf4j-api-2.0.18.jar");
        Files.writeString(logging, "");
        Files.writeString(home.resolve("classes.jsa"), "");
        SparkClasses classes = SparkClasses.of(home);
        String archive = "-XX:SharedArchiveFile=" + home.resolve("classes.jsa");
        assertThat(classes.options())
                .contains(archive)
                .endsWith("-cp", home.resolve("none") + ":" + logging + ":" + home.resolve("jars") + "/*");
        assertThat(classes.environmentOfWorker())
                .containsEntry("SPARK_CONF_DIR", home.resolve("none").toString());
        assertThat(classes.environmentOfWorker().get("JDK_JAVA_OPTIONS")).contains('"' + archive + '"');
    }
}
