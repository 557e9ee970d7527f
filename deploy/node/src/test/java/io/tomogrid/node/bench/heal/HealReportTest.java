package io.tomogrid.node.bench.heal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HEAL-07 */
class HealReportTest {
    @TempDir
    Path folder;

    @Test
    void a_resumed_run_counts_what_it_saw_before_and_no_earlier_run() throws Exception {
        Files.write(
                folder.resolve("heal.csv"),
                List.of(
                        Healed.HEADER,
                        "2026-01-01,a machine,executor,yes,9.000,9.000,9.000,9.000,9.000,9.000,right",
                        "2026-01-02T03:04:05Z,a machine,executor,yes,1.000,2.000,3.000,4.000,5.000,6.000,right",
                        "2026-01-02T03:04:05Z,a machine,master,yes,0.100,,,,5.000,0.300,wrong"));
        HealReport resumed = HealReport.open(folder, true);
        assertThat(resumed.run()).hasSize(2);
        assertThat(resumed.run().get(0)).isEqualTo(new Healed(FaultKind.EXECUTOR, 1, 2, 3, 4, 5, 6, ""));
        assertThat(resumed.run().get(1).right()).isFalse();
        assertThat(resumed.run().get(1).running()).isNaN();
        resumed.add(new Healed(FaultKind.EXECUTOR, 1, 2, 3, 8, 5, 6, ""));

        HealReport again = HealReport.open(folder, true);
        assertThat(again.run()).hasSize(3);
        assertThat(again.table(List.of(FaultKind.EXECUTOR)))
                .contains("| simulated | 2 | 0 |")
                .contains("4.00 / 8.00")
                .contains("| 3 | 0 | at most 1.000 |");
        assertThat(folder.resolve("2026-01-02-heal.md")).content().contains("| master |");
        assertThat(HealReport.open(folder, false).run()).isEmpty();
    }
}
