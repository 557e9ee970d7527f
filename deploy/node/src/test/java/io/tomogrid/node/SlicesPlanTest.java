package io.tomogrid.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** CLI-03, SLC-06: {@code slices plan} needs no node and no GPU. */
class SlicesPlanTest {
    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();

    @Test
    void prints_the_layout_and_a_sentence_for_each_placement() {
        assertThat(execute("--gpu", "A100-80GB", "--want", "3g,2g,1g,1g", "--explain"))
                .isZero();
        assertThat(out.toString())
                .contains(
                        "3g", "4 to 7", "39.25", "no GPU was asked", "Beside them could still be made: nothing more.");
        assertThat(out.toString().lines().filter(line -> line.contains(" takes memory slice")))
                .hasSize(4);
    }

    @Test
    void what_cannot_be_is_refused_with_what_can() {
        assertThat(execute("--gpu", "A100-80GB", "--want", "4g,4g")).isEqualTo(1);
        assertThat(err.toString()).contains("there can be 1 of 4g at most; possible is 4g");
        assertThat(execute("--gpu", "V100", "--want", "1g")).isEqualTo(1);
        assertThat(err.toString()).contains("no GPU model V100 is known; there are A100-40GB");
        assertThat(execute("--gpu", "A100-80GB", "--want", "3g.20gb")).isEqualTo(1);
        assertThat(err.toString()).contains("has no profile \"3g.20gb\"; it has 1g (1g.10gb)");
    }

    private int execute(String... arguments) {
        CommandLine line = Main.commandLine().setErr(new PrintWriter(err, true)).setOut(new PrintWriter(out, true));
        String[] words = new String[arguments.length + 2];
        words[0] = "slices";
        words[1] = "plan";
        System.arraycopy(arguments, 0, words, 2, arguments.length);
        return line.execute(words);
    }
}
