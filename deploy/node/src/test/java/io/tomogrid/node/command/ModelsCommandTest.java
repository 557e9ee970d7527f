package io.tomogrid.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.inference.runtime.SuvThreshold;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** PKG-01 to PKG-07 by the command line: the worked example of docs/models.md, and what is refused on the way. */
class ModelsCommandTest {
    @TempDir
    Path folder;

    private StringWriter out;

    private Path example;

    /** docs/examples/threshold, and a store with the model that comes along. */
    @BeforeEach
    void parts() throws Exception {
        example = Path.of(System.getProperty("tomogrid.root", "../.."), "docs/examples/threshold");
        SuvThreshold.write(folder.resolve("parts"));
    }

    @Test
    void a_model_is_packed_signed_verified_carried_and_verified_again() throws Exception {
        Path home = Files.createDirectories(folder.resolve("home"));
        assertThat(run("pack", example, "--home", home)).isEqualTo(1);
        assertThat(out.toString()).contains("no golden example", "--record-golden");
        assertThat(run("pack", example, "--home", home, "--record-golden")).isZero();
        assertThat(run("list", "--home", home)).isZero();
        assertThat(out.toString()).contains("threshold").contains("2.5.0").contains("sha256:");

        assertThat(run("verify", "threshold", "--home", home)).isEqualTo(1);
        assertThat(out.toString()).contains("threshold:2.5.0 is not signed", "models sign");
        assertThat(run("keygen", folder.resolve("hospital"), "--home", home)).isZero();
        assertThat(run("keygen", folder.resolve("hospital"), "--home", home)).isEqualTo(1);
        assertThat(out.toString()).contains("is there already");
        assertThat(Files.getPosixFilePermissions(folder.resolve("hospital.key")))
                .hasSize(2);
        assertThat(run("sign", "threshold", "--key", folder.resolve("hospital.key"), "--home", home))
                .isZero();
        Files.writeString(
                home.resolve("trust.json"),
                "{\"format-version\": 1, \"keys\": [{\"name\": \"hospital\", \"file\": \"../hospital.pub\"}]}");
        assertThat(run("verify", "threshold:2.5.0", "--home", home)).isZero();
        assertThat(out.toString()).contains("may serve: signed by hospital; its golden example came out");

        Path file = folder.resolve("models.tar");
        assertThat(run("export", "threshold", "--to", file, "--home", home)).isZero();
        assertThat(run("inspect", file, "--home", home)).isZero();
        assertThat(out.toString()).contains("kind: ModelPack", "signatures: 1");
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.copy(home.resolve("trust.json"), other.resolve("trust.json"));
        assertThat(run("import", file, "--home", other)).isZero();
        assertThat(run("verify", "threshold", "--home", other, "--json")).isZero();
        assertThat(out.toString()).contains("\"verified\":true", "\"by\":\"signed by hospital\"");
    }

    @Test
    void what_cannot_be_done_is_said_with_the_next_step() throws Exception {
        assertThat(run("inspect", example)).isZero();
        assertThat(out.toString()).contains("folder with a model card");
        Path store = folder.resolve("parts");
        assertThat(run("verify", "suv-threshold", "--store", store)).isZero();
        assertThat(out.toString()).contains("it comes with Tomogrid");
        assertThat(run("push", "suv-threshold", "lesion", "--store", store)).isEqualTo(1);
        assertThat(out.toString()).contains("expected HOST[:PORT]/REPOSITORY:TAG");
        assertThat(run("pull", "127.0.0.1:1/models/lesion:1", "--store", store)).isEqualTo(1);
        assertThat(out.toString()).contains("127.0.0.1:1 does not answer");
        assertThat(run("verify", "none", "--store", store)).isEqualTo(1);
        assertThat(out.toString()).contains("pack, pull or import it first");
        Path text = Files.writeString(folder.resolve("text.tar"), "no archive ".repeat(100));
        assertThat(run("import", text, "--store", store)).isEqualTo(1);
        assertThat(out.toString()).contains("this is no tar archive");
    }

    private int run(Object... words) {
        out = new StringWriter();
        String[] all = new String[words.length];
        for (int i = 0; i < words.length; i++) {
            all[i] = words[i].toString();
        }
        PrintWriter writer = new PrintWriter(out, true);
        return new CommandLine(new ModelsCommand())
                .setOut(writer)
                .setErr(writer)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    writer.println(failure.getMessage());
                    return 1;
                })
                .execute(all);
    }
}
