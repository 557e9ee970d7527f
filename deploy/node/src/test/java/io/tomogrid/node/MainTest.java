package io.tomogrid.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** CLI-03: every error names what was wrong and what to do next. */
class MainTest {
    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"jobs", "slices", "studies", "models"})
    void without_a_node_a_command_says_how_to_start_one(String command) {
        assertThat(execute(command, "--home", folder.resolve("none").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("no node runs in").contains("./tomogrid up");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "status b1", "pause b1", "resume b1", "cancel b1"})
    void without_a_node_a_batch_is_not_to_be_had_either(String verb) {
        String[] words = ("reprocess " + verb + " --home " + folder.resolve("none")).split(" ");
        assertThat(execute(words)).isEqualTo(1);
        assertThat(err.toString()).contains("no node runs in").contains("./tomogrid up");
    }

    @Test
    void reprocess_without_a_query_shows_one() {
        assertThat(execute("reprocess", "--protocol", "petct-standard")).isEqualTo(1);
        assertThat(err.toString()).contains("--query").contains("StudyDate=").contains("--protocol petct-standard");
    }

    @Test
    void an_unknown_word_is_named_with_one_that_may_be_meant() {
        assertThat(execute("job")).isEqualTo(2);
        assertThat(err.toString()).contains("'job'").contains("tomogrid jobs");
    }

    @Test
    void a_folder_without_dicom_is_named() throws Exception {
        java.nio.file.Files.writeString(folder.resolve("readme.txt"), "no DICOM here, but long enough to be looked at");
        assertThat(execute("send", "--to", "PACS@127.0.0.1:104", folder.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("no DICOM instance among the 1 files");
        assertThat(execute("send", folder.resolve("nowhere").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("is not a folder");
    }

    @Test
    void a_peer_that_is_not_there_is_named() throws Exception {
        int closed = Node.freePort();
        java.nio.file.Files.writeString(folder.resolve("x"), "x");
        assertThatThrownBy(() -> new io.tomogrid.node.send.StudySender("127.0.0.1", closed, "A", "B", 1)
                        .send(
                                java.util.Collections.emptyIterator(),
                                java.util.Set.of(new io.tomogrid.dicom.net.AssociationRequest.Syntax("1.2", "1.2.3")),
                                n -> {}))
                .hasMessageContaining("127.0.0.1:" + closed);
    }

    @Test
    void a_destination_is_an_ae_title_at_a_host_and_port() {
        assertThat(NodeConfig.Destination.parse("PACS@10.0.0.7:104"))
                .isEqualTo(new NodeConfig.Destination("pacs", "10.0.0.7", 104, "PACS"));
        assertThat(NodeConfig.Destination.parse("PACS@h:104,commitment"))
                .isEqualTo(new NodeConfig.Destination("pacs", "h", 104, "PACS", true, true));
        assertThat(NodeConfig.Destination.parse("WS@h:104,no-results"))
                .isEqualTo(new NodeConfig.Destination("ws", "h", 104, "WS", false, false));
        for (String wrong : new String[] {
            "PACS", "PACS@", "@h:1", "PACS@h:0", "PACS@h:x", "SEVENTEENCHARSXXX@h:1", "PACS@h:1,", "PACS@h:1,commit"
        }) {
            assertThatThrownBy(() -> NodeConfig.Destination.parse(wrong))
                    .as(wrong)
                    .hasMessageContaining("expected AETITLE@host:port");
        }
    }

    private int execute(String... args) {
        CommandLine line = Main.commandLine();
        line.setErr(new PrintWriter(err, true));
        line.setOut(new PrintWriter(out, true));
        return line.execute(args);
    }
}
