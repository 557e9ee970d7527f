package io.tomogrid.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** CLI-03. */
class WhereToLookTest {
    private static final Path HOME = Path.of("some", "home");

    @Test
    void a_node_that_has_ended_can_be_started_again_on_what_it_kept() {
        assertThat(WhereToLook.with(true).afterwards(HOME))
                .singleElement()
                .asString()
                .contains("./tomogrid up --home some/home")
                .contains("demo --stay");
        assertThat(WhereToLook.with(false).afterwards(HOME).get(1)).contains("./tomogrid viewer");
    }

    @Test
    void each_link_of_a_node_that_stays_is_one_of_its_own() throws IOException {
        AtomicInteger made = new AtomicInteger();
        List<String> lines = WhereToLook.with(true)
                .now(HOME, () -> "http://127.0.0.1:1/login#" + made.incrementAndGet(), "tmtv", "1.2.3");
        assertThat(lines.get(0)).isEqualTo("Status: http://127.0.0.1:1/login#1");
        assertThat(lines.get(1)).isEqualTo("Viewer: http://127.0.0.1:1/login#2&/viewer/tmtv?StudyInstanceUIDs=1.2.3");
        assertThat(lines.get(2)).contains("once").contains("./tomogrid login --home some/home");
    }

    @Test
    void no_link_leads_to_a_viewer_that_is_not_there() throws IOException {
        List<String> lines = WhereToLook.with(false).now(HOME, () -> "http://127.0.0.1:1/login#1", "tmtv", "1.2.3");
        assertThat(lines).noneMatch(line -> line.contains("/viewer/tmtv")).anyMatch(line -> line.contains("Node.js"));
    }
}
