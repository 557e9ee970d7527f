package io.tomogrid.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** LED-02, LED-05: what people read of the manager's documents, also where nothing is known. */
class LedgerTextTest {
    @Test
    void contention_is_told_with_its_definition_bounds_and_counts() throws IOException {
        assertThat(text(ContentionCommand::print, """
                {"definition":"the share of leases","verdict":"1 of 1 pairs that are known hurt",
                 "rate":{"share":0.25,"low":0.2,"high":0.31,"share-of-seconds":0.3,"alone-longer":null,"leases":200},
                 "pairs":[{"protocol":"osem","beside":"petct","times":1.254,"low":1.17,"high":1.35,"leases":474,
                           "hurts":true,"simulated":true}]}"""))
                .contains(
                        "contention rate: 25.0 % of 200 leases (20.0 to 31.0), 30.0 % of their seconds; alone, none is known")
                .contains("That is the share of leases.")
                .containsPattern("osem +petct +1\\.25 +1\\.17 to 1\\.35 +474 \\(simulated\\) +yes")
                .contains("1 of 1 pairs that are known hurt");
    }

    @Test
    void contention_that_is_not_known_is_said_to_be() throws IOException {
        assertThat(text(ContentionCommand::print, """
                {"definition":"the share of leases","verdict":"not known: too few",
                 "rate":{"share":null,"low":null,"high":null,"share-of-seconds":null,"alone-longer":null,"leases":0},
                 "pairs":[]}"""))
                .contains("not known: too few")
                .doesNotContain("contention rate:");
    }

    @Test
    void energy_is_told_by_board_or_said_to_be_not_measured() throws IOException {
        assertThat(text(EnergyCommand::print, "{\"boards\":[]}")).startsWith("not measured: no agent tells of a GPU");
        assertThat(text(EnergyCommand::print, """
                {"boards":[{"gpu":"node1-gpu0","gpu-uuid":"GPU-1","joules":14700,"idle-joules":8700.04}]}""")).containsPattern("node1-gpu0 +GPU-1 +14700\\.0 +8700\\.0");
    }

    private static String text(BiConsumer<Map<String, Object>, PrintWriter> print, String document) throws IOException {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        print.accept(JSON.std.mapFrom(document), out);
        out.flush();
        return text.toString();
    }
}
